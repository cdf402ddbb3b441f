#!/usr/bin/env python3
"""Sememe's encoder beside ONNX Runtime and OpenVINO on all-MiniLM-L6-v2: texts in, float32 vectors out, in turns; also
beside sentence-transformers and CTranslate2 where they (and torch, 5 GB) are installed.

Usage: tools/bench-peers encode [--texts FILE...] [--rounds N] [--threads N] [--limit N] [--docs]

Each FILE has a text a line; without one, sentences of STS-B and SQuAD and abstracts of Cranfield are taken, where the test
data is. --docs writes the table into docs/benchmarks.md.

The ONNX graph is made here from the model's safetensors, in the operations that an export of transformers has (one linear layer each for query, key and value; erf GELU; softmax over masked scores); NNCF makes
OpenVINO's int8 of it, static, calibrated on 300 of the first texts. Peers get batches of 32 texts sorted by tokens and
padded to the longest, the tokenizer of Hugging Face, mean pooling and scaling in numpy; sentence-transformers does all of
that itself. Answers are compared before anything is timed. Every round runs each side once; the table has the most real
tokens a second of each, and the median latency of one text of 16 tokens.
"""
import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time

import page

PROGRAM = page.ROOT / "build/release/sememe"
MODEL = "sentence-transformers/all-MiniLM-L6-v2"
COMPUTES = ["fp32", "bf16", "int8"]
LEAST_COSINE = {"fp32": 0.9999, "bf16": 0.999, "int8": 0.95}
SIXTEEN = "The old house near the river holds a small boat for every cold night."


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--texts", action="append", type=pathlib.Path)
    parser.add_argument("--docs", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=int, default=3000)
    return parser.parse_args()


def graph(folder, path):
    """The encoder as ONNX: ids and mask (B, L) int64 to hidden (B, L, D)."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from safetensors.numpy import load_file

    config = json.loads((folder / "config.json").read_text())
    weights = load_file(folder / "model.safetensors")
    width, heads = config["hidden_size"], config["num_attention_heads"]
    size = width // heads
    nodes, constants = [], []

    def constant(name, value, kind=np.float32):
        constants.append(numpy_helper.from_array(np.asarray(value, dtype=kind), name))
        return name

    def node(kind, inputs, **attributes):
        name = f"{kind}_{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def linear(x, prefix):
        weight = constant(prefix + ".w", weights[prefix + ".weight"].T)
        return node("Add", [node("MatMul", [x, weight]), constant(prefix + ".b", weights[prefix + ".bias"])])

    def norm(x, prefix):
        return node("LayerNormalization", [x, constant(prefix + ".g", weights[prefix + ".weight"]),
                                           constant(prefix + ".s", weights[prefix + ".bias"])],
                    axis=-1, epsilon=config["layer_norm_eps"])

    by_heads = constant("by_heads", [0, 0, heads, size], np.int64)
    joined = constant("joined", [0, 0, width], np.int64)
    scale, half, one, root = (constant(f"c{i}", v) for i, v in enumerate([size ** -0.5, 0.5, 1.0, 2 ** 0.5]))
    low = constant("low", -3.0e38)

    words = node("Gather", [constant("words", weights["embeddings.word_embeddings.weight"]), "ids"])
    length = node("Gather", [node("Shape", ["ids"]), constant("at1", 1, np.int64)])
    places = node("Range", [constant("zero", 0, np.int64), length, constant("step", 1, np.int64)])
    positions = node("Gather", [constant("positions", weights["embeddings.position_embeddings.weight"]), places])
    types = constant("type", weights["embeddings.token_type_embeddings.weight"][0])
    x = norm(node("Add", [node("Add", [words, types]), positions]), "embeddings.LayerNorm")
    hidden_mask = node("Mul", [node("Sub", [one, node("Cast", ["mask"], to=TensorProto.FLOAT)]), low])
    bias = node("Unsqueeze", [hidden_mask, constant("axes", [1, 2], np.int64)])
    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}."
        q, k, v = (node("Transpose", [node("Reshape", [linear(x, at + "attention.self." + name), by_heads])], perm=perm)
                   for name, perm in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])))
        scores = node("Add", [node("Mul", [node("MatMul", [q, k]), scale]), bias])
        context = node("Transpose", [node("MatMul", [node("Softmax", [scores], axis=-1), v])], perm=[0, 2, 1, 3])
        out = linear(node("Reshape", [context, joined]), at + "attention.output.dense")
        x = norm(node("Add", [out, x]), at + "attention.output.LayerNorm")
        up = linear(x, at + "intermediate.dense")
        gelu = node("Mul", [node("Mul", [up, node("Add", [node("Erf", [node("Div", [up, root])]), one])]), half])
        x = norm(node("Add", [linear(gelu, at + "output.dense"), x]), at + "output.LayerNorm")
    nodes[-1].output[0] = "hidden"
    shape = ["B", "L"]
    model = helper.make_model(
        helper.make_graph(nodes, "encoder",
                          [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("ids", "mask")],
                          [helper.make_tensor_value_info("hidden", TensorProto.FLOAT, shape + [width])], constants),
        opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.save(model, path)


class Peer:
    """Texts to vectors around run(ids, mask) -> hidden."""

    def __init__(self, tokenizer, run):
        self.tokenizer, self.run = tokenizer, run

    def batch(self, encodings):
        import numpy as np

        longest = max(len(e.ids) for e in encodings)
        ids, mask = (np.zeros((len(encodings), longest), dtype=np.int64) for _ in range(2))
        for row, e in enumerate(encodings):
            ids[row, :len(e.ids)] = e.ids
            mask[row, :len(e.ids)] = 1
        hidden = self.run(ids, mask)
        pooled = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)

    def encode(self, texts):
        import numpy as np

        encodings = self.tokenizer.encode_batch(texts)
        order = sorted(range(len(texts)), key=lambda i: -len(encodings[i].ids))
        out = None
        for i in range(0, len(order), 32):
            some = order[i:i + 32]
            rows = self.batch([encodings[j] for j in some])
            if out is None:
                out = np.empty((len(texts), rows.shape[1]), dtype=np.float32)
            out[some] = rows
        return out


class SentenceTransformers:
    def __init__(self, folder):
        from sentence_transformers import SentenceTransformer

        self.model = SentenceTransformer(str(folder), device="cpu")

    def encode(self, texts):
        return self.model.encode(texts, batch_size=32, show_progress_bar=False)


class CTranslate2:
    """The encoder alone: its hidden states go through the pooling of Peer."""

    def __init__(self, folder, work, threads):
        import ctranslate2

        out = pathlib.Path(work) / "ctranslate2"
        ctranslate2.converters.TransformersConverter(str(folder)).convert(str(out))
        self.encoder = ctranslate2.Encoder(str(out), device="cpu", intra_threads=threads, compute_type="float32")

    def __call__(self, ids, mask):
        import numpy as np

        lengths = mask.sum(1)
        rows = [row[:length].tolist() for row, length in zip(ids, lengths)]
        return np.array(self.encoder.forward_batch(rows).last_hidden_state)


def importable(name):
    import importlib.util

    return importlib.util.find_spec(name) is not None


def calibrated(core, path, tokenizer, texts):
    """The graph in int8, by NNCF's static quantisation."""
    import nncf
    import numpy as np

    def item(text):
        ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        return {"ids": ids, "mask": np.ones_like(ids)}

    nncf.set_log_level(40)
    return nncf.quantize(core.read_model(str(path)), nncf.Dataset([item(text) for text in texts]),
                         model_type=nncf.ModelType.TRANSFORMER)


def peers(folder, path, tokenizer, threads, texts):
    import onnxruntime
    import openvino

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    yield f"ONNX Runtime {page.version('onnxruntime')}, fp32", "fp32", Peer(tokenizer, lambda i, m: session.run(None, {"ids": i, "mask": m})[0])
    core = openvino.Core()
    for precision, compute in (("f32", "fp32"), ("bf16", "bf16")):
        compiled = core.compile_model(str(path), "CPU", {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY",
                                                         "INFERENCE_NUM_THREADS": threads})
        request = compiled.create_infer_request()
        yield f"OpenVINO {page.version('openvino')}, {compute}", compute, Peer(tokenizer, lambda i, m, r=request: r.infer({"ids": i, "mask": m})[0])
    compiled = core.compile_model(calibrated(core, path, tokenizer, texts[:300]), "CPU", {
        "INFERENCE_PRECISION_HINT": "bf16", "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads})
    request = compiled.create_infer_request()
    yield f"OpenVINO {page.version('openvino')}, int8 (NNCF, calibrated)", "int8", Peer(tokenizer, lambda i, m: request.infer({"ids": i, "mask": m})[0])
    if importable("sentence_transformers"):
        import torch

        torch.set_num_threads(threads)
        yield f"sentence-transformers {page.version('sentence-transformers')}, fp32", "fp32", SentenceTransformers(folder)
    if importable("ctranslate2") and importable("torch"):
        yield f"CTranslate2 {page.version('ctranslate2')}, fp32", "fp32", Peer(tokenizer, CTranslate2(folder, path.parent, threads))


def sememe(file, compute, threads):
    """Seconds of `sememe encode` without loading, and its vectors."""
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "v.npy")
        result = subprocess.run([PROGRAM, "encode", "-m", MODEL, "-v", "-i", file, "-o", out, "--threads", str(threads), "--compute",
                                 compute], check=True, capture_output=True, text=True)
        line = next(line for line in result.stderr.splitlines() if " tokens in " in line)
        return float(line.split(" tokens in ")[1].split(" s:")[0]), np.load(out)


def latency(peer):
    import numpy as np

    times = []
    for _ in range(300):
        begin = time.perf_counter()
        peer.encode([SIXTEEN])
        times.append(time.perf_counter() - begin)
    return 1e3 * float(np.median(times))


def throughput(texts, tokenizer, sides, options, work):
    """Tokens of the texts, and of each side the least seconds and the lowest cosine to fp32."""
    file = os.path.join(work, "texts.txt")
    pathlib.Path(file).write_text("".join(text + "\n" for text in texts), encoding="utf-8")
    exact = sememe(file, "fp32", options.threads)[1]
    best, cosines = {}, {}
    for round_number in range(options.rounds):
        for label, compute, peer in sides:
            begin = time.perf_counter()
            vectors = peer.encode(texts)
            seconds = time.perf_counter() - begin
            cosines[label] = float((vectors * exact).sum(1).min())
            if round_number == 0 and not cosines[label] >= LEAST_COSINE[compute]:
                raise SystemExit(f"{label}: other vectors than Sememe's; not timed")
            best[label] = min(best.get(label, seconds), seconds)
        for compute in COMPUTES:
            label = f"Sememe, {compute}"
            seconds, vectors = sememe(file, compute, options.threads)
            best[label] = min(best.get(label, seconds), seconds)
            cosines[label] = float((vectors * exact).sum(1).min())
    return sum(len(e.ids) for e in tokenizer.encode_batch(texts)), best, cosines


def latencies(sides, threads):
    """Median milliseconds of one text of 16 tokens."""
    found = {label: latency(peer) for label, _, peer in sides}
    report = subprocess.run([PROGRAM, "bench", "-m", MODEL, "--json", "--threads", str(threads)], check=True,
                            capture_output=True, text=True).stdout
    for row in json.loads(report)["rows"]:
        if row["workload"] == "one of 16" and row["threads"] == threads:
            found[f"Sememe, {row['compute']}"] = row["p50_ms"]
    return found


def write_page(sides, sets, one, options):
    """Sides in the order of their arithmetic and speed, Sememe last of each."""
    compute_of = {label: compute for label, compute, _ in sides} | {f"Sememe, {compute}": compute for compute in COMPUTES}
    first = sets[0][2]
    order = sorted(compute_of, key=lambda label: (COMPUTES.index(compute_of[label]), -first[label]))
    header = ["", *(f"{name} ({tokens / count:.0f} tokens)" for name, tokens, _, _, count in sets), "one text of 16, ms"]
    rows = []
    for label in order:
        cells = [f"{tokens / best[label]:,.0f}" for _, tokens, best, _, _ in sets] + [f"{one[label]:.2f}"]
        rows.append([f"**{cell}**" for cell in [label, *cells]] if label.startswith("Sememe") else [label, *cells])
    lowest = [f"{label} {min(cosines[label] for _, _, _, cosines, _ in sets):.5f}" for label in order if not label.endswith("fp32")]
    page.write("encode", [f"{page.machine()}, {options.threads} threads, {options.rounds} rounds.", "", *page.table(header, rows), "",
                          f"The lowest cosine to fp32 over these texts: {'; '.join(lowest)}."])


def main():
    from tokenizers import Tokenizer

    options = arguments()
    sets = [(path.stem, path.read_text(encoding="utf-8").split("\n")) for path in options.texts or []] or page.known_texts()
    if not sets:
        print("bench-peers encode: no test data here; name texts with --texts")
        return
    sets = [(name, [text for text in texts if text][:options.limit]) for name, texts in sets]
    located = subprocess.run([PROGRAM, "info", "--json", MODEL], check=True, capture_output=True, text=True).stdout
    folder = pathlib.Path(json.loads(located)["folder"])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    with tempfile.TemporaryDirectory() as work:
        path = pathlib.Path(work) / "encoder.onnx"
        graph(folder, path)
        sides = list(peers(folder, path, tokenizer, options.threads, [text for _, texts in sets for text in texts[::7]]))
        timed = []
        for name, texts in sets:
            tokens, best, cosines = throughput(texts, tokenizer, sides, options, work)
            timed.append((name, tokens, best, cosines, len(texts)))
            print(f"\n{name}: {len(texts)} texts, {tokens} tokens, {options.threads} threads")
            for label, seconds in best.items():
                print(f"  {label:40} {tokens / seconds:10.0f} tokens/s, lowest cosine {cosines[label]:.5f}", flush=True)
        one = latencies(sides, options.threads)
        print("\none text of 16 tokens, median ms")
        for label, milliseconds in one.items():
            print(f"  {label:40} {milliseconds:10.2f}")
    if options.docs:
        write_page(sides, timed, one, options)


if __name__ == "__main__":
    main()
