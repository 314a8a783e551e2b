# Everything a stranger needs: `make demo` and `make test`. Both make the environment first, from the lock file.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: demo test test-campaigns test-long lint format audit bench docs contract lock clean

demo: $(STAMP)
	$(BIN)/opkoers demo

# One process per core; a file stays with one of them, so that what its tests share is made once. What took longest is
# named at the end: `make test` is to stay below a quarter of an hour on two cores.
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile --durations 25 --durations-min 5

test: $(DEV_STAMP)
	$(PYTEST) -m "not long"

test-campaigns: $(DEV_STAMP)
	$(PYTEST) -m long

test-long: test test-campaigns

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint models dbt

format: $(DEV_STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# What is known of the locked dependencies: vulnerabilities, where the service can be reached, and licences.
audit: $(DEV_STAMP)
	$(BIN)/python .ci/audit.py
	$(BIN)/python .ci/licences.py

bench: $(DEV_STAMP)
	$(BIN)/python -m bench

# Every link is checked: a page that leads nowhere fails.
docs: $(DEV_STAMP)
	$(BIN)/mkdocs build --strict --quiet

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(STAMP): requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@

$(DEV_STAMP): requirements-dev.lock $(STAMP)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	touch $@

# Spark's own environment, for `opkoers spark`: beside the product's it would be imported by what has no need of it.
.venv-spark/.installed: requirements-spark.lock
	$(PYTHON) -m venv .venv-spark
	.venv-spark/bin/python -m pip install --quiet --require-hashes -r requirements-spark.lock
	touch $@

# Pins everything for every platform and Python that we support; run after a change of dependencies. pip reads the four
# lock files; uv reads the same pins as constraints at the end of pyproject.toml.
COMPILE := uv pip compile --no-config --quiet --universal --generate-hashes --no-strip-extras --no-annotate --no-header
lock:
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --extra server -c requirements.lock pyproject.toml -o requirements-server.lock
	$(COMPILE) --group pyproject.toml:spark -c requirements.lock -o requirements-spark.lock
	$(COMPILE) --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	sed -i '/^# Written by make lock/,$$d' pyproject.toml
	echo '# Written by make lock: the pins of requirements-dev.lock, so that uv resolves to the same versions.' >> pyproject.toml
	echo '[tool.uv]' >> pyproject.toml
	echo 'constraint-dependencies = [' >> pyproject.toml
	sed -nE 's/^([a-z][^ ]*==[^\\]*[^ \\]) *\\?$$/    "\1",/p' requirements-dev.lock | sed -E 's/\[[a-z,]*\]==/==/' >> pyproject.toml
	echo ']' >> pyproject.toml

# After a deliberate change of a published table: writes what was agreed anew, with the version that follows from it.
contract: $(DEV_STAMP)
	$(BIN)/python -m dagster_project.standards.contract

clean:
	rm -rf $(VENV) .venv-spark demo demo-* dbt/target .mypy_cache .ruff_cache
