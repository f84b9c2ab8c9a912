"""How long files and functions are: ``python scripts/measure.py [FOLDER ...]``.

A function counts from its ``def`` to its last line, with its docstring, without its decorators.
The parameters of a command are a table of its options: they do not count.
"""

import ast
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
MEDIAN, FILE, FUNCTION = 9, 400, 50  # at most so many lines


@dataclass(frozen=True, slots=True)
class Measure:
    """The lines of files and of functions, by name."""

    files: dict[str, int]
    functions: dict[str, int]

    @property
    def median(self) -> float:
        """Half of the functions are as long or shorter."""
        return statistics.median(self.functions.values())

    @property
    def long_files(self) -> dict[str, int]:
        """The files that should become two."""
        return {name: lines for name, lines in self.files.items() if lines > FILE}

    @property
    def long_functions(self) -> dict[str, int]:
        """The functions that should become two."""
        return {name: lines for name, lines in self.functions.items() if lines > FUNCTION}


def measure(*folders: str) -> Measure:
    """Measure every Python file of some folders."""
    files, functions = {}, {}
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
            files[name] = len(text.splitlines())
            functions |= {f"{name}:{where}": lines for where, lines in _functions(text)}
    return Measure(files, functions)


def _functions(text: str) -> Iterator[tuple[str, int]]:
    """Each function of a source, methods and inner ones too: line and name, and length."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0].lineno - 1 if _is_command(node) else node.lineno
            yield f"{node.lineno} {node.name}", (node.end_lineno or 0) - first + 1


def _is_command(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the parameters of a function are options or arguments of a command."""
    parameters = ast.unparse(node.args)
    return "typer.Option(" in parameters or "typer.Argument(" in parameters


def main(*folders: str) -> None:
    """Print the median, and the files and functions that are too long."""
    for folder in folders or ("taper", "verify", "scripts", "benchmarks"):
        found = measure(folder)
        print(
            f"{folder}: {len(found.files)} files, {sum(found.files.values()):,} lines, "
            f"{len(found.functions):,} functions, median {found.median:g} lines"
        )
        for name, lines in (found.long_files | found.long_functions).items():
            print(f"  {name}: {lines} lines")


if __name__ == "__main__":
    main(*sys.argv[1:])
