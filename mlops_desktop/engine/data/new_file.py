"""Reads a new file by the schema of a model, and notes in sentences what a person should know of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.typed_table import conform
from mlops_desktop.serving.batch_notes import BatchNotes
from mlops_desktop.serving.column import ValidationIssue, ValidationResult
from mlops_desktop.serving.column_units import refuse_other_units
from mlops_desktop.serving.csv_io import WRONG_WIDTH
from mlops_desktop.serving.file_notation import NOTATION
from mlops_desktop.serving.names import refuse_repeated
from mlops_desktop.serving.schema import Schema


@dataclass(frozen=True, eq=False)
class NewFile:
    """The rows of a file by a schema, the `cells` that they were read from, and `notes`: what in it is no row of its table, what it writes
    otherwise than the training data, and what is unusual in it.
    """

    checked: ValidationResult
    notes: tuple[str, ...]
    cells: Cells

    def problems(self) -> dict[int, str]:
        """The messages of each refused row, joined to one line, by its position."""
        found: dict[int, list[str]] = {}
        for problem in self.checked.errors:
            assert problem.row is not None, "columns that lack are refused before"
            found.setdefault(problem.row, []).append(problem.message)
        return {row: " ".join(messages) for row, messages in found.items()}


def read_new_file(cells: Cells, schema: Schema, model: Schema, target: str = "") -> NewFile:
    """The cells of another file as a frame of a schema; `model` has those of its columns that the model uses.

    A row with another number of cells than the header is refused, as its cells may be under wrong names. UserError when a column lacks
    that the model cannot do without, when one of its columns is there twice, and when cells read both ways and nothing settles it.
    """
    refuse_repeated(cells.repeated, {column.name for column in schema.columns})
    model.check_columns(cells.names)
    refuse_other_units(schema.columns, cells.units)
    checked = conform(cells, schema)
    ragged = frozenset(row - 1 for note in cells.notes if note.rule == "ragged" for row in note.rows)
    errors = [ValidationIssue(row, "", "ragged", WRONG_WIDTH) for row in sorted(ragged)]
    checked = replace(checked, errors=[*errors, *(issue for issue in checked.errors if issue.row not in ragged)])
    known = {column.name for column in schema.columns}
    absent = {column.name for column in model.columns}.difference(cells.names)
    unusual = BatchNotes(model, absent, [name for name in cells.names if name not in known], target=target)
    unusual.add(checked, ragged)
    notes = [note.message for note in cells.notes if note.rule != "ragged"]
    notes += [issue.message for issue in checked.warnings if issue.code == NOTATION]
    return NewFile(checked, (*notes, *unusual.messages()), cells)
