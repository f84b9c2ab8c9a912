"""A clinic's own products: a compounded strength, a pharmacy's liquid, products of another country.

They are described as those of the markets are (``data/us.toml``), in a TOML file that
``--products`` names. Each is checked and filled in here, and kept as text (:class:`Local`) that
stands in the request, so that a plan can be made again without the file. A product of the market
cannot be replaced; what the market's table says of morphine equivalents holds for these as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taper.data.texts import toml_values
from taper.errors import FileFault, InputError, Problem
from taper.formulary.brands import brands, phrases
from taper.formulary.local_entry import Entry
from taper.formulary.market import MARKETS, formulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taper.formulary.market import Formulary
    from taper.formulary.product import Product

LARGEST_BYTES = 1_000_000  # of a file of products
MOST_PRODUCTS = 200
FIELD = "products"
INLINE = "the request"  # the file of products that stand in the request itself
# as the market's own, if all of them agree
_SAME = ("mme_factor", "least_dose", "schedule", "atypical_withdrawal")
_HINT = "[[product]] with id, drug, form, unit, strengths, intervals_hours, handling and source"


class Local(str):
    """The text of checked entries: JSON, the same for the same products."""

    __slots__ = ()

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The entries, as they stand in a request."""
        found: list[dict[str, Any]] = json.loads(self) if self else []
        return found


class Unchecked(str):
    """The text of entries as they were read: what the workers of a batch are given.

    They are checked in the market of each row.
    """

    __slots__ = ()

    @classmethod
    def of(cls, entries: list[dict[str, Any]]) -> Unchecked:
        """The text of entries; raises :class:`~taper.InputError` if no market can have them."""
        found = cls(json.dumps(entries, ensure_ascii=False, default=str))
        faults = []
        for market in MARKETS:
            try:
                _checked_in(found, market)
            except InputError as error:
                faults.append(error)
        if len(faults) == len(MARKETS):
            raise faults[0]
        return found


def load(path: str | Path) -> list[dict[str, Any]]:
    """The entries of a TOML file of products, each with its file, not checked yet.

    Raises :class:`~taper.errors.FileFault` if the file cannot be read, and
    :class:`~taper.InputError` if it is no file of products.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise FileFault(Problem(str(path), message, "a TOML file of products")) from None
    if len(data) > LARGEST_BYTES:
        raise InputError(Problem(str(path), "the file is too large", "at most 1 MB"))
    try:
        text = data.decode("utf-8-sig")
    except ValueError as error:
        raise InputError(Problem(str(path), f"not TOML: {error}", _HINT)) from None
    values = toml_values(text, str(path), _HINT)
    products = values.pop("product", None)
    sources = values.pop("sources", {})
    values.pop("formulary", None)  # version and date of a file in the form of the market's own
    if not isinstance(products, list) or not products:
        raise InputError(Problem(str(path), "there is no product in it", _HINT))
    if values:
        message = f"'{next(iter(values))}' is not read from a file of products"
        raise InputError(Problem(str(path), message, "[[product]] and [sources]"))
    return [_named(entry, path.name, sources) for entry in products]


def _named(entry: object, file: str, sources: object) -> dict[str, Any]:
    """An entry with its file, and its sources written out."""
    if not isinstance(entry, dict) or not isinstance(sources, dict):
        raise InputError(Problem(file, "a product is a table", _HINT))
    found = {**entry, "file": file}
    if isinstance(found.get("sources"), dict):
        found["sources"] = {
            field: [str(sources.get(key, key)) for key in _list(keys)]
            for field, keys in found["sources"].items()
        }
    return found


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def checked(given: object, market: Formulary) -> Local:
    """The checked text of entries, or of the file that holds them.

    Raises :class:`~taper.InputError` with every fault of every entry.
    """
    if isinstance(given, Local) or not given:
        return Local(given or "")
    if isinstance(given, Unchecked):
        return _checked_in(given, market.market)
    entries = load(given) if isinstance(given, (str, Path)) else _list(given)
    problems: list[Problem] = []
    if len(entries) > MOST_PRODUCTS:
        raise InputError(Problem(FIELD, "too many products", f"at most {MOST_PRODUCTS}"))
    found: dict[str, dict[str, Any]] = {}
    for place, values in enumerate(entries, 1):
        if not isinstance(values, Mapping):
            problems.append(Problem(FIELD, f"product {place} is no table", _HINT))
            continue
        entry = Entry(values, place)
        made = entry.read(inherited(entry, market))
        problems += entry.problems
        if made is None:
            continue
        problems += _taken(made, market, found)
        problems += _equivalents(made, market)
        found[made["id"]] = made
    if problems:
        raise InputError(problems)
    return Local(json.dumps(list(found.values()), sort_keys=True, ensure_ascii=False))


@lru_cache(maxsize=16)
def _checked_in(text: Unchecked, market: str) -> Local:
    return checked(json.loads(text), formulary(market))


def inherited(entry: Entry, market: Formulary) -> dict[str, str]:
    """What an entry need not say: what all products of its drug and unit have in the market."""
    if entry.text("kind") == "film" or "film" in entry.text("form"):
        return {}
    alike = _alike(
        market, entry.text("drug"), entry.text("unit"), is_combination=entry.is_combination
    )
    found: dict[str, str] = {}
    for field in _SAME:
        values = {str(product.facts.get(field, "")) for product in alike}
        if len(values) == 1:
            found[field] = values.pop()
    return {field: value for field, value in found.items() if value}


def _alike(market: Formulary, drug: str, unit: str, *, is_combination: bool) -> list[Product]:
    same = [p for p in market.of_drug(drug) if p.unit == unit and p.kind != "film"]
    return [p for p in same if p.is_combination == is_combination] or same


def _equivalents(entry: dict[str, Any], market: Formulary) -> Iterator[Problem]:
    """A factor is that of the market's table; if it has none, there is none."""
    given = entry.get("mme_factor")
    same = [p for p in market.of_drug(entry["drug"]) if p.unit == entry["unit"]]
    known = {p.facts["mme_factor"] for p in same if p.kind != "film" and p.mme is not None}
    if given is None or (entry["kind"] != "film" and given in known):
        return
    told = ", ".join(sorted(known)) if entry["kind"] != "film" else ""
    message = f"{entry['id']}: the mme_factor {given} is not that of {market.words['table']}"
    hint = "leave mme_factor out: " + (f"the table's, {told}, is taken" if told else "it has none")
    yield Problem(FIELD, message, hint, str(given))


def _taken(
    entry: dict[str, Any], market: Formulary, others: Mapping[str, Mapping[str, Any]]
) -> Iterator[Problem]:
    """A product takes neither the id nor a name of one that is built in, nor of another."""
    if entry["id"] in others:
        yield Problem(FIELD, f"the id '{entry['id']}' stands twice", "one id a product")
    known = {**market.by_name}
    for phrase, brand in brands(market).items():
        known.setdefault(phrase, [market.products[one] for one in brand.products])
    given = [entry["id"], entry["id"].replace("-", " "), entry["name"]]
    given += [*entry["brands"], *entry["names"]]
    names = {" ".join(each.lower().split()) for each in given}
    for name in sorted(names | {phrase for each in names for phrase in phrases(each)}):
        if known.get(name):
            message = f"'{name}' is a name of {known[name][0].id}, which is built in and stays"
            yield Problem(FIELD, message, f"another name for {entry['id']}", name)
