# What is measured and checked beyond the test suite.
# With another interpreter: make coverage PYTHON=.venv/bin/python

PYTHON ?= python
PYTHONS ?= python3.11 python3.12 python3.13
WORKERS ?= 2
COVERED := $(CURDIR)/build/coverage

.PHONY: coverage dist docs mutants verify versions

# Branch coverage of the package by all tests but those of random requests; fails under 95%. Writes
# its page of the docs.
coverage: export COVERAGE_FILE = $(COVERED)/data
coverage:
	rm -rf $(COVERED) && mkdir -p $(COVERED)
	$(PYTHON) -m coverage run -m pytest tests --ignore tests/property -n $(WORKERS) --junitxml=$(COVERED)/tests.xml
	$(PYTHON) -m coverage combine --quiet
	$(PYTHON) -m coverage json --quiet --fail-under=0 -o $(COVERED)/coverage.json
	$(PYTHON) scripts/coverage_page.py $(COVERED) docs/verification/coverage.md
	$(PYTHON) -m coverage report

# The output that pages show, and the pictures: cog runs the commands of every page.
docs:
	$(PYTHON) scripts/pages.py
	$(PYTHON) scripts/pictures.py

# The wheel and the source distribution: built, looked at, and tried in empty environments.
dist:
	$(PYTHON) scripts/dist.py --into dist $(PYTHONS)

# Small faults in the modules that a dose depends on: fails where a test should notice and does not.
# Writes its page of the docs; what is known is kept in build/mutants. Needs the extra `verify`.
mutants:
	$(PYTHON) scripts/mutants.py --jobs $(WORKERS)

# The quick layers of the suite on every Python that is here.
versions:
	$(PYTHON) scripts/versions.py $(PYTHONS)

# Every starting regimen of every US product with every common rule, every law on every plan: about
# an hour on one core. Writes its page of the docs; parts that are done are kept in build/verify.
verify:
	$(PYTHON) -m verify --page
