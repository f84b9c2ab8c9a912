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

from verify.course import COURSE, OF_ONE, broken  # noqa: E402

PAGE = ROOT / "docs" / "verification" / "courses.md"


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
        found = faults_of(course)
        if found:
            faults.append((repr(course), found))
            sys.stderr.write(f"{course!r}\n  " + "\n  ".join(found) + "\n")

    look()
    return counts, faults


def page(counts: Counter[str], faults: int, seeds: str) -> str:
    """The page of the documentation with the numbers of a run."""
    laws = [check.__doc__ for check in COURSE]
    kinds = sorted(name for name in counts if name.startswith("event "))
    rows = [f"| {name.removeprefix('event ')} | {counts[name]:,} |" for name in kinds]
    size = f"{counts['courses']:,} courses, {counts['of ten events']:,} of them of ten events"
    more = f"{counts['events']:,} events, {counts['rows']:,} rows"
    told = "none broken" if not faults else f"{faults} courses with a fault"
    return "\n".join(
        [
            "# Random courses",
            "",
            "<!-- Written by `python -m verify.courses --page`: do not edit by hand. -->",
            "",
            "A course is a plan that is changed on its way, one event after another: held, slowed",
            "down, stepped back, given a dose by hand, or taken otherwise than planned.",
            "[Hypothesis](https://hypothesis.works) draws the request, the days and the events.",
            "The laws look at the document before and after each event, with the second reading",
            "of `verify/`. A few courses are part of the tests; this page is of a long run.",
            "",
            f"**{size}, {more}: {told}.** Seeds: {seeds}.",
            "",
            "| event | times |",
            "|---|---:|",
            *rows,
            "",
            "A course has fewer events if the taper ended before the tenth. An event that leads",
            "nowhere on its day, such as a step back where no dose is higher, counts for none.",
            "",
            "## The laws of a change",
            "",
            *(f"- {str(law).splitlines()[0]}" for law in laws),
            "",
            "Besides, each version keeps the laws of one plan that hold for a plan under way:",
            f"{', '.join(OF_ONE)}.",
            "",
        ]
    )


def main() -> int:
    """Run; 1 if a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m verify.courses", description=__doc__)
    parser.add_argument("--number", type=int, default=2000, help="how many courses")
    parser.add_argument("--seed", type=int, nargs="+", default=[0], help="one run each")
    parser.add_argument("--page", action="store_true", help="write the page of the documentation")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    faults: list[tuple[str, list[str]]] = []
    for each in options.seed:
        found, wrong = run(options.number // len(options.seed), each)
        counts += found
        faults += wrong
    if options.page:
        seeds = ", ".join(map(str, options.seed))
        PAGE.write_text(page(counts, len(faults), seeds), encoding="utf-8")
    for name, count in sorted(counts.items()):
        sys.stdout.write(f"{name}: {count:,}\n")
    sys.stdout.write(f"courses with a fault: {len(faults)}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
