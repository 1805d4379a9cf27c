from __future__ import annotations

import sqlite3
from contextlib import closing

from mlops_desktop.engine.training.run_salvage import checksum, holds, salvage

TABLE = "CREATE TABLE run (seq INTEGER PRIMARY KEY, id TEXT, key TEXT, record TEXT, sum TEXT NOT NULL DEFAULT '', UNIQUE (key, id))"


def written(path, count):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(TABLE)
        connection.execute("CREATE TABLE look (seq INTEGER PRIMARY KEY, why TEXT)")
        for n in range(count):
            record = f"{n} " + "x" * 500
            connection.execute("INSERT INTO run VALUES (?, ?, 'k', ?, ?)", (n, str(n), record, checksum(str(n), "k", record)))
        connection.execute("INSERT INTO look VALUES (1, 'check')")
        connection.commit()
    return path


def salvaged(path, is_run=lambda record: True):
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(TABLE)
        connection.execute("CREATE TABLE look (seq INTEGER PRIMARY KEY, why TEXT)")
        count = salvage(path, connection, is_run)
        found = [seq for (seq,) in connection.execute("SELECT seq FROM run ORDER BY seq")]
        assert len(found) == count
        return found, connection.execute("SELECT why FROM look").fetchall()


def test_the_rows_before_and_behind_the_damage_are_found(tmp_path):
    path = written(tmp_path / "runs.sqlite", 300)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096] = b"\xff" * 4096
    path.write_bytes(data)
    found, test_accesses = salvaged(path)
    assert 200 < len(found) < 300
    assert (found[0], found[-1]) == (0, 299)
    assert test_accesses == [("check",)]


def test_records_that_are_not_those_that_were_written_are_left_out(tmp_path):
    path = written(tmp_path / "runs.sqlite", 5)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE run SET record = 'other' WHERE seq = 1")
        connection.execute("UPDATE run SET sum = '' WHERE seq = 2")
        connection.commit()
    assert salvaged(path, lambda record: not record.startswith("4"))[0] == [0, 2, 3]


def test_a_file_that_is_no_database_holds_nothing(tmp_path):
    path = tmp_path / "runs.sqlite"
    path.write_bytes(b"garbage" * 1000)
    assert salvaged(path) == ([], [])


def test_checksums():
    assert holds("a", "k", "{}", checksum("a", "k", "{}"))
    assert holds("a", "k", "{}", "")
    assert not holds("b", "k", "{}", checksum("a", "k", "{}"))
