# Every target works on a fresh clone with `make` and `git`; as root on Debian it installs what is
# missing, elsewhere it names it. Test servers live in a cache folder outside the repository.
.DEFAULT_GOAL := help
.PHONY: help demo docs test servers-of-tests lint audit bench dev servers
SHELL := /bin/bash
PY := .venv/bin/python
# PYTEST_ARGS narrows a run: make test PYTEST_ARGS='tests/collectors -k git'
PYTEST_ARGS ?=
JOBS ?= 2

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

demo: ## build the bundled incident into build/demo (no server, no network)
	@tools/packages demo
	@tools/venv demo
	.venv/bin/timeline demo --out build/demo

docs: ## build the documentation site into build/site/html, strictly (no network but to install)
	@tools/packages demo
	@tools/venv test
	@$(PY) tools/site/build.py

test: servers-of-tests ## install and start real servers, run all tests
	@JOBS=$(JOBS) tools/run-tests $(PYTEST_ARGS)

servers-of-tests: # what tests need, installed; without running any
	@tools/packages test
	@tools/venv test
	@tools/setup-tests

lint: ## ruff and mypy, both strict; workflows and the container file
	@tools/packages demo
	@tools/venv test
	@tools/lint

audit: ## known vulnerabilities in what is locked, and whether the locks follow from pyproject.toml
	@tools/packages demo
	@tools/venv test
	@$(PY) tools/audit.py

bench: ## the figures we quote, as ratios within one run, and their pictures (an hour; keep the machine quiet)
	@tools/packages test
	@tools/venv test
	@tools/setup-tests
	$(PY) -m benchmarks.help
	$(PY) -m benchmarks.crossings
	$(PY) -m benchmarks.merge
	$(PY) -m benchmarks.page
	$(PY) -m benchmarks.build
	$(PY) -m benchmarks.rows
	$(PY) -m benchmarks.archive
	$(PY) -m benchmarks.many
	$(PY) -m benchmarks.charts

dev: ## an environment to work in, with commit hooks
	@tools/packages demo
	@tools/venv test
	.venv/bin/pip install -q pre-commit
	.venv/bin/pre-commit install

servers: ## compile the test servers that are in no package (Go; about ten minutes, once); NAME="kubernetes argocd helm": heavier ones
	@tools/build-servers $(NAME)
