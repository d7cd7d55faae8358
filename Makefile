# Two commands: `make demo` shows the workbench, `make test` checks it. `make` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := $(CURDIR)/.venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
# Everything that the demo records stays in this folder, unless WORKBENCH_HOME names another.
export WORKBENCH_HOME ?= $(CURDIR)/.workbench
MODEL := $(STAMPS)/model
BENCHES := $(filter-out __init__ corpora peers report,$(notdir $(basename $(wildcard benchmarks/*.py))))
PYTEST = WORKBENCH_TEST_MODELS="$$WORKBENCH_HOME/models" $(BIN)/python -m pytest
TOGETHER := not slow and not browser and not servers and not acceptance
FAST := $(TOGETHER) and not engines

.PHONY: help demo test test-fast lint lab dashboards bench docs site notebooks clean
help:  ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	python3 -m venv $(VENV)
	$(PIP) install --upgrade 'pip>=25.1'

# torch comes first and alone: resolved with the rest it could pull a CUDA build of two gigabytes.
$(STAMPS)/demo: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing the workbench into .venv (a few minutes the first time) ...'
	$(PIP) install -c constraints.txt torch==2.13.0
	$(PIP) install -c constraints.txt -e '.[all]'
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: $(STAMPS)/demo
	$(PIP) install -c constraints.txt -e '.[all]' --group test --group lint
	@touch $@

$(MODEL): $(STAMPS)/demo
	$(BIN)/workbench models get smollm2
	@touch $@

# Never stops the tests: it says which of them will be left out, and why.
.PHONY: system-packages
system-packages:
	@.ci/system-packages

demo: $(STAMPS)/demo $(MODEL)  ## run the flagship report offline, print its Runs and where its page lies
	$(BIN)/workbench report notebooks/reports/flagship.ipynb --out reports
	@echo
	@echo 'make lab         opens JupyterLab on notebooks/start.ipynb'
	@echo 'make dashboards  opens the Voila site: chat, knowledge, Runs and costs'

# First what needs no server, browser or long time, on two cores; then the rest, one by one. A choice in ARGS may
# leave one of them with nothing to do, which pytest tells by 5.
test: $(STAMPS)/dev $(MODEL) system-packages  ## every test
	$(PYTEST) -n 2 --dist loadfile -m '$(TOGETHER)' $(ARGS) || [ $$? -eq 5 ]
	$(PYTEST) -m 'not ($(TOGETHER))' $(ARGS) || [ $$? -eq 5 ]

test-fast: $(STAMPS)/dev  ## the tests without browser, servers, circuit engines and whole notebooks, under two minutes
	$(PYTEST) -q -n 2 --dist loadfile -m '$(FAST)' $(ARGS)

lint: $(STAMPS)/dev  ## style, types, the import contract
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

lab: $(STAMPS)/demo $(MODEL)  ## JupyterLab on notebooks/start.ipynb
	$(BIN)/workbench lab $(ARGS)

dashboards: $(STAMPS)/demo $(MODEL)  ## the Voila site
	$(BIN)/workbench dashboards $(ARGS)

bench: $(STAMPS)/dev $(MODEL)  ## every benchmark; results in benchmarks/results
	for name in $(BENCHES); do $(BIN)/python -m benchmarks.$$name; done

docs: $(STAMPS)/dev  ## write the generated tables of the docs
	$(BIN)/python -W ignore docs/generate.py

site: $(STAMPS)/dev  ## the documentation site, in docs/_build/html
	$(PIP) install -c constraints.txt --group docs
	$(BIN)/sphinx-build -W -q -b html docs docs/_build/html

notebooks: $(STAMPS)/dev  ## write each .ipynb from the .py beside it
	$(BIN)/python notebooks/build.py

clean:  ## remove the environment and all caches; recorded Runs and reports stay
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
