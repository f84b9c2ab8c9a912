"""Every clinical number stands once, in ``data/``, with its unit, date and source: none in code.

A number in code must be one of the few that the calendar, the clock or decimal notation give, or
be listed here with the reason why it decides nothing clinical.
"""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path

import pytest

from taper.data.files import data_file, data_text
from taper.data.limits import _values, length, limits, share, whole
from taper.quantities import Interval, Ratio

PACKAGE = Path(__file__).parents[2] / "taper"
# Folders and modules whose numbers are looked at.
LOOKED_AT = (
    *("safety", "engine", "reading", "course", "lint", "planning", "export"),
    *("request", "regimen", "formulary", "data", "supply.py", "schedule.py", "api.py"),
)
# Modules that lay out pages: points, columns and the times of day at which boxes are drawn.
LAYOUT = {
    "export/chart.py",
    "export/course_svg.py",
    "export/svg.py",
    "export/xlsx.py",
    "export/handout/diary.py",
    "export/handout/page.py",
    "export/handout/tick_boxes.py",
    "export/handout/timetable.py",
}
# Numbers that need no reason of their own.
PLAIN = {
    *(0, 1, 2),  # first, next, a half, a pair
    *(10, 100),  # decimal digits, percent
    24,  # hours of a day
}
# Numbers of one module: what they are, if nothing clinical.
ALLOWED: dict[str, dict[int | float, str]] = {
    "engine/rows.py": {5: "Saturday", 8: "weeks of a search in the calendar"},
    "export/ics.py": {6: "hours before midnight: evening", 15: "hours before midnight: morning"},
    "export/medicine.py": {6: "shapes that are counted at a glance"},
    "export/characters.py": {16: "a hexadecimal code"},
    "formulary/codes.py": {
        **dict.fromkeys((7, 9, 11), "digits of a code"),
        **dict.fromkeys((4, 5, 8), "digits of the parts of an NDC"),
    },
    "formulary/name_errors.py": {
        5: "products that are proposed",
        6: "letters of a misspelled name",
    },
    "formulary/local.py": {
        1_000_000: "bytes of a file",
        200: "products of a file",
        16: "files that are remembered",
    },
    "formulary/local_entry.py": {120: "characters of a name"},
    "formulary/words.py": {
        1024: "words that are remembered",
        **dict.fromkeys((3, 4), "words of a brand"),
        5: "letters of a word cut short",
        6: "digits of a thousandth of a microgram",
    },
    "formulary/product.py": {
        **dict.fromkeys((3, 4, 6, 8, 12), "hours: frequencies that can be written"),
        **dict.fromkeys((48, 72, 96, 168), "hours: periods of patches that can be written"),
    },
    "lint/columns.py": {80: "characters of a header"},
    "lint/dates.py": {2001: "a year that is never printed", 4: "rows of which one is misplaced"},
    "lint/rules.py": {5: "Saturday"},
    "lint/sheet.py": {20: "rows above a header"},
    "planning/make.py": {1000: "tenths of a percent in the whole"},
    "planning/schema_values.py": {2000: "year", 2299: "year"},
    "reading/dates.py": {5: "Saturday", 6: "Sunday"},
    "reading/dose/amounts.py": {4_000: "thousandths of units that need no word for them"},
    "reading/dose/meaning.py": {3: "numbers in a row that are no range"},
    "reading/dose/often.py": {
        **dict.fromkeys((3, 4, 6, 8, 12, 48, 168), "hours: frequencies that can be written"),
        **dict.fromkeys((5, 7), "administrations that do not divide a day"),
        **dict.fromkeys((11, 14, 17, 21), "hours of the clock"),
        9999: "hours: longer is a slip",
    },
    "reading/dose/parts.py": {
        **dict.fromkeys((3, 6, 9), "digits of a number"),
        1_000_000: "thousandths of a microgram in a milligram",
    },
    "reading/dose/patterns.py": {
        **dict.fromkeys((3, 4, 5, 6, 7, 8, 9, 12, 48, 72, 96), "numbers in words"),
    },
    "reading/dose/read.py": {
        **dict.fromkeys((3, 4, 5, 6, 8, 12), "administrations of a day and hours between them"),
        96: "hours of a patch that is changed twice a week",
        9: "digits of a number",
    },
    "reading/dose/tokens.py": {
        **dict.fromkeys((250, 500, 750), "thousandths: quarters"),
        3: "decimals of a thousandth",
    },
    "reading/dose/totals.py": {**dict.fromkeys((6, 8, 12), "hours that divide a day")},
    "formulary/names.py": {5: "letters of a drug that tell it"},
    "reading/fill_file.py": {20: "rows above a header", 5: "medicines that are named"},
    "reading/order_dosage.py": {80: "characters of a dosage in an error", 7: "days of a week"},
    "reading/order_timing.py": {168: "hours of a week", 7: "days of a week"},
    "reading/medicine.py": {50: "measures: how alike the tables of two doses are"},
    "reading/rates.py": {3: "a part of a pattern", 30: "days of a month"},
    "reading/written_dates.py": {
        **dict.fromkeys((3, 4, 5), "digits of a date"),
        **dict.fromkeys((12, 30, 1899, 2000, 2100), "parts of a date"),
    },
    "course/saved.py": {400: "changes of a plan", 60: "characters of a value in an error"},
    "planning/document_reader.py": {10_000_000: "characters of a plan"},
    "data/texts.py": {
        1_000_000: "characters of a TOML text",
        16: "parts of its keys",
        60: "characters of a key in an error",
    },
    "reading/values.py": {200: "characters of a free text"},
    "regimen/directions.py": {72: "hours: labels say 72 hours, not 3 days"},
    "regimen/prescription.py": {168: "hours of a week"},
    "regimen/table.py": {20_000: "regimens that a table remembers"},
    "regimen/times.py": dict.fromkeys(range(3, 9), "administrations in a day, and their places"),
    "engine/changeover.py": dict.fromkeys((4, 6, 8, 12), "hours: frequencies for a hint"),
    "engine/course.py": {2100: "year", 12: "month", 31: "day"},
    "safety/cows.py": {3: "digits of a value"},
    "safety/pace.py": {7: "days of a week"},
    "formulary/working_days.py": {5: "Saturday"},
    "regimen/labels.py": {1000: "characters of a label"},
}
# Names of a module that hold such a number.
ALLOWED_NAMES = {
    "formulary/local.py": {"LARGEST_BYTES", "MOST_PRODUCTS"},
    "formulary/local_entry.py": {"_LONGEST"},
    "lint/columns.py": {"_MOST_SHOWN"},
    "lint/dates.py": {"NOMINAL", "_MOST_OUT_OF_ORDER"},
    "lint/sheet.py": {"_MOST_ABOVE"},
    "reading/written_dates.py": {"_FIRST_YEAR", "_LAST_YEAR", "_SERIAL_OF_0"},
    "engine/rows.py": {"LONGEST_SEARCH"},
    "export/ics.py": {"DOSE_ALARM", "CHECK_ALARM"},
    "formulary/working_days.py": {"_SATURDAY"},
    "regimen/labels.py": {"LONGEST_LABEL"},
    "export/medicine.py": {"_MOST_SHAPES"},
    "formulary/codes.py": {"_LONGEST_RXCUI"},
    "formulary/names.py": {"_TOLD"},
    "reading/fill_file.py": {"_ABOVE", "_NAMED"},
    "formulary/words.py": {"_LEAST_CUT"},
    "formulary/product.py": {"ORAL_INTERVALS", "PATCH_INTERVALS"},
    "planning/make.py": {"TENTHS"},
    "planning/schema_values.py": {"LAST_YEAR"},
    "planning/document_reader.py": {"LONGEST_TEXT"},
    "course/saved.py": {"MOST_REVISIONS", "_LONGEST"},
    "data/texts.py": {"LONGEST_TOML", "MOST_KEY_PARTS"},
    "reading/dose/amounts.py": {"_MOST_BARE"},
    "reading/dose/meaning.py": {"TWO", "SLOTS"},
    "reading/dose/often.py": {
        *("UNEVEN", "_LATIN", "_MOST_A_DAY", "_LONGEST_HOURS", "_WEEK", "_CLOCK"),
    },
    "reading/dose/parts.py": {"_MOST_DIGITS"},
    "reading/dose/patterns.py": {"WORDS"},
    "reading/dose/read.py": {"_SLOTS", "_USUAL", "_NUMBERED", "_LAST_OF_FOUR_DAYS", "_BEYOND"},
    "reading/dose/tokens.py": {"_FRACTIONS", "_DECIMALS"},
    "reading/dose/totals.py": {"_EVEN_HOURS"},
    "reading/order_dosage.py": {"_DAYS"},
    "reading/order_timing.py": {"_HOURS", "_DAYS_OF_WEEK"},
    "reading/medicine.py": {"_LIMIT_GRAIN"},
    "reading/values.py": {"LONGEST_TEXT"},
    "regimen/prescription.py": {"HOURS_OF_DAY", "HOURS_OF_WEEK"},
    "regimen/table.py": {"_REMEMBERED"},
    "regimen/times.py": {"TIMES", "SMALLER_FIRST"},
    "engine/changeover.py": {"_HOURS"},
    "engine/course.py": {"LATEST_DAY"},
    "safety/pace.py": {"WEEK"},
    "safety/refusals.py": {"ONCE_A_DAY"},
    "safety/remedies.py": {"MOST_TRIED"},
    "safety/withdrawal_checks.py": {"SATURDAY", "_BACK"},
}
FILES = sorted(
    path
    for name in LOOKED_AT
    for path in ([PACKAGE / name] if name.endswith(".py") else (PACKAGE / name).rglob("*.py"))
)


def place(path):
    return path.relative_to(PACKAGE).as_posix()


def is_number(node):
    return isinstance(node, ast.Constant) and type(node.value) in {int, float}


def constants(tree):
    """The names of the module that stand for a literal number."""
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            inside = [each for each in ast.walk(node.value) if is_number(each)]
            names = [
                each.id
                for target in targets
                for each in ast.walk(target)
                if isinstance(each, ast.Name)
            ]
            if {each.value for each in inside} - {0, 1} and all(map(str.isupper, names)):
                yield from names


def uncounted(tree):
    """Literals that count nothing: of caches and look-alikes, and places in a sequence."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in {"maxsize", "cutoff", "n", "indent"}:
            yield node.value
        elif isinstance(node, ast.Subscript):
            yield from ast.walk(node.slice)


@pytest.mark.parametrize("path", FILES, ids=place)
def test_no_clinical_number_stands_in_code(path):
    tree, name = ast.parse(path.read_text(encoding="utf-8")), place(path)
    if name in LAYOUT:
        return
    known = {id(node) for node in uncounted(tree)}
    for constant in constants(tree):
        assert constant in ALLOWED_NAMES.get(name, ()), f"{constant} belongs in data/limits.toml"
    found = {
        node.value: f"{name}:{node.lineno}"
        for node in ast.walk(tree)
        if is_number(node) and id(node) not in known and node.value not in PLAIN
    }
    assert not found.keys() - ALLOWED.get(name, {}).keys(), found


def test_what_is_allowed_still_stands_in_code():
    for name, numbers in ALLOWED.items():
        text = (PACKAGE / name).read_text(encoding="utf-8")
        there = {node.value for node in ast.walk(ast.parse(text)) if is_number(node)}
        assert numbers.keys() <= there, name


@pytest.mark.parametrize("entry", limits().values(), ids=lambda entry: entry.name)
def test_each_number_has_its_unit_its_date_its_source_and_what_it_decides(entry):
    assert type(entry.date) is date
    assert date(2000, 1, 1) < entry.date < date(2100, 1, 1)
    for text in (entry.unit, entry.source, entry.meaning):
        assert text == " ".join(text.split()) != ""
    assert entry.meaning.endswith(".")


def test_what_is_read_at_start_up_is_what_the_file_says():
    entries = data_file("limits.toml")
    assert _values() == {name: str(entry["value"]) for name, entry in entries.items()}
    assert data_text("limits.toml").count("\nvalue = ") == len(entries)


def test_values_are_exact_and_of_their_kind():
    assert share("large-cut") == Ratio(1, 4)
    assert whole("high-dose") == 300
    assert length("long-use") == Interval(1, "y")
    for entry in limits().values():
        if isinstance(entry.value, int):
            assert whole(entry.name) == entry.value
        elif entry.value.endswith("%"):
            assert str(share(entry.name)) == entry.value
        else:
            assert str(length(entry.name)) == entry.value


def test_each_number_is_read_somewhere():
    code = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    assert not {name for name in limits() if f'"{name}"' not in code}
