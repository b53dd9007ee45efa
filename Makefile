# Two commands on a fresh machine: `make run` and `make test`. Everything else is `make help`.
PYTHON ?= python3
BIN := .venv/bin
# What runs side by side is shown one after the other, where this make can do so (4.0 and later).
WHOLE := $(if $(filter output-sync,$(.FEATURES)),--output-sync)

.DEFAULT_GOAL := help
.PHONY: help run test check lint types contracts nlu nlu-report bench soak lock clean

help:  ## Show what can be done
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# --- environments: each is made from its lock and renewed when the lock changes --------------------------------
$(BIN)/uv:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or later is needed: install python3."; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; $(PYTHON) is older. Set PYTHON=…"; exit 2; }
	@echo "Setup    making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt

var/.bot-ready: requirements/bot.txt | $(BIN)/uv
	@mkdir -p var
	@echo "Setup    installing what the guichet needs, once (some seconds to a minute)"
	@[ -e var/.dev-ready ] || $(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python requirements/bot.txt requirements/uv.txt
	@$(BIN)/python -m bot prepare || true  # what is wrong with the data is for `check` and for the start to say
	@touch $@

var/.dev-ready: requirements/dev.txt requirements/bot.txt | $(BIN)/uv
	@mkdir -p var
	@echo "Setup    installing what the tests need, once (some seconds to a minute)"
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python requirements/dev.txt requirements/uv.txt
	@$(BIN)/python -m bot prepare || true
	@touch $@ var/.bot-ready

run: var/.bot-ready  ## Start the demonstration, or serve Telegram when TELEGRAM_BOT_TOKEN is set
	@exec $(BIN)/python -m bot run

nlu: var/.bot-ready  ## Install, train if anything changed, and serve the NLU on 127.0.0.1:5005
	@exec $(BIN)/python -m bot.nlu.service

nlu-report: var/.dev-ready  ## Measure understanding; writes docs/reference/understanding.md
	@$(BIN)/python -m bot.nlu.service --train-only
	@$(BIN)/python -m nlu.report $(ARGS)

# --- what guards main ------------------------------------------------------------------------------------------
# First what is quick, side by side, and all of it even if a part fails; then the tests, several files at a time.
test: var/.dev-ready  ## Everything that guards main
	@$(MAKE) --no-print-directory --jobs=2 --keep-going $(WHOLE) lint types contracts check
	@$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder

lint: var/.dev-ready
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: var/.dev-ready
	@$(BIN)/mypy

contracts: var/.dev-ready
	@$(BIN)/lint-imports --config pyproject.toml

check: var/.bot-ready  ## Flows, catalogues, directory and settings: every issue with file and line
	@$(BIN)/python -m bot check

# --- measuring -------------------------------------------------------------------------------------------------
bench: var/.dev-ready  ## Speed and crash figures; ARGS=--write keeps them in docs/reference/performance.md
	@$(BIN)/python -m bot prepare  # as after an installation: a start is measured, not a compilation
	@$(BIN)/python -m tests.bench $(ARGS)

soak: var/.dev-ready  ## The long runs: 10,000 kills and more
	@$(BIN)/python -m tests.bench --soak $(ARGS)

lock: $(BIN)/uv  ## Pin the dependencies again: hashes, no addresses
	@for set in uv bot dev; do $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --python-version 3.11 requirements/$$set.in -o requirements/$$set.txt; done

clean:  ## Remove what was made here (the database in var/ stays)
	@rm -rf .venv nlu/.venv nlu/models .mypy_cache .ruff_cache .pytest_cache .hypothesis var/.bot-ready var/.dev-ready var/i18n var/lexicon.json
