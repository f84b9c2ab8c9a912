"""Write the names of US products in the styles of records, for tests/data/names-us.csv.

Reads a file of NDC products (``ndc-us.csv``: product, strength) and writes each product and
strength in the styles of drug databases, claims, hospital lists and handwriting. What a name
must give is worked out here from what its style states, apart from the code that reads names:
the one product of the drug that fits, or ``ambiguous``.

    python scripts/record_names.py ndc-us.csv > tests/data/names-us.csv
"""

from __future__ import annotations

import csv
import sys
from typing import NamedTuple


class Kind(NamedTuple):
    """What the styles need of a product."""

    drug: str
    salt: str  # as claims cut it short
    release: str  # IR, ER, or nothing that a style states
    form: str
    hours: str
    brand: str


KINDS = {
    "morphine-ir": Kind("morphine", "sulfate", "IR", "tablet", "", ""),
    "morphine-solution": Kind("morphine", "sulfate", "", "solution", "", ""),
    "morphine-er": Kind("morphine", "sulfate", "ER", "tablet", "12", "MS Contin"),
    "morphine-er-capsule": Kind("morphine", "sulfate", "ER", "capsule", "", "Kadian"),
    "morphine-er-capsule-24h": Kind("morphine", "sulfate", "ER", "capsule", "24", "Avinza"),
    "oxycodone-ir": Kind("oxycodone", "HCl", "IR", "tablet", "", "Roxicodone"),
    "oxycodone-solution": Kind("oxycodone", "HCl", "", "solution", "", ""),
    "oxycodone-er": Kind("oxycodone", "HCl", "ER", "tablet", "12", "OxyContin"),
    "oxycodone-er-capsule": Kind("oxycodone", "", "ER", "capsule", "12", "Xtampza ER"),
    "oxycodone-apap": Kind("oxycodone", "", "", "tablet", "", "Percocet"),
    "hydrocodone-apap": Kind("hydrocodone", "bitartrate", "", "tablet", "", "Norco"),
    "hydrocodone-er": Kind("hydrocodone", "bitartrate", "ER", "tablet", "24", "Hysingla ER"),
    "hydrocodone-er-capsule": Kind(
        "hydrocodone", "bitartrate", "ER", "capsule", "12", "Zohydro ER"
    ),
    "hydromorphone-ir": Kind("hydromorphone", "HCl", "IR", "tablet", "", "Dilaudid"),
    "hydromorphone-solution": Kind("hydromorphone", "HCl", "", "solution", "", "Dilaudid"),
    "hydromorphone-er": Kind("hydromorphone", "HCl", "ER", "tablet", "24", "Exalgo"),
    "oxymorphone-ir": Kind("oxymorphone", "HCl", "IR", "tablet", "", ""),
    "oxymorphone-er": Kind("oxymorphone", "HCl", "ER", "tablet", "12", "Opana ER"),
    "tapentadol-ir": Kind("tapentadol", "HCl", "IR", "tablet", "", "Nucynta"),
    "tapentadol-er": Kind("tapentadol", "HCl", "ER", "tablet", "12", "Nucynta ER"),
    "tramadol-ir": Kind("tramadol", "HCl", "IR", "tablet", "", "Ultram"),
    "tramadol-solution": Kind("tramadol", "HCl", "", "solution", "", "Qdolo"),
    "tramadol-er": Kind("tramadol", "HCl", "ER", "tablet", "24", "Ultram ER"),
    "tramadol-er-capsule": Kind("tramadol", "HCl", "ER", "capsule", "24", "ConZip"),
    "tramadol-apap": Kind("tramadol", "HCl", "", "tablet", "", "Ultracet"),
    "codeine-ir": Kind("codeine", "sulfate", "IR", "tablet", "", ""),
    "codeine-apap": Kind("codeine", "phosphate", "", "tablet", "", "Tylenol with Codeine"),
    "methadone-tablet": Kind("methadone", "HCl", "", "tablet", "", "Dolophine"),
    "methadone-solution": Kind("methadone", "HCl", "", "solution", "", ""),
    "fentanyl-patch": Kind("fentanyl", "", "", "patch", "72", "Duragesic"),
    "buprenorphine-patch": Kind("buprenorphine", "", "", "patch", "168", "Butrans"),
    "buprenorphine-buccal": Kind("buprenorphine", "HCl", "", "film", "", "Belbuca"),
    "levorphanol-ir": Kind("levorphanol", "tartrate", "IR", "tablet", "", ""),
}
TALL = {
    "morphine": "morphine",
    "oxycodone": "oxyCODONE",
    "hydrocodone": "HYDROcodone",
    "hydromorphone": "HYDROmorphone",
    "oxymorphone": "oxyMORphone",
    "tapentadol": "tapentadol",
    "tramadol": "traMADol",
    "codeine": "codeine",
    "methadone": "methadone",
    "fentanyl": "fentaNYL",
    "buprenorphine": "buprenorphine",
    "levorphanol": "levorphanol",
}
CLAIM = {  # twelve letters, as claims cut them
    "hydromorphone": "HYDROMORPHON",
    "buprenorphine": "BUPRENORPHIN",
    "oxymorphone": "OXYMORPHONE",
    "morphine": "MORPHINE SUL",
    "oxycodone": "OXYCODONE",
    "hydrocodone": "HYDROCODONE",
    "tramadol": "TRAMADOL HCL",
    "codeine": "CODEINE SULF",
    "levorphanol": "LEVORPHANOL",
    "tapentadol": "TAPENTADOL",
    "methadone": "METHADONE",
    "fentanyl": "FENTANYL",
}
SHORT_FORM = {"tablet": "TAB", "capsule": "CAP", "solution": "SOL", "patch": "DIS", "film": "FILM"}
Stated = tuple[str, str, str]  # release, form, hours


def names(product: str, kind: Kind, number: str, other: str) -> list[tuple[str, Stated]]:
    """Each style of one product and strength, with what it states."""
    if other:
        return [(name, ("", "", "")) for name in combinations(kind, number, other)]
    if kind.form == "solution":
        return [(name, ("", "solution", "")) for name in solutions(kind, number)]
    if kind.form == "patch":
        return [(name, ("", "patch", "")) for name in patches(kind, number)]
    if kind.form == "film":
        return [(name, ("", "film", "")) for name in films(kind, number)]
    return solids(product, kind, number)


def combinations(kind: Kind, number: str, other: str) -> list[str]:
    """Opioid and acetaminophen."""
    drug, tall = kind.drug, TALL[kind.drug]
    cut = {"hydrocodone": "HYDROCO", "oxycodone": "OXYCOD", "tramadol": "TRAMADL"}.get(drug)
    first_other = drug == "codeine"  # codeine stands second in most lists
    pair = f"{other}-{number}" if first_other else f"{number}-{other}"
    both = f"{tall}-acetaminophen" if not first_other else "acetaminophen-codeine"
    found = [
        f"{drug} {number} mg-acetaminophen {other} mg tablet",
        f"{both} ({kind.brand.upper()}) {pair} mg per tablet",
        f"{both.title()} Tab {pair} MG",
        f"{drug.upper()} {number}MG/ACETAMINOPHEN {other}MG TAB",
        f"{drug}/apap {number}/{other}",
        f"apap/{drug} {other}/{number} mg tabs",
        f"{drug.title()}-Acetaminophen {number}-{other}mg Oral Tab",
        f"{kind.brand} {number}/{other}",
        f"{kind.brand} {number}-{other} mg tablet",
        f"{drug} & acetaminophen {number} mg/{other} mg tablets",
        f"Acetaminophen {other} MG / {drug.title()} {kind.salt} {number} MG Oral Tablet",
        f"{drug} {kind.salt} and acetaminophen tablets USP CII {number} mg/{other} mg",
        f"{drug.upper()} W/ACETAMINOPHEN {number}/{other} TABLET",
        f"{drug} w/apap {number}/{other} #90",
    ]
    if cut:
        found.append(f"{cut}/APAP TAB {number}-{other}MG")
    else:
        found.append(f"APAP/CODEINE TAB {other}-{number}MG")
        found.append(
            {"15": "Tylenol #2", "30": "TYLENOL-CODEINE NO.3", "60": "tylenol no. 4"}[number]
        )
    return found


def five(number: str) -> str:
    """The content of five millilitres."""
    return f"{float(number) * 5:g}"


def solutions(kind: Kind, number: str) -> list[str]:
    """Liquids: the content of one millilitre, or of five."""
    drug, salt = kind.drug, kind.salt
    strong = number == "20"
    found = [
        f"{drug} {five(number)} mg/5 mL oral solution",
        f"{drug.upper()} {salt.upper()} {number}MG/ML SOLN,ORAL",
        f"{drug.title()} {salt} Soln {five(number)} MG/5ML",
        f"{TALL[drug]} {number} mg/mL solution",
        f"{drug} {salt} oral soln {number} mg/ml",
        f"{drug.title()} {salt} {number} MG/ML Oral Solution",
        f"{drug} liquid {five(number)}mg/5ml",
        f"{CLAIM[drug]} SOL {five(number)}MG/5ML",
    ]
    if strong:
        found.append(f"{drug} concentrate 100 mg/5 mL (20 mg/mL) oral solution")
        found.append(f"{drug.title()} {salt} Conc 100 MG/5ML (20 MG/ML)")
    return found


def patches(kind: Kind, number: str) -> list[str]:
    """Patches: a rate in micrograms or milligrams an hour."""
    drug, every = kind.drug, "Weekly" if kind.hours == "168" else "72HR"
    mg = f"{float(number) / 1000:g}"
    return [
        f"{drug} {number} mcg/hr transdermal patch",
        f"{drug.upper()} {number}MCG/HR PATCH",
        f"{drug.title()} TD Patch {every} {number} MCG/HR",
        f"{TALL[drug]} ({kind.brand.upper()}) {number} mcg/hr",
        f"{kind.brand} {number} mcg/h",
        f"{drug} patch {number}",
        f"{CLAIM[drug]} DIS {number}MCG/HR",
        f"{kind.hours} HR {drug} {mg} MG/HR Transdermal System",
        f"{drug} {number} micrograms/hour patch",
        f"{drug} {number} mcg/hour transdermal system",
    ]


def films(kind: Kind, number: str) -> list[str]:
    """Buccal film."""
    return [
        f"Belbuca {number} mcg buccal film",
        f"{kind.drug} {number} mcg buccal film",
        f"{kind.drug.upper()} HCL {number}MCG FILM,BUCCAL",
        f"{kind.drug.title()} HCl Buccal Film {number} MCG (Base Equivalent)",
        f"buprenorphine (BELBUCA) {number} mcg film",
        f"BELBUCA MIS {number}MCG",
        f"buprenorphine {float(number) / 1000:g} MG Buccal Film",
    ]


def solids(product: str, kind: Kind, number: str) -> list[tuple[str, Stated]]:
    """Tablets and capsules of one ingredient."""
    drug, salt, form = kind.drug, kind.salt, kind.form
    tall, short = TALL[drug], SHORT_FORM[form]
    only_form = ("", form, "")
    plain = [
        (f"{drug} {number} mg {form}", only_form),
        (f"{drug.upper()} {salt.upper()} {number}MG {short}".replace("  ", " "), only_form),
        (f"{drug.title()} {salt} {short.title()} {number} MG".replace("  ", " "), only_form),
        (f"{tall} {number}mg", ("", "", "")),
        (f"{drug} {salt} {number} mg {form.upper()}, FILM COATED".replace("  ", " "), only_form),
    ]
    if kind.release == "ER":
        stated = ("ER", form, "")
        found = [
            (f"{drug} ER {number} mg {form},extended release", stated),
            (f"{drug.upper()} {number}MG {short},SA", stated),
            (f"{drug.title()} {salt} {short.title()} ER {number} MG".replace("  ", " "), stated),
            (f"{CLAIM[drug]} {short} {number}MG ER", stated),
            (
                f"{drug} {salt} {number} mg {form.upper()}, EXTENDED RELEASE".replace("  ", " "),
                stated,
            ),
            (f"{drug} extended-release {number} mg", ("ER", "", "")),
            (f"{tall} XR {number} mg {form}", stated),
        ]
        if kind.hours and product != "morphine-er-capsule-24h":
            hours = ("ER", form, kind.hours)
            found.append((f"{tall} {number} mg {kind.hours} hr {form}", hours))
            found.append(
                (f"{drug.title()} {salt} {short.title()} ER {kind.hours}HR {number} MG", hours)
            )
    else:
        stated = ("IR", form, "")
        found = [
            (f"{tall} {number} mg immediate release {form}", stated),
            (f"{drug} IR {number} mg {short.lower()}", stated),
            (
                f"{drug.title()} {salt} (Immediate Release) {number} MG".replace("  ", " "),
                ("IR", "", ""),
            ),
            (f"{drug} {salt} {number} MG Oral Tablet".replace("  ", " "), stated),
        ]
        if not kind.release:  # methadone: neither word is used
            found = [(f"{drug} {salt} {number} MG Oral Tablet", only_form)]
    return plain + found + branded(product, kind, number)


def branded(product: str, kind: Kind, number: str) -> list[tuple[str, Stated]]:
    """The same by the brand, if there is one."""
    if not kind.brand:
        return []
    stated = (product, "brand", "")
    return [
        (f"{kind.brand} {number} mg {kind.form}", stated),
        (f"{TALL[kind.drug]} ({kind.brand.upper()}) {number} mg {kind.form}", stated),
        (f"{kind.brand.upper()} {SHORT_FORM[kind.form]} {number}MG", stated),
    ]


def expected(product: str, stated: Stated, number: str, known: set[tuple[str, str]]) -> str:
    """The one product of the drug that fits what is stated, or ``ambiguous``."""
    kind = KINDS[product]
    release, form, hours = stated
    if form == "brand":
        return product
    fitting = []
    for other, strength in known:
        rival = KINDS[other]
        if rival.drug != kind.drug:
            continue
        if other.endswith("-apap"):
            # no hydrocodone is sold alone at once: its name alone is used for the combination
            loose = kind.drug == "hydrocodone" and not release and form in {"", "tablet"}
            if loose and strength.partition("/")[0] == number:
                fitting.append(other)
            continue
        if (rival.form == "solution") != (kind.form == "solution") or strength != number:
            continue
        if release and rival.release != release:
            continue
        if form and rival.form != form:
            continue
        if hours and rival.hours and rival.hours != hours:
            continue
        fitting.append(other)
    return product if set(fitting) == {product} else "ambiguous"


def main() -> None:
    """Write ``name,product,strength`` for every style."""
    with open(sys.argv[1], encoding="utf-8") as file:  # noqa: PTH123 - one file
        rows = [row for row in csv.DictReader(file) if row["product"] in KINDS]
    pairs = sorted({(row["product"], row["strength"]) for row in rows})
    known = {(product, strength.partition(" ")[0]) for product, strength in pairs}
    known |= {("morphine-er-capsule", "30"), ("morphine-er-capsule", "60")}
    known |= {("morphine-er-capsule-24h", "30"), ("morphine-er-capsule-24h", "60")}
    write = csv.writer(sys.stdout, lineterminator="\n")
    write.writerow(["market", "name", "product", "strength"])
    seen = set()
    for product, strength in pairs:
        number, _, other = strength.partition(" ")[0].partition("/")
        for name, stated in names(product, KINDS[product], number, other):
            if name in seen:
                continue
            seen.add(name)
            wanted = product if other or stated[1] in {"solution", "patch", "film"} else ""
            wanted = wanted or expected(product, stated, number, known)
            label = f"{number}/{other}" if other else number
            if KINDS[product].form == "solution":
                label += " mg/mL"
            write.writerow(["us", name, wanted, label])


if __name__ == "__main__":
    main()
