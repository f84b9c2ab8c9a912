"""How fast the rows of a schedule go, whatever rule they were made by.

Each cut counts for the days up to the next one, or for the days since the one before, whichever
gives a run of cuts more days; the stop is not among them. The share is of the first dose, as
under ``--of original``.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from taper.data.limits import share, whole
from taper.lint.handwritten import Fault
from taper.lint.rules import DAY, chains, counted_dose
from taper.quantities import Ratio
from taper.safety.pace import WEEK, WEEKLY_LIMIT, over_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from taper.lint.handwritten import Entry

LABEL_LIMIT, LABEL_DAYS = share("label-pace"), whole("label-interval")


class Cut(NamedTuple):
    """A cut: the dose before and after it, and the days on which it and its neighbours begin."""

    entry: Entry
    before: int
    after: int
    start: date
    since: date | None
    until: date | None


class Run(NamedTuple):
    """Cuts one after another, as far as their days are known."""

    first: Cut
    last: Cut
    cuts: int
    days: int
    a_week: Ratio


def pace(entries: list[Entry], *, has_labels: bool) -> Iterator[Fault]:
    """Where two or more cuts are faster than the band; ``has_labels`` if the US labels count."""
    for chain in chains(entries):
        cuts = _cuts(chain)
        runs = list(_runs(cuts))
        fastest = max(runs, key=lambda run: run.a_week, default=None)
        if fastest is None:
            continue
        if fastest.a_week > WEEKLY_LIMIT:
            yield _over_band(fastest)
        else:
            whole_course = [run for run in runs if run.cuts == len(cuts)]
            fastest = whole_course[0] if whole_course else fastest
        if has_labels and _of_label(fastest) > LABEL_LIMIT:
            message = (
                f"the cuts average {over_text(_of_label(fastest), LABEL_LIMIT)} of the first dose"
                f" in {LABEL_DAYS} days, over the {LABEL_LIMIT.percent()} that US labels name"
            )
            yield Fault("faster-than-fda-label", None, "", message)


def _of_label(run: Run) -> Ratio:
    """What a run comes to in the days that the US labels name."""
    return Ratio(run.a_week.numerator * LABEL_DAYS, run.a_week.denominator * WEEK)


def _runs(cuts: list[Cut]) -> Iterator[Run]:
    """Two or more cuts over a week or longer, with their average pace."""
    for start, first in enumerate(cuts):
        for place, last in enumerate(cuts[start + 1 :], 2):
            spans = [
                (end - begin).days
                for begin, end in ((first.since, last.start), (first.start, last.until))
                if begin is not None and end is not None
            ]
            days = max(spans, default=0)
            if days >= WEEK:
                fall = first.before - last.after
                yield Run(first, last, place, days, Ratio(fall * WEEK, cuts[0].before * days))


def _over_band(run: Run) -> Fault:
    rows = f"rows {run.first.entry.row} to {run.last.entry.row}"
    message = (
        f"the cuts of {rows} average {over_text(run.a_week, WEEKLY_LIMIT)} of the first dose a"
        f" week ({run.days} days), over {WEEKLY_LIMIT.percent()}"
    )
    entry = run.last.entry
    return Fault("rate-over-band", entry.row, entry.column("daily", "dose", "doses"), message)


def _cuts(chain: list[Entry]) -> list[Cut]:
    """The cuts of one opioid."""
    found: list[tuple[Entry, int, int]] = []
    for before, entry in pairwise(chain):
        assert before.taken is not None
        assert entry.taken is not None
        then, now = counted_dose(before.taken), counted_dose(entry.taken)
        if 0 < now < then and entry.start is not None:
            found.append((entry, then, now))
    days = [entry.start for entry, _, _ in found]
    last = chain[-1]
    stopped = last.taken is not None and not last.taken.daily
    end = last.start if stopped else last.end + DAY if last.end is not None else None
    around = zip([chain[0].start, *days], days, [*days[1:], end], strict=False)
    return [
        Cut(entry, then, now, start, since, until)
        for (entry, then, now), (since, start, until) in zip(found, around, strict=True)
        if start is not None
    ]
