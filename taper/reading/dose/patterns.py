"""The words of a dose and its directions, as patterns with names.

A space in a pattern stands for any spaces. A pattern may stand behind a letter only if it is
one of :data:`SIGNS`: ``15mg`` is a number and a unit, and ``mg`` in ``omg`` is nothing.
"""

from __future__ import annotations

import re

WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
WORDS |= {"nine": 9, "ten": 10, "twelve": 12, "once": 1, "twice": 2, "thrice": 3, "a": 1, "an": 1}
WORDS |= {"single": 1, "other": 2, "second": 2, "third": 3, "fourth": 4, "seventh": 7}
WORDS |= {"twenty-four": 24, "forty-eight": 48, "seventy-two": 72, "ninety-six": 96}


def _any(*patterns: str) -> str:
    """One of several patterns, the first that fits."""
    return f"(?:{'|'.join(patterns)})"


_N = r"\d+(?:\.\d+)?"
_WORD = _any(
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve"
)
_LONG = _any("twenty-four", "forty-eight", "seventy-two", "ninety-six")
_NUMBER = rf"(?:{_N}|{_WORD})"
_COUNT = rf"(?:\d{{1,3}}|{_WORD})"
_TO = r"\s*(?:-|\bto\b|\bor\b)\s*"
_HALF = _any(
    r"\d+\s*½",
    "½",
    rf"{_N} 1/2",
    rf"{_NUMBER} and (?:a|one)[\s-]+half",
    rf"{_N} and 1/2",
    r"one[\s-]half(?: of)?",
    "half(?: of)?(?: an?)?",
    "1/2",
    "1/4",
    "3/4",
    "a quarter(?: of)?(?: an?)?",
)
_SOME = rf"({_HALF}|{_NUMBER})"
_NOUN = (
    _any("tab(?:let)?s?", "tabl", "cap(?:sule)?s?", "caplets?", "pills?", "patch(?:es)?", "films?")
    + r"\b(?:\(e?s\))?\.?"
)
_HOURS = r"(?:hours?|hourly|hrs?|h)\b\.?"
_MASS = _any("mgs?", "milligrams?", "mcgs?", "ug", "micrograms?")
_EACH = _any("/", "per", "an?", "each", "every", "in an?", "in", "within")
_DAY_OF_HOURS = r"24[\s-]*(?:hours?|hrs?|h)"
_A_DAY = _any(
    r"\s*(?:/|\bper\b|\ban?\b|\beach\b|\bevery\b|\bin\b|\bin a\b|\bwithin\b|\bin any\b)\s*"
    rf"(?:day|{_DAY_OF_HOURS}(?: period)?)",
    r"\s*/\s*d",
    " daily",
)
_LATIN = _any(
    *(r"q\s?day", "qd", r"q\.d", "od", "bid", r"b\.i\.d", "bd", r"b\.d", "tid", r"t\.i\.d"),
    *("tds", r"t\.d\.s", "qid", r"q\.i\.d", "qds", r"q\.d\.s", "qod", r"q\.o\.d"),
)
_A_TIME = _any("every", "each", "in the", "the")
# Words of an amount or a time, which no reason or warning may swallow.
_OF_A_DOSE = _any(
    _WORD,
    *("half", "additional", "another", "extra", "plus", "also", "then", "tab", "tabs", "tablets?"),
    *(
        "capsules?",
        "caps?",
        "patch(?:es)?",
        "mornings?",
        "noon",
        "midday",
        "afternoon",
        "evenings?",
    ),
    *("nights?", "nightly", "bedtime", "weekly", "hourly", "hours?", "days?", "weeks?"),
)
_NUMBER_OR_TIME = _any(
    _WORD,
    "half",
    "then",
    "mornings?",
    "noon",
    "evenings?",
    "nights?",
    "nightly",
    "bedtime",
    "daily",
)
_NOT_A_REASON = _any(
    _OF_A_DOSE,
    *("take", "max", "maximum", "do", "not", "no", "then", "may", "until", "with", "every"),
    *("once", "twice", "daily", "bid", "tid", "qid", "prn", "as", "when", "if", "only"),
    *("increase", "decrease", "x", "over", "up", "a day"),
)
_KIND_OF_PAIN = _any(
    *("very", "mild", "moderate", "severe", "acute", "chronic", "worst", "back", "neck", "knee"),
    *("hip", "joint", "leg", "shoulder", "pelvic", "abdominal", "post-?op(?:erative)?"),
    *("surgical", "nerve", "neuropathic", "dental", "uncontrolled", "persistent"),
    *("to", "and", "or", "/", "-"),
)
_FROM_ONE_TO_TEN = r"\d+(?:\s*(?:-|to)\s*\d+)"
_OUT_OF_TEN = r"\s*/\s*10"
_AT_MOST = _any(
    "max(?:imum)?(?: of)?", "(?:do |to )?not (?:to )?exceed", "no more than", "not more than"
)
_ACETAMINOPHEN = _any("acetaminophen", "apap", "paracetamol", "tylenol")

AMOUNTS = {
    "times": rf"{_SOME}(?:{_TO}{_SOME})?\s*(?:x|\*)\s*(?=\d)",
    "half": (
        rf"({_HALF})\s*(?=(?:{_TO}{_N}\s*)?(?:of )?(?:an? )?(?:{_N}\s*{_MASS} )?{_NOUN}"
        r"|\s*(?:x|\*))"
    ),
    "number": rf"({_N})(?![\d.]*,\d)",
    "number word": rf"({_WORD})\b(?!\s*(?:times|x)\b)",
    "article": rf"(an?|single)\b(?= (?:{_N}\s*{_MASS} )?{_NOUN})",
    "concentration": rf"({_N})\s*mgs?\s*(?:/|per|in)\s*({_N})?\s*mls?\b",
    "rate": rf"({_MASS})\s*(?:/|per|an)\s*(?:hours?|hrs?|h)\b\.?",
    "mass": rf"({_MASS})\b\.?",
    "volume": r"(mls?|millilit(?:er|re)s?|cc)\b\.?",
    "noun": rf"({_NOUN})",
    "between": r"(/|-|\bto\b|\bor\b|\+|&)",
    "each": r"(?:each|apiece|per (?:tablet|capsule|tab|cap|patch|film))\b",
    "total": r"(?:in )?total\b(?: dose)?|altogether\b|together\b",
    "joined": r"(?:\(|=|,|:|of\b|equals?\b|or\b|oral\b(?= (?:tab|cap)))",
}
FREQUENCIES = {
    "every hours": (
        rf"(?:q\.?\s*|every )({_NUMBER}|{_LONG})\s*(?:{_HOURS}\s*)?"
        rf"(?:{_TO}(?:q\.?\s*)?({_NUMBER})\s*)?[\s-]*{_HOURS}"
    ),
    "hourly": rf"({_NUMBER})(?:{_TO}({_NUMBER}))?[\s-]*(?:hourly|hrly)\b",
    "every days": (
        rf"(?:q\.?\s*|every )({_NUMBER}|other|second|third|fourth|seventh|2nd|3rd|4th|7th)"
        r"\s*(?:days?|d)\b\.?"
    ),
    "every weeks": rf"(?:q\.?\s*|every )(?:({_COUNT})\s*)?(?:weeks?|wks?|w)\b\.?",
    "times a week": (
        rf"(once|twice|{_COUNT})\s*(?:times?|x)?\s*(?:{_EACH}\s*(?:week|wk)|weekly)\b|(weekly)\b"
    ),
    "times a day": (
        rf"(?:x\s*)?(?:up to )?(once|twice|thrice|{_COUNT}(?=\s*(?:-|to\b|or\b|times?\b|x)))"
        rf"(?:{_TO}(twice|{_COUNT}))?\s*(?:times?\b|x)?\s*"
        rf"(?:{_EACH}\s*(?:day|24\s*{_HOURS}|d)|daily)\b"
    ),
    "times x day": rf"x\s*([1-9]\d?)\s*(?:{_EACH}\s*day|daily)\b",
    "latin": rf"(?:up to )?({_LATIN})\b\.?(?:\s*(?:-|to|or)\s*(bid|tid|qid)\b)?",
    "daily": _any(
        rf"(?:/|per|an?|each|every)\s*(?:day|{_DAY_OF_HOURS})",
        r"/\s*d",
        "daily",
        rf"(?:in|over) {_DAY_OF_HOURS}",
        "total daily dose",
        "over the day",
    )
    + r"\b",
}
TIMES = {
    "morning": _any(
        r"q\s?\.?a\.?m",
        rf"(?:{_A_TIME} )?mornings?",
        r"(?:in (?:the )?)?a\.?m",
        "mane",
        "(?:with|at|before|after) breakfast",
    )
    + r"\b\.?",
    "noon": _any(
        r"q\s?noon", "(?:(?:at|every|each) )?(?:noon|mid-?day|lunch(?:time)?)", "with lunch"
    )
    + r"\b\.?",
    "afternoon": rf"(?:{_A_TIME} )?(?:mid-?)?afternoon\b",
    "evening": _any(
        r"q\s?\.?p\.?m",
        rf"(?:{_A_TIME} )?evenings?",
        r"(?:in (?:the )?)?p\.?m",
        "(?:with|at|before|after) (?:dinner|supper)",
    )
    + r"\b\.?",
    "bedtime": _any(
        r"q\.?\s?h\.?s",
        r"h\.?s",
        "(?:at |before )?bed(?:time)?",
        "nightly",
        "(?:every|each|at|the) night(?:time)?",
        "nocte",
        "night",
    )
    + r"\b\.?",
}
CLOCK = {
    "clock": r"(?:at|@)\s*(\d{1,2})(?::\d\d)?\s*([ap])\.?m\b\.?|(\d{1,2}):\d\d\s*([ap])\.?m\b\.?",
    "next clock": r"(\d{1,2})(?::\d\d)?\s*([ap])\.?m\b\.?",
}
AS_NEEDED = {
    "as needed": _any(
        "(?:only )?(?:as|when|if) (?:needed|required|necessary)",
        "prn",
        r"p\.r\.n",
        "(?:for )?break-?thr(?:ough|u)(?: pain)?",
    )
    + r"\b\.?",
    "acetaminophen": (
        rf"{_AT_MOST}\s*\d[\d,.]*\s*(?:g|gm|grams?|mg)\s*(?:{_A_DAY}\b)?\s*(?:of )?"
        rf"{_ACETAMINOPHEN}\b(?:{_A_DAY}\b)?(?: from all sources)?"
    ),
    "most": _any(
        r"max(?:imum)?\.?(?: (?:daily|dose|amount|of|is|total))*",
        "mdd",
        "nte",
        "(?:do )?not to exceed",
        "do not exceed",
        "don't exceed",
        "(?:take )?(?:no|not) more than",
        "do not take more than",
        "up to(?: a (?:max(?:imum)?|total) of)?",
    )
    + r"\s*[:=]?(?=[\s\d])",
    "doses": r"(?:doses?|times?)\b",
    "a day": rf"{_A_DAY}\b",
}
PASSED_OVER = {
    "duration": (
        r"(?:x|for|during|over|must last)\s*(?:up to |the next |another )?"
        rf"{_NUMBER}(?:{_TO}{_NUMBER})?"
        r"[\s-]*(?:more )?(?:days?|d|weeks?|wks?|months?|mos?)\b\.?"
    ),
    "dispensed": _any(
        r"#\s*\d+",
        r"disp(?:ense)?\.?\s*[:#]?\s*#?\s*\d+"
        r"(?:\s*(?:tablets?|tabs?|capsules?|caps?|patches|ml))?",
        r"qty\.?\s*[:#]?\s*\d+",
        r"(?:no|zero|\d+) refills?",
        r"refills?\s*[:x]?\s*\d+",
    )
    + r"\b",
    "verb": "(?:please )?"
    + _any(
        "to be (?:taken|applied|given|used)",
        *("take", "takes", "taking", "give", "apply", "place", "put", "wear", "use", "swallow"),
        *("change(?: the)? patch(?:es)?", "change", "the patient takes", "pt takes", "sig"),
    )
    + r"\b:?",
    "route": _any(
        "by (?:the )?(?:mouth|oral route)",
        "(?:via|per) (?:the )?(?:oral route|mouth|os)",
        r"p\.?\s?o",
        "orally",
        "oral",
        "transdermal(?:ly)?",
        "td",
        "topically",
        "(?:on|onto|to) (?:the |clean |dry |intact |non-?irritated |hairless |non-?hairy |your )*"
        "(?:skin|chest|back|upper (?:arm|back|chest)|arm)",
        "inside (?:the |your )?cheek",
        "to (?:the )?inside of (?:the )?cheek",
        "buccal(?:ly)?",
    )
    + r"\b\.?",
    "pain": rf"(?:{_KIND_OF_PAIN}\s*)*\bpain\b",
    "reason": (
        "(?:for|due to|because of|to (?:treat|relieve|control|help with)) "
        rf"(?:(?!{_NOT_A_REASON}\b)[a-z][a-z'/-]*\s*){{1,8}}"
    ),
    "advice": _any(
        r"(?:once|one time)(?= (?:every|q))",
        r"(?:with|w/)\s*(?:or without )?(?:food|meals?|milk)",
        "with (?:a (?:full )?glass of )?water",
        "after meals",
        "swallow(?:ed)? whole",
        "whole",
        "as (?:directed|instructed|prescribed)",
        "for (?:chronic |severe )?pain",
        "around the clock",
        *("atc", "scheduled", "regularly", "routinely", "oral only"),
        "(?:rotate|alternate) (?:application )?sites?",
        "remove (?:the )?(?:old|previous|used) patch(?:es)?"
        "(?: (?:first|before applying (?:the )?new(?: (?:one|patch))?))?",
    )
    + r"\b",
    "warning": (
        r"(?:do not|don't|never|avoid|may cause|can cause|caution|warning)\b"
        rf"(?! (?:exceed|take more))(?:(?!\b{_NUMBER_OR_TIME}\b)[^.;\d])*"
    ),
    "score": _any(
        rf"[\s(]*(?:pain )?(?:scale|score|level|rating)\s*(?:of )?{_FROM_ONE_TO_TEN}?"
        rf"(?:{_OUT_OF_TEN})?\s*\)?",
        rf"\s*\({_FROM_ONE_TO_TEN}(?:{_OUT_OF_TEN})?\)(?!\s*(?:tab|cap|mg|ml|pill))",
        rf"\s*{_FROM_ONE_TO_TEN}{_OUT_OF_TEN}\b",
    ),
    "mark": _any(
        r"[\s;:()\[\]]",
        r"/(?=\s*(?:\d|[ap]\.?m\b))",
        r"\.(?!\d)",
        r"(?<!\d),",
        r",(?!\d)",
        r"\band\b",
        r"\bat (?=\d+\s*mg)",
    ),
}
SIGNS = frozenset({"between", "joined", "daily", "a day", "mark", "number", "half", "score"})
_WHERE_NO_LETTER_IS = r"(?<![a-z])"
SOURCES = {
    name: ("" if name in SIGNS else _WHERE_NO_LETTER_IS) + f"(?:{rule})".replace(" ", r"\s+")
    for rules in (AMOUNTS, FREQUENCIES, TIMES, CLOCK, AS_NEEDED, PASSED_OVER)
    for name, rule in rules.items()
}
# A number that stands twice: 4 (four), one (1).
TWICE = re.compile(rf"({_COUNT}|[a-z]+-[a-z]+)(\s*)\(\s*({_COUNT}|[a-z]+-[a-z]+)\s*\)")
