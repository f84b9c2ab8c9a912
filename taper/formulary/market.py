"""The products that can be planned, read from one data file a market (``data/us.toml``).

Where brands are not interchangeable (``by_brand``), each brand is a product.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from taper.data.files import data_text
from taper.errors import InputError, Problem
from taper.formulary.product import Product, Strength
from taper.quantities import THOUSAND, thousandths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from taper.formulary.names import Named

MARKETS = ("us", "uk", "ca", "au")
_ENTRY = "\n[[product]]\n"
_ID = re.compile(r'^id = "([^"]+)"', re.MULTILINE)
_DRUG = re.compile(r'^drug = "([^"]+)"', re.MULTILINE)
_MARK = " (local product)"  # behind the name of a clinic's own, wherever it is printed
_BY_BRAND = re.compile(r"^(by_brand = |\[product\.by_brand\])", re.MULTILINE)
# What people read, where a market's data file has no word of its own under [words].
_WORDS: dict[str, Any] = {
    "equivalent": "MME",
    "equivalents": "morphine milligram equivalents",
    "table": "the CDC 2022 table",
    "mme_table": "CDC 2022",
    "acetaminophen": "acetaminophen",
    "sleep_apnea": "sleep apnea",
    "units": {},  # a unit as it is printed, where that is not its short form
    "often": {},  # hours between administrations of ordinary products, in words
}


@dataclass(frozen=True, eq=False)
class Formulary:
    """All products of one market, with the version and date of the data.

    ``words`` is what people read there: ``equivalent`` (``MME``, ``OME``), ``table``, ``units``...
    """

    market: str
    version: str
    date: date
    products: Products
    facts: dict[str, Any] = field(repr=False)
    words: dict[str, Any] = field(repr=False)
    local: str = field(default="", repr=False)  # the clinic's own products beside them

    @property
    def sources(self) -> dict[str, str]:
        """What each source key stands for."""
        return dict(self.facts.get("sources", {}))

    def sources_of(self, product: Product) -> list[str]:
        """Where the facts of a product are from, each source once."""
        given = product.facts.get("sources", {}).values()
        keys = sorted({key for value in given if isinstance(value, list) for key in value})
        known = self.sources
        return [known.get(key, key) for key in keys]

    @property
    def acetaminophen_max(self) -> int:
        """The labelled daily maximum of acetaminophen, in thousandths of a milligram."""
        return int(self.facts["formulary"]["acetaminophen_max_daily_mg"]) * THOUSAND

    @cached_property
    def by_name(self) -> dict[str, list[Product]]:
        """Every id, brand and common name in lower case, with the products that bear it."""
        names: dict[str, list[Product]] = {}
        for product in self.products.values():
            own = {product.id, product.id.replace("-", " "), product.name.lower()}
            own.update(brand.lower() for brand in product.brands)
            own.update(name.lower() for name in product.facts.get("names", ()))
            for name in own:
                names.setdefault(name, []).append(product)
        return names

    def of_drug(self, drug: str) -> list[Product]:
        """All products of one opioid."""
        drugs = self.products.drugs
        return [self.products[name] for name, other in drugs.items() if other == drug]

    def find(self, name: str, field: str = "product", release: str = "") -> Product:
        """The product of an id, a brand, a common name, a name of records, or a code.

        ``release`` (``ir``, ``er``) settles what the name leaves open. Raises
        :class:`~taper.InputError` that lists all products that are meant, or says why the name
        is not in the formulary.
        """
        product = self.products.get(name)
        return product if product is not None else self.identify(name, field, release).product

    def identify(self, name: str, field: str = "product", release: str = "") -> Named:
        """As :meth:`find`, with the strength that the name tells."""
        from taper.formulary.names import identify  # noqa: PLC0415 - ids need no reader of names

        return identify(self, name, release, field)

    def find_drug(self, drug: str, form: str) -> Product:
        """The product of ``--drug morphine --form er``."""
        drug, form = drug.strip().lower(), form.strip().lower()
        products = self.of_drug(drug)
        if not products:
            drugs = sorted({product.drug for product in self.products.values()})
            message = f"'{drug}' is not a drug of the {self.market} formulary"
            raise InputError(Problem("drug", message, "one of " + ", ".join(drugs), drug))
        matching = [product for product in products if not form or product.form == form]
        # of products by brand, `mr` stands for each `mr-...`
        matching = matching or [p for p in products if p.form.startswith(f"{form}-")]
        if len(matching) > 1:  # a clinic's own takes no place of one that is built in
            matching = [product for product in matching if not product.is_local] or matching
        if len(matching) == 1:
            return matching[0]
        message = f"{drug} is sold in more than one form" if matching else f"no {drug} {form}"
        forms = ", ".join(product.form for product in matching or products)
        raise InputError(Problem("form", message, f"--form with one of {forms}", form))


def _amount(text: str, counted: dict[str, str]) -> int:
    amount = thousandths(counted.get(text, text))
    assert amount is not None, text
    return amount


def _strength(label: str, counted: dict[str, str]) -> Strength:
    """Read ``15``, ``10/325`` or ``2 mg/mL``."""
    if label.endswith("/mL"):
        return Strength(label, _amount(label.split(maxsplit=1)[0], counted))
    opioid, _, other = label.partition("/")
    return Strength(label, _amount(opioid, counted), _amount(other, {}) if other else 0)


def _slug(brand: str) -> str:
    return "-".join(brand.lower().split())


def _branded(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of the brands of a product, each with its own strengths; or the one entry."""
    if "by_brand" not in entry:
        return [entry]
    called = entry.get("also_called", {})
    codes = entry.get("dmd", {})
    plural = entry["name"].split()[-1]  # tablets, capsules, patches
    shared = {key: value for key, value in entry.items() if key not in {"by_brand", "also_called"}}
    return [
        shared
        | {
            "id": f"{entry['id']}-{_slug(brand)}",
            "form": f"{entry['form']}-{_slug(brand)}",
            "name": f"{brand} {entry['name']}",
            "brand": brand,
            "brands": [brand],
            "names": [*entry["names"], f"{brand} {plural}", *called.get(brand, ())],
            "strengths": strengths,
            "dmd": {label: codes[label] for label in strengths if label in codes},
        }
        for brand, strengths in entry["by_brand"].items()
    ]


def _product(
    entry: dict[str, Any],
    market: str,
    words: dict[str, Any],
    beside: str = "",
    *,
    own: bool = False,
) -> Product:
    counted = entry.get("counted", {})
    strengths = tuple(_strength(label, counted) for label in entry["strengths"])
    measure = _amount(entry["measure_ml"], {}) if entry["kind"] == "liquid" else 0
    seldom = {*entry.get("only_if_named", ()), *entry.get("seldom_stocked", ())}
    return Product(
        id=entry["id"],
        drug=entry["drug"],
        form=entry["form"],
        name=f"{entry['name']}{_MARK}" if own else entry["name"],
        kind=entry["kind"],
        release=entry["release"],
        unit=entry["unit"],
        market=market,
        strengths=strengths,
        seldom_stocked=tuple(s.label for s in strengths if s.label in seldom),
        intervals_hours=tuple(entry["intervals_hours"]),
        interval=entry["interval"],
        handling=entry["handling"],
        splittable=entry["splittable"],
        least_dose=_amount(entry["least_dose"], {}) if "least_dose" in entry else 0,
        measure=measure,
        max_units=entry.get("max_units", 0),
        facts=entry,
        words=words,
        beside=beside,
        is_local=own,
    )


def _entry(text: str) -> dict[str, Any]:
    entry: dict[str, Any] = tomllib.loads(_ENTRY + text)["product"][0]
    return entry


class Products(Mapping[str, Product]):
    """The products of a market by id; an entry of the data file is read when it is asked for."""

    def __init__(
        self, entries: list[str], market: str, words: dict[str, Any], local: str = ""
    ) -> None:
        """``entries`` are the texts between the ``[[product]]`` lines.

        ``local`` holds the clinic's own, checked (:class:`taper.formulary.local.Local`).
        """
        self._market, self._words, self._local = market, words, local
        self._made: dict[str, Product | None] = {}  # None: not read yet
        self._texts: dict[str, str] = {}
        self.drugs: dict[str, str] = {}  # of each id
        for text in entries:
            drug = _DRUG.search(text)
            assert drug is not None, text[:60]
            if _BY_BRAND.search(text):
                for entry in _branded(_entry(text)):
                    self._made[entry["id"]] = _product(entry, market, words, local)
                    self.drugs[entry["id"]] = drug[1]
                continue
            name = _ID.search(text)
            assert name is not None, text[:60]
            self._made[name[1]], self._texts[name[1]], self.drugs[name[1]] = None, text, drug[1]
        for entry in json.loads(local) if local else ():
            self._made[entry["id"]] = _product(entry, market, words, local, own=True)
            self.drugs[entry["id"]] = entry["drug"]

    def __getitem__(self, name: str) -> Product:
        """The product of an id; raises KeyError."""
        product = self._made[name]
        if product is None:
            product = _product(_entry(self._texts[name]), self._market, self._words, self._local)
            self._made[name] = product
        return product

    def __iter__(self) -> Iterator[str]:
        """The ids in the order of the data file."""
        return iter(self._made)

    def __len__(self) -> int:
        """How many products there are."""
        return len(self._made)


def formulary(market: str = "us", local: str = "") -> Formulary:
    """The formulary of a market (``us``, ``uk``, ``ca``, ``au``).

    ``local`` holds a clinic's own products, checked (:class:`taper.formulary.local.Local`).
    """
    return _beside(market, local) if local else _built_in(market)


def home(product: Product) -> Formulary:
    """The formulary that a product is of, with the clinic's own products beside it."""
    return formulary(product.market, product.beside)


@lru_cache(maxsize=64)
def _beside(market: str, local: str) -> Formulary:
    known = _built_in(market)
    products = Products(_entries(market), market, known.words, local)
    return replace(known, products=products, local=local)


def _entries(market: str) -> list[str]:
    return data_text(f"{market}.toml").split(_ENTRY)[1:]


@lru_cache(maxsize=len(MARKETS))
def _built_in(market: str) -> Formulary:
    if market not in MARKETS:
        message = f"'{market}' is not a market that is built in"
        raise InputError(Problem("market", message, "one of " + ", ".join(MARKETS), market))
    facts = tomllib.loads(data_text(f"{market}.toml").partition(_ENTRY)[0])
    head = facts["formulary"]
    words = _WORDS | facts.get("words", {})
    products = Products(_entries(market), market, words)
    return Formulary(market, head["version"], head["date"], products, facts, words)


@lru_cache(maxsize=8)
def combinations(market: str) -> dict[tuple[int, int], list[str]]:
    """The strengths of all combinations of a market, with the products that have them."""
    found: dict[tuple[int, int], list[str]] = {}
    for product in formulary(market).products.values():
        for strength in product.strengths:
            if strength.other:
                found.setdefault((strength.amount, strength.other), []).append(product.id)
    return found
