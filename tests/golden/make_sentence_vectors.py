#!/usr/bin/env python3
"""Reference for the sentence vectors of word-vector files. Usage: make_sentence_vectors.py > sentence_vectors.json

Mean, SIF (Arora et al. 2017) and uSIF (Ethayarajh 2018) of a few texts over random word vectors, in numpy's double: the
weights by Zipf's law, 1 / (place + 2); SIF takes the first singular vector away, uSIF the first five by their shares.
"""
import json
import re

import numpy as np

WORDS = "the of and to in a is was for on river bank account money water fish cat dog sun rain".split()
TEXTS = ["the cat is in the water", "The dog, and the Fish!", "a river bank", "money in the bank account", "sun and rain",
         "rain on the river; rain-water", "nothing here", "the the the"]
DIM = 8


def main():
    generator = np.random.default_rng(7)
    table = np.round(generator.normal(size=(len(WORDS), DIM)) + 0.5, 3)
    zipf = 1 / (np.arange(len(WORDS)) + 2)
    parts = zipf / zipf.sum()
    size = len(WORDS)
    alpha = np.mean(parts > 1 - (1 - 1 / size) ** 11)
    alpha = min(max(alpha, 1 / size), 1 - 1 / (2 * size))
    a = (1 - alpha) / (alpha * size / 2)
    weights = {"mean": np.ones(size), "sif": 1e-3 / (1e-3 + parts), "usif": a / (a / 2 + parts)}
    out = {"words": WORDS, "table": table.tolist(), "texts": TEXTS}
    for name, components in (("mean", 0), ("sif", 1), ("usif", 5)):
        rows = np.zeros((len(TEXTS), DIM))
        for i, text in enumerate(TEXTS):
            ids = [WORDS.index(word) for word in re.findall(r"\w+", text.lower()) if word in WORDS]
            if ids:
                rows[i] = (weights[name][ids, None] * table[ids]).mean(axis=0)
        if components:
            _, values, directions = np.linalg.svd(rows, full_matrices=False)
            shares = values[:components] ** 2 / (values[:components] ** 2).sum() if name == "usif" else np.ones(components)
            for share, direction in zip(shares, directions):
                rows = rows - share * np.outer(rows @ direction, direction)
        out[name] = rows.tolist()
    print(json.dumps(out))


if __name__ == "__main__":
    main()
