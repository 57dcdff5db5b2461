"""Makes what the tests of model folders compare with: pip install numpy gguf safetensors tokenizers; python3 make_goldens.py

- `llama`: a folder with a small random model in two files of three types, and a byte-level tokenizer with Llama 3's pattern;
  `prepend` and `metaspace`: tokenizers that merge characters, as Llama 2's and as newer ones.
- `goldens.json`: the model's logits after some tokens, computed here in double precision as the transformers library lays a Llama out
  (halves of a head rotate against each other); matrices as llama.cpp's `gguf` package rounds them; ids by the `tokenizers` library.
"""

import base64
import json
import math
import pathlib
import random

import numpy as np
import safetensors
from gguf import GGMLQuantizationType
from gguf.quants import quantize
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(20240611)
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
PROSE = [
    "The harbour lay quiet under a sky of slate, and the boats that had come in at dawn rocked on their lines.",
    "Nobody remembered who had planted the pear tree, but everybody ate of it, and in 1987 it bore 412 pears.",
    "She counted the steps: one, two, three; then the landing, then thirteen more. \u00dcber die Stra\u00dfe, \u00e9t\u00e9 comme hiver.",
    "if (x < 10) { return x * 2; }\n\n\tfor i in range(100):\n\t\tprint(i)\n",
]


def save(path, value):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(value, indent=1, ensure_ascii=True) + "\n")


# Tokenizers.

def byte_level():
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(LLAMA3), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        PROSE, trainers.BpeTrainer(vocab_size=340, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.add_special_tokens(["<|begin|>", "<|end|>"])
    tokenizer.add_tokens([AddedToken("<think>", normalized=False)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<|begin|> $A", special_tokens=[("<|begin|>", tokenizer.token_to_id("<|begin|>"))])
    return tokenizer


def all_merges(vocabulary):
    """All ways in which two tokens become one, the earliest tokens first: so the transformers library writes SentencePiece's models."""
    merges = []
    for token in sorted(vocabulary, key=vocabulary.get):
        splits = [(token[:i], token[i:]) for i in range(1, len(token))]
        known = [pair for pair in splits if all(part in vocabulary for part in pair)]
        merges += sorted(known, key=lambda pair: [vocabulary[part] for part in pair])
    return merges


def characters(prepare):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    prepare(tokenizer)
    tokenizer.train_from_iterator(PROSE, trainers.BpeTrainer(
        vocab_size=420, special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)], show_progress=False))
    data = json.loads(tokenizer.to_str())
    # Trained as special tokens, bytes are plain ones in real files.
    data["added_tokens"] = [t for t in data["added_tokens"] if not t["content"].startswith("<0x")]
    data["model"]["merges"] = all_merges(data["model"]["vocab"])
    tokenizer = Tokenizer.from_str(json.dumps(data))
    tokenizer.add_special_tokens([AddedToken("<|end|>", rstrip=True, normalized=False)])
    return tokenizer


def prepend(tokenizer):
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])


def metaspace(tokenizer):
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="first", split=False)


def texts():
    # None has a U+2581: those libraries make a space of it, and we give it back as it was.
    rand = random.Random(5)
    yield from PROSE
    yield from ["", " ", "  two  spaces ", "<|end|> \n behind", "a<|end|>\n\n<|end|>x", "<s>a</s> b", "1234567", "Zo\u00eb\u0301", "\U0001f999"]
    letters = list("the harbour  lay\n\t12,.\u00e9\u65e5'sS") + ["<|end|>", "<think>", "\U0001f469\u200d\U0001f4bb"]
    for _ in range(60):
        size = rand.randint(1, 30)
        yield "".join(
            rand.choice(letters) if rand.random() < 0.9 else chr(rand.choice([rand.randrange(0x20, 0xD800), rand.randrange(0xE000, 0x110000)]))
            for _ in range(size))


tokenizers = {"llama": byte_level(), "prepend": characters(prepend), "metaspace": characters(metaspace)}
all_texts = list(texts())
ids = {}
for name, tokenizer in tokenizers.items():
    (here / name).mkdir(exist_ok=True)
    tokenizer.save(str(here / name / "tokenizer.json"))
    ids[name] = [tokenizer.encode(text, add_special_tokens=False).ids for text in all_texts]


# A model.

vocabulary, width, heads, kv_heads, dimension, feed_forward, layers = 352, 32, 4, 2, 16, 64, 2
scaling = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}
config = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": width, "intermediate_size": feed_forward,
    "num_hidden_layers": layers, "num_attention_heads": heads, "num_key_value_heads": kv_heads, "head_dim": dimension,
    "vocab_size": vocabulary, "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 500000.0, "rope_scaling": scaling,
    "hidden_act": "silu", "tie_word_embeddings": False, "bos_token_id": 340, "eos_token_id": 341,
}
tensors = {}


def tensor(name, kind, *shape, scale=None):
    values = rng.standard_normal(shape) * (scale or shape[-1] ** -0.5)
    if len(shape) == 1:
        values = 1 + values * 0.1
    if kind == "BF16":
        bits = (values.astype("<f4").view("<u4") >> 16).astype("<u2")
        tensors[name] = (kind, (bits.astype("<u4") << 16).view("<f4").astype(float), bits.tobytes())
    else:
        stored = values.astype("<f2" if kind == "F16" else "<f4")
        tensors[name] = (kind, stored.astype(float), stored.tobytes())


tensor("model.embed_tokens.weight", "BF16", vocabulary, width, scale=0.5)
for layer in range(layers):
    part = f"model.layers.{layer}."
    kind = ["BF16", "F16"][layer]
    tensor(part + "input_layernorm.weight", kind, width)
    tensor(part + "self_attn.q_proj.weight", kind, heads * dimension, width, scale=0.25)
    tensor(part + "self_attn.k_proj.weight", kind, kv_heads * dimension, width, scale=0.25)
    tensor(part + "self_attn.v_proj.weight", kind, kv_heads * dimension, width)
    tensor(part + "self_attn.o_proj.weight", kind, width, heads * dimension)
    tensor(part + "post_attention_layernorm.weight", kind, width)
    tensor(part + "mlp.gate_proj.weight", kind, feed_forward, width)
    tensor(part + "mlp.up_proj.weight", "F32", feed_forward, width)
    tensor(part + "mlp.down_proj.weight", kind, width, feed_forward)
tensor("model.norm.weight", "F32", width)
tensor("lm_head.weight", "F16", vocabulary, width)

names = list(tensors)
shards = {"model-00001-of-00002.safetensors": names[:9], "model-00002-of-00002.safetensors": names[9:]}
for file, inside in shards.items():
    buffers = {n: np.frombuffer(tensors[n][2], np.uint8) for n in inside}
    specs = {
        n: safetensors.TensorSpec(
            dtype={"F32": "float32", "F16": "float16", "BF16": "bfloat16"}[tensors[n][0]], shape=list(tensors[n][1].shape), data_ptr=b.ctypes.data, data_len=b.size)
        for n, b in buffers.items()}
    (here / "llama" / file).write_bytes(safetensors.serialize(specs, {"format": "pt"}))
save(here / "llama" / "model.safetensors.index.json", {
    "metadata": {"total_size": sum(len(t[2]) for t in tensors.values())},
    "weight_map": {n: file for file, inside in shards.items() for n in inside}})
save(here / "llama" / "config.json", config)
save(here / "llama" / "generation_config.json", {"bos_token_id": 340, "eos_token_id": [341, 342]})
save(here / "llama" / "tokenizer_config.json", {
    "bos_token": "<|begin|>", "eos_token": {"content": "<|end|>", "special": True},
    "chat_template": "{% for m in messages %}{{ m.role }}: {{ m.content }}<|end|>{% endfor %}"})


def weight(name):
    return tensors[name][1]


def normalize(x, name):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + config["rms_norm_eps"]) * weight(name)


def frequencies():
    found = []
    for pair in range(dimension // 2):
        frequency = config["rope_theta"] ** (-2 * pair / dimension)
        wavelength, original = 2 * math.pi / frequency, scaling["original_max_position_embeddings"]
        if wavelength > original / scaling["low_freq_factor"]:
            frequency /= scaling["factor"]
        elif wavelength >= original / scaling["high_freq_factor"]:
            smooth = (original / wavelength - scaling["low_freq_factor"]) / (scaling["high_freq_factor"] - scaling["low_freq_factor"])
            frequency = (1 - smooth) * frequency / scaling["factor"] + smooth * frequency
        found.append(frequency)
    return np.array(found)


def rotate(x, positions):
    angles = np.concatenate([positions[:, None] * frequencies()] * 2, -1)[:, None, :]
    half = dimension // 2
    turned = np.concatenate([-x[..., half:], x[..., :half]], -1)
    return x * np.cos(angles) + turned * np.sin(angles)


def logits(tokens):
    hidden = weight("model.embed_tokens.weight")[tokens]
    positions = np.arange(len(tokens))
    for layer in range(layers):
        part = f"model.layers.{layer}."
        x = normalize(hidden, part + "input_layernorm.weight")
        q, k, v = ((x @ weight(part + f"self_attn.{n}_proj.weight").T).reshape(len(tokens), -1, dimension) for n in "qkv")
        q, k = rotate(q, positions), rotate(k, positions)
        k, v = (np.repeat(a, heads // kv_heads, 1) for a in (k, v))
        scores = np.einsum("qhd,khd->hqk", q, k) / math.sqrt(dimension)
        scores = np.where(positions[None, :, None] >= positions[None, None, :], scores, -np.inf)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        attended = np.einsum("hqk,khd->qhd", scores, v).reshape(len(tokens), -1)
        hidden = hidden + attended @ weight(part + "self_attn.o_proj.weight").T
        x = normalize(hidden, part + "post_attention_layernorm.weight")
        gate, up = (x @ weight(part + f"mlp.{n}_proj.weight").T for n in ("gate", "up"))
        hidden = hidden + (gate / (1 + np.exp(-gate)) * up) @ weight(part + "mlp.down_proj.weight").T
    return normalize(hidden, "model.norm.weight") @ weight("lm_head.weight").T


def rounded(name, kind):
    blocks = quantize(weight(name).astype(np.float32), GGMLQuantizationType[kind])
    return {"name": name, "type": kind, "bytes": base64.b64encode(blocks.tobytes()).decode()}


tokens = [int(t) for t in rng.integers(0, 340, 150)]
save(here / "goldens.json", {
    "tokens": tokens, "logits": [round(float(v), 5) for v in logits(tokens)[-1]],
    "rounded": [rounded("model.layers.0.self_attn.v_proj.weight", "Q8_0"), rounded("model.layers.1.mlp.down_proj.weight", "Q4_1")],
    "texts": all_texts, "ids": ids})
