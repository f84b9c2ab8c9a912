"""Write what the documentation takes from the program: the reference, the pictures, the output.

Run: python scripts/reference.py [--check]

``--check`` writes nothing and says what is not current. What a column, a format or a setting
means stands here; a new one without its meaning is an error.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import shown

from taper import plan
from taper.cli import COMMANDS, command
from taper.commands.formulary import described
from taper.export import FORMATS, Options, render
from taper.export.csv import CHECKS, SCHEDULE, SUPPLY
from taper.formulary.market import MARKETS, formulary
from taper.regimen.prescription import frequency
from taper.request.fields import ALIASES, FIELDS, LISTS, RISKS
from taper.safety.catalogue import catalogue
from taper.terminal.settings import HANDOUT_SETTINGS, PLAN_SETTINGS, STOCK

REFERENCE = shown.DOCS / "reference"
PICTURES = shown.DOCS / "pictures"
NOTICE = "<!-- Written by scripts/reference.py: change the program, not this page. -->\n\n"

_ARGUMENTS = {"product": "the first argument", "dose": "the second argument"}

COLUMNS = {
    "plan_id": "the plan's id",
    "step": "the row of the plan; 0 is what is taken now",
    "kind": "`current`, `baseline`, `reduce`, `hold`, `change`, `maintain` or `stop`",
    "start_date": "its first day; empty for what is taken now",
    "end_date": "its last day, inclusive; empty where it has no end",
    "days": "how many days it lasts",
    "product": "the product's id",
    "daily_dose": "the dose of a day, as an exact decimal",
    "unit": "of the dose (`mg`, `mcg`, `mcg/h`); in the supply, of what is counted",
    "percent_of_original": "the daily dose as a share of the first one",
    "cut_percent_of_current": "how much of the dose before was taken away",
    "mme": "oral morphine equivalents a day; empty where there is no factor",
    "doses": "each administration with the units that make it",
    "directions": "the directions in words, as on a label",
    "quantities": "units of each strength in the row",
    "next_check": "the first withdrawal check after the row begins",
    "findings": "ids of the findings",
    "date": "the day of the check",
    "reason": "`after-reduction`, `before-reduction`, `contact`, `hold-review` or `after-stop`",
    "how": "by visit or phone call",
    "items": "what to look at",
    "fill": "the number of the dispensing",
    "fill_date": "its day, which is also the earliest on which to dispense it",
    "days_supply": "how many days it covers",
    "strength": "the strength as it is labelled",
    "quantity": "how much to dispense",
    "rxcui": "the RxNorm code, where one is known",
    "start": "the first day of the plan",
    "stop_date": "the first day without the drug; empty for a goal above zero",
    "reductions": "how many there are",
    "holds": "how many there are",
    "start_daily_dose": "the dose of a day at the start",
    "end_daily_dose": "the dose of a day at the end",
    "start_mme": "oral morphine equivalents a day at the start",
    "largest_cut_percent_of_current": "the largest, of the dose then taken; without the stop",
    "largest_cut_percent_of_original": "the largest, of the first dose; without the stop",
    "line": "the line of the input",
    "row": "the row of the input",
    "id": "the row's id",
    "field": "the field that is wrong",
    "value": "what it says",
    "message": "what is wrong with it",
    "hint": "what would do",
}
MEANINGS = {
    ".json": "the plan document, `taper-plan/1`: everything, for programs and for `taper`",
    ".csv": "the schedule, a row a step",
    ".checks.csv": "the withdrawal checks",
    ".supply.csv": "what to dispense, a row a fill and strength",
    ".ics": "a calendar: an event for each change and each check; importing it again updates it",
    ".fhir.json": "FHIR R4: a Bundle with a CarePlan, MedicationRequests and Tasks",
    ".xlsx": "a workbook with the schedule, the checks and the supply",
    ".md": "Markdown, for notes",
    ".html": "the patient's hand-out as a page",
    ".pdf": "the patient's hand-out to print",
    ".svg": "the dose over time as a picture",
}
SETTINGS = {
    "market": "`us`, `uk` or `ca`; the environment variable `TAPER_MARKET` goes first",
    "guideline": "a published rule set in place of `reduce`, `every` and `of`",
    "phases": "several rules in a row",
    "reduce": "the reduction at each step",
    "every": "the interval",
    "of": "what the percentage is of",
    "fill": "days per dispensing, or `step`",
    "stock": "a table: the strengths at hand of each product",
    "language": "of the hand-out: `en` or `es`",
    "paper": "of the hand-out: `letter` or `a4`",
    "clinic": "the clinic's name on the hand-out",
    "telephone": "the clinic's telephone number on the hand-out",
}
ENVIRONMENT = {
    "TAPER_MARKET": "`us`, `uk` or `ca`, where `--market` is not given",
    "TAPER_CONFIG": "another place for the configuration file; empty: none is read",
    "TAPER_DEBUG": (
        "set to anything: a fault of the program itself ends in its traceback, which shows what "
        "was given, in place of one line that does not"
    ),
    "NO_COLOR": "set to anything: no colour at a terminal",
    "COLUMNS": "how wide the output is, where it is not what the terminal says",
}
PICTURED = {
    "of-original": {"of": "original"},
    "of-current": {"of": "current"},
    "of-mixed": {"of": "mixed"},
    "hold": {"of": "original", "holds": ["3w@every3"]},
    "finish": {"of": "mixed", "finish_with": "morphine-solution"},
}
_PATIENT = {
    "product": "morphine-er",
    "dose": "60 mg q12h",
    "start": "2026-12-07",
    "reduce": "10%",
    "every": "1w",
    "on_opioids_for": "8w",
}


# --- Markdown ----------------------------------------------------------------------------------


def cell(text: object) -> str:
    """Text that stays in its cell."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def table(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """A Markdown table."""
    lines = [header, ("---",) * len(header), *rows]
    return "".join("| " + " | ".join(cell(part) for part in line) + " |\n" for line in lines)


# --- the pages ---------------------------------------------------------------------------------


def _walk(made: Any, path: str = "taper") -> Iterator[tuple[str, Any]]:
    for name, each in made.commands.items():
        words = f"{path} {name}"
        if hasattr(each, "commands"):
            if each.invoke_without_command:
                yield words, each
            yield from _walk(each, words)
        else:
            yield words, each


def commands_page() -> str:
    """Every command with all of its options."""
    text = (
        "# Commands\n\nEach command's own `--help` shows its main options on one screen, and "
        "`--help-all` every one where there are more. Exit status and streams are in "
        "[How a script uses it](../how-to/script.md).\n"
    )
    for words, each in _walk(command(list(COMMANDS))):
        flag = (
            "--help-all"
            if any(getattr(p, "rich_help_panel", None) for p in each.params)
            else "--help"
        )
        text += f"\n## {words}\n\n```text\n{_help([*words.split()[1:], flag])}```\n"
    rows = [(f"`{name}`", meaning) for name, meaning in ENVIRONMENT.items()]
    return text + "\n## Environment variables\n\n" + table(("Variable", "Meaning"), rows)


def _help(words: list[str]) -> str:
    """The help of a command as it is printed, 100 columns wide."""
    out = shown.printed(words)
    return "".join(f"{line.rstrip()}\n" for line in out.strip().splitlines())


def request_page() -> str:
    """The fields of a request, from the options that fill them."""
    options = {p.name: p for p in command(["plan"]).commands["plan"].params}
    rows = []
    for name in (*FIELDS, *ALIASES):
        param = options[name]
        option = _ARGUMENTS.get(name) or f"`{param.opts[0]}`"
        kind = "list" if name in LISTS else "text"
        rows.append((f"`{name}`", option, param.help, kind))
    text = (
        "# Fields of a request\n\nThe same names stand in a request file (TOML or JSON), in the "
        "columns of a batch, in Python and in `request` of a saved plan. On the command line an "
        "option of a list is repeated; in a cell of a CSV file its values are separated by `;`.\n\n"
    )
    text += table(("Field", "On the command line", "Meaning", "Kind"), rows)
    text += "\n## Risks\n\n" + ", ".join(f"`{risk}`" for risk in RISKS) + ".\n"
    return text + settings_part()


def settings_part() -> str:
    """The settings of the configuration file."""
    names = (*PLAN_SETTINGS, STOCK, *HANDOUT_SETTINGS)
    rows = [(f"`{name}`", SETTINGS[name]) for name in names]
    return (
        "\n## Settings of the configuration file\n\n`taper config path` says where the file is; "
        "[Your own defaults](../how-to/defaults.md) says how they count.\n\n"
        + table(("Setting", "Meaning"), rows)
    )


def columns_page() -> str:
    """What is written: the formats, and the columns of each table."""
    from taper.batch.writing.tables import ERRORS, SUMMARY  # noqa: PLC0415 - the parts of a batch

    text = "# Formats and columns\n\n`-o FILE` writes by suffix; it can be repeated.\n\n"
    text += table(("Suffix", "What is written"), [(f"`{s}`", MEANINGS[s]) for s in FORMATS])
    text += (
        "\nCSV is UTF-8 by RFC 4180 with ISO dates. A cell that a spreadsheet would take for a "
        "formula begins with an apostrophe.\n"
    )
    for title, columns in (
        ("The schedule", SCHEDULE),
        ("The checks", CHECKS),
        ("The supply", SUPPLY),
        ("The summary of a batch", SUMMARY),
        ("The errors of a batch", ERRORS),
    ):
        rows = [(f"`{name}`", COLUMNS[name]) for name in columns]
        text += f"\n## {title}\n\n" + table(("Column", "Meaning"), rows)
    return text


def findings_page() -> str:
    """Every finding with its level, meaning, reason, remedy and source."""
    entries = catalogue()
    text = "# Findings\n\n`taper explain ID` says the same at a terminal.\n\n"
    rows = [(f"[`{k}`](#{k})", e["level"], e["title"]) for k, e in entries.items()]
    text += table(("Id", "Level", "Title"), rows)
    for name, entry in entries.items():
        text += f"\n## {name}\n\n*{entry['level']}*: {entry['title']}\n\n{entry['meaning']}\n\n"
        text += f"**Why it matters.** {entry['why']}\n\n**What to do.** {entry['do']}\n\n"
        text += f"**Source.** {entry['source']}\n"
    return text


def formulary_page() -> str:
    """Every product of every market."""
    text = (
        "# Formulary\n\n`taper formulary show ID` gives the sources of each product, or says what "
        "is a judgement of this project.\n"
    )
    names = {"us": "United States", "uk": "United Kingdom", "ca": "Canada", "au": "Australia"}
    for market in MARKETS:
        known = formulary(market)
        text += f"\n## {names[market]}\n\n`--market {market}`; version {known.version}.\n\n"
        rows = []
        for product in known.products.values():
            facts = dict(described(product, known))
            often = ", ".join(frequency(hours) for hours in product.intervals_hours)
            factor = product.facts.get("mme_factor", "none")
            names_ = ", ".join(product.brands) or "-"
            rows.append(
                (f"`{product.id}`", names_, facts["strengths"], often, facts["handling"], factor)
            )
        head = ("Product", "Brands", "Strengths", "Taken", "Handling", "Factor")
        text += table(head, rows)
    return text


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "request.md": request_page,
    "columns.md": columns_page,
    "findings.md": findings_page,
    "formulary.md": formulary_page,
}


def pictures() -> dict[Path, str]:
    """The pictures of the explanation, drawn by the tool."""
    drawn: dict[Path, str] = {}
    requests = {name: {**_PATIENT, **more} for name, more in PICTURED.items()}
    requests["patch"] = {
        "product": "fentanyl-patch",
        "dose": "75 mcg/h",
        "start": "2026-12-07",
        "every": "2w",
        "on_opioids_for": "8w",
    }
    for name, request in requests.items():
        picture = render(plan(**request), ".svg", Options())
        drawn[PICTURES / f"{name}.svg"] = picture if isinstance(picture, str) else picture.decode()
    return drawn


def contents() -> dict[Path, str]:
    """Every file that is written from the program, with what should be in it."""
    made = {REFERENCE / name: NOTICE + page() for name, page in PAGES.items()}
    made.update(pictures())
    made.update({page: shown.refreshed(page) for page in shown.pages()})
    return made


def main() -> int:
    """Write the files, or with ``--check`` say which would change."""
    changed = [
        (path, text)
        for path, text in contents().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in changed:
        print(path.relative_to(shown.ROOT))
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return int("--check" in sys.argv and bool(changed))


if __name__ == "__main__":
    sys.exit(main())
