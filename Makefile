# What is measured and checked beyond the test suite.
# With another interpreter: make coverage PYTHON=.venv/bin/python

PYTHON ?= python
WORKERS ?= 2
COVERED := $(CURDIR)/build/coverage

.PHONY: coverage

# Branch coverage of the package by the whole suite; fails under 95%. Writes its page of the docs.
coverage: export COVERAGE_FILE = $(COVERED)/data
coverage:
	rm -rf $(COVERED) && mkdir -p $(COVERED)
	$(PYTHON) -m coverage run -m pytest -n $(WORKERS) --junitxml=$(COVERED)/tests.xml
	$(PYTHON) -m coverage combine --quiet
	$(PYTHON) -m coverage json --quiet --fail-under=0 -o $(COVERED)/coverage.json
	$(PYTHON) scripts/coverage_page.py $(COVERED) docs/verification/coverage.md
	$(PYTHON) -m coverage report
