#!/usr/bin/env python3
"""Writes src/unicode/tables.cpp from the Unicode Character Database.

    tools/unicode/generate_tables.py            write the file
    tools/unicode/generate_tables.py --check    exit 1 if the committed file is not what would be written

Input: the files of Unicode 15.0 in FILES, by default from /usr/share/unicode (Debian package unicode-data); --ucd names
another folder.

Tokenizers must do what the reference (Hugging Face tokenizers 0.23) does, and its parts follow different versions of
Unicode: BERT's categories 8.0, normalisation and scripts 9.0, categories in regular expressions 16.0 (as tiktoken's),
case and \\w 16.0 and later, graphemes 17.0. Restricting the database by DerivedAge gives the older versions but for
characters whose properties changed since; those, and characters younger than 15.0, are the DELTA lists below.
tools/oracle/make_unicode_reference.py holds the result against the reference for every code point.
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
         "decomposes", "lowers", "regex_word", "decomposes_compatibly", "nfc_maybe", "nfkc_maybe"]
CATEGORIES = ("Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn").split()

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

# Characters of Unicode 15.1 and 16.0, by category.
CATEGORY_NEW = {
    "Lu": "1C89 A7CB-A7CC A7DA A7DC 10D50-10D65",
    "Ll": "1C8A A7CD A7DB 10D70-10D85",
    "Lm": "10D4E 10D6F 16D40-16D42 16D6B-16D6C",
    "Lo": "105C0-105F3 10D4A-10D4D 10D4F 10EC2-10EC4 11380-11389 1138B 1138E 11390-113B5 113B7 113D1 113D3 "
          "11BC0-11BE0 13460-143FA 16100-1611D 16D43-16D6A 18CFF 1E5D0-1E5ED 1E5F0 2EBF0-2EE5D",
    "Mn": "897 10D69-10D6D 10EFC 113BB-113C0 113CE 113D0 113D2 113E1-113E2 11F5A 1611E-16129 1612D-1612F "
          "1E5EE-1E5EF",
    "Mc": "113B8-113BA 113C2 113C5 113C7-113CA 113CC-113CD 113CF 1612A-1612C",
    "Nd": "10D40-10D49 116D0-116E3 11BF0-11BF9 16130-16139 16D70-16D79 1CCF0-1CCF9 1E5F1-1E5FA",
    "Pd": "10D6E",
    "Po": "1B4E-1B4F 1B7F 113D4-113D5 113D7-113D8 11BE1 16D6D-16D6F 1E5FF",
    "Sm": "10D8E-10D8F",
    "So": "2427-2429 2FFC-2FFF 31E4-31E5 31EF 1CC00-1CCEF 1CD00-1CEB3 1F8B2-1F8BB 1F8C0-1F8C1 1FA89 1FA8F "
          "1FABE 1FAC6 1FADC 1FADF 1FAE9 1FBCB-1FBEF",
}
CATEGORY_CHANGED = {0x1171E: "Mc"}  # was Mn
NUMERIC_NEW = [(0x11DE0, 0x11DE9), (0x16FF4, 0x16FF6)]  # N* of Unicode 17.0
# Lower case of Unicode 16.0 and 17.0 that 15.0 does not have: (first, last, first of the lower case), or pairs.
LOWER_NEW = [(0x1C89, 0x1C89, 0x1C8A), (0xA7CB, 0xA7CB, 0x264), (0xA7CC, 0xA7CC, 0xA7CD), (0xA7CE, 0xA7CE, 0xA7CF),
             (0xA7D2, 0xA7D2, 0xA7D3), (0xA7D4, 0xA7D4, 0xA7D5), (0xA7DA, 0xA7DA, 0xA7DB), (0xA7DC, 0xA7DC, 0x19B),
             (0x10D50, 0x10D65, 0x10D70), (0x16EA0, 0x16EB8, 0x16EBB)]
# Scripts that Unicode 9.0 had otherwise, and the two ways in which SentencePiece departs from them.
SCRIPT_9 = {0x589: "Common", 0x61C: "Common", 0x953: "Devanagari", 0x954: "Devanagari"}
SCRIPT_JOINED = {"Hiragana": "Han", "Katakana": "Han"}
SCRIPT_SPECIAL = {0x30FC: "Han", 0x20: None}

# Grapheme_Cluster_Break and what the rules GB9c and GB11 need besides; Linker is the part of Extend with InCB=Linker.
GRAPHEME = ("Other CR LF Control Extend Linker ZWJ Regional_Indicator Prepend SpacingMark L V T LV LVT Pictographic "
            "Consonant").split()
LINKERS = ("94D 9CD ACD B4D C4D D4D 1039 17D2 1A60 1B44 1BAB A9C0 AAF6 10A3F 11133 113D0 1193E 11A47 11A99 11F42")
# Of Unicode 17.0 where 15.0 has it otherwise. Consonants there are those of scripts with a linker, and independent
# vowels of some; pictographs the emoji, and what is not yet assigned among them.
GRAPHEME_17 = {
    "Extend": "897 1ACF-1ADD 1AE0-1AEB 10D69-10D6D 10EFA-10EFC 113B8 113BB-113C0 113C2 113C5 113C7-113C9 113CE-113CF "
              "113D2 113E1-113E2 11B60 11B62-11B64 11B66 11F5A 1611E-16129 1612D-1612F 1E5EE-1E5EF 1E6E3 1E6E6 "
              "1E6EE-1E6EF 1E6F5 CC0 CC7-CC8 CCA-CCB 1715 1734 1B3B 1B3D 1B43 1BAA 1BF2-1BF3 A953 111C0 11235 1134D "
              "116B6 1193D 11F41 16FF0-16FF1 1D166 1D16D",
    "SpacingMark": "113B9-113BA 113CA 113CC-113CD 11B61 11B65 11B67 1612A-1612C 1171E",
    "Prepend": "113D1",
    "Other": "11A3A 1F777-1F77A 1F8B2-1F8BB 1F8C0-1F8C1 1F8D0-1F8D8 1FA54-1FA57",
    "V": "16D63 16D67-16D6A",
    "Consonant": "1021-102A 1052-1055 17A3-17B3 1A4D-1A52 1B0B-1B0C 1B83-1B89 AAE0-AAE1 ABCE-ABCF ABD1 11103-11106 "
                 "11380-11389 1138B 1138E 11390-113B5 11900-11906 11909 11A00 11A50 11F04-11F10",
    "Linker": LINKERS,
}

FILES = ["UnicodeData.txt", "DerivedAge.txt", "DerivedCoreProperties.txt", "PropList.txt", "Scripts.txt",
         "CompositionExclusions.txt", "IndicSyllabicCategory.txt", "auxiliary/GraphemeBreakProperty.txt",
         "emoji/emoji-data.txt"]


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
        self.category, self.ccc, self.decomposition, self.compatibility, self.lower = {}, {}, {}, {}, {}
        first = None
        for row in (line.split(";") for line in (folder / "UnicodeData.txt").read_text("utf-8").splitlines()):
            code = int(row[0], 16)
            if row[1].endswith("First>"):
                first = code
                continue
            for c in range(first, code + 1) if row[1].endswith("Last>") else (code,):
                self.category[c] = row[2]
                self.ccc[c] = int(row[3])
                if row[5]:
                    parts = [int(x, 16) for x in row[5].split() if x[0] != "<"]
                    self.compatibility[c] = parts
                    if row[5][0] != "<":
                        self.decomposition[c] = parts
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
        self.script = {c: row[1] for row in fields(folder / "Scripts.txt") for c in code_range(row[0])}
        self.grapheme = {c: row[1] for row in fields(folder / "auxiliary/GraphemeBreakProperty.txt")
                         for c in code_range(row[0])}
        self.emoji = {}
        for row in fields(folder / "emoji/emoji-data.txt"):
            self.emoji.setdefault(row[1], set()).update(code_range(row[0]))
        self.consonants = {c for row in fields(folder / "IndicSyllabicCategory.txt") if row[1] == "Consonant"
                           for c in code_range(row[0])}
        self.exclusions = {c for row in fields(folder / "CompositionExclusions.txt") for c in code_range(row[0])}

    def assigned(self, version):
        """Code points with a category, their category as of 15.0, that `version` already had."""
        return {c: k for c, k in self.category.items() if self.age.get(c, (99, 0)) <= version}


def in_ranges(ranges):
    return {c for first, last in ranges for c in range(first, last + 1)}


def by_code_point(lists):
    return {c: k for k, text in lists.items() for part in text.split() for c in code_range(part.replace("-", ".."))}


def full_decomposition(decompositions, c, assigned):
    parts = decompositions.get(c) if c in assigned else None
    if parts is None:
        return [c]
    return [x for part in parts for x in full_decomposition(decompositions, part, assigned)]


def scripts(database, v9):
    """A number for each script in the order of code points; 0 for none, which joins every other."""
    numbers, out = {}, {}
    for c in sorted(v9):
        script = SCRIPT_SPECIAL.get(c, SCRIPT_9.get(c, database.script.get(c)))
        script = SCRIPT_JOINED.get(script, script)
        if script is not None:
            out[c] = numbers.setdefault(script, len(numbers) + 1)
    return out


def graphemes(database):
    joined = {database.script.get(c) for c in by_code_point({"": LINKERS})} - {None}
    consonants = {c for c in database.consonants if database.script[c] in joined}
    emoji = database.emoji["Emoji"]
    pictographs = {c for c in database.emoji["Extended_Pictographic"] if c in emoji or c not in database.category}
    return {**{c: "Consonant" for c in consonants}, **{c: "Pictographic" for c in pictographs}, **database.grapheme,
            **by_code_point(GRAPHEME_17)}


def build(database):
    v8, v9 = database.assigned((8, 0)), database.assigned((9, 0))
    category = {**database.category, **by_code_point(CATEGORY_NEW), **CATEGORY_CHANGED}
    ascii_punctuation = in_ranges([(33, 47), (58, 64), (91, 96), (123, 126)])
    sets = {
        "whitespace": database.property["White_Space"],
        "other": {c for c, k in v8.items() if k in ("Cc", "Cf", "Co")} - {9, 10, 13} | {0xFFFD},
        "punctuation": {c for c, k in v8.items() if k[0] == "P"} | ascii_punctuation | set(PUNCTUATION_8),
        "nonspacing_mark": {c for c, k in v8.items() if k == "Mn"} - set(NOT_NONSPACING_8) | set(NONSPACING_8),
        "combining": {c for c, k in v9.items() if k[0] == "M"} - set(NOT_COMBINING_9) | set(COMBINING_9),
        "numeric": {c for c, k in category.items() if k[0] == "N"} | in_ranges(NUMERIC_NEW),
        "word": {c for c, k in category.items() if k[0] in "LM" or k in ("Nd", "Pc")}
                | database.property["Alphabetic"] | database.property["Join_Control"],
        "ideograph": in_ranges(IDEOGRAPHS),
    }
    # Oniguruma keeps the table of Latin-1 for its first 256 code points.
    sets["regex_word"] = (sets["word"] - database.property["Join_Control"]
                          | {0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE})
    decompositions = {c: full_decomposition(database.decomposition, c, v9) for c in database.decomposition if c in v9}
    compatible = {c: full_decomposition(database.compatibility, c, v9) for c in database.compatibility if c in v9}
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
    sets["decomposes_compatibly"] = set(compatible) | hangul
    seconds = {second for _, second, _ in compositions} | set(range(0x1161, 0x1176)) | set(range(0x11A8, 0x11C3))
    sets["nfc_maybe"] = set(decompositions) - {c for _, _, c in compositions} | seconds
    sets["nfkc_maybe"] = sets["nfc_maybe"] | {c for c in compatible if compatible[c] != decompositions.get(c)}
    return sets, ccc, decompositions, compatible, lower, compositions, category, scripts(database, v9)


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
    database = Database(folder)
    sets, ccc, decompositions, compatible, lower, compositions, category, script = build(database)
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

    category1, category2 = two_stage([CATEGORIES.index(category.get(c, "Cn")) for c in range(LIMIT)])
    script1, script2 = two_stage([script.get(c, 0) for c in range(LIMIT)])

    grapheme = graphemes(database)
    grapheme1, grapheme2 = two_stage([GRAPHEME.index(grapheme.get(c, "Other")) for c in range(LIMIT)])

    compatible_pool, seen = [0], {}
    compatible_index = [0] * LIMIT  # position in the pool of the length, which the code points follow
    for c, parts in sorted(compatible.items()):
        if parts == decompositions.get(c):
            continue
        key = tuple(parts)
        if key not in seen:
            seen[key] = len(compatible_pool)
            compatible_pool += [len(parts)] + parts
        compatible_index[c] = seen[key]
    compatible1, compatible2 = two_stage(compatible_index)
    assert len(compatible_pool) < 1 << 16

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
        array(uint_type(max(category1)), "kCategoryStage1", category1),
        array("std::uint8_t", "kCategoryStage2", category2),
        array(uint_type(max(script1)), "kScriptStage1", script1),
        array("std::uint8_t", "kScriptStage2", script2),
        array(uint_type(max(grapheme1)), "kGraphemeStage1", grapheme1),
        array("std::uint8_t", "kGraphemeStage2", grapheme2),
        array(uint_type(max(lower1)), "kLowerStage1", lower1),
        array("std::uint8_t", "kLowerStage2", lower2),
        array(uint_type(max(decomposition1)), "kDecompositionStage1", decomposition1),
        array("std::uint16_t", "kDecompositionStage2", decomposition2),
        array("char32_t", "kDecompositionPool", [f"0x{c:X}" for c in pool]),
        array(uint_type(max(compatible1)), "kCompatibilityStage1", compatible1),
        array("std::uint16_t", "kCompatibilityStage2", compatible2),
        array("char32_t", "kCompatibilityPool", [f"0x{c:X}" for c in compatible_pool]),
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
    missing = [name for name in FILES if not (arguments.ucd / name).is_file()]
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
