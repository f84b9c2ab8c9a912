"""Laws of the withdrawal checks (contract 7)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from verify.laws.law import law

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.case import Case, Seen

# contract 7a: the first and last day after a reduction on which withdrawal would show
SHOWS = {
    "ir": (1, 3),
    "er": (2, 4),
    "long-acting": (3, 5),
    "fentanyl-patch": (3, 5),  # after the first full period of 72 hours
    "buprenorphine-patch": (5, 7),
}
CONTACT_DAYS = 28
MONITORING_DAYS = 92  # three months
NOTICE_DAYS = 2  # a check before a reduction is at least this much earlier
AFTER_STOP = (7, 28)
WEEKEND = 2  # days
WEEK = 7
REVIEW_DAYS = 5  # a review is in the last days of its hold: two days, and a weekend
ALWAYS = ("PEG", "mood", "suicide", "sleep", "naloxone")
SCALES = ("COWS", "16-item Subjective Opiate Withdrawal Scale")
REASONS = {"after-reduction", "before-reduction", "contact", "hold-review", "after-stop"}


def working(day: int) -> bool:
    """Whether an ordinal is a Monday to Friday."""
    return (day - 1) % WEEK < WEEK - WEEKEND  # day 1 of the calendar was a Monday


def _decided(row: Seen, following: Seen) -> int:
    """The last working day at least two days before the next row, but not before this one."""
    day = following.first - NOTICE_DAYS
    while not working(day):
        day -= 1
    return max(day, row.first)


def withdrawal(case: Case) -> str:
    """By what withdrawal from this product is timed, from its drug and its form."""
    product = case.product
    if product.is_patch:
        return f"{product.drug}-patch"
    if product.drug in {"methadone", "levorphanol"}:
        return "long-acting"
    return "ir" if product.release == "ir" else "er"


@law("7")
def looked_at_when_withdrawal_would_show(case: Case) -> Iterator[str]:
    """Each reduction and the stop have one check when withdrawal would show, before the next."""
    looked = case.looks.get("after-reduction", [])
    rows = [row for row in case.rows if row.kind in {"reduce", "stop"}]
    if [number for number, _ in looked] != [row.number for row in rows]:
        yield f"looked at after {looked}"
        return
    first, last = SHOWS[withdrawal(case)]
    decided = dict(case.looks.get("before-reduction", []))
    for (_, day), row in zip(looked, rows, strict=True):
        limit = min(decided.get(row.number, day), row.first + last)
        if not min(row.first + first, limit) <= day <= limit:
            yield f"step {row.number}: looked at after {day - row.first} days"


@law("7")
def decided_before_the_next(case: Case) -> Iterator[str]:
    """A check on the last working day at least two days before each next reduction."""
    expected = [
        (row.number, _decided(row, following))
        for row, following in zip(case.rows, case.rows[1:], strict=False)
        if following.kind in {"reduce", "stop"}
    ]
    found = case.looks.get("before-reduction", [])
    if found != expected:
        yield f"decided on {found}, not {expected}"


@law("7")
def holds_end_with_a_review(case: Case) -> Iterator[str]:
    """At the end of every hold there is a review."""
    reviews = dict(case.looks.get("hold-review", []))
    holds = [row for row in case.rows if row.kind == "hold"]
    if sorted(reviews) != [row.number for row in holds]:
        yield f"reviews of {sorted(reviews)}"
        return
    for row in holds:
        end = row.end or row.first
        if not end - REVIEW_DAYS <= reviews[row.number] < end or reviews[row.number] < row.first:
            yield f"step {row.number}: reviewed on {reviews[row.number]}"


@law("7")
def seen_after_the_stop(case: Case) -> Iterator[str]:
    """One and four weeks after the stop, on the next working day."""
    for row in case.rows:
        if row.kind == "stop":
            days = [d - row.first for n, d in case.looks.get("after-stop", []) if n == row.number]
            if len(days) != len(AFTER_STOP) or any(
                not due <= day <= due + WEEKEND for day, due in zip(days, AFTER_STOP, strict=False)
            ):
                yield f"step {row.number}: seen {days} days after the stop"


@law("7")
def never_long_without_contact(case: Case) -> Iterator[str]:
    """No more than 28 days go by without a check."""
    last = case.begin
    for check in case.plan.checks:
        day = check.date.toordinal()
        if day - last > CONTACT_DAYS:
            yield f"{day - last} days without contact before {check.date}"
        last = day
    if case.last_day - last > CONTACT_DAYS:
        yield "the end of the plan is without contact"


@law("7")
def monitored_every_three_months(case: Case) -> Iterator[str]:
    """The prescription monitoring programme is looked at every three months."""
    checks = case.plan.checks
    if not checks:
        yield "no checks at all"
        return
    last = None
    for check in checks:
        if _monitors(check.items):
            last = check.date.toordinal()
        elif last is None or check.date.toordinal() - last > MONITORING_DAYS:
            yield f"not looked at by {check.date}"
            return


@law("7")
def checks_say_what_to_look_at(case: Case) -> Iterator[str]:
    """Each check has its row, its day in order, and everything that is to be looked at."""
    before = case.begin
    steps = case.plan.steps
    for check in case.plan.checks:
        day = check.date.toordinal()
        if day < before:
            yield f"{check.date}: out of order"
        before = day
        step = steps[check.step] if check.step < len(steps) else steps[0]
        if step.start is None or step.start > check.date:
            yield f"{check.date}: belongs to step {check.step}, which has not begun"
        if check.reason not in REASONS or not check.how:
            yield f"{check.date}: {check.reason} {check.how}"
        for missing in _missing(check.items):
            yield f"{check.date}: {missing} is missing"


@lru_cache(maxsize=64)
def _monitors(items: tuple[str, ...]) -> bool:
    return any("drug monitoring program" in item for item in items)


@lru_cache(maxsize=64)
def _missing(items: tuple[str, ...]) -> tuple[str, ...]:
    text = " ".join(items)
    missing = [word for word in ALWAYS if word not in text]
    if not any(scale in text for scale in SCALES):
        missing.append("a withdrawal scale")
    if "SOWS" in text:
        missing.append("the name of a scale in full")
    return tuple(missing)
