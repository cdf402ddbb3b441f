#!/usr/bin/env python3
"""Compares the regular expressions of `sememe tokenize` with those of PyPI `tokenizers` (0.23, Oniguruma).

    tools/oracle/check_regex.py --program build/sememe [--patterns 500] [--strings 200] [--seed 1] [--pattern P]...

Fixed patterns and random ones, as Split with Isolated. A pattern that Sememe refuses as unsupported is counted, not
compared; a pattern that the reference refuses must be refused. Exit status 1 if anything differs.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unicodedata

from tokenizers import Regex, pre_tokenizers

import check_pre_tokenizers

CATEGORIES = ("L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po S Sm Sc Sk So Z Zs Zl Zp C Cc Cf Co Cn LC "
              "Letter Uppercase_Letter Punct Alpha Space Word Digit Alnum Upper Lower XDigit Any Assigned ASCII Han Hiragana "
              "Katakana Hangul Latin Greek Cyrillic Arabic Thai Emoji Extended_Pictographic Common Inherited").split()
POSIX = "alpha digit alnum upper lower punct space blank cntrl graph print xdigit ascii word".split()
FIXED = [
    *(rf"\p{{{c}}}" for c in CATEGORIES), *(rf"\P{{{c}}}+" for c in CATEGORIES), *(rf"[^\p{{{c}}}a]+" for c in CATEGORIES),
    *(rf"[[:{c}:]]" for c in POSIX), *(rf"[[:^{c}:]x]+" for c in POSIX), r"\w+", r"[\w]+", r"\W+", r"\d+", r"\D+", r"\s+",
    r"\S+", r"\h+", r"\H+", r"\b", r"\B", r"\b\w", r"[\w-]+", r"[^\W\d]+", r"[a-z&&[^aeiou]]+", r"[\p{L}&&[^\p{Lu}]]+", r"[^a[^b]]",
    r"[[a]b]", r"[^[^a]]", r"[a-c-e]", r"[-a]", r"[a-]", r"[--a]", r"[!--]", r"[]a]", r"[^]a]", r"[a&&]", r"[&&a]", r"[^&&a]",
    r"[$^.*+?|(){}]", r"[\b]", r"[\n\t\r\f\v\a\e]", r"^", "$", r"^a", r"a$", r"\Aa", r"a\Z", r"a\z", r".", r".+", r"(?m:.)+",
    r"(?m).+$", r"\N+", r"\O+", r"\R", r"a|b", r"a||b", r"|a", r"()a", r"(a)\1", r"(a|b)\1+", r"a?+b", r"a*+b", r"a++b",
    r"a??b", r"a*?b", r"a+?b", r"a{2}", r"a{2}?", r"a{2}+", r"a{1,2}?", r"a{1,2}+", r"a{,2}", r"a{3,2}", r"a**", r"a?*", r"(?:a+)?b",
    r"x{2", r"x{,}", r"{a}", r"a{1}{2}", r"(?i)abc", r"(?i:'s|'t|'re|'ve|'m|'ll|'d)", r"(?i)k", r"(?i)[k-t]+", r"(?i)[^k]", r"(?i)\p{Lu}",
    r"(?i)[[:digit:]a]", r"a(?i)b|c", r"(?i)a(?-i)b", r"(?i:a)b", "(?i)\u00e9", "(?i)\u03c3", "(?i)\u01c5", "(?i)\u0430+", "(?i)[^\u0430-\u044f]",
    r"(?x) a b # c", r"(?x: a ) b", r"(?#comment)a", r"a(?#c)*", r"(?=a)", r"(?!a)", r"(?<=a)b", r"(?<!a)b", r"(?<=a|b)c", r"(?>a+)b",
    r"(?<name>a)b", r"(?'n'a)", r"\xE4\xB8\xAD", r"\x41", r"\x{4e2d}", r"\u4e2d", r"[\xE4\xB8\xAD]", r"[\u4e00-\u9fff]+", r"\_\/\-\ \#",
    r"\i\j", r"]", r"a]", r"\{", r"\p{^L}", r"\P{^L}", r"[\p{^L}]", r"\pL", r"[\PL]", "", r"<\|startoftext\|>|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
    " ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+", "[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+", r"\p{Han}+|[\p{L}&&[^\p{Han}]]+",
    # refused by the reference
    "(", "a)", "[", "[]", "*", "a|*", "^*", r"(?=a)*", r"\b+", "[z-a]", r"[a-\d]", r"[\w-a]", r"[[:foo:]]", r"\p{Nonsense}", r"\p{L", "(?s)a",
    "(?z)a", "(?)a", r"\1", "a\\", "[\\", "(?<>a)", "(?i", r"\u12", r"\xE4", "{2}", "a{100001}",
]


def random_pattern(generator, depth=0):
    def atom():
        kind = generator.randrange(14)
        if kind < 4:
            return generator.choice(["a", "b", "A", "\\.", " ", "\u00e9", "1", "\\n", "'", "\u4e2d", "s", "-", "="])
        if kind == 4:
            return generator.choice([r"\s", r"\S", r"\w", r"\W", r"\d", r"\h", ".", r"\N", r"\O", r"\R"])
        if kind == 5:
            return r"\%s{%s}" % (generator.choice("pP"), generator.choice(CATEGORIES))
        if kind < 9:
            return brackets(generator, 0)
        if kind == 9:
            return generator.choice(["^", "$", r"\b", r"\B", r"\A", r"\z", r"\Z"])
        if depth > 2:
            return "a"
        opening = generator.choice(["(?:", "(", "(?i:", "(?m:", "(?>", "(?=", "(?!", "(?<=", "(?<!", "(?:(?i)", "(?-i:"])
        inside = (generator.choice(["a", "b", r"\s", r"\p{L}", "ab", "[^a]"]) if "<" in opening
                  else random_pattern(generator, depth + 1))
        return opening + inside + ")"

    parts = []
    for _ in range(generator.randrange(1, 4)):
        part = "".join(atom() + (generator.choice(["*", "+", "?", "*?", "+?", "??", "*+", "++", "?+", "{1,2}", "{2}", "{,2}", "{1,}",
                                                   "{2}?", "{1,2}+", "{2,1}"]) if generator.random() < 0.4 else "")
                       for _ in range(generator.randrange(1, 4)))
        parts.append(part)
    return "|".join(parts)


def brackets(generator, depth):
    out = "[" + ("^" if generator.random() < 0.3 else "")
    for _ in range(generator.randrange(1, 5)):
        kind = generator.randrange(10)
        if kind < 4:
            out += generator.choice(["a", "b", "-", " ", "\\]", "\u00e9", "1", ".", "\\n", "'", "s", "k"])
        elif kind < 6:
            out += generator.choice(["a-f", "A-Z", "0-9", "\u4e00-\u9fff", "\\x00-\\x1f", " -/"])
        elif kind == 6:
            out += generator.choice([r"\s", r"\S", r"\w", r"\d", r"\h", r"\W"])
        elif kind == 7:
            out += r"\%s{%s}" % (generator.choice("pP"), generator.choice(CATEGORIES))
        elif kind == 8:
            out += "[:%s%s:]" % (generator.choice(["", "^"]), generator.choice(POSIX))
        elif depth < 2:
            out += ("&&" if generator.random() < 0.5 else "") + brackets(generator, depth + 1)
    return out + "]"


def code_points():
    codes = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000 and unicodedata.category(chr(c)) != "Cn"]
    codes += list(range(0x1C80, 0x1C90)) + list(range(0xA7C0, 0xA7E0)) + list(range(0x10D40, 0x10D90)) + list(range(0x1E5D0, 0x1E600))
    return ["".join(map(chr, codes[i:i + 4000])) for i in range(0, len(codes), 4000) if codes[i] < 0x20000]


def ours(program, folder, pattern, texts_file):
    file = folder / "tokenizer.json"
    file.write_text(json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "post_processor": None,
        "decoder": None, "pre_tokenizer": check_pre_tokenizers.split("Regex", pattern),
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": {"[UNK]": 0}}}), encoding="utf-8")
    result = subprocess.run([program, "tokenize", "-m", file, "-i", texts_file, "--field", "text", "--format", "json",
                             "--offset-unit", "char"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if result.returncode != 0:
        return result.returncode, result.stderr.decode()
    return 0, [[tuple(o) for o in json.loads(line)["offsets"]] for line in result.stdout.decode().split("\n")[:-1]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--patterns", type=int, default=500, help="random patterns")
    parser.add_argument("--strings", type=int, default=200, help="random strings a pattern")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pattern", action="append", help="this pattern alone")
    arguments = parser.parse_args()

    generator = random.Random(arguments.seed)
    everything = code_points()
    patterns = [(p, True) for p in FIXED] + [(random_pattern(generator), False) for _ in range(arguments.patterns)]
    if arguments.pattern:
        patterns = [(p, True) for p in arguments.pattern]
    counts = {"equal": 0, "refused by both": 0, "unsupported": 0, "different": 0}
    compared = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for number, (pattern, is_fixed) in enumerate(patterns):
            texts = list(check_pre_tokenizers.texts_of(arguments.strings, arguments.seed * 100000 + number))
            if is_fixed:
                texts += everything
            (folder / "texts.jsonl").write_text("".join(json.dumps({"text": t}) + "\n" for t in texts), encoding="utf-8")
            status, mine = ours(arguments.program, folder, pattern, folder / "texts.jsonl")
            try:
                split = pre_tokenizers.Split(Regex(pattern), "isolated")
            except Exception as error:  # pylint: disable=broad-exception-caught
                counts["refused by both" if status != 0 else "different"] += 1
                if status == 0:
                    print(f"{pattern!r}: the reference refuses it ({error})")
                continue
            if status != 0:
                counts["unsupported"] += 1
                print(f"{pattern!r}: {mine.strip()[-200:]}")
                continue
            bad = [(t, m, r) for t, m, r in zip(texts, mine, ([o for _, o in split.pre_tokenize_str(t)] for t in texts)) if m != r]
            compared += len(texts)
            counts["different" if bad else "equal"] += 1
            for text, m, r in sorted(bad, key=lambda b: len(b[0]))[:1]:
                first = next((i for i, pair in enumerate(zip(m, r)) if pair[0] != pair[1]), min(len(m), len(r)))
                print(f"{pattern!r}: {len(bad)} texts differ\n  {text!r:.200}\n    sememe    {m[first:first + 6]}\n"
                      f"    reference {r[first:first + 6]} {text[slice(*r[first])] if first < len(r) else ''!r:.100}")
    print(counts, f"{compared} texts compared")
    sys.exit(1 if counts["different"] else 0)


if __name__ == "__main__":
    main()
