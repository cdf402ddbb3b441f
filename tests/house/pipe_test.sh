#!/usr/bin/env bash
# Who writes a line into a pipe and waits for the answer gets it, while the pipe stays open. Usage: pipe_test.sh PROGRAM
set -euo pipefail

program=$1
unset "${!SEMEME_@}"

# answer LINE COMMAND...: what comes of LINE, or nothing within a minute
answer() {
  local line=$1 answer='' pid
  shift
  coproc PIPE { exec "$program" "$@" 2>&1; }
  pid=$PIPE_PID
  printf '%s\n' "$line" >&"${PIPE[1]}"
  read -r -t 60 answer <&"${PIPE[0]}" || true
  kill "$pid"
  wait "$pid" 2>/dev/null || true
  printf '%s' "$answer"
}

check() {
  local wanted=$1 got
  shift
  got=$(answer "$@")
  if [[ $got != "$wanted"* ]]; then
    printf 'FAILED: %s: expected %s..., found %s\n' "$*" "$wanted" "${got:-nothing}" >&2
    exit 1
  fi
}

check '{"index":0,"ids":[' 'a cat' tokenize --format json -i -
check '{"index":0,"tokens":' 'a cat' encode --format jsonl -i -
check '{"index":0,"text":' '5 6 7' detokenize --format jsonl -i -
