"""Drawings over one time axis: paces side by side, and doses above what checks found."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from taper.data.files import data_file
from taper.export.chart import Chart, chart
from taper.export.language import language
from taper.export.svg import Drawing, Look, description, names_of
from taper.export.words import words
from taper.quantities import THOUSAND, plain, thousandths

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from taper.export.chart import Series
    from taper.planning.plan import Plan

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_PANEL = 190  # points: the height of the scores
_SCALES = ("cows", "sows16", "sows10", "peg", "pain", "sleep", "mood")
_DASHES = ("none", "7 3", "2 3", "9 3 2 3", "4 2", "1 3", "12 3")


class _Compared(Drawing):
    """Several paces in one drawing."""

    def _heading(self) -> str:
        return str(words()["course"]["compared"].format(unit=self.drawn.unit))


def compared(plans: Sequence[tuple[str, Plan]]) -> str:
    """The main opioid of each plan over time, under the name of its pace."""
    charts = [chart(plan) for _, plan in plans]
    names = [name for name, _ in plans]
    series: tuple[Series, ...] = tuple(each.series[0] for each in charts)
    first = charts[0]
    drawn = Chart(
        start=min(each.start for each in charts),
        first_day=first.first_day,
        end=max(each.end for each in charts),
        unit=first.unit,
        series=series,
        holds=(),
        checks=(),
        ideal=(),
        stop=None,
    )
    told = [
        words()["course"]["pace"].format(name=name, end=plan.stop_date or each.end)
        for (name, plan), each in zip(plans, charts, strict=True)
    ]
    return _HEAD + _Compared(drawn, language("en"), Look(), names).text(" ".join(told)) + "\n"


def course(plan: Plan) -> str:
    """The doses of a plan, and below them what checks found, on the same days."""
    text, look = language("en"), Look()
    drawn = chart(plan)
    drawing = Drawing(drawn, text, look, names_of(plan, drawn, text))
    upper = drawing.text(description(plan, text))
    records = [record for record in plan.records if not record["replaced"]]
    if not records:
        return _HEAD + upper + "\n"
    height = look.height + _PANEL
    panel = "\n".join(_panel(drawing, records))
    return (
        f'{_HEAD}<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {look.width} {height}" '
        f'width="{look.width}" height="{height}" role="img">\n'
        f"<title>{escape(words()['course']['title'])}</title>\n{upper}\n"
        f'<g class="scores" font-family="sans-serif" font-size="{look.size}" '
        f'transform="translate(0 {look.height})">\n{panel}\n</g>\n</svg>\n'
    )


def _panel(drawing: Drawing, records: Sequence[dict[str, object]]) -> Iterator[str]:
    """Each scale that was used, as a share of its maximum, with its figures."""
    look = drawing.look
    floor, top = (_PANEL - 40) * 100, 3000
    yield f'<rect width="{look.width}" height="{_PANEL}" fill="#fff"/>'
    yield _text(drawing.left, 1600, words()["course"]["scores"], "bold")
    left, right = _at(drawing.left), _at(drawing.right)
    yield f'<path d="M{left} {_at(floor)}H{right}" stroke="#000" stroke-width="1.2"/>'
    x = drawing.left
    for scale in _SCALES:
        points = [
            (drawing.x(_day(drawing, record)), _figure(record[scale]), str(record[scale]))
            for record in records
            if isinstance(record[scale], int) or (scale == "peg" and record[scale])
        ]
        if not points:
            continue
        most = data_file("observations.toml")[scale]["most"] * THOUSAND
        dash = _DASHES[_SCALES.index(scale)]
        marks = [(at, floor - (floor - top) * figure // most, told) for at, figure, told in points]
        path = "M" + "L".join(f"{_at(at)} {_at(y)}" for at, y, _ in marks)
        style = f'fill="none" stroke="#000" stroke-width="1.6" stroke-dasharray="{dash}"'
        yield f'<path class="score {scale}" d="{path}" {style}/>'
        for at, y, told in marks:
            yield f'<circle cx="{_at(at)}" cy="{_at(y)}" r="2.6" fill="#000"/>'
            yield _text(at + 400, y - 400, told)
        yield f'<path d="M{_at(x)} {_at(floor + 2300)}h26" {style}/>'
        name = words()["course"]["scale"][scale]
        yield _text(x + 3200, floor + 2700, name)
        x += 4600 + len(name) * look.size * 60


def _day(drawing: Drawing, record: dict[str, object]) -> date:
    """The day of a record, within what is drawn."""
    day = date.fromisoformat(str(record["date"]))
    return min(max(day, drawing.drawn.start), drawing.drawn.end)


def _figure(value: object) -> int:
    return thousandths(str(value)) or 0


def _at(hundredths: int) -> str:
    return plain(hundredths * 10)


def _text(x: int, y: int, text: str, weight: str = "normal") -> str:
    bold = ' font-weight="bold"' if weight == "bold" else ""
    return f'<text x="{_at(x)}" y="{_at(y)}"{bold}>{escape(text)}</text>'
