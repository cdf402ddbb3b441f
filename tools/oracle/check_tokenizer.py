#!/usr/bin/env python3
"""Compares `sememe tokenize` with PyPI `tokenizers` (0.23): every code point, pairs of marks, random strings.

    tools/oracle/check_tokenizer.py --program build/sememe [--strings 20000] [--seed 1] [--only PATTERN]

Slow (minutes) and not part of the tests: it is how the tables in src/unicode/tables.cpp are held to the
reference. Every component is put before a WordPiece model that has (nearly) every code point as a token, so that any
difference in the text, not only in its boundaries, shows in the ids; normalizers also before FixedLength, which shows
whitespace and every character's offsets. Where the reference panics, anything goes. Exit status 1 if anything differs.
"""

import argparse
import base64
import fnmatch
import json
import os
import pathlib
import random
import struct
import sys
import tempfile
import unicodedata

import oracle
import tokenizers

SURROGATES = range(0xD800, 0xE000)


def bert(**switches):
    return {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None,
            "lowercase": True, **switches}


def sequence(*steps):
    return {"type": "Sequence", "normalizers": list(steps)}


def replace(pattern, content, kind="Regex"):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


def double_array(values):
    """A Darts-clone double array of {bytes: int}: a unit has a label, an offset, and a flag if its key ends there."""
    units, used = {0: 0}, {0}

    def place(node, keys):
        labels = sorted({key[0] if key else 0 for key in keys})
        base = next(b for b in range(1, 1 << 20) if not used & {b ^ label for label in labels})
        used.update(base ^ label for label in labels)
        units[node] |= (node ^ base) << 10
        for label in labels:
            if label == 0:
                units[node] |= 1 << 8
                units[base] = keys[b""]
            else:
                units[base ^ label] = label
        for label in labels:
            if label:
                place(base ^ label, {key[1:]: value for key, value in keys.items() if key and key[0] == label})

    place(0, values)
    return [units.get(i, 0) for i in range((max(units) | 0xFF) + 1)]


def precompiled(rules):
    strings, values = b"", {}
    for key, value in rules.items():
        values[key.encode()] = len(strings)
        strings += value.encode() + b"\0"
    units = double_array(values)
    blob = struct.pack("<I", 4 * len(units)) + struct.pack(f"<{len(units)}I", *units) + strings
    return {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(blob).decode()}


def t5_precompiled():
    data = pathlib.Path(os.environ.get("SEMEME_TEST_DATA", pathlib.Path(__file__).resolve().parents[3] / "shared/data"))
    file = data / "tokenizers/t5-small/tokenizer.json"
    return json.loads(file.read_text("utf-8"))["normalizer"] if file.is_file() else None


STRIP = {"type": "Strip", "strip_left": True, "strip_right": True}
OFF = {"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False}
NORMALIZERS = {
    "none": None,
    "bert": bert(),
    "bert-cased": bert(lowercase=False),
    "bert-clean": bert(**{**OFF, "clean_text": True}),
    "bert-chinese": bert(**{**OFF, "handle_chinese_chars": True}),
    "bert-strip": bert(**{**OFF, "strip_accents": True}),
    "bert-lower": bert(**{**OFF, "lowercase": True}),
    "bert-noclean": bert(clean_text=False),
    "bert-nostrip": bert(strip_accents=False),
    "lowercase": {"type": "Lowercase"},
    "nfd": {"type": "NFD"},
    "nfc": {"type": "NFC"},
    "nfc-lower": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]},
    "nfd-accents": {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}]},
    "strip": {"type": "Strip", "strip_left": True, "strip_right": True},
    "strip-right-replace": {"type": "Sequence", "normalizers": [
        {"type": "Strip", "strip_left": False, "strip_right": True},
        {"type": "Replace", "pattern": {"String": "a"}, "content": "e\u0301 "}]},
    "replace-nothing": {"type": "Replace", "pattern": {"String": "b "}, "content": ""},
    "nfkc": {"type": "NFKC"},
    "nfkd": {"type": "NFKD"},
    "nmt": {"type": "Nmt"},
    "bytelevel": {"type": "ByteLevel"},
    "strip-accents": {"type": "StripAccents"},
    "replace-empty-string": replace("", "x", "String"),
    "replace-spaces": replace("\\s+", " "),
    "replace-two-spaces": replace(" {2,}", "\u2581"),
    "replace-space": replace(" ", "\u2581", "String"),
    "replace-vowels": replace("[aeiou]", ""),
    "replace-boundary": replace("(?<=[a-z])(?=[A-Z])", "_"),
    "replace-accent": replace("e\u0301?", "e\u0301\u0323"),
    "llama": sequence({"type": "Prepend", "prepend": "\u2581"}, replace(" ", "\u2581", "String")),
    "clip": sequence({"type": "NFC"}, replace("\\s+", " "), {"type": "Lowercase"}),
    "albert": sequence(replace("``", '"', "String"), replace("''", '"', "String"), {"type": "NFKD"},
                       {"type": "StripAccents"}, {"type": "Lowercase"}, replace(" {2,}", " ")),
    "nmt-nfkc": sequence({"type": "Nmt"}, {"type": "NFKC"}, STRIP, replace(" {2,}", " ")),
    "nfkc-lower-bytes": sequence({"type": "NFKC"}, {"type": "Lowercase"}, {"type": "ByteLevel"}),
    "nfd-nfc": sequence({"type": "NFD"}, {"type": "NFC"}),
    "nfc-nfd-strip": sequence({"type": "NFC"}, STRIP, {"type": "NFKD"}, {"type": "StripAccents"}),
    "bert-nfkc": sequence(bert(), {"type": "NFKC"}, {"type": "Prepend", "prepend": "> "}),
    "precompiled-t5": t5_precompiled(),
    "precompiled-small": precompiled({
        "\u2122": "TM", "\x1e": "", "\uff41": "a", "\ufb03": "ffi", "\r": " ", "\u00ad": "", "e\u0301": "\u00e9",
        "\u0301": "", "\u0600": "", "\u3000": " ", "\u200d": "", "<\u0338": "\u226e", "q": "qq", "\u1100": "[\u1100]",
        "\u0915\u094d": "K", "\u0915": "k", "\u00a9": "(c)", "\U0001f1e6": "R"}),
    "precompiled-strange": precompiled({" ": "", "a": "", "b": "bcd", ".": "", "\u0301": "12345", "\u0600": "P"}),
    "t5": sequence(t5_precompiled() or {"type": "NFKC"}, {**STRIP, "strip_left": False}, replace(" {2,}", "\u2581")),
    "prepend-nothing": {"type": "Prepend", "prepend": ""},
    "prepend": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "a\u00e9"}, {"type": "NFD"}]},
}
PRE_TOKENIZERS = {
    "bert": {"type": "BertPreTokenizer"},
    "none": None,
    "characters": {"type": "FixedLength", "length": 1},
    "whitespace": {"type": "Whitespace"},
    "whitespace-split": {"type": "WhitespaceSplit"},
    "digits": {"type": "Digits", "individual_digits": False},
    "digits-individual": {"type": "Digits", "individual_digits": True},
    "delimiter": {"type": "CharDelimiterSplit", "delimiter": "a"},
    "sequence": {"type": "Sequence", "pretokenizers": [
        {"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "Contiguous"},
        {"type": "Digits", "individual_digits": True}]},
    **{f"punctuation-{b}": {"type": "Punctuation", "behavior": b}
       for b in ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous")},
}


def added(content, **switches):
    return {"id": 0, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
            "special": False, **switches}


ADDED = {
    "none": [],
    "plain": [added("[CLS]", special=True), added("[MASK]", special=True), added("ab"), added("abc")],
    "lstrip": [added("[MASK]", special=True, lstrip=True), added("ab", lstrip=True, single_word=True)],
    "rstrip": [added("[MASK]", special=True, rstrip=True), added("ab", rstrip=True, lstrip=True)],
    "single": [added("ab", single_word=True), added("\u00e9", single_word=True), added("-", single_word=True)],
    "normalized": [added("AB", normalized=True), added("C\u00e9", normalized=True, single_word=True),
                   added("[MASK]", special=True, normalized=False)],
    "all": [added("ab", normalized=True, single_word=True, lstrip=True, rstrip=True), added("e"),
            added("\u4e2d", normalized=True, lstrip=True)],
}

# (normalizer, pre-tokenizer, added tokens)
PIPELINES = ([(n, "bert", "none") for n in NORMALIZERS] + [(n, "characters", "none") for n in NORMALIZERS] + [("none", p, "none") for p in PRE_TOKENIZERS] +
             [("bert", "bert", a) for a in ADDED] + [("lowercase", "whitespace", a) for a in ADDED])


def vocabulary():
    vocab = {}
    for token in ["[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]"]:
        vocab[token] = len(vocab)
    for c in list(range(0x30000)) + list(range(0xE0000, 0xE0200)):
        if c not in SURROGATES:
            vocab.setdefault(chr(c), len(vocab))
            vocab.setdefault("##" + chr(c), len(vocab))
    return vocab


def tokenizer_json(names, vocab):
    normalizer, pre_tokenizer, added_tokens = names
    return json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": ADDED[added_tokens],
        "normalizer": NORMALIZERS[normalizer], "pre_tokenizer": PRE_TOKENIZERS[pre_tokenizer],
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", vocab["[SEP]"]], "cls": ["[CLS]", vocab["[CLS]"]]},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 1000, "vocab": vocab}})


def code_point_texts():
    """Every code point alone and between letters, many in one text."""
    codes = [c for c in range(0x110000) if c not in SURROGATES]
    for first in range(0, len(codes), 96):
        part = codes[first:first + 96]
        yield " ".join("a" + chr(c) + "b" for c in part)
        yield "q".join(chr(c) for c in part)
    for c in codes[:0x3100]:
        yield chr(c)


def mark_texts():
    """Every combining character among one of each combining class."""
    classes = {}
    marks = [c for c in range(0x110000) if c not in SURROGATES and unicodedata.combining(chr(c))]
    for c in marks:
        classes.setdefault(unicodedata.combining(chr(c)), chr(c))
    for c in marks:
        yield " ".join("e" + other + chr(c) + other for other in classes.values())


ALPHABETS = [
    "abcABC  .,-'!?",
    "aeo\u0301\u0323\u0308\u0327 \u00e9\u00c9\u1e69\u0345\u0344\u0958\u09cb\u0f73\u302e\u0334\U0001d165\U0001d16d",
    "ab \t\n\r\x0b\x0c\x00\x7f\x85\u00a0\u200b\u200d\u2028\u3000\ufeff\ufffd\u00ad\ue000",
    "\u4e2d\u6587ab \uf900\U0002f800\u3042\u30ab\u3099\u1100\u1161\u11a8\uac00\uac01\u2f00",
    "\u0130I\u0131\u03a3\u03c3\u01c5\u1e9e\u00df\u212b\u2126\ufb01\U00010400\u10d0\u13a0 .",
    "0123 \u0663\u00b2\u2167\u4e00_a-\u2014\u3001\u00b6\u1f600\U0001f468\u200d\U0001f469\ufe0f",
    "a \u0600\u0601\u06dd\u0915\u0924\u094d\u200d\u200c\u093c\u0301\u00a9\u2122\U0001f1e6\U0001f1e7\U0001f3fb\r\n\x1e",
    "``''  \uff21\uff41\uff76\uff9e\ufb03\u2460\u00bd\ufdfa\u3300\u1fed\u00a8\u00b4e\u0301.q<\u0338b a",
    ["[MASK]", "[CLS]", "ab", "AB", "abc", " ", "  ", "c\u00e9", "Ce\u0301", "e", ".", "x", "\u3000", "\u4e2d", "[", "]"],
]


def random_texts(count, seed):
    generator = random.Random(seed)
    for _ in range(count):
        alphabet = generator.choice(ALPHABETS)
        if generator.random() < 0.2:
            alphabet = list(alphabet) + list(generator.choice(ALPHABETS))
        text = "".join(generator.choice(alphabet) for _ in range(generator.randrange(40)))
        if generator.random() < 0.3:
            text += "".join(chr(generator.choice([generator.randrange(0x20, 0x3100), generator.randrange(0xE000, 0x30000)]))
                            for _ in range(generator.randrange(12)))
        yield text


def ours(program, folder, tokenizer_file, texts):
    for row in oracle.tokenize(program, folder, tokenizer_file, texts):
        yield (row["ids"], [tuple(o) for o in row["offsets"]], row["type_ids"], [int(s) for s in row["special"]],
               [None if w is None or w < 0 else w for w in row["word_ids"]])


def theirs(tokenizer, texts):
    for text in texts:
        try:
            e = tokenizer.encode(text)
        except BaseException as error:  # a panic is no Exception
            if type(error).__name__ != "PanicException":
                raise
            yield None
            continue
        yield e.ids, e.offsets, e.type_ids, e.special_tokens_mask, e.word_ids


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--strings", type=int, default=20000, help="random strings per pipeline")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="*", help="pipelines whose name (normalizer/pre-tokenizer/added) matches")
    arguments = parser.parse_args()

    vocab = vocabulary()
    fixed = list(code_point_texts()) + list(mark_texts())
    differences = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for pipeline in dict.fromkeys(PIPELINES):
            if not fnmatch.fnmatch("/".join(pipeline), arguments.only):
                continue
            texts = fixed + list(random_texts(arguments.strings, arguments.seed))
            (folder / "tokenizer.json").write_text(tokenizer_json(pipeline, vocab), encoding="utf-8")
            tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
            bad = []
            results = ours(arguments.program, folder, folder / "tokenizer.json", texts)
            for text, mine, reference in zip(texts, results, theirs(tokenizer, texts)):
                if reference is not None and mine != reference:
                    bad.append((text, mine, reference))
            oracle.tell("/".join(pipeline), len(texts), bad)
            differences += len(bad)
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
