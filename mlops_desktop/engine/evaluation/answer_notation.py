"""The notation of a file of answers: delimiter and decimal mark, as in the file that was answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mlops_desktop.engine.data import Cells, notation_of
from mlops_desktop.serving.file_notation import likely_decimal
from mlops_desktop.serving.schema import Schema
from mlops_desktop.serving.scorer import Scorer

WrittenAs = Literal["plain", "file"]  # commas and decimal points, or as the file that is answered
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class AnswerNotation:
    """`delimiter` is between the cells, `decimal` in numbers."""

    delimiter: str = ","
    decimal: str = "."

    def written(self, row: list[str], numbers: Sequence[int]) -> list[str]:
        """The cells of a row with the decimal mark in the cells at these places, which are numbers as Python writes them or empty."""
        if self.decimal != ".":
            for at in numbers:
                row[at] = row[at].replace(".", self.decimal)
        return row


def notation_of_answers(cells: Cells, schema: Schema) -> AnswerNotation:
    """The marks of the text file that these cells were read from; commas and decimal points for any other source.

    The decimal mark is that of its columns of numbers where they agree, else the one that the delimiter suggests.
    """
    if cells.delimiter not in _DELIMITERS[1:]:
        return AnswerNotation()
    there = set(cells.names)
    numbers = [column for column in notation_of(cells, schema).schema.columns if column.type == "number" and column.name in there]
    marks = {column.grammar.decimal for column in numbers if cells.column(column.name).kind == "text"}
    return AnswerNotation(cells.delimiter, marks.pop() if len(marks) == 1 else likely_decimal(cells.delimiter) or ".")


def places_of_numbers(scorer: Scorer, header: Sequence[str]) -> list[int]:
    """Where numbers are in the cells under `table_header`: all but classes, warnings and errors."""
    return [at for at, _ in enumerate(header[:-2]) if at or not scorer.classes]
