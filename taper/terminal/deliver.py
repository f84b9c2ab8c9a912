"""What the commands that show or write a plan have in common."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from taper.errors import InputError, Problem
from taper.export import BUNDLES, Options, render, suffix_of
from taper.terminal.streams import escaped, unsteered

if TYPE_CHECKING:
    from taper.planning.plan import Plan

SHOWN = ("table", "json", "csv", "md", "note")
LANGUAGES = ("en", "es")
PAPERS = ("letter", "a4")
LETTER = {"us", "ca"}  # markets; the others print on A4


def one_of(name: str, value: str, options: tuple[str, ...]) -> str:
    """A value that must be one of a few; raises :class:`~taper.InputError` that lists them."""
    if value.lower() not in options:
        message = f"'{value}' is not known"
        raise InputError(Problem(name, message, "one of " + ", ".join(options), value))
    return value.lower()


def usual_paper(market: str) -> str:
    """The paper of a market."""
    return "letter" if market in LETTER else "a4"


def deliver(
    plan: Plan,
    *,
    format: str | None,  # noqa: A002
    outputs: list[str] | None,
    full: bool = False,
    **writing: Any,
) -> None:
    """Write the files that are asked for, and print the plan unless only files were.

    On the screen it is one page, or ``full`` with every check, fill and note. ``writing`` are
    the options of :data:`taper.terminal.options.WRITING` that were given.
    """
    shown = None if format is None else one_of("format", format, SHOWN)
    options, _ = writing_options(plan, **writing)
    if outputs:
        from taper.terminal.files import write_all  # noqa: PLC0415 - only where a file is written

        write_all({name: render(plan, suffix_of(name), options) for name in outputs})
        for name in outputs:
            sys.stderr.write(f"wrote {escaped(name)}\n")
        if shown is None and not full:
            _warn(plan)
            return
    show_plan(plan, shown or "table", options, full=full)


def _warn(plan: Plan) -> None:
    """Say what a file may not: the warnings of the plan, each once."""
    from taper.safety.findings.lines import printed  # noqa: PLC0415 - if a plan was made

    for line in printed(plan.findings):
        if line.level != "note":
            sys.stderr.write(f"{line.level}: {escaped(line.text)} [{', '.join(line.ids)}]\n")


def writing_options(plan: Plan, **given: Any) -> tuple[Options, dict[str, str]]:
    """How to write the plan, and where each option is from: given, configured, or the default."""
    from taper.terminal.settings import COMMAND_LINE, DEFAULT, HANDOUT_SETTINGS, load  # noqa: PLC0415

    configuration = load()
    usual = {"language": "en", "paper": usual_paper(plan.request.product.market)}
    values: dict[str, Any] = {}
    sources = {}
    for name in HANDOUT_SETTINGS:
        value, source = given.get(name) or "", COMMAND_LINE
        if not value:
            value, source = configuration.default(name)
        values[name], sources[name] = value or usual.get(name, ""), source
    values["bundle"] = given.get("bundle") or BUNDLES[0]
    for name, known in (("language", LANGUAGES), ("paper", PAPERS), ("bundle", BUNDLES)):
        values[name] = one_of(name, values[name], known)
    values["subject"] = given.get("subject") or ""
    for name in ("large_print", "diary", "one_request_per_step"):
        values[name] = bool(given.get(name))
    values["window"] = given.get("window")
    sources["large_print"] = COMMAND_LINE if values["large_print"] else DEFAULT
    return Options(**values), sources


def show_plan(plan: Plan, shown: str, options: Options, *, full: bool = False) -> None:
    """Print a plan on standard output."""
    if shown == "table":
        from taper.terminal.show import show  # noqa: PLC0415 - loads rich

        show(plan, full=full)
        return
    text = render(plan, ".txt" if shown == "note" else f".{shown}", options)
    assert isinstance(text, str)
    write_stdout(text)


def today() -> str:
    """The day where the user is; this is the one place that asks the clock."""
    from datetime import date  # noqa: PLC0415 - as above

    return date.today().isoformat()  # noqa: DTZ011


def write_stdout(text: str) -> None:
    """Print text: no translation of line ends, always UTF-8, and nothing that steers a terminal."""
    text = unsteered(text)
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
        return
    buffer.write(text.encode())
    buffer.flush()
