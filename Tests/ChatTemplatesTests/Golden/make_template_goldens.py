#!/usr/bin/env python3
"""Writes template-goldens.json: what Jinja makes of real chat templates, which are not ours to publish.

    make_template_goldens.py FOLDER  a digest and a length for each template and conversation
    make_template_goldens.py FOLDER FILE CONVERSATION [True|False]  prints one rendering, with or without generation prompt

FOLDER holds *.jinja. Needs jinja2 3.1; the environment is the one of make_goldens.py.
"""
import json
import pathlib
import sys

from make_goldens import NOW, environment, ordered

USER = {"role": "user", "content": "Hi, \"you\" <b>é😀</b>\n  two"}
SYSTEM = {"role": "system", "content": "  Be brief.\n"}
ASSISTANT = {"role": "assistant", "content": "It's 4.\n"}
AGAIN = {"role": "user", "content": "And 3 + 3?"}
THINKING = {"role": "assistant", "content": "<think>\nTwo and two\n</think>\n\n4"}
REASONING = {"role": "assistant", "content": "4", "reasoning_content": "Two and two"}

WEATHER = {"type": "function", "function": {
    "name": "get_weather", "description": "The weather of a city.\nNow or soon.", "parameters": {
        "type": "object", "required": ["city"], "properties": {
            "city": {"type": "string", "description": "Where, as in \"Zürich\""},
            "days": {"type": "integer", "description": "How many", "minimum": 0, "default": 1},
            "unit": {"type": "string", "enum": ["c", "f"]}}}}}
CLOCK = {"type": "function", "function": {
    "name": "clock", "description": "The time.", "parameters": {"type": "object", "properties": {}}}}
NESTED = {"type": "function", "function": {
    "name": "plan", "description": "A plan.", "parameters": {
        "type": "object", "required": ["steps", "extra"], "properties": {
            "steps": {"type": "array", "description": "In order", "items": {
                "type": "object", "properties": {"text": {"type": "string"}, "done": {"type": "boolean"}}}},
            "extra": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "More"},
            "ratio": {"type": ["number", "null"], "default": 0.5}}}}}


def call(identifier, name, arguments, as_text=False):
    arguments = json.dumps(arguments, ensure_ascii=False) if as_text else arguments
    return {"id": identifier, "type": "function", "function": {"name": name, "arguments": arguments}}


def calling(*calls, content=None):
    return {"role": "assistant", "content": content, "tool_calls": list(calls)}


def result(identifier, name, content):
    return {"role": "tool", "tool_call_id": identifier, "name": name, "content": content}


def one_call(**options):
    arguments = {"city": "Zürich", "days": 2}
    return [USER, calling(call("abcdef123", "get_weather", arguments, options.pop("as_text", False)), **options),
            result("abcdef123", "get_weather", "{\"sky\": \"blue\"}")]


TWO_CALLS = [
    USER,
    calling(call("abcdef123", "get_weather", {"city": "Bern", "unit": "c"}), call("ghijkl456", "clock", {}), content=""),
    result("abcdef123", "get_weather", "rain"), result("ghijkl456", "clock", "12:00")]
TOOLS = [WEATHER, CLOCK]

CONVERSATIONS = {
    "plain": ([USER], None),
    "system": ([SYSTEM, USER], None),
    "turns": ([SYSTEM, USER, ASSISTANT, AGAIN], None),
    "turns without system": ([USER, ASSISTANT, AGAIN], None),
    "ends with the assistant": ([USER, ASSISTANT], None),
    "thinking": ([USER, THINKING, AGAIN], None),
    "reasoning": ([USER, REASONING, AGAIN], None),
    "two users": ([USER, AGAIN], None),
    "assistant first": ([ASSISTANT, USER], None),
    "system last": ([USER, SYSTEM], None),
    "no messages": ([], None),
    "unknown role": ([{"role": "narrator", "content": "x"}], None),
    "parts": ([{"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "text", "text": "you"}]}], None),
    "tools": ([USER], TOOLS),
    "tools and system": ([SYSTEM, USER], TOOLS),
    "nested tools": ([USER], [NESTED]),
    "tools at the end of turns": ([SYSTEM, USER, ASSISTANT, AGAIN], TOOLS),
    "call": (one_call(), TOOLS),
    "call with an empty text": (one_call(content=""), TOOLS),
    "call with a text": (one_call(content="Let me see."), TOOLS),
    "call with arguments as text": (one_call(as_text=True), TOOLS),
    "call and answer": ([SYSTEM] + one_call() + [ASSISTANT, AGAIN], TOOLS),
    "two calls": (TWO_CALLS, TOOLS),
    "two calls and answer": (TWO_CALLS + [ASSISTANT], TOOLS),
    "call without tools": (one_call(), None),
    "call without a result": (one_call()[:2], TOOLS),
}


def variables(name):
    messages, tools = CONVERSATIONS[name]
    return {"messages": messages, "tools": tools, "documents": None, "bos_token": "<s>", "eos_token": "</s>"}


def digest(data):
    """FNV-1a of 64 bits, which a test writes in three lines, and the length."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x} {len(data)}"


def read(path):
    return environment().from_string(path.read_bytes().decode())


def rendering(template, name, prompt):
    """None where the template fails."""
    try:
        return digest(template.render(add_generation_prompt=prompt, **variables(name)).encode())
    except Exception:
        return None


def goldens(path):
    template = read(path)
    return {"template": path.name, "digest": digest(path.read_bytes()), "renderings": {
        name: [rendering(template, name, prompt) for prompt in (False, True)] for name in CONVERSATIONS}}


def main(folder, show=None, name=None, prompt="True"):
    if show:
        template = read(pathlib.Path(folder) / show)
        return sys.stdout.write(template.render(add_generation_prompt=prompt == "True", **variables(name)))
    file = {
        "nowSeconds": NOW, "conversations": {name: ordered(variables(name)) for name in CONVERSATIONS},
        "templates": [goldens(path) for path in sorted(pathlib.Path(folder).glob("*.jinja"))]}
    path = pathlib.Path(__file__).with_name("template-goldens.json")
    path.write_text(json.dumps(file, ensure_ascii=False, separators=(",", ":")).replace("]},", "]},\n") + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
