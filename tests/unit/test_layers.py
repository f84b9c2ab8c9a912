"""Which package may import which: import-linter says (`pyproject.toml`); here is what it cannot."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "taper"
CORE = (
    "data",
    "engine",
    "errors.py",
    "formulary",
    "quantities.py",
    "regimen",
    "request",
    "safety",
    "schedule.py",
    "supply.py",
)
HEAVY = {"pydantic", "rich", "typer", "icalendar", "fhir", "jinja2", "typst", "xlsxwriter"}
FILES = sorted(
    path
    for name in CORE
    for path in ([PACKAGE / name] if name.endswith(".py") else (PACKAGE / name).rglob("*.py"))
)


def test_imports_go_down_without_circles():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-cache"], cwd=PACKAGE.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_planning_loads_nothing_heavy():
    code = (
        "import sys; from taper import plan; p = plan('morphine-er', '90 mg q8h',"
        " start='2026-12-07'); p.findings; p.supply; p.checks;"
        f" print(sorted(set(m.partition('.')[0] for m in sys.modules) & {HEAVY!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_core_names_no_clock_and_no_binary_fraction(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {func.id for func in calls if isinstance(func, ast.Name)}
    attributes = {func.attr for func in calls if isinstance(func, ast.Attribute)}
    assert "float" not in names
    assert not attributes & {"today", "now", "time"}
    floats = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    }
    # the `cutoff` of a look-alike search is the one binary fraction that touches no dose
    assert floats <= {0.4, 0.5}
