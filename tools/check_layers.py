#!/usr/bin/env python3
"""Checks that no room of src/ includes upwards, and that no type has a namesake. Usage: check_layers.py [ROOT]

A room may include itself and the rooms before it in ROOMS. A public header belongs to one room and obeys the same
order; it may include the standard library and other public headers, nothing else. Headers of the project are written
"room/file.h" or "sememe/file.h". Two types of headers that have one name in one namespace would share what the linker
keeps of them, such as a destructor. Each breach is one line, FILE:LINE: what; exit 1 if there is any.
"""
import pathlib
import re
import sys

ROOMS = [  # lowest first
    "base", "io", "unicode", "kernels", "tokenize", "tokenizer_train", "words", "nn", "map", "model", "train",
    "server", "explore", "cli",
]
PUBLIC = {
    "error.h": "base",
    "matrix.h": "base",
    "log.h": "base",
    "token_columns.h": "tokenize",
    "tokenizer.h": "tokenize",
    "tokenizer_trainer.h": "tokenizer_train",
    "words.h": "words",
    "word2vec.h": "words",
    "fasttext.h": "words",
    "glove.h": "words",
    "word_corpus.h": "words",
    "similarity.h": "nn",
    "map.h": "map",
    "encoder.h": "model",
    "sentence_vectors.h": "model",
    "distillation.h": "model",
    "trainer.h": "train",
    "evaluation.h": "train",
    "mining.h": "train",
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]*)[>"]')
NAMESPACE = re.compile(r"namespace ([\w:]+) \{")
TYPE = re.compile(r"(?:class|struct|enum class|enum) (\w+)(?: final)?(?: : [^{;]*)?\s*\{")
STANDARD = re.compile(r"[a-z0-9_]+")  # <vector>, <cstdint>: what other libraries have carries .h or a folder


def breaches(root):
    """Yields "FILE:LINE: what" for every include that breaks a rule."""
    public = root / "include" / "sememe"
    files = [path for folder in ("src", "include") for path in (root / folder).rglob("*")]
    for path in sorted(path for path in files if path.suffix in (".h", ".cpp")):
        relative = path.relative_to(root)
        is_public = relative.parts[0] == "include"
        room = PUBLIC.get(path.name) if is_public else relative.parts[1]
        if room not in ROOMS:
            table = "PUBLIC" if is_public else "ROOMS"
            yield f"{relative}:1: belongs to no room: add it to {table} in tools/check_layers.py"
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = INCLUDE.match(line)
            if found:
                said = wrong_with(root, public, path, room, is_public, *found.groups())
                if said:
                    yield f"{relative}:{number}: {said}"


def namesakes(root):
    """Yields "FILE:LINE: what" for every type of a header that another header defines under the same whole name."""
    first = {}
    for path in sorted(path for folder in ("src", "include") for path in (root / folder).rglob("*.h")):
        namespace = None  # none: is included inside another file's
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if opened := NAMESPACE.match(line):
                namespace = opened[1]
            elif (found := TYPE.match(line)) and namespace:
                place = f"{path.relative_to(root)}:{number}"
                other = first.setdefault((namespace, found[1]), place)
                if other != place:
                    yield f"{place}: {namespace}::{found[1]} is the name of a type of {other}, too"


def wrong_with(root, public, path, room, is_public, quote, name):
    """What is wrong with one include of a file of `room`, or None."""
    folder, _, rest = name.partition("/")
    if quote == "<":
        if folder == "sememe" or (folder in ROOMS and rest):
            return f'<{name}> is a header of the project: write "{name}"'
        if is_public and not STANDARD.fullmatch(name):
            return f"public header includes <{name}>: only the standard library and sememe/ may be included there"
        return None
    if folder == "support" and path.name.endswith("_test.cpp"):
        return None
    if folder == "sememe":
        if not (public / rest).is_file():
            return f'"{name}" is not in include/sememe'
        target = PUBLIC.get(rest)
        if target is None:
            return f'"{name}" belongs to no room: add it to PUBLIC in tools/check_layers.py'
    elif is_public:
        return f'public header includes "{name}": only the standard library and sememe/ may be included there'
    elif folder in ROOMS and rest and ".." not in name:
        target = folder
        if not (root / "src" / name).is_file():
            return f'"{name}" does not exist'
    else:
        return f'"{name}": write the room, as in "{room}/{pathlib.PurePath(name).name}"'
    if ROOMS.index(target) > ROOMS.index(room):
        return f"room {room} includes upwards: {name} belongs to {target}"
    return None


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    found = [*breaches(root), *namesakes(root)]
    for breach in found:
        print(breach)
    if not found:
        print(f"layers: no room includes upwards ({' < '.join(ROOMS)})")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
