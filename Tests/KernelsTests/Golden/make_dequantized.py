"""Writes dequantized.json: random blocks of every quantized type, and what llama.cpp's own `gguf` package reads in them.

Every bit of a block but those of its scale is random, so that each field is met with every meaning. `values` are
little-endian floats. Run with `pip install numpy gguf` and no arguments.
"""

import base64
import json
import pathlib

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

HALVES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
    "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
    "IQ4_NL": [0], "MXFP4": [],
}
SCALES = [0.0123, -1.5, 2.0**-24, 65504.0]
EXPONENTS = [0, 1, 120, 250]

random = np.random.default_rng(20240607)
goldens = []
for name, places in HALVES.items():
    kind = GGMLQuantizationType[name]
    values, size = GGML_QUANT_SIZES[kind]
    blocks = random.integers(0, 256, (len(SCALES) if values == 32 else 2, size), dtype=np.uint8)
    for index, block in enumerate(blocks):
        for place in places:
            block[place : place + 2] = np.frombuffer(np.float16(SCALES[(index + place) % len(SCALES)]).tobytes(), np.uint8)
        if name == "MXFP4":
            block[0] = EXPONENTS[index]
    read = dequantize(blocks, kind).astype("<f4")
    encoded = [base64.b64encode(a.tobytes()).decode() for a in (blocks, read)]
    goldens.append({"type": int(kind), "bytes": encoded[0], "values": encoded[1]})

text = json.dumps(goldens, indent=1)
pathlib.Path(__file__).with_name("dequantized.json").write_text(text + "\n")
