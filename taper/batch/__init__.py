"""Plans of a whole panel: a row of a file in, the rows of a plan out (contract 12).

``source`` opens the input, ``lines`` (JSONL), ``cells`` (CSV) and ``columns`` (Parquet, Arrow)
read rows from it, ``planner`` plans them, ``tables`` and ``template`` render what was planned,
``aside`` and ``pool`` see to it that nothing is lost and nothing looks finished before it is,
``run`` puts them together. :func:`plan_batches` (``engines``) is the same planning over Arrow
record batches, for the engine that already holds the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taper.batch.engines import plan_batches
    from taper.batch.writing.schemas import schema_of

__all__ = ["plan_batches", "schema_of"]


def __getattr__(name: str) -> Any:
    """Load Arrow only where it is used."""
    if name not in __all__:
        raise AttributeError(f"module 'taper.batch' has no attribute {name!r}")
    from taper.batch import engines  # noqa: PLC0415 - heavy
    from taper.batch.writing import schemas  # noqa: PLC0415 - heavy

    return getattr(engines if name == "plan_batches" else schemas, name)
