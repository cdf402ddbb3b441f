#!/usr/bin/env python3
"""Sememe's word vectors beside gensim, fastText, word2vec.c and GloVe: training and questions, in turns.

Usage: tools/bench-peers words [--text FILE] [--labelled FILE] [--vectors FILE] [--word2vec PROGRAM] [--glove FOLDER]
                               [--similarity FILE] [--only NAME] [--rounds N] [--threads N] [--dim N]

The text has a sentence a line, words separated by spaces; the labelled file has fastText's __label__ lines; the vectors
are a word2vec binary file, which questions are put to. word2vec.c and GloVe are compared where a built program, or a
folder of them, is given. Every round runs each side once, programs as a whole (reading, counting, training, writing),
gensim and fastText as their Python calls without writing. The table has the least seconds of user CPU time and of the
clock, and the ratio of the latter; with word pairs and their judgements, also how well the vectors of both agree with
them (Spearman, `sememe words eval`). GloVe's programs count words and pairs and shuffle them, then train; Sememe's one
command is run for 1 and for 15 epochs, which tells the two apart. --only: cases whose name holds it.
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
    if isinstance(model, pathlib.Path):
        model.replace(file)
    elif hasattr(model, "wv"):
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


def word2vec_c(text, options, skipgram, file):
    settings = {"train": text, "output": file, "cbow": int(not skipgram), "size": options.dim, "window": 5,
                "negative": 5, "hs": 0, "sample": "1e-4", "min-count": 5, "iter": 1, "threads": options.threads,
                "binary": 1}
    command = [str(options.word2vec)] + [str(x) for name, value in settings.items() for x in ("-" + name, value)]

    def call():
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return file

    return call


def compare_glove(options, out):
    """GloVe's programs beside our command, by stages."""
    text, programs = str(options.text), options.glove
    memory = "4.0"
    stages = [("vocab_count -min-count 5", text, "vocab"),
              (f"cooccur -memory {memory} -vocab-file vocab -window-size 10", text, "pairs"),
              (f"shuffle -memory {memory}", "pairs", "shuffled"),
              (f"glove -input-file shuffled -vocab-file vocab -save-file peer -iter 15 -x-max 10 -binary 0 "
               f"-vector-size {options.dim} -threads {options.threads}", os.devnull, os.devnull)]

    def stage(command, source, target):
        name, *arguments = command.split()
        with open(out / source, "rb") as standard_in, open(out / target, "wb") as standard_out:
            subprocess.run([programs / name, *arguments], check=True, cwd=out, stdin=standard_in, stdout=standard_out,
                           stderr=subprocess.DEVNULL)

    peer, ours = [], []
    for _ in range(options.rounds):
        peer.append([timed(lambda: stage(*each))[0] for each in stages])
        ours.append([timed(sememe("train", "glove", "-i", text, "--threads", options.threads, "--dim", options.dim,
                                  "--window", 10, "--x-max", 10, "--epochs", epochs, "--memory", "4G", "-o",
                                  out / "g.txt"))[0] for epochs in (1, 15)])
    peer, ours = ([min(column) for column in zip(*rounds)] for rounds in (peer, ours))
    an_epoch = (ours[1] - ours[0]) / 14
    print("glove / GloVe: vocab_count, cooccur, shuffle:", ", ".join(f"{seconds:.2f}" for seconds in peer[:3]))
    rows = [("counting and shuffling", ours[0] - an_epoch, sum(peer[:3])), ("15 epochs", 15 * an_epoch, peer[3])]
    for name, mine, theirs in rows:
        print(f"{'glove, ' + name:28}  {mine:9.2f} {theirs:9.2f} {'':9} {'':9}  {theirs / mine:5.2f}", flush=True)
    if options.similarity:
        print(f"{'':28}  {agreement(out / 'g.txt', options.similarity):9.3f} "
              f"{agreement(out / 'peer.txt', options.similarity):9.3f}", flush=True)


def compare_questions(options):
    """gensim beside sememe_bench: a question at a time, and 1,000."""
    from gensim.models import KeyedVectors

    command = [ROOT / "build/release/sememe_bench", "--benchmark_filter=BM_Neighbors|BM_Analogy|BM_Thousand",
               "--benchmark_format=json"]
    run = subprocess.run(command, check=True, capture_output=True, text=True,
                         env={**os.environ, "SEMEME_BENCH_WORDS": str(options.vectors)})
    ours = {b["name"].split("/")[0]: b["real_time"] for b in json.loads(run.stdout)["benchmarks"]}
    vectors = KeyedVectors.load_word2vec_format(str(options.vectors), binary=True)
    word = lambda i: vectors.index_to_key[i * 397 % len(vectors)]
    vectors.most_similar(word(0))
    one = lambda i: vectors.most_similar(positive=[word(i)], topn=10)
    analogy = lambda i: vectors.most_similar(positive=[word(i), word(i + 1)], negative=[word(i + 2)], topn=10)
    few = 50
    peer = {"BM_Neighbors": min(timed(lambda: one(i))[0] for i in range(few)),
            "BM_Analogy": min(timed(lambda: analogy(i))[0] for i in range(few)),
            "BM_ThousandTogether": timed(lambda: [one(i) for i in range(few)])[0] * 1000 / few}
    for name, seconds in peer.items():
        print(f"{name:28}  {ours[name]:9.2f} {seconds * 1e3:9.2f} ms {'':16}  {seconds * 1e3 / ours[name]:5.2f}")


def cases(options, out):
    """Name, our call, the peer's, and the file of vectors that ours writes, if words are learnt."""
    text = str(options.text)
    common = ["-i", text, "--threads", options.threads, "--dim", options.dim, "--epochs", 1]
    for name in ("skipgram", "cbow") if options.text else ():
        ours = sememe("train", "word2vec", *common, "--architecture", name, "--sample", "1e-4", "-o", out / "w.bin")
        yield f"word2vec {name} / gensim", ours, gensim_word2vec(text, options, name == "skipgram"), out / "w.bin"
        if options.word2vec:
            peer = word2vec_c(text, options, name == "skipgram", out / "c.bin")
            yield f"word2vec {name} / word2vec.c", ours, peer, out / "w.bin"
    for name, lengths in (("words", ["--maxn", 0]), ("subwords", [])) if options.text else ():
        ours = sememe("train", "fasttext", *common, *lengths, "-o", out / "f.bin")
        yield f"fasttext {name} / fastText", ours, fasttext_words(text, options, name == "subwords"), out / "f.bin"
    if options.labelled:
        labelled = str(options.labelled)
        ours = sememe("train", "supervised", "-i", labelled, "--threads", options.threads, "--lr", 0.5, "--epochs", 25,
                      "-o", out / "l.bin")
        yield "supervised / fastText", ours, fasttext_labels(labelled, options), None


def main():
    parser = argparse.ArgumentParser(description="Times word vectors beside gensim, fastText, word2vec.c and GloVe.")
    for name in ("text", "labelled", "vectors", "word2vec", "glove", "similarity"):
        parser.add_argument(f"--{name}", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--dim", type=int, default=100)
    options = parser.parse_args()
    print(f"{'':28}  {'clock s':>9} {'peer':>9} {'user s':>9} {'peer':>9}  ratio  agreement, peer's")
    with tempfile.TemporaryDirectory() as folder:
        for name, ours, peer, written in cases(options, pathlib.Path(folder)):
            if options.only not in name:
                continue
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
        if options.glove and options.only in "glove / GloVe":
            compare_glove(options, pathlib.Path(folder))
    if options.vectors:
        compare_questions(options)


if __name__ == "__main__":
    main()
