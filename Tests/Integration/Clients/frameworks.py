"""Asks through LangChain and LiteLLM, whole and streamed, and prints the texts as JSON.

In:  {"address": "http://...", "model": "..."}
Out: {"langchain completion": {"whole": "...", "streamed": "..."}, ...}
"""

import json
import os
import sys

# Its table of prices is not to be fetched.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
from langchain_openai import ChatOpenAI, OpenAI

session = json.load(sys.stdin)
base = session["address"] + "/v1"
common = {"model": session["model"], "base_url": base, "api_key": "none", "temperature": 0, "max_retries": 0}
messages = [{"role": "user", "content": "Name three colours."}]
said = {"model": "openai/" + session["model"], "api_base": base, "api_key": "none", "temperature": 0, "max_tokens": 24}

chat = ChatOpenAI(**common, max_completion_tokens=24, logprobs=True, top_logprobs=2)
text = OpenAI(**common, max_tokens=24)
answer = chat.invoke(messages)
whole = litellm.completion(messages=messages, **said)
plain = litellm.text_completion(**said | {"model": "text-completion-openai/" + session["model"]}, prompt="The sea is")

json.dump({
    "langchain chat": {
        "whole": answer.content, "streamed": "".join(chunk.content for chunk in chat.stream(messages)),
        "logprobs": len(answer.response_metadata["logprobs"]["content"]),
        "tokens": answer.usage_metadata["output_tokens"],
    },
    "langchain completion": {"whole": text.invoke("The sea is"), "streamed": "".join(text.stream("The sea is"))},
    "litellm chat": {
        "whole": whole.choices[0].message.content,
        "streamed": "".join(
            chunk.choices[0].delta.content or "" for chunk in litellm.completion(messages=messages, stream=True, **said)),
        "tokens": whole.usage.completion_tokens,
    },
    "litellm completion": {
        "whole": plain.choices[0].text,
        "streamed": "".join(
            chunk.choices[0].text or "" for chunk in litellm.text_completion(
                **said | {"model": "text-completion-openai/" + session["model"]}, prompt="The sea is", stream=True)),
    },
}, sys.stdout)
