"""How long commands take from an installed wheel, as ratios to ``python -c pass`` in the same run.

The wheel is built from this checkout and installed, byte-compiled, in a virtual environment of its
own; dependencies come from the environment that runs this. Every round runs each command once, in
turn, so that a machine that changes its speed changes all of them. The median of the rounds is
shown, and beside it the ratio of processor time (the least of the rounds), which other work on the
machine disturbs less.

Run: python benchmarks/startup.py [ROUNDS]
"""

import os
import statistics
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 21
PLAN = ["plan", "morphine-er", "90 mg q8h", "--reduce", "10%", "--start", "2026-12-07"]
AIMS = {
    "python -c pass": 1.0,
    "taper --version": 1.6,
    "taper plan --format csv": 8.5,
    "taper plan (table)": 12.0,
}


def installed(folder: Path) -> tuple[Path, Path]:
    """The interpreter and the command of an environment that has the wheel."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", str(folder), str(ROOT)], check=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False)
    bin_folder = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    python = bin_folder / "python"
    subprocess.run(
        [*pip, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)],
        check=True,
    )
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", asked], check=True, capture_output=True, text=True).stdout
    others = "\n".join({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    (Path(site.strip()) / "dependencies.pth").write_text(others + "\n")
    return python, bin_folder / "taper"


def spent(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds on the clock, and of the processor."""
    before, begun = os.times(), time.perf_counter()
    subprocess.run(
        command, check=True, stdin=subprocess.DEVNULL, capture_output=True, env=environment
    )
    ended, after = time.perf_counter(), os.times()
    used = after.children_user + after.children_system
    return ended - begun, used - before.children_user - before.children_system


def main() -> None:
    names = list(AIMS)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["TAPER_CONFIG"] = ""
    with TemporaryDirectory() as folder:
        python, taper = map(str, installed(Path(folder)))
        commands = [[python, "-c", "pass"], [taper, "--version"]]
        commands += [[taper, *PLAN, "--format", "csv"], [taper, *PLAN]]
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
        for round_ in range(ROUNDS + 1):
            for name, command in zip(names, commands, strict=True):
                each = spent(command, environment)
                if round_:  # the first round warms up
                    taken[name].append(each)
    clock = {name: statistics.median(each for each, _ in taken[name]) for name in names}
    # a system counts in hundredths of a second: the mean of all rounds is finer than one of them
    processor = {name: statistics.fmean(each for _, each in taken[name]) for name in names}
    first = names[0]
    print(f"{'command':26} {'median ms':>9} {'ratio':>6} {'aim':>5} {'of the processor':>17}")
    for name in names:
        ratio = clock[name] / clock[first]
        share = f"{processor[name] / processor[first]:.1f}" if processor[first] else "-"
        print(f"{name:26} {clock[name] * 1000:9.1f} {ratio:6.1f} {AIMS[name]:5} {share:>17}")


if __name__ == "__main__":
    main()
