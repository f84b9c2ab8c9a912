"""Build the wheel and the source distribution, and try both in empty environments.

Run: python scripts/dist.py [--into FOLDER] [PYTHON...]

PYTHON is an interpreter to try them on (``python3.12``, a path); this one without any. One that
is not there is named and passed over. What is looked at: that the wheel holds all of the package
and nothing else, with ``py.typed`` and the licence; that the source distribution holds what is
needed to test; and that each of them, installed where nothing else is, plans, writes every format
and shows the demonstration.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PLAN = ["plan", "morphine-er", "60 mg q12h", "--start", "2026-12-07", "--on-opioids-for", "8w"]
MUST_BE_IN_WHEEL = (
    "py.typed",
    "data/us.toml",
    "data/uk.toml",
    "data/ca.toml",
    "data/languages/en.toml",
    "data/languages/es.toml",
)
MUST_BE_IN_SDIST = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "mkdocs.yml")
FOLDERS_OF_SDIST = ("taper", "tests", "docs", "examples", "benchmarks", "scripts", "fuzz")


class Faulty(Exception):
    """A distribution is not as it should be."""


def must(holds: object, what: str) -> None:
    """Stop with what is wrong."""
    if not holds:
        raise Faulty(what)


def ran(*words: str | Path, cwd: str | Path | None = None) -> str:
    """What a command prints; it must not fail, and must not see this environment."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    clean |= {"TAPER_CONFIG": "", "TAPER_MARKET": "", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(  # noqa: S603 - our own commands
        [str(word) for word in words],
        cwd=cwd,
        env=clean,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    shown = " ".join(str(word) for word in words)
    must(done.returncode == 0, f"`{shown}` gave {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


# --- what is built ------------------------------------------------------------------------------


def built(folder: Path) -> tuple[Path, Path]:
    """The wheel and the source distribution; the wheel is built from the source distribution."""
    tools = environment(folder / "tools", sys.executable)
    ran(tools / "pip", "install", "--quiet", "build")
    ran(tools / "python", "-m", "build", "--outdir", folder / "dist", ROOT, cwd=folder)
    (wheel,), (sdist,) = (folder / "dist").glob("*.whl"), (folder / "dist").glob("*.tar.gz")
    return wheel, sdist


def package() -> dict[str, bytes]:
    """Every file of the package as it stands here."""
    paths = (path for path in (ROOT / "taper").rglob("*") if path.is_file())
    return {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in paths
        if "__pycache__" not in path.parts
    }


def look_at_wheel(wheel: Path) -> set[str]:
    """The package, its data and its metadata; nothing of the tests, nothing of the documents.

    Gives the names of what it holds; raises where it is not as it should be.
    """
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    own = {name: text for name, text in held.items() if ".dist-info/" not in name}
    here = package()
    must(own == here, f"the wheel differs from the package: {sorted(set(own) ^ set(here))}")
    for name in MUST_BE_IN_WHEEL:
        must(f"taper/{name}" in own, f"the wheel lacks {name}")
    about = {name.split(".dist-info/")[1]: text for name, text in held.items() if name not in own}
    must(about.get("licenses/LICENSE") == (ROOT / "LICENSE").read_bytes(), "the wheel: no LICENSE")
    must(b"taper = taper.__main__:main" in about.get("entry_points.txt", b""), "no command")
    must(b"License-Expression: Apache-2.0" in about["METADATA"], "the metadata name no licence")
    return set(held)


def look_at_sdist(sdist: Path) -> None:
    """The package and what tests it, and nothing that was only lying about."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for name in (*MUST_BE_IN_SDIST, *package()):
        must(name in names, f"the source distribution lacks {name}")
    for folder in FOLDERS_OF_SDIST:
        must(any(name.startswith(f"{folder}/") for name in names), f"no {folder} in it")
    astray = [name for name in names if "__pycache__" in name or name.startswith("build/")]
    must(not astray, f"the source distribution holds {astray}")


# --- where it is tried --------------------------------------------------------------------------


def environment(folder: Path, python: str) -> Path:
    """An empty environment; where its programs are."""
    ran(python, "-m", "venv", folder)
    return folder / ("Scripts" if os.name == "nt" else "bin")


def tried(distribution: Path, python: str, folder: Path) -> None:
    """Install it where nothing else is, and use it."""
    home = folder / "home"
    home.mkdir(parents=True)
    programs = environment(folder / "venv", python)
    ran(programs / "python", "-m", "pip", "install", "--quiet", distribution, cwd=home)
    where = ran(programs / "python", "-c", "import taper; print(taper.__file__)", cwd=home)
    must(str(folder / "venv") in where, f"{where} is not what was installed")
    taper = programs / "taper"
    must(ran(taper, "--version", cwd=home).startswith("taper "), "no version")
    must("60 mg q12h" in ran(taper, *PLAN, cwd=home), "no plan")
    suffixes = ran(
        programs / "python", "-c", "from taper.export import FORMATS; print(*FORMATS)", cwd=home
    ).split()
    files = [word for suffix in suffixes for word in ("-o", f"plan{suffix}")]
    ran(taper, *PLAN, *files, "--language", "es", cwd=home)
    for suffix in suffixes:
        must((home / f"plan{suffix}").stat().st_size, f"plan{suffix} is empty")
    demo = ran(taper, "demo", cwd=home)
    must("$ taper plan" in demo and "$ taper batch" in demo, "no demonstration")


def interpreter(name: str) -> str | None:
    """An interpreter by its name or path, also one that pyenv keeps; None where there is none."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    number = name.removeprefix("python")
    same = versions.glob(f"{number}.*") if Path(number).name == number else ()
    kept = [str(path / "bin" / "python") for path in sorted(same)]
    for found in [shutil.which(name), *reversed(kept)]:
        if found is None:
            continue
        done = subprocess.run([found, "-c", ""], capture_output=True, check=False)  # noqa: S603
        if done.returncode == 0:  # a shim of pyenv may stand for nothing
            return found
    return None


def main() -> int:
    """Build, look, and try on every interpreter."""
    parser = argparse.ArgumentParser(description="Build the distributions and try them.")
    parser.add_argument("--into", type=Path, help="keep what is built in this folder")
    parser.add_argument("pythons", nargs="*", default=[sys.executable], metavar="PYTHON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="taper-dist-") as name:
        folder = Path(name).resolve()
        wheel, sdist = built(folder)
        look_at_wheel(wheel)
        look_at_sdist(sdist)
        print(f"{wheel.name} and {sdist.name} hold what they should")
        tries = 0
        for python in given.pythons:
            found = interpreter(python)
            if found is None:
                print(f"{python}: not here, not tried")
                continue
            for kind in (wheel, sdist):
                tried(kind, found, folder / f"{tries}")
                tries += 1
                print(f"{python}: {kind.name} installs and works")
        must(tries, "there was no interpreter to try them on")
        if given.into:
            shutil.copytree(folder / "dist", given.into, dirs_exist_ok=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Faulty as fault:
        sys.exit(f"error: {fault}")
