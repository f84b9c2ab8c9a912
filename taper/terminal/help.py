"""Help that fits a screen: a long command shows its main options, and ``--help-all`` the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperOption

if TYPE_CHECKING:
    import typer
    from typer.models import CommandInfo

SCREEN_LINES = 24
_SHOWN = "taper.help"
_PLAIN, _SHORT, _WHOLE = "plain", "short", "whole"


class Screenful(TyperCommand):
    """A command whose help leaves out the options of its panels if it would not fit a screen.

    An option is in a panel where it names one (``rich_help_panel``).
    """

    def get_help(self, ctx: Any) -> str:
        """The help: all of it if it fits."""
        ctx.meta.setdefault(_SHOWN, _PLAIN)
        text: str = super().get_help(ctx)
        if ctx.meta[_SHOWN] == _PLAIN and self._panels() and len(text.splitlines()) > SCREEN_LINES:
            ctx.meta[_SHOWN] = _SHORT
            text = super().get_help(ctx)
        return text

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, with ``--help-all``; it is shown if it shows more than ``--help``."""
        params: list[Any] = super().get_params(ctx)
        whole = _HELP_ALL if self._panels() else _HELP_ALL_HIDDEN
        return [*params[:-1], whole, *params[-1:]]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments and options; by panel where all are shown."""
        shown = ctx.meta.get(_SHOWN, _PLAIN)
        panels: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            panel = getattr(param, "rich_help_panel", None)
            if record is None or (shown == _SHORT and panel):
                continue
            name = "Arguments" if param.param_type_name == "argument" else "Options"
            if panel and shown == _WHOLE:
                name = panel
            panels.setdefault(name, []).append(record)
        for name, records in panels.items():
            if records:
                with formatter.section(name):
                    formatter.write_dl(records)

    def _panels(self) -> bool:
        return any(getattr(param, "rich_help_panel", None) for param in self.params)


def _show_all(ctx: Any, param: object, value: object) -> None:
    del param
    if value and not ctx.resilient_parsing:
        import typer  # noqa: PLC0415 - where help is asked for

        ctx.meta[_SHOWN] = _WHOLE
        typer.echo(ctx.get_help())
        raise typer.Exit


_HELP_ALL, _HELP_ALL_HIDDEN = (
    TyperOption(
        param_decls=["--help-all"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_show_all,
        help="Show every option, and exit.",
        hidden=is_hidden,
    )
    for is_hidden in (False, True)
)


def fit_screens(app: typer.Typer) -> None:
    """Give every command of the application, and of its groups, help that fits a screen."""
    commands: list[CommandInfo] = list(app.registered_commands)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            commands += group.typer_instance.registered_commands
    for command in commands:
        if command.cls is None or command.cls is TyperCommand:
            command.cls = Screenful
