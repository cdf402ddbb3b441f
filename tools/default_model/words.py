#!/usr/bin/env python3
"""Gives a distilled model other words. Usage: words.py SEMEME TEACHER MODEL DATA FOLDER OUT

OUT is the model in MODEL with the PIECES pieces that matter most in the texts of FOLDER (gather.py). Each counts as
often as it stands there: in passages of science ten times and in captions thirty times, as such texts are fewer than
what is asked of the model; and a word of the dictionaries in DATA three times, as names can better do without a row of
their own. A piece that the model had keeps its row of the word table; others have the teacher's, which training does not
move far.
"""
import collections
import gzip
import json
import pathlib
import shutil
import struct
import subprocess
import sys

PIECES = 20_800
TIMES, DICTIONARY = {"sentences": 1, "captions": 30, "passages": 10}, 3
TABLE = "embeddings.word_embeddings.weight"
ENDINGS = [("", ""), ("s", ""), ("es", ""), ("ies", "y"), ("d", ""), ("ed", ""), ("ing", ""), ("ing", "e"), ("ly", "")]


def read_tensors(path):
    data = path.read_bytes()
    (size,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__", None)
    return {name: (t["dtype"], t["shape"], data[8 + size + t["data_offsets"][0]:8 + size + t["data_offsets"][1]])
            for name, t in header.items()}


def write_tensors(tensors, path):
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in tensors.values()))


def rows_of(folder):
    """The row of each piece, as bytes."""
    _, (_, width), data = read_tensors(folder / "model.safetensors")[TABLE]
    pieces = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    return {piece: data[4 * width * i:4 * width * (i + 1)] for piece, i in pieces.items()}


def dictionary(data):
    words = set()
    for name in ("wordnet", "wordset"):
        with gzip.open(data / "pairs" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                words.update(row.get("members", [row.get("anchor")]))
    return {word for word in words if word == word.lower()}


def main():
    sememe = sys.argv[1]
    teacher, model, data, folder, out = map(pathlib.Path, sys.argv[2:])
    tokenizer = json.loads((teacher / "tokenizer.json").read_text())
    pieces = [piece for piece, _ in sorted(tokenizer["model"]["vocab"].items(), key=lambda item: item[1])]
    words = dictionary(data)
    weight = [0] * len(pieces)
    for name, times in TIMES.items():
        ids = subprocess.run([sememe, "tokenize", "-m", teacher, "--format", "ids", "--no-special-tokens", "-i",
                              folder / f"{name}.jsonl.gz"], check=True, capture_output=True, text=True).stdout
        for i, count in collections.Counter(map(int, ids.split())).items():
            weight[i] += times * count
    for i, piece in enumerate(pieces):
        if any(piece.endswith(end) and piece[:len(piece) - len(end)] + base in words for end, base in ENDINGS):
            weight[i] *= DICTIONARY
    special = {token["content"] for token in tokenizer["added_tokens"]}
    always = [i for i, piece in enumerate(pieces) if piece in special or len(piece.removeprefix("##").encode()) == 1]
    others = sorted(set(range(len(pieces))) - set(always), key=lambda i: -weight[i])
    kept = sorted(always + others[:PIECES - len(always)])

    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(model, out, ignore=shutil.ignore_patterns("*.safetensors", "*.npy", "golden.jsonl", "start"))
    numbers = {pieces[i]: new for new, i in enumerate(kept)}
    tokenizer["model"]["vocab"] = numbers
    tokenizer["truncation"] = tokenizer["padding"] = None
    for token in tokenizer["added_tokens"]:
        token["id"] = numbers[token["content"]]
    for token in tokenizer["post_processor"]["special_tokens"].values():
        token["ids"] = [numbers[token["id"]]]
    (out / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")))
    (out / "vocab.txt").write_text("".join(piece + "\n" for piece in numbers))
    config = json.loads((model / "config.json").read_text())
    (out / "config.json").write_text(json.dumps({**config, "vocab_size": len(kept)}, indent=2))

    learned, taught = rows_of(model), rows_of(teacher)
    tensors = read_tensors(model / "model.safetensors")
    rows = b"".join(learned.get(piece, taught[piece]) for piece in numbers)
    tensors[TABLE] = ("F32", [len(kept), tensors[TABLE][1][1]], rows)
    write_tensors(tensors, out / "model.safetensors")
    print(f"{out}: {len(kept)} pieces, {sum(piece not in learned for piece in numbers)} of them new")


if __name__ == "__main__":
    main()
