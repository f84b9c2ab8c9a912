"""SPEC 4 once more: slow, plain and exact. One opportunity after another, one row after another."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from verify.asked import is_quick
from verify.choice import Choice, Opportunity, candidates, choose
from verify.clock import END, CannotPlan, Opportunities, whole
from verify.curve import CURRENT, Fall, fall
from verify.goal import Goal, reachable
from verify.medicine import FOUR_WEEKS, TWO_WEEKS
from verify.shelf import tablets
from verify.times import divide, fallen, ranks, spread, usual

if TYPE_CHECKING:
    from collections.abc import Callable

    from verify.asked import Asked, Phase
    from verify.curve import Pace
    from verify.shelf import Amounts, Shelf
    from verify.times import Placed

LONGEST_LAST = 56  # SPEC 4.4: the smallest dose is kept for eight weeks at most
UNAVOIDABLE = "unavoidable-cut"


class Row(NamedTuple):
    """A row of a plan; ``end`` is the day after its last one, None for the last stop."""

    kind: str
    first: int
    end: int | None
    taken: Placed
    shelf: Shelf
    marks: tuple[str, ...] = ()

    @property
    def daily(self) -> int:
        """The daily dose."""
        return sum(amount for _, amount in self.taken)


@dataclass
class Course:
    """A taper under way: the row in force, and what is known of the way there."""

    asked: Asked
    shelf: Shelf = field(init=False)
    row: Row = field(init=False)
    rows: list[Row] = field(default_factory=list)
    point: Fall = field(init=False)
    others: Fraction = Fraction(0)  # other opioids, in units of this product
    original: Fraction = field(init=False)  # in units of the product in force
    goal: Fraction = field(init=False)
    aim: Goal | None = None  # how the goal is reached
    reductions: int = 0
    pending: int = 0  # days of a hold before the next reduction
    held: set[int] = field(default_factory=set)  # holds that were met, by their place

    def __post_init__(self) -> None:
        """Stand before the first opportunity."""
        self.shelf = self.asked.shelf
        self.original, self.goal = Fraction(self.asked.original), Fraction(self.asked.goal)
        self.point = Fall(self.original, Fraction(0), self.original)
        self.row = Row("baseline", self.asked.start, None, self.asked.now, self.shelf)
        self.settle()

    @property
    def amounts(self) -> Amounts:
        """What is taken now, by rank."""
        return ranks(self.row.taken)

    @property
    def at_smallest(self) -> bool:
        """Whether only zero is left."""
        return self.amounts == (self.shelf.smallest,)

    def settle(self) -> None:
        """The goal is the lowest dose at or above it that the rules reach (SPEC 3.3)."""
        if 0 < self.goal < self.row.daily and self.asked.finish is None:
            self.aim = reachable(self.shelf, self.amounts, self.limits(), self.goal)
            self.goal = self.aim.daily

    def limits(self) -> tuple[int, int, int] | None:
        """Of a combination: what is taken of the other ingredient, and how many tablets."""
        if not self.shelf.product.is_combination:
            return None
        written = self.asked.written
        if written and self.row.taken == self.asked.now:
            return tablets((written,) * len(self.amounts))
        return self.shelf.tablets(self.amounts)

    def enter(self, kind: str, day: int, taken: Placed, marks: tuple[str, ...] = ()) -> None:
        """Begin a row."""
        if day > self.row.first:
            self.rows.append(self.row._replace(end=day))
        self.row = Row(kind, day, None, taken, self.shelf, marks)

    def rule(self) -> tuple[Pace, Phase | None]:
        """The rule in force: the first phase whose end the curve has not reached."""
        for phase in self.asked.phases:
            if phase.until is None or self.point.left > phase.until * self.original:
                return phase.pace, phase
        return self.asked.pace, None


def plan(asked: Asked, others: Fraction = Fraction(0)) -> list[Row]:
    """The rows of a plan, from its start to the stop or to the first review of a goal."""
    course = Course(asked, others=others)
    first = asked.baseline.after(asked.start, 1, asked.period)
    opportunities = Opportunities(asked.every, asked.period, first)
    while True:
        day = opportunities.day
        if day > END:
            message = "the plan would neither end nor reach its goal by 2100-12-31"
            raise CannotPlan(message)
        pace, phase = course.rule()
        if phase is not None and phase.every != opportunities.every:
            opportunities = Opportunities(phase.every, asked.period, day)
        course.point = fall(pace, course.original, course.point, course.others)
        begun = _act(course, pace, opportunities)
        if begun is None:
            return course.rows
        opportunities.go_on(begun)


def _act(course: Course, pace: Pace, opportunities: Opportunities) -> int | None:
    """What happens at an opportunity: the day on which it really was; None at the end."""
    asked, day = course.asked, opportunities.day
    if course.row.daily <= course.goal or (course.goal and course.at_smallest):
        _maintain(course, day)
        return None
    would = asked.days.allowed(day)
    if UNAVOIDABLE in course.row.marks and would - course.row.first < TWO_WEEKS:
        return day
    if course.at_smallest and not _finishes(course, None):
        return _stop(course, pace, day, would)
    choice = _chosen(course, pace, opportunities)
    if _finishes(course, choice):
        return _change(course, pace, day)
    if choice.stuck:
        _stuck(course, day)
        return None
    return day if choice.amounts is None else _reduce(course, day, choice)


def _reduce(course: Course, day: int, choice: Choice) -> int:
    """A reduction, and the hold that is due after it; the day on which it begins."""
    assert choice.amounts is not None
    taken = divide(choice.amounts, course.row.taken, course.asked.favor)
    begin = _begin(course, day)
    course.enter("reduce", begin, taken, (UNAVOIDABLE,) if choice.unavoidable else ())
    _count(course)
    return begin


def _chosen(course: Course, pace: Pace, opportunities: Opportunities) -> Choice:
    asked, shelf, now = course.asked, course.shelf, course.amounts
    if course.at_smallest:
        return Choice(None, unavoidable=True)
    latest = course.row.first + asked.longest_wait
    opportunity = Opportunity(
        max(course.point.left, course.goal),
        course.point.by,
        pace.most(course.original, sum(now) + course.others),
        is_quick(pace, opportunities.every)
        and opportunities.day <= latest < opportunities.following,
    )
    limits = course.limits()
    if course.aim is not None:
        return choose(course.aim.open(now, limits), sum(now), opportunity)
    return choose(candidates(shelf, now, course.goal, limits), sum(now), opportunity)


def _begin(course: Course, day: int) -> int:
    """The day on which a reduction of this opportunity begins, after the hold before it."""
    asked = course.asked
    if not course.pending:
        return asked.days.allowed(day)
    first = asked.days.allowed(day, holds=False)
    begin = asked.days.allowed(first + course.pending)
    course.enter("hold", first, course.row.taken)
    course.pending = 0
    return begin


def _count(course: Course) -> None:
    """Count a reduction, and find the hold that follows it: of several the longest."""
    asked, daily = course.asked, course.row.daily
    course.reductions += 1
    due = []
    for place, hold in enumerate(asked.holds):
        limit = hold.dose if hold.share is None else hold.share * course.original
        if hold.every:
            if course.reductions % hold.every == 0:
                due.append(hold.days)
        elif limit is not None and daily <= limit and place not in course.held:
            course.held.add(place)
            due.append(hold.days)
    course.pending = whole(max(due, default=0), asked.period)


def _stop(course: Course, pace: Pace, day: int, would: int) -> int | None:
    """Zero, where rule 4 allows it here; else the day of this opportunity."""
    asked, row, smallest = course.asked, course.row, course.shelf.smallest
    if row.kind == "baseline" and asked.is_last:
        ready = would >= asked.kept(row.first)
    elif pace.is_linear:
        ready = 2 * course.point.left < smallest
    else:
        ready = not asked.is_last or would >= asked.kept(row.first)
        low = 2 * course.point.linear < smallest
        ready = ready and (low or would - row.first >= LONGEST_LAST)
    if not ready:
        return day
    course.enter("stop", _begin(course, day), ())
    course.rows.append(course.row)
    return None


def _maintain(course: Course, day: int) -> None:
    """The goal, or the lowest dose above it that the rules reach, until its first review."""
    course.enter("maintain", day, course.row.taken)
    course.rows.append(course.row._replace(end=day + whole(FOUR_WEEKS, course.asked.period)))


def _stuck(course: Course, day: int) -> None:
    if not course.goal:
        message = "no dose is left within half of the current one"
        raise CannotPlan(message)
    _maintain(course, day)


def _finishes(course: Course, choice: Choice | None) -> bool:
    """Whether the finer product comes here: where it was said, or the next cut is unavoidable."""
    finish = course.asked.finish
    if finish is None or course.shelf is finish.shelf:
        return False
    if finish.at is not None:
        return course.row.daily <= finish.at
    return choice is None or choice.unavoidable or choice.stuck


def _change(course: Course, pace: Pace, day: int) -> int:
    """The same daily dose of the finer product, or the nearest below; for a full interval."""
    asked, finish = course.asked, course.asked.finish
    assert finish is not None
    ratio = course.shelf.product.basis / finish.shelf.product.basis
    wanted = course.row.daily * ratio
    caps = (finish.shelf.amounts[-1],) * (finish.number or len(course.amounts))
    total = next((t for t in finish.shelf.totals(caps) if 0 < t <= wanted), 0)
    reference = course.row.daily if pace.of == CURRENT else course.original
    if not total or wanted - total > pace.share * reference * ratio:
        message = "the change of product lowers the dose by more than the reduction asked for"
        raise CannotPlan(message)
    amounts = finish.shelf.divided(total, caps)
    assert amounts is not None
    course.shelf = finish.shelf
    times = _times(course.row.taken, len(amounts))
    course.enter("change", day, spread(amounts, times, asked.favor))
    course.point = Fall(*(part * ratio for part in course.point))
    course.original, course.goal = course.original * ratio, course.goal * ratio
    return day


def _times(before: Placed, number: int) -> tuple[str, ...]:
    """The times after a change: as before where the number stays."""
    if number == len(before):
        return tuple(time for time, _ in before)
    return fallen(before, number) if number < len(before) else usual(number)


def reached(rows: list[Row]) -> int:
    """The day of the stop, or the first day of the goal."""
    day = rows[-1].first
    for row in reversed(rows):
        if row.taken != rows[-1].taken or row.shelf is not rows[-1].shelf:
            break
        day = row.first
    return day


def within(make: Callable[[Fraction], Asked], last: int) -> Fraction:
    """The smallest multiple of 0.1% whose stop (or goal) is on a day or before (SPEC 3.3)."""
    for tenths in range(1, 1001):
        try:
            rows = plan(make(Fraction(tenths, 1000)))
        except CannotPlan:
            continue
        if reached(rows) <= last:
            return Fraction(tenths, 1000)
    message = "no reduction is quick enough"
    raise CannotPlan(message)
