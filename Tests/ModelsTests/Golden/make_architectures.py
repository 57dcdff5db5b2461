"""Makes architectures.json: what llama.cpp's server says of small random models of every architecture.

    python make_architectures.py /path/to/llama-server > architectures.json

Needs the packages gguf and numpy. The models' weights come from SplitMix64, tensor by tensor, so that the tests make up the
same files from the shapes and scales that are written here. Keys and values are kept as 32-bit floats by the peer.
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import gguf
import numpy as np

VOCABULARY, WIDTH, FEED_FORWARD = 131, 96, 160
PROMPT = [(7 * i * i + 13 * i + 5) % (VOCABULARY - 3) + 3 for i in range(40)]
GENERATED, TOP = 32, 6


def mixed(seed, count):
    """The first `count` numbers of SplitMix64."""
    with np.errstate(over="ignore"):
        state = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return state ^ (state >> np.uint64(31))


def floats(seed, count, scale, offset):
    """Numbers evenly from -scale to scale, around offset."""
    unit = (mixed(seed, count) >> np.uint64(40)).astype(np.float32) * np.float32(2**-23) - np.float32(1)
    return unit * np.float32(scale) + np.float32(offset)


def blocks(seed, count, scale):
    """Q8_0: blocks of 32 bytes under the same scale, a 128th of what is wanted, in half precision."""
    values = (mixed(seed, count) >> np.uint64(56)).astype(np.uint8).reshape(-1, 32)
    halves = np.full((len(values), 1), scale / 128, np.float16).view(np.uint8)
    return np.concatenate([halves, values], axis=1)


class Model:
    """A model's metadata and tensors: name, dimensions with the row's length first, scale, offset, whether it may be quantized."""

    def __init__(self, architecture, layers=2, heads=6, kv_heads=3, dimension=32, norm="rms", embedding=0.4, **extra):
        self.architecture, self.layers = architecture, layers
        self.queries, self.keys, self.dimension = heads * dimension, kv_heads * dimension, dimension
        self.metadata = [
            ("general.architecture", "str", architecture), (".block_count", "u32", layers),
            (".embedding_length", "u32", WIDTH), (".feed_forward_length", "u32", FEED_FORWARD),
            (".context_length", "u32", 512), (".attention.head_count", "u32", heads),
            (".attention.head_count_kv", "u32", kv_heads),
            (".attention.layer_norm_rms_epsilon" if norm == "rms" else ".attention.layer_norm_epsilon", "f32", 1e-5),
        ]
        if norm == "rms":
            self.metadata += [(".attention.key_length", "u32", dimension), (".attention.value_length", "u32", dimension)]
            self.metadata += [(".rope.dimension_count", "u32", dimension)]
        for key, value in extra.items():
            kind = {bool: "bool", int: "u32", float: "f32", str: "str"}[type(value)]
            self.metadata.append(("." + key.replace("__", "."), kind, value))
        self.tensors = []
        self.norm_kind = norm
        self.matrix("token_embd", WIDTH, VOCABULARY, embedding)

    def matrix(self, name, inner, rows, scale, *more, biased=False):
        self.tensors.append((name + ".weight", [inner, rows, *more], scale, 0, True))
        if biased:
            self.tensors.append((name + ".bias", [rows], 0.3, 0, False))

    def norm(self, name, width=WIDTH, around=1):
        self.tensors.append((name + ".weight", [width], 0.2, around, False))
        if self.norm_kind == "layer":
            self.tensors.append((name + ".bias", [width], 0.2, 0, False))

    def build(self, fused=False, biases="", head_norms=False, update_norms=False, feed_forward="gated", experts=0,
              expert_width=64, tied=False, positions=False, output_norm=1):
        """Biases: q for query, key and value, o for attention's output, f for feed-forward."""
        if positions:
            self.tensors.append(("position_embd.weight", [WIDTH, 512], 0.4, 0, False))
        for layer in range(self.layers):
            block = f"blk.{layer}."
            self.norm(block + "attn_norm")
            sizes = [("attn_q", self.queries), ("attn_k", self.keys), ("attn_v", self.keys)]
            for name, rows in [("attn_qkv", self.queries + 2 * self.keys)] if fused else sizes:
                self.matrix(block + name, WIDTH, rows, 0.3, biased="q" in biases)
            if head_norms:
                self.norm(block + "attn_q_norm", self.dimension)
                self.norm(block + "attn_k_norm", self.dimension)
            self.matrix(block + "attn_output", self.queries, WIDTH, 0.2, biased="o" in biases)
            self.norm(block + "ffn_norm")
            if update_norms:
                self.norm(block + "post_attention_norm")
                self.norm(block + "post_ffw_norm")
            if experts:
                self.matrix(block + "ffn_gate_inp", WIDTH, experts, 0.4)
                for name in ["ffn_gate_exps", "ffn_up_exps"]:
                    self.matrix(block + name, WIDTH, expert_width, 0.3, experts)
                self.matrix(block + "ffn_down_exps", expert_width, WIDTH, 0.3, experts)
                continue
            if feed_forward == "gated":
                self.matrix(block + "ffn_gate", WIDTH, FEED_FORWARD, 0.3)
            rows = FEED_FORWARD * (2 if feed_forward == "fused" else 1)
            self.matrix(block + "ffn_up", WIDTH, rows, 0.3, biased="f" in biases)
            self.matrix(block + "ffn_down", FEED_FORWARD, WIDTH, 0.2, biased="f" in biases)
        self.norm("output_norm", around=output_norm)
        if not tied:
            self.matrix("output", WIDTH, VOCABULARY, 0.4)
        return self

    def vector(self, name, count, scale, offset):
        self.tensors.append((name, [count], scale, offset, False))
        return self

    def keys_of(self):
        for key, kind, value in self.metadata:
            yield (self.architecture + key if key.startswith(".") else key), kind, value


def models():
    """Every case by name."""
    linear = dict(rope__scaling__type="linear", rope__scaling__factor=4.0)
    yarn = dict(rope__scaling__type="yarn", rope__scaling__factor=4.0, rope__scaling__original_context_length=64)
    # Embeddings are scaled up: small ones leave layers a say, and are large again as the output.
    gemma = dict(tied=True, output_norm=8)
    newer = dict(update_norms=True, **gemma)
    windows = dict(attention__sliding_window=11)
    return {
        "llama": Model("llama").build(),
        "llama, biases": Model("llama").build(biases="qo"),
        "llama, linear": Model("llama", **linear).build(),
        "llama, yarn": Model("llama", **yarn).build(),
        "llama, divisors": Model("llama").build().vector("rope_freqs.weight", 16, 3, 4.5),
        "mixtral": Model("llama", expert_count=5, expert_used_count=2).build(experts=5, expert_width=FEED_FORWARD),
        "qwen2": Model("qwen2", dimension=16).build(biases="q", tied=True),
        "qwen3": Model("qwen3").build(head_norms=True),
        "qwen3moe": Model("qwen3moe", expert_count=7, expert_used_count=3, expert_feed_forward_length=64).build(
            head_norms=True, experts=7),
        "phi3": Model("phi3", dimension=16).build(fused=True, feed_forward="fused"),
        "phi3, long": longrope(64),
        "phi3, short": longrope(512),
        "gemma": Model("gemma", embedding=0.05).build(**gemma),
        "gemma2": Model("gemma2", attn_logit_softcapping=2.0, final_logit_softcapping=5.0, embedding=0.05, **windows).build(
            **newer),
        "gemma3": Model("gemma3", layers=7, rope__freq_base=1e6, embedding=0.05, **windows, **linear).build(
            head_norms=True, **newer),
        "gpt2": Model("gpt2", heads=6, kv_heads=6, dimension=16, norm="layer").build(
            fused=True, biases="qof", feed_forward="plain", tied=True, positions=True),
        "gptneox": neox(True),
        "gptneox, serial": neox(False),
    }


def longrope(trained):
    extra = dict(rope__scaling__original_context_length=trained, rope__scaling__attn_factor=1.2)
    model = Model("phi3", dimension=16, **extra).build(fused=True, feed_forward="fused")
    return model.vector("rope_factors_long.weight", 8, 3, 4.5).vector("rope_factors_short.weight", 8, 0.5, 1.5)


def neox(parallel):
    extra = dict(rope__dimension_count=8, use_parallel_residual=parallel)
    return Model("gptneox", heads=3, kv_heads=3, norm="layer", **extra).build(
        fused=True, biases="qof", feed_forward="plain")


def write(model, quantized, path):
    writer = gguf.GGUFWriter(path, model.architecture)
    add = {"u32": writer.add_uint32, "f32": writer.add_float32, "bool": writer.add_bool, "str": writer.add_string}
    for key, kind, value in model.keys_of():
        if key != "general.architecture":
            add[kind](key, value)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(["<unk>", "<s>", "</s>"] + [f"t{i}" for i in range(3, VOCABULARY)])
    writer.add_token_scores([0.0] * VOCABULARY)
    writer.add_token_types([2, 3, 3] + [1] * (VOCABULARY - 3))
    for seed, (name, shape, scale, offset, may_quantize) in enumerate(model.tensors):
        count, rows = int(np.prod(shape)), list(reversed(shape))
        if quantized and may_quantize:
            data = blocks(seed, count, scale).reshape(*rows[:-1], -1)
            writer.add_tensor(name, data, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        else:
            writer.add_tensor(name, floats(seed, count, scale, offset).reshape(rows))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


class Server:
    def __init__(self, binary, model):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [binary, "-m", model, "-c", "512", "-np", "1", "-t", "2", "--port", str(self.port), "--no-warmup",
                   "-ctk", "f32", "-ctv", "f32", "-fa", "off"]
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        for _ in range(200):
            time.sleep(0.1)
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health")
                return
            except OSError:
                pass
        self.log.seek(0)
        sys.exit(f"no server for {model}: " + self.log.read().decode()[-3000:])

    def steps(self, prompt, count, top):
        """The likeliest tokens of each step, as (token, log-probability), and the tokens that were taken."""
        body = dict(prompt=prompt, n_predict=count, n_probs=top, temperature=0, ignore_eos=True, cache_prompt=False)
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/completion", json.dumps(body).encode(), {"content-type": "application/json"})
        answer = json.load(urllib.request.urlopen(request))["completion_probabilities"]
        return [[(t["id"], t["logprob"]) for t in step["top_logprobs"]] for step in answer], [s["id"] for s in answer]

    def close(self):
        self.process.kill()
        self.process.wait()


def golden(binary, model, quantized):
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.gguf")
        write(model, quantized, path)
        server = Server(binary, path)
        try:
            prompt = []
            for end in range(1, len(PROMPT)):
                likeliest, _ = server.steps(PROMPT[:end], 1, VOCABULARY)
                prompt.append(round(dict(likeliest[0])[PROMPT[end]], 4))
            steps, taken = server.steps(PROMPT, GENERATED, TOP)
        finally:
            server.close()
    top = [[[token, round(share, 4)] for token, share in step] for step in steps]
    return dict(quantized=quantized, prompt=prompt, taken=taken, top=top)


def main():
    binary = sys.argv[1]
    cases = []
    for name, model in models().items():
        if len(sys.argv) > 2 and name not in sys.argv[2:]:
            continue
        runs = [golden(binary, model, quantized) for quantized in [False, True]]
        metadata = [{"key": key, kind: value} for key, kind, value in model.keys_of()]
        fields = ["name", "shape", "scale", "offset", "mayQuantize"]
        tensors = [dict(zip(fields, tensor)) for tensor in model.tensors]
        cases.append(dict(name=name, metadata=metadata, tensors=tensors, runs=runs))
        print(name, runs[0]["taken"][:8], runs[0]["top"][0][:2], file=sys.stderr)
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    print(f'{{"prompt":{json.dumps(PROMPT)},"cases":[\n{lines}\n]}}')


main()
