"""A request: what is asked for, as exact, checked values.

:func:`taper.reading.read` makes one of plain text values under the names of the fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from taper.formulary.market import Formulary
    from taper.formulary.product import Product, Strength
    from taper.quantities import Interval, Ratio
    from taper.regimen.prescription import Prescription
    from taper.regimen.table import Regimen, Regimens
    from taper.request.fill import Reckoned
    from taper.request.rule import Part


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """How fast, down to what: the parts of the curve, its base and its end.

    ``goal`` is the daily dose of the main opioid to end at, in thousandths, 0 to stop;
    ``goal_mme`` that of all opioids together in thousandths of an MME, if it was given so.
    ``override`` is the reason for a pace over the band; then a cut may be as large as the
    reduction asked for. A rule for use of under a month ``is_short``: no limit applies to it.
    """

    parts: tuple[Part, ...]
    of: str
    goal: int
    last_dose_for: Interval
    override: str = ""
    goal_mme: int = 0
    is_short: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Hold:
    """A pause: ``length`` after every ``every`` reductions, or at a share or a dose.

    Exactly one of ``every``, ``share`` (of the original dose) and ``dose`` (thousandths
    a day) is set, or ``first`` and ``last`` days between which no reduction begins.
    """

    length: Interval | None = None
    every: int = 0
    share: Ratio | None = None
    dose: int = 0
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """When reductions may begin."""

    start: date
    baseline: Interval | None = None
    holds: tuple[Hold, ...] = ()
    avoid_weekends: bool = False
    holidays: tuple[str, ...] = ()  # ISO country, or country and subdivision: US-CA
    weekdays: frozenset[int] = frozenset()  # Monday is 0; empty means any

    @property
    def depends_on_dates(self) -> bool:
        """Whether the plan is not the same, shifted, when it starts on another day."""
        dated = any(hold.first for hold in self.holds)
        return bool(dated or self.avoid_weekends or self.holidays or self.weekdays)


@dataclass(frozen=True, slots=True, eq=False)
class Finish:
    """The finer product for the end of the taper, and where to change to it.

    ``at_dose`` (thousandths a day of the first product) or ``at_share`` (of its original dose)
    says when; without either it is before the next cut that would be unavoidable. ``as_often``
    tells whether it is taken as often as the medicine that it follows.
    """

    regimens: Regimens
    at_dose: int | None = None
    at_share: Ratio | None = None
    as_often: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Companion:
    """Another opioid that the patient takes; ``keep`` leaves it as it is.

    ``every`` and ``last_dose_for`` are its own defaults, if no interval was asked for and they
    are not those of the main opioid.
    """

    regimen: Regimen
    regimens: Regimens
    prescription: Prescription
    keep: bool = False
    taking: int | None = None  # daily use, where it differs from what is prescribed
    is_said: bool = False  # whether that was given, not worked out from a history
    every: Interval | None = None
    last_dose_for: Interval | None = None


class OnHand(NamedTuple):
    """What the patient holds already of a strength, in thousandths of a unit."""

    product: Product
    strength: Strength
    quantity: int


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """A checked request: everything that a plan is made from.

    ``regimen`` is what is taken now, ``regimens`` what can be made of the product's strengths.
    ``text`` holds the normalised values by field name; planning them again gives the same plan.
    """

    formulary: Formulary
    product: Product
    prescription: Prescription
    regimen: Regimen
    regimens: Regimens
    rule: Rule
    calendar: Calendar
    finish: Finish | None
    also: tuple[Companion, ...]
    fill: Interval | None  # None: one step at a time
    on_opioids_for: Interval | None
    risks: frozenset[str]
    indication: str  # of :data:`~taper.request.fields.INDICATIONS`, or empty
    specialist: str
    checks: str
    ends_by: date | None  # with ``over`` or ``by``: the gentlest rule that ends by this day
    taking: int | None  # daily use, where what is taken differs from what is prescribed
    raised_units: int  # units at one administration, where the current dose needs more; else 0
    text: dict[str, object]
    on_hand: tuple[OnHand, ...] = ()
    history: tuple[Reckoned, ...] = ()
