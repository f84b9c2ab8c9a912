"""Puts faults into copies of this process, and runs the tests that reach them until one fails.

A fault in the body of a function is put into a fork that has the package and its tests loaded; a
fault elsewhere into one that has yet to load them. Nothing on the disk is changed.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib
import json
import os
import signal
import sys
import time
from collections import Counter, defaultdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mutant_forks import PACKAGE, Finder, alone, be_quiet, in_a_fork, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from mutating import Mutant

ROOT = PACKAGE.parent
TESTS = ("spec", "unit", "property", "golden", "errors")
# what starts programs or reads pages: slow, and about paper
LEFT_OUT = ("unit/test_layers", "unit/test_handout", "golden/test_handout", "unit/test_xlsx")
# the tests that are meant to pin a module are asked first, and all of them
MEANT = {
    "quantities": ("unit/test_quantities",),
    "units": ("unit/test_units", "unit/test_regimen", "spec/test_4"),
    "curve": ("unit/test_curve",),
    "regimen": ("unit/test_regimen", "spec/test_3_2", "spec/test_4", "property/test_law_optimum"),
    "schedule": ("spec/test_4", "spec/test_10", "unit/test_revision"),
    "choice": ("spec/test_4", "property/test_law_optimum"),
    "rows": ("spec/test_4", "spec/test_10"),
    "steps": ("spec/test_4",),
    "strengths": ("unit/test_strengths", "spec/test_3_3"),
    "checks": ("spec/test_7",),
    "supply": ("spec/test_9", "unit/test_revision"),
    "findings": ("spec/test_8",),
    "pace": ("spec/test_8", "spec/test_3_3"),
    "remedies": ("spec/test_8_wording",),
    "catalogue": ("spec/test_8",),
}
BOOK = "golden/test_book"  # whole plans, of every kind
SLOWEST = 3.0  # seconds; a slower test is not asked
# data that is read from files, and stays as it is
KEPT = {
    "taper.formulary.market",
    "taper.formulary.product",
    "taper.formulary.guidelines",
    "taper.export.language",
    "taper.safety.cows",
}
SURVIVED, KILLED, TIMEOUT = "survived", "killed", "timeout"


# --- which tests reach which lines --------------------------------------------------------------


class Reached:
    """Which tests run which line of the package, and how long each takes."""

    def __init__(self, data: dict) -> None:
        """Take what :class:`_Watch` wrote."""
        self.tests: list[str] = data["tests"]
        self.seconds: list[float] = data["seconds"]
        self.lines: dict[str, dict[str, list[int]]] = data["lines"]
        self.modules: list[str] = data["modules"]

    @classmethod
    def of(cls, path: Path, *, anew: bool) -> Reached:
        """What is known from before, with the tests that are new; all anew in another package."""
        package = hashlib.sha256()
        for file in sorted(PACKAGE.rglob("*.py")):
            package.update(file.read_bytes())
        digest = package.hexdigest()[:16]
        known = {"tests": [], "seconds": [], "lines": {}, "modules": []}
        if path.exists() and not anew:
            before = json.loads(path.read_text(encoding="utf-8"))
            known = before if before["package"] == digest else known
        print("which tests reach which lines …", flush=True)
        in_a_fork(lambda: _run(_Watch(path, {**known, "package": digest})))
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["failed"]:
            path.unlink()
            raise SystemExit("tests fail without any fault: " + ", ".join(data["failed"]))
        return cls(data)

    def by(self, mutant: Mutant) -> set[int]:
        """The tests that reach a fault; outside of functions, those that use what is set there."""
        if mutant.in_function:
            lines = self.lines.get(f"{mutant.module}.py", {})
            first, last = mutant.lines
            return {test for n in range(first, last + 1) for test in lines.get(str(n), ())}
        found = set()
        for file, text in self._sources.items():
            for number, line in enumerate(text, 1):
                if any(name in line for name in mutant.names):
                    found.update(self.lines.get(file, {}).get(str(number), ()))
        return found or self.of_module(mutant.module)

    def of_module(self, module: str) -> set[int]:
        """The tests that run any line of a module."""
        return {test for tests in self.lines[f"{module}.py"].values() for test in tests}

    @cached_property
    def _sources(self) -> dict[str, list[str]]:
        return {
            file: (PACKAGE / file).read_text(encoding="utf-8").splitlines() for file in self.lines
        }


class _Watch:
    """Runs every test that is not known once, and writes which lines of the package it runs."""

    def __init__(self, path: Path, known: dict) -> None:
        self.path = path
        self.known = known

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run them, one context of coverage each."""
        from coverage import Coverage  # noqa: PLC0415 - here only

        be_quiet()
        coverage = Coverage(data_file=None, config_file=False, source=[str(PACKAGE)])
        tests, seconds, failed = self.known["tests"], self.known["seconds"], []
        before = set(tests)
        coverage.start()
        for item in session.items:
            if item.nodeid in before:
                continue
            for cache in _caches():  # what is remembered is not run again
                cache.cache_clear()
            began = time.process_time()
            coverage.switch_context(str(len(tests)))
            if _fails(item, None):
                failed.append(item.nodeid)
            coverage.switch_context("")
            tests.append(item.nodeid)
            seconds.append(round(time.process_time() - began, 4))
        coverage.stop()
        lines = self.known["lines"]
        data = coverage.get_data()
        for name in data.measured_files():
            of_file = lines.setdefault(str(Path(name).relative_to(PACKAGE)), {})
            for line, contexts in data.contexts_by_lineno(name).items():
                numbers = of_file.setdefault(str(line), [])
                numbers += sorted(int(test) for test in contexts if test)
        modules = sorted({*self.known["modules"], *sys.modules} - {"__main__"})
        self.path.write_text(
            json.dumps({**self.known, "modules": modules, "failed": failed}), encoding="utf-8"
        )
        return True


# --- trying the faults ---------------------------------------------------------------------------


class Trial:
    """Puts faults into copies of this process, and runs the tests that reach them."""

    def __init__(self, reached: Reached, note: Callable, seconds: float, jobs: int) -> None:
        """``note`` is told of each outcome; ``seconds`` bounds the tests for one fault."""
        self.reached = reached
        self.note = note
        self.seconds = seconds
        self.jobs = jobs
        self.kills: dict[str, Counter[int]] = defaultdict(Counter)
        self.done: Counter[str] = Counter()

    def of_functions(self, faults: list[Mutant]) -> None:
        """Faults in the bodies of functions, with the tests loaded once."""
        trial = self

        class Loop:
            def pytest_runtestloop(self, session: pytest.Session) -> bool:
                items = {item.nodeid: item for item in session.items}
                for name in trial.reached.modules:
                    _load(name)
                forget = _caches()
                gc.collect()
                gc.freeze()

                def attempt(mutant: Mutant, tests: list[int]) -> str:
                    replace(mutant)
                    for cache in forget:
                        cache.cache_clear()
                    names = [trial.reached.tests[n] for n in tests]
                    return trial.first_to_fail([items[name] for name in names if name in items])

                trial.all(faults, attempt)
                return True

        _run(Loop())

    def of_modules(self, faults: list[Mutant]) -> None:
        """Faults elsewhere: the package is loaded anew with each of them."""
        for name in self.reached.modules:
            if name.partition(".")[0] != "taper":
                _load(name)
        for name, module in list(sys.modules.items()):  # scripts and tests load it as well
            file = str(getattr(module, "__file__", ""))
            if file.startswith(str(ROOT)) and not file.startswith(str(ROOT / "scripts" / "mut")):
                del sys.modules[name]

        def attempt(mutant: Mutant, tests: list[int]) -> str:
            sys.meta_path.insert(0, Finder(mutant))
            names = {self.reached.tests[number]: place for place, number in enumerate(tests)}
            trial, failing = self, []

            class Loop:
                def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
                    items[:] = [item for item in items if item.nodeid in names]
                    items.sort(key=lambda item: names[item.nodeid])

                def pytest_runtestloop(self, session: pytest.Session) -> bool:
                    failing.append(trial.first_to_fail(session.items))
                    return True

            _run(Loop(), sorted({name.partition("::")[0] for name in names}))
            return failing[0] if failing else "loading"

        self.all(faults, attempt)

    def all(self, faults: list[Mutant], attempt: Callable) -> None:
        """Try each fault in a fork, a few at a time."""
        running: dict[int, tuple[Mutant, int, float]] = {}
        for mutant in faults:
            while len(running) >= self.jobs:
                self._wait(running)
            tests = self._order(mutant)
            read, write_to = os.pipe()
            pid = os.fork()
            if not pid:
                os.close(read)
                alone(write_to, lambda m=mutant, t=tests: attempt(m, t))
            os.close(write_to)
            running[pid] = (mutant, read, time.monotonic())
        while running:
            self._wait(running)

    def _wait(self, running: dict[int, tuple[Mutant, int, float]]) -> None:
        pid, status = os.wait()
        mutant, read, began = running.pop(pid)
        with os.fdopen(read, "rb") as pipe:
            test = pipe.read().decode()
        if os.WIFSIGNALED(status) or test.startswith("timeout"):
            outcome = TIMEOUT
        elif test:
            outcome = KILLED
            if test in self._numbers:
                self.kills[mutant.function][self._numbers[test]] += 1
        else:
            outcome = SURVIVED
            print(f"  {mutant.key}", flush=True)
        self.done[outcome] += 1
        if not self.done.total() % 100:
            print(time.strftime("%H:%M:%S"), mutant.module, dict(self.done), flush=True)
        self.note(mutant, outcome, test, time.monotonic() - began)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {test: number for number, test in enumerate(self.reached.tests)}

    def _order(self, mutant: Mutant) -> list[int]:
        """The tests that reach a fault.

        First those that found others nearby, then those that are meant to, then the quick ones.
        """
        seconds, kills = self.reached.seconds, self.kills[mutant.function]
        meant = tuple(f"tests/{name}" for name in (*MEANT[mutant.module], BOOK))
        reached = self.reached.by(mutant)
        if not mutant.in_function:  # what is set there may be used in any way
            of_module = self.reached.of_module(mutant.module)
            reached |= {n for n in of_module if self.reached.tests[n].startswith(meant)}
        tests = [n for n in reached if seconds[n] < SLOWEST]
        foremost = {n for n in tests if self.reached.tests[n].startswith(meant)}
        tests.sort(key=lambda n: (-kills[n] / (seconds[n] + 0.01), n not in foremost, seconds[n]))
        chosen, total = [], 0.0
        for number in tests:
            if number in foremost:
                chosen.append(number)
            elif total < self.seconds and (mutant.in_function or not foremost):
                total += seconds[number]
                chosen.append(number)
        return chosen

    def first_to_fail(self, items: list[pytest.Item]) -> str:
        """Run tests until one fails; its name, or nothing."""
        numbers = self._numbers
        for item, following in zip(items, [*items[1:], None], strict=True):
            limit = 3 + 5 * self.reached.seconds[numbers[item.nodeid]]
            signal.setitimer(signal.ITIMER_PROF, limit)
            if _fails(item, following):
                return item.nodeid
        return ""


def _run(plugin: object, files: list[str] | None = None) -> None:
    """pytest, as far as collecting; the plugin has its own loop."""
    os.chdir(ROOT)
    paths = files or [f"tests/{name}" for name in TESTS]
    left_out = [f"--ignore-glob=tests/{name}*" for name in LEFT_OUT]
    options = [
        "-s",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:terminal",
        "-p",
        "no:xdist",
        "-p",
        "no:cov",
    ]
    status = pytest.main([*options, "-o", "addopts=", *left_out, *paths], plugins=[plugin])
    if status not in {0, 5}:
        raise RuntimeError(status)


def _fails(item: pytest.Item, following: pytest.Item | None) -> bool:
    from _pytest.runner import runtestprotocol  # noqa: PLC0415 - not to be had otherwise

    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def _load(name: str) -> None:
    with contextlib.suppress(Exception):  # it is loaded when it is needed, or not at all
        importlib.import_module(name)


def _caches() -> list:
    """What functions of the package remember, but for data from files."""
    found = {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "taper":
            for value in vars(module).values():
                if hasattr(value, "cache_clear") and value.__module__ not in KEPT:
                    found[id(value)] = value
    return list(found.values())
