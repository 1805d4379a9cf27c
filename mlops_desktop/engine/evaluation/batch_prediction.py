"""Predicts every row of a file."""

from __future__ import annotations

import csv
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.source import Source
from mlops_desktop.engine import disk
from mlops_desktop.engine.data import Location, NewFile, load_anew, name_of, read_new_file
from mlops_desktop.engine.evaluation.answer_notation import AnswerNotation, WrittenAs, notation_of_answers, places_of_numbers
from mlops_desktop.engine.evaluation.kept_columns import Keep, kept_columns
from mlops_desktop.engine.evaluation.unusual_values import unusual_values
from mlops_desktop.engine.project import refuse_output
from mlops_desktop.serving.answers import NO_ANSWER, formula_notes, row_warnings, table_header, table_rows, unanswered
from mlops_desktop.serving.column import ValidationResult
from mlops_desktop.serving.csv_io import non_ascii_texts
from mlops_desktop.serving.frame import Frame
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.scorer import Scorer

EMPTY: Mapping[str, str] = MappingProxyType({})
CHUNK = 20_000  # rows that are scored together


@dataclass(frozen=True)
class Predicted:
    """How many rows of a file were answered and refused, and warnings: what is no row of its table, what it writes otherwise than the
    training data, and what is unusual in it. `unusual` of the answered rows hold values that the training data did not have; `kept` columns
    of the file are before the answers. `notation` is how the answers are written.
    """

    rows: int
    refused: int
    warnings: tuple[str, ...]
    unusual: int = 0
    kept: int = 0
    notation: AnswerNotation = AnswerNotation()  # noqa: RUF009  (frozen, so shared safely)


def predict_file(
    scorer: Scorer,
    file: Location,
    out: Path,
    job: Job,
    source: Source | None = None,
    *,
    keep: Keep = "",
    ids: Collection[str] = (),
    labels: Mapping[str, str] = EMPTY,
    written_as: WrittenAs = "plain",
) -> Predicted:
    """Write the answer to every row of a file, in its order, as CSV; a refused row has its reason in `error` and is else empty.

    `source` is what the project's data was read with: a database has the same table or query then. `keep` says which columns of the file
    are before the answers, `ids` are its identifiers, `labels` names that its columns get; see `kept_columns`. `written_as` "file": with
    the delimiter and the decimal mark of a text file. UserError when `out` may not be written (`refuse_output`), when
    the file cannot be read, when no column of the model is in it, or when one lacks without which the model has no answer.
    """
    refuse_output(out, ".csv", file)
    found = read_for_scoring(scorer, file, Part(job, 0.0, 0.4), source)
    frame, errors = found.checked.frame, found.problems()
    absent = frozenset(issue.field for issue in found.checked.warnings if issue.code == "missing_column")
    rows = frame.rows
    refused, flagged = len(errors), 0
    header = table_header(scorer)
    kept = kept_columns(found.cells, keep, ids, header, [column.name for column in scorer.schema.columns], labels)
    notation = notation_of_answers(found.cells, scorer.schema) if written_as == "file" else AnswerNotation()
    numbers = places_of_numbers(scorer, header)
    temporary = out.with_name(disk.temporary_name(out.name))
    with disk.explain_errors(msg("“{name}”", name=out.name)):
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("w", encoding="utf-8", newline="") as target:
                writer = csv.writer(target, delimiter=notation.delimiter, lineterminator="\n")
                writer.writerow([*kept.names, *header])
                for start in range(0, rows, CHUNK):
                    end = min(start + CHUNK, rows)
                    answers, without, unusual = _answers(scorer, frame.take(np.arange(start, end)), errors, start, absent)
                    refused, flagged = refused + without, flagged + unusual
                    answers = [notation.written(row, numbers) for row in answers]
                    writer.writerows([*cells, *answer] for cells, answer in zip(kept.texts(start, end), answers, strict=True))
                    job.step(0.4 + 0.6 * end / rows, msg("Row {row:,} of {rows:,}", row=end, rows=rows))
            os.replace(temporary, out)
        finally:
            temporary.unlink(missing_ok=True)
    return Predicted(rows, refused, (*found.notes, *kept.notes, *formula_notes(scorer)), flagged, len(kept.names), notation)


def _answers(
    scorer: Scorer, part: Frame, errors: Mapping[int, str], start: int, absent: frozenset[str]
) -> tuple[list[list[str]], int, int]:
    """The cells of the answers to some rows, the first of which is `start` in `errors`; how many of the others the model has no answer to,
    and how many of the answered ones are unusual.
    """
    here = {row: errors[start + row] for row in range(part.rows) if start + row in errors}
    scores = scorer.scores(part)
    without = [row for row in unanswered(scores) if row not in here]
    unusual = row_warnings(ValidationResult(part, [], unusual_values(scorer.schema, part, absent)))
    failed = {**here, **dict.fromkeys(without, NO_ANSWER)}
    return table_rows(scorer, scores, failed, unusual, scorer.intervals(part, scores)), len(without), len(unusual.keys() - failed.keys())


def read_for_scoring(scorer: Scorer, file: Location, job: Job, source: Source | None = None) -> NewFile:
    """The rows of a file by the schema of a scorer.

    UserError when no column of the model is in the file, or one lacks without which the model has no answer.
    """
    schema = scorer.schema
    known = {column.name for column in schema.columns}
    cells = load_anew(file, source, known, job, [*non_ascii_texts(schema)])[1]
    if not known & set(cells.names):
        raise UserError(
            msg("No column of the model is in “{file}”.", file=name_of(file)),
            msg("It needs: {names}.", names=", ".join(sorted(known)[:12])),
        )
    return read_new_file(cells, schema, schema, scorer.target)
