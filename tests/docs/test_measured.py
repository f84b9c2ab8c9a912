"""What the scripts that measure and build look at, they find."""

from __future__ import annotations

import zipfile

import coverage_page
import dist
import pytest

INFO = {
    "licenses/LICENSE": (dist.ROOT / "LICENSE").read_bytes(),
    "entry_points.txt": b"[console_scripts]\ntaper = taper.__main__:main\n",
    "METADATA": b"Name: opioid-taper\nLicense-Expression: Apache-2.0\n",
}


def wheel_of(folder, files):
    path = folder / "opioid_taper-0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def whole():
    return dist.package() | {f"opioid_taper-0.dist-info/{name}": INFO[name] for name in INFO}


def test_a_wheel_of_the_package_is_as_it_should_be(tmp_path):
    held = dist.look_at_wheel(wheel_of(tmp_path, whole()))
    assert held == set(whole())
    assert {"taper/py.typed", "taper/cli.py", "taper/data/us.toml"} <= held


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda files: files.pop("taper/py.typed"), "differs from the package"),
        (lambda files: files.pop("taper/data/languages/es.toml"), "differs from the package"),
        (lambda files: files.update({"tests/test_a.py": b""}), "differs from the package"),
        (lambda files: files.update({"taper/version.py": b""}), "differs from the package"),
        (lambda files: files.pop("opioid_taper-0.dist-info/licenses/LICENSE"), "no LICENSE"),
        (lambda files: files.pop("opioid_taper-0.dist-info/entry_points.txt"), "no command"),
    ],
)
def test_a_wheel_that_is_not_is_noticed(tmp_path, change, says):
    files = whole()
    change(files)
    with pytest.raises(dist.Faulty, match=says):
        dist.look_at_wheel(wheel_of(tmp_path, files))


def test_a_python_that_is_not_here_is_none():
    assert dist.interpreter("python9.99") is None
    assert dist.interpreter(dist.sys.executable) == dist.sys.executable


def _measured(lines, lines_run, branches, branches_run, missing):
    summary = {
        "num_statements": lines,
        "covered_lines": lines_run,
        "num_branches": branches,
        "covered_branches": branches_run,
    }
    return {"summary": summary, "missing_lines": missing}


def test_coverage_is_added_up_by_area_and_never_rounded_up():
    files = {
        "taper/curve.py": _measured(1000, 999, 0, 0, [7]),
        "taper/batch/run.py": _measured(10, 10, 10, 5, []),
        "taper/reading/dates.py": _measured(3, 3, 0, 0, []),
    }
    totals = _measured(1013, 1012, 10, 5, [])["summary"]
    page = coverage_page.page({"files": files, "totals": totals}, "3,000", "95")
    assert "**99.4% of 1,023 lines and branches**, by 3,000 tests" in page
    assert "fails under 95%" in page
    assert f"| {coverage_page.ENGINE} | 1,000 | 0 | 99.9% |" in page
    assert "| Batch | 10 | 10 | 75.0% |" in page
    assert "| Reading of requests | 3 | 0 | 100.0% |" in page
    assert page.endswith("|---|---:|---|\n| `taper/curve.py` | 99.9% | 7 |\n")


def test_every_area_names_modules_that_there_are():
    known = {path.stem for path in (dist.ROOT / "taper").iterdir()}
    for modules in coverage_page.AREAS.values():
        assert set(modules.split()) <= known
