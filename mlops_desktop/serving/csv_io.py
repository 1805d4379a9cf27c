"""Predictions for a CSV file: every row of the input in its order, invalid rows with the reason."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TextIO

import numpy as np

from .answers import NO_ANSWER, table_header, table_rows, unanswered
from .column import ValidationIssue, ValidationResult
from .csv_table import csv_rows, find_csv_table
from .errors import UserError
from .file_notation import NOTATION, NotationFinder, likely_decimal
from .frame import Floats
from .message import msg
from .names import clean_name, unique_names
from .schema import Schema
from .scorer import Scorer
from .text_encoding import text_encoding

CHUNK = 5000  # rows that are scored together
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


def read_chunks(text: TextIO, schema: Schema, size: int = CHUNK) -> Iterator[Chunk]:
    """The rows of a text with a header, checked by the schema, some thousands at a time. `text` is seekable and keeps its line ends.

    Delimiter and quotes, the row of the names, and how numbers, dates and booleans are written are found in the text; warnings of the first
    chunk with the code `notation` say what is written otherwise than in the training data. Blank lines are skipped where there is more than
    one column. Names are normalized as at training. UserError when there is no header, a name of the model's comes twice, no column is one
    of the model's, a needed column is absent, or cells read both ways and nothing settles it.
    """
    table = find_csv_table(text, schema)
    names = _names(table.header, schema)
    finder = NotationFinder(schema, likely_decimal(table.dialect.delimiter))
    written = {name: at for at, name in enumerate(names) if finder.wants(name)}
    for rows in csv_rows(text, table, size):
        whole = [row for row in rows if len(row) == len(names)]
        finder.add({name: {row[at] for row in whole} for name, at in written.items()})
    notation = finder.found()
    notes = [ValidationIssue(None, "", NOTATION, note) for note in notation.notes]
    for rows in csv_rows(text, table, size):
        chunk = _chunk(names, rows, notation.schema)
        if notes:
            checked = replace(chunk.checked, warnings=[*chunk.checked.warnings, *notes])
            chunk, notes = replace(chunk, checked=checked), []
        yield chunk


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


def decoded(file: BinaryIO) -> tuple[TextIO, tuple[str, ...]]:
    """A binary file as text, and a note where its encoding is a guess. UserError when it is the encoding of another script."""
    encoding = text_encoding(file)
    if not encoding:
        raise UserError("The file is not UTF-8, and its encoding cannot be told.", "Save it as UTF-8 (in Excel: “CSV UTF-8”).")
    file.seek(0)
    if encoding == "utf-8-sig":
        encoding = "utf-8"  # marks at the beginning are left off, however many there are
    note = msg("The file is not UTF-8; it was read as {encoding}. Check letters with accents.", encoding=encoding)
    return io.TextIOWrapper(file, encoding=encoding, errors="replace", newline=""), () if encoding.startswith("utf") else (note,)


def predict_file(scorer: Scorer, source: Path, target: Path) -> tuple[int, int, tuple[str, ...]]:
    """Write the answers to every row of a CSV file to another; the number of rows and of invalid ones, and warnings: a guessed encoding,
    what is written otherwise than in the training data, and each column of the model that is not in the file.

    The target is there wholly or not at all. UserError when it is the source, when the source cannot be read or is no CSV for this
    model, or when the target cannot be written.
    """
    rows = refused = 0
    warnings: tuple[str, ...] = ()
    part = target.with_name(target.name + ".part")
    if source.exists() and target.exists() and source.samefile(target):
        raise UserError(msg("“{target}” is the file that is read, so it is not written.", target=target), "Choose another name.")
    try:
        with source.open("rb") as file, part.open("w", encoding="utf-8", newline="") as out:
            text, notes = decoded(file)
            out.write(header_line(scorer))
            for chunk in read_chunks(text, scorer.schema):
                cells, _, valid = answer_chunk(scorer, chunk)
                out.write(as_csv(cells))
                rows += chunk.rows
                refused += chunk.rows - len(valid)
                warnings = warnings or tuple(
                    issue.message for issue in chunk.checked.warnings if issue.code in ("missing_column", NOTATION)
                )
        os.replace(part, target)
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
    return rows, refused, (*notes, *warnings)
