#!/usr/bin/env python3
"""Holds tools/check_docs.py to pages with one planted fault each. Usage: docs_test.py ROOT COMPILER"""
import os
import pathlib
import subprocess
import sys
import tempfile

PROGRAM = """#!/bin/sh
case "$1 $2" in
  "--help "*) echo "  --version  --threads N" ;;
  "encode --help") echo "  -m,--model DIR  --[no-]normalize" ;;
  *" --help") exit 2 ;;
  "encode -m") printf 'text  0.56310 -1.5\\nsecond line\\n' ;;
  "encode fail") echo "sememe: broken" >&2; exit 4 ;;
esac
"""
GOOD = """# Title

See [the notes](docs/notes.md#two-words), `tools/helper`, `src/*/a.{h,cpp}`, `src/base/a`, `make demo`
and `sememe encode --no-normalize`.

```sh
$ sememe encode -m x "--not-a-flag" | cat
text  0.56309 -1.5
second line
$ sememe encode \\
    -m x
text ...
...
$ sememe encode fail
sememe: broken
$ echo $?
4
$ cd / && pwd
/
```

```sh
test "$(pwd)" = /   # the same shell
```

```sh no-run: would take too long
make demo && sememe encode --model x  # make haste
```

```cpp
#include <cstddef>
std::size_t v{1};
if (v == 0) return 1;
```

```cpp run
int main() { return 0; }
```
"""
FAULTS = [  # (old, new, words of the complaint)
    ("0.56309", "0.56307", "README.md:7: other output"),
    ("second line", "third line", "README.md:7: other output"),
    ("$ echo $?\n4\n", "", "exit code 4"),
    ("echo $?\n4", "echo $?\n0", "other output"),
    ('test "$(pwd)" = /', 'test "$(pwd)" = /x', "README.md"),
    ("encode --no-normalize", "encode --normal", "README.md:4: sememe encode has no flag --normal"),
    ("sememe encode --no-normalize", "sememe decode", "README.md:4: sememe has no subcommand 'decode'"),
    ("encode --model", "encode --modle", "sememe encode has no flag --modle"),
    ("`make demo`", "`make omelette`", "make has no target 'omelette'"),
    ("notes.md#", "note.md#", "there is no such file"),
    ("#two-words", "#three-words", "there is no such heading"),
    ("docs/notes.md#two-words", "../", "leads out of the repository"),
    ("`tools/helper`", "`tools/helped`", "names tools/helped, which does not exist"),
    ("a.{h,cpp}", "a.{h,cc}", "names src/*/a.cc, which does not exist"),
    ("no-run: would take too long", "no-run", "no-run without a reason"),
    ("```sh no-run", "```bash no-run", "write sh"),
    ("v{1};", "v{1}", "exit code 1"),
    ("return 0;", "return 3;", "exit code 3"),
    ("```sh\n", "```text\n", "README.md:1: nothing in it is run"),
]


def main():
    root, compiler = pathlib.Path(sys.argv[1]), sys.argv[2]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "repository"
        model = pathlib.Path(folder) / "cache/sememe/models/sentence-transformers/all-MiniLM-L6-v2"
        for name, text in {
            "Makefile": "demo:\n",
            "docs/notes.md": "# Notes\n\n## Two words\n",
            "tools/helper": "",
            "src/base/a.h": "",
            "src/base/a.cpp": "",
            "build/sememe": PROGRAM,
        }.items():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_text(text, encoding="utf-8")
        (copy / "build/sememe").chmod(0o755)

        def check(page):
            (copy / "README.md").write_text(page, encoding="utf-8")
            command = [sys.executable, root / "tools/check_docs.py", "--root", copy, "--program", copy / "build/sememe",
                       "--library", os.devnull, "--compiler", compiler]
            run = subprocess.run(command, capture_output=True, text=True,
                                 env={**os.environ, "XDG_CACHE_HOME": f"{folder}/cache"})
            return run.returncode, run.stdout + run.stderr

        status, said = check(GOOD)
        if status != 77:
            failures += 1
            print(f"good page without the model: expected 77, found {status}: {said}")
        model.mkdir(parents=True)
        (model / "model.safetensors").touch()
        status, said = check(GOOD)
        if status != 0:
            failures += 1
            print(f"good page: {said}")
        for old, new, words in FAULTS:
            assert old in GOOD, old
            status, said = check(GOOD.replace(old, new))
            if status != 1 or words not in said:
                failures += 1
                print(f"{old!r} -> {new!r}\n  expected: {words}\n  found ({status}): {said}")
    print(f"{failures} of {len(FAULTS) + 2} cases failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
