"""The `taper` command: parse, call, print, exit status. No clinical logic.

Each command stands in a module of `taper.commands` and is loaded when it is called.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from taper.errors import TaperError
from taper.terminal.streams import escaped, ready, report, to_nowhere

# command -> module that registers it
COMMANDS = {
    "plan": "plan_options",
    "export": "export",
    "revise": "revise",
    "record": "record",
    "show": "show",
    "check": "check",
    "compare": "compare",
    "due": "due",
    "batch": "batch",
    "formulary": "formulary",
    "guidelines": "guidelines",
    "explain": "explain",
    "cows": "cows",
    "config": "config",
    "demo": "demo",
    "schema": "schema",
    "mcp": "mcp",
}
ALONE = {"--version", "--show-completion", "--install-completion"}
USAGE = 2
INTERRUPTED = 130
DEBUG_VARIABLE = "TAPER_DEBUG"  # set: a fault of the tool shows its traceback


def command(names: list[str]) -> Any:
    """The application with these commands, as one that can be run."""
    from taper.application import command as of_modules  # noqa: PLC0415 - it loads Typer

    return of_modules([COMMANDS[name] for name in names])


def wanted(args: list[str]) -> list[str]:
    """The commands to load: the one that is called, or all for help and completion."""
    first = next((arg for arg in args if not arg.startswith("-")), None)
    if first not in COMMANDS and ALONE & set(args):
        return ["schema"]  # any will do
    if "_TAPER_COMPLETE" in os.environ:  # a shell asks what may follow what is typed so far
        typed = os.environ.get("_TYPER_COMPLETE_ARGS") or os.environ.get("COMP_WORDS", "")
        words = typed.replace("\n", " ").split(" ")
        first = words[1] if len(words) > 2 else None  # noqa: PLR2004 - the program, a command, more
    return [first] if first in COMMANDS else list(COMMANDS)


def run(args: list[str]) -> int:
    """Run the command line; returns the exit status, never a traceback."""
    try:
        ready()  # it writes out what is buffered, and can meet a full disk too
        status = _run(args)
        sys.stdout.flush()
    except BrokenPipeError:
        # the reader has gone away: nothing more to say, here or at exit
        to_nowhere(sys.stdout)
        return 0
    except OSError as error:
        name = error.filename
        if name is None:  # what is printed is the only thing that is written without a name
            to_nowhere(sys.stdout)
            name = "standard output"
        sys.stderr.write(f"error: {escaped(str(name))}: {error.strerror or error}\n")
        return 1
    return status


def _run(args: list[str]) -> int:
    """Run the command line, and say what is wrong."""
    try:
        result = _plan_quickly(args) or command(wanted(args)).main(
            args=args, prog_name="taper", standalone_mode=False, obj=run
        )
    except TaperError as error:
        for problem in error.problems:
            report(problem)
        return error.exit_status
    except KeyboardInterrupt:
        return _interrupted()
    except SystemExit as error:
        # Typer makes a status of a closed pipe, which is none
        raise (error.__context__ or error) from None
    except OSError:
        raise
    except Exception as error:  # the last resort: nothing that a user does ends in a traceback
        status = _of_typer(error)
        if status is None and os.environ.get(DEBUG_VARIABLE):
            raise
        return _bug(error) if status is None else status
    return result if type(result) is int else 0


def _of_typer(error: Exception) -> int | None:
    """The status of what Typer raises; None if it is another error."""
    typer = sys.modules.get("typer")
    if typer and isinstance(error, typer.Abort):
        return _interrupted()
    if typer and isinstance(error, typer.TyperException):
        return _usage(error)
    return None


def _plan_quickly(args: list[str]) -> bool:
    """Make a plan of plain options without Typer; False if Typer has to read them."""
    if args[:1] != ["plan"] or "_TAPER_COMPLETE" in os.environ:
        return False
    from taper.terminal.quick import read  # noqa: PLC0415 - of one command

    words = read(args[1:])
    if words is None:
        return False
    from taper.commands.plan import run as plan  # noqa: PLC0415

    product, *dose = words.arguments
    plan(product, dose, words.fields, words.writing, **words.shown)
    return True


def _interrupted() -> int:
    sys.stderr.write("interrupted\n")
    return INTERRUPTED


def _bug(error: Exception) -> int:
    """Report a fault of the tool itself in one line: its place, and no patient's values."""
    where, trace = "", error.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__"))
        if module.startswith("taper."):
            where = f" in {module}, line {trace.tb_lineno}"
        trace = trace.tb_next
    hint = f"please report it; {DEBUG_VARIABLE}=1 shows more, with what was given"
    fault = f"a fault of taper itself: {type(error).__name__}{where}"
    sys.stderr.write(f"error: {fault} (hint: {hint})\n")
    return 1


def _usage(error: Exception) -> int:
    """A wrong option or argument, in one line; the help where nothing was given."""
    if type(error).__name__ == "NoArgsIsHelpError":  # its message is the help itself
        sys.stdout.write(str(error) + "\n")
        return USAGE
    format_message = getattr(error, "format_message", None)
    message = " ".join(str(format_message() if format_message else error).split())
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "taper"
    sys.stderr.write(f"error: {escaped(message)} (hint: {path} --help)\n")
    return USAGE
