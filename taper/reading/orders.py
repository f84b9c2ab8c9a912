"""Orders of a health record: FHIR R4 MedicationRequest and MedicationStatement.

They stand alone, in a Bundle, or one a line (NDJSON).

An order becomes a product and a dose in the words of contract 3.1 and 3.2, so that one reader
checks both; what the order does not say comes from the options.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from taper.errors import InputError, Problem
from taper.formulary.names import is_opioid
from taper.quantities import Ratio
from taper.reading.dose import read_dose
from taper.reading.order_dosage import dose_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from taper.formulary.market import Formulary

KINDS = ("MedicationRequest", "MedicationStatement")
# The systems of codes that a product is found by, and the prefix of its codes.
_SYSTEMS = {
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxcui",
    "urn:oid:2.16.840.1.113883.6.88": "rxcui",
    "http://hl7.org/fhir/sid/ndc": "ndc",
    "urn:oid:2.16.840.1.113883.6.69": "ndc",
    "https://dmd.nhs.uk": "dmd",
    "http://snomed.info/sct": "dmd",
}


@dataclass(frozen=True, slots=True)
class Order:
    """One order: the words for its product and its dose, and its MME a day if there is a factor."""

    product: str
    dose: str
    id: str  # of the product
    mme: Ratio | None


@dataclass(slots=True)
class Orders:
    """The active opioids of a record, the main one first, and what was passed over."""

    orders: list[Order] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)

    @property
    def fields(self) -> dict[str, object]:
        """The fields of a request."""
        first, *others = self.orders
        found: dict[str, object] = {"product": first.product, "dose": first.dose}
        if others:
            found["also"] = [f"{order.product} {order.dose}" for order in others]
        return found


def is_order(text: str) -> bool:
    """Whether a file holds FHIR resources rather than the fields of a request."""
    return '"resourceType"' in text


def read_orders(text: str, market: Formulary, start: date | None = None) -> Orders:
    """The active orders of a record; of dosages in sequence the one in force on ``start`` counts.

    Raises :class:`~taper.InputError` with every problem.
    """
    resources = list(_resources(text))
    known = _index(resources)
    found, problems = Orders(), list[Problem]()
    for _, resource in resources:
        if resource.get("resourceType") not in KINDS:
            continue
        try:
            order = _order(resource, known, market, start, found)
        except InputError as error:
            problems.extend(error.problems)
            continue
        except (TypeError, ValueError, AttributeError, ArithmeticError) as error:
            problems.append(_irregular(resource, error))
            continue
        if order is not None:
            found.orders.append(order)
    if problems:
        raise InputError(problems)
    if not found.orders:
        message = "the record holds no active order for an opioid of the formulary"
        hint = "; ".join(found.passed_over) or "a MedicationRequest with the status active"
        raise InputError(Problem("product", message, hint))
    # the most MME first; without a factor after all others; ties in the order of the file
    rated = [order for order in found.orders if order.mme is not None]
    unrated = [order for order in found.orders if order.mme is None]
    found.orders = sorted(rated, key=lambda order: order.mme or Ratio(0, 1), reverse=True) + unrated
    return found


# --- resources -----------------------------------------------------------------------------------


def _resources(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every resource with its address: of one document, a Bundle, or one a line."""
    try:
        documents = [json.loads(text, parse_float=Decimal)]
    except ValueError:
        documents = _lines(text)
    for document in documents:
        yield from _of_document(document)


def _lines(text: str) -> list[Any]:
    documents = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                documents.append(json.loads(line, parse_float=Decimal))
            except ValueError as error:
                message = f"line {number} is not JSON: {error}"
                hint = "a FHIR resource, a Bundle, or one resource a line"
                raise InputError(Problem("", message, hint)) from None
    return documents


def _of_document(document: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(document, dict):
        raise InputError(Problem("", "this is no FHIR resource", "a JSON object"))
    if document.get("resourceType") != "Bundle":
        yield "", document
        return
    for entry in _dicts(document.get("entry")):
        resource = entry.get("resource")
        if isinstance(resource, dict):
            yield str(entry.get("fullUrl", "")), resource


def _index(resources: list[tuple[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """The resources by every address that a reference may give."""
    found = {}
    for address, resource in resources:
        if address:
            found[address] = resource
        if "id" in resource:
            found[f"{resource.get('resourceType')}/{resource['id']}"] = resource
    return found


def _dicts(values: Any) -> list[dict[str, Any]]:
    """The objects of a list; none of what is no list."""
    return [v for v in values if isinstance(v, dict)] if isinstance(values, list) else []


def _irregular(resource: dict[str, Any], error: Exception) -> Problem:
    """A value that R4 does not allow there, such as text for a number."""
    shown = str(resource.get("id", resource.get("resourceType")))
    message = f"the order '{shown}' does not have the form of FHIR R4: {error}"
    return Problem("", message, "a MedicationRequest of R4, or its dose with --dose", shown)


# --- one order -----------------------------------------------------------------------------------


def _order(
    resource: dict[str, Any],
    known: dict[str, dict[str, Any]],
    market: Formulary,
    start: date | None,
    found: Orders,
) -> Order | None:
    concept = _concept(resource, known)
    names = _names(concept)
    shown = names[-1] if names else str(resource.get("id", "an order without a medicine"))
    status = str(resource.get("status", ""))
    if status != "active":
        found.passed_over.append(f"{shown}: {status or 'no status'}")
        return None
    product = _product(names, shown, market)
    if product is None:
        found.passed_over.append(f"{shown}: no opioid")
        return None
    named = market.identify(product)
    dosages = _dicts(resource.get("dosageInstruction")) or _dicts(resource.get("dosage"))
    dose = dose_text(dosages, named.product, shown, start)
    strength = next((s for s in named.product.strengths if s.label == named.strength), None)
    written = read_dose(dose, named.product, strength)
    largest = [max(amount, written.most) for amount in written.amounts]
    number = written.administrations if len(largest) == 1 else 1
    mme = named.product.mme_of(sum(largest) * max(number, 1))
    return Order(product, dose, named.product.id, mme)


def _concept(resource: dict[str, Any], known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What the medicine is called: inline, contained, or referenced in the Bundle."""
    inline = resource.get("medicationCodeableConcept")
    if isinstance(inline, dict):
        return inline
    reference = resource.get("medicationReference")
    if not isinstance(reference, dict):
        return {}
    address = str(reference.get("reference", ""))
    contained = {f"#{one.get('id')}": one for one in _dicts(resource.get("contained"))}
    medication = contained.get(address) or known.get(address)
    if medication is None:  # an address of a server ends with the type and the id
        medication = known.get("/".join(address.split("/")[-2:]), {})
    code = medication.get("code")
    return code if isinstance(code, dict) else {"text": str(reference.get("display", ""))}


def _names(concept: dict[str, Any]) -> list[str]:
    """The codes of a medicine, then its names."""
    codings = _dicts(concept.get("coding"))
    codes = [
        f"{_SYSTEMS[system]}:{coding['code']}"
        for coding in codings
        if (system := str(coding.get("system", ""))) in _SYSTEMS and coding.get("code")
    ]
    names = [str(coding.get("display", "")) for coding in codings] + [str(concept.get("text", ""))]
    return [*codes, *dict.fromkeys(name for name in names if name)]


def _product(names: list[str], shown: str, market: Formulary) -> str | None:
    """The first code or name that is a product; None if the medicine is no opioid.

    Raises :class:`~taper.InputError` if an opioid is named that is no one product.
    """
    errors = []
    for name in names:
        try:
            market.identify(name)
        except InputError as error:
            errors.append(error)
        else:
            return name
    if any(is_opioid(market, name) for name in names):
        problem = errors[-1].problems[0]
        raise InputError(Problem("product", problem.message, problem.hint, shown))
    return None
