"""The registries of the catalogue, found once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from mlops_desktop.base.families import Algorithm, Encoding, Ensemble, Exporter, Loader, Operation, RowFilter
from mlops_desktop.base.registry import Registry
from mlops_desktop.catalog import algorithms, encodings, ensembles, exporters, filters, loaders, operations

BASELINE = "baseline"  # the algorithm that every score stands beside
ALL = "*"  # in `Project.encodings`: every algorithm


@dataclass(frozen=True)
class Choices:
    """Every member of every shelf."""

    loaders: Registry[Loader]
    row_filters: Registry[RowFilter]
    operations: Registry[Operation]
    encodings: Registry[Encoding]
    algorithms: Registry[Algorithm]
    ensembles: Registry[Ensemble]
    exporters: Registry[Exporter]


@cache
def choices() -> Choices:
    """The catalogues of this installation."""
    return Choices(
        Registry(loaders, Loader),  # type: ignore[type-abstract]
        Registry(filters, RowFilter),  # type: ignore[type-abstract]
        Registry(operations, Operation),  # type: ignore[type-abstract]
        Registry(encodings, Encoding),  # type: ignore[type-abstract]
        Registry(algorithms, Algorithm),  # type: ignore[type-abstract]
        Registry(ensembles, Ensemble),  # type: ignore[type-abstract]
        Registry(exporters, Exporter),  # type: ignore[type-abstract]
    )
