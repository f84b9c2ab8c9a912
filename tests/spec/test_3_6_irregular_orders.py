"""Contract 3.6: the shapes that orders really have, and what is never taken silently."""

from __future__ import annotations

import json
from datetime import date

import pytest

from taper.errors import InputError
from taper.formulary.market import formulary
from taper.reading.orders import read_orders

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
OXYCODONE_5, MORPHINE_ER_60, FENTANYL_25 = "1049621", "891893", "245134"


def every(period: int, unit: str = "h", **more: object) -> dict:
    return {"repeat": {"frequency": 1, "period": period, "periodUnit": unit, **more}}


def quantity(value: float, unit: str = "mg") -> dict:
    return {"doseAndRate": [{"doseQuantity": {"value": value, "unit": unit}}]}


def order(code: str, *dosages: object, **more: object) -> dict:
    return {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": code}]},
        "dosageInstruction": list(dosages),
        **more,
    }


def read(*resources: dict, start: date | None = None, dose: str = "", market: str = "us"):
    return read_orders(json.dumps(list(resources)), formulary(market), start, dose)


@pytest.mark.parametrize(
    ("code", "dosage", "dose"),
    [
        # no doseAndRate: the dose stands in the dosage itself (as before R4), or in the text
        (
            MORPHINE_ER_60,
            {"timing": every(12), "doseQuantity": {"value": 60, "unit": "mg"}},
            "60 mg q12h",
        ),
        (MORPHINE_ER_60, {"text": "Take 1 tablet by mouth every 12 hours"}, "1 x 60 mg q12h"),
        (MORPHINE_ER_60, {"timing": every(12), "text": "1 tab po q12h"}, "1 x 60 mg q12h"),
        # an object that should be a list; a calculated dose before the ordered one
        (
            MORPHINE_ER_60,
            {"timing": every(12), "doseAndRate": quantity(60)["doseAndRate"][0]},
            "60 mg q12h",
        ),
        (
            MORPHINE_ER_60,
            {
                "timing": every(12),
                "doseAndRate": [
                    {
                        "type": {"coding": [{"code": "calculated"}]},
                        "doseQuantity": {"value": 1, "unit": "mg/kg"},
                    },
                    {
                        "type": {"coding": [{"code": "ordered"}]},
                        "doseQuantity": {"value": 60, "unit": "mg"},
                    },
                ],
            },
            "60 mg q12h",
        ),
        # the timing as a code, its display or its text
        (
            MORPHINE_ER_60,
            {"timing": {"code": {"coding": [{"code": "Q12H"}]}}, **quantity(60)},
            "60 mg q12h",
        ),
        (
            MORPHINE_ER_60,
            {"timing": {"code": {"text": "twice daily"}}, **quantity(60)},
            "60 mg q12h",
        ),
        (
            MORPHINE_ER_60,
            {
                "timing": {"code": {"coding": [{"code": "x7", "display": "Every 12 hours"}]}},
                **quantity(60),
            },
            "60 mg q12h",
        ),
        # once or twice in a period; times of the clock
        (MORPHINE_ER_60, {"timing": every(24, frequency=2), **quantity(60)}, "60 mg q12h"),
        (MORPHINE_ER_60, {"timing": every(1, "d", frequency=2), **quantity(60)}, "60 mg q12h"),
        (
            MORPHINE_ER_60,
            {"timing": {"repeat": {"timeOfDay": ["09:00:00", "21:00:00"]}}, **quantity(60)},
            "60 mg q12h",
        ),
        # units of the medicine in several spellings, or as "each"
        (MORPHINE_ER_60, {"timing": every(12), **quantity(1, "tablet(s)")}, "1 x 60 mg q12h"),
        (MORPHINE_ER_60, {"timing": every(12), **quantity(1, "each")}, "1 x 60 mg q12h"),
        (FENTANYL_25, {"timing": every(72), **quantity(1, "patch(es)")}, "1 x 25 mcg/h q72h"),
        (
            FENTANYL_25,
            {
                "timing": every(3, "d"),
                "doseAndRate": [
                    {
                        "rateRatio": {
                            "numerator": {"value": 25, "unit": "ug"},
                            "denominator": {"value": 1, "unit": "h"},
                        }
                    }
                ],
            },
            "25 mcg/h q72h",
        ),
        # what is left open is in the coded part, the text, or both
        (OXYCODONE_5, {"timing": every(6), "asNeededBoolean": True, **quantity(5)}, "5 mg q6h prn"),
        (OXYCODONE_5, {"timing": every(6), "asNeededBoolean": False, **quantity(5)}, "5 mg q6h"),
        (
            OXYCODONE_5,
            {"timing": every(6), **quantity(1, "tablet"), "text": "1 tablet q6h prn pain"},
            "1 x 5 mg q6h prn",
        ),
        (
            OXYCODONE_5,
            {
                "timing": every(4),
                "asNeededBoolean": True,
                **quantity(1, "tablet"),
                "text": "Take 1 tablet every 4 hours as needed. Max 4 tablets per day.",
            },
            "1 x 5 mg q4h prn max 20 mg a day",
        ),
        (
            OXYCODONE_5,
            {
                "timing": every(6),
                "doseAndRate": [{"doseRange": {"high": {"value": 2, "unit": "tablets"}}}],
            },
            "1-2 x 5 mg q6h",
        ),
    ],
)
def test_an_irregular_order_says_what_it_says(code, dosage, dose):
    (found,) = read(order(code, dosage)).orders
    assert found.written == dose


def test_several_dosages_at_the_same_time_are_the_doses_of_a_day():
    morning = {"timing": {"repeat": {"when": ["MORN"]}}, **quantity(2, "tablet")}
    night = {"timing": {"repeat": {"when": ["HS"]}}, **quantity(1, "tablet")}
    (found,) = read(order(OXYCODONE_5, morning, night)).orders
    assert found.written == "2 x 5 mg / 1 x 5 mg q12h in the morning and at bedtime"


def stages(*lengths: int) -> list[dict]:
    """Dosages one after another, by their lengths in weeks."""
    return [
        {
            "sequence": place,
            "timing": every(12, boundsDuration={"value": weeks, "unit": "wk", "code": "wk"}),
            **quantity(60 - 15 * (place - 1)),
        }
        for place, weeks in enumerate(lengths, 1)
    ]


@pytest.mark.parametrize(
    ("day", "dose"),
    [(date(2026, 12, 7), "60"), (date(2026, 12, 14), "45"), (date(2026, 12, 28), "30")],
)
def test_stages_by_their_lengths_count_from_the_day_of_the_order(day, dose):
    found = read(order(MORPHINE_ER_60, *stages(1, 2, 3), authoredOn="2026-12-07"), start=day)
    assert found.fields["dose"] == f"{dose} mg q12h"


@pytest.mark.parametrize(
    ("resource", "start", "message"),
    [
        (order(MORPHINE_ER_60, *stages(1, 2)), None, "depends on a day"),
        (order(MORPHINE_ER_60, *stages(1, 2)), date(2026, 12, 7), "does not say when"),
        (
            order(MORPHINE_ER_60, *stages(1, 2), authoredOn="2026-12-07"),
            date(2027, 12, 7),
            "none of its dosages is in force on 2027-12-07",
        ),
        (
            order(
                MORPHINE_ER_60,
                *[
                    {
                        "sequence": n,
                        "timing": every(12, boundsPeriod={"start": "2026-12-01"}),
                        **dose,
                    }
                    for n, dose in enumerate((quantity(60), quantity(30)), 1)
                ],
            ),
            date(2026, 12, 7),
            "two of its dosages are in force",
        ),
    ],
)
def test_stages_whose_day_is_not_known_are_an_error(resource, start, message):
    with pytest.raises(InputError, match=message):
        read(resource, start=start)


def test_a_later_stage_takes_the_place_of_one_without_an_end():
    dosages = [
        {"sequence": n, "timing": every(12, boundsPeriod={"start": first}), **quantity(mg)}
        for n, (first, mg) in enumerate((("2026-11-01", 60), ("2026-12-01", 45)), 1)
    ]
    found = read(order(MORPHINE_ER_60, *dosages), start=date(2026, 12, 7))
    assert found.fields["dose"] == "45 mg q12h"


@pytest.mark.parametrize(
    ("dosage", "message"),
    [
        (
            {"timing": every(12), **quantity(60), "text": "Take 1 tablet three times a day"},
            "is not that dose",
        ),
        ({"timing": every(24, dayOfWeek=["mon", "wed"]), **quantity(60)}, "some days of the week"),
        ({"timing": every(12, when=["MORN"]), **quantity(60)}, "the timing says q12h"),
        ({"timing": every(12), "doseAndRate": [{"doseRange": {"low": {"value": 1}}}]}, "its end"),
        ({"timing": every(12), **quantity(60, "mL")}, "millilitres"),
        ({"timing": every(12), **quantity(600)}, ""),
    ],
)
def test_what_is_contradictory_is_an_error(dosage, message):
    if message:
        with pytest.raises(InputError, match=message):
            read(order(MORPHINE_ER_60, dosage))
    else:  # a dose that no tablets make is the reader's to refuse
        assert read(order(MORPHINE_ER_60, dosage)).fields["dose"] == "600 mg q12h"


def test_a_code_and_a_name_of_different_medicines_are_an_error():
    medicine = {
        "coding": [{"system": RXNORM, "code": MORPHINE_ER_60}],
        "text": "oxyCODONE 5 mg immediate release tablet",
    }
    one = order(MORPHINE_ER_60, {"text": "1 tab q12h"}, medicationCodeableConcept=medicine)
    with pytest.raises(InputError, match="different products: morphine-er and oxycodone-ir"):
        read(one)
    medicine["text"] = "morphine ER 30 mg 12 hr tablet"
    with pytest.raises(InputError, match="different products: 60 and 30"):
        read(one)


def test_orders_that_do_not_count_are_passed_over_with_the_reason():
    dosage = {"timing": every(12), **quantity(60)}
    found = read(
        order(MORPHINE_ER_60, dosage),
        order(OXYCODONE_5, dosage, status="on-hold"),
        order(OXYCODONE_5, dosage, intent="proposal"),
        order(OXYCODONE_5, dosage, doNotPerform=True),
        order("", dosage, medicationCodeableConcept={"text": "naloxone 4 mg nasal spray"}),
        order("", dosage, medicationCodeableConcept=None, medicationReference={"reference": "M/9"}),
        order("", dosage, medicationCodeableConcept={"coding": [{"code": "7", "system": "x"}]}),
    )
    assert [one.id for one in found.orders] == ["morphine-er"]
    reasons = [text.rpartition(": ")[2] for text in found.passed_over]
    assert reasons == [
        "on-hold",
        "a proposal, no order",
        "an order not to give it",
        "no opioid",
        "its medicine (M/9) is not in the file",
        "its medicine has neither a name nor a code of RxNorm, NDC or dm+d",
    ]


def test_a_statement_that_repeats_a_request_is_the_same_medicine():
    dosage = {"timing": every(12), **quantity(60)}
    again = order(MORPHINE_ER_60, resourceType="MedicationStatement", dosage=[dosage])
    found = read(again, order(MORPHINE_ER_60, dosage))
    assert [one.kind for one in found.orders] == ["MedicationRequest"]
    assert found.passed_over == ["morphine-er 60 mg q12h: the same medicine again"]


def test_two_orders_of_a_product_are_never_added_up_or_dropped():
    sixty = order(MORPHINE_ER_60, {"timing": every(12), **quantity(60)})
    fifteen = order("891881", {"timing": every(12), **quantity(15)})
    with pytest.raises(InputError, match="two active orders for morphine-er: 60 mg q12h, and 15"):
        read(sixty, fifteen)
    assert read(sixty, fifteen, dose="75 mg q12h").fields["dose"] == "75 mg q12h"


def test_a_dose_stands_for_that_of_the_main_order():
    unread = order(MORPHINE_ER_60, {"text": "as directed"})
    other = order(OXYCODONE_5, {"timing": every(6), **quantity(5)})
    with pytest.raises(InputError, match="891893: there is no amount"):
        read(other, unread)
    found = read(other, unread, dose="15 mg q12h")
    assert found.fields == {
        "product": f"rxcui:{MORPHINE_ER_60}",
        "dose": "15 mg q12h",
        "also": [f"rxcui:{OXYCODONE_5} 5 mg q6h"],
    }


def test_a_further_combination_keeps_the_tablet_that_its_name_tells():
    named = {"text": "Norco 5-325 mg tablet"}
    also = order("", {"timing": every(6), **quantity(10)}, medicationCodeableConcept=named)
    main = order(MORPHINE_ER_60, {"timing": every(12), **quantity(60)})
    assert read(main, also).fields["also"] == ["hydrocodone-apap 2 x 5/325 mg q6h"]


def test_what_is_no_order_says_what_it_is():
    with pytest.raises(InputError, match="the file holds no order, but Patient"):
        read({"resourceType": "Patient", "id": "p"})
