#!/usr/bin/env bash
# tools/fetch_model against a small wheel of our own: no network. Usage: setup_test.sh SOURCE_FOLDER
set -euo pipefail

source_folder=$1
fetch_model=$source_folder/tools/fetch_model
real_python=
for candidate in python3 /usr/bin/python3; do
  if "$candidate" -c 'import pip' 2>/dev/null; then real_python=$candidate; break; fi
done
if [[ -z $real_python ]]; then echo 'skipped: no Python with pip'; exit 77; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PIP_NO_INDEX=1 PIP_FIND_LINKS=$work/wheels PIP_CONFIG_FILE=/dev/null REAL_PYTHON=$real_python WORK=$work
cache=$work/cache model=$work/cache/tiny

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

# A python whose `pip download` is counted, and does once what $WORK/mishap says.
export PYTHON=$work/python
cat >"$PYTHON" <<'PYTHON'
#!/usr/bin/env bash
if [[ "$*" == '-m pip download '* ]]; then
  echo once >>"$WORK/downloads"
  if [[ -e $WORK/mishap ]]; then
    mishap=$(<"$WORK/mishap")
    rm "$WORK/mishap"
    while [[ $1 != --dest ]]; do shift; done
    mkdir -p "$2"
    echo partial >"$2/tiny_model-1.0-py3-none-any.whl"
    if [[ $mishap == hang ]]; then echo $$ >"$WORK/hanging"; exec sleep 60; fi
    exit 1
  fi
fi
exec "$REAL_PYTHON" "$@"
PYTHON
chmod +x "$PYTHON"

"$real_python" - "$work" <<'PYTHON'
import hashlib, os, sys, zipfile
work = sys.argv[1]
os.makedirs(f"{work}/wheels")
files = {"model.bin": b"weights" * 1000, "sub/config.json": b"{}"}
with zipfile.ZipFile(f"{work}/wheels/tiny_model-1.0-py3-none-any.whl", "w") as wheel:
    for name, data in files.items():
        wheel.writestr(f"tiny_model/model/{name}", data)
    wheel.writestr("tiny_model/__init__.py", "")
    info = "tiny_model-1.0.dist-info"
    wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr(f"{info}/RECORD", "")
with open(f"{work}/hashes", "w") as out:
    for name, data in files.items():
        print(f"{hashlib.sha256(data).hexdigest()}  {name}", file=out)
PYTHON
sed 's/^....../000000/' "$work/hashes" >"$work/wrong_hashes"

fetch() { "$fetch_model" "$@" tiny-model==1.0 tiny_model/model "$work/hashes" "$model" 2>>"$work/log"; }
downloads() { if [[ -e $work/downloads ]]; then wc -l <"$work/downloads"; else echo 0; fi; }
leftovers() { find "$cache" -mindepth 1 -maxdepth 1 ! -name .tiny.lock ! -name tiny; }

echo 'a wrong hash is refused, says both, and leaves nothing'
if "$fetch_model" tiny-model==1.0 tiny_model/model "$work/wrong_hashes" "$model" 2>"$work/log"; then fail 'accepted'; fi
grep -q 'model.bin: expected sha256 000000.*, found [0-9a-f]\{64\}' "$work/log" || fail "$(<"$work/log")"
[[ ! -e $model && -z $(leftovers) ]] || fail "left: $(ls -A "$cache")"

echo 'a run that is killed in the middle is cleaned up by the next'
echo hang >"$work/mishap"
"$fetch_model" tiny-model==1.0 tiny_model/model "$work/hashes" "$model" 2>"$work/log" & victim=$!
for ((i = 0; i < 200; ++i)); do [[ -s $work/hanging ]] && break; sleep 0.05; done
kill -KILL "$victim" && { wait "$victim" 2>/dev/null || true; }
kill "$(<"$work/hanging")"
[[ -n $(leftovers) ]] || fail 'the kill left nothing behind: this test tests nothing'
if fetch --check; then fail 'a missing model passes --check'; fi
fetch || fail "$(<"$work/log")"
[[ -z $(leftovers) ]] || fail "left: $(leftovers)"
(cd "$model" && sha256sum --check --quiet "$work/hashes") || fail 'wrong contents'
[[ $(cd "$model" && find . -type f | sort | xargs) == './.verified ./model.bin ./sub/config.json' ]] ||
  fail "unpacked: $(find "$model" -type f)"
fetch --check || fail 'a fetched model fails --check'

echo 'the second time nothing is downloaded'
before=$(downloads)
fetch || fail "$(<"$work/log")"
[[ $(downloads) == "$before" ]] || fail 'downloaded again'

echo 'a copy without its stamp is recognised by its digests'
rm "$model/.verified"
fetch || fail "$(<"$work/log")"
[[ $(downloads) == "$before" && -f $model/.verified ]] || fail 'downloaded again'

echo 'a damaged model is fetched again'
printf 'x' >>"$model/model.bin"
if fetch --check; then fail 'a damaged model passes --check'; fi
fetch || fail "$(<"$work/log")"
(cd "$model" && sha256sum --check --quiet "$work/hashes") || fail 'still damaged'
[[ -z $(leftovers) ]] || fail "left: $(leftovers)"

echo 'a download that breaks off is tried again'
rm -r "$model"
echo break >"$work/mishap"
fetch || fail "$(<"$work/log")"
fetch --check || fail 'not complete'

echo 'several at once: one downloads, all succeed'
rm -r "$model" "$work/downloads"
pids=()
for _ in 1 2 3 4; do fetch & pids+=($!); done
for pid in "${pids[@]}"; do wait "$pid" || fail "$(<"$work/log")"; done
[[ $(downloads) == 1 ]] || fail "$(downloads) downloads"
[[ -z $(leftovers) ]] || fail "left: $(leftovers)"

echo 'setup names an unknown argument, and the packages to ask for'
if "$source_folder/tools/setup" --nonsense 2>"$work/log"; then fail 'accepted'; fi
grep -q -- '--nonsense' "$work/log" || fail "$(<"$work/log")"
mkdir "$work/bin"
for tool in bash env id dirname mktemp sed cat rm apt-get; do ln -s "$(command -v "$tool")" "$work/bin/$tool"; done
printf '#!/bin/sh\necho 1000\n' >"$work/id" && chmod +x "$work/id" && ln -sf "$work/id" "$work/bin/id"
if PATH=$work/bin "$source_folder/tools/setup" --packages-only </dev/null 2>"$work/log"; then fail 'installed?'; fi
grep -q 'apt-get install .*cmake ninja-build' "$work/log" || fail "$(<"$work/log")"
echo 'all passed'
