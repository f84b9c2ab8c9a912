"""Characters that a file or a font cannot hold, in a form that can be read: ``[U+4E2D]``.

Ids and labels are free text. A page, a calendar or a workbook takes nearly every character, a PDF
only those of its own fonts. What is left out would be missed, so each shows as its code.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from taper.data.files import DATA
from taper.request.text import JOINERS

FONTS = DATA / "fonts"
FONT = "Atkinson Hyperlegible Next"  # for people who see little; SIL Open Font License
_KEPT = JOINERS | {"\n", "\N{NO-BREAK SPACE}"}  # also the lines of a drawing
# Forms of a letter that stand in one cell of East Asian type: the letter itself says the same.
_FORMS = ("<wide>", "<narrow>")  # as unicodedata.decomposition calls them


def visible(text: str) -> str:
    """The text for a page, a calendar or a workbook: what cannot be printed shows as its code."""
    if text.isprintable():
        return text
    return _coded(text, lambda mark: mark.isprintable() or mark in _KEPT)


def in_fonts(text: str) -> str:
    """The text for a PDF: what the hand-out's fonts lack shows as its code."""
    if text.isascii() and text.isprintable():
        return text
    known = _known()
    plain = unicodedata.normalize("NFC", text)
    narrow = (_letter(mark) for mark in plain)
    return _coded("".join(narrow), lambda mark: mark in known or mark == "\n")


def _letter(mark: str) -> str:
    """The letter itself of a form of East Asian type."""
    is_form = unicodedata.decomposition(mark).startswith(_FORMS)
    return unicodedata.normalize("NFKC", mark) if is_form else mark


def everywhere(value: Any, change: Any) -> Any:
    """The values of a page with every text in them changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: everywhere(each, change) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [everywhere(each, change) for each in value]
    return value


def _coded(text: str, is_known: Any) -> str:
    """Marks that are not known, by their codes; those that follow each other in one bracket."""
    found: list[str] = []
    for mark in text:
        if is_known(mark):
            found.append(mark)
        elif found and found[-1].startswith("[U+"):
            found[-1] = f"{found[-1][:-1]} U+{ord(mark):04X}]"
        else:
            found.append(f"[U+{ord(mark):04X}]")
    return "".join(found)


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """The characters of the fonts, which :file:`characters.txt` lists."""
    text = (FONTS / "characters.txt").read_text(encoding="ascii")
    spans = re.findall(r"([0-9a-f]+)(?:-([0-9a-f]+))?", text)
    return frozenset(
        chr(code)
        for first, last in spans
        for code in range(int(first, 16), int(last or first, 16) + 1)
    )
