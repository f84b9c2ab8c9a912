"""The house: modules import only downwards, and the core stays free of the outside world."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "taper"
# from the ground up; a module may import from its own floor and the floors below
FLOORS = [
    {"errors", "version"},
    {"quantities", "holiday"},
    {"prescription", "product", "formulary", "curve"},
    {"guidelines", "units", "sig"},
    {"regimen"},
    {"request"},
    {"reading"},
    {"choice"},
    {"steps"},
    {"rows", "strengths"},
    {"schedule"},
    {"catalogue", "standing", "checks", "supply", "why", "equivalents", "remedies"},
    {"pace", "document"},
    {"findings"},
    {"planning"},
    {"integrity"},
    {"schema", "saved", "notebook", "api"},
]
CORE = {name for floor in FLOORS[:15] for name in floor}
HEAVY = {"pydantic", "rich", "typer", "icalendar", "fhir", "jinja2", "typst", "xlsxwriter"}


def _floor(name: str) -> int | None:
    return next((place for place, floor in enumerate(FLOORS) if name in floor), None)


def _imports(path: Path) -> set[str]:
    """Modules that are imported when the file is loaded (not for types only, not in functions)."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def _files(name: str) -> list[Path]:
    single = PACKAGE / f"{name}.py"
    return [single] if single.exists() else sorted((PACKAGE / name).glob("*.py"))


@pytest.mark.parametrize("name", sorted(name for floor in FLOORS for name in floor))
def test_imports_go_downwards(name):
    for path in _files(name):
        for module in _imports(path):
            if not module.startswith("taper."):
                continue
            other = module.split(".")[1]
            floor = _floor(other)
            assert floor is not None, f"{path.name} imports taper.{other}, which has no floor"
            assert floor <= _floor(name), f"{path.name} imports upwards: taper.{other}"


def test_every_module_of_the_core_has_a_floor():
    rooms = {"cli", "commands", "export", "batch", "data", "show", "chart", "files", "asking"}
    rooms |= {"grid", "revise", "lint", "compare", "agenda", "cows", "languages", "config", "demo"}
    rooms |= {"streams", "grid"}
    modules = {path.stem for path in PACKAGE.glob("*.py")} | {
        path.name for path in PACKAGE.iterdir() if path.is_dir()
    }
    known = {name for floor in FLOORS for name in floor} | rooms
    assert {name for name in modules if not name.startswith("__")} <= known


def test_planning_loads_nothing_heavy():
    code = (
        "import sys; from taper import plan; p = plan('morphine-er', '90 mg q8h',"
        " start='2026-12-07'); p.findings; p.supply; p.checks;"
        f" print(sorted(set(m.partition('.')[0] for m in sys.modules) & {HEAVY!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", sorted(CORE))
def test_the_core_names_no_clock_and_no_binary_fraction(name):
    for path in _files(name):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        names = {func.id for func in calls if isinstance(func, ast.Name)}
        attributes = {func.attr for func in calls if isinstance(func, ast.Attribute)}
        assert "float" not in names, path.name
        assert not attributes & {"today", "now", "time"}, path.name
        floats = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, float)
        ]
        # `cutoff=0.5` of a look-alike search is the one binary fraction that touches no dose
        assert set(floats) <= {0.4, 0.5}, path.name
