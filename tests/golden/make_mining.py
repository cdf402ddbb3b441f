"""Writes mining/expected.jsonl: what sentence-transformers' mine_hard_negatives selects.

The pairs are the rows of snli-dev.jsonl.gz (shared data) that are no contradictions, the first 300 of them, so that most
anchors have two positives. Each line of the output has the options and the selection, texts by their number among the
different anchors and among the different positives. Needs PyPI sentence-transformers 6.2 and the test model.
Run: python3 tests/golden/make_mining.py SHARED_DATA MODEL
"""

import gzip
import json
import pathlib
import sys

from datasets import Dataset
from sentence_transformers import SentenceTransformer
from sentence_transformers.util import mine_hard_negatives

HERE = pathlib.Path(__file__).parent / "mining"
SETTINGS = [
    {},
    {"num_negatives": 1, "range_min": 2},
    {"num_negatives": 4, "range_min": 1, "range_max": 20},
    {"absolute_margin": 0.1, "num_negatives": 2},
    {"relative_margin": 0.05, "num_negatives": 5},
    {"relative_margin": 0.3, "range_max": 8, "num_negatives": 2},
    {"max_score": 0.4, "min_score": 0.25, "num_negatives": 3},
    {"min_score": 0.3, "num_negatives": 3},
    {"absolute_margin": 0.05, "relative_margin": 0.1, "max_score": 0.6, "min_score": 0.1, "range_min": 3,
     "range_max": 40, "num_negatives": 6},
]


def main() -> None:
    data, model_folder = sys.argv[1:]
    anchors, positives = [], []
    with gzip.open(pathlib.Path(data) / "pairs" / "snli-dev.jsonl.gz", "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            if row["label"] != "contradiction" and len(anchors) < 300:
                anchors.append(row["sentence1"])
                positives.append(row["sentence2"])
    model = SentenceTransformer(model_folder, device="cpu")
    anchor_ids = {text: i for i, text in enumerate(dict.fromkeys(anchors))}
    text_ids = {text: i for i, text in enumerate(dict.fromkeys(positives))}
    with open(HERE / "expected.jsonl", "w", encoding="utf-8") as out:
        for settings in SETTINGS:
            for output_format in ("triplet", "n-tuple"):
                mined = mine_hard_negatives(Dataset.from_dict({"anchor": anchors, "positive": positives}), model,
                                            output_format=output_format, verbose=False, **settings)
                rows = []
                for row in mined:
                    names = [name for name in row if name.startswith("negative")]
                    rows.append([anchor_ids[row["anchor"]], text_ids[row["positive"]], *(text_ids[row[n]] for n in names)])
                json.dump({"format": output_format, **settings, "rows": rows}, out, separators=(",", ":"))
                out.write("\n")


if __name__ == "__main__":
    main()
