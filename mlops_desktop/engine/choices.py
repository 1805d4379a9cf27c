"""The registries of the catalogue's folders, found once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from mlops_desktop.base.families import Algorithm, Exporter, Operation, RowFilter
from mlops_desktop.base.registry import Registry
from mlops_desktop.base.source import Source
from mlops_desktop.catalog import algorithms, exporters, filters, operations, sources

BASELINE = "baseline"  # the algorithm that every score stands beside


@dataclass(frozen=True)
class Choices:
    """Every source, row filter, operation, algorithm and exporter that there is."""

    sources: Registry[Source]
    row_filters: Registry[RowFilter]
    operations: Registry[Operation]
    algorithms: Registry[Algorithm]
    exporters: Registry[Exporter]


@cache
def choices() -> Choices:
    """The catalogues of this installation."""
    return Choices(
        Registry(sources, Source),  # type: ignore[type-abstract]
        Registry(filters, RowFilter),  # type: ignore[type-abstract]
        Registry(operations, Operation),  # type: ignore[type-abstract]
        Registry(algorithms, Algorithm),  # type: ignore[type-abstract]
        Registry(exporters, Exporter),  # type: ignore[type-abstract]
    )
