"""A guided minute with a made-up patient: a plan, its hand-out, a hold, and a batch.

:func:`scenes` says what is shown; the commands are those that a user would type, and they are
run as they stand.
"""

from __future__ import annotations

from dataclasses import dataclass

PLAN, REVISED, HANDOUT, PANEL = "plan.json", "revised.json", "handout.html", "panel.csv"
START, HELD = "2026-12-07", "2027-04-05"


@dataclass(frozen=True, slots=True)
class Scene:
    """One part: what is said, what is run, and how much of the answer is shown.

    ``until`` is the line before which the output is cut; ``shows`` a file to look into after.
    """

    title: str
    says: str
    words: tuple[str, ...]
    until: str = ""
    shows: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """Made up: a medicine, its dose as it is written, and a dose that no tablets make."""

    medicine: str
    dose: str
    never: str


PATIENTS = {
    "us": Patient("MS Contin", "60 mg q12h", "61 mg q12h"),
    "uk": Patient("MST Continus", "60 mg q12h", "61 mg q12h"),
    "ca": Patient("Hydromorph Contin", "12 mg q12h", "11 mg q12h"),
    "au": Patient("MS Contin", "60 mg q12h", "61 mg q12h"),
}


def panel(market: str) -> str:
    """Three rows of a made-up panel; the second asks for what cannot be dispensed."""
    patient = PATIENTS[market]
    rows = [
        ("id", "market", "product", "dose", "every", "start"),
        ("A-1", market, patient.medicine, patient.dose, "4w", START),
        ("A-2", market, patient.medicine, patient.never, "4w", START),
        ("A-3", market, "fentanyl-patch", "50 mcg/h", "4w", START),
    ]
    if market == "uk":  # patches are prescribed by brand
        rows[3] = ("A-3", market, "morphine-solution", "10 mg q6h", "4w", START)
    return "".join(",".join(row) + "\n" for row in rows)


def scenes(market: str) -> tuple[Scene, ...]:
    """The four parts, for a market."""
    patient = PATIENTS[market]
    where = () if market == "us" else ("--market", market)
    return (
        Scene(
            "1. A plan",
            f"A made-up patient has taken {patient.medicine} {patient.dose} for two years, and "
            "wants less of it. After a year or more 10% every four weeks is the usual pace.",
            (
                *("taper", "plan", patient.medicine, patient.dose, *where),
                *("--on-opioids-for", "2y", "--start", START),
                *("-o", PLAN, "--format", "table"),
            ),
            until="Checks",
        ),
        Scene(
            "2. The hand-out",
            "For the patient: plain language, tick boxes, what to do when it gets hard. As HTML "
            "here; a file named handout.pdf would be PDF, --language es Spanish.",
            ("taper", "export", PLAN, "-o", HANDOUT),
            shows=HANDOUT,
        ),
        Scene(
            "3. A hold",
            "A hard month: the dose stays as it is for four more weeks. What is past does not "
            "change, the rest moves along, and the reason stands in the plan.",
            (
                *("taper", "revise", PLAN, "--from", HELD, "--hold", "4w"),
                *("--why", "a hard month", "-o", REVISED),
            ),
        ),
        Scene(
            "4. A batch",
            "A panel from a file, a row a patient. A row that no tablets make is not guessed at: "
            "it goes into the errors, with what would do.",
            (
                *("taper", "batch", PANEL, "-o", "schedules.csv"),
                *("--errors", "errors.csv", "--force"),
            ),
            shows="errors.csv",
        ),
    )
