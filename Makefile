# `make check` is what CI runs; the other words are its parts.
PYTHON ?= python

.PHONY: check style types layers docs test bench

check: style types layers docs test

style:
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .

types:
	$(PYTHON) -m mypy

layers:
	lint-imports

docs:
	$(PYTHON) docs/generate.py --check

test:
	$(PYTHON) -m pytest -n auto

bench:
	$(PYTHON) benchmarks/run.py
	$(PYTHON) benchmarks/labels.py
