"""Codes of products: RxNorm RxCUI, NDC, dm+d.

The tables are made from public directories by ``scripts/codes.py``. A code is found in the
text of its table, so that a plan which names none does not read them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from taper.data.files import data_text
from taper.formulary.name_errors import unknown_code

_SYSTEMS = {"rxcui": "RxCUI", "rxnorm": "RxCUI", "ndc": "NDC", "dmd": "dm+d", "dm+d": "dm+d"}
_FILES = {"RxCUI": "codes/us-rxnorm.tsv", "NDC": "codes/us-ndc.tsv", "dm+d": "codes/uk-dmd.tsv"}
_MARKETS = {"RxCUI": "us", "NDC": "us", "dm+d": "uk"}
_CODE = re.compile(r"\s*(?:(rxcui|rxnorm|ndc|dmd|dm\+d)\s*[:#]?\s*)?([\d-]*\d)\s*", re.IGNORECASE)
_PARTS = re.compile(r"(\d{4,5})-(\d{3,4})(?:-(\d{1,2}))?")
_LONGEST_RXCUI = 7


class Coded(NamedTuple):
    """What a table holds of a code; ``by_name`` if the name is to be read for the product."""

    products: tuple[str, ...]
    strength: str
    name: str
    by_name: bool = False


def look_up(market: str, text: str, field: str = "product") -> Coded | None:
    """What a code stands for; None if the text is no code.

    Raises :class:`~taper.InputError` for a code that no table of the market holds.
    """
    match = _CODE.fullmatch(text)
    if match is None:
        return None
    prefix, code = match.groups()
    system = _SYSTEMS[prefix.lower()] if prefix else _system(code)
    found = {row for key in _keys(system, code) if (row := _row(system, key)) is not None}
    if len(found) != 1 or _MARKETS[system] != market:
        raise unknown_code(market, text.strip(), system, _MARKETS[system], len(found), field)
    return found.pop()


def is_known(text: str) -> bool:
    """Whether a code stands in a table of any market: all of them are tables of opioids."""
    match = _CODE.fullmatch(text)
    if match is None:
        return False
    system = _SYSTEMS[match[1].lower()] if match[1] else _system(match[2])
    return any(_row(system, key) is not None for key in _keys(system, match[2]))


def _system(code: str) -> str:
    """The system that a bare code belongs to, by its length."""
    if "-" in code or 9 <= len(code) <= 11:  # noqa: PLR2004 - digits of an NDC
        return "NDC"
    return "RxCUI" if len(code) <= _LONGEST_RXCUI else "dm+d"


def _keys(system: str, code: str) -> set[str]:
    """A code as the tables have it: an NDC as five digits and four, without the package."""
    if system != "NDC":
        return {code}
    parts = _PARTS.fullmatch(code)
    if parts is not None:
        return {parts[1].rjust(5, "0") + parts[2].rjust(4, "0")}
    if len(code) == 10:  # noqa: PLR2004 - which part has lost its zero is not told
        return {f"0{code[:8]}", f"{code[:5]}0{code[5:8]}", code[:9]}
    return {code[:9]}


def _row(system: str, code: str) -> Coded | None:
    text = data_text(_FILES[system])
    start = text.find(f"\n{code}\t")
    if start < 0:
        return None
    end = text.index("\n", start + 1)
    _, products, strength, name = text[start + 1 : end].split("\t")
    by_name = products == "?"
    return Coded(
        () if by_name else tuple(filter(None, products.split("|"))), strength, name, by_name
    )
