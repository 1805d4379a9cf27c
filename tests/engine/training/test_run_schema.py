"""What SQLite refuses is a sentence with the way out; a fault of ours is raised."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mlops_desktop.engine.training.run_schema import is_damage, refusal


def error_of(code: int, text: str = "") -> sqlite3.Error:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "text"),
    [(sqlite3.SQLITE_NOTADB, ""), (sqlite3.SQLITE_CORRUPT, ""), (sqlite3.SQLITE_ERROR, "no such table: run")],
)
def test_a_damaged_or_foreign_file_is_damage(code, text):
    assert is_damage(error_of(code, text))


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (sqlite3.SQLITE_FULL, "the disk is full"),
        (sqlite3.SQLITE_IOERR | 2 << 8, "the disk fails"),  # an extended code
        (sqlite3.SQLITE_BUSY, "in use by another program"),
        (sqlite3.SQLITE_READONLY, "runs.sqlite” cannot be written"),
        (sqlite3.SQLITE_TOOBIG, "cannot be used"),
    ],
)
def test_other_errors_have_a_sentence(code, sentence):
    error = error_of(code)
    assert not is_damage(error)
    assert sentence in refusal(error, Path("runs.sqlite")).message


def test_a_wrong_statement_is_a_fault_of_ours():
    with pytest.raises(sqlite3.OperationalError, match="syntax"):
        refusal(error_of(sqlite3.SQLITE_ERROR, "syntax error"), Path("runs.sqlite"))
