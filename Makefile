# Everything a contributor runs. `make` lists it. A fresh machine needs Python 3.11 or newer and make.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run test lint types imports schema-fresh static check format schema migrate seed \
        bench peers long oracles lock clean

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
ORACLES := tests/oracles
PEERS := tests/bench/peers
# Two workers: the suite is meant to run on two cores. `make test PYTEST_WORKERS=0` runs it in one process.
PYTEST_WORKERS ?= 2
TESTS ?=

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## Make the virtual environment with pinned dependencies and .venv/bin/homegroup

run: $(STAMP) ## Set up, load the demonstration list, serve on http://127.0.0.1:8000
	$(BIN)/homegroup migrate
	$(BIN)/homegroup seed
	$(BIN)/homegroup serve

test: $(STAMP) ## Set up and run the tests; TESTS=tests/store for a part
	$(BIN)/pytest -n $(PYTEST_WORKERS) --dist worksteal $(TESTS)

lint: $(STAMP) ## Check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP) ## Check types
	$(BIN)/mypy

imports: $(STAMP) ## Check that imports point one way
	$(BIN)/lint-imports

schema-fresh: $(STAMP) ## Check that schema/schema.graphql is what the code says
	$(BIN)/homegroup schema --check

static: lint types imports schema-fresh ## The checks that run no tests

check: static test ## Everything a change must pass

format: $(STAMP) ## Put code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schema: $(STAMP) ## Write schema/schema.graphql anew
	$(BIN)/homegroup schema > schema/schema.graphql.new && mv schema/schema.graphql.new schema/schema.graphql

migrate: $(STAMP) ## Bring the database up to date
	$(BIN)/homegroup migrate

seed: $(STAMP) ## Load the demonstration list
	$(BIN)/homegroup seed

bench: $(STAMP) ## Measure, and print the tables as Markdown and JSON; takes half an hour
	@# What cannot be installed is reported as not measured.
	-@$(MAKE) --no-print-directory --keep-going peers
	$(BIN)/python -m tests.bench

peers: $(PEERS)/.venv/servers/installed $(PEERS)/.venv/graphene/installed $(PEERS)/node_modules/installed ## Install the servers that are measured beside ours

# HOMEGROUP_LONG_SHARE=0.2 asks for a fifth of the cases where they are counted (tests/amounts.py), as CI does.
long: $(STAMP) ## Slow oracles, fuzzing, large differential tests (after `make oracles` for the foreign ones)
	HYPOTHESIS_PROFILE=long $(BIN)/pytest -n $(PYTEST_WORKERS) --dist worksteal -m long $(TESTS)

oracles: $(ORACLES)/node_modules/installed $(ORACLES)/icalcheck $(ORACLES)/icalexpand $(ORACLES)/.venv/installed ## Build the foreign judges: needs Node.js, gcc, libical

lock: $(STAMP) ## Pin the newest allowed versions anew in requirements/
	$(BIN)/python -m venv $(VENV)/lock
	$(VENV)/lock/bin/pip install --quiet pip-tools
	$(VENV)/lock/bin/pip-compile $(LOCK) --output-file requirements/run.txt pyproject.toml
	$(VENV)/lock/bin/pip-compile $(LOCK) --extra dev --constraint requirements/run.txt \
		--output-file requirements/dev.txt pyproject.toml

# No address of an index goes into the files: they hold names, versions and hashes.
LOCK := --quiet --upgrade --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	--no-emit-trusted-host --strip-extras --allow-unsafe

clean: ## Remove what was made here, but not the database
	rm -rf $(VENV) build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache $(ORACLES)/node_modules $(ORACLES)/icalcheck \
		$(ORACLES)/icalexpand $(ORACLES)/.venv $(PEERS)/.venv $(PEERS)/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The first of these that is new enough; PYTHON=... chooses another.
ifndef PYTHON
PYTHON := $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
endif

$(STAMP): requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; found none. Install it, or say make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "$(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@# Not only python: a set-up that was broken off may have left it without pip.
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@# compat: one line that names this folder, so that a new module is found without installing again.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--config-settings editable_mode=compat --editable .
	@touch $@

$(ORACLES)/node_modules/installed: $(ORACLES)/package.json $(ORACLES)/package-lock.json
	cd $(ORACLES) && npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

$(ORACLES)/icalcheck $(ORACLES)/icalexpand: %: %.c
	$(CC) -O1 -Wall -Wextra -Werror -o $@ $< $$(pkg-config --cflags --libs libical)

# Without what it needs to go through the network: only its reading of calendars is asked for.
$(ORACLES)/.venv/installed: $(ORACLES)/requirements.txt
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

$(PEERS)/node_modules/installed: $(PEERS)/package.json $(PEERS)/package-lock.json
	cd $(PEERS) && npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

$(PEERS)/.venv/servers/installed: $(PEERS)/requirements.txt
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(PEERS)/.venv/graphene/installed: $(PEERS)/requirements-graphene.txt
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
