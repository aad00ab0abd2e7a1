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

.PHONY: demo test lint types imports unit oldest page page-check browser test-seeds test-slow fuzz \
        bench bench-quick clean help

help:
	@echo "make demo       install into $(VENV) and run the article's experiment"
	@echo "make test       everything that CI runs: lint, types, imports, unit, oldest, page-check, browser"
	@echo "make page       build the playground's page from web/ (needs Node and npm)"
	@echo "make page-check the built page is what web/ builds (with npm; else by its digest alone)"
	@echo "make browser    the page in a real browser, headless (installs Chromium on Debian, as root)"
	@echo "make test-seeds the unit tests five times, with fresh random numbers each time"
	@echo "make test-slow  the tests that take minutes"
	@echo "make fuzz       the readers of models, checkpoints and tables, ten minutes for each target"
	@echo "make bench      speed and memory beside scikit-learn, PyTorch, JAX and onnxruntime: half an hour"
	@echo "make bench-quick  the four smallest shapes, in a minute"
	@echo "make clean      remove what the others made"

demo: $(VENV)/demo.stamp
	$(BIN)/glassnet demo
	@echo; echo "Watch a network learn in the browser: $(BIN)/glassnet playground"

test: lint types imports unit oldest page-check browser

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/dev.stamp
	$(BIN)/mypy

imports: $(VENV)/dev.stamp
	$(BIN)/lint-imports

# One seed for the gate, so that no change is refused for a draw that another one brought to light;
# `make test-seeds` draws anew, five times, and so does pytest by itself.
SEED ?= 20261128

unit: $(VENV)/dev.stamp
	$(BIN)/pytest -n 2 --seed $(SEED)

test-seeds: $(VENV)/dev.stamp
	for run in 1 2 3 4 5; do $(BIN)/pytest -n 2 || exit 1; done

# The built package, not the source tree, beside the oldest NumPy and scikit-learn it promises: first
# without Numba, then tests/fast with the oldest one, in an environment of its own.
oldest: $(OLDEST)/stamp $(OLDEST)-fast/stamp
	$(OLDEST)/bin/pytest -n 2 --seed $(SEED) tests/core tests/estimators tests/plots
	$(OLDEST)-fast/bin/pytest -n 2 --seed $(SEED) tests/fast

# The built page stands in the repository, so that nobody but its authors needs Node.
STATIC := src/glassnet/playground/static

page:
	cd web && npm ci --silent && npm run --silent build
	$(PYTHON) web/stamp.py > $(STATIC)/built-from.txt

page-check:
	@if command -v npm > /dev/null; then set -e; \
	  cd web && npm ci --silent && npx tsc --noEmit && \
	  npx vite build --logLevel warn --outDir ../build/page --emptyOutDir && cd .. && \
	  $(PYTHON) web/stamp.py > build/page/built-from.txt && \
	  diff -r build/page $(STATIC) > /dev/null || { \
	    echo "The built page is not what web/ builds: make page, and commit it."; exit 1; }; \
	  echo "1 passed: the built page is what web/ builds"; \
	else echo "npm is not here: the page is checked by the digest of its sources alone (make unit)"; fi

browser: $(VENV)/dev.stamp
	@$(BIN)/python tests/browser/chromium.py; found=$$?; \
	if [ $$found = 0 ]; then $(BIN)/pytest tests/browser -m browser --seed $(SEED) || { \
	    echo "Once more, what failed: a browser may be late on a loaded machine, but not twice."; \
	    $(BIN)/pytest tests/browser -m browser --seed $(SEED) --last-failed; }; \
	elif [ $$found = 3 ]; then echo "The tests of the page are left out."; else exit $$found; fi

test-slow: $(VENV)/dev.stamp
	$(BIN)/pytest -n 2 -m slow

FUZZ_SECONDS ?= 600

fuzz: $(VENV)/fuzz.stamp
	for target in model record header checkpoint state table; do \
	  $(BIN)/python tests/fuzz/run.py $$target $(FUZZ_SECONDS) || exit 1; done

# As many threads as each library takes by itself, unless the benchmark says otherwise.
BENCH := env -u OPENBLAS_NUM_THREADS -u OMP_NUM_THREADS $(BIN)/python -m

bench: $(VENV)/bench.stamp
	$(BENCH) benchmarks.training
	$(BENCH) benchmarks.training --dtype float64 --peers glassnet glassnet-numpy scikit-learn
	$(BENCH) benchmarks.training --busy --peers glassnet glassnet-numpy
	$(BENCH) benchmarks.scaling
	$(BENCH) benchmarks.prediction
	$(BENCH) benchmarks.memory
	$(BENCH) benchmarks.first_fit
	$(BENCH) benchmarks.serving

bench-quick: $(VENV)/bench.stamp
	$(BENCH) benchmarks.quick

clean:
	rm -rf $(VENV) $(OLDEST) $(OLDEST)-fast build dist figures web/node_modules .mypy_cache .ruff_cache .pytest_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "glassnet needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo.stamp: pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --editable '.[cli,playground,plot]'
	@touch $@

# Constraints by environment variable hold for the build's own environment too.
$(VENV)/dev.stamp: pyproject.toml constraints.txt | $(VENV)/bin/python
	PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet --upgrade pip
	PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet --group dev --editable '.[cli,fast,onnx,playground,plot,serve]'
	@touch $@ $(VENV)/demo.stamp

$(VENV)/bench.stamp: pyproject.toml constraints.txt constraints-bench.txt | $(VENV)/bin/python
	PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet --upgrade pip
	PIP_CONSTRAINT='constraints.txt constraints-bench.txt' $(BIN)/pip install --quiet \
	  --group bench --editable '.[cli,fast,onnx,playground,plot,serve]' || { \
	  echo "Is it torch's CPU build that is missing? constraints-bench.txt says where it is."; exit 1; }
	@touch $@ $(VENV)/demo.stamp

$(VENV)/fuzz.stamp: $(VENV)/dev.stamp
	PIP_CONSTRAINT=constraints.txt $(BIN)/pip install --quiet --group fuzz
	@touch $@

$(OLDEST)/stamp: pyproject.toml constraints-oldest.txt $(shell find src -name '*.py')
	test -d $(OLDEST) || $(PYTHON) -m venv $(OLDEST)
	PIP_CONSTRAINT=constraints-oldest.txt $(OLDEST)/bin/pip install --quiet '.[cli,plot]' \
	  pytest pytest-xdist pandas polars pyarrow
	@touch $@

$(OLDEST)-fast/stamp: pyproject.toml constraints-oldest.txt $(shell find src -name '*.py')
	test -d $(OLDEST)-fast || $(PYTHON) -m venv $(OLDEST)-fast
	PIP_CONSTRAINT=constraints-oldest.txt $(OLDEST)-fast/bin/pip install --quiet '.[fast]' \
	  pytest pytest-xdist
	@touch $@
