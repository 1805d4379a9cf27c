"""Helpers around a library's estimator: they refuse matrices that cannot be fitted, fit in one thread, and map old parameter names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import quoted_columns


class OneThread:
    """An estimator whose fit takes one thread, for sums of floats differ with the number of threads: the same seed gives the same bytes on
    every machine and beside any number of other workers.

    `arguments` go into the estimator's fit as well. Everything else (`predict`, `classes_` …) is the estimator's own.
    """

    def __init__(self, estimator: Any, **arguments: Any) -> None:
        self.estimator = estimator
        self._arguments = arguments

    def fit(self, X: Any, y: NDArray[Any], sample_weight: NDArray[Any] | None = None) -> OneThread:
        """Fit the estimator."""
        from threadpoolctl import threadpool_limits

        arguments = self._arguments if sample_weight is None else {**self._arguments, "sample_weight": sample_weight}
        with threadpool_limits(limits=1):
            self.estimator.fit(X, y, **arguments)
        return self

    def __getattr__(self, name: str) -> Any:
        if name == "estimator":  # not there yet, while a copy is being made
            raise AttributeError(name)
        return getattr(self.estimator, name)


def renamed_params(params: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Stored parameters with today's names; `names` maps an old name to the new one. Values stay as they are."""
    return {names.get(name, name): value for name, value in params.items()}


def seen_classes(estimator: Any) -> tuple[int, ...]:
    """The class positions that a fit saw, in the order of the estimator's probabilities."""
    return tuple(int(position) for position in estimator.classes_)


def check_matrix(matrix: Matrix, label: str, *, missing: bool = False) -> None:
    """UserError when there is no row or no feature, or a value is missing although the algorithm takes none (`missing` False)."""
    if not matrix.rows:
        raise UserError(msg("{label} has no rows to learn from.", label=label), "Use more rows, or loosen the steps that take rows out.")
    if not matrix.width:
        raise UserError(msg("{label} has no column to learn from.", label=label), "Give at least one column the role “feature”.")
    if missing:
        return
    if matrix.csr is not None:
        gaps = np.unique(matrix.csr.indices[np.isnan(matrix.csr.data)])
    else:
        gaps = np.flatnonzero(np.isnan(matrix.to_dense()).any(axis=0))
    if len(gaps):
        columns = quoted_columns([matrix.names[at] for at in gaps.tolist()], 5)
        raise UserError(
            msg(
                "{label} cannot learn from missing values: {columns} {text} some.",
                label=label,
                columns=columns,
                text="have" if len(gaps) > 1 else "has",
            ),
            "Add a step that fills missing values, or choose an algorithm that takes them (gradient boosting, trees).",
        )


def category_columns(matrix: Matrix, most: int) -> list[int]:
    """The positions of columns that hold category codes (whole numbers from 0) and at most `most` different ones.

    A column that was changed into other numbers after its coding, or has too many codes, is left to be an ordinary number.
    """
    found = []
    for position in sorted(matrix.category_codes):
        if matrix.csr is not None:
            values = np.append(matrix.csr.data[matrix.csr.indices == position], 0.0)
        else:
            values = matrix.to_dense()[:, position]
        codes = np.unique(values[~np.isnan(values)])
        if 0 < len(codes) <= most and codes[0] >= 0 and codes[-1] < 2**24 and (codes == np.floor(codes)).all():
            found.append(position)
    return found
