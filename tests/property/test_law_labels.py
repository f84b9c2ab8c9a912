"""Laws of the labels (contract 9): all bottles read together give exactly the regimen."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from strategies import planned, requests

from taper.quantities import THOUSAND
from taper.regimen.directions import strength_text

NUMBERS = dict(
    zip(("one", "two", "three", "four", "five", "six", "seven", "eight"), range(1, 9), strict=True)
)
PART = re.compile(r"From (\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d): ")
FIGURES = re.compile(r"(\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d): ")
DAY = timedelta(days=1)


def days_of(label, fill):
    """What a label says on each day of its fill: its sentence for that day."""
    parts = PART.split(label) if "by date." not in label else FIGURES.split(label)
    if len(parts) == 1:
        return {fill.date + n * DAY: label for n in range(fill.days_supply)}
    said = {}
    for first, last, sentence in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            assert day not in said, "a day stands twice on one label"
            said[day] = sentence
            day += DAY
    return said


def units_in(text, strength):
    """``two and a half 15 mg tablets`` in thousandths."""
    words = text.split(f" {strength} ")[0].split(" ")
    if words[:3] == ["half", "of", "one"]:
        return THOUSAND // 2
    whole = NUMBERS.get(words[0]) or int(words[0])
    return whole * THOUSAND + (THOUSAND // 2 if words[1:] == ["and", "a", "half"] else 0)


def read(sentence, strength, regimen):
    """A counter of (time, thousandths) that a sentence of a label asks for."""
    product = regimen.product
    sentence = sentence.split("; take with")[0].split("; apply with")[0].rstrip(". ")
    if product.is_patch:
        return Counter({("patch", units_in(sentence.removeprefix("Apply "), strength)): 1})
    body = re.sub(r"^(Take|Place) ", "", sentence)
    body = re.sub(r"^(by mouth|inside the cheek)(, from the [^:]* liquid)?: ", "", body)
    found = Counter()
    for group in body.split("; "):
        if product.is_liquid:
            count = int(Decimal(re.search(r"([\d.]+) mL", group)[1]) * THOUSAND)
        elif re.match(r"[\d\u00bd]", group):
            figure = group.split(" ")[0]
            count = int(figure.rstrip("\u00bd") or 0) * THOUSAND
            count += THOUSAND // 2 if figure.endswith("\u00bd") else 0
        else:
            count = units_in(group, strength)
        times = [t for t in regimen.times if re.search(rf"\b{t}\b", group)]
        if re.search(r"every \d+ hours", group) or ("times a day" in group and not times):
            times = list(regimen.times)
        for time in times:
            found[time, count] += 1
    return found


def served(plan):
    """Each regimen of a row with a fill that serves it, and the first day that they share."""
    for row in plan.steps[1:]:
        for regimen in (row.regimen, *row.companions) if row.end else ():
            for fill in plan.supply:
                first = max(fill.date, row.start)
                last = min(fill.date + (fill.days_supply - 1) * DAY, row.end)
                if first <= last and regimen.daily and not regimen.product.words["often"]:
                    yield regimen, fill, first


def asked_of(regimen, strength):
    return Counter(
        (time, count)
        for time, units in zip(regimen.times, regimen.units, strict=True)
        for each, count in units
        if each == strength
    )


@given(requests())
def test_whoever_reads_every_label_takes_exactly_the_regimen(fields):
    for regimen, fill, day in served(planned(fields)):
        for strength, _ in regimen.per_day:
            labels = [
                days_of(item.directions, fill)
                for item in fill.items
                if item.product is regimen.product and item.strength == strength
            ]
            # a patch that is worn, or half a tablet that is left, is of the fill before
            if labels and (day in labels[0] or not regimen.product.is_patch):
                text = strength_text(regimen.product, strength)
                assert read(labels[0][day], text, regimen) == asked_of(regimen, strength)


@given(requests())
def test_a_label_is_short_and_names_no_other_dose(fields):
    plan = planned(fields)
    for fill in plan.supply:
        for item in fill.items:
            text = item.directions
            assert len(text) <= 1000
            if not FIGURES.search(text):
                assert len(text) < 200
            own = strength_text(item.product, item.strength)
            for strength in item.product.strengths:
                other = strength_text(item.product, strength)
                if other != own:
                    for sentence in days_of(text, fill).values():
                        named = re.split("; (?:take|apply) with the ", sentence)[0]
                        pattern = rf"(?<![\d./]){re.escape(other)} (tablet|capsule|film|patch)"
                        assert not re.search(pattern, named)
