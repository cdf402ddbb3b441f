#!/usr/bin/env bash
# Installs into a folder of its own and uses that as a stranger would: the program, then tests/consumer through
# find_package. Usage: consumer_test.sh SOURCE BUILD COMPILER
set -euo pipefail

source_folder=$1 build=$2 compiler=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset "${!SEMEME_@}"

quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; echo "FAILED: $*" >&2; exit 1; }; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

quietly cmake --install "$build" --prefix "$work/prefix"
# Elsewhere than where it was installed: nothing may depend on the place.
mv "$work/prefix" "$work/moved"
"$work/moved/bin/sememe" --version || fail 'the installed program does not start'
[[ -f $work/moved/share/doc/sememe/LICENSE ]] || fail 'the licence is not installed'
if grep -rlF -e "$source_folder/" -e "$work/prefix" "$work"/moved/lib*/cmake "$work"/moved/lib*/pkgconfig; then
  fail 'the files above name folders of the build'
fi

cp -r "$source_folder/tests/consumer" "$work/consumer"  # it must not see the source tree
quietly cmake -S "$work/consumer" -B "$work/build" -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$work/moved"
quietly cmake --build "$work/build"
if command -v pkg-config >/dev/null; then
  PKG_CONFIG_PATH=$(dirname "$(find "$work/moved" -name sememe.pc)")
  export PKG_CONFIG_PATH
  read -ra flags < <(pkg-config --static --cflags --libs sememe)
  quietly "$compiler" "$work/consumer/main.cpp" -o "$work/by_pkg_config" "${flags[@]}"
fi

status=0
"$work/build/consumer" "$work/nowhere" a b 2>"$work/log" || status=$?
[[ $status == 1 && $(<"$work/log") == *nowhere* ]] || fail "a missing model: exit $status, $(<"$work/log")"

model=${XDG_CACHE_HOME:-$HOME/.cache}/sememe/models/sentence-transformers/all-MiniLM-L6-v2
if [[ ! -f $model/model.safetensors ]]; then
  echo 'built, not run: the test model is absent (tools/setup fetches it)'
  exit 77
fi
cosine=$("$work/build/consumer" "$model" 'The weather is lovely today.' "It's so sunny outside!")
[[ $cosine == 0.666* || $cosine == 0.6659* ]] || fail "expected 0.6660, found $cosine"
echo "cosine $cosine"
