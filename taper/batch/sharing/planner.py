"""Rows to plans: what was planned before is shared, everything else goes through the reader.

Sharing works because few fields decide a schedule, and patients of one practice are treated
alike: of a million rows a few thousand differ in them. And it is safe because a row shares a
plan only if the very values that decide it, character for character, were read and planned in
full before, and every other field is of a form that is known to be good: a printable id and
label, a start from a table of dates, risks and a specialist that were accepted before. No value
is interpreted on the quick way, so it cannot read one in another way than the reader does. A
row in doubt is read in full, and gets all its problems at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from taper.batch.reading.row import SHARED, Fault, Loose, given, id_text, too_long
from taper.batch.sharing.days import FIRST, starts
from taper.batch.sharing.moved_start import Movable, Restarted, groups, shared_by
from taper.batch.sharing.template import ID, LABEL
from taper.engine.course import LATEST_DAY
from taper.errors import Problem, Refused, TaperError
from taper.planning.make import make_plan
from taper.reading import read
from taper.reading.values import LONGEST_TEXT
from taper.request.fields import CLOSE_RISKS, PRODUCTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taper.batch.reading.row import Layout, Row
    from taper.planning.plan import Plan

MOST_REMEMBERED = 48 * 2**20  # bytes of what is shared; then all of it is forgotten
_OVERHEAD = 8000  # bytes of a plan that is kept beside its renderings
_PROBLEMS = 1500  # bytes of the problems of a row
_MOST_ASIDE = 20_000
_MOST_WRONG = 2_000
_DATED = frozenset({"over", "by", "history"})  # whose problems depend on the start
_OWN_PACE = ("every", "phases", "guideline")  # with one, the default interval does not matter
_FIRST_ASIDE = 3  # where a flat row's values begin that do not change its steps
_START = slice(2, 3)
_RISKS = slice(3, 5)  # who was consulted, and the risks: a risk may ask for a specialist
_KNOWN = 5  # ``on_opioids_for``
_FAULTS = (ArithmeticError, AssertionError, LookupError, RecursionError, TypeError, ValueError)


class Rendering(Protocol):
    """A plan in all outputs, for the rows that share it; ``size`` in bytes."""

    size: int


class Renderer(Protocol):
    """Renders plans whose id and label are marks."""

    def shared(self, plan: Plan) -> Any:
        """The rendering of a plan."""

    def moved(self, like: Any, plan: Restarted) -> Any:
        """The rendering of a plan begun on another day than ``like``."""


# a row's plan: its id and label, the number of its first day, and its rendering
Planned = tuple[str, "str | None", int, Any]


class Failed(NamedTuple):
    """The problems of a row that has no plan."""

    id: str
    problems: tuple[Problem, ...]


class _Shared:
    """What rows have in common: plans by group of starts, renderings by start."""

    __slots__ = ("by_start", "groups", "plans", "scope")

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self.groups = groups(scope)
        self.plans: dict[int, Movable] = {}  # a plan is moved more quickly than it is made
        self.by_start: dict[int, Rendering] = {}


class Planner:
    """Plans rows, and remembers what they have in common, up to a limit."""

    def __init__(
        self, layout: Layout, renderer: Renderer, *, whole: bool, products: str = ""
    ) -> None:
        """``products`` are the clinic's own (:class:`~taper.formulary.local.Unchecked`).

        ``whole`` if the rendering depends on every field, not on the steps alone.
        """
        self.layout = layout
        self._renderer = renderer
        self._whole = whole
        self._products = products
        self._first = _FIRST_ASIDE if whole else SHARED
        self._end = layout.end
        market = layout.names.index("market") if "market" in layout.names else layout.end
        self._market = slice(market, min(market + 1, layout.end))
        # by the values that decide: what is shared, or the problems that they always have. How
        # long opioids were taken decides the default pace alone, so it counts only in rows that
        # do not name a pace: theirs is a table by ``on_opioids_for``
        # A table by whether risks ask for close contact: they decide the default fills and checks.
        self._known: dict[bool, dict[Any, Any]] = {False: {}, True: {}}
        # what was accepted of specialists and risks, and whether they ask for close contact
        self._aside: dict[Any, bool] = {}
        self._lengths: set[Any] = set()
        # problems that a start or risks have whatever else the row asks for
        self._wrong: dict[Any, tuple[Problem, ...]] = {}
        self._size = 0
        self._starts = starts()
        self._last = (LATEST_DAY - FIRST).days
        self.read_in_full = 0  # rows

    def plans(self, rows: Iterable[Row], first: int) -> list[Planned | Failed]:
        """The plans of a chunk; its first row is the ``first``-th of the input."""
        known, aside, lengths, starts = self._known, self._aside, self._lengths, self._starts
        shared = slice(self._first, self._end)
        made: list[Planned | Failed] = []
        add = made.append
        for number, row in enumerate(rows, first):
            found = closely = None
            if row.__class__ is tuple:
                closely = aside.get(row[_RISKS])
                found = known[closely or False].get(row[shared])
            if found.__class__ is dict:
                found = found.get(row[_KNOWN])
            if found.__class__ is _Shared and row[_KNOWN] in lengths and closely is not None:
                start = starts.get(row[2])
                ident, label = row[0] or f"row-{number}", row[1] or None
                if start is not None and _are_plain(ident, label):
                    rendering = found.by_start.get(start) or self._on(found, start)
                    if rendering is not None:
                        add((ident, label, start, rendering))
                        continue
            add(self._slowly(row, number, found))
        return made

    def _slowly(self, row: Row, number: int, found: Any) -> Planned | Failed:
        """A row that cannot share a plan: its problems are known, or it is read in full."""
        if found is not None and row[_KNOWN] in self._lengths:
            ident, label = row[0] or f"row-{number}", row[1] or None
            if _are_plain(ident, label):
                problems = self._problems_of(found, row, self._starts.get(row[2]))
                if problems is not None:
                    return Failed(ident, problems)
        return self._in_full(row, number)

    def _problems_of(self, found: Any, row: Row, start: int | None) -> tuple[Problem, ...] | None:
        """The problems of a row with shared values, if they are known."""
        good = row[_RISKS] in self._aside
        if found.__class__ is not _Shared:
            return found if good and start is not None else None
        if good:
            return self._wrong.get(row[_START])
        return None if start is None else self._wrong.get(self._risks_of(row))

    def _risks_of(self, row: Row) -> tuple[Any, ...]:
        """Risks and a specialist, and the market in whose words they are refused."""
        market: tuple[Any, ...] = row[self._market]
        return (*row[_RISKS], *market)

    def _on(self, shared: _Shared, start: int) -> Rendering | None:
        """The rendering of a shared plan for a day on which none began before, if it moves."""
        found = shared.plans.get(shared.groups[start]) if shared.groups is not None else None
        if found is None or start + found.days > self._last:  # too late to be sure that it ends
            return None
        return self._keep(
            shared, start, self._renderer.moved(found.rendering, Restarted(found, start))
        )

    def _keep(self, shared: _Shared, start: int, rendering: Rendering) -> Rendering:
        shared.by_start[start] = rendering
        self._size += rendering.size
        return rendering

    def _in_full(self, row: Row, number: int) -> Planned | Failed:
        """Read and plan a row; all its problems at once."""
        self.read_in_full += 1
        if isinstance(row, Fault):
            return Failed(row.id or f"row-{number}", row.problems)
        loose = isinstance(row, Loose)
        values = given(row.values.items()) if isinstance(row, Loose) else self.layout.values(row)
        ident = id_text(values.get("id")) or f"row-{number}"
        values.setdefault("id", ident)
        if self._products:
            values[PRODUCTS] = self._products
        problems = too_long(values)
        if problems:
            return Failed(ident[:LONGEST_TEXT], tuple(problems))
        request = None
        try:
            request = read(values)
            label = request.text["label"]
            request.text.update(id=ID, label=LABEL)  # marks where rows that share it differ
            plan = make_plan(request)
        except TaperError as error:
            if not loose:
                self._remember_wrong(row, error.problems)
            if not loose and (request is None or isinstance(error, Refused)):
                self._remember_problems(row, error.problems)
            return Failed(ident, error.problems)
        except _FAULTS as error:  # a row must not take the others with it
            message = f"this request brings the tool to a fault ({type(error).__name__}: {error})"
            return Failed(ident, (Problem("", message, "please report it"),))
        rendering = self._share(plan, None if loose else row, values)
        start = (request.calendar.start - FIRST).days
        return ident, None if label is None else str(label), start, rendering

    def _remember_wrong(self, row: Row, problems: tuple[Problem, ...]) -> None:
        """Keep problems that only the start has, or only the risks: other fields do not matter.

        That a risk is planned only with a specialist is one of them.
        """
        fields = {problem.field for problem in problems}
        if len(self._wrong) >= _MOST_WRONG:
            self._wrong.clear()
        if fields == {"start"} and row[2] not in self._starts:
            self._wrong[row[_START]] = problems
        elif fields <= {"specialist", "risks"}:
            self._wrong[self._risks_of(row)] = problems

    def _remember_problems(self, row: Row, problems: tuple[Problem, ...]) -> None:
        """Keep problems that the shared values have, whatever the other fields are."""
        values = self.layout.values(row)
        if row[_RISKS] not in self._aside or row[_KNOWN] not in self._lengths:
            return
        if row[2] not in self._starts:
            return
        if not values.keys().isdisjoint(_DATED):
            return
        if {"id", "label", "start"} & {problem.field for problem in problems}:
            return
        place, key = self._place(row, values)
        place[key] = problems
        self._size += _PROBLEMS

    def _place(self, row: Row, values: dict[str, Any]) -> tuple[dict[Any, Any], Any]:
        """The table and the key for what a row's ``values`` decide; makes room in it."""
        if self._size > MOST_REMEMBERED:
            for table in self._known.values():
                table.clear()
            self._size = 0
        known, key = self._known[self._aside[row[_RISKS]]], row[self._first : self._end]
        if self._whole or any(map(values.get, _OWN_PACE)):
            return known, key
        return known.setdefault(key, {}), row[_KNOWN]

    def _share(self, plan: Plan, row: Row | None, values: dict[str, Any]) -> Rendering:
        """Render a plan, and keep the rendering for rows with the same values."""
        rendering: Rendering = self._renderer.shared(plan)
        if row is None:
            return rendering
        scope, start = shared_by(plan.request), (plan.start - FIRST).days
        if len(self._aside) + len(self._lengths) > _MOST_ASIDE:
            self._aside.clear()
            self._lengths.clear()
        # they were accepted with this row, and no other field changes that
        self._aside[row[_RISKS]] = not CLOSE_RISKS.isdisjoint(plan.request.risks)
        self._lengths.add(row[_KNOWN])
        place, key = self._place(row, values)
        shared = place.get(key)
        if shared.__class__ is not _Shared or shared.scope != scope:
            shared = place[key] = _Shared(scope)
        if shared.groups is not None:
            shared.plans[shared.groups[start]] = Movable(plan, rendering)
            self._size += _OVERHEAD
        return self._keep(shared, start, rendering)


def _are_plain(ident: object, label: object) -> bool:
    """Whether an id and a label stand in the plan as they are."""
    return _is_plain(ident) and (label is None or _is_plain(label))


def _is_plain(text: object) -> bool:
    """Whether the reader takes a text as it is: printable, no spaces to tidy, not too long."""
    if text.__class__ is not str:
        return False
    assert isinstance(text, str)
    if len(text) > LONGEST_TEXT or not text:
        return False
    return text.isalnum() or (text.isprintable() and " ".join(text.split()) == text)
