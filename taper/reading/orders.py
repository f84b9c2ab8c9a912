"""Orders of a health record: FHIR R4 MedicationRequest and MedicationStatement.

They stand alone, in a Bundle, in a list, or one a line (NDJSON).

An order becomes a product and a dose in the words of contract 3.1 and 3.2, so that one reader
checks both; what the order does not say comes from the options.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from taper.data.texts import Twice, each_once
from taper.errors import InputError, Problem
from taper.quantities import Ratio
from taper.reading.dose import read_dose
from taper.reading.order_dosage import dose_text
from taper.reading.order_medicine import concept_of, dicts, names_of, product_of, why_none

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from taper.formulary.market import Formulary
    from taper.formulary.names import Named
    from taper.formulary.product import Product, Strength
    from taper.regimen.prescription import Prescription

REQUEST, STATEMENT = KINDS = ("MedicationRequest", "MedicationStatement")
_NO_ORDERS = frozenset({"proposal", "option"})  # intents: nobody has ordered it


@dataclass(frozen=True, slots=True)
class Order:
    """One order: the words for its product and its dose, and its MME a day if there is a factor."""

    product: str
    dose: str
    id: str  # of the product
    mme: Ratio | None
    kind: str
    written: str  # the dose in one spelling
    is_given: bool = False  # the dose is that of the request, because the order's cannot be read

    @property
    def as_companion(self) -> str:
        """The product and the dose in one text, as ``also`` has them."""
        name = self.product if " " not in self.product else self.id
        return f"{name} {self.written}"


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
            found["also"] = [order.as_companion for order in others]
        return found

    @property
    def lines(self) -> list[str]:
        """What was taken of the record and what was passed over, for people."""
        taken = ", also ".join(f"{order.id} {order.written}" for order in self.orders)
        passed = [f"passed over: {each}" for each in self.passed_over]
        return [f"from the record: {taken}", *passed]


class Asked(NamedTuple):
    """What is asked of a record: the market, the first day, and a dose instead of the order's."""

    market: Formulary
    start: date | None = None
    dose: str = ""


def is_order(text: str) -> bool:
    """Whether a file holds FHIR resources rather than the fields of a request."""
    try:
        document = json.loads(text)
    except RecursionError:
        return False
    except ValueError:
        first = next(line for line in (*text.splitlines(), "{}") if line.strip())
        try:
            document = json.loads(first)
        except (ValueError, RecursionError):
            return False
    if isinstance(document, list):
        document = document[0] if document else None
    return isinstance(document, dict) and "resourceType" in document


def read_orders(text: str, market: Formulary, start: date | None = None, dose: str = "") -> Orders:
    """The active orders of a record; of dosages in sequence the one in force on ``start`` counts.

    A ``dose`` of the main opioid counts instead of what its order says.
    Raises :class:`~taper.InputError` with every problem.
    """
    resources = list(_resources(text))
    known = _index(resources)
    asked = Asked(market, start, dose)
    found, problems = Orders(), list[Problem]()
    orders = [one for _, one in resources if one.get("resourceType") in KINDS]
    if not orders:
        kinds = ", ".join(dict.fromkeys(str(one.get("resourceType")) for _, one in resources))
        message = f"the file holds no order, but {kinds or 'nothing'}"
        hint = "FHIR R4: a MedicationRequest, a MedicationStatement, or a Bundle of them"
        raise InputError(Problem("", message, hint))
    for resource in orders:
        try:
            order = _order(resource, known, asked, found)
        except InputError as error:
            problems.extend(error.problems)
        except (TypeError, ValueError, AttributeError, ArithmeticError) as error:
            problems.append(_irregular(resource, error))
        else:
            if order is not None:
                found.orders.append(order)
    if problems:
        raise InputError(problems)
    if not found.orders:
        message = "the record holds no active order for an opioid of the formulary"
        hint = "; ".join(found.passed_over) or "a MedicationRequest with the status active"
        raise InputError(Problem("product", message, hint))
    first, *others = _ranked(_once(found, dose))
    if any(order.is_given for order in others):
        message = "the doses of two orders cannot be read, and one is given"
        raise InputError(Problem("dose", message, "the others with --also"))
    found.orders = [replace(first, dose=dose, written=dose) if dose else first, *others]
    return found


def _once(found: Orders, dose: str) -> list[Order]:
    """One order a product: a statement that repeats its request is left out, and said.

    Raises :class:`~taper.InputError` if two orders of a product are not the same: whether both
    are taken, nobody can tell from the record.
    """
    kept: dict[str, Order] = {}
    problems = []
    for order in sorted(found.orders, key=lambda one: one.kind != REQUEST):
        before = kept.setdefault(order.id, order)
        if before is order:
            continue
        if dose or (order.written == before.written and order.kind == STATEMENT):
            why = "--dose counts instead" if dose else "the same medicine again"
            found.passed_over.append(f"{order.id} {order.written}: {why}")
            continue
        message = f"two active orders for {order.id}: {before.written}, and {order.written}"
        hint = "the dose of both together, or the one that is taken: --dose"
        problems.append(Problem("dose", message, hint, order.product))
    if problems:
        raise InputError(problems)
    return [order for order in found.orders if kept[order.id] is order]


def _ranked(orders: list[Order]) -> list[Order]:
    """The most MME first; without a factor after all others; ties in the order of the file.

    The one whose dose is given comes before all of them: it is the dose of the main product.
    """
    given = [order for order in orders if order.is_given]
    rest = [order for order in orders if not order.is_given]
    rated = [order for order in rest if order.mme is not None]
    unrated = [order for order in rest if order.mme is None]
    ranked = sorted(rated, key=lambda order: order.mme or Ratio(0, 1), reverse=True)
    return given + ranked + unrated


# --- resources -----------------------------------------------------------------------------------


def _resources(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every resource with its address: of one document, a Bundle, a list, or one a line."""
    try:
        documents = json.loads(text, parse_float=Decimal, object_pairs_hook=each_once)
    except Twice as error:
        raise InputError(Problem("", f"not JSON: {error}", "each key once")) from None
    except ValueError:
        documents = _lines(text)
    except RecursionError:
        raise InputError(Problem("", "the JSON is nested too deeply", "a FHIR resource")) from None
    for document in documents if isinstance(documents, list) else [documents]:
        yield from _of_document(document)


def _lines(text: str) -> list[Any]:
    documents = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                documents.append(json.loads(line, parse_float=Decimal, object_pairs_hook=each_once))
            except (ValueError, RecursionError) as error:
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
    for entry in dicts(document.get("entry")):
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


def _irregular(resource: dict[str, Any], error: Exception) -> Problem:
    """A value that R4 does not allow there, such as text for a number."""
    shown = str(resource.get("id", resource.get("resourceType")))
    message = f"the order '{shown}' does not have the form of FHIR R4: {error}"
    return Problem("", message, "a MedicationRequest of R4, or its dose with --dose", shown)


# --- one order -----------------------------------------------------------------------------------


def _order(
    resource: dict[str, Any], known: dict[str, dict[str, Any]], asked: Asked, found: Orders
) -> Order | None:
    names = names_of(concept_of(resource, known))
    shown = names[-1] if names else str(resource.get("id", "an order without a medicine"))
    reason = _not_in_force(resource)
    if reason:
        found.passed_over.append(f"{shown}: {reason}")
        return None
    product = product_of(names, shown, asked.market)
    if product is None:
        found.passed_over.append(f"{shown}: {why_none(names, resource)}")
        return None
    named = asked.market.identify(product)
    strength = next((s for s in named.product.strengths if s.label == named.strength), None)
    try:
        dose = _dose(resource, named.product, strength, shown, asked.start)
        written = read_dose(dose, named.product, strength)
    except InputError as error:
        if not asked.dose:
            raise InputError(_of_order(problem, shown) for problem in error.problems) from None
        dose = asked.dose
        written = read_dose(dose, named.product, strength)
    mme = named.product.mme_of(_most_a_day(written))
    spelled, is_given = _spelled(written, named), dose is asked.dose
    return Order(
        product, dose, named.product.id, mme, str(resource["resourceType"]), spelled, is_given
    )


def _dose(
    resource: dict[str, Any],
    product: Product,
    strength: Strength | None,
    shown: str,
    start: date | None,
) -> str:
    dosages = dicts(resource.get("dosageInstruction")) or dicts(resource.get("dosage"))
    written = str(resource.get("authoredOn") or resource.get("dateAsserted") or "")
    return dose_text(dosages, product, shown, start, named=strength, written=written)


def _of_order(problem: Problem, shown: str) -> Problem:
    """The problem, with the order that it is about."""
    if shown in problem.message:
        return problem
    return replace(problem, message=f"{shown}: {problem.message}", span=None)


def _not_in_force(resource: dict[str, Any]) -> str:
    """Why an order does not count; empty if it does."""
    status = str(resource.get("status", ""))
    if status != "active":
        return status or "no status"
    if resource.get("doNotPerform") is True:
        return "an order not to give it"
    intent = str(resource.get("intent", ""))
    return f"a {intent}, no order" if intent in _NO_ORDERS else ""


def _spelled(written: Prescription, named: Named) -> str:
    """The dose in one spelling, of a combination with the tablet that the name told."""
    text = str(written)
    if not named.product.is_combination or written.other or written.parts or not named.strength:
        return text
    amount = next(s.amount for s in named.product.strengths if s.label == named.strength)
    count, rest = divmod(written.amounts[0], amount)
    if len(written.amounts) > 1 or rest or written.most:
        return text
    _, _, often = text.partition(f" {written.unit} ")
    return f"{count} x {named.strength} {written.unit} {often}"


def _most_a_day(written: Prescription) -> int:
    """The most that the directions allow in a day, in thousandths; of a patch its rate."""
    largest = [max(amount, written.most) for amount in written.amounts]
    number = written.administrations if len(largest) == 1 else 1
    most = sum(largest) * max(number, 1)
    return min(most, written.most_per_day) if written.most_per_day else most
