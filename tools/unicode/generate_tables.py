#!/usr/bin/env python3
"""Writes src/unicode/tables.cpp from the Unicode Character Database.

    tools/unicode/generate_tables.py            write the file
    tools/unicode/generate_tables.py --check    exit 1 if the committed file is not what would be written

Input: UnicodeData.txt, DerivedAge.txt, DerivedCoreProperties.txt, PropList.txt and CompositionExclusions.txt of
Unicode 15.0, by default from /usr/share/unicode (Debian package unicode-data); --ucd names another folder.

Tokenizers must do what the reference (Hugging Face tokenizers 0.23) does, and its parts follow different versions of
Unicode: categories 8.0, normalisation 9.0, case and \\w 16.0 and later. Restricting the database by DerivedAge gives the
older versions but for characters whose properties changed since; those, and characters younger than 15.0, are the
DELTA lists below. tools/oracle/check_tokenizer.py holds the result against the reference for every code point.
"""

import argparse
import pathlib
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
OUTPUT = REPOSITORY / "src" / "unicode" / "tables.cpp"
BLOCK = 128
LIMIT = 0x110000

# Bits of sememe::unicode::Flag, in the order of src/unicode/unicode.h.
FLAGS = ["whitespace", "other", "punctuation", "nonspacing_mark", "combining", "numeric", "word", "ideograph",
         "decomposes", "lowers"]

# BERT's "Chinese characters" (google-research/bert, tokenization.py, _is_chinese_char), as the reference has them:
# the block 2B820-2B91F is left out there.
IDEOGRAPHS = [(0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B81F),
              (0x2B920, 0x2CEAF), (0x2F800, 0x2FA1F)]

# General categories that Unicode 8.0 had otherwise than 15.0.
PUNCTUATION_8 = [0x166D, 0x111C9]                     # became So and Mn
NONSPACING_8 = [0x1734]                               # became Mc
NOT_NONSPACING_8 = [0x1885, 0x1886, 0xA9BD, 0x111C9]  # were Lo, Lo, Mc, Po
# Marks of Unicode 9.0.
COMBINING_9 = [0x1CF2, 0x1CF3]                        # became Lo
NOT_COMBINING_9 = [0x111C9]                           # was Po

# N* of Unicode 16.0 and 17.0 that 15.0 does not have.
NUMERIC_NEW = [(0x10D40, 0x10D49), (0x116D0, 0x116E3), (0x11BF0, 0x11BF9), (0x11DE0, 0x11DE9), (0x16130, 0x16139),
               (0x16D70, 0x16D79), (0x16FF4, 0x16FF6), (0x1CCF0, 0x1CCF9), (0x1E5F1, 0x1E5FA)]
# \w (Alphabetic, M, Nd, Pc, Join_Control) of Unicode 15.1 and 16.0 that 15.0 does not have.
WORD_NEW = [(0x897, 0x897), (0x1C89, 0x1C8A), (0xA7CB, 0xA7CD), (0xA7DA, 0xA7DC), (0x105C0, 0x105C9),
            (0x105CA, 0x105F3), (0x10D40, 0x10D65), (0x10D69, 0x10D6D), (0x10D6F, 0x10D85), (0x10EC2, 0x10EC4),
            (0x10EFC, 0x10EFC), (0x11380, 0x11389), (0x1138B, 0x1138B), (0x1138E, 0x1138E), (0x11390, 0x113B5),
            (0x113B7, 0x113C0), (0x113C2, 0x113C2), (0x113C5, 0x113C5), (0x113C7, 0x113CA), (0x113CC, 0x113D3),
            (0x113E1, 0x113E2), (0x116D0, 0x116E3), (0x11BC0, 0x11BE0), (0x11BF0, 0x11BF9), (0x11F5A, 0x11F5A),
            (0x13460, 0x143FA), (0x16100, 0x16139), (0x16D40, 0x16D6C), (0x16D70, 0x16D79), (0x18CFF, 0x18CFF),
            (0x1CCF0, 0x1CCF9), (0x1E5D0, 0x1E5FA), (0x2EBF0, 0x2EE5D)]
# Lower case of Unicode 16.0 and 17.0 that 15.0 does not have: (first, last, first of the lower case), or pairs.
LOWER_NEW = [(0x1C89, 0x1C89, 0x1C8A), (0xA7CB, 0xA7CB, 0x264), (0xA7CC, 0xA7CC, 0xA7CD), (0xA7CE, 0xA7CE, 0xA7CF),
             (0xA7D2, 0xA7D2, 0xA7D3), (0xA7D4, 0xA7D4, 0xA7D5), (0xA7DA, 0xA7DA, 0xA7DB), (0xA7DC, 0xA7DC, 0x19B),
             (0x10D50, 0x10D65, 0x10D70), (0x16EA0, 0x16EB8, 0x16EBB)]


def fields(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line:
            yield [part.strip() for part in line.split(";")]


def code_range(text):
    ends = text.split("..")
    return range(int(ends[0], 16), int(ends[-1], 16) + 1)


class Database:
    def __init__(self, folder):
        self.category, self.ccc, self.decomposition, self.lower = {}, {}, {}, {}
        first = None
        for row in (line.split(";") for line in (folder / "UnicodeData.txt").read_text("utf-8").splitlines()):
            code = int(row[0], 16)
            if row[1].endswith("First>"):
                first = code
                continue
            for c in range(first, code + 1) if row[1].endswith("Last>") else (code,):
                self.category[c] = row[2]
                self.ccc[c] = int(row[3])
                if row[5] and not row[5].startswith("<"):
                    self.decomposition[c] = [int(x, 16) for x in row[5].split()]
                if row[13]:
                    self.lower[c] = int(row[13], 16)
        self.age = {}
        for row in fields(folder / "DerivedAge.txt"):
            for c in code_range(row[0]):
                self.age[c] = tuple(int(x) for x in row[1].split("."))
        self.property = {}
        for name in ("DerivedCoreProperties.txt", "PropList.txt"):
            for row in fields(folder / name):
                self.property.setdefault(row[1], set()).update(code_range(row[0]))
        self.exclusions = {c for row in fields(folder / "CompositionExclusions.txt") for c in code_range(row[0])}

    def assigned(self, version):
        """Code points with a category, their category as of 15.0, that `version` already had."""
        return {c: k for c, k in self.category.items() if self.age.get(c, (99, 0)) <= version}


def in_ranges(ranges):
    return {c for first, last in ranges for c in range(first, last + 1)}


def full_decomposition(database, c, assigned):
    parts = database.decomposition.get(c) if c in assigned else None
    if parts is None:
        return [c]
    return [x for part in parts for x in full_decomposition(database, part, assigned)]


def build(folder):
    database = Database(folder)
    v8, v9 = database.assigned((8, 0)), database.assigned((9, 0))
    ascii_punctuation = in_ranges([(33, 47), (58, 64), (91, 96), (123, 126)])
    sets = {
        "whitespace": database.property["White_Space"],
        "other": {c for c, k in v8.items() if k in ("Cc", "Cf", "Co")} - {9, 10, 13} | {0xFFFD},
        "punctuation": {c for c, k in v8.items() if k[0] == "P"} | ascii_punctuation | set(PUNCTUATION_8),
        "nonspacing_mark": {c for c, k in v8.items() if k == "Mn"} - set(NOT_NONSPACING_8) | set(NONSPACING_8),
        "combining": {c for c, k in v9.items() if k[0] == "M"} - set(NOT_COMBINING_9) | set(COMBINING_9),
        "numeric": {c for c, k in database.category.items() if k[0] == "N"} | in_ranges(NUMERIC_NEW),
        "word": {c for c, k in database.category.items() if k[0] == "M" or k in ("Nd", "Pc")}
                | database.property["Alphabetic"] | database.property["Join_Control"] | in_ranges(WORD_NEW),
        "ideograph": in_ranges(IDEOGRAPHS),
    }
    decompositions = {c: full_decomposition(database, c, v9) for c in database.decomposition if c in v9}
    hangul = set(range(0xAC00, 0xAC00 + 11172))
    lower = {c: [to] for c, to in database.lower.items()}
    lower[0x130] = [0x69, 0x307]  # the one unconditional mapping of SpecialCasing.txt that grows
    for first, last, to in LOWER_NEW:
        lower.update({c: [to + c - first] for c in range(first, last + 1)})
    sets["decomposes"] = set(decompositions) | hangul
    sets["lowers"] = set(lower)
    ccc = {c: v for c, v in database.ccc.items() if v and c in v9}
    compositions = sorted((parts[0], parts[1], c) for c, parts in database.decomposition.items()
                          if c in v9 and len(parts) == 2 and c not in database.exclusions
                          and not ccc.get(c) and not ccc.get(parts[0]))
    return sets, ccc, decompositions, lower, compositions


def two_stage(values):
    """(stage 1, stage 2): value of c = stage2[stage1[c / BLOCK] * BLOCK + c % BLOCK]."""
    blocks, stage1 = {}, []
    for first in range(0, LIMIT, BLOCK):
        block = tuple(values[first:first + BLOCK])
        stage1.append(blocks.setdefault(block, len(blocks)))
    return stage1, [v for block in blocks for v in block]


def array(kind, name, values, width=118):
    text, line = [f"const {kind} {name}[{len(values)}] = {{"], "   "
    for value in values:
        item = f" {value},"
        if len(line) + len(item) > width:
            text.append(line)
            line = "   "
        line += item
    return "\n".join(text + [line, "};"])


def uint_type(limit):
    return "std::uint8_t" if limit < 1 << 8 else "std::uint16_t" if limit < 1 << 16 else "std::uint32_t"


def render(folder):
    sets, ccc, decompositions, lower, compositions = build(folder)
    flags = [0] * LIMIT
    for bit, name in enumerate(FLAGS):
        for c in sets[name]:
            flags[c] |= 1 << bit
    records = {}
    index = [records.setdefault((flags[c], ccc.get(c, 0)), len(records)) for c in range(LIMIT)]
    property1, property2 = two_stage(index)

    deltas = {0: 0}
    lower_index = [0] * LIMIT
    for c, to in lower.items():
        if len(to) == 1:
            lower_index[c] = deltas.setdefault(to[0] - c, len(deltas))
    lower1, lower2 = two_stage(lower_index)

    pool, seen = [], {}
    decomposition_index = [0] * LIMIT  # position in the pool * 4 + length - 1
    for c, parts in sorted(decompositions.items()):
        key = tuple(parts)
        if key not in seen:
            seen[key] = len(pool)
            pool.extend(parts)
        decomposition_index[c] = seen[key] * 4 + len(parts) - 1
    decomposition1, decomposition2 = two_stage(decomposition_index)
    assert max(len(p) for p in decompositions.values()) <= 4 and len(pool) * 4 < 1 << 16
    assert len(records) <= 256 and len(deltas) <= 256

    parts = [
        "// Made by tools/unicode/generate_tables.py from the Unicode Character Database 15.0: do not edit.",
        '#include "unicode/tables.h"',
        "",
        "// clang-format off",
        "namespace sememe::unicode::tables {",
        "",
        array("Properties", "kProperties", [f"{{{f}, {k}}}" for f, k in records]),
        array(uint_type(max(property1)), "kPropertyStage1", property1),
        array("std::uint8_t", "kPropertyStage2", property2),
        array("std::int32_t", "kLowerDeltas", list(deltas)),
        array(uint_type(max(lower1)), "kLowerStage1", lower1),
        array("std::uint8_t", "kLowerStage2", lower2),
        array(uint_type(max(decomposition1)), "kDecompositionStage1", decomposition1),
        array("std::uint16_t", "kDecompositionStage2", decomposition2),
        array("char32_t", "kDecompositionPool", [f"0x{c:X}" for c in pool]),
        array("Composition", "kCompositions", [f"{{0x{a:X}, 0x{b:X}, 0x{c:X}}}" for a, b, c in compositions]),
        f"const int kCompositionCount = {len(compositions)};",
        "",
        "}  // namespace sememe::unicode::tables",
        "",
    ]
    return "\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ucd", type=pathlib.Path, default=pathlib.Path("/usr/share/unicode"))
    parser.add_argument("--output", type=pathlib.Path, default=OUTPUT)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    needed = ["UnicodeData.txt", "DerivedAge.txt", "DerivedCoreProperties.txt", "PropList.txt",
              "CompositionExclusions.txt"]
    missing = [name for name in needed if not (arguments.ucd / name).is_file()]
    if missing:
        sys.exit(f"{arguments.ucd}: {', '.join(missing)} not found; install Debian's unicode-data or pass --ucd")
    version = (arguments.ucd / "PropList.txt").read_text("utf-8").splitlines()[0]
    if "15.0.0" not in version:
        sys.exit(f"{arguments.ucd}: expected Unicode 15.0.0, found {version!r}: the DELTA lists are relative to it")
    text = render(arguments.ucd)
    if not arguments.check:
        arguments.output.write_text(text, encoding="utf-8")
    elif not arguments.output.is_file() or arguments.output.read_text("utf-8") != text:
        sys.exit(f"{arguments.output} is stale: run tools/unicode/generate_tables.py")


if __name__ == "__main__":
    main()
