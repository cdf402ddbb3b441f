#!/usr/bin/env python3
"""Loads folders that `sememe train` wrote in PyPI `sentence-transformers` (6.2) and compares the vectors.

    tools/oracle/check_trained_folder.py --program build/release/sememe [--model FOLDER] [--bound 1e-5]

Trains, for a few steps each: --model (all-MiniLM-L6-v2) fine-tuned, also by Matryoshka prefixes, a student of it with two
layers and 300 pieces, a model from random weights with a tokenizer of its own, and, where the reference data are there, a
model with Dense modules and a plain transformers folder. Every folder must be sound by `sememe verify` with its golden
vectors, have a model card, and give in both programs vectors that differ by `--bound` at most in any number. Exits
with 1 if not. It takes a minute or two and is not part of the tests.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy

TEXTS = ["The cat sat on the mat.", "A feline rested on the rug", "Stock prices fell sharply today", "cat",
         "Na\u00efve caf\u00e9, 42%!", "unbelievably antidisestablishmentarian", "x" * 150,
         "\u4e2d\u6587 and \u0440\u0443\u0441\u0441\u043a\u0438\u0439", "a very long text " * 200]
DATA = pathlib.Path(os.environ.get("SEMEME_TEST_DATA", pathlib.Path(__file__).resolve().parents[3] / "shared" / "data"))
MODELS = (DATA / "golden" / "models").resolve()
NOUNS = ["cat", "river", "market", "song", "paper", "winter", "engine", "bread"]


def write_data(folder):
    pairs = [(f"the {NOUNS[i % 8]} of {NOUNS[i // 8]}", f"a {NOUNS[i % 8]} and {NOUNS[(i + 3) % 8]}")
             for i in range(64)]
    (folder / "pairs.tsv").write_text("anchor\tpositive\n" + "".join(f"{a}\t{b}\n" for a, b in pairs))
    (folder / "scored.tsv").write_text(
        "score\tsentence1\tsentence2\n" + "".join(f"{i % 6}\t{a}\t{b}\n" for i, (a, b) in enumerate(pairs)))


def recipes(model):
    """Config of each training, by name."""
    scored = {"file": "scored.tsv", "range": [0, 5]}
    wide = {"name": "mnr", "matryoshka": [384, 128, 64]}
    small = {"data": "pairs.tsv", "learning_rate": 1e-3, "max_steps": 20}
    others = {"dense": small | {"model": str(MODELS / "bert-dense-two")},
              "plain": small | {"model": str(MODELS / "plain-bert-prefix"), "pooling": "cls+mean"}}
    return (others if MODELS.exists() else {}) | {
        "matryoshka": {"model": model, "data": "pairs.tsv", "loss": wide, "batch_size": 16},
        "tuned": {"model": model, "data": scored, "loss": "cosent", "batch_size": 16, "eval": "sts:scored.tsv"},
        "student": {"model": model, "teacher": model, "student": {"layers": [0, 5], "vocab_size": 300},
                    "data": {"file": "pairs.tsv", "columns": ["anchor"]}, "loss": "distill", "max_steps": 3},
        "scratch": {"scratch": {"hidden_size": 48, "layers": 2, "heads": 4, "intermediate_size": 96,
                                "max_positions": 32, "vocab_size": 120},
                    "data": "pairs.tsv", "loss": "mnr", "learning_rate": 1e-3, "max_steps": 20},
    }


def our_vectors(program, folder, texts, work=None):
    work = work or folder.parent
    lines = work / "texts.jsonl"
    lines.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    vectors = work / "vectors.npy"
    subprocess.run([program, "encode", "-q", "-m", folder, "-i", lines, "--field", "text", "--compute", "fp32",
                    "-o", vectors], check=True)
    return numpy.load(vectors)


def check(program, folder, bound):
    """What is wrong with a trained folder, as lines; prints the worst deviation."""
    import sentence_transformers

    wrong = []
    verified = subprocess.run([program, "verify", folder], stdout=subprocess.PIPE, text=True)
    if verified.returncode != 0 or "golden vectors" not in verified.stdout:
        wrong.append("sememe verify does not find it sound, or finds no golden vectors")
    card = (folder / "README.md").read_text(encoding="utf-8") if (folder / "README.md").exists() else ""
    wrong += [f"the model card has no {part}" for part in ("library_name: sentence-transformers", "## Data", "licence",
                                                            "## Scores", "## Recipe") if part not in card]
    theirs = sentence_transformers.SentenceTransformer(str(folder), device="cpu").encode(TEXTS, convert_to_numpy=True)
    ours = our_vectors(program, folder, TEXTS)
    if ours.shape != theirs.shape:
        return wrong + [f"vectors are {ours.shape} here and {theirs.shape} there"]
    worst = numpy.abs(ours - theirs).max(axis=1)
    print(f"{folder.name}: {len(TEXTS)} texts, largest difference {worst.max():.1e}", flush=True)
    return wrong + [f"{text!r:.60} differs by {d:.1e}" for text, d in zip(TEXTS, worst) if not d <= bound]


def train_and_check(program, recipes, check):
    """Trains each recipe in a scratch folder and prints what check(folder) finds wrong; whether it found anything."""
    failed = False
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        write_data(work)
        for kind, recipe in recipes.items():
            config = work / f"{kind}.json"
            config.write_text(json.dumps(recipe))
            subprocess.run([program, "train", "-q", "--config", config, "--out", work / kind], check=True)
            for line in check(work / kind):
                failed = True
                print(f"{kind}: {line}")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, type=pathlib.Path)
    parser.add_argument("--model", default="sentence-transformers/all-MiniLM-L6-v2")
    parser.add_argument("--bound", type=float, default=1e-5)
    options = parser.parse_args()
    program = options.program.resolve()
    sys.exit(train_and_check(program, recipes(options.model), lambda folder: check(program, folder, options.bound)))


if __name__ == "__main__":
    main()
