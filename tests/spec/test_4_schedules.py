"""Contract 4 as schedules: every row of a few tapers, on its days, as a prescriber writes it."""

from __future__ import annotations

import pytest
from written import amounts, taper

from taper.errors import InputError

# (what it shows, product, dose, fields, rows); a row is (kind, first day, days, what is taken at
# each administration, why), and names the product where it changes
SCHEDULES = [
    (
        "a hold at half of the dose, which counts as time at the smaller dose",
        "morphine-er",
        "30 mg q12h",
        {"every": "2w", "holds": ["3w@50%"], "baseline": "1w"},
        [
            ("baseline", "2026-12-07", 21, "30/30", ""),
            ("reduce", "2026-12-28", 28, "15/30", "nearest"),
            ("reduce", "2027-01-25", 42, "15/15", "unavoidable"),
            ("hold", "2027-03-08", 21, "15/15", ""),
            ("reduce", "2027-03-29", 28, "15", "unavoidable"),
            ("stop", "2027-04-26", None, "", "last"),
        ],
    ),
    (
        "a hold at a dose, and a dated one that ends before the next reduction",
        "morphine-er",
        "30 mg q12h",
        {"every": "2w", "holds": ["3w@45mg", "2027-01-01..2027-01-17"]},
        [
            ("baseline", "2026-12-07", 14, "30/30", ""),
            ("reduce", "2026-12-21", 28, "15/30", "nearest"),
            ("hold", "2027-01-18", 21, "15/30", ""),
            ("reduce", "2027-02-08", 42, "15/15", "unavoidable"),
            ("reduce", "2027-03-22", 28, "15", "unavoidable"),
            ("stop", "2027-04-19", None, "", "last"),
        ],
    ),
    (
        "a dated hold in which a reduction would begin",
        "morphine-er",
        "30 mg q12h",
        {"every": "2w", "holds": ["2027-01-18..2027-02-09"]},
        [
            ("baseline", "2026-12-07", 14, "30/30", ""),
            ("reduce", "2026-12-21", 51, "15/30", "nearest"),  # 23 of them waited for
            ("reduce", "2027-02-10", 42, "15/15", "unavoidable"),
            ("reduce", "2027-03-24", 28, "15", "unavoidable"),
            ("stop", "2027-04-21", None, "", "last"),
        ],
    ),
    (
        "a change of product where the strengths leave no cut",
        "oxycodone-er",
        "20 mg q12h",
        {"finish_with": "oxycodone-ir q6h", "every": "2w"},
        [
            ("reduce", "2026-12-07", 14, "15/20", "nearest"),
            ("reduce", "2026-12-21", 28, "15/15", "nearest"),
            ("reduce", "2027-01-18", 14, "10/15", "nearest"),
            ("reduce", "2027-02-01", 14, "10/10", "exact"),
            ("change", "2027-02-15", 14, "oxycodone-ir 5/5/5/5", "change"),
            ("reduce", "2027-03-01", 14, "5/5/5", "limited"),
            ("reduce", "2027-03-15", 14, "5/5", "unavoidable"),
            ("reduce", "2027-03-29", 28, "5", "unavoidable"),
            ("stop", "2027-04-26", None, "", "last"),
        ],
    ),
    (
        "a change of product at a dose",
        "oxycodone-er",
        "40 mg q12h",
        {"finish_with": "oxycodone-ir q6h", "every": "2w", "finish_at": "60 mg", "of": "original"},
        [
            ("reduce", "2026-12-07", 14, "35/35", "nearest"),
            ("reduce", "2026-12-21", 14, "30/35", "nearest"),
            ("reduce", "2027-01-04", 14, "25/30", "nearest"),
            ("change", "2027-01-18", 14, "oxycodone-ir 15/10/15/15", "change"),
            ("reduce", "2027-02-01", 14, "10/10/10/10", "exact"),
            ("reduce", "2027-02-15", 14, "10/5/5/10", "nearest"),
            ("reduce", "2027-03-01", 14, "5/5/5/10", "nearest"),
            ("reduce", "2027-03-15", 14, "5/5/5", "nearest"),
            ("reduce", "2027-03-29", 14, "5/5", "nearest"),
            ("reduce", "2027-04-12", 14, "5", "limited"),
            ("stop", "2027-04-26", None, "", "last"),
        ],
    ),
    (
        "a change of product at a share, and a goal",
        "oxycodone-er",
        "40 mg q12h",
        {"finish_with": "oxycodone-ir q6h", "every": "2w", "finish_at": "50%", "to": "10 mg"},
        [
            ("reduce", "2026-12-07", 14, "35/35", "nearest"),
            ("reduce", "2026-12-21", 14, "30/35", "nearest"),
            ("reduce", "2027-01-04", 14, "25/30", "nearest"),
            ("reduce", "2027-01-18", 14, "25/25", "nearest"),
            ("reduce", "2027-02-01", 14, "20/20", "exact"),
            ("change", "2027-02-15", 14, "oxycodone-ir 10/10/10/10", "change"),
            ("reduce", "2027-03-01", 14, "10/5/5/10", "limited"),
            ("reduce", "2027-03-15", 14, "5/5/5/10", "limited"),
            ("reduce", "2027-03-29", 14, "5/5/5/5", "limited"),
            ("reduce", "2027-04-12", 14, "5/5/5", "limited"),
            ("reduce", "2027-04-26", 14, "5/5", "unavoidable"),
            ("maintain", "2027-05-10", 28, "5/5", ""),
        ],
    ),
    (
        "a change of product before the strengths force a cut, and a goal that only the other makes",
        "morphine-er",
        "30 mg q12h",
        {"finish_with": "morphine-solution q12h", "every": "4w", "to": "20 mg"},
        [
            ("baseline", "2026-12-07", 28, "30/30", ""),
            ("reduce", "2027-01-04", 28, "15/30", "nearest"),
            ("change", "2027-02-01", 28, "morphine-solution 22/23", "change"),
            ("reduce", "2027-03-01", 28, "18/18", "exact"),
            ("reduce", "2027-03-29", 28, "15/15", "exact"),
            ("reduce", "2027-04-26", 28, "12/12", "exact"),
            ("reduce", "2027-05-24", 28, "10/10", "exact"),
            ("maintain", "2027-06-21", 28, "10/10", ""),
        ],
    ),
    (
        "a base that is counted as its salt",
        "oxycodone-er-capsule",
        "18 mg q12h",
        {"finish_with": "oxycodone-ir q6h", "every": "2w", "reduce": "20%"},
        [
            ("reduce", "2026-12-07", 14, "13.5/13.5", "nearest"),
            ("reduce", "2026-12-21", 14, "9/13.5", "nearest"),
            ("reduce", "2027-01-04", 14, "9/9", "limited"),
            ("change", "2027-01-18", 14, "oxycodone-ir 5/5/5/5", "change"),
            ("reduce", "2027-02-01", 14, "5/5/5", "limited"),
            ("reduce", "2027-02-15", 14, "5/5", "unavoidable"),
            ("reduce", "2027-03-01", 28, "5", "unavoidable"),
            ("stop", "2027-03-29", None, "", "last"),
        ],
    ),
    (
        "a goal that is counted as its salt",
        "oxycodone-er-capsule",
        "18 mg q12h",
        {"finish_with": "oxycodone-ir q6h", "every": "2w", "to": "18 mg", "finish_at": "27 mg"},
        [
            ("reduce", "2026-12-07", 14, "13.5/18", "nearest"),
            ("reduce", "2026-12-21", 14, "13.5/13.5", "nearest"),
            ("change", "2027-01-04", 14, "oxycodone-ir 10/5/5/10", "change"),
            ("reduce", "2027-01-18", 14, "5/5/5/10", "nearest"),
            ("reduce", "2027-02-01", 14, "5/5/5/5", "exact"),
            ("maintain", "2027-02-15", 28, "5/5/5/5", ""),
        ],
    ),
    (
        "two opioids, one after another",
        "morphine-er",
        "15 mg q12h",
        {"also": ["oxycodone-ir 5 mg q12h"], "every": "2w"},
        [
            ("baseline", "2026-12-07", 28, "15/15", ""),
            ("reduce", "2027-01-04", 56, "15", "unavoidable"),
            ("stop", "2027-03-01", 14, "", "last"),
            ("baseline", "2027-03-15", 28, "oxycodone-ir 5/5", ""),
            ("reduce", "2027-04-12", 56, "5", "unavoidable"),
            ("stop", "2027-06-07", None, "", "last"),
        ],
    ),
    (
        "a goal for the first of two opioids: the other is kept",
        "morphine-er",
        "30 mg q12h",
        {"to": "30 mg", "also": ["oxycodone-ir 5 mg q12h"], "every": "2w"},
        [
            ("baseline", "2026-12-07", 14, "30/30", ""),
            ("reduce", "2026-12-21", 28, "15/30", "nearest"),
            ("reduce", "2027-01-18", 14, "15/15", "nearest"),
            ("maintain", "2027-02-01", 28, "15/15", ""),
        ],
    ),
    (
        "an amount, which is a share of the second opioid",
        "morphine-er",
        "15 mg q12h",
        {
            "also": ["oxycodone-ir 5 mg q12h", "tramadol-ir 50 mg q12h"],
            "every": "4w",
            "reduce": "10 mg",
            "keep": ["tramadol-ir"],
        },
        [
            ("reduce", "2026-12-07", 56, "15", "unavoidable"),
            ("stop", "2027-02-01", 28, "", "last"),
            ("reduce", "2027-03-01", 56, "oxycodone-ir 5", "unavoidable"),
            ("stop", "2027-04-26", None, "", "last"),
        ],
    ),
    (
        "a patch after tablets begins on a day of its period",
        "morphine-er",
        "15 mg q12h",
        {"also": ["fentanyl-patch 25 mcg/h"], "every": "2w"},
        [
            ("baseline", "2026-12-07", 28, "15/15", ""),
            ("reduce", "2027-01-04", 56, "15", "nearest"),
            ("stop", "2027-03-01", 15, "", "last"),
            ("baseline", "2027-03-16", 30, "fentanyl-patch 25", ""),
            ("reduce", "2027-04-15", 60, "12.5", "unavoidable"),
            ("stop", "2027-06-14", None, "", "last"),
        ],
    ),
    (
        "patches without weekends",
        "fentanyl-patch",
        "50 mcg/h",
        {"every": "2w", "avoid": ["weekends"], "reduce": "25%"},
        [
            ("reduce", "2026-12-07", 15, "37.5", "exact"),
            ("reduce", "2026-12-22", 30, "25", "unavoidable"),
            ("reduce", "2027-01-21", 33, "12.5", "unavoidable"),
            ("stop", "2027-02-23", None, "", "last"),
        ],
    ),
    (
        "patches on two days of the week, and a dated hold",
        "fentanyl-patch",
        "50 mcg/h",
        {
            "every": "2w",
            "reduce_on": ["mon", "wed"],
            "reduce": "25%",
            "holds": ["2027-01-15..2027-01-28"],
        },
        [
            ("reduce", "2026-12-07", 21, "37.5", "exact"),
            ("reduce", "2026-12-28", 42, "25", "unavoidable"),  # 27 January is held
            ("reduce", "2027-02-08", 30, "12.5", "unavoidable"),
            ("stop", "2027-03-10", None, "", "last"),
        ],
    ),
    (
        "the last dose for six weeks, a hold among them",
        "tapentadol-er",
        "50 mg q12h",
        {"last_dose_for": "6w", "every": "2w", "holds": ["4w@50 mg"]},
        [
            ("baseline", "2026-12-07", 28, "50/50", ""),
            ("reduce", "2027-01-04", 56, "50", "unavoidable"),
            ("hold", "2027-03-01", 28, "50", ""),
            ("stop", "2027-03-29", None, "", "last"),
        ],
    ),
    (
        "calendar months",
        "morphine-er",
        "30 mg q12h",
        {"every": "1mo", "start": "2027-01-31", "reduce": "25%"},
        [
            ("reduce", "2027-01-31", 28, "15/30", "exact"),
            ("reduce", "2027-02-28", 61, "15/15", "unavoidable"),
            ("reduce", "2027-04-30", 31, "15", "unavoidable"),
            ("stop", "2027-05-31", None, "", "last"),
        ],
    ),
    (
        "phases",
        "morphine-er",
        "60 mg q12h",
        {"phases": ["15 mg/2w until 50%", "10%/4w"]},
        [
            ("reduce", "2026-12-07", 14, "45/60", "exact"),
            ("reduce", "2026-12-21", 14, "45/45", "exact"),
            ("reduce", "2027-01-04", 14, "30/45", "exact"),
            ("reduce", "2027-01-18", 28, "30/30", "exact"),
            ("reduce", "2027-02-15", 28, "15/30", "nearest"),
            ("reduce", "2027-03-15", 56, "15/15", "unavoidable"),
            ("reduce", "2027-05-10", 28, "15", "unavoidable"),
            ("stop", "2027-06-07", None, "", "last"),
        ],
    ),
]


@pytest.mark.parametrize(
    ("product", "dose", "fields", "expected"),
    [case[1:] for case in SCHEDULES],
    ids=[case[0] for case in SCHEDULES],
)
def test_every_row(product, dose, fields, expected):
    plan, name = taper(product, dose, **fields), product
    found = []
    for step in plan.steps[1:]:
        now = step.regimen.product.id
        change, name = "" if now == name else f"{now} ", now
        row = (step.kind, step.start.isoformat(), step.days, change + amounts(step.regimen))
        found.append((*row, step.reason.kind))
    assert found == expected
    assert [step.number for step in plan.steps] == list(range(len(plan.steps)))


def in_turn(**fields) -> list[tuple[str, ...]]:
    """Each kind of row with its product and what else is taken, in the order of the plan."""
    also = ["oxycodone-ir 5 mg q12h", "tramadol-ir 50 mg q12h", "codeine-ir 15 mg q12h"]
    plan = taper("morphine-er", "30 mg q12h", every="4w", also=also, keep=["tramadol-ir"], **fields)
    rows = [
        (step.regimen.product.id, step.kind, *(c.product.id for c in step.companions))
        for step in plan.steps
    ]
    return list(dict.fromkeys(rows))


def test_what_else_is_taken_in_each_row():
    waiting, kept = ["oxycodone-ir", "codeine-ir"], ["tramadol-ir"]
    assert in_turn() == [
        ("morphine-er", "current", *waiting, *kept),
        ("morphine-er", "baseline", *waiting, *kept),
        ("morphine-er", "reduce", *waiting, *kept),
        ("morphine-er", "stop", *waiting, *kept),
        ("oxycodone-ir", "baseline", "codeine-ir", *kept),
        ("oxycodone-ir", "reduce", "codeine-ir", *kept),
        ("oxycodone-ir", "stop", "codeine-ir", *kept),
        ("codeine-ir", "baseline", *kept),
        ("codeine-ir", "reduce", *kept),
        ("codeine-ir", "stop", *kept),
    ]


def test_a_goal_in_milligrams_keeps_the_other_opioids():
    others = ["oxycodone-ir", "tramadol-ir", "codeine-ir"]
    assert in_turn(to="30 mg") == [
        ("morphine-er", "current", *others),
        ("morphine-er", "baseline", *others),
        ("morphine-er", "reduce", *others),
        ("morphine-er", "maintain", *others),
    ]


@pytest.mark.parametrize(
    ("product", "dose", "fields", "field", "message", "hint"),
    [
        (
            "morphine-er",
            "15 mg q12h",
            {"reduce": "0.1%", "every": "52w"},
            "reduce",
            "at this pace the taper never ends: not by 2100-12-31",
            "a larger reduction, or a shorter interval",
        ),
        (
            "oxycodone-apap",
            "10 mg q24h",
            {"stock": ["10/300", "2.5/325"]},
            "stock",
            "from 10 mg a day no lower dose down to 5 mg a day can be made",
            "add to --stock one of 5/300, 7.5/300 mg",
        ),
        (
            "oxycodone-er",
            "160 mg q12h",
            {"finish_with": "oxycodone-ir q24h", "finish_at": "95%"},
            "finish_with",
            "oxycodone-ir taken once a day makes at most 120 mg a day, and the change is at 280 mg",
            "take it more often: oxycodone-ir q8h",
        ),
        (
            "oxycodone-er",
            "40 mg q12h",
            {"finish_with": "oxycodone-ir q6h", "to": "12.5 mg"},
            "finish_with",
            "oxycodone-ir cannot make the goal of 12.5 mg a day",
            "the nearest are 10 mg and 15 mg",
        ),
        (
            "buprenorphine-patch",
            "10 mcg/h",
            {"reduce_on": ["tue"]},
            "reduce_on",
            "no day is left on which a reduction may begin",
            "fewer days to avoid, or another first day: patches change every 7 days",
        ),
        (
            "buprenorphine-patch",
            "10 mcg/h",
            {"avoid": ["weekends"], "start": "2026-12-12"},
            "avoid",
            "no day is left on which a reduction may begin",
            "fewer days to avoid, or another first day: patches change every 7 days",
        ),
    ],
)
def test_what_is_said_where_no_schedule_leads_to_the_end(
    product, dose, fields, field, message, hint
):
    with pytest.raises(InputError) as caught:
        taper(product, dose, **fields)
    (problem,) = caught.value.problems
    assert (problem.field, problem.message, problem.hint) == (field, message, hint)
