# The one place that knows how to run things. `make demo` and `make test` are all there is to know;
# both need Python 3.11 or newer and a package index, and nothing else.

PYTHON ?= python3
VENV   := .venv
OLDEST := .venv-oldest
BIN    := $(VENV)/bin

# One BLAS thread: two test processes share two cores.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS      := 1
export MPLBACKEND           := Agg
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test lint types imports unit oldest test-slow bench clean help

help:
	@echo "make demo       install into $(VENV) and run the article's experiment"
	@echo "make test       everything that CI runs: lint, types, imports, unit, oldest"
	@echo "make test-slow  the tests that take minutes"
	@echo "make bench      glassnet beside scikit-learn"
	@echo "make clean      remove what the others made"

demo: $(VENV)/demo.stamp
	$(BIN)/glassnet demo

test: lint types imports unit oldest

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/dev.stamp
	$(BIN)/mypy

imports: $(VENV)/dev.stamp
	$(BIN)/lint-imports

unit: $(VENV)/dev.stamp
	$(BIN)/pytest -n 2

# The built package, not the source tree, beside the oldest NumPy and scikit-learn it promises.
oldest: $(OLDEST)/stamp
	$(OLDEST)/bin/pytest -n 2 tests/core tests/estimators tests/plots

test-slow: $(VENV)/dev.stamp
	$(BIN)/pytest -n 2 -m slow

bench: $(VENV)/dev.stamp
	env -u OPENBLAS_NUM_THREADS -u OMP_NUM_THREADS $(BIN)/python benchmarks/scikit_learn.py

clean:
	rm -rf $(VENV) $(OLDEST) build dist figures .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "glassnet needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo.stamp: pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --editable '.[cli,plot]'
	@touch $@

# Constraints by environment variable hold for the build's own environment too.
$(VENV)/dev.stamp: pyproject.toml constraints.txt | $(VENV)/bin/python
	PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet --upgrade pip
	PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet --group dev --editable '.[cli,plot]'
	@touch $@ $(VENV)/demo.stamp

$(OLDEST)/stamp: pyproject.toml constraints-oldest.txt $(shell find src -name '*.py')
	test -d $(OLDEST) || $(PYTHON) -m venv $(OLDEST)
	PIP_CONSTRAINT=constraints-oldest.txt $(OLDEST)/bin/pip install --quiet '.[cli,plot]' \
	  pytest pytest-xdist pandas polars
	@touch $@
