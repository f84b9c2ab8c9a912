"""The `taper` command; `--version` answers before anything else is loaded."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its status."""
    if sys.argv[1:] == ["--version"]:
        from taper.version import VERSION  # noqa: PLC0415 - start-up is a feature

        sys.stdout.write(f"taper {VERSION}\n")
        return
    import gc  # noqa: PLC0415

    gc.set_threshold(50_000)  # start-up makes many objects and little garbage
    from taper.cli import run  # noqa: PLC0415

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
