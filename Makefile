# Two commands: `make report` writes the briefing, `make test` checks everything.
# All that is installed lives in .venv, from the lock files.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
# How the briefing is asked for: make report ARGS="-p candidate=BRA"
ARGS ?=
export UV_LINK_MODE ?= copy

.PHONY: report test lab lock format bench soak clean help

report: $(VENV)/.run-ready ## set up what is needed and write the briefing; prints the file to open
	@$(BIN)/pillar report $(ARGS)

test: $(VENV)/.test-ready ## set up what tests need and run every check
	@bash tests/browser/ensure_chromium.sh
	@bash .ci/steps

lab: $(VENV)/.run-ready ## open JupyterLab on the notebooks
	@$(BIN)/pillar lab

format: $(VENV)/.test-ready ## rewrite code and notebooks into the house format
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .
	@$(BIN)/nbstripout $(NBSTRIP) notebooks/*.ipynb

NBSTRIP := --keep-id --extra-keys "metadata.papermill cell.metadata.papermill cell.metadata.execution metadata.language_info.version"

lock: $(UV) ## resolve the lock files anew from pyproject.toml
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --upgrade --custom-compile-command "make lock" --extra build -o requirements.lock pyproject.toml
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --upgrade --custom-compile-command "make lock" --extra build --extra test --extra cluster --extra scheduler \
	  -c requirements.lock -o requirements-test.lock pyproject.toml

bench: $(VENV)/.run-ready ## measure the model's engines, and a briefing against papermill and nbconvert
	@$(BIN)/python benchmarks/model_cost.py
	@$(BIN)/python benchmarks/data_load.py
	@$(BIN)/python benchmarks/bulk_trade.py
	@$(BIN)/python benchmarks/batch_cost.py
	@$(BIN)/python benchmarks/batch_cost.py --reports 300

soak: $(VENV)/.test-ready ## kill reports hundreds of times at random moments, verify each time (SOAK_KILLS=500)
	@$(BIN)/python soak/run.py

clean: ## remove the environment; reports stay
	rm -rf $(VENV)

help: ## list these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1	/'

$(UV): requirements-uv.lock
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: install it, or name it with PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Name another with PYTHON=..."; exit 1; }
	@echo "Setting up .venv (about a minute, once)"
	@$(PYTHON) -m venv $(VENV) || { echo "Python lacks its venv module: install it (Debian: apt install python3-venv)"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $(UV)

$(VENV)/.run-ready: $(UV) requirements.lock pyproject.toml
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test-ready: $(VENV)/.run-ready requirements-test.lock
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-test.lock
	@touch $@
