"""The encodings of a project's algorithms, fitted on the sample of a preview: which operations each adds, and how wide its matrix is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Algorithm, Dataset, EncoderInput, Encoding
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import ALL, choices
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.preview_results import EncodingPreview, MatrixSize
from mlops_desktop.engine.pipeline.step_fitting import FittedSteps, encoding_operations, fit_encoding
from mlops_desktop.engine.project import digest

KEPT = 20  # encodings of one sample that are remembered


@dataclass(frozen=True)
class FittedEncoding:
    """The labels of an encoding's operations in their order, and the number of features that they make; None with an `error`. `notes` say
    in which columns they found nothing.
    """

    operations: tuple[str, ...]
    width: int | None
    error: str
    notes: tuple[str, ...] = ()


def encodings(pipeline: Pipeline, dataset: Dataset, known: dict[str, FittedEncoding]) -> tuple[EncodingPreview, ...]:
    """The encodings of the project's algorithms on what its steps made, the algorithms of one encoding together.

    `known` remembers what was fitted on the same columns. Without algorithms: the encoding that suits any.
    """
    project, registry = pipeline.project, choices()
    groups: dict[tuple[Encoding, bool], list[Algorithm]] = {}
    for algorithm in project.candidates:
        groups.setdefault((project.encoding(algorithm), algorithm.takes_sparse), []).append(algorithm)
    if not groups:
        groups[project.encodings.get(ALL) or registry.encodings[Algorithm.encoding](), True] = []
    found: dict[Encoding, EncodingPreview] = {}
    for (encoding, takes_sparse), algorithms in groups.items():
        layout = dataset.frame.layout
        given = EncoderInput(layout, pipeline.texts(layout), takes_sparse)
        ids = tuple(algorithm.id for algorithm in algorithms)
        if (other := found.get(encoding)) is not None:
            found[encoding] = replace(other, algorithms=(*other.algorithms, *ids))
            continue
        pinned = any(name in project.encodings for name in (*ids, ALL))
        fitted = _fitted(dataset, encoding, given, known)
        found[encoding] = EncodingPreview(encoding, ids, pinned, fitted.operations, fitted.width, fitted.error, fitted.notes)
    return tuple(found.values())


def _fitted(dataset: Dataset, encoding: Encoding, given: EncoderInput, known: dict[str, FittedEncoding]) -> FittedEncoding:
    layout = given.layout
    columns = [layout.numbers, layout.categoricals, layout.dates, layout.sparse, sorted(layout.category_codes)]
    key = digest(encoding.identity(), columns, given.texts, given.takes_sparse)
    if key not in known:
        operations = tuple(operation.label for operation in encoding_operations(encoding, given))
        try:
            fitted = fit_encoding(FittedSteps((), dataset), encoding, given, Silent())
            found = FittedEncoding(operations, fitted.matrix.width, "", fitted.notes)
        except UserError as refused:
            found = FittedEncoding(operations, None, refused.sentences)
        if len(known) >= KEPT:
            known.clear()
        known[key] = found
    return known[key]


def matrix_size(found: Sequence[EncodingPreview]) -> MatrixSize:
    """The least and the greatest number of features over all encodings, and the first error."""
    widths = [one.width for one in found if one.width is not None]
    error = next((one.error for one in found if one.error), "")
    return MatrixSize(min(widths, default=None), None if error else max(widths, default=None), error)
