"""One entry of a clinic's own products: its values checked, and filled in if that is safe.

The release is never inferred from a dosage form: a tablet whose form does not say it must.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from taper.data.limits import whole
from taper.errors import Problem
from taper.formulary.product import ORAL_INTERVALS, PATCH_INTERVALS
from taper.quantities import plain, thousandths

if TYPE_CHECKING:
    from collections.abc import Mapping

UNITS = ("mg", "mcg", "mcg/h")
KINDS = ("tablet", "capsule", "liquid", "patch", "film")
RELEASES = ("ir", "er", "long-acting", "patch")
HANDLINGS = ("swallow-whole", "split-if-scored", "open-and-sprinkle", "do-not-cut", "liquid")
_OF_KIND = {"liquid": ("liquid",), "patch": ("do-not-cut",), "film": ("do-not-cut",)}
_SOLID = ("swallow-whole", "split-if-scored", "open-and-sprinkle")
_USUAL_UNITS = {
    "tablet": whole("usual-units-solid"),
    "patch": whole("usual-units-patch"),
    "film": whole("usual-units-film"),
}
_MOST_UNITS = whole("units-at-once")
_LIQUIDS = frozenset({"solution", "drops", "syrup"})
_BY_FORM = {"ir": "ir"} | dict.fromkeys(("er", "mr", "cr", "sr", "pr", "xr", "xl"), "er")
_LONG_ACTING = frozenset({"methadone", "levomethadone", "levorphanol"})
_PATCHES = {"fentanyl": "fentanyl-patch", "buprenorphine": "buprenorphine-patch"}
_ID = r"[a-z0-9]+(-[a-z0-9]+)*"
_WORDS = r"[a-z][a-z0-9 -]*"
_NUMBER = r"(?:0|[1-9]\d{0,5})(?:\.\d{0,2}[1-9])?"
_LABELS = {
    "liquid": re.compile(rf"({_NUMBER}) mg/mL"),
    "patch": re.compile(rf"({_NUMBER})"),
    "film": re.compile(rf"({_NUMBER})"),
}
_SOLID_LABEL = re.compile(rf"({_NUMBER})(/{_NUMBER})?")
_LONGEST = 120  # characters of a name
TEXTS = ("id", "drug", "form", "name", "kind", "release", "unit", "handling", "file")
_OPTIONAL = (
    *("measure_ml", "least_dose", "max_daily", "mme_factor", "schedule", "note"),
    *("other_ingredient", "mme_basis"),
)
_KNOWN = frozenset(
    {*TEXTS, *_OPTIONAL, "names", "brands", "strengths", "seldom_stocked", "intervals_hours"}
    | {"interval", "splittable", "max_units", "withdrawal", "source", "sources", "judgements"}
    | {"atypical_withdrawal", "max_units_daily"}
)
_AS_BUILT_IN = "as for the products of this drug that are built in"


class Entry:
    """Reads one table; keeps the problems and goes on."""

    def __init__(self, values: Mapping[str, Any], place: int) -> None:
        """``place`` counts the tables of a file from 1."""
        self.values = values
        self.problems: list[Problem] = []
        self.called = str(values.get("id") or f"product {place}")
        for key in values:
            if key not in _KNOWN:
                self.problem(f"there is no field '{key}'", "see docs/how-to/own-products.md")

    def problem(self, message: str, hint: str, value: object = "") -> None:
        """Keep a problem, with the product that has it."""
        self.problems.append(Problem("products", f"{self.called}: {message}", hint, str(value)))

    def text(self, key: str, default: str = "") -> str:
        """A text or a number, without spaces around it."""
        value = self.values.get(key, default)
        if isinstance(value, (dict, list, bool)) or value is None:
            self.problem(f"{key} is not a text", f'{key} = "..."')
            return default
        return " ".join(str(value).split())

    def many(self, key: str) -> list[str]:
        """The texts of a list; one text is a list of one."""
        value = self.values.get(key, [])
        items = value if isinstance(value, list) else [value]
        if any(isinstance(item, (dict, list, bool)) for item in items):
            self.problem(f"{key} is not a list of texts", f'{key} = ["..."]')
            return []
        return [" ".join(str(item).split()) for item in items]

    @property
    def is_combination(self) -> bool:
        """Whether its strengths name a second ingredient."""
        return any("/" in label and not label.endswith("/mL") for label in self.many("strengths"))

    def read(self, inherited: Mapping[str, str]) -> dict[str, Any] | None:
        """The whole entry, as the data files of the markets have it; None if it has faults."""
        found: dict[str, Any] = {"id": self._pattern("id", _ID)}
        found["drug"] = self._pattern("drug", _WORDS)
        found["form"] = self._pattern("form", _ID)
        found["unit"] = self._choice("unit", UNITS)
        found["kind"] = kind = self._choice("kind", KINDS, self._kind())
        found["release"] = release = self._choice("release", RELEASES, self._release(kind))
        found["handling"] = self._choice("handling", _OF_KIND.get(kind, _SOLID))
        found["name"] = self._printable("name") or found["id"]
        found["brands"], found["names"] = self._names("brands"), self._names("names")
        found["file"] = self.text("file") or "the request"
        found["strengths"] = self._strengths(kind)
        found["seldom_stocked"] = self._seldom(found["strengths"])
        found["intervals_hours"] = hours = self._hours(kind)
        found["interval"] = max(hours, default=0)
        found["splittable"] = found["handling"] == "split-if-scored" and release != "er"
        found["max_units"] = self._most_units(kind)
        found["withdrawal"] = self._withdrawal(found["drug"], release)
        atypical = self.values.get("atypical_withdrawal", "atypical_withdrawal" in inherited)
        found["atypical_withdrawal"] = atypical is True
        self._optional(found, kind, inherited)
        found["sources"], found["judgements"] = self._sources(found)
        return None if self.problems else found

    # --- single fields -------------------------------------------------------------------------

    def _choice(self, key: str, options: tuple[str, ...], default: str = "") -> str:
        text = self.text(key, default) or default
        if text in options:
            return text
        message = f"{key} '{text}' is not known" if text else f"{key} is missing"
        self.problem(message, "one of " + ", ".join(options), text)
        return options[0]

    def _pattern(self, key: str, pattern: str) -> str:
        text = self._printable(key)
        if re.fullmatch(pattern, text):
            return text
        message = f"{key} '{text}' is not one" if text else f"{key} is missing"
        self.problem(message, "small letters, digits and hyphens", text)
        return text

    def _printable(self, key: str) -> str:
        text = self.text(key)
        if len(text) > _LONGEST or not text.isprintable():
            self.problem(f"{key} cannot be printed", f"at most {_LONGEST} printable characters")
        return text

    def _names(self, key: str) -> list[str]:
        names = self.many(key)
        if any(not name or len(name) > _LONGEST or not name.isprintable() for name in names):
            self.problem(f"{key} cannot be printed", f"at most {_LONGEST} printable characters")
        return names

    def _kind(self) -> str:
        """The kind by the unit, the concentration or the form; a tablet if none says it."""
        if self.text("unit") == "mcg/h":
            return "patch"
        if any(label.endswith("/mL") for label in self.many("strengths")):
            return "liquid"
        words = self.text("form").split("-")
        if not _LIQUIDS.isdisjoint(words):
            return "liquid"
        return next((kind for kind in KINDS if kind in words), "tablet")

    def _release(self, kind: str) -> str:
        if kind == "patch":
            return "patch"
        if self.text("drug") in _LONG_ACTING:
            return "long-acting"
        if kind == "liquid":
            return "ir"
        return next((r for word in self.text("form").split("-") if (r := _BY_FORM.get(word))), "")

    def _strengths(self, kind: str) -> list[str]:
        labels = self.many("strengths")
        pattern = _LABELS.get(kind, _SOLID_LABEL)
        amounts = []
        for label in labels:
            match = pattern.fullmatch(label)
            amount = thousandths(match[1]) if match else None
            if not amount:
                shown = {"liquid": '"5 mg/mL"', "patch": '"25"'}.get(kind, '"15", or "10/325"')
                self.problem(f"'{label}' is not a strength", f"such as {shown}", label)
            else:
                amounts.append(amount)
        if not labels:
            self.problem("strengths is missing", 'strengths = ["15", "30"]')
        elif amounts != sorted(set(amounts)):
            self.problem("the strengths are not in order", "the smallest first, each once")
        if len({"/" in label for label in labels if not label.endswith("/mL")}) > 1:
            self.problem("some strengths have a second ingredient, others not", "two products")
        return labels

    def _seldom(self, strengths: list[str]) -> list[str]:
        seldom = self.many("seldom_stocked")
        if seldom and not set(seldom) < set(strengths):
            self.problem("seldom_stocked is not a part of the strengths", "some of them, not all")
        return seldom

    def _hours(self, kind: str) -> list[int]:
        allowed = PATCH_INTERVALS if kind == "patch" else ORAL_INTERVALS
        given = self.values.get("intervals_hours", [])
        hours = given if isinstance(given, list) else [given]
        if not hours or any(type(each) is not int or each not in allowed for each in hours):
            listed = ", ".join(str(each) for each in sorted(allowed))
            self.problem("intervals_hours are not hours between doses", f"of {listed}", given)
            return []
        return sorted(set(hours))

    def _most_units(self, kind: str) -> int:
        units = self.values.get("max_units", _USUAL_UNITS.get(kind, _USUAL_UNITS["tablet"]))
        if kind == "liquid" or (type(units) is int and 1 <= units <= _MOST_UNITS):
            return 0 if kind == "liquid" else int(units)
        self.problem("max_units is not a number of units", f"1 to {_MOST_UNITS}", units)
        return 1

    def _withdrawal(self, drug: str, release: str) -> str:
        """By the release, or by the patch: when withdrawal shows after a reduction."""
        if release != "patch":
            return release
        if drug not in _PATCHES:
            self.problem(f"no timing of checks is known for a patch of {drug}", "no such patch")
        return _PATCHES.get(drug, "fentanyl-patch")

    def _optional(self, found: dict[str, Any], kind: str, inherited: Mapping[str, str]) -> None:
        for key in _OPTIONAL:
            text = self._printable(key) or inherited.get(key, "")
            if key == "measure_ml" and kind == "liquid":
                text = text or plain(whole("usual-measure"))
            if text:
                found[key] = text
        for key in ("measure_ml", "least_dose", "max_daily", "mme_factor"):
            text = found.get(key, "1")
            amount = thousandths(text) if re.fullmatch(_NUMBER, text) else None
            if not amount:
                self.problem(f"{key} '{found[key]}' is not an amount", "such as 2.5", found[key])
            elif key in found:
                found[key] = plain(amount)
        if not re.fullmatch(r"[1-9]\d{0,3}/[1-9]\d{0,3}", found.get("mme_basis", "1/1")):
            self.problem("mme_basis is not two numbers", "mg of salt to mg of base: 10/9")
        caps = self.values.get("max_units_daily", {})
        if caps and not self._are_caps(caps, found["strengths"]):
            self.problem("max_units_daily is not a number of units by strength", '{ "10/325" = 8 }')
        elif caps:
            found["max_units_daily"] = dict(caps)

    def _are_caps(self, caps: object, strengths: list[str]) -> bool:
        return isinstance(caps, dict) and all(
            label in strengths and type(number) is int and number > 0
            for label, number in caps.items()
        )

    def _sources(self, found: dict[str, Any]) -> tuple[dict[str, list[str]], dict[str, str]]:
        """Where the facts are from, and what was filled in."""
        given = self.values.get("sources", {})
        sources: dict[str, list[str]] = {}
        if isinstance(given, dict):
            for field, keys in given.items():
                texts = keys if isinstance(keys, list) else [keys]
                sources[str(field)] = [" ".join(str(text).split()) for text in texts]
        elif given:
            sources["product"] = [" ".join(str(text).split()) for text in self.many("sources")]
        text = self._printable("source") if "source" in self.values else ""
        if text:
            sources["product"] = [text]
        if not sources or not all(all(texts) and texts for texts in sources.values()):
            self.problem("source is missing", 'source = "Manufacturing record of the pharmacy"')
        judged = self.values.get("judgements", {})
        judgements = dict(judged) if isinstance(judged, dict) else {}
        for key in ("mme_factor", "least_dose", "schedule"):
            if key in found and key not in self.values:
                judgements[key] = _AS_BUILT_IN
        if not all(isinstance(why, str) and why.isprintable() for why in judgements.values()):
            self.problem("judgements are not texts", 'strengths = "why"')
        return sources, judgements
