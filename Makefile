# Two commands: `make demo` and `make test`. Both set up everything they need in .venv.
PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
# Many short processes run the same modules: they are compiled once, whatever the environment says.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup demo demo-reset demo-check test check lock screenshots rules-pages clean

setup: .venv/.installed

.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Countersign needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "→ Installing into .venv (a minute or two the first time, then seconds)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/uv --version 2>/dev/null | grep -q ' $(UV_VERSION)' || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@VIRTUAL_ENV=.venv $(BIN)/uv pip sync --require-hashes requirements.lock
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	@exec $(BIN)/countersign demo

demo-reset: setup
	@exec $(BIN)/countersign demo --reset

demo-check: setup
	@exec $(BIN)/countersign demo --check

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/basedpyright

test: check
	$(BIN)/python -m pytest -n 3 --dist worksteal

lock:
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --all-extras --no-annotate --no-header --no-emit-index-url --quiet pyproject.toml -o requirements.lock

screenshots: setup
	$(BIN)/python -m evals.screenshots

rules-pages: setup
	$(BIN)/python -m policies.prerequisites.pages

clean:
	rm -rf .venv
