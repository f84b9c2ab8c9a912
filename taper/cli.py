"""The `taper` command: parse, call, print, exit status. No clinical logic.

Each command stands in a module of `taper.commands` and is loaded when it is called.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperOption

from taper.errors import TaperError
from taper.terminal.help import fit_screens
from taper.terminal.streams import escaped, ready, report, to_nowhere

# command -> module that registers it
COMMANDS = {
    "plan": "plan",
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
}
ALONE = {"--version", "--show-completion", "--install-completion"}
_HIDDEN = {"show_completion", "install_completion", "version"}  # from the help: it has one screen
USAGE = 2
INTERRUPTED = 130
DEBUG_VARIABLE = "TAPER_DEBUG"  # set: a fault of the tool shows its traceback


def _version(value: bool) -> None:  # noqa: FBT001 - Typer's callback
    if value:
        from taper.version import VERSION  # noqa: PLC0415

        typer.echo(f"taper {VERSION}")
        raise typer.Exit


def build(names: list[str]) -> typer.Typer:
    """The application with these commands; loading one command keeps start-up quick."""
    app = typer.Typer(
        help="Plan a supervised, gradual opioid taper. Not medical advice.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )

    @app.callback()
    def taper(
        version: bool = typer.Option(  # noqa: FBT001
            False, "--version", help="Show the version.", is_eager=True, callback=_version
        ),
    ) -> None:
        del version

    for name in names:
        import_module(f"taper.commands.{COMMANDS[name]}").register(app)
    fit_screens(app)
    return app


def command(names: list[str]) -> Any:
    """The application with these commands, as one that can be run."""
    made = typer.main.get_command(build(names))
    for param in made.params:
        if isinstance(param, TyperOption) and param.name in _HIDDEN:
            param.hidden = True  # a screen has 24 lines
    return made


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
        result = command(wanted(args)).main(
            args=args, prog_name="taper", standalone_mode=False, obj=run
        )
    except TaperError as error:
        for problem in error.problems:
            report(problem)
        return error.exit_status
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except typer.TyperException as error:
        return _usage(error)
    except SystemExit as error:
        # Typer makes a status of a closed pipe, which is none
        raise (error.__context__ or error) from None
    except OSError:
        raise
    except Exception as error:  # the last resort: nothing that a user does ends in a traceback
        if os.environ.get(DEBUG_VARIABLE):
            raise
        sys.stderr.write(f"error: {_bug(error)}\n")
        return 1
    return result if isinstance(result, int) else 0


def _bug(error: Exception) -> str:
    """The message of a fault of the tool itself: one line, its place, and no patient's values."""
    where, trace = "", error.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__"))
        if module.startswith("taper."):
            where = f" in {module}, line {trace.tb_lineno}"
        trace = trace.tb_next
    hint = f"please report it; {DEBUG_VARIABLE}=1 shows more, with what was given"
    return f"a fault of taper itself: {type(error).__name__}{where} (hint: {hint})"


def _usage(error: typer.TyperException) -> int:
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
