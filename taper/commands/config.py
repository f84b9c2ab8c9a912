"""`taper config`: the defaults that a user keeps, and where every setting is from."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taper.data.texts import toml_values
from taper.errors import FileFault, InputError, Problem
from taper.formulary.local import Local
from taper.request.fields import FIELDS, LISTS, PRODUCTS
from taper.request.text import is_printable
from taper.terminal.deliver import LANGUAGES, PAPERS, one_of, write_stdout
from taper.terminal.files import read_text, write_all
from taper.terminal.options import TableFormat, tab
from taper.terminal.settings import (
    CONFIGURATION,
    DEFAULT,
    ENVIRONMENT,
    HANDOUT_SETTINGS,
    PLAN_SETTINGS,
    STOCK,
    checked,
    load,
    place,
)
from taper.terminal.streams import say
from taper.terminal.tables import table_or_list

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

    from taper.export import Options
    from taper.planning.plan import Plan
    from taper.terminal.settings import Settled

_HEAD = "# Defaults of `taper`. `taper plan ... --explain-settings` shows which of them count.\n"
_PROBE = {"product": "morphine-er", "dose": "60 mg q12h", "start": "2026-12-07"}
_LONGEST_TEXT = 200
Row = tuple[str, object, str]


def explain_settings(
    made: Plan, settled: Settled, options: Options, sources: dict[str, str], *, as_json: bool
) -> None:
    """Print every setting of a plan with its value and where it is from."""
    rows: list[Row] = []
    for name in FIELDS:
        source = settled.sources.get(name, DEFAULT)
        if name == "product" and name not in settled.sources:
            source = settled.sources.get("drug", DEFAULT)
        rows.append((name, made.request.text[name], source))
    rows += [(name, getattr(options, name), source) for name, source in sources.items()]
    _print(rows, settled.configuration.path, as_json=as_json)


def _print(rows: list[Row], path: str, *, as_json: bool) -> None:
    if as_json:
        entries = [dict(zip(("setting", "value", "from"), row, strict=True)) for row in rows]
        write_stdout(json.dumps(entries, indent=2, ensure_ascii=False) + "\n")
        return
    cells = [(name, _said(value), source) for name, value, source in rows]
    say(table_or_list(("Setting", "Value", "From"), cells), nl=False)
    found = "" if path and Path(path).is_file() else " (there is none yet)"
    say(f"\nConfiguration file: {path + found if path else 'none'}")


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        between = "; " if any("," in str(item) for item in value) else ", "
        return between.join(map(str, value)) or "-"
    return str(value or "-")


# --- the commands ------------------------------------------------------------------------------


def show(
    format: TableFormat = "table",  # noqa: A002
) -> None:
    """Show the defaults in force and where each is from.

    taper config show
    """
    as_json = one_of("format", format, ("table", "json")) == "json"
    own = load()
    rows: list[Row] = []
    for name in (*PLAN_SETTINGS, *HANDOUT_SETTINGS):
        value = own.values.get(name)
        source = DEFAULT if value is None else CONFIGURATION
        if name == "market" and own.market:
            value, source = own.market, ENVIRONMENT
        rows.append((name, value, source))
    rows += [(f"{STOCK}.{key}", value, CONFIGURATION) for key, value in own.stock.items()]
    _print(rows, own.path, as_json=as_json)


def set_(
    name: Annotated[
        str,
        typer.Argument(help="A setting, or stock.PRODUCT.", autocompletion=tab("setting")),
    ],
    value: Annotated[
        list[str], typer.Argument(help="Its value; several for phases and for stock.")
    ],
) -> None:
    """Set a default, after checking it.

    taper config set every 2w
    """
    name = name.strip().lower().replace("-", "_") if "." not in name else name.strip().lower()
    key = name.removeprefix("handout.")
    new: Any = value if key in LISTS else " ".join(value)
    if key == PRODUCTS:
        new = str(Path(new).expanduser().absolute())
    if key.startswith(f"{STOCK}."):
        key, new = _stock(key, value)
    file = _now()
    _put(file, key, new)
    path = _path()
    checked(file.unwrap(), path)
    _check_value(key, new)
    _save(file, path)
    say(f"{key} = {_said(new)}, in {path}", err=True)


def unset(
    name: Annotated[
        str,
        typer.Argument(help="A setting, or stock.PRODUCT.", autocompletion=tab("setting")),
    ],
) -> None:
    """Remove a default.

    taper config unset every
    """
    key = name.strip().lower()
    file, path = _now(), _path()
    top, _, product = key.partition(".")
    holder: Any = file.get(STOCK) if product and top == STOCK else file
    if not isinstance(holder, dict) or (product or key) not in holder:
        hint = "`taper config show` lists them"
        raise InputError(Problem("name", f"'{name}' is not set in {path}", hint, name))
    del holder[product or key]
    _save(file, path)
    say(f"{key} is no longer set in {path}", err=True)


def path_() -> None:
    """Print where the configuration file is, or would be.

    taper config path
    """
    say(_path())


# --- the file ----------------------------------------------------------------------------------


def _path() -> str:
    path = place()
    if not path:
        hint = "TAPER_CONFIG is empty: unset it, or name a file in it"
        raise InputError(Problem("", "there is no configuration file", hint))
    return path


def _now() -> TOMLDocument:
    """The file, comments and layout included; none is an empty file."""
    import tomlkit  # noqa: PLC0415 - only where a setting is changed

    path = _path()
    if not Path(path).is_file() or not Path(path).stat().st_size:
        return tomlkit.parse(_HEAD)
    try:
        text = read_text(path)
        toml_values(text, path, "correct it by hand")
        return tomlkit.parse(text)
    except (tomlkit.exceptions.TOMLKitError, ValueError, RecursionError) as error:
        raise InputError(Problem(path, f"not TOML: {error}", "correct it by hand")) from None


def _put(file: TOMLDocument, key: str, value: str | list[str]) -> None:
    """Set one value; the rest of the file, and the comment behind the value, stay as they are."""
    top, _, product = key.partition(".")
    if product:
        holder: Any = file.setdefault(top, {})
        if isinstance(holder, dict):  # else checking the values reports it
            holder[product] = value
    else:
        file[key] = value


def _save(file: TOMLDocument, path: str) -> None:
    target = Path(os.path.realpath(path))  # a link stays a link
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot be made: {error.strerror or error}"
        raise FileFault(Problem(str(target.parent), message)) from None
    write_all({str(target): file.as_string()})


# --- checking a value --------------------------------------------------------------------------


def _stock(key: str, value: list[str]) -> tuple[str, list[str]]:
    """The setting by the product's id, and its strengths one by one."""
    from taper.terminal.settings import known_products  # noqa: PLC0415 - where stock is set

    product = known_products(None, None).find(key.partition(".")[2])
    items = [part.strip() for text in value for part in text.replace(";", ",").split(",")]
    return f"{STOCK}.{product.id}", [item for item in items if item]


def _check_value(key: str, value: Any) -> None:
    """Raise the problems of a value, in the words of the field that it fills."""
    from taper.reading import read  # noqa: PLC0415
    from taper.terminal.settings import known_products  # noqa: PLC0415 - if a value is set

    if key in {"language", "paper"}:
        one_of(key, str(value), LANGUAGES if key == "language" else PAPERS)
        return
    if key in HANDOUT_SETTINGS:
        if len(str(value)) > _LONGEST_TEXT or not is_printable(str(value)):
            hint = f"at most {_LONGEST_TEXT} characters that can be printed"
            raise InputError(Problem(key, "not a line of text", hint))
        return
    field, probe = key, {**_PROBE, key: value}
    if key == PRODUCTS:
        known_products(None, value)
        return
    if key.startswith(f"{STOCK}."):
        field = STOCK
        probe = {**_PROBE, "product": key.partition(".")[2], STOCK: value}
        known = known_products(None, None)
        probe |= {"market": known.market, PRODUCTS: Local(known.local)}
    try:
        read(probe)
    except InputError as error:
        own = [problem for problem in error.problems if problem.field == field]
        if own:
            raise InputError(own) from None


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=False, invoke_without_command=True)

    @group.callback()
    def config(context: typer.Context) -> None:
        """Your own defaults: rule, market, stock, hand-out.

        taper config set reduce 5%
        """
        if context.invoked_subcommand is None:
            show("table")

    group.command("show")(show)
    group.command("set")(set_)
    group.command("unset")(unset)
    group.command("path")(path_)
    app.add_typer(group, name="config")
