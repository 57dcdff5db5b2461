# Everything one does with this repository; `make` alone lists it.
# Builds are of the release kind throughout: a debug build computes about fifty times slower.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

PREFIX ?= /usr/local
DESTDIR ?=
HOST ?= 127.0.0.1
PORT ?= 8080
ARGS ?=
FUZZ_ITERATIONS ?= 200000
FUZZ_RUNS ?= 10000000

KVOTA_CACHE ?= $${XDG_CACHE_HOME:-$$HOME/.cache}/kvota
MODEL_FILE := SmolLM2-135M-Instruct.Q4_1.gguf
MODEL := $(KVOTA_CACHE)/$(MODEL_FILE)
MODEL_ALIAS := smollm2-135m-instruct
BINARY := .build/release/kvota
# Built beside the tests, of the same sources: to build a second one for them would take minutes.
TEST_BINARY := .build-tests/release/kvota
TEST_VENV := .cache/venv
# Third-party texts that are not ours to publish; tests that want them are skipped where they are absent.
TEST_DATA ?= $(CURDIR)/../shared/data
TEST_REQUIREMENTS := Tests/Integration/Clients/requirements.txt
LM_EVAL_VERSION := 0.4.13
# Packages whose own requirements do not go with those of the others, though their code does.
LONE_REQUIREMENTS := lm_eval==$(LM_EVAL_VERSION) instructor==1.17.0 docstring-parser==0.17.0

# Tests see internals, for which everything is built with other flags: in a folder of its own, or each
# `make test` and `make build` would undo the other's work. Imports against the targets' arrows fail it.
TEST_BUILD := -c release --scratch-path .build-tests --explicit-target-dependency-import-check error

# With the Swift runtime in it the binary is faster; a toolchain that lacks the runtime's static library makes one without.
BUILD = -c release $(shell swiftc -print-target-info | python3 -c 'import json, os, sys; \
  folder = json.load(sys.stdin)["paths"]["runtimeResourcePath"] + "_static"; \
  print("--static-swift-stdlib" if os.path.exists(folder + "/linux/libswiftCore.a") else "")')

# An installed one must have it, to run where there is no toolchain, or none that a service may see. Often root builds it: in a
# folder of its own, or nobody else could build in theirs afterwards.
INSTALL_BUILD := -c release --scratch-path .build-install --static-swift-stdlib
INSTALL_BINARY ?= .build-install/release/kvota

# Packages that the build, the default model and the tests need.
APT_PACKAGES := libopenblas-dev libssl-dev zlib1g-dev pkg-config python3 python3-venv curl
# For measurements only.
LOAD_APT_PACKAGES := wrk

# Packages of real programs that tests alone use; a test whose program is absent is skipped and says so.
TEST_APT_PACKAGES := chromium chromium-driver haproxy openssl slowhttptest sslscan

# For ARM's kernels on other processors.
EMULATOR_APT_PACKAGES := qemu-user-static gcc-aarch64-linux-gnu

# The only places where unsafe code may stand; `make lint` refuses the word anywhere else.
UNSAFE_FILES := Sources/Kernels/ Sources/Caching/Storage/ Sources/GGUF/MappedFile.swift \
  Sources/Inference/ComputeThread.swift Sources/Synthesis/NewFile.swift Sources/Serving/Sessions/ReplacementFile.swift \
  Sources/Compression/Gzip.swift Sources/Transport/TLS/TLSContext.swift Sources/Transport/TLS/TLSSession.swift \
  Sources/Transport/UnixDatagrams.swift Sources/Transport/Bell.swift \
  Sources/Transport/EventLoop.swift

.PHONY: help setup model build run bench bench-http bench-kernels test test-tools test-neon conformance fuzz fuzz-http openapi format lint install install-files clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## Install what is missing for building (apt) and check the Swift version
	@Deploy/setup.sh $(APT_PACKAGES)

model: ## Fetch the default model (98 MB, once) into the cache folder
	@Deploy/fetch-model.sh "$(MODEL)"

build: ## Build the server
	swift build $(BUILD) --product kvota

run: setup build model ## Serve the default model; PORT=8080, ARGS="--kv-budget 512"
	@echo "Serving $(MODEL_ALIAS) at http://$(HOST):$(PORT), which has a page to try it on; or in another terminal:"
	@echo "  curl http://$(HOST):$(PORT)/v1/completions -H 'content-type: application/json' \\"
	@echo "    -d '{\"model\": \"$(MODEL_ALIAS)\", \"prompt\": \"The sea is\", \"max_tokens\": 64, \"kv_cache\": {\"policy\": \"roco\", \"budget\": 32}}'"
	@exec $(BINARY) serve --model "$(MODEL)" --alias $(MODEL_ALIAS) --host $(HOST) --port $(PORT) $(ARGS)

bench: setup model build ## Measure speed; ARGS="--full --peer-server llama-server --json"
	@$(BINARY) bench --model "$(MODEL)" $(ARGS)

bench-http: setup model build ## Measure requests a second with wrk; ARGS="--peer-server llama-server"
	@Deploy/setup.sh $(LOAD_APT_PACKAGES)
	@$(BINARY) bench http --model "$(MODEL)" $(ARGS)

bench-kernels: setup model build ## Measure each kernel against its ceiling; ARGS="--only attend"
	@$(BINARY) bench --kernels --model "$(MODEL)" $(ARGS)

# Those with sockets come after the others, which keep all processors and all of the test process's threads busy for minutes.
test: setup model test-tools ## Run all tests
	$(TEST_ENVIRONMENT) swift test $(TEST_BUILD) --skip '^(Integration|TransportTests)\.'
	$(TEST_ENVIRONMENT) swift test $(TEST_BUILD) --filter '^(Integration|TransportTests)\.'

conformance: setup model ## Compare with EasyKV, the paper's code: every victim, and its whole table of perplexities
	$(TEST_ENVIRONMENT) KVOTA_TEST_WHOLE_TABLE=1 swift test $(TEST_BUILD) --filter 'GoldenTrace|Conformance|EasyKVTable'

# Their tests in Swift run where the processor is one; there `make test` has them.
test-neon: ## Compare ARM's kernels with the portable ones under an emulator, wherever this is
	@Deploy/setup.sh $(EMULATOR_APT_PACKAGES)
	@mkdir -p .cache
	clang --target=aarch64-linux-gnu -static -O3 -std=gnu17 -I Sources/CKernels/include -I Sources/CKernels \
	  Tests/Emulated/kernels.c Sources/CKernels/*.c Sources/CKernels/quants/*.c -lm -lpthread -o .cache/neon-kernels
	qemu-aarch64-static -cpu max .cache/neon-kernels

fuzz: setup ## Run the fuzz tests much longer than `make test` does; FUZZ_ITERATIONS=200000
	KVOTA_FUZZ_ITERATIONS=$(FUZZ_ITERATIONS) swift test $(TEST_BUILD) --filter Fuzz

fuzz-http: setup ## Run libFuzzer on the request parser; FUZZ_RUNS=10000000
	Deploy/fuzz-http.sh $(FUZZ_RUNS) .cache/fuzz-http

openapi: ## Carry Docs/openapi.json over into the server, after it was edited
	@Deploy/embed-openapi.sh

format: ## Format the sources in place
	swift format --in-place --parallel --recursive Sources Tests Package.swift

lint: ## Check format and the fence around unsafe code; show the longest files and functions
	swift format lint --strict --parallel --recursive Sources Tests Package.swift
	@Deploy/check-unsafe.sh $(UNSAFE_FILES)
	@python3 Deploy/longest.py Sources

install: setup ## Install binary, systemd units and settings; PREFIX=/usr/local DESTDIR=
	swift build $(INSTALL_BUILD) --product kvota
	@$(MAKE) --no-print-directory install-files

# The part of it that needs no build: a test gives it another binary.
install-files:
	install -D -s -m 0755 "$(INSTALL_BINARY)" "$(DESTDIR)$(PREFIX)/bin/kvota"
	install -d "$(DESTDIR)/etc/systemd/system"
	sed 's|/usr/local/bin/kvota|$(PREFIX)/bin/kvota|' Deploy/kvota.service \
	  | install -m 0644 /dev/stdin "$(DESTDIR)/etc/systemd/system/kvota.service"
	install -m 0644 Deploy/kvota.socket "$(DESTDIR)/etc/systemd/system/kvota.socket"
	test -e "$(DESTDIR)/etc/kvota/kvota.toml" || install -D -m 0644 Deploy/kvota.toml "$(DESTDIR)/etc/kvota/kvota.toml"
	test -e "$(DESTDIR)/etc/kvota/kvota.env" || install -D -m 0600 Deploy/kvota.env "$(DESTDIR)/etc/kvota/kvota.env"

clean: ## Remove build products and the tests' Python environment; the model stays in its cache
	rm -rf .build .build-tests .build-install .cache

TEST_ENVIRONMENT = KVOTA_TEST_MODEL="$(MODEL)" KVOTA_TEST_PYTHON="$(CURDIR)/$(TEST_VENV)/bin/python" \
  KVOTA_TEST_BINARY="$(CURDIR)/$(TEST_BINARY)" KVOTA_TEST_DATA="$(TEST_DATA)"

test-tools: $(TEST_VENV)/lm_eval-$(LM_EVAL_VERSION) .cache/promtool
	@Deploy/setup.sh $(TEST_APT_PACKAGES)

# A new pin makes a new environment.
$(TEST_VENV)/lm_eval-$(LM_EVAL_VERSION): $(TEST_REQUIREMENTS)
	@rm -rf $(TEST_VENV)
	@python3 -m venv $(TEST_VENV)
	@$(TEST_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $(TEST_REQUIREMENTS)
	@$(TEST_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps $(LONE_REQUIREMENTS)
	@touch $@

# Prometheus' checker out of its Debian package: to install that would start a Prometheus on this machine.
.cache/promtool:
	@Deploy/fetch-promtool.sh $@
