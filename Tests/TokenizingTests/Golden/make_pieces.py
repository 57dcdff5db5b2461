"""Cuts texts by the pre-tokenizers' patterns with Python's `regex`: pip install regex; python3 make_pieces.py pieces.json > new.json

Reads names and stages from a file of the form that it writes; tests say so when these are not those of PreTokenizers.swift. What is
tested is our engine; that the patterns are the models' own is shown by the vocabulary tests, where there is a vocabulary.
"""
import json
import pathlib
import random
import sys

import regex

patterns = [
    {"name": row["name"], "stages": row["stages"]} for row in json.loads(pathlib.Path(sys.argv[1]).read_text())
]


def split(stages, text):
    pieces = [text]
    for stage in stages:
        compiled = regex.compile(stage, regex.V0)
        after = []
        for piece in pieces:
            start = 0
            for match in compiled.finditer(piece):
                if match.end() == match.start():
                    continue
                if match.start() > start:
                    after.append(piece[start:match.start()])
                after.append(match.group())
                start = match.end()
            if start < len(piece):
                after.append(piece[start:])
        pieces = after
    return pieces


def texts():
    yield from [
        "Hello world", "don't we'll 'S I'LL", "a  b \n\n c\t\r\n", "1234567 12.5e3 \u00bd\u0663", "(word) [x]; a.b/c\n\n/d", "\u00e9t\u00e9 \u65e5\u672c\u8a9e\u304b\u306a\u30ab\u30ca \ud55c\uae00\u3002",
        "HelloWorld HTTPServer iPhone \u01c5x e\u0301a", "   ", "\n\n\n", "\u3000\u00a0x \u2028y", "!!\u3002\u2018quoted\u2019 $5+=<>^~|`", "\u0645\u0631\u062d\u0628\u0627\u060c \u0928\u092e\u0938\u094d\u0924\u0947\u0964", "\U0001f999.cpp \U0001f469\u200d\U0001f4bb", "'\u017f",
    ]
    rng = random.Random(11)
    alphabet = list("aBz\u00e9\u00c9\u01c5\u02b0\u65e5\u304b\ud55c\u0301 09\u0663\u00bd'sStTlLvVeErRmMdD.,!?/-_$+<=>^~|`()[]{}\"\\\u3002\u3001\u2018\uff01\u060c\u0964 \t\r\n\u00a0\u3000\u2028") + ["  ", "\n\n", "'ll", " '", "\U0001f999"]
    for _ in range(60):
        yield "".join(rng.choice(alphabet) for _ in range(rng.randint(1, 30)))


all_texts = list(texts())
goldens = [{**p, "texts": all_texts, "pieces": [split(p["stages"], t) for t in all_texts]} for p in patterns]
json.dump(goldens, sys.stdout, ensure_ascii=True, separators=(",", ":"))
