# The four doors of this repository. Each sets up all it needs: only Python 3.11+, make and the package registries are assumed.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: demo serve test test-long faults chaos check bench lock clean
.DEFAULT_GOAL := help

help:  ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/'

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)  ## the whole cooperation of a county on an embedded Kafka; writes build/demo.json
	@mkdir -p build
	$(BIN)/clue-exchange demo --json build/demo.json

serve: $(READY)  ## the same, and the nodes stay up until Ctrl-C
	@mkdir -p build
	$(BIN)/clue-exchange demo --serve --json build/demo.json

test: $(READY)  ## every test: unit, contract (SQLite and PostgreSQL), broker (real Kafka), faults, house; not the long ones
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not long and not root"

test-long: $(READY)  ## the faults that take long, and those that need root for a network or a file system of their own
	$(BIN)/python -m pytest -m "long or root"

faults: $(READY)  ## kill the nodes 25 times at each crash point (make test: three times), and let the checker judge
	CLUE_EXCHANGE_FAULT_ROUNDS=25 $(BIN)/python -m pytest tests/faults/test_crashes.py tests/faults/test_half_written.py

SECONDS ?= 180
chaos: $(READY)  ## the long random run of both nodes under load: make chaos SECONDS=180 SEED=7
	$(BIN)/python -m tests.faults.chaos --seconds $(SECONDS) $(if $(SEED),--seed $(SEED))

check: $(READY)  ## lint, types, import rules, schema compatibility
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/clue-exchange schemas check

bench: $(READY)  ## the measurements that the documents quote
	$(BIN)/python -m benchmarks.handover
	$(BIN)/python -m benchmarks.throughput
	$(BIN)/python -m benchmarks.erasure
	$(BIN)/python -m benchmarks.flood
	$(BIN)/python -m benchmarks.three_designs
	$(BIN)/python -m benchmarks.screening_speed
	$(BIN)/python -m benchmarks.screening_quality

lock: $(READY)  ## resolve the dependencies anew (a release must be a week old) and write both locks
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --no-header --upgrade \
		--exclude-newer $$(date -u -d '7 days ago' +%F) --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra postgres --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --no-header \
		--constraint requirements.lock --output-file requirements-node.lock

clean:  ## remove what the doors made, but not the environment
	rm -rf build .pytest_cache .mypy_cache .ruff_cache
