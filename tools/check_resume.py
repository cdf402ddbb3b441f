#!/usr/bin/env python3
"""Trains a real model, kills it again and again, resumes it, and compares every byte.

Usage: tools/check_resume.py --model FOLDER --pairs FILE [--program build/release/sememe] [--kills 10] [--seed N] [CASE...]

CASE is one of fine-tuning, lora, cached, masked (default: all). Each is trained by one thread, by two, and once more killed
by SIGKILL at --kills random moments and resumed by a random number of threads each time. All files of the three folders must
have the same bytes, and the killed one may hold no others. Takes minutes; not part of the tests, which do the same with a
tiny model (tests/e2e/train_test.cpp).
"""
import argparse
import hashlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

PAIRS = {"loss": "mnr", "batch_size": 16, "max_steps": 30, "save_steps": 3}
CASES = {
    "fine-tuning": PAIRS,
    "lora": PAIRS | {"lora": {"rank": 8, "dropout": 0.1}, "learning_rate": 1e-3},
    "cached": PAIRS | {"batch_size": 64, "mini_batch": 24, "max_steps": 8, "save_steps": 1},
    "masked": PAIRS | {"max_steps": 12, "pretrain": {"max_steps": 12, "batch_size": 16}},
}


def start(program, config, out, threads):
    return subprocess.Popen([program, "train", "--config", config, "--out", out, "--resume", "--threads", str(threads)],
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finish(process):
    said = process.communicate()[1]
    if process.returncode != 0:
        raise SystemExit(f"sememe train ended with {process.returncode}:\n{said}")


def digests(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def check(program, name, base, work, kills, chance):
    config = work / f"{name}.json"
    config.write_text(json.dumps(base | CASES[name]))
    folders = {label: work / label / "model" for label in ("one", "two", "killed")}  # the model's card names its folder
    begin = time.monotonic()
    finish(start(program, config, folders["one"], 1))
    seconds = time.monotonic() - begin
    finish(start(program, config, folders["two"], 2))
    killed = 0
    while killed < kills:
        process = start(program, config, folders["killed"], chance.choice((1, 2)))
        try:
            process.wait(chance.uniform(0, seconds / 5))
            finish(process)
            break  # it was ready before
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            killed += 1
    finish(start(program, config, folders["killed"], 2))
    found = {label: digests(folder) for label, folder in folders.items()}
    differ = sorted({file for other in ("two", "killed") for file in found["one"].keys() | found[other].keys()
                     if found["one"].get(file) != found[other].get(file)})
    print(f"{name}: {len(found['one'])} files, killed {killed} times: {'the same bytes' if not differ else differ}", flush=True)
    return not differ and killed == kills


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--program", default="build/release/sememe")
    parser.add_argument("--model", required=True)
    parser.add_argument("--pairs", required=True)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("cases", nargs="*", default=list(CASES))
    options = parser.parse_args()
    base = {"model": options.model, "data": str(pathlib.Path(options.pairs).resolve())}
    good = True
    for name in options.cases:
        with tempfile.TemporaryDirectory() as work:
            chance = random.Random(f"{options.seed} {name}")
            good = check(options.program, name, base, pathlib.Path(work), options.kills, chance) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
