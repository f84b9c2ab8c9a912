"""A plan document made of the second reading's own rows: what the laws should find nothing in."""

from datetime import date, timedelta

from verify.calendar import checks, on_or_before, window
from verify.clock import whole
from verify.laws import findings as finding_laws
from verify.laws.checks import dates, working
from verify.laws.document import exact, percent
from verify.laws.supply import CARRIED, longest, needed
from verify.medicine import FOUR_WEEKS
from verify.planner import UNAVOIDABLE, Row, plan
from verify.view import Plan
from verify.words import asked

ITEMS = [
    "withdrawal: the 16-item Subjective Opiate Withdrawal Scale",
    "pain and function: PEG",
    "mood, thoughts of suicide, sleep",
    "naloxone at hand; tolerance is lost",
    "the prescription drug monitoring program",
]


def iso(day):
    return None if day is None else date.fromordinal(day).isoformat()


def document(fields):
    """The document of a request in plain words, and the rows of the second reading."""
    request = asked(fields)
    rows = plan(request)
    if rows[-1].kind == "maintain":
        length = whole(FOUR_WEEKS, request.period)
        assert rows[-1].end - rows[-1].first == length
    current = Row("current", 0, None, request.now, request.shelf)
    product = request.shelf.product
    made = {
        "schema": "taper-plan/2",
        "id": "a",
        "request": {**fields, "on_opioids_for": fields.get("on_opioids_for", "8w")},
        "product": {"id": product.id, "market": "us"},
        "steps": [
            _step(number, row, before, request)
            for number, (before, row) in enumerate(
                zip([current, current, *rows], [current, *rows], strict=False)
            )
        ],
        "findings": [],
        "checks": [],
        "supply": [],
        "leftover": [],
        "revisions": [],
    }
    made["summary"] = _summary(made, rows)
    view = Plan(made)
    made["checks"] = _checks(view)
    made["supply"] = _supply(view)
    view = Plan(made)
    made["findings"] = _findings(view)
    for each in made["findings"]:
        for number in each["steps"]:
            marks = made["steps"][number]["findings"]
            marks += [] if each["id"] in marks else [each["id"]]
    return made, rows


def _step(number, row, before, request):
    product = row.shelf.product
    amounts = tuple(sorted((a for _, a in row.taken), reverse=True))
    as_written = request.written and row.taken == request.now
    made = (
        [request.written] * len(amounts)
        if as_written
        else row.shelf.units(amounts)
        if amounts
        else ()
    )
    units = dict(zip(amounts, made, strict=True))
    cut, days = before.daily - row.daily, None if row.end is None else row.end - row.first
    mme = None if product.mme is None else exact(int(row.daily * product.mme))
    return {
        "step": number,
        "kind": row.kind,
        "start": None if number == 0 else iso(row.first),
        "end": None if row.end is None else iso(row.end - 1),
        "days": days,
        "product": product.id,
        "daily_dose": exact(row.daily),
        "unit": product.unit,
        "doses": [
            {
                "time": time,
                "amount": exact(amount),
                "units": [{"strength": s.label, "count": exact(n)} for s, n in units[amount]],
            }
            for time, amount in row.taken
        ],
        "directions": "take it",
        "mme": mme,
        "why": "because",
        "companions": [],
        "percent_of_original": percent(row.daily, request.original),
        "cut_percent_of_original": percent(cut, request.original),
        "cut_percent_of_current": percent(cut, before.daily),
        "findings": list(row.marks),
    }


def _summary(made, rows):
    from fractions import Fraction

    steps = made["steps"]
    doses = [round(Fraction(step["daily_dose"]) * 1000) for step in steps]
    cuts = [
        (a - b, a)
        for a, b, step in zip(doses, doses[1:], steps[1:], strict=False)
        if step["kind"] == "reduce"
    ]
    largest = max(cuts, key=lambda each: Fraction(*each), default=(0, 1))
    return {
        "start": steps[1]["start"],
        "stop_date": iso(rows[-1].first) if rows[-1].kind == "stop" else None,
        "days": sum(step["days"] or 0 for step in steps),
        "reductions": sum(row.kind == "reduce" for row in rows),
        "holds": sum(row.kind == "hold" for row in rows),
        "start_daily_dose": steps[0]["daily_dose"],
        "end_daily_dose": steps[-1]["daily_dose"],
        "start_mme": steps[0]["mme"],
        "largest_cut_percent_of_current": percent(*largest),
        "largest_cut_percent_of_original": percent(max((c for c, _ in cuts), default=0), doses[0]),
    }


def _checks(view):
    found = checks(dates(view), lambda _: window(view.product), working(view))
    begun = [row.first for row in view.rows]
    return [
        {
            "date": iso(day),
            "step": sum(first <= day for first in begun),
            "reason": reasons[0],
            "reasons": list(reasons),
            "how": "telephone",
            "items": ITEMS,
        }
        for day, reasons in found
    ]


def _supply(view):
    fills, first, most = [], view.start, longest(view)
    starts = [row.first for row in view.rows if row.kind != "hold"]
    while first < view.last:
        end = min(first + most, view.last)
        inside = max((s for s in starts if first < s < end), default=None)
        if inside is not None and end - inside < CARRIED and end not in starts:
            end = inside
        items = [
            {
                "product": product,
                "strength": strength,
                "quantity": exact(count),
                "unit": "mL" if view.medicine(product).is_liquid else view.medicine(product).kind,
                "directions": _directions(view, strength, first, end),
            }
            for (product, strength), count in sorted(needed(view, first, end).items())
        ]
        fills.append(
            {
                "fill": len(fills) + 1,
                "date": iso(first),
                "days_supply": end - first,
                "items": items,
                "not_before": iso(on_or_before(first, working(view))),
            }
        )
        first = end
    return fills


def _directions(view, strength, first, end):
    parts = []
    for row in view.rows:
        if row.end is None or row.first >= end or row.end <= first:
            continue
        said = [
            f"{unit['count']} {'mL' if view.product.is_liquid else 'tablet'} {dose['time']}"
            for dose in row.entry["doses"]
            for unit in dose["units"]
            if unit["strength"] == strength
        ]
        if view.product.is_patch:
            said = [f"{each.split()[0]} patch" for each in said]
        text = f"{iso(max(row.first, first))}: {', '.join(said) or 'none'}"
        parts.append(text)
    return "; ".join(parts)


def _findings(view):
    forced = [row.number for _, row in view.cuts if UNAVOIDABLE in row.marks]
    large = [
        row.number for before, row in view.cuts if 4 * (before.daily - row.daily) > before.daily
    ]
    about = {
        "unavoidable-cut": forced,
        "cut-over-25-percent": [number for number in large if number not in forced],
        "long-row": [row.number for row in view.rows if finding_laws._is_long(row)],
    }
    found = [name for name, holds in finding_laws.expected(view).items() if holds]
    made = [
        {
            "id": name,
            "level": "note" if name in finding_laws.NOTES else "warning",
            "steps": about.get(name, []),
            "message": "so it is",
            "source": "SPEC",
        }
        for name in found
    ]
    return sorted(made, key=lambda each: each["level"], reverse=True)


def later(text, days):
    return (date.fromisoformat(text) + timedelta(days=days)).isoformat()
