"""Predictions for a CSV file: every row of the input in its order, invalid rows with the reason."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .answers import NO_ANSWER, table_header, table_rows, unanswered
from .column import ValidationResult
from .errors import UserError
from .frame import Floats
from .message import msg
from .names import clean_name, unique_names
from .schema import Schema
from .scorer import Scorer

DELIMITERS = ",;\t|"
CHUNK = 5000  # rows that are scored together
LARGEST_CELL = 16 * 2**20  # characters; the reader's own limit of 131,072 is short for texts
WRONG_WIDTH = "The row has another number of cells than the header."
_REMEDY = "Send a header with the names of the model's columns, then one line for each row."


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some rows of a file, validated by the schema; `ragged` are the rows whose number of cells differs from the header."""

    checked: ValidationResult
    rows: int
    ragged: frozenset[int]

    def errors(self) -> dict[int, str]:
        """The messages of the errors of each invalid row, joined to one line."""
        messages: dict[int, list[str]] = {row: [WRONG_WIDTH] for row in self.ragged}
        for issue in self.checked.errors:
            if issue.row is not None and issue.row not in self.ragged:
                messages.setdefault(issue.row, []).append(issue.message)
        return {row: " ".join(texts) for row, texts in messages.items()}


def read_chunks(lines: Iterable[str], schema: Schema, size: int = CHUNK) -> Iterator[Chunk]:
    """The rows of a CSV text with a header, checked by the schema, some thousands at a time. `lines` keep their line ends.

    The delimiter (comma, semicolon, tab, bar) is detected in the header; cells may be quoted and quoted cells may hold line ends; blank
    lines are skipped where there is more than one column. Names are normalized as at training. UserError when there is
    no header, a name of the model's comes twice, no column is one of the model's, or a needed column is absent.
    """
    csv.field_size_limit(LARGEST_CELL)
    source = iter(lines)
    first = next(source, "").removeprefix("\ufeff")
    while first and not first.strip():
        first = next(source, "")
    reader = csv.reader(_chain(first, source), delimiter=find_delimiter(first))
    try:
        names = _names(next(reader, []), schema)
        waiting: list[list[str]] = []
        for row in reader:
            if not row and len(names) > 1:
                continue
            waiting.append(row or [""])
            if len(waiting) >= size:
                yield _chunk(names, waiting, schema)
                waiting = []
        if waiting:
            yield _chunk(names, waiting, schema)
    except csv.Error as error:
        raise UserError(msg("Line {line_num} cannot be read as CSV.", line_num=reader.line_num), "Check its quotation marks.") from error


def _chain(first: str, source: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from source


def find_delimiter(header: str) -> str:
    """The delimiter that is most frequent in a header line, outside quotation marks; the comma when there is none."""
    bare = "".join(header.split('"')[::2])
    return max(DELIMITERS, key=lambda mark: (bare.count(mark), -DELIMITERS.index(mark)))


def _names(header: Sequence[str], schema: Schema) -> list[str]:
    """The column names of a header, normalized as at training."""
    if not any(clean_name(name) for name in header):
        raise UserError("The CSV has no header.", _REMEDY)
    known = {column.name for column in schema.columns}
    names, doubled = unique_names(header)
    if any(name in known and f"{name}_2" not in known for name in doubled):
        raise UserError("The header names a column twice.", "Give each column a name of its own.")
    if not known & set(names):
        raise UserError("None of the columns is one of the model's.", _REMEDY)
    schema.check_columns(names)
    return names


def _chunk(names: Sequence[str], rows: list[list[str]], schema: Schema) -> Chunk:
    width = len(names)
    ragged = frozenset(i for i, row in enumerate(rows) if len(row) != width)
    whole = [row if len(row) == width else [""] * width for row in rows] if ragged else rows
    columns = dict(zip(names, zip(*whole, strict=True), strict=True))
    return Chunk(schema.from_texts(columns, len(rows)), len(rows), ragged)


def answer_chunk(scorer: Scorer, chunk: Chunk) -> tuple[list[list[str]], Floats, list[int]]:
    """Cells of the answers (under `table_header`), the scores of the rows that were answered, and their positions."""
    errors = chunk.errors()
    valid = [i for i in range(chunk.rows) if i not in errors]
    frame = chunk.checked.frame if not errors else chunk.checked.frame.take(np.array(valid, dtype=np.intp))
    scores = scorer.scores(frame)
    if without := set(unanswered(scores)):
        errors.update((valid[i], NO_ANSWER) for i in without)
        kept = [i for i in range(len(valid)) if i not in without]
        valid, scores = [valid[i] for i in kept], scores[kept]
    every = np.zeros((chunk.rows, *scores.shape[1:]))
    every[valid] = scores
    return table_rows(scorer, every, errors), scores, valid


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells as CSV lines that end in a line feed."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def header_line(scorer: Scorer) -> str:
    """The first line of an answer."""
    return as_csv([table_header(scorer)])


def predict_file(scorer: Scorer, source: Path, target: Path) -> tuple[int, int, tuple[str, ...]]:
    """Write the answers to every row of a CSV file (UTF-8) to another; the number of rows and of invalid ones, and a warning for each
    column of the model that is not in the file.

    The target is there wholly or not at all. UserError when the source cannot be read, is no CSV for this model, or the target not written.
    """
    rows = refused = 0
    absent: tuple[str, ...] = ()
    part = target.with_name(target.name + ".part")
    try:
        with source.open(encoding="utf-8-sig", newline="") as lines, part.open("w", encoding="utf-8", newline="") as out:
            out.write(header_line(scorer))
            for chunk in read_chunks(lines, scorer.schema):
                cells, _, valid = answer_chunk(scorer, chunk)
                out.write(as_csv(cells))
                rows += chunk.rows
                refused += chunk.rows - len(valid)
                absent = tuple(issue.message for issue in chunk.checked.warnings if issue.code == "missing_column")
        os.replace(part, target)
    except UnicodeDecodeError as error:
        raise UserError(msg("“{source}” is not UTF-8.", source=source.name), "Save it as UTF-8 (in Excel: “CSV UTF-8”).") from error
    except OSError as error:
        wrong = target if error.filename and str(error.filename).endswith(".part") else source
        raise UserError(
            msg(
                "“{wrong}” cannot be {text}: {strerror}.",
                wrong=wrong,
                text="written" if wrong is target else "read",
                strerror=error.strerror,
            ),
            "Check the path.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return rows, refused, absent
