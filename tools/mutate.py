#!/usr/bin/env python3
"""Breaks the code on purpose, one fault at a time, and demands that the tests notice.

Each mutant of tools/mutants.tsv replaces one piece of text in one file of a scratch copy of the tree, builds, and runs the
tests named beside it. A mutant that survives (or a piece of text that is no longer there, or a name of no test) is a
failure.

usage: tools/mutate.py [--build DIR] [--only TEXT] | --check
"""

import argparse
import filecmp
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def read_mutants(path: pathlib.Path) -> list[list[str]]:
    """Rows of (file, original, replacement, test target, gtest filter); tabs separate, '#' starts a comment."""
    rows = [line.split("\t") for line in path.read_text().splitlines() if line and not line.startswith("#")]
    wrong = [row for row in rows if len(row) != 5]
    if wrong:
        sys.exit(f"{path}: expected 5 columns, found {len(wrong[0])}: {wrong[0]}")
    return rows


def update(tree: pathlib.Path) -> None:
    """Makes `tree` a copy of the sources. Files that are the same keep their time, so that only others are compiled."""
    skipped = {"build", ".git", "__pycache__", "node_modules"}
    there = set()
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in skipped]
        to = tree / pathlib.Path(folder).relative_to(ROOT)
        to.mkdir(parents=True, exist_ok=True)
        for name in files:
            there.add(to / name)
            if not (to / name).exists() or not filecmp.cmp(pathlib.Path(folder, name), to / name, shallow=False):
                shutil.copyfile(pathlib.Path(folder, name), to / name)
                shutil.copymode(pathlib.Path(folder, name), to / name)
    for path in tree.rglob("*"):
        if path.is_file() and path not in there:
            path.unlink()


def stale(name: str, original: str, text: str) -> str | None:
    """What is wrong with a mutant of the file `name`, which holds `text`."""
    count = text.count(original)
    return None if count == 1 else f"STALE     {name}: {original}: the text stands {count} times in the file"


def text_of(path: pathlib.Path) -> str:
    return path.read_text() if path.exists() else ""


def check() -> int:
    """Demands that every mutant is of a text that stands once in its file. Builds nothing."""
    rows = read_mutants(ROOT / "tools" / "mutants.tsv")
    faults = [fault for row in rows if (fault := stale(row[0], row[1], text_of(ROOT / row[0])))]
    print("\n".join(faults) if faults else f"mutants: {len(rows)}, each of a text that is there")
    return 1 if faults else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "mutants", help="scratch folder")
    parser.add_argument("--only", default="", help="only mutants whose row contains this")
    parser.add_argument("--check", action="store_true", help="only see that the texts to be replaced are there")
    args = parser.parse_args()
    if args.check:
        return check()
    tree, build = args.build / "main", args.build / "build"
    update(tree)
    shared = args.build / "shared"
    if (ROOT / ".." / "shared").exists() and not shared.exists():
        shared.symlink_to((ROOT / ".." / "shared").resolve())
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    subprocess.run(["cmake", "-S", tree, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"], check=True, **quiet)

    survivors = 0
    for name, original, replacement, target, tests in read_mutants(ROOT / "tools" / "mutants.tsv"):
        label = f"{name}: {original} -> {replacement}"
        if args.only not in label:
            continue
        source = tree / name
        text = text_of(source)
        if fault := stale(name, original, text):
            print(fault)
            survivors += 1
            continue
        source.write_text(text.replace(original, replacement))
        try:
            made = subprocess.run(["cmake", "--build", build, "--target", target], **quiet)
            if made.returncode != 0:
                print(f"NOT BUILT {label}\n{made.stdout[-2000:]}")
                survivors += 1
                continue
            ran = subprocess.run([build / target, f"--gtest_filter={tests}"], **quiet, timeout=600)
        finally:
            source.write_text(text)
        result = "NO TESTS " if "Running 0 tests" in ran.stdout else "SURVIVED " if ran.returncode == 0 else "caught   "
        survivors += result != "caught   "
        print(f"{result} {label}", flush=True)
    print(f"{survivors} mutants not caught" if survivors else "every mutant was caught")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
