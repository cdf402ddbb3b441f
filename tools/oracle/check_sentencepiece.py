#!/usr/bin/env python3
"""Compares `sememe tokenize` with PyPI `sentencepiece` (0.2.3) on random strings: ids and ranges of .model files.

    tools/oracle/check_sentencepiece.py --program build/release/sememe --models DIR [--strings 20000] [--seed 1] [--only PATTERN]

DIR is searched for *.model. Of each, variants are made that its trainer could have made: other switches of the
normalizer, unused and user-defined pieces, and the word and character models. Slow (minutes) and not part of the tests.
Exit status 1 if anything differs.
"""

import argparse
import fnmatch
import pathlib
import random
import sys
import tempfile

import oracle
import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as pb

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6
UNIGRAM, BPE, WORD, CHAR = 1, 2, 3, 4


def spaces(model, rng):
    model.normalizer_spec.add_dummy_prefix = False
    model.normalizer_spec.remove_extra_whitespaces = False


def one_space(model, rng):
    model.normalizer_spec.add_dummy_prefix = False
    model.normalizer_spec.remove_extra_whitespaces = True


def dummy_only(model, rng):
    model.normalizer_spec.add_dummy_prefix = True
    model.normalizer_spec.remove_extra_whitespaces = False


def unescaped(model, rng):
    model.normalizer_spec.escape_whitespaces = False


def suffix(model, rng):
    model.trainer_spec.treat_whitespace_as_suffix = True


def no_charsmap(model, rng):
    model.normalizer_spec.precompiled_charsmap = b""


def symbols(model, rng):
    known = {piece.piece for piece in model.pieces}
    for text in ["<sep>", "ab", "a b", "\u2581the", "xy\u2581", "\u00e9", "<", "\n", "\n\n", "\u2581\u2581", "1", "12", "e"]:
        if text not in known:
            model.pieces.add(piece=text, score=0, type=USER_DEFINED)
    for piece in model.pieces:
        if piece.type == NORMAL and rng.random() < 0.01:
            piece.type = USER_DEFINED


def unused(model, rng):
    for piece in model.pieces:
        if piece.type == NORMAL and rng.random() < 0.2:
            piece.type = UNUSED


def ties(model, rng):
    for piece in model.pieces:
        if piece.type == NORMAL:
            piece.score = -float(round(abs(piece.score) / 4) if rng.random() < 0.9 else 1)


def few(model, rng):
    for i in range(len(model.pieces) - 1, 2, -1):
        if model.pieces[i].type == NORMAL and rng.random() < 0.7:
            del model.pieces[i]


def words(model, rng):
    model.trainer_spec.model_type = WORD


def characters(model, rng):
    model.trainer_spec.model_type = CHAR


def character_symbols(model, rng):
    symbols(model, rng)
    unused(model, rng)
    model.trainer_spec.model_type = CHAR


VARIANTS = {"plain": None, **{f.__name__: f for f in (
    spaces, one_space, dummy_only, unescaped, suffix, no_charsmap, symbols, unused, ties, few, words, characters,
    character_symbols)}}

ALPHABETS = [
    "abcdefghiklmnoprstuvwy     .,'",
    "abc ABC  \t\n.,-'!?01239",
    "aeo\u0301\u0323\u0308\u0327 \u00e9\u00c9\u1e69\u0345\u0344\u0958\u09cb\u0f73\u302e\u0334\U0001d165\U0001d16d",
    "ab \t\n\r\x0b\x0c\x00\x7f\x85\u00a0\u200b\u200d\u2028\u3000\ufeff\ufffd\u00ad\ue000",
    "\u4e2d\u6587ab \uf900\U0002f800\u3042\u30ab\u3099\u1100\u1161\u11a8\uac00\uac01\u2f00",
    "\u0130I\u0131\u03a3\u03c3\u01c5\u1e9e\u00df\u212b\u2126\ufb01\U00010400\u10d0\u13a0 .",
    "0123 \u0663\u00b2\u2167\u4e00_a-\u2014\u3001\u00b6\u1f600\U0001f468\u200d\U0001f469\ufe0f",
    "ab\u2581 \u2581",
    "aaaaaaaa  ==--",
    ["the ", "of ", "and ", "ing ", "tion", " un", "e", "s ", "ly ", "0", "  ", "\u2581", "<s>", "</s>", "<unk>", "<0x41>",
     "<sep>", "[CLS]", "ab", "a b", "xy", "xy ", "\n\n\n", "12", "."],
]


def random_texts(count, seed, pieces):
    rng = random.Random(seed)
    for _ in range(count):
        alphabet = rng.choice(ALPHABETS)
        if rng.random() < 0.2:
            alphabet = list(alphabet) + list(rng.choice(ALPHABETS))
        if rng.random() < 0.3:
            alphabet = list(alphabet) + [rng.choice(pieces).replace("\u2581", " ") for _ in range(20)]
        text = "".join(rng.choice(alphabet) for _ in range(rng.randrange(40 if rng.random() < 0.98 else 3000)))
        if rng.random() < 0.2:
            text += "".join(chr(rng.choice([rng.randrange(0x20, 0x3100), rng.randrange(0xE000, 0x30000)]))
                            for _ in range(rng.randrange(12)))
        yield text


def ours(program, folder, model_file, texts):
    for row in oracle.tokenize(program, folder, model_file, texts, "byte"):
        yield row["ids"], [tuple(o) for o in row["offsets"]]


def theirs(processor, text):
    pieces = processor.encode(text, return_type="proto").pieces
    return [p.id for p in pieces], [(p.begin, p.end) for p in pieces]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True, help="folder that is searched for *.model")
    parser.add_argument("--strings", type=int, default=20000, help="random strings per model and variant")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="*", help="model/variant that match")
    arguments = parser.parse_args()

    total = differences = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for path in sorted(arguments.models.rglob("*.model")):
            for variant, change in VARIANTS.items():
                label = f"{path.parent.name}/{path.name}/{variant}"
                if not fnmatch.fnmatch(label, arguments.only):
                    continue
                model = pb.ModelProto()
                model.ParseFromString(path.read_bytes())
                if change:
                    change(model, random.Random(arguments.seed))
                (folder / "x.model").write_bytes(model.SerializeToString())
                processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "x.model"))
                words_as_bytes = model.trainer_spec.model_type == WORD and model.trainer_spec.byte_fallback
                pieces = [p.piece for p in model.pieces if p.type != BYTE]
                texts = list(random_texts(arguments.strings, f"{arguments.seed} {label}", pieces))
                bad = []
                for text, mine in zip(texts, ours(arguments.program, folder, folder / "x.model", texts)):
                    reference = theirs(processor, text)
                    if words_as_bytes:  # only the last byte of several unknown characters has their range there
                        mine, reference = mine[0], reference[0]
                    if mine != reference:
                        bad.append((text, mine, reference))
                oracle.tell(label, len(texts), bad)
                total += len(texts)
                differences += len(bad)
    print(f"{total} texts, {differences} differ")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
