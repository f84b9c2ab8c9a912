"""The plan as a workbook: schedule, checks and supply as three sheets to sort, add up and print.

The sheets hold what the CSV files hold, in the same columns (but the plan's id, which stands in
the page header): dates as dates, numbers as numbers, and all other cells as text that nothing
takes for a formula or an address. The same plan gives the same bytes: no clock.
"""

from __future__ import annotations

import io
from datetime import date, datetime, time
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

from taper.export import csv
from taper.export.characters import visible
from taper.export.words import title as plan_title
from taper.export.words import words
from taper.version import VERSION

if TYPE_CHECKING:
    from taper.export import Options
    from taper.planning.plan import Plan

DATES = frozenset({"start_date", "end_date", "next_check", "date", "fill_date"})
WHOLE_NUMBERS = frozenset({"step", "days", "fill", "days_supply"})
EXACT_NUMBERS = frozenset({"daily_dose", "mme", "quantity"})  # as many digits as they have
PERCENTAGES = frozenset({"percent_of_original", "cut_percent_of_current"})  # always one decimal
NUMBERS = WHOLE_NUMBERS | EXACT_NUMBERS | PERCENTAGES
PAPERS = {"letter": 1, "a4": 9}
# In characters; what is not named is as wide as the longest word of its heading.
WIDTHS = {
    **dict.fromkeys(DATES, 11),
    "kind": 9,
    "product": 16,
    "doses": 20,
    "directions": 32,
    "quantities": 14,
    "findings": 20,
    "reason": 17,
    "how": 20,
    "items": 80,
    "mme": 8,
}
WIDE_DIRECTIONS = 64  # where there are few columns
NARROWEST = 6
FONT_SIZE, LINE_HEIGHT = 9, 12  # points
WIDER = (6, 5)  # characters of this size in the width of those of 11 points, which it counts
LONGEST_IN_HEADER = 60  # a page header holds 255 characters, an ampersand two; ids have up to 200


class _Sheet(NamedTuple):
    """One sheet: its name, its columns as in the CSV file, and its rows as text."""

    name: str
    columns: list[str]
    rows: list[list[str]]

    def width(self, column: str) -> int:
        """Of a column, in characters."""
        if column == "directions" and len(self.columns) <= len(csv.SUPPLY):
            return WIDE_DIRECTIONS
        longest = max(len(word) for word in column.split("_"))
        return WIDTHS.get(column, max(longest + 2, NARROWEST))


def _sheets(plan: Plan) -> list[_Sheet]:
    names = words()["sheets"]
    return [
        _Sheet(names["schedule"], csv.SCHEDULE, csv.schedule_rows(plan)),
        _Sheet(names["checks"], csv.CHECKS, csv.checks_rows(plan)),
        _Sheet(names["supply"], csv.SUPPLY, csv.supply_rows(plan)),
    ]


def heading(column: str, equivalent: str = "MME") -> str:
    """``start_date`` as people write it: ``Start date``; ``mme`` as the market calls it."""
    name = column.replace("_", " ")
    return {"mme": equivalent, "rxcui": "RxCUI"}.get(name, name[:1].upper() + name[1:])


class _Looks:
    """The few ways in which a cell can look."""

    def __init__(self, book: Any) -> None:
        plain = {"valign": "top", "border": 1, "border_color": "#BFBFBF", "font_size": FONT_SIZE}
        self.head = book.add_format(
            {**plain, "bold": True, "text_wrap": True, "bg_color": "#E7E6E6"}
        )
        # Text stays text even if it is edited later.
        self.text = book.add_format({**plain, "text_wrap": True, "num_format": "@"})
        self.day = book.add_format({**plain, "num_format": "yyyy-mm-dd", "align": "left"})
        number = {**plain, "align": "right", "indent": 1}
        self.exact = book.add_format({**number, "num_format": "General"})
        self.percent = book.add_format({**number, "num_format": "0.0"})


def _write_cell(sheet: Any, looks: _Looks, row: int, place: int, cell: tuple[str, str]) -> None:
    """One cell by its column; what is empty stays empty, and is no zero."""
    column, text = cell
    if not text:
        sheet.write_blank(row, place, None, looks.text)
    elif column in DATES:
        sheet.write_datetime(row, place, date.fromisoformat(text), looks.day)
    elif column in NUMBERS:
        look = looks.percent if column in PERCENTAGES else looks.exact
        sheet.write_number(row, place, Decimal(text), look)
    else:
        sheet.write_string(row, place, visible(text), looks.text)


def _set_height(sheet: Any, row: int, texts: list[str], widths: list[int]) -> None:
    """As high as its longest text: programs do not agree on doing this by themselves."""
    room = [width * WIDER[0] // WIDER[1] for width in widths]
    lines = [len(wrap(text, width)) for text, width in zip(texts, room, strict=True)]
    sheet.set_row(row, LINE_HEIGHT * max(1, *lines) + 3)


def _write(book: Any, made: _Sheet, looks: _Looks, equivalent: str) -> Any:
    """One sheet: headings that stay on screen and on every page, and the rows."""
    sheet = book.add_worksheet(made.name)
    columns = made.columns[1:]  # the plan's id is in the page header
    headings = [heading(column, equivalent) for column in columns]
    widths = [made.width(column) for column in columns]
    _set_height(sheet, 0, headings, widths)
    for place, (text, width) in enumerate(zip(headings, widths, strict=True)):
        sheet.write_string(0, place, text, looks.head)
        sheet.set_column(place, place, width)
    for row, cells in enumerate(made.rows, 1):
        _set_height(sheet, row, cells[1:], widths)
        for place, cell in enumerate(zip(columns, cells[1:], strict=True)):
            _write_cell(sheet, looks, row, place, cell)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(made.rows), 1), len(columns) - 1)
    return sheet


def _set_page(sheet: Any, name: str, plan: Plan, paper: str) -> None:
    """Landscape, as wide as the paper, headings on every page; whose plan, and the caution."""
    sheet.set_landscape()
    sheet.set_paper(PAPERS[paper])
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    label = str(plan.request.text.get("label") or "")
    title = visible(f"{name}, {label}" if label else name)
    # && prints an ampersand
    left, right = (
        text[:LONGEST_IN_HEADER].replace("&", "&&") for text in (title, visible(plan.id))
    )
    sheet.set_header(f"&L{left}&R{right}")
    page = words()["sheets"]["page"].format(page="&P", pages="&N")
    sheet.set_footer(f"&L{words()['disclaimer']}&R{page}")


def render(plan: Plan, options: Options) -> bytes:
    """The workbook as bytes."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - if a workbook is written

    out = io.BytesIO()
    settings = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = Workbook(out, settings)
    book.set_properties(
        {
            "title": plan_title(plan),
            "subject": visible(plan.id),
            "author": f"opioid-taper {VERSION}",
            "comments": words()["disclaimer"],
            "created": datetime.combine(plan.start, time()),  # no clock: the plan's first day
        }
    )
    looks = _Looks(book)
    for made in _sheets(plan):
        sheet = _write(book, made, looks, plan.request.formulary.words["equivalent"])
        _set_page(sheet, made.name, plan, options.paper)
    book.close()
    return out.getvalue()
