#!/usr/bin/env python3
"""Gathers the English texts that data/words-en.safetensors is trained on. Usage: gather.py DATA FOLDER

DATA is the folder of public data (pairs/, text/). FOLDER/wiki.txt has the articles of English Wikipedia (CC BY-SA 3.0);
FOLDER/plain.txt, texts about everyday things, which an encyclopedia speaks little of: Open English WordNet (CC BY 4.0)
as definitions, examples, and each noun and verb with the kinds that it is one of; Wordset, WikiSplit, SQuAD questions, trivia,
SNLI's development set (CC BY-SA 4.0), Tatoeba English (CC BY 2.0 FR). Lower case, every run of letters
and digits is a word; each line once.
"""
import gzip
import json
import pathlib
import re
import subprocess
import sys

WORD = re.compile(r"[^\W_]+")
KINDS = 3  # how far up


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def wordnet(path):
    synsets = {row["synset"]: row for row in rows(path)}
    for row in synsets.values():
        names = " ".join(row["members"])
        yield f"{names} {row['definition']}"
        yield from row.get("examples", [])
        kind = row
        for _ in range(KINDS):
            kind = synsets.get(next(iter(kind.get("hypernyms", [])), ""))
            if kind is None:
                break
            yield f"{names} {' '.join(kind['members'])}"


def plain(pairs):
    yield from wordnet(pairs / "wordnet.jsonl.gz")
    for row in rows(pairs / "wordset.jsonl.gz"):
        yield f"{row['anchor']} {row['positive']}"
        yield row.get("example", "") or ""
    for name, keys in (("wikisplit", ["anchor"]), ("squad-questions", ["anchor", "positive"]), ("tatoeba-en-de", ["anchor"]),
                       ("snli-dev", ["sentence1", "sentence2"])):
        for row in rows(pairs / f"{name}.jsonl.gz"):
            yield from (row[key] for key in keys)
    for row in rows(pairs / "trivia.jsonl.gz"):
        yield f"{row['anchor']} {row['positive']}"


def write(texts, out):
    seen, words = set(), 0
    with out.open("w", encoding="utf-8") as file:
        for text in texts:
            found = WORD.findall(text.lower())
            line = " ".join(found)
            if found and line not in seen:
                seen.add(line)
                words += len(found)
                file.write(line + "\n")
    print(f"{out.name}: {words:,} words")


def main():
    data, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    write(plain(data / "pairs"), folder / "plain.txt")
    wiki = subprocess.Popen(["zstd", "-dc", data / "text" / "enwiki.txt.zst"], stdout=subprocess.PIPE, text=True,
                            encoding="utf-8")
    write(wiki.stdout, folder / "wiki.txt")


if __name__ == "__main__":
    main()
