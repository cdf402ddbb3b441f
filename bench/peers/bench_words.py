#!/usr/bin/env python3
"""Sememe's word vectors beside gensim and fastText: training and questions, on the same corpus, in turns.

Usage: tools/bench-peers words --text FILE [--labelled FILE] [--similarity FILE] [--rounds N] [--threads N] [--dim N]

FILE has a sentence a line, words separated by spaces; the labelled file has fastText's __label__ lines. Every round
runs each side once, Sememe as a whole program (reading, counting, training, writing), the peers as their Python calls
without writing. The table has the least seconds of user CPU time and of the clock, and the ratio of the latter; with
word pairs and their judgements, also how well the vectors of both agree with them (Spearman, `sememe words eval`).
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/release/sememe"


def timed(call):
    def spent():
        own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return own.ru_utime + children.ru_utime

    clock, user = time.perf_counter(), spent()
    result = call()
    return time.perf_counter() - clock, spent() - user, result


def agreement(vectors, pairs):
    """Spearman's correlation of a file of word vectors with the judgements of word pairs."""
    command = [PROGRAM, "words", "eval", vectors, "--similarity", pairs, "--json"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return report["similarity"][0]["spearman"]


def write_peer(model, file):
    """Writes a model of gensim or fastText to a file."""
    if hasattr(model, "wv"):
        model.wv.save_word2vec_format(str(file), binary=True)
    else:
        model.save_model(str(file))


def sememe(*arguments):
    return lambda: subprocess.run([PROGRAM, "words", *map(str, arguments), "-q"], check=True, stdout=subprocess.DEVNULL)


def gensim_word2vec(text, options, skipgram):
    from gensim.models import Word2Vec

    return lambda: Word2Vec(corpus_file=text, vector_size=options.dim, window=5, negative=5, min_count=5, sample=1e-4,
                            sg=int(skipgram), epochs=1, workers=options.threads)


def fasttext_words(text, options, subwords):
    import fasttext

    lengths = {} if subwords else {"minn": 0, "maxn": 0}
    return lambda: fasttext.train_unsupervised(text, dim=options.dim, epoch=1, thread=options.threads, verbose=0,
                                               **lengths)


def fasttext_labels(text, options):
    import fasttext

    return lambda: fasttext.train_supervised(text, lr=0.5, epoch=25, thread=options.threads, verbose=0)


def cases(options, out):
    """Name, our call, the peer's, and the file of vectors that ours writes, if words are learnt."""
    text = str(options.text)
    common = ["-i", text, "--threads", options.threads, "--dim", options.dim, "--epochs", 1]
    for name in ("skipgram", "cbow"):
        ours = sememe("train", "word2vec", *common, "--architecture", name, "--sample", "1e-4", "-o", out / "w.bin")
        yield f"word2vec {name} / gensim", ours, gensim_word2vec(text, options, name == "skipgram"), out / "w.bin"
    for name, lengths in (("words", ["--maxn", 0]), ("subwords", [])):
        ours = sememe("train", "fasttext", *common, *lengths, "-o", out / "f.bin")
        yield f"fasttext {name} / fastText", ours, fasttext_words(text, options, name == "subwords"), out / "f.bin"
    if options.labelled:
        labelled = str(options.labelled)
        ours = sememe("train", "supervised", "-i", labelled, "--threads", options.threads, "--lr", 0.5, "--epochs", 25,
                      "-o", out / "l.bin")
        yield "supervised / fastText", ours, fasttext_labels(labelled, options), None


def main():
    parser = argparse.ArgumentParser(description="Times word vectors beside gensim and fastText.")
    parser.add_argument("--text", type=pathlib.Path, required=True)
    parser.add_argument("--labelled", type=pathlib.Path)
    parser.add_argument("--similarity", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--dim", type=int, default=100)
    options = parser.parse_args()
    print(f"{'':28}  {'clock s':>9} {'peer':>9} {'user s':>9} {'peer':>9}  ratio  agreement, peer's")
    with tempfile.TemporaryDirectory() as folder:
        for name, ours, peer, written in cases(options, pathlib.Path(folder)):
            rounds = [(timed(ours), timed(peer)) for _ in range(options.rounds)]
            clock = [min(r[side][0] for r in rounds) for side in (0, 1)]
            user = [min(r[side][1] for r in rounds) for side in (0, 1)]
            judged = ""
            if options.similarity and written:
                theirs = pathlib.Path(folder) / "peer.bin"
                write_peer(rounds[-1][1][2], theirs)
                judged = "  ".join(f"{agreement(file, options.similarity):9.3f}" for file in (written, theirs))
            print(f"{name:28}  {clock[0]:9.2f} {clock[1]:9.2f} {user[0]:9.2f} {user[1]:9.2f}  {clock[1] / clock[0]:5.2f} {judged}",
                  flush=True)


if __name__ == "__main__":
    main()
