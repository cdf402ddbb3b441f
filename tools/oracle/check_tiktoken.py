#!/usr/bin/env python3
"""Compares `sememe tokenize` with PyPI `tiktoken` (0.14) on random strings: ids and decoded text of rank files.

    tools/oracle/check_tiktoken.py --program build/release/sememe --ranks DIR [--strings 50000] [--seed 1] [--only PATTERN]

DIR holds r50k_base.tiktoken and its kin. Slow (minutes) and not part of the tests. Exit status 1 if anything differs.
"""

import argparse
import fnmatch
import pathlib
import random
import sys
import tempfile

import oracle
import tiktoken
from tiktoken.load import load_tiktoken_bpe

GPT2 = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""
CL100K = (r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|"""
          r"""\s+(?!\S)|\s""")
O200K = "|".join([
    r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
    r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
    r"""\p{N}{1,3}""", r""" ?[^\s\p{L}\p{N}]+[\r\n/]*""", r"""\s*[\r\n]+""", r"""\s+(?!\S)""", r"""\s+"""])
PATTERNS = {"r50k_base": GPT2, "p50k_base": GPT2, "cl100k_base": CL100K, "o200k_base": O200K}

ALPHABETS = [
    "abcdefghiklmnoprstuvwy     .,'",
    "abc ABC  \t\n\r.,-'!?01239/",
    ["'s", "'S", "'ll", "'LL", "'\u017f", "'re", "'d", "a", "B", " ", "  ", "\n", "'", "1", "."],
    "aeo\u0301\u0323\u0308 \u00e9\u00c9\u1e69\u0958\u09cb\u0f73\u302e\U0001d165",
    "ab \t\n\r\x0b\x0c\x00\x7f\x85\u00a0\u200b\u200d\u2028\u3000\ufeff\ufffd\u00ad\ue000",
    "\u4e2d\u6587ab \uf900\U0002f800\u3042\u30ab\u3099\u1100\u1161\u11a8\uac00",
    "\u0130I\u0131\u03a3\u03c3\u01c5\u1e9e\u00df\u212b\ufb01\U00010400\u10d0\u13a0\u02b0\u1d2c .",
    "0123 \u0663\u00b2\u2167\u4e00_a-\u2014\u3001\u00b6\u1f600\U0001f468\u200d\U0001f469\ufe0f",
    "aaaaaaaa  ==--",
    ["the ", "of ", " and", "ing", "tion", " un", "e", "s ", "  ", "\n\n", "<|endoftext|>", "\t\t", "    ", "Hello", "World", "1234"],
]


def random_texts(count, seed):
    rng = random.Random(seed)
    for _ in range(count):
        alphabet = rng.choice(ALPHABETS)
        if rng.random() < 0.2:
            alphabet = list(alphabet) + list(rng.choice(ALPHABETS))
        text = "".join(rng.choice(alphabet) for _ in range(rng.randrange(40 if rng.random() < 0.99 else 2000)))
        if rng.random() < 0.2:
            text += "".join(chr(rng.choice([rng.randrange(0x20, 0x3100), rng.randrange(0xE000, 0x30000)]))
                            for _ in range(rng.randrange(12)))
        yield text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--ranks", type=pathlib.Path, required=True, help="folder with the .tiktoken files")
    parser.add_argument("--strings", type=int, default=50000, help="random strings per file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="*", help="files whose name matches")
    arguments = parser.parse_args()

    total = differences = 0
    with tempfile.TemporaryDirectory() as name:
        for stem, pattern in PATTERNS.items():
            path = arguments.ranks / f"{stem}.tiktoken"
            if not path.exists() or not fnmatch.fnmatch(stem, arguments.only):
                continue
            encoding = tiktoken.Encoding(stem, pat_str=pattern, mergeable_ranks=load_tiktoken_bpe(str(path)),
                                         special_tokens={})
            texts = list(random_texts(arguments.strings, f"{arguments.seed} {stem}"))
            rows = oracle.tokenize(arguments.program, pathlib.Path(name), path, texts)
            results = [(text, row["ids"], encoding.encode_ordinary(text)) for text, row in zip(texts, rows)]
            bad = [result for result in results if result[1] != result[2]]
            oracle.tell(stem, len(texts), bad)
            total += len(texts)
            differences += len(bad)
    print(f"{total} texts, {differences} differ")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
