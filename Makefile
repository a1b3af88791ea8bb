# Everything that is done here more than once; `make` alone lists it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
BIN := .venv/bin
STEP := .ci/step
QUARTER ?= 2010Q3
export PYTHON
# Compiled modules are kept: importing pandas anew costs a second each time.
unexport PYTHONDONTWRITEBYTECODE

BASE ?= HEAD
# What tells soonest that a change broke something; the speech goes first, since it makes a page.
QUICK := speech rules cells dates units calendar grid register settings progress pace reconcile display
.PHONY: help briefing quick test setup lint format docs bench net catalogue drill sample lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

briefing: setup ## the sample city's briefing in both languages, in reports/ (QUARTER=2010Q3)
	@$(BIN)/cityanalytics ingest
	@$(BIN)/cityanalytics brief $(QUARTER)

quick: setup ## an answer in half a minute: style, unit tests, and the speech's figures on one page
	@$(STEP) 'Style (ruff)' $(BIN)/ruff check
	@$(BIN)/pytest -q -n 2 --dist loadfile -m 'not browser and not drill' $(QUICK:%=tests/test_%.py) \
		--deselect tests/test_speech.py::test_a_leaf_cell_moves_headline_record_and_reconciliation # makes a page again

test: lint ## every check: style, types, import contract, tests
	@.ci/browser
	@$(BIN)/pytest -n logical --dist worksteal

setup: ## .venv with what requirements.lock names (PYTHON=python3.11)
	@.ci/setup

lint: setup ## style, types (of the page's script too) and import contract alone
	@$(STEP) 'Style (ruff)' $(BIN)/ruff check
	@$(STEP) 'Layout (ruff format)' $(BIN)/ruff format --check
	@$(STEP) 'Types (mypy)' $(BIN)/mypy
	@.ci/script
	@$(STEP) 'Import contract (import-linter)' $(BIN)/lint-imports

format: setup ## mends layout and what of style can be mended
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

docs: setup ## the reference of the library as pages, in dist/docs; needs no network
	@$(STEP) 'Reference (sphinx)' $(BIN)/sphinx-build -q -W --keep-going -E -b html docs/reference dist/docs

bench: setup ## CPU beside an earlier commit and by size of the city; speed beside named alternatives: a briefing, long .xlsx and .csv; what if
	@$(BIN)/python benchmarks/cost.py
	@$(BIN)/python benchmarks/briefing.py
	@$(BIN)/python benchmarks/reading.py
	@$(BIN)/python benchmarks/what_if.py

net: setup ## every product of the sample city against those of a commit (BASE=HEAD), byte by byte; slow
	@$(BIN)/python .ci/net.py $(BASE)

catalogue: setup ## dist/cityanalytics.pot, every sentence for translators (see CONTRIBUTING.md)
	@mkdir -p dist
	@$(BIN)/python .ci/catalogue.py dist/cityanalytics.pot

drill: setup ## slow: coverage; workbooks spoilt by the thousand; reports made again; fresh clones on every supported Python
	@EXAMPLES=200 $(BIN)/pytest -q -n logical --dist worksteal --cov # doubles the time of what is computed in Python
	@FUZZ_CASES=1500 $(BIN)/pytest -q -n logical tests/test_fuzz.py
	@$(BIN)/pytest -q -n logical -m drill
	@.ci/drill

sample: setup ## makes the synthetic city's workbooks again, in data/raw
	@$(BIN)/python data/make_sample.py

lock: setup ## requirements.lock from pyproject.toml, pins kept (ARGS=--upgrade for newer ones)
	@$(STEP) 'Lock' $(BIN)/uv pip compile pyproject.toml --extra serve --extra cluster --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file requirements.lock $(ARGS)

clean: ## removes .venv, tables and caches (never reports/: published forecasts are kept there)
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* dist
	@find data/processed -mindepth 1 ! -name .gitkeep -delete
	@find . -name __pycache__ -prune -exec rm -rf {} +
