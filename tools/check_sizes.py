#!/usr/bin/env python3
"""Checks that source files stay small enough to be read: none over 800 lines, a tenth at most over 400.

Files made by a program, which say "do not edit" in their first three lines, are left out. Usage: check_sizes.py [ROOT]
"""
import pathlib
import sys

LONGEST, LONG = 800, 400


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    sizes = {}
    for folder in ("include", "src", "tests", "bench", "tools", "web/src", "web/tests"):
        for path in (root / folder).rglob("*"):
            if path.suffix in (".h", ".cpp", ".py", ".sh", ".ts", ".mjs"):
                lines = path.read_text(encoding="utf-8").splitlines()
                if not any("do not edit" in line.lower() for line in lines[:3]):
                    sizes[path.relative_to(root)] = len(lines)
    too_long = [f"{path}: {n} lines, {LONGEST} at most" for path, n in sorted(sizes.items()) if n > LONGEST]
    long = sorted(path for path, n in sizes.items() if n > LONG)
    if len(long) > len(sizes) / 10:
        too_long.append(f"{len(long)} of {len(sizes)} files are over {LONG} lines: {', '.join(map(str, long))}")
    print("\n".join(too_long) if too_long else f"sizes: {len(sizes)} files, none over {LONGEST} lines")
    return 1 if too_long else 0


if __name__ == "__main__":
    sys.exit(main())
