"""The server: the tools of :mod:`taper.assistants.tools` in the Model Context Protocol.

It speaks over standard input and output alone, and opens no connection. What Python's own warnings
and the library's logs say goes to standard error, without the values of a call.
"""

from __future__ import annotations

import inspect
from functools import wraps
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from taper.assistants import tools
from taper.errors import InputError, Problem, TaperError
from taper.terminal.plan_fields import FIELDS
from taper.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

INSTRUCTIONS = """taper plans supervised, gradual opioid tapers for adults with pain that is not
from cancer, for clinicians who have made that decision with the patient. Decision support, not
medical advice: it never says that a taper should start, and a prescriber decides. It never converts
between opioids; MME is for risk context only. Give the doses, dates and findings in its own words,
with their sources. A refusal is an answer: pass it on with its reason, and do not look for a way
around it (an override needs the prescriber's own reason). Do not make up a value that was not
given: ask for it. Give no names of patients: none is needed."""
DESCRIPTIONS = {
    "plan": "Plan a taper from the current dose: dated steps that can be dispensed to the tablet, "
    "with findings and their sources. What a safety rule refuses is an error with the reason.",
    "check": "Check a schedule that a person wrote (CSV text, or JSON of a plan or FHIR): every "
    "fault, with its row, and what could not be assessed.",
    "explain": "What a finding means, why it matters, what to do, and its source.",
    "product": "What is known of a product, with a source for each fact: strengths, intervals, "
    "handling, codes, MME factor.",
    "compare": "Compare paces of one taper: length, steps, largest cut, stop date, units.",
}
REFUSED = 3  # the exit status
_REPEATED = ("reduce", "guideline", "finish_with")  # of compare: several of each


def library() -> Any:
    """The kept library of the protocol."""
    try:
        return import_module("mcp.server.mcpserver")
    except ImportError:
        hint = "pip install 'opioid-taper[mcp]', or '.[mcp]' in a checkout"
        raise InputError(Problem("mcp", "the library mcp is not installed", hint)) from None


def server() -> Any:
    """The server with its tools."""
    kept = library()
    from mcp.types import ToolAnnotations  # noqa: PLC0415 - only if it is installed

    made = _strict(kept.MCPServer)(
        "taper", instructions=INSTRUCTIONS, version=VERSION, log_level="CRITICAL"
    )
    hints = ToolAnnotations(
        read_only_hint=True, idempotent_hint=True, destructive_hint=False, open_world_hint=False
    )
    for function in (_with_fields(tools.plan), tools.check, tools.explain, tools.product):
        _add(made, function, hints)
    _add(made, _with_fields(tools.compare, repeated=_REPEATED), hints)
    return made


def _strict(base: Any) -> Any:
    """The kept server, in which a parameter that is not known is an error: it would be dropped."""
    from mcp.server.mcpserver.exceptions import ToolError  # noqa: PLC0415 - as above

    class Strict(base):  # type: ignore[misc]
        async def call_tool(self, name: str, arguments: dict[str, Any], context: Any = None) -> Any:
            by_name = {each.name: each for each in await self.list_tools()}
            if name in by_name:
                known = list(by_name[name].input_schema["properties"])
                lines = [_unknown(each, known) for each in arguments if each not in known]
                if lines:
                    raise ToolError("\n".join(lines))
            return await super().call_tool(name, arguments, context)

    return Strict


def _unknown(name: str, known: list[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - on a misspelled name only

    close = get_close_matches(name, known, n=1)
    hint = f"perhaps {close[0]}" if close else "the fields are " + ", ".join(known)
    return f"error: {Problem(name, 'there is no such field', hint)}"


def _add(made: Any, function: Callable[..., dict[str, Any]], hints: Any) -> None:
    """Add a tool; what it raises is told in the words of the command line."""
    from mcp.server.mcpserver.exceptions import ToolError  # noqa: PLC0415 - as above

    @wraps(function)
    def tool(**values: Any) -> dict[str, Any]:
        try:
            return function(**values)
        except TaperError as error:
            kind = "refused" if error.exit_status == REFUSED else "error"
            lines = [f"{kind}: {problem}" for problem in error.problems]
            raise ToolError("\n".join(lines)) from None

    signature = inspect.signature(function, eval_str=True)
    vars(tool)["__signature__"] = signature
    tool.__annotations__ = {
        name: parameter.annotation for name, parameter in signature.parameters.items()
    } | {"return": dict[str, Any]}
    made.add_tool(
        tool,
        name=function.__name__,
        description=DESCRIPTIONS[function.__name__],
        annotations=hints,
        structured_output=True,
    )


def _with_fields(
    function: Callable[..., dict[str, Any]], repeated: tuple[str, ...] = ()
) -> Callable[..., dict[str, Any]]:
    """The tool with the fields of a request as parameters, each with the help of its option."""
    own = [
        each
        for each in inspect.signature(function, eval_str=True).parameters.values()
        if each.kind is each.KEYWORD_ONLY
    ]
    words = {"product": "Id, brand, name or code.", "dose": "What is taken now: 90 mg q8h."}
    fields = {name: (each.help, each.is_many) for name, each in FIELDS.items()}
    fields = {name: (text, False) for name, text in words.items()} | fields
    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                list[str] | None if many or name in repeated else str | int | None,
                Field(description=text),
            ],
        )
        for name, (text, many) in fields.items()
        if name not in tools.FILES
    ]

    @wraps(function)
    def called(**values: Any) -> dict[str, Any]:
        return function(**{name: value for name, value in values.items() if value is not None})

    vars(called)["__signature__"] = inspect.Signature(
        [*parameters, *own], return_annotation=dict[str, Any]
    )
    return called
