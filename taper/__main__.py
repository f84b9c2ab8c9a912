"""The `taper` command; `--version` answers before anything else is loaded."""

import sys


def main() -> None:
    """Run the command line and exit with its status."""
    if sys.argv[1:] == ["--version"] and _say_version():
        return
    import gc  # noqa: PLC0415

    gc.set_threshold(50_000)  # start-up makes many objects and little garbage
    from taper.cli import run  # noqa: PLC0415

    sys.exit(run(sys.argv[1:]))


def _say_version() -> bool:
    """Print the version; False if it cannot be: the command line says why."""
    from taper.version import VERSION  # noqa: PLC0415 - start-up is a feature

    try:
        sys.stdout.write(f"taper {VERSION}\n")
        sys.stdout.flush()
    except (AttributeError, OSError):  # there is no such stream, or it is closed or full
        return False
    return True


if __name__ == "__main__":
    main()
