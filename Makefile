# What is measured and checked beyond the test suite.
# With another interpreter: make coverage PYTHON=.venv/bin/python

PYTHON ?= python
WORKERS ?= 2
COVERED := $(CURDIR)/build/coverage
COVERAGE_PAGE := docs/verification/coverage.md

.PHONY: attack courses coverage dist docs mutants verify versions

# Branch coverage of the package by all tests but those of random requests; fails under 95%. Its
# report goes below the text of its page of the docs.
coverage: export COVERAGE_FILE = $(COVERED)/data
coverage:
	rm -rf $(COVERED) && mkdir -p $(COVERED)
	$(PYTHON) -m coverage run -m pytest tests --ignore tests/property -n $(WORKERS)
	$(PYTHON) -m coverage combine --quiet
	sed '/^<!-- .make coverage/q' $(COVERAGE_PAGE) > $(COVERED)/page.md && echo >> $(COVERED)/page.md
	$(PYTHON) -m coverage report --format=markdown --fail-under=0 >> $(COVERED)/page.md
	mv $(COVERED)/page.md $(COVERAGE_PAGE)
	$(PYTHON) -m coverage report --format=total

# The output that pages show, the pictures, and the plans of common regimens: cog runs the
# commands of every page.
docs:
	$(PYTHON) scripts/pages.py
	$(PYTHON) scripts/manual.py
	$(PYTHON) scripts/pictures.py
	$(PYTHON) -m scripts.plans

# The wheel and the source distribution: built, checked, and used in empty environments.
dist:
	$(PYTHON) -m nox -s dist installed

# Small faults in the modules that a dose depends on, one at a time: which of them does no test
# find? All modules take hours; make mutants MUTANTS='taper.engine.curve.*' tries some of them.
# Needs the extra `mutants`. `mutmut show NAME` prints a fault.
mutants: export TAPER_TESTS = mutants
mutants:
	$(PYTHON) -m mutmut run --max-children $(WORKERS) $(MUTANTS)
	$(PYTHON) -m mutmut results
	$(PYTHON) -m mutmut results --all true | grep -v 'not checked' | sed -n 's/^ *\(.*\)\.x.*: /\1 /p' | sort | uniq -c

# The quick layers of the suite on every Python that is here, and with the oldest dependencies.
versions:
	$(PYTHON) -m nox -s tests lowest

# Every starting regimen of every US product with every common rule, every law on every plan: about
# an hour on one core. Writes its page of the docs; parts that are done are kept in build/verify.
verify:
	$(PYTHON) -m verify --page

# 2,500 random courses of up to ten events, every law on every change: ten minutes on one core.
# Writes its page of the docs.
courses:
	$(PYTHON) -m verify.courses --number 2500 --seed 51 61 71 81 91 --page

# The tool as a careless hand, a hostile file or a failing machine would treat it: about five minutes
# on one core. Writes its page of the docs, and fails if anything did not hold.
attack:
	$(PYTHON) -m scripts.attack --page docs/verification/attack.md
