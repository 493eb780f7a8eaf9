# What one needs every day.  `make demo` and `make test` work on a fresh machine with Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin
CORPUS ?= ../shared/corpus
FARM ?= ../shared/farm

.PHONY: sbom audit coverage mutants soak years namespaces setup demo run test lint types check bench conformance torture zoo docs lock \
  clean
.DEFAULT_GOAL := help

help:
	@echo "make setup        create .venv with the locked dependencies"
	@echo "make demo         a small newsroom on this machine: see the first alert within seconds"
	@echo "make run          start the monitor on config.yaml"
	@echo "make test         the whole test suite"
	@echo "make check        lint, types, import contract"
	@echo "make coverage     what the tests of each package reach of its modules (ARGS=package)"
	@echo "make bench        what things cost, as ratios measured in one run"
	@echo "make conformance  real feeds and pages (CORPUS=$(CORPUS))"
	@echo "make zoo          awkward servers (FARM=$(FARM))"
	@echo "make torture      kill -9, dead mail servers, full disks: nothing lost"
	@echo "make mutants      mutation testing of the deciders; ARGS=monitor/alert/decide.py for one module"
	@echo "make soak         twenty minutes under load: memory, files and leases stay flat"
	@echo "make years        three years of a small installation in a quarter of an hour: nothing grows that should not"
	@echo "make namespaces   three workers in network namespaces on one PostgreSQL (root): one killed, one cut off"
	@echo "make docs         the documentation as HTML in site/"
	@echo "make sbom         the bill of materials of a release (CycloneDX) in dist/"
	@echo "make audit        known holes in what the lock holds (ARGS='-s osv': another source of advisories)"

# uv where it is present, pip where it is not; both verify the hashes of the lock.
$(BIN)/.ready: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) -V 2>&1): make setup PYTHON=python3.12"; exit 1; }
	@echo "setting up .venv with the locked packages: a minute or two, once"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@if command -v uv >/dev/null 2>&1; \
	then VIRTUAL_ENV=.venv uv pip sync -q --require-hashes requirements-dev.lock; \
	else $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.lock; fi
	@if command -v uv >/dev/null 2>&1; \
	then VIRTUAL_ENV=.venv uv pip install -q --no-deps --no-build-isolation -e .; \
	else $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; fi
	@$(BIN)/python -m monitor.bootstrap.words
	@touch $@
	@echo "ready: make demo, make run, or . .venv/bin/activate and monitor --help"

setup: $(BIN)/.ready

demo: setup
	@$(BIN)/monitor demo $(ARGS)

run: setup
	@$(BIN)/monitor run

test: setup
	@$(BIN)/python -m pytest -q -n 4 --dist worksteal $(ARGS)

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: setup
	@$(BIN)/mypy

check: lint types

coverage: setup
	@$(BIN)/python -m tests.coverage $(ARGS)

bench: setup
	@$(BIN)/python -m tests.bench $(ARGS)

conformance: setup
	@MONITOR_CORPUS=$(CORPUS) $(BIN)/python -m pytest -q -s -m conformance -p no:randomly --timeout=3600 tests/conformance $(ARGS)

zoo: setup
	@$(BIN)/python -m tests.conformance.zoo --farm $(FARM) $(ARGS)

soak: setup
	@$(BIN)/python -m tests.soak $(ARGS)

years: setup
	@$(BIN)/python -m tests.years $(ARGS)

namespaces: setup
	@$(BIN)/python -m tests.namespaces $(ARGS)

torture: setup
	@$(BIN)/python -m tests.crash $(ARGS)

# What only a few need is no part of setup: it comes with the first run.
$(BIN)/mutmut: TOOLS = requirements-mutants.lock
$(BIN)/cyclonedx-py $(BIN)/pip-audit: TOOLS = requirements-release.lock
$(BIN)/mutmut $(BIN)/cyclonedx-py $(BIN)/pip-audit: | setup
	@if command -v uv >/dev/null 2>&1; \
	then VIRTUAL_ENV=.venv uv pip install -q --require-hashes -r $(TOOLS); \
	else $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(TOOLS); fi

mutants: setup $(BIN)/mutmut
	@nice $(BIN)/python -m tests.mutants $(ARGS)

sbom: setup $(BIN)/cyclonedx-py
	@$(BIN)/python -m tests.sbom

# Strict: a package that nothing could be learnt about is a failure, not a package without holes.
audit: setup $(BIN)/pip-audit
	@$(BIN)/pip-audit -r requirements.lock --require-hashes --disable-pip --strict --progress-spinner off $(ARGS) \
	|| { echo "holes, or no answer; without one see the list in docs/security.md"; exit 1; }

docs: setup
	@$(BIN)/python -m tests.docs.build $(ARGS)

# Versions and hashes, no address of a registry.
lock:
	@uv pip compile pyproject.toml --all-extras --group dev --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --no-annotate --universal --python-version 3.11 -q -o requirements-dev.lock
	@uv pip compile pyproject.toml --all-extras --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --no-annotate --universal --python-version 3.11 -q -c requirements-dev.lock -o requirements.lock
	@for group in mutants release; do \
	  uv pip compile --group $$group --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  --no-annotate --universal --python-version 3.11 -q -c requirements-dev.lock -o requirements-$$group.lock || exit 1; \
	done

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis site build dist
