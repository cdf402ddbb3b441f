#!/usr/bin/env python3
"""Compares `sememe distill` with model2vec's own distill(). Usage: check_distill.py MODEL_FOLDER [--program PATH]

Needs model2vec[distill] and torch. Prints how far the tables are apart (components may have either sign, and near ones of
equal variance may mix, so that products of rows are compared too), and how far texts are that both programs read
from the folder that sememe wrote. Exit 1 if a bound is broken.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from model2vec import StaticModel
from model2vec.distill import distill

TEXTS = ["The weather is lovely today.", "bank", "It's so sunny outside! 東京 \U0001f600", "Ünïcode, words & more -- 12,500",
         "unbelievableness " * 700, ""]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--program", default=pathlib.Path(__file__).resolve().parents[2] / "build/release/sememe")
    options = parser.parse_args()
    theirs = distill(str(options.model), quantize_to="float32", device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        ours_folder = pathlib.Path(folder) / "static"
        subprocess.run([options.program, "distill", options.model, "-o", ours_folder], check=True)
        ours = StaticModel.from_pretrained(ours_folder)
        texts = pathlib.Path(folder) / "texts.jsonl"
        texts.write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
        subprocess.run([options.program, "encode", "-m", ours_folder, "-i", texts, "-o", f"{folder}/v.npy"], check=True)
        here = np.load(f"{folder}/v.npy")
    there = ours.encode(TEXTS)

    same_pieces = list(ours.tokens) == list(theirs.tokens)
    a, b = (np.asarray(m.embedding, dtype=np.float64) for m in (ours, theirs))
    unknown = np.abs(a).sum(axis=1) == 0
    a, b = a[~unknown], b[~unknown]
    sample = np.random.default_rng(1).choice(len(a), 2000, replace=False)
    products = [m[sample] @ m[sample].T for m in (a, b)]
    signs = np.sign((a * b).sum(axis=0))
    figures = {
        "pieces alike": float(same_pieces),
        "rows that are zero": float(unknown.sum()),
        "products of rows, part of the largest": np.abs(products[0] - products[1]).max() / np.abs(products[1]).max(),
        "first 64 components, part of the largest": np.abs(a * signs - b)[:, :64].max() / np.abs(b).max(),
        "texts read by both programs": np.abs(here - there).max(),
    }
    for name, value in figures.items():
        print(f"{name:45} {value:.3g}")
    bounds = list(figures.values())
    sys.exit(not (same_pieces and bounds[1] <= 1 and bounds[2] <= 1e-4 and bounds[3] <= 1e-3 and bounds[4] <= 1e-6))


if __name__ == "__main__":
    main()
