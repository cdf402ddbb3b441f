"""What the checks of this folder share: running `sememe tokenize`, and telling what differs."""

import json
import subprocess


def tokenize(program, folder, tokenizer, texts, unit="char"):
    """Yields what the program makes of each text: the members of one line of --format json."""
    lines = folder / "texts.jsonl"
    lines.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    command = [program, "tokenize", "-q", "-m", tokenizer, "-i", lines, "--field", "text", "--format", "json",
               "--offset-unit", unit]
    yield from rows(command, len(texts))


def rows(command, count):
    """The JSON lines that a command prints, which must be `count`."""
    result = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    lines = result.stdout.decode("utf-8").split("\n")[:-1]  # texts may hold U+2028
    assert len(lines) == count, f"{count} texts in, {len(lines)} lines out"
    yield from map(json.loads, lines)


def tell(label, count, bad, shown=3):
    """Prints how many of `count` texts are in `bad`, a list of (text, ours, the reference's), and the shortest."""
    print(f"{label}: {count} texts, {len(bad)} differ", flush=True)
    for text, mine, reference in sorted(bad, key=lambda entry: len(entry[0]))[:shown]:
        print(f"  {text!r:.300}\n    sememe    {mine!s:.600}\n    reference {reference!s:.600}")
