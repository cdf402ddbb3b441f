#!/usr/bin/env python3
"""Writes tests/golden/phrases: lines of real text and the phrases that gensim (4.4) finds in them.

    tools/oracle/make_phrases_reference.py CORPUS

CORPUS       prepared text, of which the first lines are taken: Wikipedia (CC BY-SA 3.0), as sememe words prepare gives it
corpus.txt   the lines
<case>.txt   the same lines with phrases joined, for the scoring, min_count and threshold that CASES names
<case>.tsv   each phrase and its score, by bytes
"""
import pathlib
import sys

from gensim.models.phrases import Phrases

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "tests/golden/phrases"
BYTES = 120_000
CASES = {"default": ("default", 2, 10.0), "npmi": ("npmi", 3, 0.6), "again": ("default", 1, 20.0)}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    lines, size = [], 0
    with open(sys.argv[1], encoding="utf-8") as corpus:
        for line in corpus:
            size += len(line.encode())
            if size > BYTES:
                break
            lines.append(line.split())
    write("corpus.txt", lines)
    for name, (scoring, min_count, threshold) in CASES.items():
        if name == "again":  # on the output of the first
            lines = [line.split() for line in (FOLDER / "default.txt").read_text(encoding="utf-8").splitlines()]
        phrases = Phrases(lines, min_count=min_count, threshold=threshold, scoring=scoring)
        write(f"{name}.txt", [phrases[line] for line in lines])
        found = sorted(phrases.find_phrases(lines).items(), key=lambda item: item[0].encode())
        (FOLDER / f"{name}.tsv").write_text("".join(f"{phrase}\t{score!r}\n" for phrase, score in found), encoding="utf-8")


def write(name, lines):
    (FOLDER / name).write_text("".join(" ".join(line) + "\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()
