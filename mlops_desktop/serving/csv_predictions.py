"""Answers a CSV of a request for one model: as CSV with a reason beside each refused row, or as JSON predictions."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import TextIO, TypeVar

from .answers import formula_notes, refused_row, table_header
from .batch_notes import BatchNotes, header_text
from .column import ValidationIssue
from .csv_cells import BLOCK, TooManyRows
from .csv_io import WRONG_WIDTH, Chunk, CsvInput, answer_chunk, as_csv, decoded, header_line
from .deadline import check_deadline
from .dialect import BLANKS, DELIMITERS, FIXED, SAMPLE_BYTES, find_dialect
from .errors import UserError
from .http_messages import CSV, Headers, Reply
from .http_problems import HttpProblem, error_entry, too_large
from .message import msg
from .names import clean_name, match_names
from .predictor import CHUNK, AnswerSize, Predictor, row_numbers
from .schema import Schema
from .table_finder import SAMPLE_ROWS
from .unclosed_quote import beginning_rows

T = TypeVar("T")
LEFT_OUT = "The line is no row of the table, so it was left out."


class CsvRequest:
    """The table in the body of a request for `predictor`, found and opened. HttpProblem when it holds none for the model, or more than
    `most` rows.

    `by_position`: a client finds an answer by the number of its line. A line that is left out then has an answer too, which says so, and
    the names of the columns may be lacking.
    """

    def __init__(self, body: bytes, predictor: Predictor, most: int, *, by_position: bool = False) -> None:
        self._predictor, policy = predictor, predictor.policy
        try:
            text, self._notes = decoded(io.BytesIO(body), policy.schema)
        except UserError as error:
            raise HttpProblem(400, "invalid_encoding", error.message, error.remedy) from None
        names = _lacking_names(text, policy.schema) if by_position else ""
        if names:
            text = io.StringIO(names + text.read().lstrip("\ufeff"), newline="")
        try:
            self._table = CsvInput(text, policy.schema, min(BLOCK, BLOCK * predictor.chunk // CHUNK), most, policy)
        except TooManyRows:
            raise too_large(msg("At most {most:,} rows are taken at once; send the file in parts.", most=most)) from None
        except UserError as error:
            raise HttpProblem(422, "invalid_csv", error.message, error.remedy) from None
        above = [0] * self._table.left_out_above if names else []
        self._left_out = [*above, *self._table.left_out_below] if by_position else []
        self._warned = len(self._notes)
        table, target = self._table, predictor.scorer.target
        self._unusual = BatchNotes(table.schema, table.absent, table.unknown, target=target, examples=False)

    def as_csv(self) -> Reply:
        """The answers as CSV; `x-model-notes` says what differs from the training data."""
        predictor, rows = self._predictor, 0
        scorer, metrics = predictor.scorer, predictor.metrics
        size, out = AnswerSize(), [header_line(scorer)]
        left_out = [""] * (len(table_header(scorer)) - 1) + [LEFT_OUT]
        for chunk in self._chunks():
            metrics.rejected(chunk.checked.errors)
            metrics.warned(chunk.checked.warnings)
            cells, scores, valid = answer_chunk(scorer, chunk)
            lines = self._with_left_out(cells, rows, left_out)
            out += size.add([as_csv(lines)])
            answered = chunk.checked.frame.take(row_numbers(valid))
            metrics.predicted(answered, scores, predictor.decide(scores), chunk.rows - len(valid), rows, valid)
            rows += chunk.rows
        return Reply("".join(out).encode("utf-8", "replace"), CSV, tuple(self._headers(*formula_notes(scorer))))

    def predictions(self) -> tuple[list[str], Headers]:
        """The answers as the JSON of each prediction, or of the errors of a refused row, and the headers that `as_csv` gives."""
        found: list[str] = []
        rows, size = 0, AnswerSize()
        left_out = refused_row([error_entry("left_out", LEFT_OUT, "rows")])
        for chunk in self._chunks():
            ragged = [ValidationIssue(row, "", "wrong_width", WRONG_WIDTH) for row in sorted(chunk.ragged)]
            others = [issue for issue in chunk.checked.errors if issue.row not in chunk.ragged]
            answers = self._predictor.answer_checked(rows, replace(chunk.checked, errors=[*ragged, *others]))
            found += size.add(self._with_left_out(answers, rows, left_out))
            rows += chunk.rows
        return found, self._headers()

    def _chunks(self) -> Iterator[Chunk]:
        """The rows in their order, checked, and counted for the headers."""
        for chunk in self._table.chunks():
            check_deadline()
            self._warned += len(chunk.checked.warnings)
            self._unusual.add(chunk.checked, chunk.ragged)
            yield chunk

    def _with_left_out(self, answers: list[T], start: int, left_out: T) -> list[T]:
        """The answers to the rows of a table from one on, with those of the lines between and behind them that are left out."""
        end = start + len(answers)
        is_last = end == self._table.rows
        for at in reversed(self._left_out):
            if start <= at < end or (is_last and at == end):
                answers.insert(at - start, left_out)
        return answers

    def _headers(self, *further: str) -> Headers:
        """What differs from the training data in the rows, once all of them were answered."""
        headers = [(b"x-model-warnings", str(self._warned).encode())]
        table = self._table
        if notes := (*self._notes, *table.line_counts(), *table.notes, *self._unusual.messages(), *further):
            headers.append((b"x-model-notes", header_text(notes)))
        return headers


def _lacking_names(text: TextIO, schema: Schema) -> str:
    """The line with the names of the columns that a table lacks, in its dialect; "" where it has one. `text` is at its beginning.

    A table lacks it where its first row has a cell for each column of the schema, and fewer than half of them are names of columns as
    `find_csv_table` matches them. SageMaker sends such tables.
    """
    sample = text.read(SAMPLE_BYTES).lstrip("\ufeff")
    more = bool(text.read(1))
    text.seek(0)
    dialect = find_dialect(sample, DELIMITERS)
    if dialect.delimiter in (BLANKS, FIXED):
        return ""
    rows, dialect = beginning_rows(sample, dialect, SAMPLE_ROWS, more=more)
    first = next((row for _, row in rows if row), [])
    names = [column.name for column in schema.columns]
    given = [*map(clean_name, first)]
    matched = len({*names}.intersection(given)) + len(match_names(given, {*names}))
    if len(first) != len(names) or 2 * matched >= len(names):
        return ""
    out = io.StringIO()
    ends = "\n" if "\n" in sample else "\r"
    csv.writer(out, delimiter=dialect.delimiter, quotechar=dialect.quote or '"', lineterminator=ends).writerow(names)
    return out.getvalue()
