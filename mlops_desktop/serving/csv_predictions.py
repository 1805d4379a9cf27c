"""Answers a CSV of a request for one model: as CSV with a reason beside each refused row, or as JSON predictions."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

from .answers import formula_notes
from .batch_notes import BatchNotes, header_text
from .column import ValidationIssue
from .csv_cells import TooManyRows
from .csv_io import WRONG_WIDTH, Chunk, CsvInput, answer_chunk, as_csv, decoded, header_line
from .deadline import check_deadline
from .errors import UserError
from .http_messages import CSV, Reply
from .http_problems import HttpProblem, too_large
from .input_policy import FittedPolicy
from .message import msg
from .predictor import Predictor, row_numbers


class CsvRequest:
    """The table in the body of a request, found and opened. HttpProblem when it holds none for this model, or more than `most` rows."""

    def __init__(self, body: bytes, policy: FittedPolicy, most: int) -> None:
        try:
            text, self._notes = decoded(io.BytesIO(body), policy.schema)
        except UserError as error:
            raise HttpProblem(400, "invalid_encoding", error.message, error.remedy) from None
        try:
            self._table = CsvInput(text, policy.schema, most=most, policy=policy)
        except TooManyRows:
            raise too_large(msg("At most {most:,} rows are taken at once; send the file in parts.", most=most)) from None
        except UserError as error:
            raise HttpProblem(422, "invalid_csv", error.message, error.remedy) from None

    def chunks(self) -> Iterator[Chunk]:
        """The rows in their order, checked."""
        for chunk in self._table.chunks():
            check_deadline()
            yield chunk

    def as_csv(self, predictor: Predictor) -> Reply:
        """The answers as CSV; `x-model-notes` says what differs from the training data."""
        out, warned = [header_line(predictor.scorer)], len(self._notes)
        table, scorer, metrics = self._table, predictor.scorer, predictor.metrics
        unusual = BatchNotes(table.schema, table.absent, table.unknown, target=predictor.scorer.target, examples=False)
        for chunk in self.chunks():
            metrics.rejected(chunk.checked.errors)
            metrics.warned(chunk.checked.warnings)
            warned += len(chunk.checked.warnings)
            unusual.add(chunk.checked, chunk.ragged)
            cells, scores, valid = answer_chunk(scorer, chunk)
            out.append(as_csv(cells))
            metrics.predicted(chunk.checked.frame.take(row_numbers(valid)), scores, predictor.decide(scores), chunk.rows - len(valid))
        headers = [(b"x-model-warnings", str(warned).encode())]
        if notes := (*self._notes, *table.line_counts(), *table.notes, *unusual.messages(), *formula_notes(scorer)):
            headers.append((b"x-model-notes", header_text(notes)))
        return Reply("".join(out).encode("utf-8", "replace"), CSV, tuple(headers))

    def predictions(self, predictor: Predictor) -> list[str]:
        """The answers as the JSON of each prediction, or of the errors of a refused row."""
        found: list[str] = []
        for chunk in self.chunks():
            ragged = [ValidationIssue(row, "", "wrong_width", WRONG_WIDTH) for row in sorted(chunk.ragged)]
            others = [issue for issue in chunk.checked.errors if issue.row not in chunk.ragged]
            found += predictor.answer_checked(len(found), replace(chunk.checked, errors=[*ragged, *others]))
        return found
