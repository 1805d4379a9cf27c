"""The registries of the catalogue, one for each family, filled once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from mlops_desktop.base.extensions import extension_folders, join_extensions
from mlops_desktop.base.families import Algorithm, Encoding, Ensemble, Exporter, Operation, RowFilter, Sampler, TaskSpec
from mlops_desktop.base.registry import Registry
from mlops_desktop.base.source import Source
from mlops_desktop.base.splitter import Splitter
from mlops_desktop.catalog import algorithms, encodings, ensembles, exporters, filters, operations, samplers, sources, splitters
from mlops_desktop.catalog import tasks as task_specs

BASELINE = "baseline"  # the algorithm that every score is compared with
ALL = "*"  # in `Project.encodings`: every algorithm


@dataclass(frozen=True)
class Choices:
    """Every member of every family."""

    sources: Registry[Source]
    row_filters: Registry[RowFilter]
    splitters: Registry[Splitter]
    operations: Registry[Operation]
    samplers: Registry[Sampler]
    encodings: Registry[Encoding]
    algorithms: Registry[Algorithm]
    ensembles: Registry[Ensemble]
    exporters: Registry[Exporter]
    tasks: Registry[TaskSpec]


@cache
def choices() -> Choices:
    """The catalogues of this installation."""
    join_extensions()
    return Choices(
        Registry(sources, Source),  # type: ignore[type-abstract]
        Registry(filters, RowFilter),  # type: ignore[type-abstract]
        Registry(splitters, Splitter),  # type: ignore[type-abstract]
        Registry(operations, Operation),  # type: ignore[type-abstract]
        Registry(samplers, Sampler),  # type: ignore[type-abstract]
        Registry(encodings, Encoding),  # type: ignore[type-abstract]
        Registry(algorithms, Algorithm),  # type: ignore[type-abstract]
        Registry(ensembles, Ensemble),  # type: ignore[type-abstract]
        Registry(exporters, Exporter),  # type: ignore[type-abstract]
        tasks(),
    )


def load_extensions() -> None:
    """Load every member of the extensions, where there are any, so that a fault in one is known at the start. UserError names it."""
    if extension_folders():
        choices()


@cache
def tasks() -> Registry[TaskSpec]:
    """The kinds of tasks by id, without the rest of the catalogue."""
    join_extensions()
    return Registry(task_specs, TaskSpec)  # type: ignore[type-abstract]


@cache
def task_spec(task: str) -> TaskSpec:
    """The spec of a kind of task. UserError when there is none of that id."""
    return tasks().read(task)
