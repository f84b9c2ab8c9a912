"""The tests on every Python, at both ends of the dependency ranges; and what is distributed.

``nox -l`` lists the sessions. A Python that is not on the PATH is reported and skipped; of pyenv,
those that it makes active are found (``PYENV_VERSION=3.11.7:3.12.1:3.13.0 nox``).
"""

import shutil
from pathlib import Path

import nox
from nox.project import dependency_groups, load_toml
from packaging.requirements import Requirement

ROOT = Path(__file__).parent
PROJECT = load_toml("pyproject.toml")
PYTHONS = ("3.11", "3.12", "3.13")
# The laws over random requests and the interrupted batches take minutes and no syntax of their own.
LAYERS = ("tests/spec", "tests/errors", "tests/unit", "tests/cli", "tests/golden")

nox.needs_version = ">=2025.5"
nox.options.sessions = ["tests", "lowest"]
nox.options.error_on_missing_interpreters = False


def oldest() -> list[str]:
    """The lower end of the range of every dependency, as requirements."""
    extras = PROJECT["project"]["optional-dependencies"]
    ranges = map(
        Requirement, [*PROJECT["project"]["dependencies"], *extras["batch"], *extras["mcp"]]
    )
    ends = [(each.name, end) for each in ranges for end in each.specifier]
    return [f"{name}=={end.version}" for name, end in ends if end.operator == ">="]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The quick layers, with the newest dependencies that the ranges allow."""
    session.install("-e", ".[dev]")
    session.run("pytest", "-n", "2", "-p", "no:cacheprovider", *(session.posargs or LAYERS))


@nox.session(python=PYTHONS[0])
def lowest(session: nox.Session) -> None:
    """The quick layers, with the oldest dependencies that the ranges allow."""
    session.install("-e", ".[dev]", *oldest())
    session.run("pytest", "-n", "2", "-p", "no:cacheprovider", *(session.posargs or LAYERS))


@nox.session
def dist(session: nox.Session) -> None:
    """Build the source distribution, and the wheel from it, and check what they hold."""
    session.install(*dependency_groups(PROJECT, "dist"))
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    session.run("python", "-m", "build")
    session.run("twine", "check", "--strict", *map(str, ROOT.glob("dist/*")))
    session.run("check-wheel-contents", "--package", "taper", "dist")
    session.run("check-sdist")


@nox.session(python=PYTHONS)
@nox.parametrize("suffix", ["whl", "tar.gz"])
def installed(session: nox.Session, suffix: str) -> None:
    """Install a distribution that ``dist`` built where nothing else is, and use it."""
    (built,) = ROOT.glob(f"dist/*.{suffix}")
    session.install(str(built))
    session.chdir(session.create_tmp())
    session.run("python", "-I", str(ROOT / "scripts" / "installed.py"))
