"""The five catalogues, found once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from mlops_desktop.base.families import Algorithm, Exporter, Loader, Operation, RowFilter
from mlops_desktop.base.registry import Registry
from mlops_desktop.catalog import algorithms, exporters, filters, loaders, operations

BASELINE = "baseline"  # the algorithm that every score stands beside


@dataclass(frozen=True)
class Choices:
    """Every loader, row filter, operation, algorithm and exporter that there is."""

    loaders: Registry[Loader]
    row_filters: Registry[RowFilter]
    operations: Registry[Operation]
    algorithms: Registry[Algorithm]
    exporters: Registry[Exporter]


@cache
def choices() -> Choices:
    """The catalogues of this installation."""
    return Choices(
        Registry(loaders, Loader),  # type: ignore[type-abstract]
        Registry(filters, RowFilter),  # type: ignore[type-abstract]
        Registry(operations, Operation),  # type: ignore[type-abstract]
        Registry(algorithms, Algorithm),  # type: ignore[type-abstract]
        Registry(exporters, Exporter),  # type: ignore[type-abstract]
    )
