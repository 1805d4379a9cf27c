"""How rows differ from the training rows, as a service or a file reports it (see `serving.monitor.Counters.report`)."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.project import from_json

Shares = tuple[float, ...]  # of the training rows, and of the rows now


@dataclass(frozen=True)
class DriftRule:
    """The limits that verdicts follow: PSI from which to watch and to act, significance, least rows, share of false discoveries."""

    watch: float
    act: float
    p: float
    least_rows: int
    false_discoveries: float


@dataclass(frozen=True)
class DriftBin:
    """The share of rows in one bin, at training and now."""

    bin: str
    training: float
    now: float


@dataclass(frozen=True)
class ColumnDrift:
    """One column or the score: its verdict (not_enough_data, stable, watch, act), PSI, p-value, shares of rows that are missing, of an
    unseen level or outside the range, its bins, and what moved that is no drift. None: the column can have no such rows.
    """

    field: str
    verdict: str
    psi: float
    p: float
    missing: Shares
    unseen: Shares | None
    outside: Shares | None
    bins: tuple[DriftBin, ...]
    note: str = ""


@dataclass(frozen=True)
class DriftReport:
    """Drift of all columns and of the score; `verdict` is the worst of them. `refused` rows of `file` could not be read;
    `warnings` name the columns that it lacks. The model was trained on `trained_on` of the rows: where these are half or more, the score is
    left out of the verdict, for what it is compared with are scores of rows that the model had not seen. `in_data` of the rows of the file,
    refused ones included, are in the data of the project, with the same cells in the columns that both have; `same_data`: these are all
    rows of both, so there is nothing to compare.
    """

    rows: int
    reference_rows: int
    verdict: str
    rule: DriftRule
    columns: tuple[ColumnDrift, ...]
    score: ColumnDrift
    counts: tuple[tuple[int, ...], ...]
    refused: int = 0
    file: str = ""
    warnings: tuple[str, ...] = ()
    trained_on: int = 0
    in_data: int = 0
    same_data: bool = False

    @property
    def compares_score(self) -> bool:
        """Whether the score counts in the verdict."""
        return 2 * self.trained_on < self.rows or not self.rows


def read_service_report(text: str) -> DriftReport:
    """The drift report of a service from its answer to `/v1/drift`; fields that only other versions know are passed over.

    UserError when it is no such report.
    """
    try:
        document = json.loads(text)
        known = {field.name for field in fields(DriftReport)}
        return from_json(DriftReport, {name: value for name, value in document.items() if name in known}, "report")
    except (ValueError, AttributeError, UserError) as error:
        raise UserError("The service answered with counters that cannot be read.", "Export the model again with this version.") from error
