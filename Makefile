# What can be done here; plain `make` lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.NOTPARALLEL: # tests and builds share one .venv and two cores

PYTHON ?= python3
bin := .venv/bin
uv_install := $(bin)/uv pip install --quiet --python $(bin)/python
locked := --require-hashes --only-binary :all:

.PHONY: help
help:
	@awk -F ':.*## ' '/^[a-z0-9.-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: .venv/.runtime web ## a server with an example estate, nothing else needed (CHECK=1: try it, then stop)
	$(bin)/thalweg demo $(if $(CHECK),--check)

.PHONY: serve
serve: .venv/.runtime web ## the server, with the settings in the environment
	$(bin)/thalweg serve

.PHONY: test
test: check system-packages web ## every check and every test, on SQLite and on a real Neo4j
	$(bin)/pytest --numprocesses 2

.PHONY: test-neo4j-2026
test-neo4j-2026: .venv/.dev system-packages ## the tests that need Neo4j, on Neo4j 2026 (with Java 21 or 25)
	THALWEG_TEST_NEO4J_VERSION=2026.08.1 $(bin)/pytest -m neo4j

.PHONY: check
check: .venv/.dev web/node_modules/.package-lock.json ## lint, format, types and the rooms' imports; no tests
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy $(wildcard server/thalweg tests tools/*.py bench)
	$(bin)/lint-imports
	tools/npm run check

.PHONY: bench
bench: .venv/.dev ## measure both engines, beside the raw driver; prints a table, writes bench.json
	$(bin)/python -m bench

.PHONY: schema
schema: .venv/.runtime ## write schema/schema.graphql anew
	mkdir -p schema
	sdl=$$($(bin)/thalweg schema); printf '%s\n' "$$sdl" > schema/schema.graphql

.PHONY: web
web: server/thalweg/web/graphiql/index.html ## build the pages that the server serves

.PHONY: wheel
wheel: .venv/.runtime web ## dist/thalweg-*.whl, with the built pages in it
	$(bin)/hatchling build --target wheel

.PHONY: lock
lock: .venv/.build ## remake the locks from pyproject.toml (UPGRADE=1: with the newest versions)
	UPGRADE=$(UPGRADE) tools/lock

.PHONY: clean
clean: ## remove all that was made here, the caches too
	rm -rf .venv .cache dist web/node_modules server/thalweg/web/graphiql
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: system-packages
system-packages: .venv/.dev
	$(bin)/python -m tools.system_packages

# .venv has three stamps: uv itself, what the server needs (enough for `make demo`), and what its developers need.
.PHONY: .venv
.venv: .venv/.dev ## the Python environment of a developer

.venv/.build: requirements-build.lock tools/venv
	PYTHON=$(PYTHON) tools/venv
	touch $@

.venv/.runtime: .venv/.build requirements.lock pyproject.toml
	$(uv_install) $(locked) -r requirements.lock
	$(uv_install) --no-deps --no-build-isolation --editable .
	touch $@

.venv/.dev: .venv/.runtime requirements-dev.lock
	$(uv_install) $(locked) -r requirements-dev.lock
	touch $@

web/node_modules/.package-lock.json: web/package-lock.json | .venv/.build
	tools/npm ci
	touch $@

server/thalweg/web/graphiql/index.html: web/node_modules/.package-lock.json \
		$(shell find web -name node_modules -prune -o -type f -print)
	tools/npm run build
	touch $@
