"""The application for Typer: the commands that are called, with their options and help."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperOption

from taper.terminal.help import fit_screens

if TYPE_CHECKING:
    from collections.abc import Callable

_HIDDEN = {"show_completion", "install_completion", "version"}  # from the help: it has one screen


def _version(value: bool) -> None:  # noqa: FBT001 - Typer's callback
    if value:
        from taper.version import VERSION  # noqa: PLC0415

        typer.echo(f"taper {VERSION}")
        raise typer.Exit


def build(modules: list[str]) -> typer.Typer:
    """The application with the commands of these modules; to load one keeps start-up quick."""
    app = typer.Typer(
        help="Plan a supervised, gradual opioid taper. Not medical advice.\n\n"
        "`taper COMMAND --help` explains a command; --version is the version.",
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

    for module in modules:
        import_module(f"taper.commands.{module}").register(app)
    fit_screens(app)
    return app


def command(modules: list[str]) -> Any:
    """The application with the commands of these modules, as one that can be run."""
    made = typer.main.get_command(build(modules))
    for param in made.params:
        if isinstance(param, TyperOption) and param.name in _HIDDEN:
            param.hidden = True  # a screen has 24 lines
    vars(made)["get_help_option"] = partial(_hidden_help, made.get_help_option)
    return made


def _hidden_help(option_of: Callable[[Any], Any], context: Any) -> Any:
    """The help of the whole, without the lines that say how to ask for it."""
    option = option_of(context)
    option.hidden = True
    return option
