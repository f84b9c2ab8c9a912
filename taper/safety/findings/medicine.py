"""What the medicine itself brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taper.data.limits import exact
from taper.quantities import ratio_text
from taper.safety.findings.registry import about_plan, about_rows, finding

if TYPE_CHECKING:
    from taper.safety.findings.registry import Facts, Found

HIGH_DOSE = exact("high-dose")


@finding("high-dose-specialist")
def high_dose_specialist(facts: Facts) -> Found | None:
    """A starting dose at which a specialist's support is advised."""
    if facts.mme is None or facts.mme <= HIGH_DOSE:
        return None
    limit = ratio_text(*HIGH_DOSE)
    return about_plan(mme=ratio_text(*facts.mme, 1), limit=limit, **facts.equivalents)


@finding("methadone")
def methadone(facts: Facts) -> Found | None:
    """Withdrawal that comes late and lasts long."""
    return about_plan() if any(each.drug == "methadone" for each in facts.products) else None


@finding("fentanyl-depot")
def fentanyl_depot(facts: Facts) -> Found | None:
    """A depot in the skin that goes on delivering."""
    timing = (product.facts["withdrawal"] for product in facts.products)
    return about_plan() if "fentanyl-patch" in timing else None


@finding("atypical-withdrawal")
def atypical_withdrawal(facts: Facts) -> Found | None:
    """Withdrawal that the scales for opioids do not ask about."""
    atypical = any(each.facts.get("atypical_withdrawal") for each in facts.products)
    return about_plan() if atypical else None


@finding("local-product", of_rows=True)
def local_product(facts: Facts) -> Found | None:
    """Products of the clinic's own, in the rows in which they are taken."""
    own = [product for product in facts.products if product.is_local]
    if not own:
        return None
    rows = [
        step
        for step in facts.steps
        if any(each.product.is_local for each in (step.regimen, *step.companions) if each.daily)
    ]
    names = " and ".join(product.facts["name"] for product in own)
    files = " and ".join(dict.fromkeys(product.facts["file"] for product in own))
    return about_rows(rows, product=names, file=files)
