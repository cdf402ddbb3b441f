#!/usr/bin/env python3
"""Gathers the English sentences that the default model is distilled on. Usage: gather.py DATA OUT.jsonl.gz [WIKI_SENTENCES]

DATA is the folder of public data (pairs/, text/, heldout-sentence-hashes.txt). Sources, all of them free to train on:
Open English WordNet (CC BY 4.0), Wordset, WikiSplit, SQuAD questions, trivia (CC BY-SA 4.0), MedQuAD (CC BY 4.0),
Tatoeba English (CC BY 2.0 FR), English Wikipedia (CC BY-SA 3.0). Sentences whose hash is listed as held out are left out,
as are repeats. The order is that of a hash of each sentence, so that the file is the same for the same data.
"""
import gzip
import hashlib
import json
import pathlib
import re
import subprocess
import sys

WORDS = re.compile(r"\w+")
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'])")


def digest(text):
    return hashlib.sha256(" ".join(WORDS.findall(text.lower())).encode()).hexdigest()[:16]


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def sentences(data, wiki_sentences):
    pairs = data / "pairs"
    for row in rows(pairs / "wordnet.jsonl.gz"):
        yield row.get("definition", "")
        yield from row.get("examples", [])
    for row in rows(pairs / "wordset.jsonl.gz"):
        yield row.get("positive", "")
        yield row.get("example", "") or ""
    for name in ("wikisplit", "squad-questions", "medquad"):
        for row in rows(pairs / f"{name}.jsonl.gz"):
            yield row["anchor"]
            yield from SENTENCE.split(row["positive"])[:3]
    for name in ("trivia", "tatoeba-en-de"):
        for row in rows(pairs / f"{name}.jsonl.gz"):
            yield row["anchor"]
    taken = 0
    wiki = subprocess.Popen(["zstd", "-dc", data / "text" / "enwiki.txt.zst"], stdout=subprocess.PIPE, text=True,
                            encoding="utf-8")
    for line in wiki.stdout:
        for sentence in SENTENCE.split(line.strip()):
            # One in some, so that the sentences are of as many articles as possible.
            if 4 <= len(sentence.split()) <= 60 and int(digest(sentence), 16) % 3 == 0:
                yield sentence
                taken += 1
        if taken >= wiki_sentences:
            wiki.terminate()
            break


def main():
    data, out = pathlib.Path(sys.argv[1]), sys.argv[2]
    wiki_sentences = int(sys.argv[3]) if len(sys.argv) > 3 else 200_000
    held_out = set((data / "heldout-sentence-hashes.txt").read_text().split())
    seen = {}
    for sentence in sentences(data, wiki_sentences):
        sentence = " ".join(sentence.split())
        if not 2 <= len(sentence.split()) <= 80:
            continue
        key = digest(sentence)
        if key not in held_out:
            seen.setdefault(key, sentence)
    with gzip.GzipFile(out, "wb", mtime=0) as file:
        for key in sorted(seen):
            file.write((json.dumps({"text": seen[key]}, ensure_ascii=False) + "\n").encode())
    print(f"{len(seen)} sentences")


if __name__ == "__main__":
    main()
