"""Reading what else there is: the finer product for the end, and other opioids."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from taper.errors import InputError, Problem
from taper.formulary.market import home
from taper.formulary.product import ORAL_INTERVALS, PATCH_INTERVALS
from taper.quantities import Ratio, parse_percent
from taper.reading.as_needed import FIXED, HOW_MUCH, Medicine
from taper.reading.dose import parse_frequency
from taper.reading.medicine import read_amount, take, taken_of
from taper.reading.strengths import strengths_of
from taper.regimen.finer import finer_products, finishing_table, follows_frequency, is_finer
from taper.regimen.prescription import frequency
from taper.request.model import Companion, Finish

if TYPE_CHECKING:
    from taper.formulary.market import Formulary
    from taper.reading.history import History
    from taper.reading.values import Fields
    from taper.regimen.table import Regimens

PATCH = "patch"


def read_finish(fields: Fields, medicine: Medicine) -> Finish | None:
    """The finer product for the end of the taper."""
    text, at = fields.text("finish_with"), fields.text("finish_at")
    if text is None:
        if at:
            fields.problem("finish_at", "there is no product to change to", "--finish-with ID", at)
        return None
    is_halved = fields.text("split") == "halves"
    table = fields.attempt(lambda: _finish_table(text, medicine, is_halved=is_halved))
    dose = share = None
    if at and at.endswith("%"):
        share = fields.attempt(lambda: parse_percent(at, "finish_at"))
        if share is not None and share >= Ratio(1, 1):
            _not_below(fields, at, medicine)
    elif at:
        dose = fields.attempt(lambda: read_amount(at, medicine.product, "finish_at"))
        if dose is not None and not 0 < dose < medicine.regimen.daily:
            _not_below(fields, at, medicine)
    if table is None:
        return None
    _check_halves(fields, table, medicine)
    has_interval = parse_frequency(text.rsplit(maxsplit=1)[-1]) is not None
    follows = not has_interval and follows_frequency(table.product, medicine.product)
    return Finish(table, dose, share, follows)


def _check_halves(fields: Fields, table: Regimens, medicine: Medicine) -> None:
    """Halves are of whichever of the two products can be split."""
    is_asked = fields.text("split") == "halves"
    if is_asked and not (table.product.splittable or medicine.product.splittable):
        message = f"neither {medicine.product.id} nor {table.product.id} is ever cut"
        hint = "--split halves is for immediate-release tablets known to be scored"
        fields.problem("split", message, hint, "halves")


def _not_below(fields: Fields, at: str, medicine: Medicine) -> None:
    """The change of product comes once the dose has fallen to what is named."""
    current = medicine.product.daily_text(medicine.regimen.daily)
    message = f"'{at}' is not above 0 and below the current dose"
    fields.problem("finish_at", message, f"25%, or less than {current}", at)


def _finish_table(text: str, medicine: Medicine, *, is_halved: bool) -> Regimens:
    market = home(medicine.product)
    name, hours = text, None
    words = text.rsplit(maxsplit=1)
    if len(words) > 1 and parse_frequency(words[1]):
        name, hours = words[0], parse_frequency(words[1])
    product, first = market.find(name, "finish_with"), medicine.product
    if product.drug != first.drug or product.unit != first.unit:
        message = f"{product.id} is not a product of {first.drug} in {first.unit}"
        same = ", ".join(finer_products(medicine.regimens)) or "none"
        raise InputError(Problem("finish_with", message, f"finer products: {same}", text))
    allowed = PATCH_INTERVALS if product.is_patch else ORAL_INTERVALS
    if hours is not None and hours not in allowed:
        labelled = " or ".join(frequency(hours) for hours in product.intervals_hours)
        message = f"{frequency(hours)} does not fit {product.name}"
        raise InputError(Problem("finish_with", message, f"the label says {labelled}", text))
    if PATCH in {product.kind, first.kind} and product.kind != first.kind:
        message = f"a change between {first.kind} and {product.kind} is not planned"
        hint = "they are absorbed differently: a prescriber converts the dose"
        raise InputError(Problem("finish_with", message, hint, text))
    made = medicine.regimens
    halves = made.halves or is_halved
    table = finishing_table(product, made, medicine.regimen.daily, hours, halves=halves)
    if not is_finer(table, medicine.regimens):
        message = f"{product.id} makes no smaller dose than {first.id}"
        same = ", ".join(finer_products(medicine.regimens)) or "none"
        raise InputError(Problem("finish_with", message, f"finer products: {same}", text))
    return table


def read_companions(
    fields: Fields, market: Formulary, medicine: Medicine | None, history: History
) -> tuple[Companion, ...]:
    """What else the patient takes."""
    kept = [_id_of(name, market) for name in fields.many("keep")]
    companions: list[Companion] = []
    way = (fields.text("as_needed") or FIXED).lower()
    favor = medicine.regimens.favor if medicine else ""
    for text in fields.many("also"):
        companion = fields.attempt(partial(_companion, text, market, way, favor, history))
        if companion is not None:
            keep = companion.product.id in kept
            prescription, regimen = companion.prescription, companion.regimen
            taking = companion.taking
            is_said = " taking " in text
            companions.append(
                Companion(regimen, companion.regimens, prescription, keep, taking, is_said=is_said)
            )
    ids = [companion.regimen.product.id for companion in companions]
    if medicine:
        ids.append(medicine.product.id)
    for name in kept:
        if name not in ids[: len(companions)]:
            fields.problem("keep", f"'{name}' is not among --also", "an id of --also", name)
    for name in {name for name in ids if ids.count(name) > 1}:
        hint = "one entry a product, with one amount for each administration"
        fields.problem("also", f"{name} is named twice", hint, name)
    return tuple(companions)


def _id_of(name: str, market: Formulary) -> str:
    """The id of the product of that name, or the name where none bears it."""
    try:
        return market.find(name).id
    except InputError:
        return name


def _companion(text: str, market: Formulary, way: str, favor: str, history: History) -> Medicine:
    """Read ``oxycodone-ir 10 mg q6h``: a product, then its dose.

    A name may hold numbers, so the dose begins at the first word from which on the words are a
    dose and before which they are a product.
    """
    written, _, taking = text.partition(" taking ")
    errors: list[InputError] = []
    for start in (match.end() for match in re.finditer(r"\S+\s+", written)):
        try:
            named = market.identify(written[:start].strip(), "also")
        except InputError as error:
            errors.append(error)
            continue
        product = named.product
        strength = next((s for s in product.strengths if s.label == named.strength), None)
        strengths = strengths_of([], product)
        dose, most = written[start:], product.max_units
        try:
            average = taken_of(history, product, dose, strength, most, taking or None)
            return take(
                product,
                dose,
                strengths,
                most,
                named=strength,
                taking=average,
                as_needed=way,
                favor=favor,
            )
        except InputError as error:
            errors.insert(0, error)
    if not errors:
        hint = "a product and its dose: oxycodone-ir 10 mg q6h"
        raise InputError(Problem("also", f"'{text}' has no dose", hint, text))
    raise InputError(_of_also(problem, text) for problem in errors[0].problems)


def _of_also(problem: Problem, text: str) -> Problem:
    """A problem of a further opioid, with what is written for it."""
    hint = problem.hint
    if problem.message.endswith(HOW_MUCH):
        hint = f'--also "{text} taking 20 mg": the average of the last two weeks'
    return replace(problem, field="also", hint=hint, span=None)
