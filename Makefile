# Every target but help sets up what it needs first. PYTHON chooses the interpreter that .venv is made from.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
SOURCES := dedup tests benchmarks

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format lint types architecture accuracy figures listings soak browser pictures bench peers spark-equality spark-skew clean

help: ## show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'make: Python 3.11 or newer is needed; name one with PYTHON=...' >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo 'installing dedup and its tools into .venv'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

setup: $(STAMP) ## make .venv with the package and the tools of development

demo: $(STAMP) ## scan the small newsroom in corpus/ and say where the report is
	@$(BIN)/dedup scan corpus/articles.jsonl -o build/demo-report
	@echo "open build/demo-report/report.html"

test: $(STAMP) ## run all tests but the slow ones
	@$(BIN)/python -m pytest -m 'not slow'

check: lint types test ## all that a change must pass: format, lint, types, architecture, tests, accuracy floors

format: $(STAMP) ## put the code in form
	@$(BIN)/ruff format $(SOURCES)
	@$(BIN)/ruff check --fix $(SOURCES)

lint: $(STAMP) ## check form and lint
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/ruff check $(SOURCES)

types: $(STAMP) ## check types
	@$(BIN)/mypy

architecture: $(STAMP) ## check imports, sizes and forbidden calls
	@$(BIN)/python -m pytest tests/test_architecture.py tests/test_listings.py

accuracy: $(STAMP) ## check the accuracy floors on corpus/ and corpus/blind/
	@$(BIN)/python -m pytest tests/test_accuracy.py

figures: $(STAMP) ## measure accuracy and write the table of README.md anew
	@$(BIN)/python -m tests.test_accuracy

listings: $(STAMP) ## write anew: public names, help texts, the tables of the verdict
	@$(BIN)/python -m tests.test_listings
	@$(BIN)/python -m tests.test_docs

soak: $(STAMP) ## run the slow tests, minutes long
	@$(BIN)/python -m pytest -m slow; code=$$?; if [ $$code -eq 5 ]; then echo 'there are no slow tests'; else exit $$code; fi

browser: $(STAMP) ## open the report in Chromium: all its tests, also with 20,000 passages and with axe-core
	@npm install --prefix tests/browser --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error || \
		echo 'no axe-core: the tests of accessibility will be skipped'
	@$(BIN)/python -m pytest tests/browser -rs

pictures: $(STAMP) demo ## take the pictures of docs/images from the report of corpus/
	@$(BIN)/python -m tests.browser.pictures build/demo-report/report.html docs/images

bench: $(STAMP) ## plant reuse in 2,000 invented articles, scan them, print recall and precision
	@rm -rf build/planted && mkdir -p build/planted
	@$(BIN)/python -m benchmarks.planted build/planted/corpus --articles 2000
	@$(BIN)/dedup scan build/planted/corpus/articles.jsonl -o build/planted/report
	@$(BIN)/dedup evaluate build/planted/corpus/gold.jsonl build/planted/report

peers: $(STAMP) ## compare whole texts with other tools on 10,000 invented articles; installs them into build/peers
	@rm -rf build/peers-corpus
	@$(BIN)/python -m benchmarks.planted build/peers-corpus --articles 10000
	@$(BIN)/python -m benchmarks.peers build/peers-corpus --out build/peers-tables
	@$(BIN)/python -m benchmarks.bare build/peers-corpus/articles.jsonl --out build/bare
	@cat build/peers-tables.md build/bare.md

spark-equality: $(STAMP) ## compare Spark with a local scan, byte for byte: ARTICLES='a.jsonl pages.jsonl=ocr'
	@$(BIN)/python -m benchmarks.spark_equality $(or $(ARTICLES),corpus/articles.jsonl) --partitions 1 7 64

spark-skew: $(STAMP) ## crowded corpora of 10,000 and 100,000 texts on Spark: no task has it all
	@DEDUP_TEST_SKEW=1 $(BIN)/python -m pytest tests/test_spark_skew.py

clean: ## remove what was built and cached, .venv apart
	@rm -rf build dist dedup-report .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +
