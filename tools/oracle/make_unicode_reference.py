#!/usr/bin/env python3
"""Writes src/unicode/reference.txt: what PyPI `tokenizers` (0.23) makes of every code point, as hashes.

One line per property and block of 4,096 code points that has any: property, block, number of code points, FNV-1a hash
(64 bits) over 32-bit little-endian words. A set contributes its members, a mapping each changed code point followed by
what it becomes. src/unicode/unicode_test.cpp makes the same from the tables.
"""

import pathlib
import struct

from tokenizers import normalizers, pre_tokenizers

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "src" / "unicode" / "reference.txt"


def bert(**switches):
    options = {"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False}
    return normalizers.BertNormalizer(**{**options, **switches}).normalize_str


def splits(pre_tokenizer):
    return lambda c: len(pre_tokenizer.pre_tokenize_str("a" + c)) == 2


def empties(normalize):
    return lambda c: normalize(c) == ""


def words_with_letters(c):
    return pre_tokenizers.Whitespace().pre_tokenize_str("a" + c)[0][0] == "a" + c


SETS = {
    "whitespace": empties(normalizers.Strip().normalize_str),
    "other": empties(bert(clean_text=True)),
    "punctuation": splits(pre_tokenizers.Punctuation()),
    "nonspacing_mark": empties(bert(strip_accents=True)),
    "combining": empties(normalizers.StripAccents().normalize_str),
    "numeric": splits(pre_tokenizers.Digits()),
    "word": words_with_letters,
    "ideograph": lambda c, f=bert(handle_chinese_chars=True): f(c) != c,
}
MAPPINGS = {
    "nfd": normalizers.NFD().normalize_str,
    "nfc": normalizers.NFC().normalize_str,
    "lower": normalizers.Lowercase().normalize_str,
}


def fnv1a(words):
    value = 0xCBF29CE484222325
    for byte in struct.pack(f"<{len(words)}I", *words):
        value = (value ^ byte) * 0x100000001B3 % (1 << 64)
    return value


def main():
    lines = []
    for name, function in {**SETS, **MAPPINGS}.items():
        for block in range(0x110):
            words, count = [], 0
            for code in range(block << 12, (block + 1) << 12):
                if 0xD800 <= code < 0xE000:
                    continue
                result = function(chr(code))
                if result is True or (name in MAPPINGS and result != chr(code)):
                    count += 1
                    words += [code] + ([ord(c) for c in result] if name in MAPPINGS else [])
            if count:
                lines.append(f"{name} {block:x} {count} {fnv1a(words):016x}\n")
    OUTPUT.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
