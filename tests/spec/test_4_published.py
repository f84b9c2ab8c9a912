"""Contract 4: published tapers come out exactly, each administration, to the tablet."""

from __future__ import annotations

from dataclasses import replace

import pytest
from written import doses, taper

from taper import reading
from taper.engine.steps import MAINTAIN, REDUCE, STOP
from taper.formulary.market import formulary
from taper.formulary.product import Strength
from taper.planning.make import make_plan


def as_printed(published: dict) -> list[str]:
    """The table of the source, one row a step."""
    return ["/".join(row) for row in published["doses"]]


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
        only_if_named=(),
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
