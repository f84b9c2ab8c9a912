"""The words of a product's name, sorted by what they tell.

``HYDROcodone-acetaminophen (NORCO) 5-325 mg per tablet`` tells an opioid, what it is combined
with, a brand, two amounts and a form. Nothing is inferred here: a word that is not known stays
among ``unknown``, and the reader of names refuses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from taper.data.files import data_file
from taper.quantities import THOUSAND, thousandths

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
_MASS = r"mg|mcg|ug|micrograms?|milligrams?|mgs|grams?|gm|g"
# In this order: what is longer and says more comes first.
_TOKENS = re.compile(
    rf"""
      (?P<rate>(?P<rate_n>{_NUMBER})\s*(?P<rate_u>{_MASS})\s*(?:/|per)\s*(?:hours?|hrs?|h)\b)
    | (?P<liquid>(?P<liquid_n>{_NUMBER})\s*(?P<liquid_u>{_MASS})\s*(?:/|per|in)\s*
        (?P<volume>{_NUMBER})?\s*mls?\b)
    | (?P<actuation>(?:{_NUMBER})\s*(?:{_MASS})\s*/\s*act[a-z]*)
    | (?P<amount>(?P<amount_n>{_NUMBER})\s*(?P<amount_u>{_MASS})(?![a-z]))
    | (?P<volume_only>(?:{_NUMBER})\s*mls?\b)
    | (?P<percent>(?:{_NUMBER})\s*%)
    | (?P<hours>(?P<hours_n>\d+)\s*-?\s*(?:hours?|hrs?|h)\b)
    | (?P<pack>(?:\bx|\#|\bqty:?|\bpack\ of)\s*(?P<pack_n>\d+)\b(?!\.\d)
        | \b\d+\s*(?:ct|count)\b)
    | (?P<numbered>\bno\.?\s*(?P<numbered_n>[1-4])\b)
    | (?P<number>{_NUMBER})
    | (?P<word>so4|tb12|tb24|cp12|cp24|t12a|c12a|m/r|p/r|s/f|i/r|e/r|x/r|[a-z]+(?:'[a-z]+)?)
    | (?P<mark>\S)
    """,
    re.VERBOSE,
)
_SPELT = {"so4": "sulfate", "m/r": "mr", "p/r": "pr", "i/r": "ir", "e/r": "er", "x/r": "xr"}
_SPELT |= {"s/f": "sf", "tb12": "er", "tb24": "er", "cp12": "er", "cp24": "er", "t12a": "er"}
_SPELT |= {"c12a": "er"}
# Phrases whose words tell something else by themselves.
_PHRASES = (
    (re.compile(r"\bfilm[\s,-]*coat(?:ed)?\b"), " coated "),
    (
        re.compile(r"\btablets?[\s,-]+for[\s,-]+(?:oral[\s,-]+)?suspension\b"),
        " dispersible tablet ",
    ),
    (re.compile(r"\bshort[\s-]+acting\b"), " ir "),
    (re.compile(r"\blong[\s-]+acting\b"), " er "),
    (re.compile(r"\bbuccal[\s-]+tab(?:let)?s?\b"), " sublingual tablet "),
    (re.compile(r"\btransdermal[\s-]+system\b"), " transdermal patch "),
)
_ORAL = re.compile(r"\boral\s+(?:tablet|capsule)s?\b")
_RXNORM = re.compile(r"\bextended release oral (?:tablet|capsule)\b")
_LEAST_CUT = 5  # letters of an ingredient that is cut short


@dataclass(slots=True)
class Words:
    """What the words of one name tell."""

    text: str
    opioids: list[str] = field(default_factory=list)
    partners: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    brands: list[str] = field(default_factory=list)  # phrases that the market knows
    left_out: list[str] = field(default_factory=list)  # brands of what is left out
    forms: list[str] = field(default_factory=list)
    other_forms: list[str] = field(default_factory=list)
    releases: list[str] = field(default_factory=list)
    salts: list[str] = field(default_factory=list)
    hours: list[int] = field(default_factory=list)
    amounts: list[tuple[int, str]] = field(default_factory=list)  # thousandths, unit or ""
    liquids: list[int] = field(default_factory=list)  # thousandths of a mg in a millilitre
    rates: list[int] = field(default_factory=list)  # thousandths of a mcg an hour
    numbered: str = ""  # the 3 of Tylenol #3
    unknown: list[tuple[str, int]] = field(default_factory=list)  # words and their places
    is_rxnorm: bool = False  # an extended release form in the words of RxNorm


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Every word that is known, with its kind; loaded once."""

    kinds: dict[str, tuple[str, str]]  # word: list of Words, what it stands for
    ingredients: tuple[tuple[str, str, str], ...]  # spelling, kind, ingredient
    data: dict[str, Any]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The words of ``data/names.toml``."""
    data = data_file("names.toml")
    kinds: dict[str, tuple[str, str]] = {}
    for word in (*data["passed_over"]["words"], *data["makers"]["words"]):
        kinds[word] = ("", word)
    for kind, table in (
        ("salts", "salts"),
        ("releases", "releases"),
        ("forms", "forms"),
        ("other_forms", "other_forms"),
        ("partners", "partners"),
    ):
        kinds |= {word: (kind, name) for name, words in data[table].items() for word in words}
    kinds |= {name: ("others", name) for name in data["others"]}
    kinds |= {name: ("left_out", name) for name in data["left_out_brands"]}
    for name, words in data["opioids"].items():
        kinds |= dict.fromkeys((name, *words), ("opioids", name))
    kinds |= {name: ("partners", name) for name in data["partners"]}
    kinds["naltrexone"] = ("partners", "naltrexone")
    ingredients = tuple(
        (word, kind, name)
        for word, (kind, name) in kinds.items()
        if kind in {"opioids", "partners"}
    )
    return Lexicon(kinds, ingredients, data)


@lru_cache(maxsize=1)
def contents() -> frozenset[int]:
    """What a tablet of a combination may hold of acetaminophen, in thousandths of a mg."""
    return frozenset(mg * THOUSAND for mg in lexicon().data["combinations"]["contents_mg"])


def words_of(text: str, brands: frozenset[str]) -> Words:
    """Sort the words of a name; ``brands`` are the phrases that the market knows."""
    plain = text.lower().replace("\u00b5", "u").replace("\u03bc", "u")
    for sign in "\u00ae\u2122\u2120":
        plain = plain.replace(sign, " ")
    words = Words(text, is_rxnorm=_RXNORM.search(plain) is not None)
    if _ORAL.search(plain):
        words.releases.append("oral")  # RxNorm's "Oral Tablet" is immediate-release
    rest = _take_brands(plain, brands, words)
    for phrase, instead in _PHRASES:
        rest = phrase.sub(instead, rest)
    for match in _TOKENS.finditer(rest):
        _sort(match, words)
    return words


def _take_brands(plain: str, brands: frozenset[str], words: Words) -> str:
    """Keep the brands of the market, the longest phrase first, and blank them out."""
    found = []
    spans = [(m.start(), m.end(), m.group()) for m in re.finditer(r"[a-z0-9]+", plain)]
    place = 0
    while place < len(spans):
        for length in (4, 3, 2, 1):
            part = spans[place : place + length]
            phrase = " ".join(word for _, _, word in part)
            if len(part) == length and phrase in brands:
                found.append((part[0][0], part[-1][1], phrase))
                place += length - 1
                break
        place += 1
    for start, end, phrase in found:
        words.brands.append(phrase)
        plain = plain[:start] + " " * (end - start) + plain[end:]
    return plain


def _sort(match: re.Match[str], words: Words) -> None:
    """Put one token where it belongs."""
    name = next((name for name in _SORTS if match[name]), None)
    if name is not None:
        _SORTS[name](match, words)


def _sort_pack(match: re.Match[str], words: Words) -> None:
    """The size of a pack is passed over, but Tylenol #3 is a strength."""
    if match["pack_n"] in lexicon().data["numbers"] and match["pack"].startswith("#"):
        words.numbered = match["pack_n"]


def _sort_spelt(match: re.Match[str], words: Words) -> None:
    _sort_word(_SPELT.get(match["word"], match["word"]), match.start(), words)


def _sort_numbered(match: re.Match[str], words: Words) -> None:
    words.numbered = match["numbered_n"]


def _sort_word(word: str, place: int, words: Words) -> None:
    known = lexicon()
    kind, name = known.kinds.get(word) or _cut_short(word) or ("unknown", word)
    if kind == "unknown":
        words.unknown.append((word, place))
    elif kind:
        listed: list[str] = getattr(words, kind)
        if name not in listed:
            listed.append(name)


@lru_cache(maxsize=1024)
def _cut_short(word: str) -> tuple[str, str] | None:
    """The one ingredient that begins with ``word``, if there is only one."""
    if len(word) < _LEAST_CUT:
        return None
    found = {(k, name) for spelling, k, name in lexicon().ingredients if spelling.startswith(word)}
    return found.pop() if len(found) == 1 else None


def _digits(text: str) -> str:
    """A number without commas between thousands, and with a leading zero."""
    plain = text.replace(",", "")
    return f"0{plain}" if plain.startswith(".") else plain


def _number(text: str) -> int:
    """Thousandths; -1 for what is finer, which no product has."""
    found = thousandths(_digits(text))
    return -1 if found is None else found


def _amount(number: str, unit: str) -> tuple[int, str]:
    """An amount in mg or mcg (an amount of grams in mg)."""
    if unit.startswith(("mcg", "ug", "microg")):
        return _number(number), "mcg"
    if unit.startswith("g"):
        return _number(number) * THOUSAND, "mg"
    return _number(number), "mg" if unit else ""


def _micrograms(number: str, unit: str) -> int:
    """A rate in thousandths of a microgram: 0.025 mg is 25 mcg."""
    if unit.startswith(("mcg", "ug", "microg")):
        return _number(number)
    whole, _, part = _digits(number).partition(".")
    part = part.rstrip("0").ljust(6, "0")
    if len(part) > 6:  # noqa: PLR2004 - digits of a thousandth of a microgram
        return -1
    return int(whole) * THOUSAND**2 + int(part)


def _per_millilitre(groups: re.Match[str]) -> int:
    """Milligrams in one millilitre, in thousandths; -1 if that is finer than a thousandth."""
    amount, unit = _amount(groups["liquid_n"], groups["liquid_u"])
    volume = _number(groups["volume"]) if groups["volume"] else THOUSAND
    scale = THOUSAND if unit == "mg" else 1
    if volume <= 0 or amount * scale % volume:
        return -1
    return amount * scale // volume


_SORTS: dict[str, Callable[[re.Match[str], Words], None]] = {
    "rate": lambda m, words: words.rates.append(_micrograms(m["rate_n"], m["rate_u"])),
    "liquid": lambda m, words: words.liquids.append(_per_millilitre(m)),
    "amount": lambda m, words: words.amounts.append(_amount(m["amount_n"], m["amount_u"])),
    "hours": lambda m, words: words.hours.append(int(m["hours_n"])),
    "numbered": _sort_numbered,
    "pack": _sort_pack,
    "number": lambda m, words: words.amounts.append(_amount(m["number"], "")),
    "word": _sort_spelt,
    "percent": lambda _, words: words.other_forms.append("spray"),
    "actuation": lambda _, words: words.other_forms.append("spray"),
}
