# Two commands on a fresh machine with Python 3.11 or later, pip and make: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint clean

demo: .venv/ready
	$(BIN)/surgesim plan scenarios/tokyo-hotline.yaml --out out/tokyo-hotline

test: .venv/ready-to-test
	$(BIN)/python -m pytest --numprocesses auto

lint: .venv/ready-to-test
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("surgesim needs Python 3.11 or later; set PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up .venv (about a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

.venv/ready-to-test: .venv/ready
	@echo "Installing the tools for tests ..."
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:
	rm -rf .venv out build dist src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
