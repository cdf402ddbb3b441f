#!/usr/bin/env python3
"""Writes docs/cli.md from what the program says of itself, so that the two cannot differ.

Usage: tools/generate_cli_docs.py [--program FILE] [--check]

--check writes nothing: it names the first difference and exits with 1 if the page is not what would be written.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/cli.md"
HEAD = """# The command line

What `sememe --help` and `sememe COMMAND --help` print. This page is written by `make docs`; a test compares the two.
"""


def help_of(program, *command):
    # Flags may come from the environment (SEMEME_THREADS=1): none of that belongs here.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SEMEME_")}
    run = subprocess.run([program, *command, "--help"], capture_output=True, text=True, env=environment, check=False)
    if run.returncode != 0 or run.stderr:
        sys.exit(f"generate_cli_docs: {' '.join([str(program), *command])} --help: exit code {run.returncode}: {run.stderr}")
    return run.stdout


def commands_of(text):
    """Names of the list under "Commands:"; of a command that is no group, none."""
    if "Commands:\n" not in text:
        return []
    listing = text.split("Commands:\n", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"^  ([a-z]\S*)", listing, re.MULTILINE)


def sections(program, *command):
    """The help of a command, then that of the commands inside of it."""
    text = help_of(program, *command)
    parts = [f"## {' '.join(['sememe', *command])}\n", f"```text\n{text}```\n"]
    for name in commands_of(text):
        parts += sections(program, *command, name)
    return parts


def page(program):
    parts = sections(program)
    if len(parts) == 2:
        sys.exit("generate_cli_docs: sememe --help lists no commands")
    return "\n".join([HEAD, *parts])


def main():
    arguments = argparse.ArgumentParser(description="Writes docs/cli.md from the program's own help.")
    arguments.add_argument("--program", type=pathlib.Path, default=ROOT / "build/release/sememe")
    arguments.add_argument("--check", action="store_true")
    options = arguments.parse_args()
    new = page(options.program.resolve())
    if not options.check:
        PAGE.write_text(new, encoding="utf-8")
        return 0
    old = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if old == new:
        return 0
    old_lines, new_lines = old.splitlines(), new.splitlines()
    same = 0
    while same < min(len(old_lines), len(new_lines)) and old_lines[same] == new_lines[same]:
        same += 1
    found = old_lines[same] if same < len(old_lines) else "(the end)"
    expected = new_lines[same] if same < len(new_lines) else "(the end)"
    print(f"docs/cli.md:{same + 1}: expected {expected!r}, found {found!r}; run make docs")
    return 1


if __name__ == "__main__":
    sys.exit(main())
