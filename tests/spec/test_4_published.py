"""Contract 4: published tapers come out exactly, administration by administration, to the tablet.

Those that a guideline calls too fast are refused without a reason for the pace.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from written import daily, doses, taper

from taper import reading
from taper.engine.steps import BASELINE, MAINTAIN, REDUCE, STOP
from taper.errors import Refused
from taper.formulary.market import formulary
from taper.formulary.product import Strength
from taper.planning.make import make_plan
from taper.quantities import THOUSAND


def as_printed(published: dict) -> list[str]:
    """The table of the source, one row a step; administrations of zero are left out."""
    return ["/".join(amount for amount in row if amount != "0") for row in published["doses"]]


def tablets(plan) -> list[int]:
    """The tablets a day of every row but the stop."""
    rows = [step.regimen for step in plan.steps[1:] if step.kind != STOP]
    return [sum(count for _, count in regimen.per_day) // THOUSAND for regimen in rows]


def test_va_slower(published):
    source = published["va-slower"]
    plan = taper(**source["request"])
    assert doses(plan, REDUCE) == as_printed(source)
    assert plan.steps[-1].kind == STOP


def test_va_patient_with_the_tablets_that_were_dispensed(published):
    source = published["va-patient"]
    plan = taper(**source["request"], fill="step")
    assert doses(plan, REDUCE)[:3] == as_printed(source)
    assert plan.steps[-1].kind == MAINTAIN
    assert plan.to_dict()["summary"]["end_daily_dose"] == "90"
    dispensed = [
        {item["strength"]: int(item["quantity"]) for item in fill["items"]}
        for fill in plan.to_dict()["supply"][:3]
    ]
    assert dispensed == source["tablets_per_step"]


@pytest.fixture
def twelve_hour_tramadol(monkeypatch):
    """A 12-hour tramadol tablet, which the US do not sell, beside the US products."""
    us = formulary("us")
    strengths = tuple(Strength(str(mg), mg * 1000) for mg in (50, 100, 150, 200))
    product = replace(
        us.products["tramadol-er"],
        id="tramadol-mr",
        name="tramadol modified-release tablets",
        strengths=strengths,
        seldom_stocked=(),
        intervals_hours=(12,),
        interval=12,
        facts={**us.products["tramadol-er"].facts, "id": "tramadol-mr", "rxnorm": {}},
    )
    market = replace(us, products={**us.products, product.id: product})
    monkeypatch.setattr(reading.medicine, "formulary", lambda _market: market)
    return product


def test_etg_weekly(published, twelve_hour_tramadol):
    source = published["etg-weekly"]
    fields = {**source["request"], "product": twelve_hour_tramadol.id}
    plan = make_plan(reading.read(fields))
    assert doses(plan, REDUCE) == as_printed(source)
    assert plan.steps[-1].kind == STOP
    assert [step.days for step in plan.steps[1:]] == [7, 7, 7, None]


def test_co_codamol_by_the_tablet(published):
    source = published["gp-cocodamol-8"]
    plan = taper(**source["request"])
    assert tablets(plan) == source["tablets_per_day"]
    assert {step.days for step in plan.steps[1:-1]} == {7}
    assert plan.steps[-1].kind == STOP


def test_one_tablet_a_week_after_a_week_at_a_fixed_schedule(published):
    source = published["jgim-one-tablet-weekly"]
    plan = taper(**source["request"])
    assert tablets(plan) == source["tablets_per_day"]
    assert [step.days // 7 for step in plan.steps[1:-1]] == source["weeks"]
    assert plan.steps[1].kind == BASELINE
    assert plan.steps[-1].kind == STOP


def test_a_taper_of_fifteen_milligrams_every_five_days_needs_a_reason(published):
    source = published["amdg-morphine-tail"]
    with pytest.raises(Refused) as refused:
        taper(**source["request"])
    assert refused.value.problems[0].id == "rate-over-band"
    plan = taper(**source["request"], override_rate="as the guideline of 2010 has it")
    assert daily(plan) == [str(total) for total in source["totals"]]


def test_a_rapid_taper_of_days_needs_a_reason(published):
    # its first cut is a third of the dose in one day
    source = published["va-rapid"]
    with pytest.raises(Refused) as refused:
        taper(**source["request"], reduce="90 mg", every="1d")
    assert refused.value.problems[0].id == "rate-over-band"


def test_after_a_few_weeks_of_acute_pain(published):
    source = published["cdc-acute-longer"]
    fields = {"guideline": "cdc-2022-short", "on_opioids_for": "2w"}
    plan = taper("oxycodone-ir", "10 mg q6h", **fields)
    assert [step.days for step in plan.steps[1:-1]] == source["days"]
    assert plan.steps[-1].kind == STOP
    # 80, 60, 40 and 20% of 40 mg in 5 mg tablets: 32, 24, 16 and 8 mg
    assert daily(plan) == ["30", "25", "15", "10", "0"]


def test_after_less_than_a_week_of_acute_pain():
    plan = taper("oxycodone-ir", "10 mg q6h", guideline="cdc-2022-short", on_opioids_for="5d")
    assert daily(plan) == ["20", "0"]
    assert [step.days for step in plan.steps[1:]] == [2, None]


def test_ten_percent_of_uk_morphine_is_ten_or_fifteen_milligrams(published):
    source = published["fpm-older-10"]
    assert "60 mg" in source["request"]["dose"]
    for every in ("1w", "2w"):
        plan = taper("morphine-mr-mst-continus", "60 mg q12h", market="uk", every=every)
        assert plan.steps[1].cut in {10_000, 15_000}


def test_methadone_by_less_than_ten_percent_every_ten_days(published):
    assert "under 10%" in published["methadone-label-oud"]["request"]["reduce"]
    fields = {"reduce": "8%", "every": "10d", "of": "original"}
    plan = taper("methadone-solution", "10 mg q8h", **fields)
    rows = [step for step in plan.steps if step.kind in {"current", REDUCE}]
    cuts = [before.daily - after.daily for before, after in pairwise(rows)]
    assert max(cuts) * 10 < rows[0].daily
    assert min(step.days for step in rows[1:]) >= 10
