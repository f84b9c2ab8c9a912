"""taper: plan a supervised, gradual opioid taper that can be dispensed to the tablet.

``from taper import plan`` gives from Python what the ``taper`` command gives at a terminal.
Decision support for clinicians, not medical advice.
"""

TYPE_CHECKING = False  # importing typing would cost more than all the rest
if TYPE_CHECKING:
    from typing import Any

    from taper.api import plan
    from taper.errors import InputError, Problem, Refused, TaperError
    from taper.library.plan import Plan
    from taper.version import VERSION as __version__  # noqa: N811

_PUBLIC = {
    "InputError": "taper.errors",
    "Plan": "taper.library.plan",
    "Problem": "taper.errors",
    "Refused": "taper.errors",
    "TaperError": "taper.errors",
    "plan": "taper.api",
}

__all__ = [
    "InputError",
    "Plan",
    "Problem",
    "Refused",
    "TaperError",
    "__version__",
    "plan",
]


def __getattr__(name: str) -> "Any":
    """Load a public name when it is first used, so that start-up stays quick."""
    from importlib import import_module  # noqa: PLC0415

    if name == "__version__":
        return import_module("taper.version").VERSION
    if name not in _PUBLIC:
        raise AttributeError(f"module 'taper' has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    """The public names, also those that are not loaded yet."""
    return __all__
