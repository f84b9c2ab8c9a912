"""Run the sweep: ``python -m verify``, part by part; what is done is not done again."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from hashlib import blake2b
from pathlib import Path

from verify import page
from verify.asking import RULES, planned
from verify.medicine import DATA
from verify.starts import starts
from verify.sweep import parts_of, plans_of, sweep
from verify.tally import Tally

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "build" / "verify"
PAGE = ROOT / "docs" / "verification" / "sweep.md"


def code() -> str:
    """A digest of all that results depend on: what planning loads of the package, and the laws."""
    planned({**starts(["morphine-er"])[0].fields, **RULES[0].fields})  # loads what is loaded late
    loaded = {getattr(module, "__file__", None) for name, module in sys.modules.items()}
    files = {Path(name) for name in loaded if name}
    parts = {path for path in files if path.is_relative_to(ROOT / "taper")}
    parts |= set(DATA.glob("*.toml"))
    parts |= set((ROOT / "verify").rglob("*.py"))
    digest = blake2b(digest_size=8)
    for path in sorted(parts):
        digest.update(f"{path.relative_to(ROOT)}".encode() + path.read_bytes())
    return digest.hexdigest()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m verify", description=__doc__)
    parser.add_argument("--products", nargs="*", default=[], help="only these ids")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="every Nth start only")
    parser.add_argument("--parts", type=int, default=100, help="how finely the work is cut")
    parser.add_argument("--part", default="1/1", metavar="K/N", help="the Kth of N machines")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where parts are kept")
    parser.add_argument("--count", action="store_true", help="only say how many plans there are")
    parser.add_argument("--page", type=Path, nargs="?", const=PAGE, help="write the page from them")
    return parser.parse_args()


def _do(number: int, options: argparse.Namespace, version: str) -> Tally:
    """One part, from what was kept or anew."""
    path = options.results / f"part-{number:03d}-of-{options.parts}-by-{options.sample}.json"
    known = None if options.products else Tally.read(path, version)
    if known is not None:
        return known
    wanted = starts(options.products)[:: options.sample]
    tally = sweep(parts_of(wanted, options.parts)[number])
    if not options.products:
        tally.save(path, version)
    return tally


def main() -> int:
    """Run; 1 where a law was broken."""
    options = _arguments()
    wanted = starts(options.products)[:: options.sample]
    if options.count:
        sys.stdout.write(f"{len(wanted):,} starts, {plans_of(wanted):,} plans\n")
        return 0
    version = code()
    options.results.mkdir(parents=True, exist_ok=True)
    machine, machines = (int(each) for each in options.part.split("/"))
    mine = [part for part in range(options.parts) if part % machines == machine - 1]
    whole = Tally()
    with ProcessPoolExecutor(options.jobs) as pool:
        done = pool.map(_do, mine, [options] * len(mine), [version] * len(mine), chunksize=1)
        for part, tally in zip(mine, done, strict=True):
            whole.join(tally)
            plans = sum(tally.counts.get("plans", {}).values())
            faults = page.broken(tally)
            sys.stderr.write(f"part {part + 1}: {plans:,} plans, {faults} faults\n")
            sys.stderr.flush()
    if options.page and machines == 1:
        options.page.parent.mkdir(parents=True, exist_ok=True)
        sampled = len(wanted) < len(starts())
        options.page.write_text(page.text(whole, wanted, sampled=sampled), encoding="utf-8")
    plans = sum(whole.counts["plans"].values())
    sys.stdout.write(f"{plans:,} plans, digest {whole.digest:016x}\n")
    for fault in whole.faults:
        sys.stdout.write(f"{fault}\n")
    return 1 if page.broken(whole) else 0


if __name__ == "__main__":
    sys.exit(main())
