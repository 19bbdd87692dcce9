# Everything here sets itself up: only Python 3.11 or newer and make are needed.
# PYTHON=python3.12 names another interpreter, WORKERS=8 runs more tests at once.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help study test check lab bench lock clean

BIN := .venv/bin
READY := .venv/.ready
WORKERS ?= 2
export PYTHON

help: ## show this list
	@echo "cxlab: a research workbench for customer experience. What make can do here:"
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name what; do \
		printf '  make %-8s %s\n' "$$name" "$$what"; done

study: $(READY) ## write the demo company, run every study for every market, build the site
	@echo "cxlab: writing the demo company's exports…"
	@$(BIN)/cxlab demo
	@echo "cxlab: running every study for every market…"
	@$(BIN)/cxlab run all --market all

test: check ## check the code, then run the tests (without the slow ones)
	@echo "cxlab: running the tests…"
	@$(BIN)/python -m pytest -n logical --maxprocesses $(WORKERS)

check: $(READY) ## check style, formatting and types only
	@echo "cxlab: checking style, formatting and types…"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

lab: $(READY) ## open JupyterLab
	@$(BIN)/jupyter lab

bench: $(READY) ## run the benchmarks
	@$(BIN)/python -m bench

lock: $(READY) ## renew the lock files with the newest versions that pyproject.toml accepts
	@echo "cxlab: renewing requirements.lock…"
	@[ -x $(BIN)/uv ] || $(BIN)/python -m pip install -qq --disable-pip-version-check uv
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-header --no-annotate --quiet --output-file requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --group dev --extra dask --extra spark --universal --python-version 3.11 \
		--constraint requirements.lock --generate-hashes --no-header --no-annotate --quiet \
		--output-file requirements-engines.lock

clean: ## remove .venv and the caches; results in outputs stay
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
	find cxlab tests notebooks bench tools -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

$(READY): requirements.lock pyproject.toml tools/setup_venv.sh
	@tools/setup_venv.sh
