"""The rules of `taper check`: dates, doses and cuts, row after row."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from taper.engine.steps import CHANGE, CURRENT, STEP_BACK
from taper.formulary.holidays import is_holiday
from taper.lint.entries import DAY, Chain, Entry, Line, Taken, chains
from taper.lint.faults import Fault, remark
from taper.lint.makeable import makeable
from taper.lint.quantities import quantities
from taper.lint.smallest import smallest
from taper.quantities import THOUSAND
from taper.request.fields import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from taper.formulary.product import Product
    from taper.request.model import Calendar


def check(entries: list[Entry], avoid: Calendar | None) -> list[Fault]:
    """Everything that is wrong in the rows."""
    faults: list[Fault] = []
    for entry in entries:
        faults += _length(entry)
        for taken in entry.all:
            faults += makeable(entry, taken)
    made = chains(entries)
    anchor = min((entry.start for entry in entries if entry.start), default=None)
    for chain in made:
        faults += _products(chain, has_kinds=any(entry.kind for entry in entries))
        for before, line in pairwise(chain):
            faults += _dates(before, line)
            faults += _rise(chain, before, line)
            faults += _lower(before, line, avoid)
        for line in chain:
            faults += quantities(line, anchor)
    faults += _begun_later(made)
    return faults


# --- one row -----------------------------------------------------------------------------------


def _length(entry: Entry) -> Iterator[Fault]:
    if entry.start is None or entry.end is None:
        return
    days = (entry.end - entry.start).days + 1
    start, end = entry.said(entry.start), entry.said(entry.end)
    if days < 1:
        message = f"the row ends on {end}, before it begins on {start}"
        yield Fault("days-do-not-fit", entry.row, entry.column("end", "start"), message, end)
    elif entry.days is not None and entry.days != days:
        message = f"{start} to {end} are {days} days, not {entry.days}"
        yield Fault("days-do-not-fit", entry.row, entry.column("days"), message, str(entry.days))


# --- one row after another ---------------------------------------------------------------------


def _is_back_to_front(entry: Entry) -> bool:
    return entry.start is not None and entry.end is not None and entry.end < entry.start


def _dates(before: Line, line: Line) -> Iterator[Fault]:
    """Gaps and overlaps; none if a row between them has no day of its own that counts."""
    entry = line.entry
    if before.start is None or line.start is None or line.is_after_unread:
        return
    column = entry.column("start", "week", "day")
    day = entry.said(line.start)
    drug = line.taken.product.drug
    if line.start == before.start:
        message = f"a second row of {drug} begins on {day} (row {before.row})"
        yield Fault("overlap", line.row, column, message, day)
    elif before.end is None or _is_back_to_front(before.entry):
        return
    elif line.start <= before.end:
        end = entry.said(before.end)
        message = f"the row begins on {day}, but row {before.row} ends on {end}"
        yield Fault("overlap", line.row, column, message, day)
    elif line.start > before.end + DAY and before.taken.daily:
        days = (line.start - before.end).days - 1
        counted = "1 day" if days == 1 else f"{days} days"
        message = f"{counted} without a dose: row {before.row} ends on {entry.said(before.end)}"
        yield Fault("gap", line.row, column, message, day)


def counted_dose(taken: Taken) -> int:
    """The daily dose in the drug's usual salt, over a common bottom."""
    top, bottom = taken.product.basis
    return taken.daily * top * THOUSAND // bottom


def _rise(chain: Chain, before: Line, line: Line) -> Iterator[Fault]:
    now, then, entry = line.taken, before.taken, line.entry
    column = entry.dose_column
    if now.product is not then.product and now.product.unit != then.product.unit:
        message = (
            f"Not assessed: {then.product.id} in {then.product.unit} against {now.product.id} in"
            f" {now.product.unit}; a prescriber converts the dose"
        )
        yield remark(message, line.row, column)
        return
    if counted_dose(now) > counted_dose(then):
        if not _steps_back(chain, before, line):
            said = now.product.daily_text(now.daily)
            message = f"{said}, after {then.product.text(then.daily)} in row {before.row}"
            value = now.product.text(now.daily)
            yield Fault("dose-rises", line.row, column, message, value)
        return
    if now.product is not then.product:
        return
    for place, amount in _above_their_rank(now, then):
        text = now.product.text(amount)
        message = f"{place}: {text}, more than in row {before.row}"
        column = entry.column("doses", "dose", place, "daily")
        yield Fault("dose-rises", line.row, column, message, text)


def _above_their_rank(now: Taken, then: Taken) -> Iterator[tuple[str, int]]:
    """The administrations, in order of size, that are larger than those of the row before."""
    if not then.amounts or not now.amounts:
        return
    earlier = sorted(then.amounts, reverse=True)
    names = now.times or [f"dose {place}" for place in range(1, len(now.amounts) + 1)]
    ranked = sorted(zip(now.amounts, names, strict=False), key=lambda each: -each[0])
    for (amount, name), before in zip(ranked, earlier, strict=False):
        if amount > before:
            yield name, amount


def _steps_back(chain: Chain, before: Line, line: Line) -> bool:
    """Whether a rise is a step back that was recorded: to the dose before the last one."""
    if line.entry.kind != STEP_BACK:
        return False
    product = line.taken.product
    earlier = [
        each.taken.daily
        for each in chain[: chain.index(line)]
        if each.taken.product is product and each.taken.daily != before.taken.daily
    ]
    return bool(earlier) and earlier[-1] == line.taken.daily


def _begun_later(made: list[Chain]) -> Iterator[Fault]:
    """Opioids that begin while others are taken: a rise from none; after another, a conversion."""
    for chain in made:
        line = chain[0]
        product, start = line.taken.product, line.start
        others = [other for other in made if other is not chain]
        earlier = any(start is not None and _is_before(other[0], start) for other in others)
        if start is None or not earlier or not line.taken.daily:
            continue
        ended = [other for other in others if _ends_before(other, start)]
        column = line.entry.dose_column
        if ended:
            message = (
                f"Not assessed: a change from {ended[0][-1].taken.product.drug} to {product.drug}"
                " is a conversion between opioids, which a prescriber works out"
            )
            yield remark(message, line.row, column)
        elif not line.is_after_unread:
            message = f"{product.id} begins in this row: it was not taken before"
            yield Fault("dose-rises", line.row, column, message, product.text(line.taken.daily))


def _is_before(line: Line, day: date) -> bool:
    return line.start is None or line.start < day


def _ends_before(chain: Chain, day: date) -> bool:
    """Whether an opioid is no longer taken on a day, by a stop or by its last row's end."""
    last = chain[-1]
    if not last.taken.daily:
        return last.start is not None and last.start <= day
    return last.end is not None and last.end < day


# --- products of one drug ------------------------------------------------------------------------


def _products(chain: Chain, *, has_kinds: bool) -> Iterator[Fault]:
    """Rows of another release than their neighbours, which no change of product explains."""
    runs: list[Chain] = []
    for line in chain:
        if runs and runs[-1][-1].taken.product is line.taken.product:
            runs[-1].append(line)
        else:
            runs.append([line])
    odd: dict[int, tuple[Line, Product]] = {}
    for place, (before, after) in enumerate(pairwise(runs)):
        if _is_a_change(before[-1], after, runs[place + 2 :], has_kinds=has_kinds):
            continue
        returns = any(run[0].taken.product is before[0].taken.product for run in runs[place + 2 :])
        fewer, other = (after, before) if returns or len(after) <= len(before) else (before, after)
        if not any(line.row in odd for line in (*before, *after)):
            odd.update({line.row: (line, other[0].taken.product) for line in fewer})
    for line, other_product in odd.values():
        product = line.taken.product
        message = (
            f"the row names {product.id}, its neighbours {other_product.id}: which is meant?"
            " (hint: a row of kind 'change' begins another product)"
        )
        yield Fault("unreadable", line.row, line.entry.column("product"), message, product.id)


def _is_a_change(before: Line, run: Chain, later: list[Chain], *, has_kinds: bool) -> bool:
    """Whether a product begins as a change: said so, or finer and without a way back."""
    if has_kinds:
        return run[0].entry.kind in {CHANGE, STEP_BACK} or before.entry.kind == CURRENT
    then, now = before.taken.product, run[0].taken.product
    if any(each[0].taken.product is then for each in later):
        return False
    if then.unit != now.unit:
        return True
    top, bottom = now.basis
    least, other = smallest(now) * top * then.basis[1], smallest(then) * then.basis[0] * bottom
    return least < other


# --- lower doses ---------------------------------------------------------------------------------


def _lower(before: Line, line: Line, avoid: Calendar | None) -> Iterator[Fault]:
    """Reductions on days to be avoided."""
    entry = line.entry
    if avoid is None or line.start is None or entry.nominal is not None:
        return
    if line.taken.product is not before.taken.product or line.taken.daily >= before.taken.daily:
        return
    reason = _avoided(line.start, avoid)
    if reason:
        message = f"a reduction begins on {line.start}, {reason}"
        column = entry.column("start")
        yield Fault("avoided-day", line.row, column, message, str(line.start))


def _avoided(day: date, avoid: Calendar) -> str:
    name = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    weekday = day.weekday()
    if avoid.weekdays and weekday not in avoid.weekdays:
        only = ", ".join(WEEKDAYS[each] for each in sorted(avoid.weekdays))
        return f"a {name[weekday]}, not one of {only}"
    if avoid.avoid_weekends and weekday >= 5:  # noqa: PLR2004 - Saturday
        return f"a {name[weekday]}"
    if avoid.holidays and is_holiday(day, avoid.holidays):
        return "a public holiday"
    return ""
