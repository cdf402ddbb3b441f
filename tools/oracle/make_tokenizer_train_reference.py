#!/usr/bin/env python3
"""Writes tests/golden/tokenizer_train: corpora and what PyPI `tokenizers` (0.23) makes of them.

    tools/oracle/make_tokenizer_train_reference.py

<corpus>.txt     texts, one a line, made here from a fixed seed
cases.jsonl      {"name","corpus","type","options","vocab","merges","ids"} a line: options as TokenizerTrainerOptions
                 names them, tokens by id (null: a hole), merges by rank as pairs of ids, and the ids of TEXTS

The reference gives characters with a prefix or suffix ("##a") their ids in the order of a hash table with a random seed,
and everything that ties depend on them: run twice, it makes two vocabularies (shown at the end). So it is given all
characters as special tokens, in the order in which Sememe numbers them; then it has nothing left to choose.
"""

import collections
import json
import pathlib
import random

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "tests/golden/tokenizer_train"
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
METASPACE = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}
BERT = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None,
        "lowercase": True}
WHITESPACE_SPLIT = {"type": "WhitespaceSplit"}
TEXTS = ["the quick brown fox", "banalo tukeri, Banalo!", "aaaaaaa ababab", "na\u00efve caf\u00e9 \u4e2d\u6587",
         "\u0433\u043e\u0440\u043e\u0434 \u03b1\u03b2\u03b3 \u0939\u093f\u0928\u094d\u0926\u0940", "  two  spaces "]


def syllables(generator):
    """Words of syllables, frequent ones short, with punctuation and capitals."""
    parts = [c + v for c in "bdfgklmnprst" for v in "aeiou"] + ["ing", "er", "th", "qu", "str", "\u00e9n"]
    words = ["".join(generator.choice(parts) for _ in range(1 + int(generator.expovariate(0.6)) % 6))
             for _ in range(600)] + ["the", "quick", "brown", "fox", "na\u00efve", "caf\u00e9"]
    for _ in range(220):
        line = []
        for _ in range(generator.randrange(3, 16)):
            word = words[int(len(words) ** generator.random()) - 1]
            word = word.capitalize() if generator.random() < 0.1 else word
            line.append(word + (generator.choice(",.;!?") if generator.random() < 0.15 else ""))
        yield " ".join(line)


def scripts(generator):
    """Letters of many scripts, combining marks, ideographs, emoji, white space of several kinds."""
    alphabets = ["abcdefgh", "\u03b1\u03b2\u03b3\u03b4\u03b5\u03b6", "\u0430\u0431\u0432\u0433\u0434\u0435\u0436",
                 "\u0939\u093f\u0928\u094d\u0926\u0940\u092e", "\u4e2d\u6587\u5b57\u7b26\u3042\u3044\u3046",
                 "e\u0301a\u0308o\u0323", "\U0001f600\U0001f468\u200d\U0001f469", "0123456789"]
    spaces = [" "] * 20 + ["  ", "\t", "\u3000", "\u00a0"]
    for _ in range(160):
        line = ""
        for _ in range(generator.randrange(2, 14)):
            letters = generator.choice(alphabets)
            word = "".join(letters[min(int(generator.expovariate(0.5)), len(letters) - 1)]
                           for _ in range(generator.randrange(1, 7)))
            line += word + generator.choice(spaces)
        yield line.rstrip(" \t\u3000\u00a0")


def repeats(generator):
    """Runs and periods: pairs that overlap themselves, tokens that two merges make, many ties."""
    for _ in range(120):
        unit = generator.choice(["a", "ab", "aab", "abc", "ba", "abab", "xyx"])
        yield " ".join(unit * generator.randrange(1, 9) + generator.choice(["", "a", "b", "x"])
                       for _ in range(generator.randrange(1, 7)))


CORPORA = {"syllables": syllables, "scripts": scripts, "repeats": repeats}

# (name, corpus, type, options); normalizer and pre_tokenizer are components, None is none
CASES = [
    ("bpe-words", "syllables", "bpe", {"vocab_size": 400, "pre_tokenizer": WHITESPACE_SPLIT}),
    ("bpe-bytelevel", "syllables", "bpe", {"vocab_size": 600, "pre_tokenizer": BYTE_LEVEL, "min_frequency": 2,
                                           "special_tokens": ["<|endoftext|>"]}),
    ("bpe-metaspace", "scripts", "bpe", {"vocab_size": 400, "pre_tokenizer": METASPACE, "unk_token": "<unk>",
                                         "special_tokens": ["<unk>", "<s>"]}),
    ("bpe-suffix", "syllables", "bpe", {"vocab_size": 350, "pre_tokenizer": WHITESPACE_SPLIT,
                                        "end_of_word_suffix": "</w>"}),
    ("bpe-prefix-suffix", "scripts", "bpe", {"vocab_size": 500, "pre_tokenizer": WHITESPACE_SPLIT, "min_frequency": 2,
                                             "continuing_subword_prefix": "@@", "end_of_word_suffix": "_"}),
    ("bpe-max-length", "syllables", "bpe", {"vocab_size": 500, "pre_tokenizer": WHITESPACE_SPLIT,
                                            "max_token_length": 4}),
    ("bpe-limit", "syllables", "bpe", {"vocab_size": 300, "pre_tokenizer": WHITESPACE_SPLIT, "limit_alphabet": 20,
                                       "initial_alphabet": "xyz\u03a9"}),
    ("bpe-all", "repeats", "bpe", {"vocab_size": 5000, "pre_tokenizer": WHITESPACE_SPLIT}),
    ("bpe-no-split", "repeats", "bpe", {"vocab_size": 300, "pre_tokenizer": None}),
    ("bpe-small", "syllables", "bpe", {"vocab_size": 5, "pre_tokenizer": WHITESPACE_SPLIT}),
    ("bpe-frequent", "syllables", "bpe", {"vocab_size": 5000, "pre_tokenizer": WHITESPACE_SPLIT, "min_frequency": 20}),
    ("wordpiece", "syllables", "wordpiece", {"vocab_size": 400, "normalizer": BERT,
                                             "pre_tokenizer": {"type": "BertPreTokenizer"}}),
    ("wordpiece-scripts", "scripts", "wordpiece", {"vocab_size": 400, "normalizer": BERT, "min_frequency": 2,
                                                   "pre_tokenizer": {"type": "BertPreTokenizer"},
                                                   "special_tokens": ["[UNK]"]}),
    ("wordpiece-repeats", "repeats", "wordpiece", {"vocab_size": 200, "pre_tokenizer": {"type": "Whitespace"}}),
    ("wordlevel", "syllables", "wordlevel", {"vocab_size": 200, "pre_tokenizer": {"type": "Whitespace"}}),
    ("wordlevel-frequent", "scripts", "wordlevel", {"vocab_size": 5000, "pre_tokenizer": WHITESPACE_SPLIT,
                                                    "min_frequency": 3, "special_tokens": ["[UNK]", "abc"]}),
]
DEFAULT_SPECIALS = {"bpe": [], "wordpiece": ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], "wordlevel": ["[UNK]"]}


def tokenizer_of(kind, options, vocab=None, merges=None):
    if kind == "bpe":
        names = ("unk_token", "continuing_subword_prefix", "end_of_word_suffix")
        model = models.BPE(vocab, merges, **{k: v for k, v in options.items() if k in names})
    elif kind == "wordpiece":
        model = models.WordPiece(vocab or {}, unk_token="[UNK]")
    else:
        model = models.WordLevel(vocab or {}, unk_token="[UNK]")
    tokenizer = Tokenizer(model)
    shell = json.loads(tokenizer.to_str())
    for role in ("normalizer", "pre_tokenizer"):
        shell[role] = options.get(role)
    shell = Tokenizer.from_str(json.dumps({**shell, "model": json.loads(Tokenizer(models.BPE()).to_str())["model"]}))
    if shell.normalizer:
        tokenizer.normalizer = shell.normalizer
    if shell.pre_tokenizer:
        tokenizer.pre_tokenizer = shell.pre_tokenizer
    return tokenizer


def characters_in_order(tokenizer, texts, kind, options):
    """The alphabet by code point, then what prefix and suffix make of it, by code point."""
    prefix = options.get("continuing_subword_prefix", "##" if kind == "wordpiece" else "")
    suffix = options.get("end_of_word_suffix", "")
    counts, forms = collections.Counter(), set()
    words = collections.Counter()
    for text in texts:
        if tokenizer.normalizer:
            text = tokenizer.normalizer.normalize_str(text)
        pieces = [w for w, _ in tokenizer.pre_tokenizer.pre_tokenize_str(text)] if tokenizer.pre_tokenizer else [text]
        words.update(piece for piece in pieces if piece)
    for word, count in words.items():
        for c in word:
            counts[c] += count
    for c in initial_alphabet(options):
        counts[c] = 1 << 62
    limit = options.get("limit_alphabet", len(counts))
    ordered = counts.most_common()
    if limit < len(ordered):
        assert ordered[limit - 1][1] > ordered[limit][1], "a tie: the reference chooses at random"
    kept = {c for c, _ in ordered[:limit]} | {token for token in options.get("special_tokens", []) if len(token) == 1}
    for word in words:
        for i, c in enumerate(word):
            if c in kept:
                forms.add((prefix if i else "") + c + (suffix if i + 1 == len(word) else ""))
    return sorted(kept) + sorted(forms - kept)


def initial_alphabet(options):
    own = list(options.get("initial_alphabet", ""))
    if (options.get("pre_tokenizer") or {}).get("type") == "ByteLevel":
        return sorted({*pre_tokenizers.ByteLevel.alphabet(), *own})
    return own


def train(kind, options, texts, specials):
    tokenizer = tokenizer_of(kind, options)
    names = ["vocab_size", "min_frequency", "continuing_subword_prefix", "end_of_word_suffix", "max_token_length",
             "limit_alphabet"]
    given = {name: options[name] for name in names if name in options}
    if kind != "wordlevel" and initial_alphabet(options):
        given["initial_alphabet"] = initial_alphabet(options)
    trainer = {"bpe": trainers.BpeTrainer, "wordpiece": trainers.WordPieceTrainer,
               "wordlevel": trainers.WordLevelTrainer}[kind](special_tokens=specials, show_progress=False, **given)
    tokenizer.train_from_iterator(texts, trainer)
    return json.loads(tokenizer.to_str())["model"]


def train_with_characters(kind, options, texts):
    """The model, with the characters as special tokens after those of the options."""
    fixed = list(options.get("special_tokens", DEFAULT_SPECIALS[kind]))
    if kind != "wordlevel":
        for token in characters_in_order(tokenizer_of(kind, options), texts, kind, options):
            if token not in fixed:
                fixed.append(token)
    return train(kind, options, texts, fixed)


def case(name, corpus, kind, options, texts):
    model = train_with_characters(kind, options, texts)
    vocab = model["vocab"]
    by_id = [None] * (max(vocab.values()) + 1)
    for token, number in vocab.items():
        by_id[number] = token
    merges = model.get("merges", [])
    tokenizer = tokenizer_of(kind, options, vocab, [tuple(m) for m in merges])
    tokenizer.add_special_tokens(options.get("special_tokens", DEFAULT_SPECIALS[kind]))
    return {"name": name, "corpus": corpus, "type": kind, "options": options, "vocab": by_id,
            "merges": [[vocab[a], vocab[b]] for a, b in merges],
            "ids": [tokenizer.encode(text).ids for text in TEXTS]}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    corpora = {}
    for name, make in CORPORA.items():
        corpora[name] = list(make(random.Random(name)))
        (FOLDER / f"{name}.txt").write_text("".join(line + "\n" for line in corpora[name]), encoding="utf-8")
    (FOLDER / "texts.json").write_text(json.dumps(TEXTS) + "\n", encoding="utf-8")
    with open(FOLDER / "cases.jsonl", "w", encoding="utf-8") as out:
        for name, corpus, kind, options in CASES:
            row = case(name, corpus, kind, options, corpora[corpus])
            out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
            print(f"{name}: {sum(t is not None for t in row['vocab'])} tokens, {len(row['merges'])} merges")
    texts = corpora["syllables"]
    options = {"vocab_size": 400, "pre_tokenizer": WHITESPACE_SPLIT}
    runs = [train("wordpiece", options, texts, ["[UNK]"])["vocab"] for _ in range(4)]
    print(f"the reference, left to itself, made {len({json.dumps(run) for run in runs})} vocabularies in {len(runs)} runs, "
          f"{len({frozenset(run) for run in runs})} of them with other tokens")


if __name__ == "__main__":
    main()
