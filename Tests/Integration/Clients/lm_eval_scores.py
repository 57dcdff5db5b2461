"""Scores a small multiple-choice task with lm-evaluation-harness, and the same choices by hand, and prints all as JSON.

In:  {"address": "http://...", "model": "...", "backend": "local-completions" or "gguf"}
Out: [{"harness": [log-likelihood, is_greedy], "echo": sum over the echoed choice, "tokens": [...]}], one a question and choice.
"""

import contextlib
import json
import os
import pathlib
import sys
import tempfile
import urllib.request

work = tempfile.TemporaryDirectory()
os.environ.update(HF_HOME=work.name, HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", TQDM_DISABLE="1")

import lm_eval
from lm_eval.tasks import TaskManager

session = json.load(sys.stdin)
address, model = session["address"], session["model"]

# Longer than the budget that the tests give, with something in it to look back for.
journey = " ".join(f"On day {day} the ship was {day * 7 % 60} miles from the shore and saw {day * 3 % 11} whales." for day in range(1, 21))
questions = [
    {"context": "The capital of France is", "choices": ["Paris", "London", "a small town in Spain"], "answer": 0},
    {"context": "Two plus two is", "choices": ["four", "a herd of élans 🦌", "five"], "answer": 0},
    {"context": journey + " On day 5 the ship was", "choices": ["35 miles from the shore", "a bird"], "answer": 0},
]


def task():
    folder = pathlib.Path(work.name)
    (folder / "questions.jsonl").write_text("\n".join(json.dumps(question) for question in questions))
    (folder / "choices.yaml").write_text(
        json.dumps({
            "task": "kvota_choices", "dataset_path": "json",
            "dataset_kwargs": {"data_files": {"test": str(folder / "questions.jsonl")}},
            "test_split": "test", "output_type": "multiple_choice", "doc_to_text": "{{context}}",
            "doc_to_choice": "{{choices}}", "doc_to_target": "{{answer}}",
            "metric_list": [{"metric": "acc"}],
        })
    )
    return TaskManager(include_path=work.name, include_defaults=False)


def harness():
    arguments = {
        "local-completions": {
            "model": model, "base_url": address + "/v1/completions", "batch_size": 4, "max_length": 4096,
        },
        "gguf": {"base_url": address},
    }[session["backend"]]
    with contextlib.redirect_stdout(sys.stderr):
        results = lm_eval.simple_evaluate(
            model=session["backend"], model_args=arguments, tasks=["kvota_choices"], task_manager=task(),
            bootstrap_iters=0)
    samples = sorted(results["samples"]["kvota_choices"], key=lambda sample: sample["doc_id"])
    return [answer for sample in samples for answer in sample["filtered_resps"]]


def post(path, body):
    request = urllib.request.Request(
        address + path, json.dumps(body).encode(), {"content-type": "application/json"})
    return json.load(urllib.request.urlopen(request))


def echoed(context, choice):
    answer = post("/v1/completions", {
        "model": model, "prompt": context + choice, "echo": True, "logprobs": 0, "max_tokens": 0})
    logprobs = answer["choices"][0]["logprobs"]
    return sum(
        number for number, offset in zip(logprobs["token_logprobs"], logprobs["text_offset"]) if offset >= len(context))


def written(context, choice):
    """The sum when the model itself is made to write the choice: a bias forces each token, and leaves its probability alone."""
    before = post("/tokenize", {"content": context})["tokens"]
    total = 0.0
    for token in post("/tokenize", {"content": choice})["tokens"]:
        answer = post("/v1/completions", {
            "model": model, "prompt": before, "max_tokens": 1, "temperature": 0, "logprobs": 0,
            "logit_bias": {token: 100}, "ignore_eos": True})
        total += answer["choices"][0]["logprobs"]["token_logprobs"][0]
        before.append(token)
    return total


scores = harness()
pairs = [(question["context"], " " + choice) for question in questions for choice in question["choices"]]
by_writing = session.get("writes", False)
json.dump(
    [
        {"harness": score[0], "greedy": score[1], "echo": echoed(*pair), "written": written(*pair) if by_writing else None}
        for score, pair in zip(scores, pairs, strict=True)
    ], sys.stdout)
