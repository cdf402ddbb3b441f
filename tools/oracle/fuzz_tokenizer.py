#!/usr/bin/env python3
"""Compares `sememe tokenize` with PyPI `tokenizers` (0.23) on random texts, for whole tokenizers.

    tools/oracle/fuzz_tokenizer.py [--program FILE] [--strings N] [--seed N] TOKENIZER...

A TOKENIZER is a tokenizer.json or a folder that holds one. Texts mix scripts, combining marks, emoji sequences, controls,
contractions, numbers, runs of spaces, added tokens and pieces of the vocabulary, so that chunks, normalizers, scanners
and merges meet in every way. Compared are ids, tokens, offsets in characters, type ids, special tokens, word ids and the
decoded text. Each difference is printed with the shortest part of its text that still differs; exit status 1 if there is
one. Slow, and not part of the tests.
"""
import argparse
import itertools
import os
import pathlib
import random
import sys
import tempfile

os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
import oracle  # noqa: E402
import tokenizers  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
BATCH = 20000
ALPHABETS = [
    "abcdefgh  .,'-", "AaBbCc  \n", "theandofin  ", "0123456789 .,:/%", " \t\n\r\x0b\x0c\u00a0\u2003\u3000ab",
    "'sSdDmMtTlLvVrRe \u2019\u017f", "\u00e9\u00e8\u00fc\u00df\u00f1\u0130\u0131\u01c5 ae", "aeo\u0301\u0323\u0308\u0327 \u00e9\u1e69\u0345\u0344",
    "\u0430\u0431\u0432\u0433 \u0401\u0439", "\u4e2d\u6587\u5b57\u3042\u3044\u30ab\u30d1\u3002\uff0c ", "\uac00\uac01\u1100\u1161\u11a8 ",
    "\u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u0640\u064b\u0600", "\u0915\u094d\u0937\u093f \u0928\u093c", "\u0e44\u0e17\u0e22 \u0e01\u0e33",
    "\U0001f600\U0001f468\u200d\U0001f469\ufe0f\U0001f1e9\U0001f1ea\U0001f3fd \u2764",
    "\x00\x01\x1f\x7f\x80\x9f\u00ad\u200b\u200d\u2028\ufeff\ufffd\ue000 a", "\u00bd\u00b2\u2167\u2460\u3220\u32d0\ufb01\uff21\u2126\u00a8\u1fc1 a",
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ a1", "\u2581 _\u0120\u010a\u00c2", "()[]{}<>|/ \n\n  if return ==",
]
WORDS = ("the quick brown fox don't I'LL we've they're it's 1,000.50 e-mail http://example.org/a?b=c caf\u00e9 na\u00efve Stra\u00dfe "
         "U.S.A. (see) \"quoted\" \u201cquoted\u201d \u2014 well-known 3rd 2024-11-25 #tag @user C++ __init__ \u00bfqu\u00e9? \u041f\u0440\u0438\u0432\u0435\u0442, \u4f60\u597d").split(" ")


def vocabulary_pieces(tokenizer, generator):
    pieces = [token for token in tokenizer.get_vocab() if len(token) < 20]
    pieces = generator.sample(pieces, min(len(pieces), 3000))
    added = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
    return pieces + added * max(1, 300 // max(1, len(added)))


def random_text(generator, pieces):
    kind = generator.random()
    if kind < 0.3:
        parts = [generator.choice(WORDS) for _ in range(generator.randrange(12))]
        return generator.choice(["", " ", "  "]) + generator.choice([" ", " ", "  ", "\n"]).join(parts)
    if kind < 0.5:
        return "".join(generator.choice(["", " "]) + generator.choice(pieces) for _ in range(generator.randrange(10)))
    out = []
    for _ in range(generator.randrange(1, 5)):
        alphabet = generator.choice(ALPHABETS)
        out += [generator.choice(alphabet) for _ in range(generator.randrange(14))]
        if generator.random() < 0.2:
            out.append(generator.choice(pieces))
        if generator.random() < 0.1:
            c = generator.choice([generator.randrange(0x20, 0x3100), generator.randrange(0xE000, 0x32000)])
            out.append(chr(c))
    return "".join(out)


def ours(program, path, texts, folder):
    rows = list(oracle.tokenize(program, folder, path, texts))
    ids = folder / "ids.txt"
    ids.write_text("".join(" ".join(map(str, row["ids"])) + "\n" for row in rows), encoding="utf-8")
    decoded = []
    for flag in ([], ["--keep-special-tokens"]):
        command = [program, "detokenize", "-q", "-m", path, "-i", ids, "--format", "jsonl", *flag]
        decoded.append([row["text"] for row in oracle.rows(command, len(texts))])
    for row, skipping, keeping in zip(rows, *decoded):
        yield {"ids": row["ids"], "tokens": row["tokens"], "offsets": [tuple(o) for o in row["offsets"]],
               "types": row["type_ids"], "special": [int(s) for s in row["special"]],
               "words": row["word_ids"], "decoded": skipping, "decoded all": keeping}


def theirs(tokenizer, texts):
    encodings = tokenizer.encode_batch(texts)
    skipping = tokenizer.decode_batch([e.ids for e in encodings])
    keeping = tokenizer.decode_batch([e.ids for e in encodings], skip_special_tokens=False)
    for e, some, everything in zip(encodings, skipping, keeping):
        yield {"ids": e.ids, "tokens": e.tokens, "offsets": e.offsets, "types": e.type_ids,
               "special": e.special_tokens_mask, "words": e.word_ids, "decoded": some, "decoded all": everything}


def differs(program, path, tokenizer, texts, folder):
    """[(text, ours, theirs)] of the texts that differ."""
    return [(text, mine, reference)
            for text, mine, reference in zip(texts, ours(program, path, texts, folder), theirs(tokenizer, texts))
            if mine != reference]


def shortest(program, path, tokenizer, text, folder):
    """Cuts `text` at both ends while what remains still differs."""
    for _ in range(12):
        parts = [text[a:b] for a, b in itertools.product(range(min(8, len(text))), range(max(0, len(text) - 8), len(text) + 1))
                 if 0 < b - a < len(text)]
        bad = differs(program, path, tokenizer, parts, folder) if parts else []
        if not bad:
            return text
        text = min((entry[0] for entry in bad), key=len)
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/sememe")
    parser.add_argument("--strings", type=int, default=100000, help="texts for each tokenizer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("tokenizers", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for path in options.tokenizers:
            file = path / "tokenizer.json" if path.is_dir() else path
            tokenizer = tokenizers.Tokenizer.from_file(str(file))
            tokenizer.no_truncation()
            tokenizer.no_padding()
            generator = random.Random(options.seed)
            pieces = vocabulary_pieces(tokenizer, generator)
            done, bad = 0, []
            while done < options.strings and len(bad) < 20:
                texts = [random_text(generator, pieces) for _ in range(min(BATCH, options.strings - done))]
                bad += differs(options.program, file, tokenizer, texts, folder)
                done += len(texts)
            print(f"{file}: {done} texts, {len(bad)} differ", flush=True)
            for text, _, _ in bad[:5]:
                text = shortest(options.program, file, tokenizer, text, folder)
                for _, mine, reference in differs(options.program, file, tokenizer, [text], folder):
                    print(f"  {text!r}")
                    for key in mine:
                        if mine[key] != reference[key]:
                            print(f"    {key}: sememe {str(mine[key]):.300}\n    {' ' * len(key)}  reference {str(reference[key]):.300}")
            failed += len(bad)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
