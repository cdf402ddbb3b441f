#!/usr/bin/env python3
"""Sememe's tokenizers beside the peers', on the same text, in turns, on one thread.

Usage: tools/bench-peers tokenizers [--text FILE] [--megabytes N] [--rounds N] [--docs] [TOKENIZER...]

A tokenizer is a file or folder that both sides can read: a tokenizer.json (Hugging Face tokenizers), a .tiktoken
(tiktoken, by its known name), a SentencePiece .model. The text has one document a line. Every round runs each side once;
the table has medians and the ratio of the medians. Before anything is timed, the ids of the first 2,000 documents are
compared; a tokenizer whose ids differ is not timed. --docs writes the table into docs/benchmarks.md. "2 threads":
encode_batch() on two over one, by the clock, the best round of each.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import page

os.environ["TOKENIZERS_PARALLELISM"] = "false"
PROGRAM = page.ROOT / "build/release/sememe_bench"
SENTENCE = "The quick brown fox jumps over the lazy dog near the river."


def hugging_face(path):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return f"tokenizers {page.version('tokenizers')}", lambda texts: [e.ids for e in tokenizer.encode_batch_fast(texts)], tokenizer.encode


def tiktoken_file(path):
    import tiktoken
    from tiktoken.load import load_tiktoken_bpe
    from tiktoken_ext import openai_public

    patterns = {"r50k_base": openai_public.r50k_pat_str, "p50k_base": openai_public.r50k_pat_str}
    pattern = patterns.get(path.stem)
    if pattern is None:
        golden = path.parents[2] / f"golden/tokenizers/tiktoken-{path.stem}.pattern.json"
        loaded = json.loads(golden.read_text(encoding="utf-8"))
        pattern = loaded[path.stem]
    encoding = tiktoken.Encoding(path.stem, pat_str=pattern, mergeable_ranks=load_tiktoken_bpe(str(path)), special_tokens={})
    return f"tiktoken {page.version('tiktoken')}", lambda texts: encoding.encode_ordinary_batch(texts, num_threads=1), encoding.encode_ordinary


def sentencepiece_file(path):
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return f"sentencepiece {page.version('sentencepiece')}", lambda texts: processor.encode(texts, num_threads=1), processor.encode


def peer_of(path):
    if path.suffix == ".tiktoken":
        return tiktoken_file(path)
    if path.suffix == ".model":
        return sentencepiece_file(path)
    return hugging_face(path / "tokenizer.json" if path.is_dir() else path)


def difference(path, batch, texts):
    """What is wrong with Sememe's ids, or None."""
    few = texts[:2000]
    lines = "".join(json.dumps({"text": text}) + "\n" for text in few)
    command = [page.ROOT / "build/release/sememe", "tokenize", "-q", "-m", path, "--format", "ids", "--input-format", "jsonl"]
    if path.suffix in (".tiktoken", ".model"):
        command.append("--no-special-tokens")
    got = subprocess.run(command, input=lines, capture_output=True, text=True, check=True).stdout.split("\n")
    for text, line, expected in zip(few, got, batch(few)):
        if line.split() != [str(i) for i in expected]:
            return f"ids of {text[:60]!r} differ: expected {expected[:12]}, found {line[:60]}"
    return None


def megabytes_per_second(run, texts, size):
    start = time.process_time()
    run(texts)
    return size / 1e6 / (time.process_time() - start)


def microseconds(run):
    run(SENTENCE)
    start = time.perf_counter()
    for _ in range(5000):
        run(SENTENCE)
    return (time.perf_counter() - start) / 5000 * 1e6


def ours(path, text_file, what):
    """The figure of one run of sememe_bench: MB/s, or microseconds a call."""
    environment = {**os.environ, "SEMEME_BENCH_TEXT": str(text_file), "SEMEME_BENCH_TOKENIZERS": str(path)}
    command = [PROGRAM, f"--benchmark_filter=^tokenize/{what}/", "--benchmark_format=json", f"--benchmark_min_time={1 if what.startswith('batch') else 0.2}"]
    result = json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)["benchmarks"][0]
    if "error_message" in result:
        sys.exit(f"{path}: {result['error_message']}")
    return result["cpu_time"] if what == "load" else result["cpu_time"] * 1e3 if what == "sentence" else result["MB/s"]


def known_tokenizers():
    """One of each family, of those that are here."""
    data = page.DATA / "tokenizers"
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "sememe/models"
    word_pieces = [data / "bert-base-uncased/tokenizer.json", cache / "sentence-transformers/all-MiniLM-L6-v2/tokenizer.json"]
    paths = [path for path in word_pieces if path.exists()][:1]
    paths += [data / name / "tokenizer.json" for name in ("gpt2", "phi-3-mini", "t5-small")]
    paths += [data / "tiktoken" / f"{name}.tiktoken" for name in ("cl100k_base", "o200k_base")]
    paths += [data / name for name in ("albert-base/spiece.model", "llama2/tokenizer.model")]
    paths += [data / "sentencepiece-fixtures" / f"test_sentencepiece{kind}.model" for kind in ("", "_bpe")]
    return [path for path in paths if path.exists()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=pathlib.Path, default=page.DATA / "text/enwiki.txt.zst")
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--docs", action="store_true")
    parser.add_argument("tokenizers", nargs="*", type=pathlib.Path, help="default: one of each family")
    options = parser.parse_args()

    if not options.text.exists():
        print(f"bench-peers tokenizers: {options.text} is not here; name a text with --text")
        return 0
    limit = int(options.megabytes * 1e6)
    if options.text.suffix == ".zst":
        with subprocess.Popen(["zstd", "-dc", options.text], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as unpack:
            data = unpack.stdout.read(limit)
            unpack.kill()
    else:
        data = options.text.read_bytes()[:limit]
    texts = [line for line in data.decode("utf-8", errors="ignore").split("\n") if line]
    size = sum(len(text.encode()) for text in texts)
    text_file = page.ROOT / "build/bench-text.txt"
    text_file.write_text("\n".join(texts), encoding="utf-8")

    print(f"{size / 1e6:.1f} MB in {len(texts)} documents, one thread; medians of {options.rounds} rounds in turns")
    print(f"{'tokenizer':28} {'peer':18} {'MB/s':>7} {'Sememe':>8} {'ratio':>7} {'us/call':>8} {'Sememe':>8} {'ratio':>7} "
          f"{'2 threads':>9} {'load ms':>8}")
    rows, scaling = [], []
    for path in options.tokenizers or known_tokenizers():
        name, batch, single = peer_of(path)
        label = path.parent.name if path.name in ("tokenizer.json", "tokenizer.model", "spiece.model") else path.name
        if wrong := difference(path, batch, texts):
            print(f"{label:28} {wrong}", flush=True)
            continue
        peer, mine, peer_call, my_call = [], [], [], []
        for _ in range(options.rounds):
            peer.append(megabytes_per_second(batch, texts, size))
            mine.append(ours(path, text_file, "ids"))
            peer_call.append(microseconds(single))
            my_call.append(ours(path, text_file, "sentence"))
        a, b, c, d = map(statistics.median, (peer, mine, peer_call, my_call))
        one, two = [], []
        for _ in range(options.rounds):
            one.append(ours(path, text_file, "batch1"))
            two.append(ours(path, text_file, "batch2"))
        threads = max(two) / max(one)
        rows.append([label, name, f"{a:.1f}", f"**{b:.1f}**", f"{b / a:.1f}x", f"{c:.1f}", f"**{d:.2f}**", f"{c / d:.1f}x"])
        scaling.append(f"{threads:.2f}x ({label})")
        print(f"{label:28} {name:18} {a:7.2f} {b:8.1f} {b / a:6.1f}x {c:8.1f} {d:8.2f} {c / d:6.1f}x "
              f"{threads:8.2f}x {ours(path, text_file, 'load'):8.1f}", flush=True)
    if options.docs:
        header = ["", "peer", "MB/s", "Sememe", "ratio", "sentence, us", "Sememe", "ratio"]
        page.write("tokenizers", [f"{page.machine()}, {size / 1e6:.0f} MB in {len(texts):,} documents, {options.rounds} rounds.", "",
                                  *page.table(header, rows), "",
                                  f"`encode_batch()` on two threads over one, by the clock: {', '.join(scaling)}."])
    return 0


if __name__ == "__main__":
    sys.exit(main())
