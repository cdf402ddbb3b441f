#!/usr/bin/env python3
"""Loads the adapters that `sememe train` wrote with PyPI `peft` (0.21) and compares the vectors.

    tools/oracle/check_adapter.py --program build/release/sememe --model FOLDER [--bound 1e-5]

Trains LoRA adapters of --model (all-MiniLM-L6-v2, say) on some modules, then: PEFT must find every tensor of the adapter in
its place beside the untouched base model; the mean of its token vectors, the vectors of the merged folder in
sentence-transformers and those of `sememe encode` must differ by --bound at most in any number, and move away from
the base model's. Exits with 1 if not. It takes a minute and is not part of the tests.
"""

import argparse
import json
import pathlib
import sys

import numpy
from check_trained_folder import TEXTS, our_vectors, train_and_check

TARGETS = {"default": None, "dense": ["dense"], "some": ["query", "attention.output.dense", "encoder.layer.1.output.dense"]}


def recipe(model, targets):
    lora = {"rank": 4, "alpha": 16, "dropout": 0.1}
    if targets:
        lora["target_modules"] = targets
    return {"model": model, "data": {"file": "scored.tsv", "range": [0, 5]}, "loss": "cosent", "batch_size": 16,
            "epochs": 3, "learning_rate": 2e-3, "lora": lora}


def peft_vectors(base, adapter):
    """Of TEXTS: mean of the last hidden states, at length 1; and how many tensors of the model are adapters'."""
    import peft
    import torch
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(base)
    model = peft.PeftModel.from_pretrained(transformers.AutoModel.from_pretrained(base), adapter).eval()
    limit = json.loads((pathlib.Path(base) / "sentence_bert_config.json").read_text())["max_seq_length"]
    rows = []
    with torch.no_grad():
        for text in TEXTS:
            tokens = tokenizer(text, truncation=True, max_length=limit, return_tensors="pt")
            rows.append(model(**tokens).last_hidden_state[0].mean(0).numpy())
    rows = numpy.stack(rows)
    names = [name for name, _ in model.named_parameters() if "lora_" in name]
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True), len(names)


def check(program, base, folder, bound):
    import sentence_transformers
    from safetensors import safe_open

    with safe_open(folder / "adapter" / "adapter_model.safetensors", "np") as file:
        written = len(list(file.keys()))
    theirs, adapted = peft_vectors(base, folder / "adapter")
    ours = our_vectors(program, folder, TEXTS)
    merged = sentence_transformers.SentenceTransformer(str(folder), device="cpu").encode(TEXTS, convert_to_numpy=True)
    differences = {"PEFT": numpy.abs(ours - theirs).max(), "sentence-transformers": numpy.abs(ours - merged).max()}
    print(f"{folder.name}: {written} tensors, {len(TEXTS)} texts, " +
          ", ".join(f"{d:.1e} from {name}" for name, d in differences.items()), flush=True)
    wrong = [f"differs by {d:.1e} from {name}" for name, d in differences.items() if not d <= bound]
    if not numpy.abs(ours - our_vectors(program, pathlib.Path(base), TEXTS, folder.parent)).max() > 1e-2:
        wrong.append("has the vectors of the base model")
    if adapted != written:
        wrong.append(f"{written} tensors were written, PEFT has a place for {adapted}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, type=pathlib.Path)
    parser.add_argument("--model", required=True, help="a folder, of mean pooling")
    parser.add_argument("--bound", type=float, default=1e-5)
    options = parser.parse_args()
    program = options.program.resolve()
    recipes = {kind: recipe(options.model, targets) for kind, targets in TARGETS.items()}
    sys.exit(train_and_check(program, recipes, lambda folder: check(program, options.model, folder, options.bound)))


if __name__ == "__main__":
    main()
