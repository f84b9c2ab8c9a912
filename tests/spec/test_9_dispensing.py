"""Contract 9: what to dispense, and when."""

from __future__ import annotations

from written import findings, taper


def fills(plan) -> list[dict[str, str]]:
    """Each fill as strength: quantity."""
    return [
        {item["strength"]: item["quantity"] for item in fill["items"]}
        for fill in plan.to_dict()["supply"]
    ]


def test_a_fill_is_what_its_days_need():
    plan = taper("morphine-er", "90 mg q8h", reduce="45 mg", every="4w")
    # 28 days of 60 + 15 mg three times a day, then of 60 mg, of 30 + 15 mg, of 30 mg ...
    assert fills(plan)[:4] == [
        {"60": "84", "15": "84"},
        {"60": "84"},
        {"30": "84", "15": "84"},
        {"30": "84"},
    ]
    assert fills(plan)[-2:] == [{"15": "56"}, {"15": "28"}]


def test_fills_of_a_week():
    plan = taper("morphine-er", "90 mg q8h", reduce="45 mg", every="4w", fill="7d")
    assert fills(plan)[0] == {"60": "21", "15": "21"}
    assert [fill.date.weekday() for fill in plan.supply] == [0] * 28


def test_halves_are_dispensed_as_whole_tablets_and_what_is_left_is_said():
    plan = taper(
        "oxycodone-ir", "2.5 mg q24h", split="halves", stock=["5"], of="original", every="1w"
    )
    days = sum(step.days or 0 for step in plan.steps)
    dispensed = sum(int(fill["5"]) for fill in fills(plan) if fill)
    assert dispensed == (days + 1) // 2
    left = plan.to_dict()["leftover"]
    assert [item["quantity"] for item in left] == (["0.5"] if days % 2 else [])


def test_liquids_are_dispensed_in_millilitres():
    plan = taper("morphine-solution", "5 mg q6h", baseline="4w", fill="28d")
    assert fills(plan)[0] == {"2 mg/mL": "280"}
    assert plan.supply[0].items[0].unit == "mL"


def test_prescriptions_written_together_cover_at_most_ninety_days():
    plan = taper("morphine-er", "90 mg q8h", reduce="45 mg", every="4w")
    message = {f.id: f.message for f in plan.findings}["new-prescriptions"]
    # three fills of 28 days, then a new set
    assert "write a new set on 2027-03-01, 2027-05-24, and cancel" in message
    assert "new-prescriptions" not in findings(taper("tramadol-ir", "50 mg q6h", every="4w"))


def test_another_opioid_is_dispensed_as_long_as_it_is_taken():
    plan = taper("morphine-er", "15 mg q12h", also=["oxycodone-ir 5 mg q6h"], keep=["oxycodone-ir"])
    days = sum(fill.days_supply for fill in plan.supply)
    counted = sum(
        item.quantity
        for fill in plan.supply
        for item in fill.items
        if item.product.id == "oxycodone-ir"
    )
    assert counted == 4 * days * 1000
