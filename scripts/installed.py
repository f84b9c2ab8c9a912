"""Use taper as it was installed: every format, the demonstration, the licence.

`nox -s installed` runs it in an empty folder, where nothing else is installed.
"""

import os
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import taper
from taper.export import FORMATS

TAPER = Path(sys.executable).with_name("taper")
PLAN = ["plan", "morphine-er", "60 mg q12h", "--start", "2026-12-07", "--on-opioids-for", "8w"]


def printed(*words: str) -> str:
    """What the installed command prints; it must not fail."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    own |= {"TAPER_CONFIG": "", "TAPER_MARKET": "", "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run(  # noqa: S603 - our own command
        [TAPER, *words], env=own, stdin=subprocess.DEVNULL, stdout=-1, encoding="utf-8", check=True
    )
    return ran.stdout


FONTS = "licenses/LICENSE-OFL.txt"  # the license of the hand-out's fonts


def main() -> None:
    """Stop with a traceback where something is missing."""
    about = distribution("opioid-taper")
    held = {path.as_posix().partition(".dist-info/")[2] or str(path) for path in about.files or []}
    assert held >= {"taper/py.typed", "taper/data/languages/es.toml", "licenses/LICENSE", FONTS}, (
        held
    )
    assert about.metadata["License-Expression"] == "Apache-2.0 AND OFL-1.1"
    assert Path(taper.__file__).is_relative_to(sys.prefix), taper.__file__
    assert printed("--version") == f"taper {about.version}\n"
    assert "60 mg q12h" in printed(*PLAN)
    files = [word for suffix in FORMATS for word in ("-o", f"plan{suffix}")]
    printed(*PLAN, *files, "--language", "es")
    assert all(Path(f"plan{suffix}").stat().st_size for suffix in FORMATS)
    demonstration = printed("demo")
    assert "$ taper plan" in demonstration
    assert "$ taper batch" in demonstration


if __name__ == "__main__":
    main()
