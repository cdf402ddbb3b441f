#!/usr/bin/env python3
"""Writes src/unicode/reference.txt: what PyPI `tokenizers` (0.23) and `tiktoken` make of every code point, as hashes.

One line per property and block of 4,096 code points that has any: property, block, number of code points, FNV-1a hash
(64 bits) over 32-bit little-endian words. A set contributes its members, a mapping each changed code point followed by
what it becomes; a general category is a mapping to its number, a script to its number in order of appearance.
src/unicode/unicode_test.cpp makes the same from the tables.
"""

import pathlib
import struct

import tiktoken
from tokenizers import Regex, normalizers, pre_tokenizers

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
    "nfkd": normalizers.NFKD().normalize_str,
    "nfkc": normalizers.NFKC().normalize_str,
    "nfd": normalizers.NFD().normalize_str,
    "nfc": normalizers.NFC().normalize_str,
    "lower": normalizers.Lowercase().normalize_str,
}


CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn".split()
CODES = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
CHUNKS = [CODES[i:i + 20000] for i in range(0, len(CODES), 20000)]


def matches(pattern):
    """Code points that the pattern matches."""
    split = pre_tokenizers.Split(Regex(pattern), "removed", invert=True)
    pieces = (split.pre_tokenize_str("".join(map(chr, chunk))) for chunk in CHUNKS)
    return {ord(c) for chunk in pieces for piece, _ in chunk for c in piece}


def tiktoken_matches(pattern):
    encoding = tiktoken.Encoding("probe", pat_str=pattern, mergeable_ranks={bytes([b]): b for b in range(256)},
                                 special_tokens={})
    tokens = (encoding.encode_ordinary("".join(map(chr, chunk))) for chunk in CHUNKS)
    return {ord(c) for part in tokens for c in encoding.decode_bytes(part).decode("utf-8")}


def categories():
    out = {}
    for number, name in enumerate(CATEGORIES):
        members = matches(rf"\p{{{name}}}")
        if name != "Cs" and members != tiktoken_matches(rf"\p{{{name}}}"):
            raise SystemExit(f"tiktoken and tokenizers differ in \\p{{{name}}}")
        out.update({c: number for c in members})
    return out


def grapheme_sets():
    """Graphemes show through a Precompiled normalizer whose only rules make "X" of every byte: of a grapheme of less
    than six bytes one X, of a longer one an X for each character."""
    units = [256 << 10] + [0] * 1023
    for byte in range(1, 256):
        units[256 ^ byte] = (256 ^ byte ^ 512) << 10 | 1 << 8 | byte
    shown = normalizers.Precompiled(struct.pack("<I", 4096) + struct.pack("<1024I", *units) + b"X\0").normalize_str
    return {
        "joins_a_letter": {c for c in CODES if shown("a" + chr(c)) == "X"},
        "joins_before": {c for c in CODES if c and shown(chr(c) + "a") == "X"},
        "joins_a_prepend": {c for c in CODES if c < 0x10000 and shown("\u0600" + chr(c)) == "X"},
        "joins_a_joiner": {c for c in CODES if len(shown("\u00a9\u200d" + chr(c))) == 3},
    }


def scripts():
    """A script shows only in whether two characters stay in one piece; U+0061 and U+4EAC tell who goes with all."""
    split = pre_tokenizers.UnicodeScripts().pre_tokenize_str
    joins = {first: {c for c in CODES if len(split(first + chr(c))) == 1} for first in "a\u4eac"}
    with_any = joins["a"] & joins["\u4eac"]
    out, examples = {}, []  # an example of each script, in order of appearance
    rest = [c for c in CODES if c not in with_any]
    for run, _ in split("".join(map(chr, rest))):
        number = next((i for i, example in enumerate(examples) if len(split(example + run[0])) == 1), len(examples))
        if number == len(examples):
            examples.append(run[0])
        out.update({ord(c): number + 1 for c in run})
    return out


def fnv1a(words):
    value = 0xCBF29CE484222325
    for byte in struct.pack(f"<{len(words)}I", *words):
        value = (value ^ byte) * 0x100000001B3 % (1 << 64)
    return value


def main():
    results = {}  # name to {code point: words}
    for name, function in SETS.items():
        results[name] = {c: [c] for c in CODES if function(chr(c))}
    results["regex_space"] = {c: [c] for c in matches(r"\s")}
    if set(results["regex_space"]) != tiktoken_matches(r"\s"):
        raise SystemExit("tiktoken and tokenizers differ in \\s")
    results["regex_word"] = {c: [c] for c in matches(r"\w")}
    for name, function in MAPPINGS.items():
        results[name] = {c: [c, *map(ord, to)] for c in CODES if (to := function(chr(c))) != chr(c)}
    for name, members in grapheme_sets().items():
        results[name] = {c: [c] for c in sorted(members)}
    results["category"] = {c: [c, number] for c, number in categories().items()}
    results["script"] = {c: [c, number] for c, number in scripts().items()}

    lines = []
    for name, words in results.items():
        for block in range(0x110):
            members = [words[c] for c in range(block << 12, (block + 1) << 12) if c in words]
            if members:
                digest = fnv1a([word for part in members for word in part])
                lines.append(f"{name} {block:x} {len(members)} {digest:016x}\n")
    OUTPUT.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
