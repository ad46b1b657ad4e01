# Two commands do all set-up: `make demo` and `make test`. Everything else is here to keep the project.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test lint format types tests bench pins clean

demo: $(VENV)/.run
	$(BIN)/comity demo

test: $(VENV)/.test
	sh requirements/debian.sh
	$(MAKE) --no-print-directory lint types tests

lint: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(VENV)/.test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(VENV)/.test
	$(BIN)/mypy

tests: $(VENV)/.test
	$(BIN)/pytest -n 2

# Peers live in an environment of their own: see benchmarks/README.md.
bench: $(VENV)/.run
	PYTHON=$(PYTHON) sh benchmarks/run.sh

# Rewrites the hashed requirement files from the *.in files; needs `uv`, and records no registry's address.
pins:
	for set in run test; do \
	  uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	    --python-version 3.11 requirements/$$set.in --output-file requirements/$$set.txt; done

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Comity needs Python 3.11 or later; name one: make $(MAKECMDGOALS) PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python requirements/run.txt pyproject.toml
	@echo "installing into $(VENV); the first time takes some minutes" >&2
	$(PIP) --require-hashes --only-binary :all: -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.txt
	@echo "installing what the tests need into $(VENV)" >&2
	$(PIP) --require-hashes --only-binary :all: -r requirements/test.txt
	touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
