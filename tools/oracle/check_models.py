#!/usr/bin/env python3
"""Compares `sememe tokenize` with PyPI `tokenizers` (0.23) on random models: BPE and Unigram with every switch.

    tools/oracle/check_models.py --program build/release/sememe [--models 200] [--first 0] [--strings 5000] [--seed 1]

Vocabularies, merges, scores and texts are random; texts go to the model whole, in words, or with marks for spaces. Every
text must come out with the same ids, tokens, offsets and words. Exit status 1 if anything differs. Slow (minutes) and not
part of the tests.
"""

import argparse
import json
import pathlib
import random
import sys
import tempfile

import oracle
import tokenizers

ALPHABETS = ["ab", "abc", "abcdefgh ", "aeiouxyz\u00e9\u00df \u4e2d\U0001f600", "a\u2581b \u2581", "\u0431\u0432 ab"]
UNKNOWN = "?\u00f1\u2260\U0001f4a9 "


def word(generator, alphabet, most):
    return "".join(generator.choice(alphabet) for _ in range(generator.randint(1, most)))


def bytes_of(generator, vocab):
    kept = range(256) if generator.random() < 0.6 else generator.sample(range(256), 200)
    for byte in kept:
        vocab.setdefault(f"<0x{byte:02X}>", len(vocab))


def bpe(generator, alphabet):
    prefix = generator.choice([None, None, None, "##", "@"])
    suffix = generator.choice([None, None, None, "</w>", "_"])
    vocab = {}
    unk = generator.choice([None, "<unk>", "<unk>", "a"])
    if unk:
        vocab[unk] = len(vocab)
    for c in alphabet:
        if generator.random() < 0.97:
            for form in {c, (prefix or "") + c, c + (suffix or ""), (prefix or "") + c + (suffix or "")}:
                vocab.setdefault(form, len(vocab))
    # With a prefix or suffix, ranges of bytes lie beyond the text in the reference.
    byte_fallback = not prefix and not suffix and generator.random() < 0.6
    if byte_fallback:
        bytes_of(generator, vocab)
    merges = []
    pool = [t for t in vocab if not t.startswith("<0x") or generator.random() < 0.1]
    if generator.random() < 0.1:
        vocab.setdefault("", len(vocab))
        pool.append("")
    for _ in range(generator.choice([0, 5, 50, 400])):
        left, right = generator.choice(pool), generator.choice(pool)
        if prefix and generator.random() < 0.8:
            right = generator.choice([t for t in pool if t.startswith(prefix)] or pool)
        rest = right.encode()[len(prefix or ""):].decode(errors="replace")  # bytes go, whatever they are
        if len(right) < len(prefix or "") or len(left + right) > 40 or "\ufffd" in rest:
            continue
        made = left + rest
        if made not in vocab:
            vocab[made] = len(vocab)
            pool.append(made)
        merges.append((left, right))
    if generator.random() < 0.3:
        generator.shuffle(merges)
    if generator.random() < 0.3:
        for _ in range(5):
            vocab.setdefault(word(generator, alphabet, 6), len(vocab))
    if unk and generator.random() < 0.3:
        ids = list(range(len(vocab)))
        generator.shuffle(ids)
        vocab = dict(zip(vocab, ids))
    pairs = generator.random() < 0.7 or any(" " in token or not token for merge in merges for token in merge)
    return {"type": "BPE", "dropout": generator.choice([None, 0.0]), "unk_token": unk,
            "continuing_subword_prefix": prefix, "end_of_word_suffix": suffix, "fuse_unk": generator.random() < 0.5,
            "byte_fallback": byte_fallback, "ignore_merges": generator.random() < 0.3, "vocab": vocab,
            "merges": [list(m) if pairs else " ".join(m) for m in merges]}


def unigram(generator, alphabet):
    tokens = [("<unk>", 0.0)]
    score = generator.choice([lambda: -float(generator.randint(1, 4)), lambda: -generator.uniform(0.1, 12.0),
                              lambda: round(-generator.uniform(0.1, 12.0), 1), lambda: -generator.expovariate(0.2)])
    for c in alphabet:
        if generator.random() < 0.95:
            tokens.append((c, score()))
    for _ in range(generator.choice([3, 30, 300])):
        tokens.append((word(generator, alphabet + (UNKNOWN if generator.random() < 0.1 else ""), 8), score()))
    byte_fallback = generator.random() < 0.4
    if byte_fallback:
        vocab = {}
        bytes_of(generator, vocab)
        tokens += [(t, score() if generator.random() < 0.2 else 0.0) for t in vocab]
    if generator.random() < 0.2:
        tokens.append((generator.choice(tokens)[0], score()))
    unk_id = 0
    if generator.random() < 0.3:
        first = tokens.pop(0)
        unk_id = generator.randint(0, len(tokens))
        tokens.insert(unk_id, first)
    return {"type": "Unigram", "unk_id": unk_id, "vocab": [list(t) for t in tokens], "byte_fallback": byte_fallback}


PRE_TOKENIZERS = [None, {"type": "Whitespace"}, {"type": "WhitespaceSplit"},
                  {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True},
                  {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": False}]
NORMALIZERS = [None, None, {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]


def texts(generator, alphabet, count):
    for _ in range(count):
        letters = alphabet + (UNKNOWN if generator.random() < 0.3 else "")
        size = generator.choice([1, 2, 4, 8, 16, 32, 64, 70, 130]) if generator.random() < 0.98 else 3000
        parts = []
        while size > 0:
            run = generator.randint(1, min(size, 20)) if generator.random() < 0.1 else 1
            parts.append(generator.choice(letters) * run)
            size -= run
        text = "".join(parts)
        yield text if generator.random() < 0.9 else text.replace("a", "<unk>", 1)


def ours(program, folder, file, lines):
    for row in oracle.tokenize(program, folder, file, lines):
        yield row["ids"], row["tokens"], [tuple(o) for o in row["offsets"]], row["word_ids"]


def theirs(tokenizer, lines):
    for text in lines:
        e = tokenizer.encode(text)
        yield e.ids, e.tokens, e.offsets, e.word_ids


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="the model to begin with: so that a long check may be split")
    parser.add_argument("--strings", type=int, default=5000, help="random strings per model")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    strings = differences = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        file = folder / "tokenizer.json"
        for index in range(arguments.first, arguments.first + arguments.models):
            generator = random.Random(arguments.seed * 1000003 + index)
            alphabet = generator.choice(ALPHABETS)
            model = generator.choice([bpe, unigram])(generator, alphabet)
            file.write_text(json.dumps({
                "version": "1.0", "truncation": None, "padding": None, "added_tokens": [],
                "normalizer": generator.choice(NORMALIZERS), "pre_tokenizer": generator.choice(PRE_TOKENIZERS),
                "post_processor": None, "decoder": None, "model": model}), encoding="utf-8")
            tokenizer = tokenizers.Tokenizer.from_file(str(file))
            lines = list(texts(generator, alphabet, arguments.strings))
            bad = [(t, m, r) for t, m, r in zip(lines, ours(arguments.program, folder, file, lines),
                                                theirs(tokenizer, lines), strict=True) if m != r]
            strings += len(lines)
            differences += len(bad)
            if bad:
                switches = {k: v for k, v in model.items() if k not in ("vocab", "merges")}
                print(f"model {index}: {len(bad)} of {len(lines)} differ: {switches}", flush=True)
                text, mine, reference = min(bad, key=lambda b: len(b[0]))
                print(f"  {text!r:.300}\n    sememe    {str(mine):.600}\n    reference {str(reference):.600}", flush=True)
                kept = pathlib.Path(tempfile.gettempdir()) / f"differs-{arguments.seed}-{index}.json"
                kept.write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    print(f"{arguments.models} models, {strings} texts, {differences} differ")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
