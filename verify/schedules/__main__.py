"""Count what `taper check` finds: ``python -m verify.schedules --page`` (some minutes)."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from verify.schedules import page
from verify.schedules.measure import Measured, measure

PAGE = Path(__file__).parents[2] / "docs" / "verification" / "schedules.md"
LEAST = 0.99  # of each kind in each way


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m verify.schedules", description=__doc__)
    parser.add_argument("--faults", type=int, default=5400, help="schedules with one fault")
    parser.add_argument("--faultless", type=int, default=1200, help="schedules without one")
    parser.add_argument("--seed", default="1", help="another seed gives other schedules")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time")
    parser.add_argument("--show", type=int, default=20, help="so many of what was missed")
    parser.add_argument("--page", type=Path, nargs="?", const=PAGE, help="write the page from them")
    return parser.parse_args()


def _part(options: argparse.Namespace, number: int) -> Measured:
    jobs = options.jobs
    return measure(options.faults // jobs, options.faultless // jobs, f"{options.seed}-{number}")


def main() -> int:
    """Run; 1 where too much is missed, or anything is said falsely."""
    options = _arguments()
    with ProcessPoolExecutor(options.jobs) as pool:
        parts = list(pool.map(_part, [options] * options.jobs, range(options.jobs)))
    measured = Measured()
    for part in parts:
        measured.join(part)
    for line in measured.missed[: options.show]:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(page.table(measured))
    if options.page:
        options.page.write_text(page.whole(measured, options), encoding="utf-8")
    return measured.worst < LEAST or bool(sum(measured.false.values()))


if __name__ == "__main__":
    sys.exit(main())
