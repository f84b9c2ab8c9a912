"""How long planning takes: from a checked request to the whole plan; only tables are kept.

Every product of the formulary, a large and a small dose, four rules. Each plan is made once so
that the tables of its product are built, then timed; the best of five is taken, for the machine's
noise is always additive. Shown: the median and the worst, in milliseconds and as a ratio to
starting Python in the same run. Run: python benchmarks/planning.py
"""

import statistics
import subprocess
import sys
import time

from taper.errors import TaperError
from taper.formulary.market import formulary
from taper.planning.make import make_plan
from taper.reading import read
from taper.regimen.prescription import frequency
from taper.request.model import Request

RULES = (
    {},
    {"reduce": "10%", "every": "4w"},
    {"reduce": "20%", "every": "2w", "of": "original", "holds": ["2w@every4"]},
    {"reduce": "5%", "every": "2w", "of": "current"},
)


def requests() -> list[tuple[str, Request]]:
    found = []
    for product in formulary("us").products.values():
        hours = product.intervals_hours[0]
        if product.is_liquid:
            amounts = ["60", "10"]
        else:
            amounts = [product.usual[-1].label, product.usual[len(product.usual) // 2].label]
        for amount in dict.fromkeys(amounts):
            for rule in RULES:
                dose = f"{amount} {product.unit} {frequency(hours)}"
                values = {"product": product.id, "dose": dose, "start": "2026-12-07", **rule}
                try:
                    found.append((f"{product.id} {dose} {rule}", read(values)))
                except TaperError:
                    continue
    return found


def whole(request: Request) -> None:
    """A plan with all that follows from its steps, which it works out when it is looked at."""
    plan = make_plan(request)
    assert plan.checks is not None
    assert plan.supply
    assert plan.findings


def best_of(request: Request, times: int = 5) -> float:
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        whole(request)
        taken.append(time.perf_counter() - begun)
    return min(taken)


def main() -> None:
    starts = []
    for _ in range(9):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        starts.append(time.perf_counter() - begun)
    base = statistics.median(starts)
    results = []
    for name, request in requests():
        whole(request)
        results.append((best_of(request), name))
    results.sort()
    times = [taken for taken, _ in results]
    middle = statistics.median(times)
    print(f"{len(results)} requests; python -c pass: {base * 1000:.1f} ms")
    print(f"median {middle * 1000:.3f} ms ({middle / base:.3f} of starting Python); aim 0.3 ms")
    print(f"worst  {times[-1] * 1000:.3f} ms ({times[-1] / base:.3f}); aim 3 ms")
    for taken, name in results[-5:]:
        print(f"  {taken * 1000:.3f} ms  {name}")


if __name__ == "__main__":
    main()
