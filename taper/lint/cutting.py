"""Whether words direct that a unit is cut, broken, crushed or chewed, which some never may be."""

from __future__ import annotations

import re

_UNIT = r"(?:tab(?:let)?s?|pills?|cap(?:sule)?s?|caplets?|patch(?:es)?|films?|strips?)"
_FRACTION = r"(?:\d*\.(?!0+\b)\d+|\d*\s?[\u00bc\u00bd\u00be\u2153\u2154]|(?:\d+\s)?[123]/[234])"
# what is not directed, up to the end of the sentence: "do not crush, break or chew"
_NEVER = re.compile(
    r"\b(?:do(?:es)? not|don'?t|never|must not|should not|not to be|cannot|can'?t|without|avoid|"
    r"no)\b[^.;]*",
)
_WHOLE = re.compile(r"\bswallow(?:ed)?\b[^.;,]*\bwhole\b")
_HOURS = re.compile(r"\bhalf[- ](?:an?[- ])?hour\b|\bhalf[- ]life\b|\bquarter (?:past|to)\b")
_DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}")
_DECIMAL_DOSE = re.compile(
    r"\d*\.?\d+(?:/\d*\.?\d+)?\s*(?:mg|mcg|ml|g|micrograms?|\u00b5g|%)(?:/\w+)?\b"
)
_PARTS = re.compile(
    rf"\b(?:half|halves|halved?|third|thirds|quarters?)\b|"
    rf"(?<![\d/.]){_FRACTION}(?![\d/])\s*(?:an?\s|of\b|\#|{_UNIT}\b|x\b|\u00d7|the\b)|"
    rf"(?:\bx|\u00d7)\s*{_FRACTION}(?![\d/])(?!\s*(?:mg|mcg|ml))|"
    r"\bin (?:two|half|three|four)\b|\binto (?:two|halves|quarters|pieces|parts)\b"
)
_DONE = re.compile(
    r"\b(?:crush(?:ed|ing|es)?|chew(?:ed|ing|s)?|halv(?:e|ed|ing)|dissolv(?:e|ed|ing)|snap(?:ped)?)\b|"
    rf"\b(?:break|broken|split|cut|divide|open|grind|bite)\b(?:\W+\w+){{0,5}}?\W+{_UNIT}\b|"
    rf"\b{_UNIT}\b\W+(?:\w+\W+){{0,3}}?(?:broken|split|cut|opened|ground)\b|"
    r"\b(?:break|split|cut) (?:it|them|one|each|this)\b"
)
_BARE = re.compile(rf"\s*{_FRACTION}\s*")


def is_cut(directions: str) -> bool:
    """Whether directions say that part of a unit is taken, or that it is not left whole."""
    text = _NEVER.sub(" ", directions.lower())
    text = _WHOLE.sub(" ", text)
    text = _HOURS.sub(" ", _DATE.sub(" ", text))
    if _DONE.search(text):
        return True
    return bool(_PARTS.search(re.sub(r"\s+", " ", _DECIMAL_DOSE.sub("#", text))))


def is_part(tablets: str) -> bool:
    """Whether a number of tablets is no whole number: ``0.5``, ``.5 x 60 mg``, ``quarter``."""
    return bool(_BARE.fullmatch(tablets.lower())) or is_cut(tablets)
