"""Random courses of ten events, and every law on every change: ``python -m verify.courses``."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "property"))

from courses import Course, courses  # noqa: E402 - beside the tests, whose strategies they are

from verify.course import broken  # noqa: E402


def faults_of(course: Course) -> list[str]:
    """What the changes of a course break."""
    found: list[str] = []
    before: dict[str, Any] = course.first.to_dict()
    for number, event in enumerate(course.events, 1):
        after = event.plan.to_dict()
        found += [f"event {number}, {event.kind}: {text}" for text in broken(before, after)]
        before = after
    return found


def run(number: int, first: int = 0) -> tuple[Counter[str], list[tuple[str, list[str]]]]:
    """So many courses from a seed: what happened in them, and the faults of each."""
    counts: Counter[str] = Counter()
    faults: list[tuple[str, list[str]]] = []

    @seed(first)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(courses())
    def look(course: Course) -> None:
        counts["courses"] += 1
        counts["of ten events"] += len(course.events) == 10  # noqa: PLR2004
        counts["events"] += len(course.events)
        counts["rows"] += sum(len(event.plan.steps) for event in course.events)
        for event in course.events:
            counts[f"event {event.kind}"] += 1
        broken = faults_of(course)
        if broken:
            faults.append((repr(course), broken))
            sys.stderr.write(f"{course!r}\n  " + "\n  ".join(broken) + "\n")

    look()
    return counts, faults


def main() -> int:
    """Run; 1 if a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m verify.courses", description=__doc__)
    parser.add_argument("--number", type=int, default=2000, help="how many courses")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    counts, faults = run(options.number, options.seed)
    for name, count in sorted(counts.items()):
        sys.stdout.write(f"{name}: {count:,}\n")
    sys.stdout.write(f"courses with a fault: {len(faults)}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
