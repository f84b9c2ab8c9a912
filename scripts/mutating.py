"""Small faults, one at a time, in a module of the package: what the tests ought to notice.

The faults are those of mutmut (another operator, number, string, argument or assignment), and
three of ours: a condition turned round, a default left out of a chain of ``or``, and a word put
before the text of an f-string. Types, docstrings, imports and assertions are left as they are.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst
from libcst import matchers
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider
from mutmut.mutation.mutators import mutation_operators

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_OUTER = "(module)"
_LEFT_AS_THEY_ARE = (
    cst.Annotation,
    cst.Assert,
    cst.Import,
    cst.ImportFrom,
    cst.Decorator,  # how much is remembered, and what makes a record: no dose depends on it
)


_STRICT = re.compile(r",\s*(?:strict=\w+)?\s*\)")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: where it stands, what it changes, and the module's source with it."""

    module: str
    function: str  # by its qualified name, ``(module)`` outside of functions
    change: str  # the lines before and after
    lines: tuple[int, int]  # of the statement, first and last
    names: tuple[str, ...]  # what the statement sets, where it stands outside of functions
    source: str = field(repr=False)  # of the module
    edit: tuple[int, int, str]  # from where to where in it stands what instead
    scope: str = field(repr=False)  # the function, or the statement, that it stands in

    @property
    def key(self) -> str:
        """By which it is known, wherever its line stands."""
        return f"{self.module} | {self.function} | {self.change}"

    @property
    def mutated(self) -> str:
        """The module's source with the fault."""
        start, end, text = self.edit
        return self.source[:start] + text + self.source[end:]

    @property
    def in_function(self) -> bool:
        """Whether only the body of a function differs."""
        return self.function != _OUTER


def _turned_round(node: cst.If | cst.IfExp | cst.While) -> Iterable[cst.CSTNode]:
    """The condition the other way round, where no operator in it is changed to the same effect."""
    if not isinstance(node.test, (cst.Comparison, cst.UnaryOperation)):
        test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        yield node.with_changes(test=cst.UnaryOperation(cst.Not(), test))


def _other_words(node: cst.FormattedStringText) -> Iterable[cst.CSTNode]:
    yield node.with_changes(value=f"XX{node.value}")


_OPERATORS = (
    *mutation_operators,
    (cst.If, _turned_round),
    (cst.While, _turned_round),
    (cst.IfExp, _turned_round),
    (cst.FormattedStringText, _other_words),
)


def mutants(path: Path) -> Iterator[Mutant]:
    """Every fault of a module, in the order of its lines."""
    source = path.read_text(encoding="utf-8")
    wrapper = MetadataWrapper(cst.parse_module(source))
    module = wrapper.module
    parents = wrapper.resolve(ParentNodeProvider)
    places = wrapper.resolve(PositionProvider)
    parts = [module.code_for_node(statement) for statement in module.body]
    head = source[: len(source) - len("".join(parts))] if parts else source
    assert head + "".join(parts) == source, path
    known: dict[str, int] = {}
    start = len(head)
    scopes: dict[cst.CSTNode | None, str] = {}
    for statement, part in zip(module.body, parts, strict=True):
        scopes[None] = part
        for node in _nodes(statement):
            outermost = _outermost(node, parents)
            if outermost not in scopes:
                scopes[outermost] = module.code_for_node(outermost)
            for new in _faults(module, statement, node):
                if _bare(new) == _bare(part) or not _is_code(new):
                    continue
                edit = _edit(start, part, new)
                change = _change(source, edit)
                function = _function_of(node, parents)
                known[function, change] = count = known.get((function, change), 0) + 1
                if count > 1:
                    change += f" (no. {count})"
                lines = _lines(node, parents, places)
                names = _sets(node, parents)
                scope = scopes[outermost]
                yield Mutant(path.stem, function, change, lines, names, source, edit, scope)
        start += len(part)


def _faults(module: cst.Module, statement: cst.CSTNode, node: cst.CSTNode) -> Iterator[str]:
    """The statement's code with each fault of a node in it."""
    for kind, operator in _OPERATORS:
        if isinstance(node, kind):
            for other in operator(node):
                new = other if node is statement else statement.deep_replace(node, other)
                assert isinstance(new, cst.CSTNode)
                yield module.code_for_node(new)


def _bare(part: str) -> str:
    """Without the ``strict`` of a zip, which asserts: nothing else is changed by it."""
    return _STRICT.sub(")", part)


def _is_code(part: str) -> bool:
    try:
        ast.parse(part)
    except SyntaxError:
        return False
    return True


def _edit(start: int, old: str, new: str) -> tuple[int, int, str]:
    """The least part that differs."""
    first = _alike(old, new)
    same = _alike(old[first:][::-1], new[first:][::-1])
    return start + first, start + len(old) - same, new[first : len(new) - same]


def _nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes below one that may be changed."""
    if isinstance(node, _LEFT_AS_THEY_ARE) or _is_for_types(node):
        return
    yield node
    for child in node.children:
        yield from _nodes(child)


def _is_for_types(node: cst.CSTNode) -> bool:
    return (
        isinstance(node, cst.If)
        and isinstance(node.test, cst.Name)
        and (node.test.value == "TYPE_CHECKING")
    )


def _outermost(node: cst.CSTNode, parents: object) -> cst.CSTNode | None:
    """The outermost function whose body a node stands in."""
    found, below = None, node
    while below in parents:
        above = parents[below]
        if isinstance(above, cst.FunctionDef) and below is above.body:
            found = above
        below = above
    return found


def _function_of(node: cst.CSTNode, parents: object) -> str:
    """The name of the outermost function whose body a node stands in."""
    found, names = "", []
    below = node
    while below in parents:
        above = parents[below]
        if isinstance(above, cst.FunctionDef):
            if below is above.body:
                found, names = above.name.value, []
        elif isinstance(above, cst.ClassDef):
            names.append(above.name.value)
        below = above
    return ".".join([*reversed(names), found]) if found else _OUTER


def _lines(node: cst.CSTNode, parents: object, places: object) -> tuple[int, int]:
    """The lines of the statement that a node stands in (of a compound one, its head)."""
    below = node
    while not isinstance(below, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
        below = parents[below]
    first, last = places[below].start.line, places[below].end.line
    body = getattr(below, "body", None)
    if isinstance(below, cst.BaseCompoundStatement) and isinstance(body, cst.BaseSuite):
        last = max(first, places[body].start.line - 1)
    return first, last


def _alike(one: str, other: str) -> int:
    """How many characters at their beginning are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _sets(node: cst.CSTNode, parents: object) -> tuple[str, ...]:
    """The names that the statement of a node sets; of what a class has or a function takes too."""
    below = node
    while below in parents:
        if isinstance(below, cst.Assign):
            return tuple(
                name.value
                for target in below.targets
                for name in matchers.findall(target, matchers.Name())
            )
        if isinstance(below, cst.AnnAssign):
            return tuple(name.value for name in matchers.findall(below.target, matchers.Name()))
        if isinstance(below, (cst.FunctionDef, cst.ClassDef)):
            return (below.name.value,)
        below = parents[below]
    return ()


def _change(source: str, edit: tuple[int, int, str]) -> str:
    """The lines that differ, before and after."""
    start, end, text = edit
    first = source.rfind("\n", 0, start) + 1
    last = source.find("\n", end)
    before = source[first:last]
    after = source[first:start] + text + source[end:last]
    return f"{_joined(before)} → {_joined(after)}"


def _joined(lines: str) -> str:
    return " ".join(line.strip() for line in lines.splitlines())
