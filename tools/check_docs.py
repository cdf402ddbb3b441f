#!/usr/bin/env python3
"""Checks that the documentation is true.

    sh     is run, the blocks of one page in one shell and one empty folder, as a reader would. Lines that begin with
           "$ " are commands, those after them what is printed (both streams): "..." stands for any text, alone on a
           line for any lines; decimals may differ by one unit of their last digit or 2e-6. A block without "$ " must
           succeed. A command may fail only if the next one is "echo $?".
    cpp    must compile (in a main() if it has none); "cpp run" is linked and must exit with 0.
    KIND no-run: REASON    is neither run nor compiled.

Links must lead to files and headings that exist, as must files named in `code`, targets of make, and every subcommand
and flag of `sememe`. The README must have something to run. Each fault is one line, FILE:LINE: what; exit 1 if there is
any, 77 if there is none and nothing could be run because the test model (tools/setup) is absent.
"""
import argparse
import functools
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/*.md"]
MODEL = "sememe/models/sentence-transformers/all-MiniLM-L6-v2"
PLAIN_KINDS = {"", "text", "json", "cmake", "python", "make"}
DECIMAL = r"[-+]?\d+\.\d+(?:e[-+]?\d+)?"


class Block:
    def __init__(self, page, line, info):
        self.page, self.line, self.code = page, line, []
        before, _, self.reason = info.partition("no-run")
        self.kind, _, self.mode = before.strip().partition(" ")
        self.skipped = "no-run" in info
        self.reason = self.reason.lstrip(": ").strip()

    def where(self, offset=0):
        return f"{self.page}:{self.line + offset}"


def parse(page, text):
    """Splits a page into (blocks, [(line, text)] outside of them)."""
    blocks, prose, fence = [], [], None
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.match(r"\s*(```+)\s*(.*)$", line)
        if fence is None and mark:
            fence = mark.group(1)
            blocks.append(Block(page, number, mark.group(2).strip()))
        elif fence is not None and mark and mark.group(1) == fence and not mark.group(2):
            fence = None
        elif fence is not None:
            blocks[-1].code.append(line)
        else:
            prose.append((number, line))
    return blocks, prose


# --- what is run ---


def commands_of(block):
    """[(offset of the line, command, expected lines or None if the output is not compared)]."""
    lines = block.code
    if not any(line.startswith("$ ") for line in lines):
        return [(1, "\n".join(["set -e", *lines, "set +e"]), None)]
    result, i = [], 0
    while i < len(lines):
        offset, command = i + 1, lines[i].removeprefix("$ ")
        while command.endswith("\\") and i + 1 < len(lines):
            i += 1
            command += "\n" + lines[i]
        i += 1
        expected = []
        while i < len(lines) and not lines[i].startswith("$ "):
            expected.append(lines[i])
            i += 1
        result.append((offset, command, expected))
    return result


def line_matches(expected, found):
    pattern, shown = "", []
    for piece in re.split(rf"(\.\.\.|{DECIMAL}|\s+)", expected):
        if piece == "...":
            pattern += ".*?"
        elif re.fullmatch(DECIMAL, piece):
            pattern += f"({DECIMAL}|[-+]?\\d+)"
            shown.append(piece)
        else:
            pattern += r"\s+" if piece.isspace() else re.escape(piece)
    match = re.fullmatch(pattern, found)
    if not match:
        return False
    for want, got in zip(shown, match.groups()):
        digits = len(want.partition("e")[0].partition(".")[2])
        tolerance = max(1.01 * 10.0**-digits, 2e-6)
        if not abs(float(want) - float(got)) <= tolerance:
            return False
    return True


def output_matches(expected, found):
    if not expected:
        return not found
    if expected[0].strip() == "...":
        return any(output_matches(expected[1:], found[i:]) for i in range(len(found) + 1))
    if not found or not line_matches(expected[0].rstrip(), found[0].rstrip()):
        return False
    return output_matches(expected[1:], found[1:])


def run_page(blocks, environment):
    """Runs the shell blocks of one page; yields faults."""
    steps = [(block, *step) for block in blocks for step in commands_of(block)]
    if not steps:
        return
    script = "exec 2>&1\n"
    for number, (_, _, command, _) in enumerate(steps):
        script += f"{command}\nstatus_=$?; printf '\\n\\036%d %d\\n' {number} $status_; (exit $status_)\n"
    with tempfile.TemporaryDirectory() as folder:
        try:
            run = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, timeout=300)
            output = run.stdout.decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            yield f"{blocks[0].where()}: the blocks of this page ran for over 300 seconds"
            return
    results = re.split(r"\n\036(\d+) (\d+)\n", output)
    for number, (block, offset, command, expected) in enumerate(steps):
        if 3 * number + 2 >= len(results):
            yield f"{block.where(offset)}: the shell ended here: {results[-1].strip()}"
            return
        found, status = results[3 * number].rstrip().splitlines(), int(results[3 * number + 2])
        following = steps[number + 1] if number + 1 < len(steps) else None
        may_fail = following is not None and following[0] is block and following[2].startswith("echo $?")
        if status and not may_fail:
            yield f"{block.where(offset)}: exit code {status}: {command}\n" + "\n".join(f"    {line}" for line in found)
        elif expected is not None:
            expected = "\n".join(expected).rstrip().splitlines()
            if not output_matches(expected, found):
                shown = ["  expected:", *(f"    {x}" for x in expected), "  found:", *(f"    {x}" for x in found)]
                yield "\n".join([f"{block.where(offset)}: other output: {command}", *shown])


def compile_block(block, options, environment):
    code = block.code
    if not any(re.search(r"\bmain\s*\(", line) for line in code):
        includes = [line for line in code if line.lstrip().startswith("#")]
        rest = [line for line in code if not line.lstrip().startswith("#")]
        code = [*includes, "int main() {", *rest, "}"]
    with tempfile.TemporaryDirectory() as folder:
        source, program = pathlib.Path(folder) / "block.cpp", pathlib.Path(folder) / "block"
        source.write_text("\n".join(code) + "\n", encoding="utf-8")
        command = [options.compiler, "-std=c++20", "-Wall", f"-I{options.root}/include", str(source)]
        command += ["-o", str(program), options.library, *options.link] if block.mode == "run" else ["-fsyntax-only"]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode == 0 and block.mode == "run" and environment is not None:
            run = subprocess.run([program], cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
        if run.returncode:
            return f"{block.where()}: exit code {run.returncode}: {run.stderr or run.stdout}"
    return None


# --- what is read ---


def slugs(path):
    """Anchors of the headings of a page, as GitHub makes them."""
    _, prose = parse(path, path.read_text(encoding="utf-8"))
    headings = [line.lstrip("#").strip() for _, line in prose if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_link(root, page, target):
    if re.match(r"[a-z][a-z+.-]*:", target):
        return None
    name, _, anchor = target.partition("#")
    path = (root / page).parent / name if name else root / page
    if not path.exists():
        return f"link to {target}: there is no such file"
    if root.resolve() not in [path.resolve(), *path.resolve().parents]:
        return f"link to {target} leads out of the repository"
    if anchor and path.suffix == ".md" and anchor not in slugs(path):
        return f"link to {target}: there is no such heading"
    return None


def check_named_file(root, span):
    """Files that prose names; {a,b} and * are understood, <placeholders> let through."""
    if not re.fullmatch(r"(src|include|tests|tools|docs|cmake|bench)/[\w./*{},+-]+", span):
        return None
    braces = re.search(r"\{([^}]*)\}", span)
    for name in [span.replace(braces.group(0), part) for part in braces.group(1).split(",")] if braces else [span]:
        if not any(root.glob(name.rstrip("/"))) and not any(root.glob(name + ".*")):  # a pair .h, .cpp has one name
            return f"names {name}, which does not exist"
    return None


@functools.lru_cache(maxsize=None)
def help_of(program, *subcommand):
    run = subprocess.run([program, *subcommand, "--help"], capture_output=True, text=True)
    return re.sub(r"--\[no-\]([\w-]+)", r"--\1 --no-\1", run.stdout) if run.returncode == 0 else None


def check_command(options, command):
    """Yields what is wrong with the subcommands, flags and make targets that a command line names."""
    command = re.sub(r"'[^']*'|\"[^\"]*\"", "TEXT", command.replace("\\\n", " "))
    command = re.sub(r"(?m)(^|\s)#.*$", "", command)
    for part in re.split(r"[|;&()<>\n]", command):
        words = part.split()
        while words and (words[0] in ("$", "sudo", "time") or re.fullmatch(r"\w+=\S*", words[0])):
            words.pop(0)
        if not words:
            continue
        if words[0] == "make":
            for target in (word for word in words[1:] if re.fullmatch(r"[a-z][a-z-]*", word)):
                if not re.search(rf"^{target}:", (options.root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE):
                    yield f"make has no target '{target}'"
        if pathlib.PurePath(words[0]).name != "sememe":
            continue
        known = help_of(options.program) or ""
        subcommand, group = [], bool(words[1:])
        while group and len(words) > len(subcommand) + 1 and re.fullmatch(r"[a-z][a-z-]*", words[len(subcommand) + 1]):
            subcommand.append(words[len(subcommand) + 1])
            own = help_of(options.program, *subcommand)
            if own is None:
                break
            known += own
            group = "\nCommands:\n" in own
        subcommand = " ".join(subcommand)
        if subcommand and own is None:
            yield f"sememe has no subcommand '{subcommand}'"
            continue
        for flag in re.findall(r"(?<![\w-])(--[a-z][a-z0-9-]*|-[a-zA-Z](?![\w-]))", " ".join(words[1:])):
            if not re.search(rf"(?<![\w-]){flag}(?![\w-])", known):
                yield f"sememe {subcommand} has no flag {flag}"


def check_prose(options, page, prose):
    for number, line in prose:
        spans = re.findall(r"`([^`]+)`", line)
        without_code = re.sub(r"`[^`]*`", "", line.replace("[`", "[").replace("`]", "]"))
        for target in re.findall(r"\]\(([^)\s]+)\)", without_code):
            fault = check_link(options.root, page, target)
            if fault:
                yield f"{page}:{number}: {fault}"
        for span in spans:
            fault = check_named_file(options.root, span)
            if fault:
                yield f"{page}:{number}: {fault}"
            if re.match(r"(build/release/)?sememe |make ", span):
                for fault in check_command(options, span):
                    yield f"{page}:{number}: {fault}"


def check_block_form(block):
    if block.kind in ("bash", "shell", "console", "c++"):
        return f"{block.where()}: write {'cpp' if block.kind == 'c++' else 'sh'}, so that the block is run"
    if block.kind not in PLAIN_KINDS | {"sh", "cpp"}:
        return f"{block.where()}: unknown kind of block '{block.kind}'"
    if block.mode and (block.kind, block.mode) != ("cpp", "run"):
        return f"{block.where()}: unknown mode '{block.mode}' of a {block.kind} block"
    if block.skipped and not block.reason:
        return f"{block.where()}: no-run without a reason: write 'no-run: why'"
    return None


# --- all of it ---


def environment_for(program):
    """The reader's environment: the program on PATH, no settings of our own. None if the test model is not there."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SEMEME_") or k == "SEMEME_ISA"}
    environment["PATH"] = f"{pathlib.Path(program).resolve().parent}:{environment.get('PATH', '')}"
    environment.update(NO_COLOR="1", LC_ALL="C.UTF-8")
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    return environment if (cache / MODEL / "model.safetensors").exists() else None


def main():
    parser = argparse.ArgumentParser(description="Checks that the documentation is true.")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent)
    parser.add_argument("--program", required=True, help="the sememe to run")
    parser.add_argument("--library", required=True, help="libsememe.a")
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--link", nargs=argparse.REMAINDER, default=[], help="what else to link with (last)")
    options = parser.parse_args()
    environment = environment_for(options.program)
    faults, ran = [], 0
    for path in sorted(path for pattern in PAGES for path in options.root.glob(pattern)):
        page = str(path.relative_to(options.root))
        blocks, prose = parse(page, path.read_text(encoding="utf-8"))
        faults += [fault for fault in map(check_block_form, blocks) if fault]
        faults += check_prose(options, page, prose)
        for block in blocks:
            if block.kind == "sh":
                for offset, command, _ in commands_of(block):
                    faults += [f"{block.where(offset)}: {fault}" for fault in check_command(options, command)]
        shell = [block for block in blocks if block.kind == "sh" and not block.skipped]
        compiled = [block for block in blocks if block.kind == "cpp" and not block.skipped]
        if page == "README.md" and not shell:
            faults.append(f"{page}:1: nothing in it is run")
        if environment is not None:
            faults += run_page(shell, environment)
        faults += [fault for fault in (compile_block(block, options, environment) for block in compiled) if fault]
        ran += len(shell) + len(compiled)
    print("\n".join(faults) if faults else f"docs: {ran} blocks hold")
    if not faults and environment is None:
        print("docs: only compiled and read, not run: the test model is absent (tools/setup fetches it)")
        return 77
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
