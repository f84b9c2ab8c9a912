"""Parts of the documentation that cog takes from the program: help, fields, findings, products.

Each function returns Markdown; the pages in ``docs/reference`` call them (``scripts/pages.py``).
"""

from collections.abc import Iterator
from typing import Any

from pages import in_process, reader

from taper.cli import COMMANDS, command
from taper.commands.formulary import described
from taper.formulary.market import formulary
from taper.regimen.prescription import frequency
from taper.request.fields import ALIASES, FIELDS, LISTS, PRODUCTS
from taper.safety.catalogue import catalogue

_ARGUMENTS = {"product": "the first argument", "dose": "the second argument"}


def cell(text: object) -> str:
    """Text that stays in its cell."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def table(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """A Markdown table."""
    lines = [header, ("---",) * len(header), *rows]
    return "".join("| " + " | ".join(cell(part) for part in line) + " |\n" for line in lines)


def walk(made: Any, path: str = "taper") -> Iterator[tuple[str, Any]]:
    """Every command that can be called, with its words."""
    for name, each in made.commands.items():
        words = f"{path} {name}"
        if not hasattr(each, "commands") or each.invoke_without_command:
            yield words, each
        if hasattr(each, "commands"):
            yield from walk(each, words)


def commands() -> str:
    """Every command with all of its options, as its help prints them."""
    parts = []
    for words, each in walk(command(list(COMMANDS))):
        long = any(getattr(param, "rich_help_panel", None) for param in each.params)
        with reader("reference"):
            _, out = in_process(f"{words} --help{'-all' if long else ''}")
        lines = "".join(f"{line.rstrip()}\n" for line in out.strip().splitlines())
        parts.append(f"## {words}\n\n```text\n{lines}```\n")
    return "\n".join(parts)


def fields() -> str:
    """The fields of a request, from the options that fill them."""
    options = {p.name: p for p in command(["plan"]).commands["plan"].params}
    rows: list[tuple[object, ...]] = []
    for name in (*FIELDS, *ALIASES, PRODUCTS):
        param = options[name]
        option = _ARGUMENTS.get(name) or f"`{param.opts[0]}`"
        rows.append((f"`{name}`", option, param.help, "list" if name in LISTS else "text"))
    return table(("Field", "On the command line", "Meaning", "Kind"), rows)


def findings() -> str:
    """Every finding with its level, meaning, reason, remedy and source."""
    entries = catalogue()
    index = [(f"[`{k}`](#{k})", e["level"], e["title"]) for k, e in entries.items()]
    text = table(("Id", "Level", "Title"), index)
    for name, entry in entries.items():
        text += f"\n## {name}\n\n*{entry['level']}*: {entry['title']}\n\n{entry['meaning']}\n\n"
        text += f"**Why it matters.** {entry['why']}\n\n**What to do.** {entry['do']}\n\n"
        text += f"**Source.** {entry['source']}\n"
    return text


def products(market: str) -> str:
    """The version of a market's formulary, and its products."""
    known = formulary(market)
    rows: list[tuple[object, ...]] = []
    for product in known.products.values():
        facts = dict(described(product, known))
        often = ", ".join(frequency(hours) for hours in product.intervals_hours)
        factor = product.facts.get("mme_factor", "none")
        brands = ", ".join(product.brands) or "-"
        row = (f"`{product.id}`", brands, facts["strengths"], often, facts["handling"], factor)
        rows.append(row)
    head = ("Product", "Brands", "Strengths", "Taken", "Handling", "Factor")
    return f"`--market {market}`; version {known.version}.\n\n{table(head, rows)}"
