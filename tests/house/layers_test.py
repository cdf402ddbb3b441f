#!/usr/bin/env python3
"""Plants breaches in a copy of the source and sees tools/check_layers.py name each. Usage: layers_test.py ROOT"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BREACHES = [  # (file, line put on top, words of the complaint)
    ("src/base/log.cpp", '#include "io/file.h"', "room base includes upwards: io/file.h belongs to io"),
    ("src/tokenize/unicode.cpp", '#include "nn/linear.h"', "room tokenize includes upwards: nn/linear.h belongs to nn"),
    ("src/nn/linear.h", '#include "sememe/encoder.h"', "room nn includes upwards: sememe/encoder.h belongs to model"),
    ("src/base/rng_test.cpp", '#include "io/json.h"', "room base includes upwards"),
    ("src/base/rng_test.cpp", '#  include "io/json.h"  // indented', "room base includes upwards"),
    ("src/model/head.cpp", '#include "cli/main.h"', "does not exist"),
    ("src/io/utf8.cpp", '#include "utf8.h"', 'write the room, as in "io/utf8.h"'),
    ("src/io/utf8.cpp", '#include "../base/fail.h"', "write the room"),
    ("src/io/utf8.cpp", '#include "io/../base/fail.h"', "write the room"),
    ("src/io/utf8.cpp", "#include <sememe/error.h>", "is a header of the project"),
    ("src/io/utf8.cpp", "#include <base/fail.h>", "is a header of the project"),
    ("src/io/utf8.cpp", '#include "support/shared_data.h"', "write the room"),
    ("include/sememe/error.h", '#include "base/fail.h"', "only the standard library"),
    ("include/sememe/error.h", "#include <simdjson.h>", "only the standard library"),
    ("include/sememe/tokenizer.h", '#include "sememe/encoder.h"', "room tokenize includes upwards"),
    ("include/sememe/surprise.h", "#pragma once", "belongs to no room"),
    ("src/attic/old.cpp", "int x;", "belongs to no room"),
    ("src/words/twin.h", "namespace sememe {  // line 1\nstruct WordRows {\n};\n}", "is the name of a type of src/nn/embedding.h"),
]


def check(root, copy):
    run = subprocess.run([sys.executable, root / "tools" / "check_layers.py", copy], capture_output=True, text=True)
    return run.returncode, run.stdout


def main():
    root = pathlib.Path(sys.argv[1])
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder)
        for part in ("src", "include"):
            shutil.copytree(root / part, copy / part)
        status, said = check(root, copy)
        if status != 0:
            print(f"the source itself:\n{said}")
            return 1
        for name, line, words in BREACHES:
            path = copy / name
            before = path.read_text(encoding="utf-8") if path.exists() else None
            path.parent.mkdir(exist_ok=True)
            path.write_text(line + "\n" + (before or ""), encoding="utf-8")
            status, said = check(root, copy)
            if status != 1 or not re.search(rf"{re.escape(name)}:[12]: ", said) or words not in said or said.count("\n") != 1:
                failures += 1
                print(f"{name} with {line}\n  expected: {name}:1: ...{words}...\n  found ({status}): {said}")
            if before is None:
                path.unlink()
                if not any(path.parent.iterdir()):
                    path.parent.rmdir()
            else:
                path.write_text(before, encoding="utf-8")
    print(f"{len(BREACHES) - failures} of {len(BREACHES)} breaches were named")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
