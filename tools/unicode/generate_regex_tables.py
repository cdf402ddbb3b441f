#!/usr/bin/env python3
"""Writes src/unicode/regex_tables.cpp: properties that patterns name and that are not general categories.

    tools/unicode/generate_regex_tables.py CaseFolding.txt > src/unicode/regex_tables.cpp

Asks PyPI `tokenizers` (0.23, Oniguruma with Unicode 16.0) which code points each property has; CaseFolding.txt (any
version from 5.1 on: its F entries have not changed) gives the foldings to several code points.
"""

import pathlib
import sys

from tokenizers import Regex, pre_tokenizers

SCRIPTS = """Arabic Arab|Armenian Armn|Bengali Beng|Bopomofo Bopo|Common Zyyy|Cyrillic Cyrl|Devanagari Deva|Ethiopic Ethi|
Georgian Geor|Greek Grek|Gujarati Gujr|Gurmukhi Guru|Han Hani|Hangul Hang|Hebrew Hebr|Hiragana Hira|Inherited Zinh|
Kannada Knda|Katakana Kana|Khmer Khmr|Lao Laoo|Latin Latn|Malayalam Mlym|Mongolian Mong|Myanmar Mymr|Oriya Orya|
Sinhala Sinh|Tamil Taml|Telugu Telu|Thai Thai|Tibetan Tibt"""
# Name of the set, pattern for it.
SETS = [(names.split()[0], r"\p{%s}+" % names.split()[0]) for names in SCRIPTS.replace("\n", "").split("|")] + [
    ("Emoji", r"\p{Emoji}+"), ("EmojiPresentation", r"\p{Emoji_Presentation}+"), ("EmojiModifier", r"\p{Emoji_Modifier}+"),
    ("ExtendedPictographic", r"\p{Extended_Pictographic}+"),
    ("OtherAlphabetic", r"[\p{Alphabetic}&&[^\p{L}\p{Nl}]]+"), ("OtherLowercase", r"[\p{Lowercase}&&[^\p{Ll}]]+"),
    ("OtherUppercase", r"[\p{Uppercase}&&[^\p{Lu}]]+")]
ALIASES = [(alias.lower(), names.split()[0]) for names in SCRIPTS.replace("\n", "").split("|") for alias in names.split()]


def ranges_of(pattern):
    split = pre_tokenizers.Split(Regex(pattern), "removed", invert=True)
    codes = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    out = []
    for first in range(0, len(codes), 8192):
        part = codes[first:first + 8192]
        for _, (begin, end) in split.pre_tokenize_str("".join(map(chr, part))):
            for c in part[begin:end]:
                if out and out[-1][1] == c - 1:
                    out[-1][1] = c
                else:
                    out.append([c, c])
    return out


def rows(items, width=116):
    line = "   "
    for item in items:
        if len(line) + len(item) + 2 > width:
            yield line
            line = "   "
        line += " " + item + ","
    yield line


def main():
    print("// Made by tools/unicode/generate_regex_tables.py: do not edit.")
    print('#include "unicode/regex_tables.h"\n\nnamespace sememe::regex_tables {\nnamespace {\n')
    for name, pattern in SETS:
        print(f"constexpr CodePointRange k{name}[] = {{")
        print("\n".join(rows(f"{{0x{a:X}, 0x{b:X}}}" for a, b in ranges_of(pattern))))
        print("};")
    # The complements of categories are no properties that a pattern may name.
    names = sorted(set(ALIASES) | {(name.lower().replace("other", "+"), name) for name, _ in SETS})
    print("\nconstexpr NamedSet kSets[] = {")
    print("\n".join(rows(f'{{"{alias}", k{name}}}' for alias, name in names)))
    print("};\n")
    foldings = []
    for line in pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        fields = [field.strip() for field in line.split("#")[0].split(";")]
        if len(fields) > 2 and fields[1] == "F":
            foldings.append((fields[0], fields[2].split()))
    print("constexpr Folding kFoldings[] = {")
    print("\n".join(rows('{0x%s, U"%s"}' % (code, "".join(f"\\x{int(part, 16):X}" for part in parts))
                         for code, parts in foldings)))
    print("};\n\n}  // namespace\n")
    print("std::span<const NamedSet> named_sets() { return kSets; }")
    print("std::span<const Folding> foldings() { return kFoldings; }\n")
    print("}  // namespace sememe::regex_tables")


if __name__ == "__main__":
    main()
