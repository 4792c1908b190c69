# Everything sets itself up: a bare Debian machine with Python 3.11 and make is enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check format gazetteer clean

run: $(VENV)/run-ready ## Start the bot (without a token: against the built-in simulator)
	@$(BIN)/jarchi run

test: $(VENV)/test-ready ## All checks and all tests
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh tools/check.sh
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh tools/test.sh

check: $(VENV)/test-ready ## Formatting, lint, types, import contracts
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh tools/check.sh

format: $(VENV)/test-ready
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

$(BIN)/pip:
	@sh tools/venv.sh "$(PYTHON)" "$(VENV)"

$(VENV)/run-ready: pyproject.toml constraints.txt | $(BIN)/pip
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[meaning,pictures]'
	@touch $@

$(VENV)/test-ready: pyproject.toml constraints.txt | $(BIN)/pip
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,gazetteer,meaning,paid,pictures]'
	@sh tools/system_packages.sh
	@touch $@ $(VENV)/run-ready

gazetteer: $(VENV)/test-ready ## Build the names of countries, places and people again
	@$(BIN)/python tools/build_gazetteer.py

clean:
	rm -rf $(VENV) .coverage* .mypy_cache .ruff_cache build *.egg-info
