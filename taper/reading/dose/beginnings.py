"""With which characters the patterns of a dose can begin, so that few have to be compiled.

The table is worked out from the patterns (``scripts/beginnings.py``), and holds only for them: for
others, every pattern may begin with anything.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from zlib import crc32

from taper.reading.dose.patterns import SOURCES

if TYPE_CHECKING:
    from collections.abc import Mapping


def may_begin(name: str, sign: str) -> bool:
    """Whether a pattern can match a text that begins with this character, or is empty."""
    known = _BEGINNINGS.get(name)
    if known is None or not _is_current():
        return True
    # a character that is not in ASCII is not looked at: it may begin anything
    return bool(sign) and (sign in known or not sign.isascii() or sign.isspace())


@lru_cache(maxsize=1)
def _is_current() -> bool:
    return fingerprint(SOURCES) == _OF


def fingerprint(sources: Mapping[str, str]) -> str:
    """A text that changes with the patterns."""
    return hex(crc32("\n".join([*sources, *sources.values()]).encode()))


# --- written by scripts/beginnings.py ---

_OF = "0x1ab1784e"
_BEGINNINGS = {
    "times": "0123456789aefhnost\ufffd",
    "half": "0123456789aefhnost\ufffd",
    "number": "0123456789\ufffd",
    "number word": "efnost",
    "article": "as",
    "concentration": "0123456789\ufffd",
    "rate": "mu",
    "mass": "mu",
    "volume": "cm",
    "noun": "cfpt",
    "between": "&+-/ot",
    "each": "aep",
    "total": "ait",
    "joined": "(,:=eo",
    "every hours": "eq",
    "hourly": "0123456789efnost\ufffd",
    "every days": "eq",
    "every weeks": "eq",
    "times a week": "0123456789efnostw\ufffd",
    "times a day": "0123456789efnostux\ufffd",
    "times x day": "x",
    "latin": "boqtu",
    "daily": "/adeiopt",
    "morning": "abeimqtw",
    "noon": "aelmnqw",
    "afternoon": "aeimt",
    "evening": "abeipqtw",
    "bedtime": "abehnqt",
    "clock": "0123456789@a\ufffd",
    "next clock": "0123456789\ufffd",
    "as needed": "abfiopw",
    "acetaminophen": "dmnt",
    "most": "dmntu",
    "doses": "dt",
    "a day": " /aeipw\ufffd",
    "duration": "dfmox",
    "dispensed": "#0123456789dnqrz\ufffd",
    "verb": "acgpstuw",
    "route": "bioptv",
    "pain": "-/abcdhjklmnopstuvw",
    "reason": "bdft",
    "advice": "aforsw",
    "warning": "acdmnw",
    "score": " (0123456789lprs\ufffd",
    "mark": " (),./:;[]a\ufffd",
}
