"""Uses the asynchronous openai client: many calls at once, and what it does when it is turned away.

In:  {"address": "http://...", "model": "...", "turnedAway": false}
Out: {"answers": [...], "streamed": [...], "ids": [...]} or, turned away, {"error": "RateLimitError", "status": 429, "waits": [...]}
"""

import asyncio
import json
import sys

import openai

session = json.load(sys.stdin)


async def turned_away():
    # The waits between its attempts are told, not waited.
    waits = []

    async def skip(seconds):
        waits.append(seconds)

    openai._base_client.anyio.sleep = skip
    client = openai.AsyncOpenAI(
        base_url=session["address"] + "/v1", api_key="none", max_retries=2,
        default_headers={"x-request-id": "turned-away"})
    try:
        await client.completions.create(model=session["model"], prompt="The sea is", max_tokens=4)
    except openai.APIStatusError as error:
        return {"error": type(error).__name__, "status": error.status_code, "request_id": error.request_id, "waits": waits}


async def many():
    client = openai.AsyncOpenAI(base_url=session["address"] + "/v1", api_key="none", max_retries=0)
    asked = {"model": session["model"], "max_tokens": 12, "temperature": 0, "logprobs": 3, "echo": True}
    prompts = ["The sea is", "Once upon a time", "The capital of France is", "One, two,"]
    answers = await asyncio.gather(*(client.completions.create(prompt=prompt, **asked) for prompt in prompts))

    async def streamed(prompt):
        text, logprobs = "", {"tokens": [], "token_logprobs": [], "top_logprobs": [], "text_offset": []}
        async for event in await client.completions.create(prompt=prompt, stream=True, **asked):
            text += event.choices[0].text
            for name, values in logprobs.items():
                if event.choices[0].logprobs:
                    values.extend(getattr(event.choices[0].logprobs, name))
        return {"text": text, "logprobs": logprobs}

    return {
        "answers": [
            {"text": answer.choices[0].text, "logprobs": answer.choices[0].logprobs.model_dump()} for answer in answers],
        "streamed": await asyncio.gather(*(streamed(prompt) for prompt in prompts)),
        "ids": [answer._request_id for answer in answers],
    }


json.dump(asyncio.run(turned_away() if session.get("turnedAway") else many()), sys.stdout)
