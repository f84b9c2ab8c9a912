"""How large an installation is: the size of each distribution in this environment, in MB.

Run it with the interpreter of an environment that has `opioid-taper` and nothing else:
``python -m venv v && v/bin/pip install . && v/bin/python scripts/size.py``. What `pip` and
`setuptools` take is left out; what an extra brings counts if it is installed.
"""

import sys
from importlib.metadata import distributions
from pathlib import Path

LEFT_OUT = {"pip", "setuptools", "wheel"}
MB = 1_000_000


def sizes() -> dict[str, int]:
    """Bytes on the disk by distribution, byte-compiled files included."""
    found: dict[str, int] = {}
    for each in distributions():
        name = each.metadata["Name"].lower()
        files = {Path(str(each.locate_file(file))) for file in each.files or ()}
        files |= {
            cached
            for file in files
            if file.suffix == ".py"
            for cached in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc")
        }
        found[name] = sum(file.stat().st_size for file in files if file.is_file())
    return {name: size for name, size in found.items() if name not in LEFT_OUT}


def main() -> None:
    """Print the largest first, and the sum."""
    found = sorted(sizes().items(), key=lambda item: -item[1])
    for name, size in found:
        sys.stdout.write(f"{size / MB:8.1f}  {name}\n")
    sys.stdout.write(f"{sum(size for _, size in found) / MB:8.1f}  in all\n")


if __name__ == "__main__":
    main()
