PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
STAMP_DEV := $(VENV)/.installed-dev

# Without compiled files each start of Python compiles every module again, which takes longer than its work.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test lint browser bench roundtrip validation clean

run: $(STAMP)
	$(BIN)/edc demo --if-empty
	$(BIN)/edc serve

$(STAMP): setup.cfg requirements/runtime.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements/runtime.txt -e .
	touch $(STAMP)

$(STAMP_DEV): setup.cfg requirements/runtime.txt requirements/dev.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements/runtime.txt -c requirements/dev.txt -e .[dev,production]
	touch $(STAMP) $(STAMP_DEV)

lint: $(STAMP_DEV)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg
	$(BIN)/bandit -q -r edc forms audit exports config.py wsgi.py -s B101

test: lint
	$(BIN)/pytest -n 2 --dist loadfile

bench: $(STAMP_DEV)
	$(BIN)/python -m bench

validation: $(STAMP_DEV)
	$(BIN)/python -m tests.validation -n 2 --dist loadfile

roundtrip: $(STAMP_DEV)
	$(BIN)/python -m pytest tests/test_roundtrip.py --whole-pilot -n 2 --durations 2

clean:
	rm -rf $(VENV) instance
