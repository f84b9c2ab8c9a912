"""What a type checker says of programs that plan: mypy reads this file in every run, pyright too.

Each line with an ``ignore`` is a mistake that the checker must find: an ``ignore`` that is not
needed is itself an error under ``warn_unused_ignores``. Nothing here runs.
"""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from taper import Plan, plan

DAY_1 = datetime(2026, 12, 7)  # noqa: DTZ001 - a day has no zone


def right() -> Plan:
    made = plan("morphine-er", "90 mg q8h", reduce="10%", every="1w", start=date(2026, 12, 7))
    plan(product="morphine-er", dose="90 mg q8h", start=DAY_1, stock=[15, "30"])
    plan(drug="morphine", form="er", dose="90 mg q8h", start="2026-12-07", risks="oud", max_units=3)
    read(made.steps[1].daily_dose, made.summary.stop_date, made.supply[0].items[0].quantity)
    made.write(Path("plan.pdf"), language="es", large_print=True)
    return made


def read(dose: Decimal, stop: date | None, quantity: Decimal) -> None:
    del dose, stop, quantity


def wrong(made: Plan) -> None:
    plan("morphine-er", "90 mg q8h", start="2026-12-07", reduces="10%")  # type: ignore[call-arg]
    plan("morphine-er", "90 mg q8h", start=20261207)  # type: ignore[arg-type]
    plan("morphine-er", 90, start="2026-12-07")  # type: ignore[arg-type]
    made.write("plan.pdf", langauge="es")  # type: ignore[call-arg]
    made.steps[1].daily_dose = Decimal(1)  # type: ignore[misc]
    assert made.steps[1].dose  # type: ignore[attr-defined]
