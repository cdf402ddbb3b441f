#!/usr/bin/env python3
"""Compares `sememe tokenizer train` with the trainers of PyPI `tokenizers` (0.23), option by option and in draws of many.

    tools/oracle/check_trainer_options.py --program build/release/sememe [--corpus en.txt] [--draws N] [--seed N]

BPE, WordPiece, WordLevel   tokens by id, merges and the rest of the model are equal. As in
                            make_tokenizer_train_reference.py the reference is given the characters as special tokens,
                            since it numbers those with a prefix or suffix at random.
                            Where a prefix stands in the text, two merges may make one token; a pair then waits twice in
                            the queue of the reference, which takes equal ones in any order. Cases in which it has more
                            than one answer for this or for a tie of limit_alphabet are counted by themselves. Such a
                            token also has several lengths there, one for Sememe: with max_token_length the two differ,
                            and this is not drawn.
Unigram                     what its options promise: the size at most, the first tokens, the alphabet, the length of
                            pieces; and the reference loads the file. (It is trained as SentencePiece does it.)
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import make_tokenizer_train_reference as reference
from tokenizers import Tokenizer

SPLIT, BYTES, BERT = reference.WHITESPACE_SPLIT, reference.BYTE_LEVEL, reference.BERT
BERT_WORDS = {"type": "BertPreTokenizer"}
ODD = {
    "one-letter": ["a"], "one-word": ["banana banana"], "a-word-each": [f"w{i}" for i in range(300)],
    "ties": ["ab ba cd dc ab ba cd dc"], "empty-lines": ["", "", "a b", ""], "prefix-in-text": ["# ## ### a#a ##a a## @@ @@a"],
    "suffix-in-text": ["a</w> </w> b</w>c _a a_ __"], "specials-in-text": ["[UNK] a [UNK]b <s> <s>a [CLS]"],
    "long-word": ["ab" * 4000 + " ab"], "marks": ["e\u0301\u0301 \u0301 a\u0308\u0323 \u200d \U0001f468\u200d\U0001f469"],
    "controls": ["a\u0000b \u0001 \u007f\u0085 a\u0000b"], "wide": ["\u3000\u4e2d\u6587 \u4e2d\u6587\u4e2d \U0001d49c\U0001d49c"],
}
# Added one at a time to {"vocab_size": 300, "pre_tokenizer": ...}
SINGLE = {
    "bpe": [{}, {"vocab_size": 1}, {"vocab_size": 2}, {"vocab_size": 40}, {"vocab_size": 100000}, {"min_frequency": 1},
            {"min_frequency": 2}, {"min_frequency": 50}, {"limit_alphabet": 1}, {"limit_alphabet": 12},
            {"limit_alphabet": 1000}, {"initial_alphabet": "zqa\u03a9\U0001f600z"},
            {"initial_alphabet": "xyz\u03a9", "limit_alphabet": 10}, {"continuing_subword_prefix": "##"},
            {"continuing_subword_prefix": "@@"}, {"end_of_word_suffix": "</w>"}, {"end_of_word_suffix": "_"},
            {"continuing_subword_prefix": "a", "end_of_word_suffix": "b"}, {"continuing_subword_prefix": ""},
            {"max_token_length": 1}, {"max_token_length": 2}, {"max_token_length": 5},
            {"max_token_length": 5, "continuing_subword_prefix": "##", "end_of_word_suffix": "</w>"},
            {"special_tokens": ["<s>", "</s>", "<unk>"], "unk_token": "<unk>"}, {"special_tokens": ["a", "b", "a"]},
            {"special_tokens": [f"<{i}>" for i in range(400)]}, {"pre_tokenizer": BYTES}, {"pre_tokenizer": None},
            {"pre_tokenizer": BYTES, "limit_alphabet": 100, "min_frequency": 3},
            {"pre_tokenizer": reference.METASPACE}, {"normalizer": BERT, "pre_tokenizer": BERT_WORDS}],
    "wordpiece": [{}, {"vocab_size": 1}, {"vocab_size": 100000}, {"min_frequency": 2}, {"min_frequency": 50},
                  {"limit_alphabet": 12}, {"initial_alphabet": "xyz\u03a9"}, {"end_of_word_suffix": "</w>"},
                  {"continuing_subword_prefix": "@"}, {"special_tokens": ["[UNK]"]},
                  {"special_tokens": ["[UNK]", "a", "##a", "##b"]},
                  {"normalizer": BERT, "pre_tokenizer": BERT_WORDS, "min_frequency": 2}],
    "wordlevel": [{}, {"vocab_size": 1}, {"vocab_size": 5}, {"vocab_size": 100000}, {"min_frequency": 1},
                  {"min_frequency": 2}, {"min_frequency": 50}, {"special_tokens": ["[UNK]", "a", "b"]},
                  {"normalizer": BERT, "pre_tokenizer": BERT_WORDS}],
}
UNIGRAM = [{"vocab_size": 300}, {"vocab_size": 500, "special_tokens": ["<s>", "<unk>", "a"]},
           {"vocab_size": 400, "initial_alphabet": "\u03a9\U0001f600q"}, {"vocab_size": 400, "max_piece_length": 3},
           {"vocab_size": 400, "shrinking_factor": 0.5, "n_sub_iterations": 1},
           {"vocab_size": 300, "unk_token": "?", "special_tokens": ["?"]}]


def drawn(generator):
    """A kind and several options at once."""
    kind = generator.choice(["bpe", "bpe", "wordpiece"])
    options = {"vocab_size": generator.choice([60, 150, 400, 1200]), "pre_tokenizer": generator.choice([SPLIT, BERT_WORDS])}
    likely = {"min_frequency": [1, 2, 3, 7], "limit_alphabet": [5, 14, 30], "initial_alphabet": ["xyz", "\u03a9a#"],
              "continuing_subword_prefix": ["##", "@@", "\u2581", "ab"], "end_of_word_suffix": ["</w>", "_", "#"],
              "special_tokens": [["[UNK]"], ["[UNK]", "<s>", "e", "##e"]], "normalizer": [BERT]}
    if kind == "bpe":
        likely.update(max_token_length=[2, 3, 6], pre_tokenizer=[None, reference.METASPACE, BYTES])
    for name, values in likely.items():
        if generator.random() < 0.35:
            options[name] = generator.choice(values)
    if options.get("continuing_subword_prefix") in ("ab", "\u2581"):  # see above
        options.pop("max_token_length", None)
    return kind, options


def sememe(program, kind, options, corpus, out):
    """The tokenizer.json that it makes; a string is its error."""
    command = [program, "tokenizer", "train", "-q", "--type", kind, "-i", corpus, "-o", out, "--input-format", "jsonl"]
    for name, value in {"normalizer": None, "pre_tokenizer": None, **options}.items():
        text = "none" if value is None else value if isinstance(value, str) else json.dumps(value)
        command += ["--" + name.replace("_", "-"), text]
    ran = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    return json.loads(out.read_text(encoding="utf-8")) if ran.returncode == 0 else ran.stderr.strip()


def by_id(vocab):
    tokens = [None] * (max(vocab.values(), default=-1) + 1)
    for token, number in vocab.items():
        tokens[number] = token
    return tokens


class SeveralAnswers(Exception):
    """The merges are those of the reference in another order, which it left to chance."""


def differs(mine, kind, options, texts):
    """What is not as the reference has it, or nothing."""
    if isinstance(mine, str):
        return mine
    theirs = reference.train_with_characters(kind, options, texts)
    model = mine["model"]
    for what, got, want in (("token", by_id(model.pop("vocab")), by_id(theirs.pop("vocab"))),
                            ("merge", model.pop("merges", []), theirs.pop("merges", []))):
        if got != want:
            prefix = options.get("continuing_subword_prefix", "##")
            if what == "merge" and sorted(got) == sorted(want) and any(prefix in text for text in ["\u2581", *texts]):
                raise SeveralAnswers
            at = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b), min(len(got), len(want)))
            return f"{what} {at} of {len(got)} is {got[at:at + 4]}, expected {want[at:at + 4]} of {len(want)}"
    rest = [{key: value or None for key, value in m.items()} for m in (model, theirs)]  # a prefix of nothing is none
    return None if rest[0] == rest[1] else f"the model is {rest[0]}, expected {rest[1]}"


def answers(kind, options, texts):
    """How many different models the reference makes of the same texts, in another order each time."""
    generator, made = random.Random(0), set()
    for _ in range(12):
        shuffled = generator.sample(texts, len(texts))
        made.add(json.dumps(reference.train_with_characters(kind, options, shuffled), sort_keys=True))
    return len(made)


def broken(mine, options, texts, path):
    """What a Unigram option promised and is not so."""
    if isinstance(mine, str):
        return mine
    pieces, specials = [piece for piece, _ in mine["model"]["vocab"]], options.get("special_tokens", ["<unk>"])
    alphabet = set("".join("".join(texts).split())) | set(options.get("initial_alphabet", ""))
    longest = max(map(len, pieces[len(specials):]))
    checks = {f"{len(pieces)} pieces": len(pieces) <= options["vocab_size"], f"begins {pieces[:3]}": pieces[:len(specials)] == specials,
              f"lacks {sorted(alphabet - set(pieces))}": alphabet <= set(pieces), "repeats pieces": len(set(pieces)) == len(pieces),
              f"a piece of {longest}": longest <= options.get("max_piece_length", 16),
              "another unknown": pieces[mine["model"]["unk_id"]] == options.get("unk_token", "<unk>"),
              "not loaded": Tokenizer.from_file(str(path)).get_vocab_size() == len(pieces)}
    return next((said for said, holds in checks.items() if not holds), None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--corpus", help="a text a line; the first 3 MB are taken")
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"

    generator = random.Random(arguments.seed)
    corpora = {name: list(make(random.Random(f"{name} {arguments.seed}"))) for name, make in reference.CORPORA.items()}
    small = list(corpora)
    if arguments.corpus:
        data = pathlib.Path(arguments.corpus).read_bytes()[:3_000_000].decode("utf-8", errors="ignore")
        corpora["corpus"] = data.split("\n")[:-1]
    corpora.update(ODD)
    cases = [(name, kind, {"vocab_size": 300, "pre_tokenizer": SPLIT, **options})
             for name in corpora for kind, all_options in SINGLE.items() for options in all_options]
    cases += [(name, *drawn(generator)) for name in small for _ in range(arguments.draws)]
    cases += [(name, "unigram", {"pre_tokenizer": SPLIT, **options}) for name in ("syllables", "scripts") for options in UNIGRAM]

    bad = ties = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, kind, options) in enumerate(cases):
            texts, path = corpora[name], pathlib.Path(folder, "corpus.jsonl")
            path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
            out = pathlib.Path(folder, "tokenizer.json")
            mine = sememe(arguments.program, kind, options, path, out)
            try:
                said = broken(mine, options, texts, out) if kind == "unigram" else differs(mine, kind, options, texts)
            except (SeveralAnswers, AssertionError):  # the latter: limit_alphabet among equally frequent characters
                ties += 1
                continue
            if said and kind != "unigram" and answers(kind, options, texts) > 1:
                ties += 1
            elif said:
                bad += 1
                print(f"{name}, {kind} {json.dumps(options)}: {said}", flush=True)
            if number % 200 == 199:
                print(f"{number + 1} of {len(cases)}", file=sys.stderr, flush=True)
    print(f"{len(cases) - ties} trainings, {bad} differ; for {ties} more the reference has several answers")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
