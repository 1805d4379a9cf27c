from __future__ import annotations

import contextlib
import os
import sqlite3
import time

import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.monitoring import store as module
from mlops_desktop.serving.monitoring.store import _VERSIONS, DAY, FILE, HOUR, MAX_MERGED, VERSION, Block, open_store

NOW = 1_000_000 * HOUR + 1800.0
ALWAYS = float("-inf"), float("inf")


@pytest.fixture
def store(tmp_path):
    return open_store(tmp_path / "monitor")


def block(start, rows, model="m", seconds=5.0):
    return Block(model, start, start + seconds, rows, {"outcomes": {"no": rows}, "drift": [[rows, 0]]})


def held(store, model="m"):
    found = [*store.blocks([model], *ALWAYS)]
    assert all(one.counts["outcomes"]["no"] == one.rows == one.counts["drift"][0][0] for one in found)
    return [one.rows for one in found]


def test_blocks_are_found_by_model_and_time(store):
    store.add([block(NOW - 10, 1), block(NOW - 10, 7, model="other")], {"m": {"name": "a"}})
    store.add([block(NOW, 2)], {})
    assert held(store) == [1, 2]
    assert [one.rows for one in store.blocks(["m", "other"], NOW - 5, NOW + 5)] == [2]
    with store.reading() as db:
        assert db.execute("SELECT key, info FROM models ORDER BY id").fetchall() == [("m", '{"name": "a"}'), ("other", "{}")]


def test_old_blocks_become_hours_and_days_and_are_dropped(store):
    old, ancient = NOW - 3 * HOUR, NOW - 70 * DAY
    store.add([block(ancient + i * HOUR, 1) for i in range(30)] + [block(old + i * 60, 1) for i in range(90)] + [block(NOW, 1)], {})
    while store.merge(NOW):
        pass
    store.merge(NOW)  # the hours that the first round made are merged into days
    assert held(store) == [8, 22, 30, 60, 1]
    store.add([block(old, 5)], {})
    store.merge(NOW)
    assert held(store) == [8, 22, 35, 60, 1], "a block that comes late joins its hour"
    assert [one.rows for one in store.blocks(["m"], NOW - HOUR, NOW + HOUR)] == [1], (
        "a merged block is in no window that its parts were not in"
    )
    store.drop(NOW - 60 * DAY)
    assert held(store) == [35, 60, 1]


def test_merging_takes_few_blocks_at_a_time(store):
    store.add([block(NOW - 2 * HOUR, 1)] * (MAX_MERGED + 5), {})
    assert store.merge(NOW)
    assert held(store) == [MAX_MERGED] + [1] * 5
    assert not store.merge(NOW)
    assert held(store) == [MAX_MERGED + 5]


def test_the_last_rows_are_those_that_were_added_last_whatever_the_clock_says(store):
    for start, rows in ((NOW, 10), (NOW - 5 * HOUR, 20), (NOW - 4 * HOUR, 30)):  # the clock was put back
        store.add([block(start, rows)], {})
    assert [one.rows for one in store.newest("m", 31)] == [30, 20]
    assert [one.rows for one in store.newest("m", 10**9)] == [30, 20, 10]
    store.merge(NOW)
    assert [one.rows for one in store.newest("m", 1)] == [30]


def test_a_write_that_fails_leaves_nothing_behind(store):
    with pytest.raises(TypeError):
        store.add([block(NOW, 1), Block("m", NOW, NOW, 1, {"x": object()})], {})
    assert held(store) == []


def test_a_store_of_an_older_version_opens_with_what_it_holds(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as db:
        db.executescript(_VERSIONS[0])
        db.execute("PRAGMA user_version = 1")
        db.execute("INSERT INTO models VALUES (1, 'm', '{}')")
        db.execute("INSERT INTO blocks VALUES (1, 1, 0, ?, ?, 4, ?)", (NOW, NOW, '{"outcomes": {"no": 4}, "drift": [[4, 0]]}'))
    store = open_store(tmp_path)
    store.add([block(NOW, 1)], {})
    assert held(store) == [4, 1]
    with store.reading() as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == VERSION
        assert db.execute("SELECT count(*) FROM labels").fetchone()[0] == 0


def test_several_writers_make_one_store(tmp_path):
    stores = [open_store(tmp_path) for _ in range(3)]
    for one in stores:
        one.add([block(NOW, 1)], {})
    assert held(stores[0]) == [1, 1, 1]


def test_a_store_that_is_gone_is_made_anew_and_readable_by_its_account_alone(store):
    for leave_nothing in (lambda: store.path.unlink(), lambda: store.path.parent.rename(store.path.parents[1] / "moved # 100%")):
        store.add([block(NOW, 1)], {})
        leave_nothing()
        assert held(store) == []
        store.add([block(NOW, 2)], {})
        assert held(store) == [2]
        assert os.name == "nt" or store.path.stat().st_mode & 0o777 == 0o600
        store.path.unlink()
    with pytest.raises(sqlite3.Error), contextlib.closing(module._connect(store.path)):
        pass
    assert not store.path.exists(), "SQLite itself makes no file"
    assert open_store(store.path.parents[1] / "moved # 100%").path.exists()


def test_a_lock_is_waited_for_once(store, monkeypatch):
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.3)
    monkeypatch.setattr(module, "LOCKED_SECONDS", 0.0)
    with contextlib.closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waited = []
        for _ in range(3):
            began = time.monotonic()
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                store.add([block(NOW, 1)], {})
            waited.append(time.monotonic() - began)
        other.execute("ROLLBACK")
    assert waited[0] > 0.25 > max(waited[1:])
    store.add([block(NOW, 1)], {})
    assert held(store) == [1]


def foreign(path, statement):
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(statement)
        db.commit()


def test_what_is_no_store_is_refused_and_stays_as_it_is(tmp_path):
    path = tmp_path / FILE
    for make, reason in (
        (lambda: foreign(path, f"PRAGMA user_version = {VERSION + 1}"), "newer version"),
        (lambda: foreign(path, "CREATE TABLE mine (x)"), "no store of monitoring"),
        (lambda: path.write_bytes(b"no database at all" * 100), "cannot be used"),
    ):
        path.unlink(missing_ok=True)
        make()
        before = path.read_bytes()
        with pytest.raises(UserError, match=reason):
            open_store(tmp_path)
        assert path.read_bytes() == before
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be used"):
        open_store(tmp_path / "file")
