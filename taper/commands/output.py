"""What the commands that show or write a plan have in common."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from taper.errors import InputError, Problem
from taper.export import FORMATS, Options, render, suffix_of

if TYPE_CHECKING:
    from taper.planning import Plan

SHOWN = ("table", "json", "csv", "md")
LANGUAGES = ("en", "es")
PAPERS = ("letter", "a4")

Format = Annotated[
    str | None,
    typer.Option("--format", help="Print as table (default), json, csv or md.", show_default=False),
]
Output = Annotated[
    list[str] | None,
    typer.Option(
        "-o",
        "--output",
        help="Write a file, by suffix; repeat for several: " + ", ".join(FORMATS) + ".",
        show_default=False,
    ),
]
Language = Annotated[str, typer.Option("--language", help="Of the hand-out: en or es.")]
Paper = Annotated[str, typer.Option("--paper", help="Of the hand-out: letter or a4.")]
Large = Annotated[bool, typer.Option("--large-print", help="A hand-out in large print.")]


def one_of(name: str, value: str, options: tuple[str, ...]) -> str:
    """A value that must be one of a few; raises :class:`~taper.InputError` that lists them."""
    if value.lower() not in options:
        message = f"'{value}' is not known"
        raise InputError(Problem(name, message, "one of " + ", ".join(options), value))
    return value.lower()


def deliver(
    plan: Plan,
    *,
    format: str | None,  # noqa: A002
    outputs: list[str] | None,
    language: str,
    paper: str,
    large_print: bool,
) -> None:
    """Write the files that are asked for, and print the plan unless only files were."""
    shown = None if format is None else one_of("format", format, SHOWN)
    options = Options(
        language=one_of("language", language, LANGUAGES),
        paper=one_of("paper", paper, PAPERS),
        large_print=large_print,
    )
    if outputs:
        from taper.files import write_all  # noqa: PLC0415 - only where a file is written

        write_all({name: render(plan, suffix_of(name), options) for name in outputs})
        for name in outputs:
            sys.stderr.write(f"wrote {name}\n")
        if shown is None:
            return
    show_plan(plan, shown or "table", options)


def show_plan(plan: Plan, shown: str, options: Options) -> None:
    """Print a plan on standard output."""
    if shown == "table":
        from taper.show import show  # noqa: PLC0415 - loads rich

        show(plan)
        return
    text = render(plan, f".{shown}", options)
    assert isinstance(text, str)
    write_stdout(text)


def write_stdout(text: str) -> None:
    """Print text as it is: no translation of line ends, always UTF-8."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
        return
    buffer.write(text.encode())
    buffer.flush()
