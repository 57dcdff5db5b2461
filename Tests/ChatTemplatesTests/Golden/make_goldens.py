#!/usr/bin/env python3
"""Writes goldens.json: what Jinja itself makes of our constructs and of the default model's template.

Needs jinja2 3.1. The environment is the one that transformers sets up for chat templates.
"""
import datetime
import json
import pathlib

import jinja2
import jinja2.ext
import jinja2.nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = 1_771_934_407


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


class Generation(jinja2.ext.Extension):
    """The block that marks the assistant's tokens for training: it prints its body, whose variables are its own."""
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("printed"), [], [], body).set_lineno(line)

    def printed(self, caller):
        return caller()


def environment():
    made = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    now = datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc)
    made.globals["strftime_now"] = lambda format: now.strftime(format)
    return made


SMOLLM2 = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}"
    "{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")

USER = {"role": "user", "content": "Hi there, \"you\" <b>é😀</b>\r\n"}
SYSTEM = {"role": "system", "content": "Be brief."}
ASSISTANT = {"role": "assistant", "content": ""}
CONVERSATIONS = {"plain": [USER], "system": [SYSTEM, USER], "turns": [SYSTEM, USER, ASSISTANT, USER], "empty": []}

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"b": [1, 2.5, None, True], "a": {}, "c": []}}}
DATA = {
    "messages": [SYSTEM, USER, ASSISTANT], "tool": TOOL, "number": 7, "half": 2.5, "text": "  a-b, C d\n", "nothing": None,
    "yes": True, "letters": ["b", "a", "B", "c"], "nested": [[1, "x"], [2, "y"]], "quotes": "it's \"q\" \\ \n\u0001é",
    "people": [{"name": "Ann", "age": 3}, {"name": "Bob", "age": 5, "tags": {}}, {"name": "", "age": 5}],
}

CONSTRUCTS = {
    "trim and lstrip of blocks": "a\n  {% if true %}\n  b\n  {% endif %}\n c {% if true %} d\n{% endif %} e\n",
    "output keeps its white space": "a\n  {{ 1 }}\n  b\n\n",
    "minus strips both sides": "a \n {%- if true -%} \n b \n {%- endif %}\n c {{- 1 -}} \n d",
    "plus keeps white space": "a\n  {%+ if true +%}\n  b{% endif %}",
    "comments": "a\n  {# one\n two #}\nb {#- x -#} c{# #}\n\nd",
    "blocks side by side on a line": "  {% if true %}  {% if true %}  x{% endif %}  {% endif %}\ny",
    "carriage returns": "a\r\nb\rc{% if true %}\r\nd{% endif %}\r\n",
    "braces in text and strings": "{ } } {{ '}}' }}{{ {'a': {'b': 1}}['a']['b'] }}{{ \"%}\" }}",
    "escapes in strings": r"{{ 'a\n\t\'\"\\\x41\u00e9\U0001F600\q\/' }}",
    "adjoining strings": "{{ 'a' 'b' \"c\" }}",
    "loop variables": "{% for x in letters %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.first }}"
                      "{{ loop.last }}{{ loop.length }}{{ x }}{{ loop.previtem }}{{ loop.nextitem }};{% endfor %}",
    "loop else": "{% for x in [] %}{{ x }}{% else %}none{% endfor %}{% for x in missing %}{% else %}!{% endfor %}",
    "loop condition": "{% for x in letters if x != 'a' %}{{ loop.index }}{{ x }}{{ loop.length }}{% endfor %}",
    "loop unpacking": "{% for a, b in nested %}{{ a }}={{ b }} {% endfor %}{% for k, v in tool.items() %}{{ k }}:{{ v }} {% endfor %}",
    "loop over string and mapping": "{% for c in 'aé😀' %}[{{ c }}]{% endfor %}{% for k in tool %}[{{ k }}]{% endfor %}",
    "break and continue": "{% for x in range(9) %}{% if x == 1 %}{% continue %}{% endif %}{% if x == 4 %}{% break %}{% endif %}{{ x }}{% endfor %}",
    "loop scope": "{% set x = 0 %}{% for i in [1, 2, 3] %}{{ x }}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}",
    "if scope": "{% set x = 0 %}{% if true %}{% set x = 1 %}{% endif %}{{ x }}",
    "namespace": "{% set ns = namespace(a=1, b='x') %}{% for i in range(3) %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}{{ ns.b }}{{ ns.c is defined }}",
    "generation block": "a{% generation %}b{{ number }}{% set x = 1 %}{% endgeneration %}c{{ x }}{% set y = 1 %}{% for i in [1] %}{% generation %}"
                        "{% set y = 2 %}{{ y }}{{ i }}{{ loop.index }}{% endgeneration %}{{ y }}{% endfor %}",
    "set several": "{% set a, b = nested[0] %}{{ a }}{{ b }}{% set t = 1, 'x' %}{{ t[1] }}",
    "set block": "{% set x %}\n  a {{ 1 }}\n{% endset %}[{{ x }}]{% set y | upper | trim %} b {% endset %}[{{ y }}]",
    "filter block": "{% filter upper %}a{{ 'b' }}{% endfilter %}",
    "elif": "{% for i in range(4) %}{% if i == 0 %}a{% elif i == 1 %}b{% elif i == 2 %}c{% else %}d{% endif %}{% endfor %}",
    "macro": "{% macro m(a, b='x', c=none) %}[{{ a }}{{ b }}{{ c }}]{% endmacro %}{{ m(1) }}{{ m(1, c=2) }}{{ m(b=3, a=4) }}{{ m() }}",
    "macro sees outer variables": "{% set g = 5 %}{% macro m(n) %}{{ g }}{% if n > 0 %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(3) }}",
    "arithmetic": "{{ 1 + 2 * 3 - 4 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ 2 ** 3 ** 2 }} {{ 2 ** -1 }} {{ -2 ** 2 }} {{ 7.5 // 2 }} {{ 1 - -1 }} {{ +3 }}",
    "numbers as text": "{{ 1.0 }} {{ 1e3 }} {{ 0.1 }} {{ 1e-7 }} {{ 123456789012345.0 }} {{ 1e15 }} {{ 1e16 }} {{ 1e22 }} {{ 0.00001 }} {{ 1_000 }} {{ -0.0 }} {{ 3.14 * 2 }}",
    "booleans as numbers": "{{ true + 1 }} {{ true == 1 }} {{ 1 == 1.0 }} {{ false < 1 }}",
    "concatenation": "{{ 'a' ~ 1 ~ none ~ true ~ missing ~ [1] }} {{ 'ab' * 3 }} {{ [1] + [2] }} {{ 1 ~ 2 ~ 3.5 }}",
    "comparison": "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 'a' < 'b' }} {{ [1, 2] < [1, 3] }} {{ 1 != 2 }} {{ 2 >= 2 }} {{ 'a' == 'a' }} {{ [1] == [1] }} {{ {'a': 1} == {'a': 1} }}",
    "logic": "{{ 1 and 0 }} {{ 0 or 'x' }} {{ not 1 }} {{ not none and true }} {{ '' or [] or {} }} {{ 1 and 2 or 3 }}",
    "in": "{{ 'a' in letters }} {{ 'z' not in letters }} {{ 'ell' in 'hello' }} {{ 'type' in tool }} {{ not 'x' in 'y' }} {{ 1 in [1.0] }}",
    "inline if": "{{ 'a' if yes else 'b' }}{{ 'a' if not yes else 'b' if number == 7 else 'c' }}[{{ 'x' if false }}]",
    "subscripts": "{{ letters[0] }}{{ letters[-1] }}[{{ letters[9] }}]{{ tool.type }}{{ tool['function']['name'] }}{{ 'héllo'[1] }}[{{ tool.missing }}]{{ nested.1.0 }}",
    "slices": "{{ letters[1:] }}{{ letters[:-1] }}{{ letters[::-1] }}{{ letters[1:3] }}{{ 'héllo'[1:3] }}{{ 'hello'[::2] }}{{ letters[5:] }}{{ 'hello'[-3:-1] }}{{ letters[::9223372036854775807] }}{{ letters[3:0:-2] }}",
    "values as text": "{{ tool }} {{ quotes }} {{ [quotes, 'it\\'s', '\"'] }} {{ nothing }} {{ yes }} {{ [none, true, 1.5] }}[{{ missing }}]{{ {} }}{{ [] }}",
    "tojson": "{{ tool | tojson }} {{ quotes | tojson }} {{ 1.0 | tojson }} {{ none | tojson }} {{ tool | tojson(indent=2) }} {{ tool | tojson(separators=(',', ':')) }} {{ quotes | tojson(ensure_ascii=True) }} {{ tool | tojson(sort_keys=true) }} {{ '😀<&>\\'' | tojson(ensure_ascii=True) }} {{ {} | tojson(indent=4) }}",
    "text filters": "[{{ text | trim }}][{{ text | upper }}][{{ text | lower }}][{{ text | trim | title }}][{{ 'aB cD' | capitalize }}][{{ text | replace('a', 'x') }}][{{ 'aaa' | replace('a', 'b', 2) }}][{{ 'xaxx' | trim('x') }}]",
    "sequence filters": "{{ letters | length }}{{ letters | first }}{{ letters | last }}{{ letters | join('-') }}{{ letters | join }}{{ [1, none] | join(',') }}{{ letters | reverse | list }}{{ 'abc' | reverse }}{{ letters | unique | list }}{{ 'ab' | list }}{{ missing | length }}{{ people | join(', ', attribute='name') }}[{{ [] | first }}]{{ tool | length }}",
    "what is added to safe text is escaped": "{{ '<a>'|safe + '<b>' + quotes }}{{ '&' + '<i>' + ('\"<a>'|safe) + '<' }}{{ '<' + '>' }}{{ '<a>'|safe ~ '<b>' }}"
                                             "{{ ('<a>'|safe + '<b>') + '<c>' }}{{ '<a>'|safe }}",
    "sort": "{{ letters | sort }}{{ letters | sort(true) }}{{ letters | sort(case_sensitive=true) }}{{ people | sort(attribute='age', reverse=true) | map(attribute='name') | list }}{{ [3, 1.5, true] | sort }}{{ 'bca' | sort }}{{ [] | sort }}",
    "unlike types have no order": "{{ [1, 'a'] | sort }}",
    "default": "{{ missing | default('x') }}{{ missing | d }}{{ '' | default('x') }}{{ '' | default('x', true) }}{{ none | default('y', boolean=true) }}",
    "conversions": "{{ '12' | int }} {{ 'x' | int }} {{ 'x' | int(5) }} {{ 3.9 | int }} {{ -3.9 | int }} {{ '3.5' | float }} {{ 12 | string + 'a' }} {{ '4.7' | int }} {{ true | int }} {{ ' 7 ' | int }}",
    "mapping filters": "{% for k, v in tool | items %}{{ k }}{{ v }}{% endfor %}{% for k, v in {'b': 1, 'A': 2} | dictsort %}{{ k }}{{ v }}{% endfor %}{{ (tool.function | items | first)[1] }}",
    "map and select": "{{ people | map(attribute='name') | list }} {{ letters | map('upper') | list }} {{ people | selectattr('age', 'equalto', 5) | map(attribute='name') | list }} {{ people | rejectattr('name') | list }} {{ [1, 2, 3, 4] | select('odd') | list }} {{ [0, 1, ''] | reject | list }} {{ people | selectattr('tags', 'defined') | list | length }} {{ [1, none, 2] | select('ne', none) | list }} {{ people | map(attribute='tags', default='-') | list }}",
    "nothing to map or select": "{{ none | selectattr('a') | list }}{{ none | map('upper') | list }}{{ missing | reject | list }}",
    "indent": "{{ 'a\n\nb' | indent }}|{{ 'a\nb' | indent(2, first=true) }}|{{ 'a\n\nb' | indent(2, blank=true) }}",
    "tests": "{{ missing is defined }}{{ missing is undefined }}{{ nothing is none }}{{ text is string }}{{ tool is mapping }}{{ letters is iterable }}{{ letters is sequence }}{{ 1 is number }}{{ 1 is integer }}{{ 1.5 is float }}{{ true is boolean }}{{ yes is true }}{{ yes is false }}{{ yes is not false }}{{ 1 is equalto 1 }}{{ 1 is eq(2) }}{{ 'a' is in letters }}{{ 3 is odd }}{{ 3 is even }}{{ 9 is divisibleby 3 }}{{ none is string }}{{ 'A' is upper }}{{ tool is not mapping }}{{ strftime_now is defined }}{{ 5 is gt 3 }}",
    "test after not": "{% if not missing is defined and yes is defined %}a{% endif %}{{ tool.x is defined or tool.type is string }}",
    "string methods": "[{{ text.strip() }}][{{ text.lstrip() }}][{{ text.rstrip() }}][{{ 'xxaxx'.strip('x') }}]{{ 'abc'.startswith('ab') }}{{ 'abc'.endswith(('x', 'c')) }}{{ 'a,b,,c'.split(',') }}{{ ' a  b '.split() }}{{ 'a</t>b</t>c'.split('</t>')[-1] }}{{ 'a,b,c'.split(',', 1) }}{{ 'aXa'.replace('a', 'bb') }}{{ 'aé'.upper() }}{{ 'ABC'.lower() }}{{ \"they're bill's\".title() }}{{ 'hELLO wo'.capitalize() }}{{ 'héllo'.find('l') }}{{ 'aaa'.count('a') }}{{ ','.join(letters) }}{{ 'pre-x'.removeprefix('pre-') }}{{ 'a\nb\n'.splitlines() }}",
    "mapping methods": "{{ tool.get('type') }}{{ tool.get('x') }}{{ tool.get('x', 'y') }}{{ tool.keys() | list }}{{ tool.function.values() | list }}{% for k, v in tool.function.items() %}{{ k }}{{ v }}{% endfor %}",
    "range and dict": "{{ range(3) | list }}{{ range(1, 7, 2) | list }}{{ range(3, 0, -1) | list }}{{ range(0) | list }}{{ dict(b=1, a=2) }}",
    "strftime_now": "{{ strftime_now('%Y-%m-%d %d %b %B %A %a %H:%M:%S %I%p %y %%') }}",
    "raise_exception": "{% if messages[0].role == 'system' %}{{ raise_exception('No system role') }}{% endif %}",
    "undefined is an error to look into": "{{ missing.attribute }}",
    "undefined is an error to add": "{{ missing + 'x' }}",
    "unlike types are an error to add": "{{ 'x' + 1 }}",
    "none is an error to iterate": "{% for x in none %}{% endfor %}",
    "division by zero": "{{ 1 // 0 }}",
    "lists cannot be changed": "{% set x = letters.append('d') %}",
    "an endless range": "{{ range(1000000) | list }}",
    "filters bind closer than operators": "{{ 'a' ~ 'b' | upper }}{{ 1 + '2' | int }}{{ -1 | string }}{{ not 'x' | length }}{{ 'a' + 'b' | upper + 'c' }}",
    "calls after filters": "{{ (letters | join('') | upper).lower() }}{{ ('a' ~ 'b').upper() }}{{ [1, 2][0] }}{{ {'k': 'v'}['k'] }}",
}


def render(template, variables):
    try:
        return {"expected": environment().from_string(template).render(**variables)}
    except Exception as error:
        return {"failure": type(error).__name__, "message": str(error)}


def ordered(value):
    """Mappings as pairs, so that a reader need not keep the order of JSON objects."""
    if isinstance(value, dict):
        return {"pairs": [[key, ordered(item)] for key, item in value.items()]}
    return [ordered(item) for item in value] if isinstance(value, list) else value


def cases():
    for name in CONVERSATIONS:
        for prompt in (False, True):
            yield f"SmolLM2, {name}, prompt {prompt}", SMOLLM2, f"{name} {prompt}"
    for name, template in CONSTRUCTS.items():
        yield name, template, "data"


def main():
    variables = {
        f"{name} {prompt}": {"messages": messages, "add_generation_prompt": prompt}
        for name, messages in CONVERSATIONS.items() for prompt in (False, True)
    }
    variables["data"] = DATA
    goldens = [
        {"name": name, "template": template, "variables": key, **render(template, variables[key])}
        for name, template, key in cases()
    ]
    file = {"nowSeconds": NOW, "variables": {key: ordered(value) for key, value in variables.items()}, "cases": goldens}
    path = pathlib.Path(__file__).with_name("goldens.json")
    path.write_text(json.dumps(file, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
