"""Mutation testing: does a test notice when the code that a dose depends on is wrong?

``python scripts/mutants.py [module ...]`` puts every small fault of :mod:`mutating` into a module,
one at a time, and runs the tests that reach it until one fails. What was found is kept in
``build/mutants`` (a function that was not edited is not tried again; survivors are), and
``docs/verification/mutants.md`` is written from it. The status is 1 where too few faults are
found, or a survivor is not explained in ``tests/mutants.toml``, or an explanation is of none.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys

from mutant_forks import PACKAGE, in_a_fork
from mutant_trials import ROOT, SURVIVED, Reached, Trial
from mutating import Mutant, mutants
from mutation_report import write

STATE = ROOT / "build" / "mutants"
MODULES = (
    "quantities",
    "units",
    "curve",
    "regimen",
    "schedule",
    "choice",
    "rows",
    "steps",
    "strengths",
    "checks",
    "supply",
    "findings",
    "pace",
    "remedies",
    "catalogue",
)


def main() -> int:
    """Try the faults, write the report, say what is missing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", choices=[*MODULES, []], metavar="module")
    parser.add_argument("--seconds", type=float, default=20, help="tests for one fault, at most")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="try all, known or not")
    parser.add_argument("--new", action="store_true", help="try only what was not tried yet")
    parser.add_argument("--reached", action="store_true", help="find out again what tests reach")
    parser.add_argument("--report", action="store_true", help="write the report from what is known")
    chosen = parser.parse_args()
    STATE.mkdir(parents=True, exist_ok=True)
    known = Known()
    faults = {module: list(mutants(PACKAGE / f"{module}.py")) for module in MODULES}
    if not chosen.report:
        todo = [
            mutant
            for module in chosen.modules or MODULES
            for mutant in faults[module]
            if chosen.again or known.outcome(mutant) in ({None} if chosen.new else {None, SURVIVED})
        ]
        todo.sort(key=lambda mutant: known.outcome(mutant) == SURVIVED)  # what is not known first
        reached = Reached.of(STATE / "reached.json", anew=chosen.reached)
        print(f"{len(todo)} faults to try", flush=True)
        inside = [mutant for mutant in todo if mutant.in_function]
        outside = [mutant for mutant in todo if not mutant.in_function]
        trial = Trial(reached, known.add, chosen.seconds, chosen.jobs)
        if inside:
            in_a_fork(lambda: trial.of_functions(inside))
        if outside:
            trial.of_modules(outside)
        known.read()
    found = {
        module: [(mutant, known.outcome(mutant)) for mutant in tried]
        for module, tried in faults.items()
    }
    return write(ROOT, found)


class Known:
    """What became of each fault, by the source of the function that it stands in."""

    def __init__(self) -> None:
        """Read what is known."""
        self.path = STATE / "outcomes.jsonl"
        self.read()

    def read(self) -> None:
        """Read all lines; a later one counts."""
        self._outcomes: dict[str, dict] = {}
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                self._outcomes[entry["key"]] = entry

    def add(self, mutant: Mutant, outcome: str, test: str, seconds: float) -> None:
        """Note one outcome, at once."""
        entry = {
            "key": mutant.key,
            "source": _digest(mutant),
            "outcome": outcome,
            "test": test,
            "seconds": round(seconds, 2),
        }
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def outcome(self, mutant: Mutant) -> str | None:
        """What became of it when the function read as it does now."""
        entry = self._outcomes.get(mutant.key)
        if entry is None or entry["source"] != _digest(mutant):
            return None
        return entry["outcome"]


def _digest(mutant: Mutant) -> str:
    return hashlib.sha256(mutant.scope.encode()).hexdigest()[:16]


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # the same order of sets in every run
        os.environ |= {
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TAPER_TESTS": "mutants",
        }
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - this program again
    sys.exit(main())
