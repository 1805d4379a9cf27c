"""Late labels from a file: a CSV whose rows are joined with the prediction log by request id, or by a column that the log keeps."""

from __future__ import annotations

import csv
import io
import sqlite3
from pathlib import Path
from typing import Any

from ..dialect import DELIMITERS, find_dialect
from ..errors import UserError
from ..message import msg
from ..plural import quoted_columns
from .feedback import Labelled, Outcome, store_labels, store_labels_by_key
from .store import FILE, open_store

REQUEST, ROW, LABEL = "request_id", "row", "label"
_SAMPLE = 65_536  # characters from which the delimiter is found


def store_label_file(folder: Path, file: Path, target: str, key: str = "", replace: bool = False) -> Outcome:
    """Store the labels of a CSV file, UTF-8 with a header: columns `request_id`, `row` (where a request had several rows), and `label` or
    the name of the target. With `key` a row is found by its column of this name instead. UserError when the file or the store cannot be
    used; nothing is then stored.
    """
    names, lines = _read(file)
    label = next((name for name in (LABEL, target) if name in names and name != key), "")
    wanted = key or REQUEST
    if absent := [name for name, there in ((wanted, wanted in names), (LABEL, bool(label))) if not there]:
        raise UserError(msg("The file “{file}” has no column {columns}.", file=file.name, columns=quoted_columns(absent)), _remedy(key))
    if not (folder / FILE).is_file():
        raise UserError(
            msg("There is no store of monitoring in “{folder}”.", folder=folder), "Name the folder of the service's --monitor-folder."
        )
    outcome = Outcome()
    rows = [dict(zip(names, line, strict=False)) for line in lines]
    try:
        store = open_store(folder)
        if key:
            store_labels_by_key(store, key, _by_key(rows, key, label, outcome), outcome, replace)
        else:
            store_labels(store, _by_request(rows, label, outcome), outcome, replace)
    except sqlite3.Error as error:
        raise UserError(msg("The store of monitoring cannot be written: {reason}.", reason=error), "Send the file again later.") from error
    return outcome


def _by_request(rows: list[dict[str, str]], label: str, outcome: Outcome) -> list[Labelled]:
    found = []
    for at, row in enumerate(rows):
        number = row.get(ROW, "").strip()
        if number and not (number.isascii() and number.isdigit() and len(number) < 16):
            outcome.refuse(at, "wrong_type", "row must be the number of a row in its request, from 0.", ROW)
        elif not row.get(label, "").strip():
            outcome.refuse(at, "missing", "“label” is needed.", LABEL)
        else:
            found.append(Labelled(at, row.get(REQUEST, "").strip(), int(number) if number else None, row[label].strip()))
    return found


def _by_key(rows: list[dict[str, str]], key: str, label: str, outcome: Outcome) -> dict[str, tuple[int, Any]]:
    """Number and label of each entry by its key; a key that comes again with another label is refused."""
    found: dict[str, tuple[int, Any]] = {}
    for at, row in enumerate(rows):
        text, value = row.get(key, "").strip(), row.get(label, "").strip()
        if not text or not value:
            outcome.refuse(at, "missing", "“label” is needed." if text else "The key is needed.", LABEL)
        elif text not in found:
            found[text] = at, value
        elif found[text][1] == value:
            outcome.unchanged += 1
        else:
            outcome.refuse(at, "already_labelled", "The key comes twice in the file, with different labels.", LABEL)
    return found


def _read(file: Path) -> tuple[list[str], list[list[str]]]:
    """The names of the columns of a file, and its lines."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserError(msg("The file “{file}” cannot be read.", file=file), "Check the path.") from error
    except UnicodeDecodeError as error:
        raise UserError(msg("The file “{file}” is not UTF-8.", file=file), "Save it as CSV in UTF-8.") from error
    dialect = find_dialect(text[:_SAMPLE], DELIMITERS)
    delimiter = dialect.delimiter if len(dialect.delimiter) == 1 else ","
    lines = [line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(map(str.strip, line))]
    if not lines:
        raise UserError(msg("The file “{file}” is empty.", file=file), _remedy(""))
    return [name.strip() for name in lines[0]], lines[1:]


def _remedy(key: str) -> str:
    if key:
        return msg("Name them {key} and label.", key=key)
    return msg("Name them request_id and label, or a column of the log with --key.")
