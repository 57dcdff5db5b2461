"""Asks for texts of schemas, and has Python's own tools judge what comes.

In:  {"address": "http://...", "model": "...", "what": "schemas" | "helpers", "schemas": "/path"}
Out: for schemas {"stopped": n, "cut": n, "wrong": [...]}; for helpers what openai's and Instructor's helpers made of the answers.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import List, Literal, Optional

import instructor
import jsonschema
import openai
from pydantic import BaseModel, Field

session = json.load(sys.stdin)
client = openai.OpenAI(base_url=session["address"] + "/v1", api_key="none", max_retries=0, timeout=120)
common = {"model": session["model"], "temperature": 0}


class Pet(BaseModel):
    name: str = Field(max_length=12)
    kind: Literal["cat", "dog"]
    age: int = Field(ge=0, le=30)
    weight: Optional[float] = Field(default=None, gt=0, lt=100)
    toys: List[str] = Field(max_length=2)


def judged(schema):
    answer = client.chat.completions.create(
        **common,
        max_tokens=128,
        messages=[{"role": "user", "content": "Give a short example as JSON."}],
        response_format={"type": "json_schema", "json_schema": {"name": "it", "strict": True, "schema": schema}},
    ).choices[0]
    if answer.finish_reason != "stop":
        return "cut", None
    kind = jsonschema.Draft202012Validator
    if isinstance(schema, dict) and isinstance(schema.get("items"), list):
        kind = jsonschema.Draft7Validator
    try:
        kind(schema).validate(json.loads(answer.message.content))
        return "stopped", None
    except Exception as error:
        return "wrong", [schema, answer.message.content, str(error)[:300]]


def schemas():
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(judged, json.load(open(session["schemas"]))))
    kinds = [kind for kind, _ in results]
    return {
        "stopped": kinds.count("stopped"),
        "cut": kinds.count("cut"),
        "wrong": [what for kind, what in results if kind == "wrong"],
    }


def helpers():
    messages = [{"role": "user", "content": "Tell me of Tom, a cat of 3 years, who has a ball."}]
    asked = {**common, "max_tokens": 200, "messages": messages}
    parsed = client.chat.completions.parse(**asked, response_format=Pet).choices[0].message.parsed
    with client.chat.completions.stream(**asked, response_format=Pet) as stream:
        for _ in stream:
            pass
        streamed = stream.get_final_completion().choices[0].message.parsed
    guided = instructor.from_openai(client, mode=instructor.Mode.JSON_SCHEMA)
    made = guided.chat.completions.create(**asked, response_model=Pet, max_retries=0)
    parts = list(guided.chat.completions.create_partial(**asked, response_model=Pet))
    return {
        "parsed": parsed.model_dump(),
        "streamed": streamed.model_dump(),
        "instructor": made.model_dump(),
        "partial": parts[-1].model_dump(),
        "parts": len(parts),
    }


json.dump({"schemas": schemas, "helpers": helpers}[session["what"]](), sys.stdout)
