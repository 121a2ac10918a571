# The words of this project: `make help` lists them. Everything lives in .venv; nothing is installed elsewhere,
# except PostgreSQL for the tests, where that can be done without asking.

SHELL := /bin/sh
BIN := .venv/bin
READY := .venv/ready
CATALOGS := $(shell find src/licentia/locale -name '*.po' 2>/dev/null)
COMPILED := $(CATALOGS:.po=.mo)
ON_POSTGRES := $(BIN)/python scripts/test_postgres.py

.PHONY: help setup run tour check test soak bench golden screens wheel-test docs
.DEFAULT_GOAL := help

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) $(COMPILED) ## Make .venv, once; PYTHON=… names another python3
	@:

$(READY): uv.lock pyproject.toml
	@scripts/setup.sh
	@touch $@

%.mo: %.po $(READY)
	@$(BIN)/python scripts/compile_messages.py

run: setup ## The admin center on a demo tenant, until Ctrl-C
	@scripts/run.sh

tour: setup ## Walk through the main job with the command line
	@scripts/walkthrough.sh

check: setup ## Style, types, layers, migrations, translations
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy --no-error-summary
	@said=$$($(BIN)/lint-imports --no-logo 2>&1) || { printf '%s\n' "$$said"; exit 1; }
	@scripts/check_migrations.sh
	@if [ -f scripts/check_messages.py ]; then $(BIN)/python scripts/check_messages.py; fi
	@echo "check: all good"

test: setup ## The suite on SQLite with the pages in a browser, the wheel, then what uses the store again on PostgreSQL
	@$(BIN)/python scripts/chromium.py
	@scripts/clients.sh
	@echo "On SQLite:"
	@LICENTIA_TEST_DATABASE=sqlite $(BIN)/pytest -n auto --dist worksteal -m "not soak"
	@scripts/wheel_test.sh
	@echo "On PostgreSQL, what uses the store:"
	@LICENTIA_TEST_DATABASE=postgres $(ON_POSTGRES) -- $(BIN)/pytest -n auto --dist worksteal -m "not soak"

soak: setup ## Long random runs, on both databases
	@LICENTIA_TEST_DATABASE=sqlite $(BIN)/pytest -m soak
	@LICENTIA_TEST_DATABASE=postgres $(ON_POSTGRES) -- $(BIN)/pytest -m soak

bench: setup ## Ratios to the floor, on both databases
	@$(BIN)/python bench/run.py
	@$(ON_POSTGRES) --fsync -- $(BIN)/python bench/run.py

golden: setup ## Write the expected outputs anew; then read the diff
	@LICENTIA_GOLDEN=write $(BIN)/pytest tests/golden tests/docs/test_sessions.py

screens: setup ## Draw the README's screens anew
	@$(BIN)/python scripts/make_screens.py

wheel-test: setup ## Build the wheel and use it in an empty environment
	@scripts/wheel_test.sh

docs: setup ## Draw the manual's generated parts anew
	@if [ -f scripts/make_docs.py ]; then $(BIN)/python scripts/make_docs.py; else echo "docs: nothing is generated yet"; fi
