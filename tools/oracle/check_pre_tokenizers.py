#!/usr/bin/env python3
"""Compares pre-tokenizers of `sememe tokenize` with PyPI `tokenizers` (0.23) on random strings.

    tools/oracle/check_pre_tokenizers.py --program build/sememe [--strings 20000] [--seed 1] [--only PATTERN]

Slow (minutes) and not part of the tests. As in check_tokenizer.py the model has nearly every code point as a token, so
that pieces, their text and their offsets are all compared. Exit status 1 if anything differs.
"""

import argparse
import fnmatch
import itertools
import json
import pathlib
import random
import sys
import tempfile

import tokenizers

import check_tokenizer
import oracle

CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
LINES = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "r50k": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    "r50k-old": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "cl100k": CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|" + LINES,
    "qwen2": CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|" + LINES,
    "cl100k-atomic": r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|"
                     r"\s+(?!\S)|\s+",
    "o200k": rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{CONTRACTIONS}?|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{CONTRACTIONS}?"
             r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "tekken": rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*"
              r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
}
CLIP = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]


def split(kind, pattern, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def byte_level(prefix=False, regex=True):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}


def metaspace(scheme="always", cut=True, replacement="\u2581"):
    return {"type": "Metaspace", "replacement": replacement, "prepend_scheme": scheme, "split": cut}


def sequence(*steps):
    return {"type": "Sequence", "pretokenizers": list(steps)}


CASES = {
    **{f"regex-{name}": split("Regex", pattern) for name, pattern in PATTERNS.items()},
    **{f"regex-{name}-inverted": split("Regex", PATTERNS[name], "Removed", True) for name in ("gpt2", "cl100k", "o200k")},
    "clip": sequence(split("Regex", CLIP, "Removed", True), byte_level()),
    "clip-isolated": split("Regex", CLIP),
    **{f"byte-level-{p}-{r}": byte_level(p, r) for p, r in itertools.product((False, True), repeat=2)},
    **{f"metaspace-{s}-{c}": metaspace(s, c) for s, c in itertools.product(("always", "first", "never"), (False, True))},
    **{f"metaspace-char-{s}": metaspace(s, True, "a") for s in ("always", "first", "never")},
    **{f"string-{b}-{i}": split("String", "a ", b, i) for b, i in itertools.product(BEHAVIORS, (False, True))},
    **{f"space-{b}": split("String", " ", b) for b in BEHAVIORS},
    **{f"empty-{b}-{i}": split("Regex", "b*", b, i) for b, i in itertools.product(BEHAVIORS, (False, True))},
    **{f"class-{b}-{i}": split("Regex", r"[\s.,]+", b, i) for b, i in itertools.product(BEHAVIORS, (False, True))},
    "string-empty": split("String", ""),
    "scripts": {"type": "UnicodeScripts"},
    **{f"fixed-{n}": {"type": "FixedLength", "length": n} for n in (1, 3, 5)},
    "t5": sequence({"type": "WhitespaceSplit"}, metaspace()),
    "first-of-pieces": sequence({"type": "Punctuation", "behavior": "Isolated"}, metaspace("first")),
    "byte-level-of-pieces": sequence({"type": "Digits", "individual_digits": True}, byte_level(True)),
    "falcon": sequence({"type": "Punctuation", "behavior": "Contiguous"}, byte_level(),
                       {"type": "Digits", "individual_digits": False}, split("Regex", "[0-9][0-9][0-9]")),
    "deepseek": sequence(split("Regex", r"\p{N}{1,3}"), split("Regex", "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"),
                         split("Regex", r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?"
                                        r"[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"),
                         byte_level(False, False)),
    "bloom": sequence(split("Regex", " ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+"),
                      byte_level(False, False)),
}
NORMALIZERS = {
    "none": None,
    "strip-nfd": {"type": "Sequence", "normalizers": [{"type": "Strip", "strip_left": True, "strip_right": True},
                                                      {"type": "NFD"}]},
    "prepend": {"type": "Prepend", "prepend": "\u2581a"},
}
# Under other normalizers only what depends on offsets.
PIPELINES = [("none", name) for name in CASES] + [
    (n, name) for n in ("strip-nfd", "prepend") for name in CASES
    if name.startswith(("metaspace", "byte-level")) or name in ("t5", "first-of-pieces", "scripts")]

WORDS = ["'s", "'S", "'\u017f", "'ll", "'LL", "'re", "'v", "don't", " ", "  ", "\n", "\r\n", "\t", " \n", "a", "B", "Ab",
         "aB", "1", "12", "1234", "!", "?!", "/", "_", "\u2581", "\u00e9", "e\u0301", "\u0301", "\u00c9", "\u01c5", "\u02b0",
         "\u4e2d", "\u6587", "\u3042", "\u30ab\u30fc", "\u0663", "\u00b2", "\u2167", "\U0001f600", "\u200d", "\ufe0f",
         "\U0001f468\u200d\U0001f469", "\u00a0", "\u3000", "\u2028", "\x85", "\x00", "\x1c", "\u200b", "\ufeff", "<|endoftext|>",
         "the", " the", ".", ",", "-", "\u0e01\u0e33", "\u1100\u1161", "\U0001e6c0", "\U00016d40", "\U00011f00", "\ua7ce"]


def texts_of(count, seed):
    generator = random.Random(seed)
    for i, text in enumerate(check_tokenizer.random_texts(count, seed)):
        if i % 2 == 0:
            text = "".join(generator.choice(WORDS) for _ in range(generator.randrange(1, 16)))
        yield text


def tokenizer_json(normalizer, pre_tokenizer, vocab):
    return json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": NORMALIZERS[normalizer],
        "pre_tokenizer": CASES[pre_tokenizer], "post_processor": None, "decoder": None,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 1000, "vocab": vocab}})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--strings", type=int, default=20000, help="random strings per pipeline")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="*", help="pipelines whose name (normalizer/pre-tokenizer) matches")
    arguments = parser.parse_args()

    vocab = check_tokenizer.vocabulary()
    total = differences = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for number, pipeline in enumerate(PIPELINES):
            if not fnmatch.fnmatch("/".join(pipeline), arguments.only):
                continue
            texts = list(texts_of(arguments.strings, arguments.seed * 1000 + number))
            (folder / "tokenizer.json").write_text(tokenizer_json(*pipeline, vocab), encoding="utf-8")
            tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
            results = check_tokenizer.ours(arguments.program, folder, folder / "tokenizer.json", texts)
            bad = [(text, mine, reference) for text, mine, reference
                   in zip(texts, results, check_tokenizer.theirs(tokenizer, texts)) if mine != reference]
            oracle.tell("/".join(pipeline), len(texts), bad)
            total += len(texts)
            differences += len(bad)
    print(f"{total} texts, {differences} differ")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
