"""Writes schemas.json: 200 schemas, some as people write them, the others put together from a seed out of all that is kept to.

python3 make_schemas.py > schemas.json
"""

import json
import random

choose = random.Random(20240607)


def some(least, most):
    return choose.randint(least, most)


def string():
    return choose.choice([
        lambda: {"type": "string"},
        lambda: {"type": "string", "minLength": some(0, 3), "maxLength": some(3, 12)},
        lambda: {"type": "string", "minLength": some(1, 4)},
        lambda: {"type": "string", "format": choose.choice(FORMATS)},
        lambda: {"type": "string", "pattern": choose.choice(PATTERNS)},
        lambda: {"type": "string", "enum": choose.sample(WORDS, some(1, 5))},
        lambda: {"const": choose.choice(WORDS)},
    ])()


FORMATS = ["date", "time", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uuid"]
PATTERNS = [
    "^[A-Z]{2}[0-9]{4}$", "^(\\+[1-9])?[0-9]{3}-[0-9]{4}$", "^#[0-9a-fA-F]{6}$", "^[^\\s\"\\\\]{1,8}$", "^\\d+(\\.\\d{1,2})?$",
    "^(yes|no|maybe)$", "^\\w+@\\w+\\.com$", "[aeiou]{2}", "^a|b$", "^[\\u00e0-\\u00ff]{1,4}$", "^.{3}$", "^(?:x|yz)*?$",
]
WORDS = ["red", "green", "blue", "a\"b", "tab\there", "é", "日本", "", "new\nline", "back\\slash", "red-ish", "Red", "🙂", "/"]
NAMES = ["id", "name", "size", "tags", "next", "owner", "x", "y", "a b", "é", "nam", "names", "\"q\"", "kind", "when", "notes"]


def integer():
    low = some(-2000, 2000)
    return choose.choice([
        lambda: {"type": "integer"},
        lambda: {"type": "integer", "minimum": low, "maximum": low + some(0, 5000)},
        lambda: {"type": "integer", "exclusiveMinimum": low, "exclusiveMaximum": low + some(2, 300)},
        lambda: {"type": "integer", "minimum": some(-5, 5)},
        lambda: {"type": "integer", "maximum": some(-1000, 100000)},
        lambda: {"type": "integer", "enum": choose.sample(range(-50, 50), some(1, 4))},
    ])()


def number():
    low = choose.choice([0, -1, 0.5, -273.15, 1e-5, 99.99, -0.001, 12])
    return choose.choice([
        lambda: {"type": "number"},
        lambda: {"type": "number", "minimum": low, "maximum": low + choose.choice([0, 0.25, 1, 1000])},
        lambda: {"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": low + choose.choice([0.125, 2, 77.5])},
        lambda: {"type": "number", "minimum": low},
        lambda: {"type": "number", "exclusiveMaximum": low},
    ])()


def plain():
    return choose.choice([string, string, integer, number, lambda: {"type": "boolean"}, lambda: {"type": "null"}])()


def array(depth):
    least = some(0, 2)
    shape = {"type": "array", "items": schema(depth - 1), "minItems": least, "maxItems": least + some(0, 3)}
    if choose.random() < 0.3:
        shape = {"type": "array", "prefixItems": [schema(depth - 1) for _ in range(some(1, 3))]}
        shape["items"] = choose.choice([False, plain()])
        shape["minItems"] = some(0, len(shape["prefixItems"]))
        if choose.random() < 0.5:
            shape["maxItems"] = some(shape["minItems"], 4)
    elif choose.random() < 0.2:
        del shape["maxItems"]
    return shape


def an_object(depth):
    names = choose.sample(NAMES, some(1, 5))
    shape = {"type": "object", "properties": {name: schema(depth - 1) for name in names}}
    shape["required"] = [name for name in names if choose.random() < 0.6]
    extra = choose.random()
    if extra < 0.5:
        shape["additionalProperties"] = False
    elif extra < 0.7:
        shape["additionalProperties"] = plain()
    elif extra < 0.75:
        shape = {"type": "object", "additionalProperties": schema(depth - 1), "minProperties": some(0, 1), "maxProperties": 3}
    return shape


def joined(depth):
    kind = choose.randrange(5)
    if kind == 0:
        return {"anyOf": [schema(depth - 1) for _ in range(some(1, 3))]}
    if kind == 1:
        return {"oneOf": [string(), integer(), {"type": "null"}, an_object(depth - 1)][: some(2, 4)]}
    if kind == 2:
        return {"allOf": [
            {"type": "object", "properties": {"id": integer()}, "required": ["id"]},
            {"properties": {"name": string(), "id": {"type": ["integer", "number"]}}, "required": ["name"]},
        ]}
    if kind == 3:
        return {"type": choose.sample(["string", "integer", "boolean", "null", "number", "array"], some(1, 3)), "maxLength": 5, "minimum": 3}
    return {"oneOf": [
        {"type": "object", "properties": {"kind": {"const": word}, "v": plain()}, "required": ["kind", "v"], "additionalProperties": False}
        for word in ("cat", "dog")
    ]}


def schema(depth):
    if depth <= 0 or choose.random() < 0.3:
        return plain()
    return choose.choice([array, an_object, an_object, joined])(depth)


def recursive():
    leaf = plain()
    return choose.choice([
        {"$ref": "#/$defs/node", "$defs": {"node": {
            "type": "object", "properties": {"value": leaf, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}, "maxItems": 2}},
            "required": ["value", "children"], "additionalProperties": False}}},
        {"type": "object", "properties": {"head": leaf, "tail": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["head", "tail"]},
        {"definitions": {"a": {"type": "array", "items": {"$ref": "#/definitions/b"}}, "b": {"anyOf": [leaf, {"$ref": "#/definitions/a"}]}},
         "$ref": "#/definitions/a"},
    ])


WRITTEN = [
    True, {}, {"type": "object"}, {"type": "array"}, {"type": "string"}, {"enum": [1, "a", None, [1, 2], {"x": {"y": False}}, 2.5]},
    {"type": "object", "title": "Person", "properties": {
        "name": {"type": "string", "description": "full name"}, "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "email": {"anyOf": [{"type": "string", "format": "email"}, {"type": "null"}], "default": None}},
     "required": ["name", "age"]},
    {"type": "object", "properties": {
        "steps": {"type": "array", "items": {"type": "object", "properties": {"explanation": {"type": "string"}, "output": {"type": "string"}},
                                             "required": ["explanation", "output"], "additionalProperties": False}},
        "final_answer": {"type": "string"}}, "required": ["steps", "final_answer"], "additionalProperties": False},
    {"type": "object", "properties": {
        "invoice": {"type": "string", "pattern": "^INV-[0-9]{6}$"}, "date": {"type": "string", "format": "date"},
        "total": {"type": "number", "minimum": 0}, "currency": {"enum": ["EUR", "USD", "JPY"]},
        "lines": {"type": "array", "minItems": 1, "maxItems": 5, "items": {"$ref": "#/$defs/line"}}},
     "required": ["invoice", "date", "total", "currency", "lines"], "additionalProperties": False,
     "$defs": {"line": {"type": "object", "properties": {"text": {"type": "string", "maxLength": 40}, "count": {"type": "integer", "exclusiveMinimum": 0},
                                                       "price": {"type": "number"}}, "required": ["text", "count", "price"]}}},
    {"type": "object", "properties": {"sentiment": {"type": "string", "enum": ["positive", "negative", "neutral"]},
                                      "confidence": {"type": "number", "minimum": 0, "maximum": 1}},
     "required": ["sentiment", "confidence"], "additionalProperties": False},
    {"type": "object", "additionalProperties": {"type": "integer"}},
    {"type": "object", "properties": {"a": {"type": "integer"}, "ab": {"type": "integer"}}, "additionalProperties": {"type": "string"}},
    {"type": "object", "properties": {f"p{i}": {"type": "boolean"} for i in range(40)}},
    {"type": "object", "properties": {f"p{i}": {"type": "integer"} for i in range(40)}, "required": [f"p{i}" for i in range(0, 40, 3)]},
    {"enum": [f"country-{i}" for i in range(300)]},
    {"type": "string", "minLength": 20, "maxLength": 200},
    {"type": "array", "items": {"type": "number", "minimum": -90, "maximum": 90}, "minItems": 2, "maxItems": 2},
    {"type": "array", "items": [{"type": "string"}, {"type": "integer"}], "additionalItems": False, "minItems": 1},
    {"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "integer", "minimum": 7}}},
    {"$ref": "#/$defs/base", "properties": {"more": {"type": "null"}}, "required": ["more"],
     "$defs": {"base": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}}},
    {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}}, "anyOf": [{"required": ["x"]}, {"required": ["y"]}]},
    {"type": ["integer", "null"], "minimum": 10, "maximum": 12},
    {"type": "object", "properties": {"never": False, "always": True}, "required": ["always"]},
]

schemas = list(WRITTEN)
while len(schemas) < 200:
    schemas.append(recursive() if len(schemas) % 12 == 0 else schema(3))
print("[" + ",\n".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in schemas) + "]")
