# Two commands on a fresh machine: `make serve` and `make test`. Both set up .venv first, once.
#
#   PYTHON=python3.12        another interpreter (3.10 to 3.14)
#   PIP_ARGS="..."           more arguments for pip, for example an index with CPU-only builds of torch
#   ARGS="..."               more arguments for the command that a target runs

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
TEST_STAMP := $(VENV)/.ready-test
CLIENTS := .venv-clients
CLIENTS_STAMP := $(CLIENTS)/.ready
# The server that they test has its own environment; warnings inside of other people's packages are theirs.
TEST_CLIENTS = SERVER_PYTHON=$(abspath $(BIN)/python) $(CLIENTS)/bin/python -m pytest -W default -p no:cacheprovider \
  --junitxml=$(CLIENTS)/junit.xml
RUN := ../quire-training
FUZZ := .venv-fuzz
FUZZ_STAMP := $(FUZZ)/.ready
CASES ?= 10000
TEST_FUZZ = QUIRE_PYTHON=$(BIN)/python PYTHONPATH=. $(FUZZ)/bin/python -m tests.fuzz.run $(CASES) --out $(FUZZ)/counts.txt
SANITIZED := build/sanitized
SOURCES := pyproject.toml constraints.txt CMakeLists.txt $(wildcard csrc/*)

.PHONY: serve test test-all test-clients fuzz sanitize lint bench bench-peers gpu-check train-bundled evaluate-bundled clean help

help:
	@sed -n 's/^## //p' Makefile

## make serve          set up and serve the bundled model on 127.0.0.1:8000
serve: $(STAMP)
	$(BIN)/quire serve $(ARGS)

## make test           set up, then lint, types and a seeded sample of every test
test: $(TEST_STAMP) lint
	$(BIN)/python -m pytest $(ARGS)

## make test-all       the full counts, real clients and fuzz included; the summary goes to tests/results/
test-all: $(TEST_STAMP) $(CLIENTS_STAMP) $(FUZZ_STAMP) lint
	QUIRE_TEST_FULL=1 $(BIN)/python -m pytest --junitxml=$(VENV)/junit.xml $(ARGS)
	$(TEST_CLIENTS) tests/clients
	$(TEST_FUZZ)
	$(BIN)/python -m tests.summary $(VENV)/junit.xml $(CLIENTS)/junit.xml $(FUZZ)/counts.txt > tests/results/summary.md

## make test-clients   langchain-openai, litellm, instructor and lm-eval against a real server; they are installed in .venv-clients
test-clients: $(STAMP) $(CLIENTS_STAMP)
	$(TEST_CLIENTS) $(or $(ARGS),tests/clients)

## make fuzz           schemathesis against the server, at least CASES cases (10,000), in a virtual environment of its own
fuzz: $(TEST_STAMP) $(FUZZ_STAMP)
	$(TEST_FUZZ)

## make sanitize       the kernels' tests on a build with the address and undefined-behaviour sanitizers
# A virtual environment of its own sees the packages of the first one, but not its editable install of quire.
sanitize: $(TEST_STAMP)
	$(BIN)/python -m venv $(SANITIZED)
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
	  > $$($(SANITIZED)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/packages.pth
	$(SANITIZED)/bin/python -m pip install -q --disable-pip-version-check --no-deps --force-reinstall $(PIP_ARGS) \
	  -C cmake.define.QUIRE_SANITIZE=ON -C build-dir=$(SANITIZED)/build .
	LD_PRELOAD=$$(c++ -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 \
	  $(SANITIZED)/bin/python -m pytest -p no:cacheprovider $(or $(ARGS),tests/kernels)

## make lint           style, strict types, import floors
lint: $(TEST_STAMP)
	$(BIN)/ruff check src tests training benchmarks compat examples
	$(BIN)/mypy

## make bench          the benchmarks, each beside a peer in the same run; results go to benchmarks/results/
bench: $(TEST_STAMP)
	$(BIN)/python -m benchmarks.all $(ARGS)

## make bench-peers    install llama.cpp's Python package (it is compiled, minutes), so that make bench measures it too
bench-peers: $(TEST_STAMP)
	$(BIN)/pip install $(PIP_ARGS) -c constraints.txt gguf llama-cpp-python

## make gpu-check      on a machine with an NVIDIA GPU and torch: parity and speed of the device path, into $$OUT
gpu-check:
	PYTHONPATH=src:. $(PYTHON) -m benchmarks.gpu_check $(ARGS)

## make train-bundled  make the corpus and train both bundled models anew (hours on two cores)
train-bundled: $(TEST_STAMP)
	$(BIN)/python -m training.build --out $(RUN)/corpus
	OMP_WAIT_POLICY=PASSIVE nice -n 19 $(BIN)/python -m training.train quire-8m --data $(RUN)/corpus --out $(RUN)/8m --tokens 24e6 $(ARGS)
	OMP_WAIT_POLICY=PASSIVE nice -n 19 $(BIN)/python -m training.train quire-1m --data $(RUN)/corpus --out $(RUN)/1m --tokens 20e6 --rate 5e-3 --teacher $(RUN)/8m $(ARGS)
	$(BIN)/python -m training.finish $(RUN)/8m --tokenizer $(RUN)/corpus --out src/quire/bundled/quire-8m
	$(BIN)/python -m training.finish $(RUN)/1m --tokenizer $(RUN)/corpus --out src/quire/bundled/quire-1m

## make evaluate-bundled  the figures of the model card, and the card
evaluate-bundled: $(TEST_STAMP)
	$(BIN)/python -m training.evaluate src/quire/bundled/quire-8m --draft src/quire/bundled/quire-1m --out $(VENV)/8m.json $(ARGS)
	$(BIN)/python -m training.evaluate src/quire/bundled/quire-1m --out $(VENV)/1m.json $(ARGS)
	$(BIN)/python -m training.card --target $(VENV)/8m.json --draft $(VENV)/1m.json --training training/HISTORY.md \
	  --out src/quire/bundled/MODEL_CARD.md

## make clean          remove the virtual environments and what was built
clean:
	rm -rf $(VENV) $(CLIENTS) $(FUZZ) build dist src/quire/_kernels*

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null || { \
	  echo "quire: needs Python 3.10 to 3.14, '$(PYTHON)' is not one. Install one (Debian: apt-get install python3 python3-venv) or say PYTHON=..." >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "quire: this Python has no venv module. Debian: apt-get install python3-venv" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(SOURCES) | $(VENV)/bin/python
	@command -v c++ >/dev/null 2>&1 || echo "quire: no C++ compiler (c++) found: going on with the slower reference kernels. Debian: apt-get install g++" >&2
	@echo "quire: installing; torch is the largest part: about 200 MB as a CPU build, over 2 GB with CUDA (choose with PIP_ARGS)"
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt $(PIP_ARGS) -e .
	@touch $@

$(TEST_STAMP): $(STAMP)
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt $(PIP_ARGS) -e '.[test]'
	@touch $@

$(FUZZ_STAMP): tests/fuzz/requirements.txt tests/fuzz/constraints.txt | $(VENV)/bin/python
	$(PYTHON) -m venv $(FUZZ)
	$(FUZZ)/bin/python -m pip install -q --disable-pip-version-check -c tests/fuzz/constraints.txt $(PIP_ARGS) -r tests/fuzz/requirements.txt
	@touch $@

# lm-eval's own backends run a model in their process, with the server's torch (tests/clients/test_lm_eval_vllm.py): accelerate
# would bring another along.
$(CLIENTS_STAMP): tests/clients/requirements.txt tests/clients/constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m venv $(CLIENTS)
	@echo "quire: installing the clients of tests/clients, about 1 GB"
	$(CLIENTS)/bin/python -m pip install -q --disable-pip-version-check -c tests/clients/constraints.txt $(PIP_ARGS) \
	  -r tests/clients/requirements.txt
	$(CLIENTS)/bin/python -m pip install -q --disable-pip-version-check -c tests/clients/constraints.txt $(PIP_ARGS) \
	  --no-deps accelerate psutil
	@touch $@
