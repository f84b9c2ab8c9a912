"""A user's own defaults: a TOML file in the platform's usual place, and ``TAPER_MARKET``.

Only the command line reads them; the library and a batch take what they are given. What they
set is written into the request, so that a saved plan gives the same plan under any other
configuration. ``TAPER_CONFIG`` names another file, or none if it is empty.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from taper.errors import InputError, Problem
from taper.request.fields import LISTS, PRODUCTS, RATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from taper.formulary.market import Formulary

COMMAND_LINE = "command line"
REQUEST_FILE = "request file"
ANSWER = "answer at the terminal"
ENVIRONMENT = "environment"
CONFIGURATION = "configuration file"
DEFAULT = "default"

MARKET_VARIABLE = "TAPER_MARKET"
FILE_VARIABLE = "TAPER_CONFIG"
PLAN_SETTINGS = (
    *("market", "guideline", "pace", "phases", "reduce", "every", "of", "fill", "products"),
)
HANDOUT_SETTINGS = ("language", "paper", "clinic", "telephone")
REQUEST_SUFFIXES = (".toml", ".json", ".ndjson", ".jsonl")
STOCK = "stock"  # a table: the strengths at hand of each product
_BRINGS = {"guideline": ("every", "of"), "phases": ("every",)}  # with what does not go beside it


class Configuration(NamedTuple):
    """What the configuration file and the environment say, as it is written there.

    ``path`` is where the file is, or would be; empty if there is to be none.
    """

    path: str
    values: dict[str, Any]
    stock: dict[str, list[str]]
    market: str | None = None  # from the environment: over that of the file

    def default(self, name: str) -> tuple[str, str]:
        """A setting of the hand-out and where it is from; empty if it is not set."""
        value = self.values.get(name)
        return ("", DEFAULT) if value is None else (str(value), CONFIGURATION)


def place() -> str:
    """Where the configuration file is, or would be; empty if there is to be none.

    Typer knows the usual places of other platforms; platformdirs would take as long again as Python
    itself does to start.
    """
    named = os.environ.get(FILE_VARIABLE)
    if named is not None:
        return named
    if sys.platform in {"win32", "darwin"}:
        from typer import get_app_dir  # noqa: PLC0415 - it is slow to load

        folder = Path(get_app_dir("taper"))
    else:
        folder = Path(os.environ.get("XDG_CONFIG_HOME", "")) / "taper"
    if not folder.is_absolute():  # an empty or relative XDG_CONFIG_HOME counts as none
        folder = Path.home() / ".config" / "taper"
    return str(folder / "config.toml")


def load() -> Configuration:
    """The user's configuration; without a file there is nothing in it.

    Raises :class:`~taper.InputError` if the file is not what it should be, with every
    unknown setting in it.
    """
    path = place()
    market = os.environ.get(MARKET_VARIABLE, "").strip() or None
    if not path or not Path(path).is_file():
        return Configuration(path, {}, {}, market)
    from taper.terminal.files import parse_values, read_text  # noqa: PLC0415 - if there is a file

    text = read_text(path) if Path(path).stat().st_size else ""
    return checked(parse_values(text, path) if text else {}, path, market)


def checked(values: dict[str, Any], path: str, market: str | None = None) -> Configuration:
    """The configuration of a file's values; raises :class:`~taper.InputError`."""
    problems = []
    known = (*PLAN_SETTINGS, *HANDOUT_SETTINGS)
    for name, value in values.items():
        if name not in known and name != STOCK:
            hint = "the settings are " + ", ".join((*known, STOCK))
            problems.append(Problem(path, f"there is no setting '{name}'", hint, str(name)))
        elif name == STOCK and not isinstance(value, dict):
            hint = "[stock] and below it: morphine-er = [15, 30]"
            problems.append(Problem(path, "stock is a table of products", hint))
        elif name in known and isinstance(value, (dict, bool)):
            problems.append(Problem(path, f"{name} is not a text", f'{name} = "..."'))
        elif name in known and isinstance(value, list) and name not in LISTS:
            problems.append(Problem(path, f"{name} has one value", f'{name} = "..."'))
    problems += _together(values, path)
    if problems:
        raise InputError(problems)
    stock = {str(key): _as_list(value) for key, value in values.get(STOCK, {}).items()}
    return Configuration(path, {k: v for k, v in values.items() if k != STOCK}, stock, market)


def _together(values: Mapping[str, Any], path: str) -> list[Problem]:
    """Settings that cannot both be set."""
    rules = [name for name in RATES if name in values]
    if len(rules) > 1:
        return [Problem(path, f"{' and '.join(rules)} are both set", "one of them")]
    if "pace" in values and "guideline" not in values:
        return [Problem(path, "pace goes with a guideline", 'guideline = "hhs-2019"')]
    return [
        Problem(path, f"{name} does not go with {rule}", "one of the two")
        for rule in rules
        for name in _BRINGS.get(rule, ())
        if name in values
    ]


def _as_list(value: object) -> list[str]:
    items = value if isinstance(value, list) else str(value).replace(";", ",").split(",")
    return [str(item).strip() for item in items if str(item).strip()]


# --- a request, with the defaults --------------------------------------------------------------


class Settled:
    """The values of a request, from the strongest to the weakest, and where each is from."""

    def __init__(
        self,
        file: Mapping[str, Any],
        given: Mapping[str, Any],
        configuration: Configuration,
        lines: Sequence[str] = (),
    ) -> None:
        """Options override a request file; what neither names comes from the configuration.

        ``lines`` say what was taken from the file, if that is not plain.

        A field that a request file names without a value (as a saved plan does) has none: the
        configuration does not fill it in.
        """
        self.configuration = configuration
        self.lines = tuple(lines)
        self.values: dict[str, Any] = dict(file)
        make_room(self.values, given)
        self.sources = {k: REQUEST_FILE for k, v in self.values.items() if v not in (None, [])}
        self.values.update(given)
        self.sources.update(dict.fromkeys(given, COMMAND_LINE))
        for name, (value, source) in self._defaults().items():
            self.values[name] = value
            self.sources[name] = source
        products = self.values.get(PRODUCTS)
        if isinstance(products, str):
            self.values[PRODUCTS] = self._own(products)

    def _own(self, file: str) -> list[dict[str, Any]]:
        """The products of a file; one that the configuration names is sought beside it."""
        from taper.formulary.local import load  # noqa: PLC0415 - only if there are any

        if self.sources.get(PRODUCTS) == CONFIGURATION:
            file = str(Path(self.configuration.path).parent / file)
        return load(file)

    def _defaults(self) -> dict[str, tuple[Any, str]]:
        """What is set elsewhere: nothing that would contradict what is given."""
        own = self.configuration
        found = {k: (v, CONFIGURATION) for k, v in own.values.items() if k in PLAN_SETTINGS}
        if own.market:
            found["market"] = (own.market, ENVIRONMENT)
        names = set(self.values)
        out = set(names)
        if names & {*RATES}:
            out |= {*RATES, "pace"}  # a pace is one of the guideline beside it
        for rule, parts in _BRINGS.items():
            if rule in names:
                out |= {*parts}
            if names & {*parts}:
                out.add(rule)
        return {k: v for k, v in found.items() if k not in out}

    def answered(self, names: Iterable[str]) -> None:
        """These were asked for at the terminal."""
        self.sources.update(dict.fromkeys(names, ANSWER))

    def add_stock(self) -> None:
        """The strengths at hand of the product, where the configuration names them."""
        stock = self.configuration.stock
        if not stock or STOCK in self.values:
            return
        try:
            market = market_of(self.values)
            name, drug = self.values.get("product"), self.values.get("drug")
            form = str(self.values.get("form") or "")
            release = str(self.values.get("release") or "").lower()
            product = (
                market.find(str(name), release=release)
                if name
                else market.find_drug(str(drug or ""), form)
            )
        except InputError:
            return  # reading the request says what is wrong
        if product.id in stock:
            self.values[STOCK] = list(stock[product.id])
            self.sources[STOCK] = CONFIGURATION

    def explained(self, problem: Problem) -> Problem:
        """The problem, with the place of its value if that was not given on the command line."""
        field = problem.field
        if problem.id in {"dose-not-makeable", "needs-splitting"}:
            field = STOCK
        source = self.sources.get(field)
        if source not in {CONFIGURATION, ENVIRONMENT}:
            return problem
        where = MARKET_VARIABLE if source == ENVIRONMENT else self.configuration.path
        hint = f"{problem.hint}; {field} is set in {where}" if problem.hint else f"see {where}"
        return replace(problem, hint=hint)


def asked(product: str | None, words: list[str] | None, given: dict[str, Any]) -> Settled:
    """What is asked for: a request file or arguments, the options over them, the defaults.

    The ``words`` after the product are the dose, which needs no quotes.
    """
    file: dict[str, Any] = {}
    dose = " ".join(words) if words else None
    configuration = load()
    lines: list[str] = []
    if product is not None and is_file(product):
        from taper.terminal.request_file import read_request  # noqa: PLC0415 - if a file comes in

        own = given if dose is None else {**given, "dose": dose}
        file, lines = read_request(product, own, _market(given, configuration))
        product = None
    elif product and "drug" in given and product[:1].isdigit():
        dose = " ".join([product, *(words or ())])  # --drug names the product
        product = None
    if product is not None:
        given["product"] = product
    if dose is not None:
        given["dose"] = dose
    settled = Settled(file, given, configuration, lines)
    if settled.values.get("history"):
        settled.lines = (*settled.lines, *_read_fills(settled.values))
    return settled


def _read_fills(values: dict[str, Any]) -> list[str]:
    """Put the fills of a history file in its place; gives what to say of it."""
    from taper.reading.fill_file import names_a_file, with_files  # noqa: PLC0415 - if it is given
    from taper.terminal.files import read_bytes  # noqa: PLC0415

    if not names_a_file(values["history"]):
        return []
    values["history"], lines = with_files(values["history"], read_bytes, market_of(values))
    return lines


def make_room(values: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Remove the values of a file that an option takes the place of."""
    if any(name in given for name in RATES):
        for name in (*RATES, "pace"):
            values.pop(name, None)
    if any(name in given for name in _BRINGS):
        for name in ("every", "of"):
            values.pop(name, None)
    if "product" in given or "drug" in given:
        for name in ("product", "drug", "form", "release"):
            values.pop(name, None)


def market_of(values: Mapping[str, Any]) -> Formulary:
    """The formulary that a request's values name, with the clinic's own products."""
    from taper.reading.medicine import with_products  # noqa: PLC0415 - if it is asked for

    return with_products(str(values.get("market") or "us").lower(), values.get(PRODUCTS))


def known_products(market: str | None, products: str | None) -> Formulary:
    """The formulary of a command that plans nothing: as named, or as the user's settings say."""
    given = {"market": market, PRODUCTS: products}
    named = {name: value for name, value in given.items() if value}
    return market_of(Settled({}, named, load()).values)


def market_or_default(named: str | None) -> str:
    """A market that was named, or the user's, or ``us``."""
    return _market({"market": named}, load())


def _market(given: Mapping[str, Any], configuration: Configuration) -> str:
    named = given.get("market") or configuration.market or configuration.values.get("market")
    return str(named or "us").lower()


def is_file(name: str) -> bool:
    """Whether the first argument of `taper plan` is a file rather than a product."""
    return name == "-" or name.lower().endswith(REQUEST_SUFFIXES)
