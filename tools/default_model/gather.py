#!/usr/bin/env python3
"""Gathers the English texts that the default model is distilled on. Usage: gather.py DATA FOLDER [WIKI_SENTENCES]

DATA is the folder of public data (pairs/, text/, heldout-sentence-hashes.txt). Sources, all of them free to train on:
Open English WordNet (CC BY 4.0), Wordset, WikiSplit, SQuAD questions, trivia (CC BY-SA 4.0), MedQuAD (CC BY 4.0),
Tatoeba English (CC BY 2.0 FR), English Wikipedia (CC BY-SA 3.0) for FOLDER/sentences.jsonl.gz; SNLI's development set (CC
BY-SA 4.0) for FOLDER/captions.jsonl.gz, in batches of their own, because captions are told apart by small differences.
For the second stage FOLDER/edits.jsonl.gz has rows of four: a caption and three small changes of it, among them its
negation; FOLDER/groups.jsonl.gz, rows of any four sentences.
FOLDER/passages.jsonl.gz has passages of science, engineering and medicine, whose words the model is to have too (words.py).
Sentences whose hash is listed as held out are left out, as are repeats. Some of the texts are passages, as retrieval has
them. The order is that of a hash of each text, so that the files are the same for the same data.
"""
import gzip
import hashlib
import json
import pathlib
import re
import subprocess
import sys

WORDS = re.compile(r"\w+")
PASSAGE_WORDS = 130
SCIENCE = re.compile(
    r"\b(absor|accelerat|acid|algorithm|amplitud|analy[sz]|approximat|atom|bacteri|boundary|cell|chemi|circuit|classif|"
    r"coefficient|comput|concentrat|conduct|configurat|criteri|current|deform|densit|diagnos|differential|diffus|"
    r"dimension|dynamic|elastic|electr|energ|engin|enzym|equation|equilib|experiment|flow|fluid|force|frequenc|"
    r"friction|function|geometr|gradient|heat|hormon|hypothes|index|inform|instabil|kinetic|linear|mathemat|matrix|"
    r"measur|mechani|membran|metabol|method|molecul|motion|nucle|numeric|optic|oscillat|oxid|parameter|particle|"
    r"patient|phase|physic|plasma|polynom|pressure|probab|protein|quant|radiat|ratio|react|signal|simulat|solution|"
    r"stabil|statist|stress|structur|surface|symmetr|symptom|syndrome|system|techni|temperature|theor|therap|thermal|"
    r"tissue|turbulen|variab|vector|velocit|vibrat|viscos|volt|vortex|wave)\w*")
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'])")


def digest(text):
    return hashlib.sha256(" ".join(WORDS.findall(text.lower())).encode()).hexdigest()[:16]


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def sentences(data, wiki_sentences):
    pairs = data / "pairs"
    for row in rows(pairs / "wordnet.jsonl.gz"):
        yield row.get("definition", "")
        yield from row.get("examples", [])
    for row in rows(pairs / "wordset.jsonl.gz"):
        yield row.get("positive", "")
        yield row.get("example", "") or ""
    for name in ("wikisplit", "squad-questions", "medquad"):
        for row in rows(pairs / f"{name}.jsonl.gz"):
            yield row["anchor"]
            yield from SENTENCE.split(row["positive"])[:3]
            if name == "medquad":
                yield " ".join(row["positive"].split()[:PASSAGE_WORDS])
    for name in ("trivia", "tatoeba-en-de"):
        for row in rows(pairs / f"{name}.jsonl.gz"):
            yield row["anchor"]
    taken = 0
    wiki = subprocess.Popen(["zstd", "-dc", data / "text" / "enwiki.txt.zst"], stdout=subprocess.PIPE, text=True,
                            encoding="utf-8")
    for line in wiki.stdout:
        if int(digest(line), 16) % 6 == 0:
            yield " ".join(line.split()[:PASSAGE_WORDS])
        for sentence in SENTENCE.split(line.strip()):
            # One in some, so that the sentences are of as many articles as possible.
            if 4 <= len(sentence.split()) <= 60 and int(digest(sentence), 16) % 3 == 0:
                yield sentence
                taken += 1
        if taken >= wiki_sentences:
            wiki.terminate()
            break


def captions(data):
    for row in rows(data / "pairs" / "snli-dev.jsonl.gz"):
        yield row["sentence1"]
        yield row["sentence2"]


SWAPS = [pair.split("/") for pair in (
    "man/woman men/women boy/girl boys/girls guy/lady child/adult children/adults kid/dog kids/dogs dog/cat dogs/cats "
    "person/animal people/animals young/old little/big small/large two/three one/two several/two black/white red/blue "
    "green/yellow brown/gray outside/inside outdoors/indoors up/down near/on over/under front/back in/near with/without "
    "playing/watching sitting/standing walking/running eating/cooking riding/pushing holding/throwing jumping/lying "
    "standing/sitting running/resting looking/pointing wearing/carrying smiling/crying talking/singing water/sand "
    "beach/street street/park park/beach bike/horse ball/stick guitar/piano table/floor").split()]
CHANGES = dict([(a, b) for a, b in SWAPS] + [(b, a) for a, b in reversed(SWAPS)])


def draw(text, what, choices):
    """One of `choices`, by a hash of the text and of what it is for."""
    return choices[int(digest(f"{text} {what}"), 16) % len(choices)]


def swapped(caption, what):
    words = caption.split(" ")
    places = [i for i, word in enumerate(words) if word.lower() in CHANGES]
    if not places:
        return None
    at = draw(caption, what, places)
    words[at] = CHANGES[words[at].lower()]
    return " ".join(words)


def negated(caption):
    """The caption said not to be so, in one of three ways."""
    way = draw(caption, "way", range(3))
    verb = re.search(r" (is|are) ", caption)
    if way == 0 and verb:
        return caption[:verb.end()] + "not " + caption[verb.end():]
    if way == 1 and re.match(r"(A|An|The|Two|Some|Several) ", caption):
        return "There is no " + caption.split(" ", 1)[1] if verb is None else "No " + caption.split(" ", 1)[1]
    return "It is not true that " + caption[0].lower() + caption[1:]


def said_otherwise(caption):
    """The same in other words: another article, a participle for the verb, or a subordinate clause."""
    verb = re.search(r" (is|are) (\w+ing) ", caption)
    if verb and draw(caption, "otherwise", range(2)):
        return "There " + verb.group(1) + " " + caption[0].lower() + caption[1:].replace(verb.group(0), f" {verb.group(2)} ", 1)
    if verb:
        return caption[:verb.start()] + f" who {verb.group(1)} {verb.group(2)} " + caption[verb.end():]
    return re.sub(r"^(A|An|The) ", lambda m: "The " if m.group(1) != "The" else "A ", caption)


def edits(captions_):
    """Rows (caption, changed, denied, mixed with the next one or said otherwise)."""
    split = [re.match(r"(.+?) ((?:is|are) .+)", caption) for caption in captions_]
    for i, caption in enumerate(captions_):
        other = split[(i + 1) % len(split)]
        mixed = f"{split[i].group(1)} {other.group(2)}" if split[i] and other else None
        last = mixed if mixed and draw(caption, "last", range(2)) else said_otherwise(caption)
        row = [caption, swapped(caption, "first") or swapped(last, "last") or caption, negated(caption), last]
        yield [re.sub(r" ?\.$", "", text) for text in row] if draw(caption, "stop", range(2)) else row


def passages(data):
    with subprocess.Popen(["zstd", "-dc", data / "text" / "enwiki.txt.zst"], stdout=subprocess.PIPE, text=True,
                          encoding="utf-8") as wiki:
        for line in wiki.stdout:
            if len(line.split()) >= 60 and len(set(SCIENCE.findall(line.lower()))) >= 3:
                yield " ".join(line.split()[:PASSAGE_WORDS])
    for row in rows(data / "pairs" / "medquad.jsonl.gz"):
        yield " ".join(row["positive"].split()[:PASSAGE_WORDS])


def unique(texts, held_out):
    """The texts that may be trained on, each once, in the order of their hashes."""
    seen = {}
    for text in texts:
        text = " ".join(text.split())
        key = digest(text)
        if 2 <= len(text.split()) <= PASSAGE_WORDS and key not in held_out:
            seen.setdefault(key, text)
    return [seen[key] for key in sorted(seen)]


def write(records, out):
    count = 0
    with gzip.GzipFile(out, "wb", mtime=0) as file:
        for count, record in enumerate(records, 1):
            file.write((json.dumps(record, ensure_ascii=False) + "\n").encode())
    print(f"{out.name}: {count} rows")


def main():
    data, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    wiki_sentences = int(sys.argv[3]) if len(sys.argv) > 3 else 120_000
    held_out = set((data / "heldout-sentence-hashes.txt").read_text().split())
    plain = unique(sentences(data, wiki_sentences), held_out)
    seen = unique(captions(data), held_out)
    changed = [row for row in edits(seen) if not any(digest(text) in held_out for text in row)]
    write(({"text": text} for text in plain), folder / "sentences.jsonl.gz")
    write((dict(zip("abcd", plain[i:i + 4])) for i in range(0, 120_000, 4)), folder / "groups.jsonl.gz")
    write((dict(zip("abcd", row)) for row in changed), folder / "edits.jsonl.gz")
    write(({"text": text} for text in unique(passages(data), held_out)), folder / "passages.jsonl.gz")
    write(({"text": text} for text in seen), folder / "captions.jsonl.gz")


if __name__ == "__main__":
    main()
