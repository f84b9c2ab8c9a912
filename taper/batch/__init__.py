"""Plans of a whole panel: a row of a file in, the rows of a plan out (contract 12).

The flow of a run, and where it stands:

- ``job`` has the records that pass from one part to the next;
- ``reading`` opens the input and reads rows, ``survey`` counts them and finds their ids;
- ``sharing`` plans them: rows that differ in nothing that decides a plan share one;
- ``writing`` renders what is shared, and fills in what each row has of its own;
- ``worker`` reads, plans and writes one chunk; ``pool`` has the workers;
- ``outputs`` and ``journal`` make sure that nothing is lost, and that nothing looks finished
  before it is; ``run`` puts all of it together.

:func:`plan_batches` and :func:`write_batches` (``engines``) plan Arrow record batches, for an
engine that already holds the table.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taper.batch.engines import name_parts, plan_batches, write_batches
    from taper.batch.writing.schemas import outcome_schema, schema_of

__all__ = ["name_parts", "outcome_schema", "plan_batches", "schema_of", "write_batches"]


def __getattr__(name: str) -> Any:
    """Load Arrow only if it is used."""
    if name not in __all__:
        raise AttributeError(f"module 'taper.batch' has no attribute {name!r}")
    is_schema = name in {"outcome_schema", "schema_of"}
    module = import_module("taper.batch.writing.schemas" if is_schema else "taper.batch.engines")
    return getattr(module, name)
