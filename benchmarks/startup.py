"""How long commands take, as ratios to ``python -c pass`` in the same run.

Every round runs each command once, in turn, so that a machine that changes its speed changes all
of them; the median of the rounds is shown. Run: python benchmarks/startup.py [ROUNDS]
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 21
TAPER = str(Path(sys.executable).with_name("taper"))
PLAN = [TAPER, "plan", "morphine-er", "90 mg q8h", "--reduce", "10%", "--start", "2026-12-07"]
COMMANDS = {
    "python -c pass": ([sys.executable, "-c", "pass"], 1),
    "taper --version": ([TAPER, "--version"], 2),
    "taper plan --format csv": ([*PLAN, "--format", "csv"], 11),
    "taper plan (table)": (PLAN, 16),
}


def seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return time.perf_counter() - begun


def main() -> None:
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for round_ in range(ROUNDS + 1):
        for name, (command, _) in COMMANDS.items():
            spent = seconds(command)
            if round_:  # the first round warms up
                taken[name].append(spent)
    base = statistics.median(taken["python -c pass"])
    print(f"{'command':26} {'median ms':>9} {'ratio':>6} {'aim':>4}")
    for name, (_, aim) in COMMANDS.items():
        middle = statistics.median(taken[name])
        print(f"{name:26} {middle * 1000:9.1f} {middle / base:6.1f} {aim:4}")


if __name__ == "__main__":
    main()
