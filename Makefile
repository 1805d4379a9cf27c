# Two commands for everyone: `make run` opens the application, `make test` shows that it works.
# Each sets up what it needs first: a virtual environment in .venv from requirements.lock, and system libraries that are missing.

.DEFAULT_GOAL := help
.PHONY: help setup run test lint proofs fuzz bench simulate screenshots frozen lock clean

ifeq ($(OS),Windows_NT)
PYTHON ?= python
BIN := .venv/Scripts
else
PYTHON ?= python3
BIN := .venv/bin
endif

PY := $(BIN)/python
PYTEST := $(PY) -m pytest

help:                ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup:               ## make or renew .venv; quick when nothing changed
	@$(PYTHON) scripts/setup.py

run:                 ## open the application; without a display, take the sample to a tested service
	@$(PYTHON) scripts/setup.py --for run
	@$(PY) scripts/start.py

test: lint           ## linters, types, import contracts, then all tests but the longer proofs
	$(PYTEST) -m "not proof" -n 2

lint:                ## style, types and import contracts
	@$(PYTHON) scripts/setup.py --for test
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(BIN)/lint-imports --no-cache --no-logo

proofs:              ## the longer proofs, one at a time
	@$(PYTHON) scripts/setup.py --for proofs
	$(PYTEST) -m proof -o timeout=900

fuzz:                ## send 10,000 requests made from its interface to the service of each task; takes about half an hour
	@$(PYTHON) scripts/setup.py --for proofs
	FUZZ_CASES=10000 $(PYTEST) -m proof tests/serving/test_openapi_fuzzed.py

bench:               ## measure what the README's figures say
	@$(PYTHON) scripts/setup.py --for run
	$(PY) -m benchmarks

simulate:            ## simulate what docs/honesty.md promises of every figure; takes about an hour of one core
	@$(PYTHON) scripts/setup.py --for run
	$(PY) -m simulations

screenshots:         ## write a picture of every panel to build/screenshots
	@$(PYTHON) scripts/setup.py --for proofs
	$(if $(wildcard scripts/screenshots.py),$(PY) scripts/screenshots.py,@echo "This version has no window yet.")

frozen:              ## build the program that needs no Python, in dist/mlops-desktop
	@$(PYTHON) scripts/setup.py --for proofs
	$(PY) scripts/freeze.py

lock:                ## pin the dependencies again; `make lock UPGRADE=1` takes newer releases
	@$(PYTHON) scripts/setup.py
	$(PY) scripts/lock.py $(if $(UPGRADE),--upgrade)

clean:               ## remove what these commands made, the environment too
	$(PYTHON) -c "import shutil; [shutil.rmtree(path, ignore_errors=True) for path in ('.venv', '.venv-proofs', 'build', 'dist', '.mypy_cache', '.pytest_cache', '.ruff_cache', '.hypothesis')]"
