"""Tables of docs/benchmarks.md, which the benchmarks write: each lies between two comments that name it."""
import csv
import gzip
import importlib.metadata
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "../shared/data"
PAGE = ROOT / "docs/benchmarks.md"


def write(name, lines):
    """Replaces what stands between `<!-- bench: NAME -->` and `<!-- end -->`."""
    text = PAGE.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- bench: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise SystemExit(f"{PAGE}: expected one '<!-- bench: {name} -->' with an '<!-- end -->'")
    PAGE.write_text(pattern.sub(lambda found: found[1] + "\n".join(lines) + "\n" + found[2], text), encoding="utf-8")
    print(f"written: '{name}' of {PAGE}")


def table(header, rows):
    return ["| " + " | ".join(row) + " |" for row in (header, ["---"] * len(header), *rows)]


def version(package):
    return ".".join(importlib.metadata.version(package).split("+")[0].split(".")[:2])


def machine():
    """The processor, as the system names it."""
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "an unnamed processor"


def known_texts():
    """Name and texts of three sets, short, middle and long; none if the data is not here."""
    if not DATA.exists():
        return []
    with open(DATA / "sts/stsb-dev.tsv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    with gzip.open(DATA / "pairs/squad-questions.jsonl.gz", "rt", encoding="utf-8") as file:
        squad = list(dict.fromkeys(json.loads(line)["positive"].strip() for _, line in zip(range(20_000), file)))
    with open(DATA / "retrieval/cranfield/corpus.jsonl", encoding="utf-8") as file:
        documents = [json.loads(line) for line in file]
    return [("STS-B sentences", [row[column] for row in rows for column in ("sentence1", "sentence2")]),
            ("SQuAD sentences", squad),
            ("Cranfield abstracts", [" ".join(f"{d['title']} {d['text']}".split()) for d in documents])]
