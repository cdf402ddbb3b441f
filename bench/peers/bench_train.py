#!/usr/bin/env python3
"""Fine-tuning by Sememe beside sentence-transformers: all-MiniLM-L6-v2, pairs, in turns.

Usage: tools/bench-peers train --pairs FILE.jsonl.gz [--columns A,B] [--steps N] [--rounds N] [--threads N]

The loss is mnr, the batch 32 pairs of their own lengths, fp32, AdamW, dropout as the model has it. Each side is a process of
its own that takes 3 steps, then one that takes N more: the difference is time without loading and saving, and the second's
largest resident set is the memory. sentence-transformers is driven by a plain loop over its model and loss, which is
faster than its Trainer. Before anything is timed, the loss of one batch without dropout has to be the same.
"""
import argparse
import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/release/sememe"
MODEL = "sentence-transformers/all-MiniLM-L6-v2"
BATCH, SHORT = 32, 3

PEER = """
import json, sys, torch
from sentence_transformers import SentenceTransformer
try: from sentence_transformers.losses import MultipleNegativesRankingLoss
except ImportError: from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
folder, file, steps, threads, dropout = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
torch.set_num_threads(threads)
torch.manual_seed(1)
model = SentenceTransformer(folder, device="cpu")
model.train()
if dropout == "0":
    model.eval()
loss_of = MultipleNegativesRankingLoss(model)
plain = ("bias", "LayerNorm.weight")
groups = [[p for n, p in model.named_parameters() if any(x in n for x in plain) == which] for which in (False, True)]
optimizer = torch.optim.AdamW([{"params": groups[0], "weight_decay": 0.01}, {"params": groups[1], "weight_decay": 0}], lr=2e-5)
tokenize = getattr(model, "preprocess", None) or model.tokenize
rows = [json.loads(line) for line in open(file)]
for step in range(steps):
    batch = rows[32 * step:32 * step + 32]
    loss = loss_of([tokenize([row["anchor"] for row in batch]), tokenize([row["positive"] for row in batch])], None)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step == 0: print("loss", float(loss.detach()), flush=True)
"""


def run(command):
    """Seconds, the largest resident set in bytes, and what it said."""
    begin = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        said.seek(0)
        text = said.read()
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\n{text}")
    return seconds, usage.ru_maxrss * 1024, text


class Sides:
    def __init__(self, work, rows, folder, threads):
        self.work, self.rows, self.folder, self.threads = work, rows, folder, str(threads)

    def data(self, steps):
        path = self.work / f"pairs-{steps}.jsonl"
        path.write_text("".join(json.dumps({"anchor": a, "positive": p}) + "\n" for a, p in self.rows[:BATCH * steps]))
        return path

    def peer(self, steps, dropout=None):
        return run([sys.executable, "-c", PEER, self.folder, self.data(steps), str(steps), self.threads, str(dropout)])

    def ours(self, steps, dropout=None):
        config = {"model": str(self.folder), "data": {"file": str(self.data(steps)), "columns": ["anchor", "positive"]},
                  "loss": "mnr", "learning_rate": 2e-5, "batch_size": BATCH, "max_steps": steps, "no_duplicates": False,
                  "save_steps": 10**9}
        if dropout is not None:
            config["dropout"] = dropout
        path = self.work / "train.json"
        path.write_text(json.dumps(config))
        out = tempfile.mkdtemp(dir=self.work)
        return run([PROGRAM, "train", "--config", path, "--out", out, "-v", "--threads", self.threads])


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--pairs", required=True)
    parser.add_argument("--columns", default="anchor,positive")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    located = subprocess.run([PROGRAM, "info", "--json", MODEL], check=True, capture_output=True, text=True).stdout
    columns = options.columns.split(",")
    opened = gzip.open if options.pairs.endswith(".gz") else open
    with opened(options.pairs, "rt", encoding="utf-8") as file, tempfile.TemporaryDirectory() as work:
        pairs = [[json.loads(line)[column] for column in columns] for line, _ in
                 zip(file, range(BATCH * (SHORT + options.steps)))]
        sides = Sides(pathlib.Path(work), pairs, json.loads(located)["folder"], options.threads)
        expected = float(re.search(r"loss ([-\d.e]+)", sides.peer(1, 0)[2])[1])
        found = float(re.search(r"step 1 of 1, loss ([-\d.e]+)", sides.ours(1, 0)[2])[1])
        if not abs(found - expected) < 2e-4 * max(1, abs(expected)):
            raise SystemExit(f"the loss of the first batch is {found}, and {expected} in sentence-transformers; not timed")
        print(f"loss of one batch: {expected:.4f} in both")
        seconds = {"sentence-transformers": [], "Sememe": []}
        memory = {}
        for _ in range(options.rounds):
            for name, side in zip(seconds, (sides.peer, sides.ours)):
                short = side(SHORT)[0]
                whole, memory[name], _ = side(SHORT + options.steps)
                seconds[name].append((whole - short) / options.steps)
        for name, times in seconds.items():
            print(f"{name:22} {1 / min(times):6.2f} steps/s, {BATCH / min(times):6.0f} pairs/s, {memory[name] / 2**20:6.0f} MiB")
        peer, ours = seconds.values()
        print(f"{'ratio':22} {min(peer) / min(ours):6.2f}x, memory {memory['Sememe'] / memory['sentence-transformers']:.2f} of it")


if __name__ == "__main__":
    main()
