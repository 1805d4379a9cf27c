"""Predictions for a CSV file: every row of the input in its order, invalid rows with the reason."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TextIO

import numpy as np

from .answers import NO_ANSWER, formula_notes, row_warnings, table_header, table_rows, unanswered
from .batch_notes import BatchNotes, spelling_notes
from .cells import DAMAGED
from .column import ValidationIssue, ValidationResult
from .column_units import refuse_other_units, split_unit
from .csv_cells import BLOCK as CHUNK
from .csv_cells import CsvCells, TooManyRows, read_cells
from .csv_stacked import find_one_table
from .csv_table import CsvTable, find_csv_table
from .errors import UserError
from .file_notation import NOTATION, NotationFinder, likely_decimal
from .frame import Floats
from .headings import HEADING
from .input_policy import FittedPolicy
from .late_escape import LATE_ESCAPE
from .left_out import layout_messages, left_out_messages
from .message import msg
from .names import clean_name, match_names, refuse_repeated, unique_names
from .plural import plural_msg, quoted_columns
from .schema import Schema
from .scorer import Scorer
from .stacked_tables import IRREGULAR
from .text_encoding import is_packed, text_encoding
from .unclosed_quote import UNCLOSED_QUOTE

_DAMAGED = "Characters were damaged before or while they were read, and cells hold “\ufffd” for them: columns {columns}."
_UNKNOWN = "The model has no such field; it is left out."
_MOST_OTHER_LINES = 1000  # lines that are not rows of the table, in a text with the most rows
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


class CsvInput:
    """The table of a text, read once for a model: found in the text, with what was read and what was not in sentences.

    Delimiter and quotes, the row of the names, what is not a row of the table, and how numbers, dates, booleans and categories are written
    are found in the text. Blank lines are skipped where there is more than one column. Names are normalized as at training, and matched
    where they are spelled otherwise. `notes` repeat no cell, but the spellings of levels and words that were read; `left_out` says which
    lines are not rows of the table, with their texts. UserError when there is no header or no row below it, a name of the model's comes
    twice, no column is one of the model's, a needed column is absent, cells read both ways and nothing settles it, or percentages have
    lost their “%”; its kind `TooManyRows` when there are more than `most` rows.
    """

    def __init__(
        self, text: TextIO, schema: Schema, size: int = CHUNK, most: int | None = None, policy: FittedPolicy | None = None
    ) -> None:
        """`text` is seekable, at its beginning, and keeps its line ends; `size` is the number of rows that are checked together. Without
        `policy` whatever is unusual is a warning.
        """
        self._policy = policy
        known = {column.name for column in schema.columns}
        one = find_one_table(text, known, whole=False)
        read = _read(one.text if one else text, schema, size, most)
        if one is None and read.is_irregular() and (one := find_one_table(text, known, whole=True)):
            read = _read(one.text, schema, size, most)
        if most is not None and read.cells.rows > most:
            raise TooManyRows(most)
        if not read.cells.rows:
            raise UserError("The CSV holds column names but no row of data.", "Send at least one row.")
        refuse_other_units(schema.columns, read.units())
        notation = read.finder.found()
        self._cells = read.cells
        self.schema = notation.schema
        self.absent = known - set(read.names) - ({HEADING} if read.cells.has_headings else set())
        header = read.table.header
        self.unknown = [name for name, given in zip(read.names, header, strict=True) if name not in known and clean_name(given)]
        self.notes = (*spelling_notes(read.spelled), *notation.notes, *read.damage())
        self.left_out = [*([one.message()] if one else []), *_left_out(read)]
        # For each line below the names that is left out, how many rows are above it.
        self.left_out_below = [read.cells.rows_before(one.at) for one in read.cells.left_out]
        self.left_out_above = len(read.table.left_out)
        self._other_lines = len(read.table.left_out) + (one.left_out if one else 0)

    @property
    def rows(self) -> int:
        """Number of rows of the table."""
        return self._cells.rows

    def line_counts(self) -> list[str]:
        """How many lines that hold something are not rows of the table, without their texts."""
        lines = self._other_lines + len(self._cells.left_out)
        message = plural_msg(
            lines, "1 line that is not a row of the table was left out.", "{n} lines that are not rows of the table were left out."
        )
        return [message] if lines else []

    def chunks(self) -> Iterator[Chunk]:
        """The rows in their order, checked by the schema; the first ones with the warnings about the whole text."""
        notes = [ValidationIssue(None, "", NOTATION, note) for note in self.notes]
        notes += [ValidationIssue(None, name[:100], "unknown_field", _UNKNOWN) for name in self.unknown]
        for part in self._cells.parts():
            checked = self.schema.from_texts(part.columns, part.rows)
            if self._policy is not None:
                checked = self._policy.apply(checked)
            if notes:
                checked, notes = replace(checked, warnings=[*checked.warnings, *notes]), []
            yield Chunk(checked, part.rows, part.ragged)


@dataclass(frozen=True, eq=False)
class _Read:
    """A table of a text as it was read: its names, those that are the model's in another spelling, its cells and how they are written."""

    table: CsvTable
    names: list[str]
    spelled: dict[str, str]
    cells: CsvCells
    finder: NotationFinder
    damaged: frozenset[str]

    def damage(self) -> list[str]:
        """That cells of some columns hold the mark for a damaged character."""
        shown = quoted_columns(sorted(self.damaged), 5)
        return [msg(_DAMAGED, columns=shown)] if self.damaged else []

    def units(self) -> dict[str, str]:
        """The units that the text states for columns: in a row below the names, or in names that are spelled otherwise."""
        stated = self.table.sifter.layout.units if self.table.extra != "row_names" else ("", *self.table.sifter.layout.units)
        found = {name: unit for name, unit in zip(self.names, stated, strict=False) if unit}
        return {**{known: unit for name, known in self.spelled.items() if (unit := split_unit(name)[1])}, **found}

    def is_irregular(self) -> bool:
        """Whether rows fit so badly that they may belong to a further table."""
        noted = {self.table.extra, *(one.reason for one in self.cells.left_out)}
        return self.cells.has_ragged or not IRREGULAR.isdisjoint(noted)


def _read(text: TextIO, schema: Schema, size: int, most: int | None) -> _Read:
    """The table of a text; without quotes where one of them is never closed."""
    known = {column.name for column in schema.columns}
    text.seek(0)
    table = find_csv_table(text, known)
    names, spelled = _names(table.header, schema)
    if HEADING in known and HEADING not in names:
        table = replace(table, sifter=replace(table.sifter, heads=True))
    places = {name: at for at, name in enumerate(names) if name in known}
    while True:
        finder, damaged = NotationFinder(schema, likely_decimal(table.dialect.delimiter)), set[str]()
        cells = read_cells(text, table, places, _taker(finder, damaged), size, None if most is None else most + _MOST_OTHER_LINES)
        if not cells.has_unclosed_quote:
            schema.check_columns([*names, *([HEADING] if cells.has_headings else [])])
            return _Read(table, names, spelled, cells, finder, frozenset(damaged))
        table = replace(table, dialect=replace(table.dialect, quote=""), has_unclosed_quote=True)


def _taker(finder: NotationFinder, damaged: set[str]) -> Callable[[Mapping[str, Iterable[str]]], None]:
    """What takes the texts of each column: for their notation, and the names of columns with damaged characters."""

    def take(columns: Mapping[str, Iterable[str]]) -> None:
        finder.add(columns)
        damaged.update(name for name, texts in columns.items() if DAMAGED in "".join(texts))

    return take


def _names(header: Sequence[str], schema: Schema) -> tuple[list[str], dict[str, str]]:
    """The column names of a header, normalized as at training, and those that are the model's in another spelling."""
    if not any(clean_name(name) for name in header):
        raise UserError("The CSV has no header.", _REMEDY)
    known = {column.name for column in schema.columns}
    names, doubled = unique_names(header)
    spelled = match_names(names, known)
    refuse_repeated([spelled.get(name, name) for name in doubled], known)
    names = [spelled.get(name, name) for name in names]
    if not known & set(names):
        raise UserError("None of the columns is one of the model's.", _REMEDY)
    return names, spelled


def _left_out(read: _Read) -> list[str]:
    """What is in a text that is no row of its table, in sentences."""
    table, cells = read.table, read.cells
    mark = table.sifter.wanted.comment
    found = [message for _, message in layout_messages(replace(table.sifter.layout, left_out=table.left_out), mark)]
    found += [message for _, message in left_out_messages(cells.left_out, mark)]
    if cells.empty:
        found.append(plural_msg(cells.empty, "1 empty row at the end was left out.", "{n} empty rows at the end were left out."))
    if table.has_unclosed_quote:
        found.append(UNCLOSED_QUOTE)
    return [*found, LATE_ESCAPE] if table.late_escape else found


def answer_chunk(scorer: Scorer, chunk: Chunk) -> tuple[list[list[str]], Floats, list[int]]:
    """Cells of the answers (under `table_header`), the scores of the rows that were answered, and their positions."""
    errors = chunk.errors()
    valid = [i for i in range(chunk.rows) if i not in errors]
    frame = chunk.checked.frame if not errors else chunk.checked.frame.take(np.array(valid, dtype=np.intp))
    scores = scorer.scores(frame)
    bounds = scorer.intervals(frame, scores)
    if without := set(unanswered(scores)):
        errors.update((valid[i], NO_ANSWER) for i in without)
        kept = [i for i in range(len(valid)) if i not in without]
        valid, scores, bounds = [valid[i] for i in kept], scores[kept], None if bounds is None else bounds[kept]
    every = np.zeros((chunk.rows, *scores.shape[1:]))
    every[valid] = scores
    intervals = None if bounds is None else np.full((chunk.rows, 2), np.nan)
    if intervals is not None:
        intervals[valid] = bounds
    return table_rows(scorer, every, errors, row_warnings(chunk.checked), intervals), scores, valid


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells as CSV lines that end in a line feed."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def header_line(scorer: Scorer) -> str:
    """The first line of an answer."""
    return as_csv([table_header(scorer)])


def decoded(file: BinaryIO, schema: Schema | None = None) -> tuple[TextIO, tuple[str, ...]]:
    """A binary file as text, and a note where its encoding is a guess. UserError when it is the encoding of another script that neither
    the names nor the levels of the schema show, and letters of it may matter to the model, or when it is no text.
    """
    start = file.read(16)
    file.seek(0)
    if is_packed(start):
        raise UserError("The file is not a text, but a workbook, an archive or the like.", "Save its table as CSV (in Excel: “CSV UTF-8”).")
    known = [*non_ascii_texts(schema)] if schema else []
    encoding = text_encoding(file, known)
    matters = schema is None or bool(known) or any(column.type == "text" for column in schema.columns)
    if not encoding and matters:
        raise UserError("The file is not UTF-8, and its encoding cannot be determined.", "Save it as UTF-8 (in Excel: “CSV UTF-8”).")
    file.seek(0)
    note = msg("The file is not UTF-8; it was read as {encoding}. Check letters with accents.", encoding=encoding)
    if not encoding:
        encoding = "latin-1"
        note = msg("The file is not UTF-8, and its encoding cannot be determined; only ASCII characters were read correctly.")
    if encoding == "utf-8-sig":
        encoding = "utf-8"  # marks at the beginning are left off, however many there are
    return io.TextIOWrapper(file, encoding=encoding, errors="replace", newline=""), () if encoding.startswith("utf") else (note,)


def non_ascii_texts(schema: Schema) -> Iterator[str]:
    """The names and levels of a schema that are not plain ASCII: the encoding of a file is found by them."""
    for column in schema.columns:
        for text in (column.name, *(column.levels if column.type != "boolean" else ())):
            if len(text) > 1 and not text.isascii():
                yield text


def predict_file(scorer: Scorer, source: Path, target: Path, policy: FittedPolicy | None = None) -> tuple[int, int, tuple[str, ...]]:
    """Write the answers to every row of a CSV file to another; the number of rows and of invalid ones, and warnings: a guessed encoding,
    what is written otherwise than in the training data, lines that are no rows, columns that are not in the file or not the model's, and
    what is unusual in the cells.

    The target is there wholly or not at all. UserError when it is the source, when the source cannot be read or is no CSV for this
    model, or when the target cannot be written.
    """
    part = target.with_name(target.name + ".part")
    if source.exists() and target.exists() and source.samefile(target):
        raise UserError(msg("“{target}” is the file that is read, so it is not written.", target=target), "Choose another name.")
    try:
        with source.open("rb") as file, part.open("w", encoding="utf-8", newline="") as out:
            found = _answer(scorer, file, out, policy)
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
    return found


def _answer(scorer: Scorer, file: BinaryIO, out: TextIO, policy: FittedPolicy | None) -> tuple[int, int, tuple[str, ...]]:
    """Write the answers to the rows of an open file."""
    schema = scorer.schema if policy is None else policy.schema
    text, notes = decoded(file, schema)
    with text:
        table = CsvInput(text, schema, policy=policy)
    unusual = BatchNotes(table.schema, table.absent, table.unknown, target=scorer.target)
    out.write(header_line(scorer))
    rows = refused = 0
    for chunk in table.chunks():
        cells, _, valid = answer_chunk(scorer, chunk)
        out.write(as_csv(cells))
        unusual.add(chunk.checked, chunk.ragged)
        rows, refused = rows + chunk.rows, refused + chunk.rows - len(valid)
    return rows, refused, (*notes, *table.left_out, *table.notes, *unusual.messages(), *formula_notes(scorer))
