#!/usr/bin/env python3
"""Holds `sememe tokenizer train` to PyPI `tokenizers` (0.23) and `sentencepiece` (0.2) on a corpus of any size.

    tools/oracle/check_tokenizer_train.py --program build/release/sememe --corpus en.txt [--threads 2] [--only equal]

equal    BPE (byte level, 30,000 tokens) and WordPiece: tokens, ids and merges are those of the reference. That one numbers
         "##" characters at random, so for WordPiece it is given all characters as special tokens, in our order.
         Both are timed, one after the other, with the same number of threads.
load     every type with several steps: the reference loads the file and gives the ids that `sememe tokenize` gives.
unigram  against SentencePiece with the same words: tokens a word, and log likelihood a word (over all cuts), of the corpus.

Exit status 1 if anything differs, if training is not twice as fast, or if Unigram is worse by more than 0.5 %.
"""

import argparse
import collections
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time


def sememe(options, *arguments, **more):
    subprocess.run([options.program, "tokenizer", "train", "-i", options.corpus, "--threads", str(options.threads),
                    *arguments], check=True, **more)


def timed(action):
    begin, cpu = time.perf_counter(), os.times()
    action()
    after = os.times()
    used = sum(after[:4]) - sum(cpu[:4])
    return time.perf_counter() - begin, used


def model_of(path):
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["model"]


def check_equal(options, folder):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    def reference(kind, specials):
        if kind == "bpe":
            tokenizer = Tokenizer(models.BPE())
            tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
            trainer = trainers.BpeTrainer(vocab_size=options.vocab_size, min_frequency=2, special_tokens=specials,
                                          initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
        else:
            tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
            tokenizer.normalizer = normalizers.BertNormalizer()
            tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
            trainer = trainers.WordPieceTrainer(vocab_size=options.vocab_size, min_frequency=2, special_tokens=specials,
                                                show_progress=False)
        tokenizer.train([options.corpus], trainer)
        tokenizer.save(str(folder / "theirs.json"))

    bad = 0
    for kind, specials in (("bpe", ["<s>"]), ("wordpiece", ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])):
        mine = timed(lambda: sememe(options, "--type", kind, "--vocab-size", str(options.vocab_size), "--min-frequency",
                                    "2", "--special-tokens", ",".join(specials), "--keep-line-ends", "-o",
                                    folder / "mine.json"))
        ours = model_of(folder / "mine.json")
        theirs_time = timed(lambda: reference(kind, specials))
        if kind == "wordpiece":
            fixed = list(specials)
            for token in list(ours["vocab"])[len(specials):]:
                if len(token.removeprefix("##") or "#") > 1:
                    break
                fixed.append(token)
            reference(kind, fixed)
        theirs = model_of(folder / "theirs.json")
        equal = ours["vocab"] == theirs["vocab"] and ours.get("merges") == theirs.get("merges")
        ratio = theirs_time[0] / mine[0]
        print(f"{kind}: {len(ours['vocab'])} tokens, {'equal' if equal else 'DIFFERENT'}; sememe {mine[0]:.1f} s "
              f"({mine[1]:.1f} s of processor), reference {theirs_time[0]:.1f} s ({theirs_time[1]:.1f} s): "
              f"{ratio:.1f} times as fast", flush=True)
        bad += not equal or ratio < 2
    return bad


LOADS = [
    ("bpe", []), ("wordpiece", []), ("unigram", []), ("wordlevel", []),
    ("bpe", ["--pre-tokenizer", "metaspace", "--special-tokens", "<unk>", "--unk-token", "<unk>"]),
    ("bpe", ["--pre-tokenizer", "whitespace-split", "--end-of-word-suffix", "</w>", "--normalizer", "nfkc,lowercase"]),
    ("bpe", ["--special-tokens", "[CLS],[SEP]", "--normalizer", "nfc"]),
    ("wordpiece", ["--special-tokens", "[UNK]", "--normalizer", "bert-cased"]),
    ("wordpiece", ["--normalizer", "nfd,lowercase,strip-accents", "--pre-tokenizer", "whitespace,digits"]),
    ("unigram", ["--special-tokens", "<s>,</s>", "--normalizer", "nmt,nfkc"]),
    ("unigram", ["--normalizer", "none", "--pre-tokenizer", "unicode-scripts"]),
    ("wordlevel", ["--normalizer", "lowercase", "--pre-tokenizer", "punctuation,whitespace-split"]),
]


def check_load(options, folder):
    from tokenizers import Tokenizer
    bad = 0
    with open(options.corpus, encoding="utf-8", errors="replace") as file:
        texts = [line.rstrip("\n") for line, _ in zip(file, range(4000))]
    (folder / "texts.jsonl").write_text("".join(json.dumps({"text": t}) + "\n" for t in texts), encoding="utf-8")
    options = argparse.Namespace(**{**vars(options), "corpus": folder / "texts.jsonl"})
    for kind, arguments in LOADS:
        sememe(options, "--type", kind, "--vocab-size", "3000", "-o", folder / "t.json", *arguments,
               stderr=subprocess.DEVNULL)
        tokenizer = Tokenizer.from_file(str(folder / "t.json"))
        lines = subprocess.run([options.program, "tokenize", "-m", folder / "t.json", "-i", folder / "texts.jsonl",
                                "--format", "ids"], stdout=subprocess.PIPE, check=True).stdout.decode().split("\n")
        ours = [[int(i) for i in line.split()] for line in lines[:len(texts)]]
        theirs = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
        differ = sum(a != b for a, b in zip(ours, theirs))
        # With the unknown token, which is all that a title may have.
        decoded = sum(tokenizer.decode(b, skip_special_tokens=False) == "" for a, b in zip(texts, theirs) if a.strip())
        print(f"{kind} {' '.join(arguments)}: {tokenizer.get_vocab_size()} tokens, {len(texts)} texts, {differ} differ, "
              f"{decoded} decode to nothing", flush=True)
        bad += differ > 0 or decoded > len(texts) / 100
    return bad


def evaluate(pieces, words):
    """Tokens of the best cut and log likelihood over all cuts, of a word on average."""
    longest, least = max(map(len, pieces)), min(pieces.values()) - 10
    tokens = likelihood = 0.0
    for word, count in words.items():
        n = len(word)
        best, used, total = [0.0] + [-math.inf] * n, [0] * (n + 1), [0.0] + [-math.inf] * n
        for end in range(1, n + 1):
            terms = []
            for begin in range(max(0, end - longest), end):
                score = pieces.get(word[begin:end], least if end - begin == 1 else None)
                if score is None:
                    continue
                terms.append(total[begin] + score)
                if best[begin] + score > best[end]:
                    best[end], used[end] = best[begin] + score, used[begin] + 1
            top = max(terms)
            total[end] = top + math.log(sum(math.exp(t - top) for t in terms))
        tokens += count * used[n]
        likelihood += count * total[n]
    everything = sum(words.values())
    return tokens / everything, likelihood / everything


def check_unigram(options, folder):
    import sentencepiece
    words, text = collections.Counter(), folder / "words.txt"
    with open(options.corpus, encoding="utf-8", errors="replace") as file, open(text, "w", encoding="utf-8") as out:
        for line in file:
            line = " ".join(word for word in line.rstrip("\n").split(" ") if word)
            words.update("\u2581" + word for word in line.split(" ") if word)
            out.write(line + "\n")
    options = argparse.Namespace(**{**vars(options), "corpus": text})
    bad = 0
    for size in (8000, 30000):
        mine = timed(lambda: sememe(options, "--type", "unigram", "--vocab-size", str(size), "--normalizer", "none", "-o",
                                    folder / "u.json"))
        theirs = timed(lambda: sentencepiece.SentencePieceTrainer.train(
            input=str(text), model_prefix=str(folder / "spm"), vocab_size=size, model_type="unigram",
            normalization_rule_name="identity", character_coverage=1.0, split_by_unicode_script=False,
            split_by_number=False, max_sentence_length=1 << 24, num_threads=options.threads, bos_id=-1, eos_id=-1,
            minloglevel=1))
        ours = dict(model_of(folder / "u.json")["vocab"][1:])
        rows = [line.rstrip("\n").split("\t") for line in open(folder / "spm.vocab", encoding="utf-8")]
        spm = {piece: float(score) for piece, score in rows if piece != "<unk>"}
        results = evaluate(ours, words), evaluate(spm, words)
        print(f"unigram {size}: tokens a word {results[0][0]:.4f}, SentencePiece {results[1][0]:.4f}; log likelihood a word "
              f"{results[0][1]:.4f}, {results[1][1]:.4f}; sememe {mine[0]:.1f} s ({mine[1]:.1f} s of processor), "
              f"SentencePiece {theirs[0]:.1f} s ({theirs[1]:.1f} s)", flush=True)
        bad += not results[0][0] <= results[1][0] * 1.005 or not results[0][1] >= results[1][1] * 1.005
    return bad


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--corpus", required=True, help="a text a line")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--vocab-size", type=int, default=30000)
    parser.add_argument("--only", choices=["equal", "load", "unigram"])
    options = parser.parse_args()
    os.environ.update(RAYON_NUM_THREADS=str(options.threads), TOKENIZERS_PARALLELISM=str(options.threads > 1).lower())
    bad = 0
    with tempfile.TemporaryDirectory() as name:
        for part, check in (("load", check_load), ("equal", check_equal), ("unigram", check_unigram)):
            if options.only in (None, part):
                bad += check(options, pathlib.Path(name))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
