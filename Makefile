# A thin front door: the work is done by tools/ and the presets of CMake.

PREFIX ?= /usr/local
JOBS := $(shell nproc)

.DEFAULT_GOAL := help
.PHONY: help setup build demo test bench check-all install format test-web docs clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | while IFS='|' read -r name text; do \
	  printf '%-18s %s\n' "$$name" "$$text"; done

setup:  ## install what is missing (apt) and fetch the test model
	@tools/setup

build: setup  ## build build/release/sememe
	@tools/build release

demo: build  ## embed three sentences
	@tools/demo

test: build  ## run every test
	@if test -t 1; then progress=--progress; fi; \
	  ctest --preset release -j $(JOBS) --no-label-summary $$progress

bench: build  ## time the kernels, and encoder and tokenizers beside their peers; writes docs/benchmarks.md
	@build/release/sememe_bench --benchmark_min_time=0.2
	@tools/bench-peers encode --docs
	@tools/bench-peers tokenizers --docs

check-all:  ## formatting, every instruction set, clang, sanitizers (long)
	@tools/setup --extra --web
	@tools/check_all

install:  ## install into PREFIX (default /usr/local)
	@tools/setup --packages-only
	@tools/build release
	@cmake --install build/release --prefix "$(abspath $(PREFIX))" >build/release/install.log || \
	  { cat build/release/install.log; exit 1; }
	@echo "installed in $(DESTDIR)$(abspath $(PREFIX))"

format:  ## format the C++ sources
	@tools/setup --packages-only --extra
	@tools/format

test-web: build  ## test the page of sememe explore in Chromium
	@tools/setup --web
	@tools/test_web

docs: build  ## write docs/cli.md anew from the program
	@tools/generate_cli_docs.py

clean:  ## remove what was built
	@rm -rf build
