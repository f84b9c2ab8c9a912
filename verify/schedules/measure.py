"""How many faults are found, with the right id and in the right row, and what is said falsely."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from taper.lint import lint
from verify.schedules.faultless import WAYS, Schedule, schedule
from verify.schedules.faults import KINDS, CannotHave, Wanted


@dataclass
class Measured:
    """Counts by kind and way; a few of what was missed, to look at."""

    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    faultless: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)

    @property
    def worst(self) -> float:
        """The least share of a kind in a way that is found."""
        return min((self.found[key] / tried for key, tried in self.tried.items()), default=1)

    def join(self, other: Measured) -> None:
        """Add what was counted elsewhere."""
        self.tried.update(other.tried)
        self.found.update(other.found)
        self.faultless.update(other.faultless)
        self.false.update(other.false)
        self.missed += other.missed


def faulty(seed: str, kind: str, way: str) -> tuple[Schedule, Wanted]:
    """A schedule with one fault of a kind; the same seed gives the same."""
    for attempt in range(200):
        random = Random(f"{seed}/{kind}/{way}/{attempt}")  # noqa: S311 - no secret
        made = schedule(random, way)
        try:
            return made, KINDS[kind](made, random)
        except CannotHave:
            continue
    raise AssertionError(kind)


def is_found(made: Schedule, wanted: Wanted) -> tuple[bool, str]:
    """Whether the fault is named where it is, and what was said instead."""
    report = lint(made.text, "schedule", market=made.market)
    errors = [fault for fault in report.faults if fault.level != "note"]
    hit = any(fault.id in wanted.ids and fault.row in wanted.rows for fault in errors)
    return hit, "; ".join(f"{f.row} {f.id}: {f.message}" for f in errors[:6])


def look_for(seed: str, kind: str, way: str, measured: Measured) -> None:
    """Put one fault into one schedule, and look for it."""
    made, wanted = faulty(seed, kind, way)
    hit, said = is_found(made, wanted)
    measured.tried[kind, way] += 1
    measured.found[kind, way] += hit
    if not hit:
        ids, rows = "/".join(sorted(wanted.ids)), sorted(map(str, wanted.rows))
        measured.missed.append(f"{seed} {kind} ({way}): {ids} in {rows}; found: {said}")


# of a large cut a table cannot tell whether it was asked for or is forced
EITHER = {"cut-over-25-percent", "unavoidable-cut"}


def look_at_faultless(seed: str, way: str, measured: Measured) -> None:
    """Check a schedule without a fault: nothing may be said that the plan does not say."""
    made = schedule(Random(f"{seed}/{way}"), way)  # noqa: S311 - no secret
    own = {finding["id"] for finding in made.document["findings"]}
    own |= EITHER if own & EITHER else set()
    report = lint(made.text, "schedule", market=made.market)
    strange = [f for f in report.faults if f.id != "not-assessed" and f.id not in own]
    measured.faultless[way] += 1
    measured.false[way] += bool(strange)
    measured.missed += [f"{seed} faultless ({way}): {f.row} {f.id}: {f.message}" for f in strange]


def measure(schedules: int, faultless: int, seed: str = "1") -> Measured:
    """Look for so many faults, the kinds and ways in turn, and at so many without one."""
    measured = Measured()
    pairs = [(kind, way) for kind in KINDS for way in WAYS]
    for number in range(schedules):
        kind, way = pairs[number % len(pairs)]
        look_for(f"{seed}-{number}", kind, way, measured)
    for number in range(faultless):
        look_at_faultless(f"{seed}-{number}", WAYS[number % len(WAYS)], measured)
    return measured
