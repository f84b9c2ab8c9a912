"""The pictures under docs/pictures, drawn by the program: ``python scripts/pictures.py``."""

from pathlib import Path

from taper.export import render
from taper.planning.make import planned as plan

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
PATIENT = {"product": "morphine-er", "dose": "60 mg q12h", "start": "2026-12-07", "reduce": "10%"}
PATIENT |= {"every": "1w", "on_opioids_for": "8w"}
PATCH = {"product": "fentanyl-patch", "dose": "75 mcg/h", "start": "2026-12-07", "every": "2w"}
REQUESTS = {
    "of-original": PATIENT | {"of": "original"},
    "of-current": PATIENT | {"of": "current"},
    "of-mixed": PATIENT | {"of": "mixed"},
    "hold": PATIENT | {"of": "original", "holds": ["3w@every3"]},
    "finish": PATIENT | {"of": "mixed", "finish_with": "morphine-solution"},
    "patch": PATCH | {"on_opioids_for": "8w"},
}


def pictures() -> dict[Path, str]:
    """Every picture, by its file."""
    plans = {name: plan(**request) for name, request in REQUESTS.items()}
    return {PICTURES / f"{name}.svg": str(render(made, ".svg")) for name, made in plans.items()}


if __name__ == "__main__":
    for path, picture in pictures().items():
        path.write_text(picture, encoding="utf-8")
