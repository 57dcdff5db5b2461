"""Compares folders of every family with the transformers library: pip install torch transformers; python3 compare_with_transformers.py KVOTA [NAME ...]

Makes small random models, has `KVOTA serve` (the built program) score 71 tokens of a prompt of 72, and fails if a log-probability is further
than 0.01 from what transformers computes in 32 bits. `make test` needs neither library: its goldens are in `goldens.json`.
"""

import json
import math
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import torch
from transformers import (
    AutoModelForCausalLM, Gemma2Config, Gemma3TextConfig, LlamaConfig, MistralConfig, Phi3Config, Qwen2Config, Qwen3Config)

TOLERANCE = 0.01
tokenizer = pathlib.Path(__file__).parent / "llama"
described = json.loads((tokenizer / "tokenizer.json").read_text())
VOCABULARY = 1 + max([*described["model"]["vocab"].values(), *(token["id"] for token in described["added_tokens"])])
PROMPT = [(7 * i * i + 13 * i + 5) % (VOCABULARY - 5) for i in range(72)]


def config(kind, **changes):
    shape = dict(
        vocab_size=VOCABULARY, hidden_size=96, intermediate_size=160, num_hidden_layers=4, num_attention_heads=6,
        num_key_value_heads=2, head_dim=16, max_position_embeddings=512, rms_norm_eps=1e-5, bos_token_id=None, eos_token_id=0,
        pad_token_id=None)
    return kind(**{**shape, **changes})


LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64)
LONG = dict(type="longrope", short_factor=[1 + 0.05 * i for i in range(8)], long_factor=[1 + 0.4 * i for i in range(8)])
CASES = {
    "llama": config(LlamaConfig),
    "llama, biases, tied": config(LlamaConfig, attention_bias=True, tie_word_embeddings=True),
    "llama, llama3 scaling": config(LlamaConfig, rope_theta=500000.0, rope_scaling=LLAMA3),
    "llama, linear scaling": config(LlamaConfig, rope_scaling=dict(rope_type="linear", factor=4.0)),
    "llama, yarn": config(LlamaConfig, rope_scaling=dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=64)),
    "mistral, window": config(MistralConfig, sliding_window=24),
    "qwen2": config(Qwen2Config, use_sliding_window=False),
    "qwen3": config(Qwen3Config, use_sliding_window=False),
    "phi3": config(Phi3Config, sliding_window=None),
    "phi3, window": config(Phi3Config, sliding_window=24),
    "phi3, partial": config(Phi3Config, sliding_window=None, head_dim=32, hidden_size=192, partial_rotary_factor=0.5),
    "phi3, longrope": config(Phi3Config, sliding_window=None, original_max_position_embeddings=64, rope_scaling=LONG),
    "gemma2": config(
        Gemma2Config, query_pre_attn_scalar=16, sliding_window=24, attn_logit_softcapping=20.0, final_logit_softcapping=15.0),
    "gemma3": config(Gemma3TextConfig, query_pre_attn_scalar=16, sliding_window=24, num_hidden_layers=7),
}


def random_model(shape):
    model = AutoModelForCausalLM.from_config(shape, attn_implementation="eager").float().eval()
    numbers = torch.Generator().manual_seed(7)
    is_gemma = shape.model_type.startswith("gemma")
    with torch.no_grad():
        for name, values in model.named_parameters():
            noise = torch.randn(values.shape, generator=numbers)
            if "norm" in name:
                values.copy_((0 if is_gemma else 1) + 0.2 * noise)
            elif name.endswith("bias"):
                values.copy_(0.3 * noise)
            elif "embed" in name:
                # Gemma multiplies them by the root of their width.
                values.copy_((0.05 if is_gemma else 0.3) * noise)
            else:
                values.copy_(1.2 / math.sqrt(values.shape[1]) * noise)
    return model


def scored(program, folder):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [program, "serve", "--model", folder, "--port", str(port), "--kv-memory", "64MiB"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        body = json.dumps(dict(prompt=PROMPT, max_tokens=1, echo=True, logprobs=1, temperature=0)).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/completions", body, {"content-type": "application/json"})
        deadline = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(request) as answer:
                    return json.load(answer)["choices"][0]["logprobs"]["token_logprobs"][1:len(PROMPT)]
            except (urllib.error.URLError, ConnectionError):
                if server.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
    finally:
        server.kill()
        server.wait()


def compare(program, shape):
    model = random_model(shape)
    with torch.no_grad():
        shares = torch.log_softmax(model(torch.tensor([PROMPT])).logits[0].double(), -1)
    expected = [shares[i - 1, PROMPT[i]].item() for i in range(1, len(PROMPT))]
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        for file in tokenizer.glob("tokenizer*.json"):
            shutil.copy(file, folder)
        return [abs(a - b) for a, b in zip(expected, scored(program, folder))]


def main(program, *names):
    worst = 0.0
    for name in names or CASES:
        differences = compare(program, CASES[name])
        worst = max(worst, *differences)
        print(f"{name}: {sum(differences) / len(differences):.4f} on average, {max(differences):.4f} at most", flush=True)
    return 0 if worst < TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
