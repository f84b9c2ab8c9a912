"""A plan read back from its document: nothing that follows from something else is believed.

What this version made is made again, from its request and its changes, and every value of the
document is compared. Of a plan of another version the rows stand, and what follows from them is
worked out again (contract 6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from taper.course.revise import replay
from taper.errors import InputError, Problem, TaperError
from taper.planning.consistent_records import with_records
from taper.planning.document import SCHEMA
from taper.planning.document_reader import WRITTEN_BY, parsed
from taper.planning.make import made_with, make_plan
from taper.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from taper.planning.plan import Plan
    from taper.request.model import Request

SCHEMAS = ("taper-plan/1", SCHEMA)
MOST_REVISIONS = 400  # each is made again; a change a day for a year
_UNCHANGED = "a plan as taper wrote it; `taper check` judges one that was changed by hand"
_LONGEST = 60  # characters of a value that are shown


class Saved(NamedTuple):
    """A plan, and what is to be known of how it was read; nothing if it is as it was saved."""

    plan: Plan
    said: str


def parse_plan(text: str) -> Plan:
    """The plan of a JSON text."""
    return read_saved(text).plan


def read_saved(text: str, name: str = "") -> Saved:
    """The plan of a JSON text, and what to say of it; ``name`` is that of the file.

    Raises :class:`~taper.InputError` if it is none, or names the first thing that does not fit.
    """
    document = parsed(text, name)
    if not isinstance(document, dict):
        raise InputError(Problem(name, "not a plan", WRITTEN_BY))
    return saved_from(document, name)


def saved_from(document: Mapping[str, Any], name: str = "") -> Saved:
    """The plan of a document, as it was saved."""
    schema = document.get("schema")
    if schema not in SCHEMAS:
        message = f"{_shown(schema)} is not {SCHEMA}"
        raise InputError(Problem("schema", message, WRITTEN_BY))
    request = _request(document)
    if schema == SCHEMA and document.get("made_with") == made_with(request.formulary):
        return Saved(_made_again(document, request), "")
    from taper.planning.saved import rows_stand  # noqa: PLC0415 - loads pydantic

    plan = rows_stand(document, request)
    made = f"taper {plan.made_with['taper']} with formulary {plan.made_with['formulary']}"
    said = (
        f"{name or plan.id} was made by {made}: its rows stand as they are; directions, checks, "
        "supply and findings are worked out again by this version"
    )
    return Saved(plan, said)


def _request(document: Mapping[str, Any]) -> Request:
    given = document.get("request")
    if not isinstance(given, dict):
        raise InputError(Problem("request", "the request of the plan is missing", _UNCHANGED))
    try:
        return read(given)
    except InputError as error:
        raise InputError(_at(problem, "request") for problem in error.problems) from None


def _made_again(document: Mapping[str, Any], request: Request) -> Plan:
    """The plan of a request and its changes; it is the one in the document, or that is refused."""
    plan = make_plan(request)
    revisions = document.get("revisions")
    if revisions:
        from taper.planning.schema import valid_revisions  # noqa: PLC0415 - loads pydantic

        plan = _changed(plan, valid_revisions(revisions))
    plan = with_records(plan, document.get("records"))
    made = plan.to_dict()
    made["id"] = made.pop("id")  # the last: it is made of the request, and explains the least
    fault = next(differences(document, made), None)
    if fault is not None:
        raise InputError(fault)
    return plan


def _changed(plan: Plan, revisions: list[dict[str, Any]]) -> Plan:
    if len(revisions) > MOST_REVISIONS:
        message = f"{len(revisions):,} changes are more than a plan can have"
        raise InputError(Problem("revisions", message, f"at most {MOST_REVISIONS}"))
    for place, revision in enumerate(revisions):
        try:
            plan = replay(plan, [revision])
        except TaperError as error:
            where = f"revisions.{place}"
            raise type(error)(_at(problem, where) for problem in error.problems) from None
    return plan


def _at(problem: Problem, where: str) -> Problem:
    """A problem of a part of the document, with its place."""
    field = f"{where}.{problem.field}" if problem.field else where
    return Problem(field, problem.message, problem.hint, problem.value, id=problem.id)


def differences(given: Any, made: Any, where: str = "") -> Iterator[Problem]:
    """The values of a document that are not those made again, by type too, in their order."""
    if isinstance(made, dict) and isinstance(given, dict):
        for name, value in made.items():
            within = _within(where, name)
            if name in given:
                yield from differences(given[name], value, within)
            else:
                yield Problem(within, "is missing", _UNCHANGED)
        for name in given:
            if name not in made:
                yield Problem(_within(where, name), "is not part of a plan", _UNCHANGED)
        return
    both = isinstance(made, list) and isinstance(given, list)
    if both:
        for place, (one, other) in enumerate(zip(given, made, strict=False)):
            yield from differences(one, other, _within(where, str(place)))
    if (len(given) != len(made)) if both else (type(given) is not type(made) or given != made):
        message = f"the file has {_shown(given)}, the plan made again {_shown(made)}"
        yield Problem(where, message, _UNCHANGED)


def _within(where: str, name: str) -> str:
    name = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..."
    return f"{where}.{name}" if where else name


def _shown(value: Any) -> str:
    """A value in a few words."""
    if isinstance(value, list):
        return f"{len(value)} entries" if len(value) != 1 else "1 entry"
    if isinstance(value, dict):
        return "an object"
    text = "none" if value is None else str(value)
    return f"'{text[:_LONGEST]}...'" if len(text) > _LONGEST else f"'{text}'"
