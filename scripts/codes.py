"""Make the tables of codes (``taper/data/codes``) from the directories of products.

    python scripts/codes.py FOLDER

FOLDER holds ``rxnorm-us-2025.csv``, ``ndc-us.csv`` and ``dmd-uk.csv``. Each table has a line a
code, tab-separated: code, product ids (several if the directory does not tell them apart, ``?``
if the name is to be read), strength as on the label, name.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from taper.formulary.market import formulary

TABLES = Path(__file__).parent.parent / "taper" / "data" / "codes"


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def ids(text: str) -> str:
    """``a / b`` as ``a|b``; what is left out has none."""
    return (
        "" if text.startswith("(") else "|".join(part.strip() for part in text.split("/") if part)
    )


def rxnorm(folder: Path) -> list[tuple[str, str, str, str]]:
    """RxNorm's drugs and branded drugs, and the codes that the formulary has besides."""
    found = {
        row["rxcui"]: (row["rxcui"], ids(row["product"]), row["strength"], row["name"])
        for row in rows(folder / "rxnorm-us-2025.csv")
    }
    for product in formulary("us").products.values():
        for label, codes in product.facts.get("rxnorm", {}).items():
            for code in codes:
                found.setdefault(code, (code, product.id, label, f"{product.name} {label}"))
    return sorted(found.values(), key=lambda row: int(row[0]))


def ndc(folder: Path) -> list[tuple[str, str, str, str]]:
    """NDC products: labeler and product, nine digits; several packages share a line."""
    found = {}
    for row in rows(folder / "ndc-us.csv"):
        product, strength = ids(row["product"]), row["strength"]
        label = strength if strength.endswith("/mL") else strength.partition(" ")[0]
        name = "" if product else f"{row['generic_name'].replace(';', ' /')} {strength}"
        found[row["ndc9"]] = (row["ndc9"], product, label, name)
    return sorted(found.values())


def dmd(folder: Path) -> list[tuple[str, str, str, str]]:
    """The virtual products of dm+d, whose names tell what they are."""
    found = {row["dmd_vmp_id"]: row["vmp_name"] for row in rows(folder / "dmd-uk.csv")}
    return [(code, "?", "", name) for code, name in sorted(found.items())]


def main() -> None:
    """Write the three tables."""
    folder = Path(sys.argv[1])
    TABLES.mkdir(exist_ok=True)
    for name, table in (
        ("us-rxnorm.tsv", rxnorm(folder)),
        ("us-ndc.tsv", ndc(folder)),
        ("uk-dmd.tsv", dmd(folder)),
    ):
        lines = ["code\tproduct\tstrength\tname", *("\t".join(row) for row in table)]
        (TABLES / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
