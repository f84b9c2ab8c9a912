"""The medicine of a FHIR order: its codes and names, and the product that they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taper.errors import InputError, Problem
from taper.formulary.names import is_opioid

if TYPE_CHECKING:
    from taper.formulary.market import Formulary
    from taper.formulary.names import Named

# The systems of codes that a product is found by, and the prefix of its codes.
_SYSTEMS = {
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxcui",
    "urn:oid:2.16.840.1.113883.6.88": "rxcui",
    "http://hl7.org/fhir/sid/ndc": "ndc",
    "urn:oid:2.16.840.1.113883.6.69": "ndc",
    "https://dmd.nhs.uk": "dmd",
    "http://snomed.info/sct": "dmd",
}


def dicts(values: Any) -> list[dict[str, Any]]:
    """The objects of a list, or the one object that stands without its list."""
    if isinstance(values, dict):
        return [values]
    return [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []


def concept_of(resource: dict[str, Any], known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What the medicine is called: inline, contained, or referenced in the file."""
    inline = resource.get("medicationCodeableConcept")
    if isinstance(inline, dict):
        return inline
    reference = resource.get("medicationReference")
    if not isinstance(reference, dict):
        return {}
    address = str(reference.get("reference", ""))
    contained = {f"#{one.get('id')}": one for one in dicts(resource.get("contained"))}
    medication = contained.get(address) or known.get(address)
    if medication is None:  # an address of a server ends with the type and the id
        medication = known.get("/".join(address.split("/")[-2:]), {})
    code = medication.get("code")
    return code if isinstance(code, dict) else {"text": str(reference.get("display") or "")}


def names_of(concept: dict[str, Any]) -> list[str]:
    """The codes of a medicine, then its names."""
    codings = dicts(concept.get("coding"))
    codes = [
        f"{_SYSTEMS[system]}:{coding['code']}"
        for coding in codings
        if (system := str(coding.get("system", ""))) in _SYSTEMS and coding.get("code")
    ]
    names = [coding.get("display") for coding in codings] + [concept.get("text")]
    return [*codes, *dict.fromkeys(" ".join(str(name).split()) for name in names if name)]


def product_of(names: list[str], shown: str, market: Formulary) -> str | None:
    """The first code or name that is a product; None if the medicine is no opioid.

    Raises :class:`~taper.InputError` if an opioid is named that is no one product, or if its
    codes and names are different products.
    """
    found: list[tuple[str, Named]] = []
    errors = []
    for name in names:
        try:
            found.append((name, market.identify(name)))
        except InputError as error:
            errors.append(error)
    if found:
        ids = dict.fromkeys(named.product.id for _, named in found)
        labels = dict.fromkeys(named.strength for _, named in found if named.strength)
        if len(ids) == 1 and len(labels) > 1 and _lists_strengths(names, found):
            return found[0][1].product.id
        if len(ids) > 1 or len(labels) > 1:
            different = " and ".join(ids if len(ids) > 1 else labels)
            message = f"its codes and names are different products: {different}"
            raise InputError(Problem("product", message, "the medicine as it is taken", shown))
        return next((name for name, named in found if named.strength), found[0][0])
    if any(is_opioid(market, name) for name in names):
        problem = errors[-1].problems[0]
        raise InputError(Problem("product", problem.message, problem.hint, shown))
    return None


def _lists_strengths(names: list[str], found: list[tuple[str, Named]]) -> bool:
    """Whether codes of one system list the strengths in use, and no name says another thing.

    So is a plan written that takes several strengths of a product (contract 11e).
    """
    coded = [name for name, named in found if named.strength]
    systems = {name.partition(":")[0] for name in coded}
    return names[: len(coded)] == coded and len(systems) == 1 and systems <= {*_SYSTEMS.values()}


def why_none(names: list[str], resource: dict[str, Any]) -> str:
    """Why a medicine is passed over that is no opioid, as far as its names tell."""
    if not names:
        reference = resource.get("medicationReference")
        if isinstance(reference, dict) and reference.get("reference"):
            return f"its medicine ({reference['reference']}) is not in the file"
        return "its medicine has neither a name nor a code of RxNorm, NDC or dm+d"
    return "no opioid"
