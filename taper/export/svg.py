"""The chart of the daily dose as SVG: black and white, exact coordinates, a title and words.

Coordinates are integers of a hundredth of a point, printed as decimals; nothing is a float.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from taper.export.chart import PERCENT, Chart, chart
from taper.export.language import Language, language
from taper.export.medicine import capital, drug_name, product_name, products
from taper.planning.document import last_rows
from taper.quantities import plain

if TYPE_CHECKING:
    from taper.export import Options
    from taper.export.chart import Series
    from taper.planning.plan import Plan
    from taper.regimen.table import Regimen

_POINT = 100  # coordinates are hundredths of a point
_MOST_LABELS = 8  # dates along the axis
_CHARACTER = 60  # hundredths of the font size that a character is wide, about
_DASHES = ("none", "7 3", "2 3", "9 3 2 3")  # one a series
_NICE = (1, 2, 5, 10)  # gridlines stand at these, and at these times ten

_HATCHING = (
    '<defs><pattern id="hold" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path d="M0 0V6" stroke="#777" stroke-width="1.6"/>'
    "</pattern></defs>"
)


@dataclass(frozen=True, slots=True)
class Look:
    """How large the drawing is, in points, and what is in it."""

    width: int = 720
    height: int = 320
    size: int = 13  # of the letters
    font: str = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
    ideal: bool = True  # the curve: for prescribers; left off the hand-out


def render(plan: Plan, options: Options) -> str:
    """The chart of a plan as a file."""
    look = Look(size=18, height=400) if options.large_print else Look()
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return (
        head + drawing(plan, language(options.language, plan.request.formulary.market), look) + "\n"
    )


def description(plan: Plan, words: Language) -> str:
    """The chart in words, for readers who cannot see it."""
    drawn = chart(plan)
    text = _of_several(plan, words) if plan.request.also else _of_one(plan, words)
    if drawn.holds:
        text += " " + words.say("chart.holds", count=str(len(drawn.holds)))
    return text


def _of_one(plan: Plan, words: Language) -> str:
    """From where to where one opioid goes, and when."""
    first, last = plan.steps[0], plan.steps[-1]
    day = plan.stop_date or last.start or plan.start
    steps = sum(step.cut > 0 for step in plan.steps[1:])
    return words.say(
        "chart.description",
        first=_each_day(first.regimen, words),
        start=words.day(plan.start),
        steps=str(steps),
        last=_daily(last.regimen, words),
        end=words.day(day),
    )


def _of_several(plan: Plan, words: Language) -> str:
    """The same of each opioid: the main one, then the others in their order."""
    said = [words.say("chart.several", start=words.day(plan.start))]
    others = [each.regimen for each in plan.request.also]
    beside = {regimen.product for regimen in others}
    names = names_of(plan, chart(plan), words)
    for name, now, last in zip(
        names, (plan.steps[0].regimen, *others), last_rows(plan), strict=True
    ):
        values = {"name": capital(name), "first": _each_day(now, words)}
        if last is None:
            said.append(words.say("chart.kept", **values))
            continue
        own = [
            step
            for step in plan.steps[1:]
            if (
                step.regimen.product is now.product
                if now in others
                else step.regimen.product not in beside
            )
        ]
        values["steps"] = str(sum(step.cut > 0 for step in own))
        values["last"] = _daily(last.regimen, words)
        there = next(step.start for step in own if step.daily == last.daily)
        values["end"] = words.day(there or plan.start)
        said.append(words.say("chart.of_each", **values))
    return " ".join(said)


def _daily(regimen: Regimen, words: Language) -> str:
    """What is taken, or none."""
    if not regimen.daily:
        return words.say("chart.zero")
    return regimen.product.text(regimen.daily)


def _each_day(regimen: Regimen, words: Language) -> str:
    """The same with the day it is for; a patch has a rate instead."""
    text = _daily(regimen, words)
    return text if regimen.product.is_patch else words.say("chart.daily", amount=text)


def drawing(plan: Plan, words: Language, look: Look) -> str:
    """The ``<svg>`` element."""
    drawn = chart(plan)
    return Drawing(drawn, words, look, names_of(plan, drawn, words)).text(description(plan, words))


def names_of(plan: Plan, drawn: Chart, words: Language) -> list[str]:
    """Each opioid; two products of the same one by their whole names."""
    names = [drug_name(words, series.drug) for series in drawn.series]
    known = {product.id: product for product in products(plan)}
    return [
        name if names.count(name) == 1 else product_name(words, known[series.product])
        for name, series in zip(names, drawn.series, strict=True)
    ]


def _at(hundredths: int) -> str:
    """A coordinate: ``12345`` is ``123.45``."""
    return plain(hundredths * 10)


class Drawing:
    """The parts of one drawing; each returns SVG text."""

    def __init__(self, drawn: Chart, words: Language, look: Look, names: list[str]) -> None:
        """Work out where things are; ``names`` are those of the series."""
        self.drawn, self.words, self.look, self.names = drawn, words, look, names
        self.size = look.size * _POINT
        self.top = self._nice_top()
        widest = max(len(self._label(level)) for level in self._levels())
        self.left = self.size + widest * self.size * _CHARACTER // 100
        self.right = look.width * _POINT - self.size * 2
        self.above = self.size * 2
        self.entries = self._entries()
        self.floor = look.height * _POINT - self.size * 5 - self._legend_rows() * self.size * 3 // 2

    # --- where things are

    def x(self, day: date) -> int:
        """Across: the day."""
        days = (day - self.drawn.start).days
        return self.left + (self.right - self.left) * days // self.drawn.days

    def y(self, dose: int, denominator: int = 1) -> int:
        """Down: the dose over its denominator."""
        return self.floor - (self.floor - self.above) * dose // (self.top * denominator)

    def _nice_step(self) -> int:
        """The distance of the gridlines: three to six of them."""
        scale = 1
        while True:
            for nice in _NICE:
                if nice * scale * 6 >= self.drawn.top:
                    return nice * scale
            scale *= 10

    def _nice_top(self) -> int:
        step = self._nice_step()
        return -(-self.drawn.top // step) * step

    def _levels(self) -> list[int]:
        return list(range(0, self.top + 1, self._nice_step()))

    def _label(self, dose: int) -> str:
        return plain(dose) + (PERCENT if self.drawn.unit == PERCENT else f" {self.drawn.unit}")

    # --- what is drawn

    def text(self, described: str) -> str:
        """All of it."""
        words, look = self.words, self.look
        parts = [
            self._opening(),
            f'<title id="chart-title">{escape(words.say("chart.title"))}</title>',
            f'<desc id="chart-desc">{escape(described)}</desc>',
            _HATCHING,
            f'<rect width="{look.width}" height="{look.height}" fill="#fff"/>',
            self._text(self.left - self.size, self.size * 5 // 4, self._heading(), "start", "bold"),
            *self._holds(),
            *self._grid(),
            *self._dates(),
            *self._curve(),
            *(
                line
                for place, each in enumerate(self.drawn.series)
                for line in self._line(place, each)
            ),
            *self._checks(),
            *self._legend(),
            "</svg>",
        ]
        return "\n".join(parts)

    def _opening(self) -> str:
        look = self.look
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {look.width} {look.height}" '
            f'width="{look.width}" height="{look.height}" role="img" '
            f'aria-labelledby="chart-title chart-desc" lang="{self.words.code}" '
            f'font-family={quoteattr(look.font)} font-size="{look.size}" fill="#000">'
        )

    def _heading(self) -> str:
        if self.drawn.unit == PERCENT:
            return self.words.say("chart.heading_percent")
        return self.words.say("chart.heading", name=self.names[0])

    def _text(
        self, x: int, y: int, text: str, anchor: str = "start", weight: str = "normal"
    ) -> str:
        bold = ' font-weight="bold"' if weight == "bold" else ""
        return f'<text x="{_at(x)}" y="{_at(y)}" text-anchor="{anchor}"{bold}>{escape(text)}</text>'

    def _grid(self) -> list[str]:
        parts = []
        for dose in self._levels():
            y = _at(self.y(dose))
            color, width = ("#000", "1.2") if not dose else ("#bbb", "0.7")
            parts.append(
                f'<path d="M{_at(self.left)} {y}H{_at(self.right)}" stroke="{color}" '
                f'stroke-width="{width}"/>'
            )
            beside = self.left - self.size // 2
            parts.append(
                self._text(beside, self.y(dose) + self.size // 3, self._label(dose), "end")
            )
        return parts

    def _ticks(self) -> list[date]:
        """Up to eight days along the axis, whole weeks apart; the stop is one of its own."""
        width = 13 * self.size * _CHARACTER // 100
        most = max(min((self.right - self.left) // width, _MOST_LABELS), 2)
        drawn = self.drawn
        length = (drawn.end - drawn.first_day).days
        apart = -(-length // (7 * most)) * 7
        days = [drawn.first_day + timedelta(days=n) for n in range(0, length, apart)]
        stop = self.drawn.stop
        if stop is not None:
            days = [day for day in days if abs(self.x(day) - self.x(stop)) > width]
            days.append(stop)
        return days

    def _dates(self) -> list[str]:
        parts = []
        for day in self._ticks():
            x = self.x(day)
            parts.append(
                f'<path d="M{_at(x)} {_at(self.floor)}v5" stroke="#000" stroke-width="1"/>'
            )
            half = 6 * self.size * _CHARACTER // 100
            x = min(max(x, half), self.look.width * _POINT - half)
            below = self.floor + self.size * 3
            parts.append(self._text(x, below, self.words.month_day(day), "middle"))
            parts.append(self._text(x, below + self.size * 9 // 8, str(day.year), "middle"))
        return parts

    def _holds(self) -> list[str]:
        return [
            f'<rect class="hold" x="{_at(self.x(first))}" y="{_at(self.above)}" '
            f'width="{_at(self.x(last) - self.x(first))}" '
            f'height="{_at(self.floor - self.above)}" fill="url(#hold)" fill-opacity="0.5"/>'
            for first, last in self.drawn.holds
        ]

    def _curve(self) -> list[str]:
        points = self.drawn.ideal
        if not points or not self.look.ideal:
            return []
        path = f"M{_at(self.left)} {_at(self.y(self.drawn.series[0].levels[0].dose))}"
        for point in points:
            path += f"H{_at(self.x(point.day))}V{_at(self.y(point.dose, point.denominator))}"
        path += f"H{_at(self.x(self.drawn.stop or self.drawn.end))}"
        style = 'fill="none" stroke="#666" stroke-width="1.4" stroke-dasharray="3 3"'
        return [f'<path class="ideal" d="{path}" {style}/>']

    def _line(self, place: int, series: Series) -> list[str]:
        path, before = "", None
        for level in series.joined:
            y = _at(self.y(level.dose))
            if before != level.start:
                path += f"M{_at(self.x(level.start))} {y}"
            else:
                path += f"V{y}"
            path += f"H{_at(self.x(level.end))}"
            before = level.end
        last = series.joined[-1]
        if last.end < self.drawn.end and last.dose:
            path += f"V{_at(self.floor)}"
        dash = _DASHES[place % len(_DASHES)]
        style = f'fill="none" stroke="#000" stroke-width="2.6" stroke-dasharray="{dash}"'
        return [f'<path class="dose" d="{path}" {style}/>']

    def _mark(self, x: int, y: int) -> str:
        """A check: a small triangle that points up at the axis."""
        side = self.size * 3 // 10
        return f"M{_at(x)} {_at(y)}l{_at(side)} {_at(side * 2)}h{_at(-2 * side)}z" if side else ""

    def _checks(self) -> list[str]:
        if not self.drawn.checks:
            return []
        y = self.floor + self.size * 3 // 4
        marks = "".join(self._mark(self.x(day), y) for day in self.drawn.checks)
        return [f'<path class="checks" d="{marks}" fill="#000"/>']

    # --- what the signs mean

    def _entries(self) -> list[tuple[str, str]]:
        """Each sign with its words."""
        many = len(self.names) > 1
        say = self.words.say
        entries = [
            (f"dose {place}", name if many else say("chart.legend_dose"))
            for place, name in enumerate(self.names)
        ]
        if self.drawn.ideal and self.look.ideal:
            entries.append(("ideal", say("chart.legend_ideal")))
        if self.drawn.holds:
            entries.append(("hold", say("chart.legend_hold")))
        if self.drawn.checks:
            entries.append(("check", say("chart.legend_check")))
        return entries

    def _placed(self) -> list[tuple[int, int, str, str]]:
        """The entries in rows: column and row of each."""
        placed, x, row = [], self.left, 0
        for sign, text in self.entries:
            width = self.size * 4 + len(text) * self.size * _CHARACTER // 100
            if x > self.left and x + width > self.right + self.size:
                x, row = self.left, row + 1
            placed.append((x, row, sign, text))
            x += width
        return placed

    def _legend_rows(self) -> int:
        return self._placed()[-1][1] + 1

    def _legend(self) -> list[str]:
        parts = []
        for x, row, sign, text in self._placed():
            base = self.floor + self.size * 6 + row * self.size * 3 // 2
            parts.append(self._sign(sign, x, base))
            parts.append(self._text(x + self.size * 5 // 2, base, text))
        return parts

    def _sign(self, sign: str, x: int, base: int) -> str:
        middle, wide = base - self.size * 3 // 10, self.size * 2
        kind, _, place = sign.partition(" ")
        if kind == "hold":
            return (
                f'<rect x="{_at(x)}" y="{_at(base - self.size * 4 // 5)}" width="{_at(wide)}" '
                f'height="{_at(self.size)}" fill="url(#hold)" stroke="#777" stroke-width="0.7"/>'
            )
        if kind == "check":
            return (
                f'<path d="{self._mark(x + wide // 2, base - self.size * 6 // 10)}" fill="#000"/>'
            )
        color, width, dash = "#666", "1.4", "3 3"
        if kind == "dose":
            color, width, dash = "#000", "2.6", _DASHES[int(place) % len(_DASHES)]
        return (
            f'<path d="M{_at(x)} {_at(middle)}h{_at(wide)}" stroke="{color}" '
            f'stroke-width="{width}" stroke-dasharray="{dash}"/>'
        )
