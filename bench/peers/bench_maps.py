#!/usr/bin/env python3
"""Sememe's maps beside openTSNE's, umap-learn's and scikit-learn's, of the same vectors, in turns, on two threads.

Usage: tools/bench-peers maps [--points N] [--rounds N] [--methods LIST] [--metric NAME] [--peers LIST] VECTORS.npy

Every round runs each side once, in a process of its own; peers that compile when they are first called do so on 500
points before. The table has the least time of the rounds by the clock and of the processor, and how good the maps are, by one
piece of code for all: trustworthiness and the part of the ten nearest that is kept, of 1,000 points. `sememe map` reads
and writes its files within its time; the peers' begins with the array in memory.

`neighbors-15` and `neighbors-90` are the graphs of so many neighbours (cosine): a peer that approximates gets the
cheapest of its settings that finds 0.99 of the true neighbours of 200 points.

`components-2` and `components-50` are the principal components and the points along them, from an array in memory on either
side, beside scikit-learn's PCA as it chooses its solver and with the randomised one.
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/release/sememe"
BENCH = ROOT / "build/release/sememe_bench"
THREADS = "2"

PEERS = {  # method: (name, code that makes y of x)
    "tsne": ("openTSNE", "import openTSNE\ndef run(x): return openTSNE.TSNE(metric=metric, n_jobs=2, random_state=1).fit(x)"),
    "umap": ("umap-learn", "import umap\ndef run(x): return umap.UMAP(metric=metric, random_state=1).fit_transform(x)"),
    "umap-unseeded": ("umap-learn", "import umap\ndef run(x): return umap.UMAP(metric=metric, n_jobs=2).fit_transform(x)"),
    "pca": ("scikit-learn", "from sklearn.decomposition import PCA\ndef run(x): return PCA(2, random_state=1).fit_transform(x)"),
}
PEER = """
import json, resource, sys, time, warnings
import numpy as np
warnings.filterwarnings("ignore")
metric = sys.argv[3]
{code}
x = np.load(sys.argv[1])
run(x[:500])
cpu = lambda: sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
clock, before = time.perf_counter(), cpu()
y = np.asarray(run(x))
print(json.dumps([time.perf_counter() - clock, cpu() - before]))
np.save(sys.argv[2], y.astype(np.float32))
"""

COMPONENTS_PEER = """
import json, resource, sys, time
import numpy as np
from sklearn.decomposition import PCA
x, k, solver = np.load(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
cpu = lambda: sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
PCA(k, svd_solver=solver, random_state=1).fit_transform(x[:1000])
times = []
for _ in range(5):
    clock, before = time.perf_counter(), cpu()
    fit = PCA(k, svd_solver=solver, random_state=1)
    fit.fit_transform(x)
    times.append([time.perf_counter() - clock, cpu() - before])
print(json.dumps([[min(column) for column in zip(*times)], float(fit.explained_variance_ratio_.sum())]))
"""

RECALL = 0.99
NEIGHBORS = {  # peer: (its settings, cheapest first, code that makes n rows of neighbours of unit rows x)
    "faiss flat": ([None], """
import faiss
faiss.omp_set_num_threads(2)
def run(x, k, setting):
    index = faiss.IndexFlatIP(x.shape[1])
    index.add(x)
    return index.search(x, k + 1)[1]
"""),
    "pynndescent": ([1, 1.5, 2, 3], """
from pynndescent import NNDescent
def run(x, k, setting):  # setting: neighbours that it looks for, as a part of those wanted
    return NNDescent(x, metric="cosine", n_neighbors=int(setting * k) + 1, n_jobs=2, random_state=1).neighbor_graph[0]
"""),
    "hnswlib": ([(16, 100, 3), (12, 100, 5), (16, 100, 5), (24, 200, 6)], """
import hnswlib
def run(x, k, setting):  # setting: edges of a point, points that building keeps, and a search, as a multiple of k
    edges, building, searching = setting
    index = hnswlib.Index("ip", x.shape[1])
    index.init_index(len(x), ef_construction=building, M=edges)
    index.set_num_threads(2)
    index.set_ef(searching * k)
    index.add_items(x)
    return index.knn_query(x, k + 1)[0]
"""),
}
NEIGHBORS_PEER = """
import json, resource, sys, time, warnings
import numpy as np
warnings.filterwarnings("ignore")
{code}
x, k = np.load(sys.argv[1]), int(sys.argv[2])
x /= np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-30)
if sys.argv[4] == "compile":
    run(x[:2000], k, {settings}[0])
cpu = lambda: sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
looked_at = np.arange(0, len(x), max(1, len(x) // 200))
truth = x[looked_at] @ x.T
truth[np.arange(len(looked_at)), looked_at] = -2
truth = np.argpartition(-truth, k, axis=1)[:, :k]
for setting in {settings}:
    clock, before = time.perf_counter(), cpu()
    found = run(x, k, setting)
    times = [time.perf_counter() - clock, cpu() - before]
    kept = [len(set([j for j in found[i] if j != i][:k]) & set(t)) for i, t in zip(looked_at, truth)]
    recall = sum(kept) / len(kept) / k
    if recall >= {wanted}:
        break
print(json.dumps([times, recall, setting]))
"""


def threads_of_peers():
    return {**os.environ, "OMP_NUM_THREADS": THREADS, "OPENBLAS_NUM_THREADS": THREADS, "NUMBA_NUM_THREADS": THREADS}


def run_neighbors_peer(name, vectors, k, settings):
    code = NEIGHBORS_PEER.format(code=NEIGHBORS[name][1], settings=settings, wanted=RECALL)
    command = [sys.executable, "-c", code, vectors, str(k), "cosine", "compile" if name == "pynndescent" else ""]
    return json.loads(subprocess.run(command, env=threads_of_peers(), capture_output=True, check=True).stdout.splitlines()[-1])


def run_bench(vectors, name, figure):
    command = [BENCH, f"--benchmark_filter={name}/", "--benchmark_format=json"]
    out = subprocess.run(command, env={**os.environ, "SEMEME_BENCH_VECTORS": vectors}, capture_output=True, check=True)
    figures = json.loads(out.stdout)["benchmarks"][0]
    return [figures["real_time"], figures["cpu_time"]], figures[figure]


def run_neighbors_ours(vectors, k):
    return run_bench(vectors, f"ExactNeighbors/{k}", "recall")


def compare_components(vectors, k, rounds):
    """Principal components: least times of rounds in turns."""
    times, explained = {}, {}
    for _ in range(rounds):
        for solver in ["auto", "randomized"]:
            command = [sys.executable, "-c", COMPONENTS_PEER, vectors, str(k), solver]
            got, explained[solver] = json.loads(subprocess.run(command, env=threads_of_peers(), capture_output=True, check=True).stdout)
            times.setdefault(solver, []).append(got)
        got, explained["Sememe"] = run_bench(vectors, f"PrincipalComponents/{k}", "explained")
        times.setdefault("Sememe", []).append(got)
    least = {side: [min(column) for column in zip(*rows)] for side, rows in times.items()}
    for side, (clock, cpu) in least.items():
        print(f"components-{k:<3} {side:12} {clock:8.3f} {cpu:8.3f} explained {explained[side]:.5f}", flush=True)
        if side != "Sememe":
            print(f"components-{k:<3} {'ratio':12} {clock / least['Sememe'][0]:7.1f}x {cpu / least['Sememe'][1]:7.1f}x", flush=True)


def compare_neighbors(vectors, k, rounds, peers):
    """Graphs of k neighbours: least times of rounds in turns."""
    times, recalls, settings = {}, {}, {}
    for _ in range(rounds):
        for name in peers:
            got, recalls[name], setting = run_neighbors_peer(name, vectors, k, settings.get(name, NEIGHBORS[name][0]))
            settings[name] = [setting]
            times.setdefault(name, []).append(got)
        got, recalls["Sememe"] = run_neighbors_ours(vectors, k)
        times.setdefault("Sememe", []).append(got)
    least = {side: [min(column) for column in zip(*rows)] for side, rows in times.items()}
    for side, (clock, cpu) in least.items():
        setting = f"setting {settings[side][0]}" if settings.get(side, [None])[0] is not None else ""
        print(f"neighbors-{k:<4} {side:12} {clock:8.2f} {cpu:8.2f} recall {recalls[side]:.4f} {setting}", flush=True)
        if side != "Sememe":
            ratios = [a / b for a, b in zip(least[side], least["Sememe"])]
            print(f"neighbors-{k:<4} {'ratio':12} {ratios[0]:7.1f}x {ratios[1]:7.1f}x", flush=True)


def run_peer(method, vectors, out, metric):
    command = [sys.executable, "-c", PEER.format(code=PEERS[method][1]), vectors, out, metric]
    return json.loads(subprocess.run(command, env=threads_of_peers(), capture_output=True, check=True).stdout.splitlines()[-1])


def run_ours(method, vectors, out, metric):
    command = [PROGRAM, "map", "-q", "-i", vectors, "-o", out, "--method", method.split("-")[0], "--metric", metric,
               "--threads", THREADS]
    usage = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    clock, before = time.perf_counter(), usage()
    subprocess.run(command, check=True)
    return [time.perf_counter() - clock, usage() - before]


def quality(x, y, metric, k=10, looked_at=1000):
    """Trustworthiness (Venna & Kaski 2001) and the part of the k nearest that is kept, of some points."""
    import numpy as np

    n = len(x)
    x = x.astype(np.float64)
    if metric == "cosine":
        x = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-30)
    excess = kept = 0
    points = np.arange(0, n, max(1, n // looked_at))
    for i in points:
        high = ((x - x[i]) ** 2).sum(1)
        low = ((y.astype(np.float64) - y[i]) ** 2).sum(1)
        high[i] = low[i] = -1  # itself comes first
        rank = np.empty(n, np.int64)
        rank[np.argsort(high, kind="stable")] = np.arange(n)
        near = np.argpartition(low, k)[: k + 1]
        near = near[near != i][:k]
        excess += np.maximum(0, rank[near] - k).sum()
        kept += (rank[near] <= k).sum()
    return 1 - 2 * excess / (len(points) * k * (2 * n - 3 * k - 1)), kept / (len(points) * k)


def main():
    import numpy as np

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=20000, help="the first so many of the file")
    parser.add_argument("--rounds", type=int, default=3)
    methods = [*PEERS, "neighbors-15", "neighbors-90", "components-2", "components-50"]
    parser.add_argument("--methods", default=",".join(methods), help="of " + ", ".join(methods))
    parser.add_argument("--peers", default=",".join(NEIGHBORS), help="of the neighbours: of " + ", ".join(NEIGHBORS))
    parser.add_argument("--metric", default="cosine", choices=["cosine", "euclidean"])
    parser.add_argument("vectors", type=pathlib.Path)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        vectors, out = str(pathlib.Path(folder) / "x.npy"), str(pathlib.Path(folder) / "y.npy")
        x = np.load(options.vectors, mmap_mode="r")[: options.points].astype(np.float32)
        np.save(vectors, x)
        print(f"{len(x)} x {x.shape[1]}, {options.metric}, {THREADS} threads; least of {options.rounds} rounds in turns")
        print(f"{'method':14} {'side':12} {'seconds':>8} {'CPU s':>8} {'trust':>7} {'kept':>7}")
        for method in options.methods.split(","):
            if method.startswith("neighbors-"):
                compare_neighbors(vectors, int(method.removeprefix("neighbors-")), options.rounds, options.peers.split(","))
                continue
            if method.startswith("components-"):
                compare_components(vectors, int(method.removeprefix("components-")), options.rounds)
                continue
            name = PEERS[method][0]
            sides = {name: run_peer, "Sememe": run_ours}
            times, figures = {side: [] for side in sides}, {}
            for _ in range(options.rounds):
                for side, run in sides.items():
                    times[side].append(run(method, vectors, out, options.metric))
                    if side not in figures:
                        figures[side] = quality(x, np.load(out), options.metric)
            least = {side: [min(column) for column in zip(*times[side])] for side in sides}
            for side in sides:
                print(f"{method:14} {side:12} {least[side][0]:8.2f} {least[side][1]:8.2f} {figures[side][0]:7.4f} "
                      f"{figures[side][1]:7.4f}", flush=True)
            print(f"{method:14} {'ratio':12} {least[name][0] / least['Sememe'][0]:7.1f}x {least[name][1] / least['Sememe'][1]:7.1f}x",
                  flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
