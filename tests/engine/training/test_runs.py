from __future__ import annotations

import json
import math
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.pipeline.held_out_rows import HeldOutRows
from mlops_desktop.engine.project.decisions import digest
from mlops_desktop.engine.training.runs import RUNS_FILE, Run, Runs
from tests.engine.disks import fill, killed_while_writing, readable_folder, small_disk, unprivileged

ROOT = Path(__file__).parents[3]


def a_run(number, key="board", **changes):
    run = Run(
        id=digest(number),
        key=key,
        number=number,
        algorithm={"id": "ridge", "version": 1, "params": {"alpha": 0.5}},
        algorithm_id="ridge",
        label="Größe ‘x’; DROP TABLE run",
        metric="roc_auc",
        status="done",
        score=0.75,
        std=0.01,
        fold_scores=(0.7, math.nan, 0.8),
        seconds=1.5,
        rows=100,
        features=7,
        versions={"numpy": "2"},
        seed=3,
    )
    return replace(run, **changes)


@pytest.fixture
def open_folder():
    with readable_folder() as folder:
        yield folder


def record_many(runs, count):
    for n in range(1, count):
        runs.record(a_run(n))


@pytest.fixture
def runs(tmp_path):
    return Runs(tmp_path)


def test_runs_come_back_in_the_order_of_the_search(runs):
    made = [a_run(n) for n in (3, 1, 2)]
    for run in made:
        runs.record(run)
    runs.record(a_run(9, key="other"))
    assert repr(runs.list("board")) == repr(sorted(made, key=lambda run: run.number))
    assert [run.number for _, run in runs.history()] == [3, 1, 2, 9]
    assert all(at.endswith("+00:00") for at, _ in runs.history())
    assert runs.list("absent") == []
    assert a_run(1).short == a_run(1).id[:8]


def test_reading_makes_no_file(runs):
    assert runs.list("board") == runs.test_accesses("split") == runs.history() == []
    with pytest.raises(UserError, match="no run"):
        runs.get("ab")
    assert not runs.path.exists()


def test_a_run_that_goes_on_is_written_again_in_its_place(runs):
    runs.record(a_run(1, status="stopped", score=None))
    runs.record(a_run(2))
    runs.record(a_run(1))
    assert [(run.number, run.status) for _, run in runs.history()] == [(1, "done"), (2, "done")]
    runs.record(a_run(1, key="other", status="failed"))
    assert len(runs.history()) == 3
    assert runs.list("board")[0].status == "done"
    assert runs.get(a_run(1).id).key == "other"


def test_a_run_is_found_by_the_beginning_of_its_id(runs):
    for n in range(40):
        runs.record(a_run(n))
    whole = a_run(5).id
    assert [runs.get(prefix).number for prefix in (whole, whole[:8], f"  {whole[:8].upper()} ")] == [5, 5, 5]
    shared = next(d for d in "0123456789abcdef" if sum(a_run(n).id.startswith(d) for n in range(40)) > 1)
    with pytest.raises(UserError, match="stands for"):
        runs.get(shared)
    for absent in ("zz", "", "%", "_", "' OR 1=1 --"):
        with pytest.raises(UserError, match="no run"):
            runs.get(absent)


def test_accesses_to_the_held_out_test_set_are_counted_by_split(runs):
    assert [runs.record_test_access("a", "report"), runs.record_test_access("b", "check"), runs.record_test_access("a", "prüfen")] == [
        1,
        1,
        2,
    ]
    assert runs.test_accesses("a") == ["report", "prüfen"]
    assert runs.test_accesses("b") == ["check"]


def test_accesses_are_counted_by_the_rows_of_the_test_set(runs):
    sets = {"a": range(10), "the same rows": range(10), "half of them": range(5, 15), "others": range(20, 30), "unused": range(15)}
    runs.record_test_access("a", "before the rows were known")
    for key, rows in sets.items():
        runs.know_test_set(key, lambda _, rows=rows: HeldOutRows.of(np.array(rows, dtype=np.uint64), "y"))
    runs.know_test_set("a", lambda _: pytest.fail("it is known"))
    assert runs.record_test_access("the same rows", "again") == 2
    assert runs.test_accesses("a") == runs.test_accesses("the same rows") == ["before the rows were known", "again"]
    runs.record_test_access("half of them", "check")
    shares = {key: runs.share_used_before(key) for key in sets}
    assert shares == {"a": 0.5, "the same rows": 0.5, "half of them": 0.5, "others": 0.0, "unused": 1.0}
    assert runs.share_used_before("unknown") == 0.0


def test_a_result_that_was_made_before_is_no_further_access(runs):
    counts = [runs.record_test_access(*given) for given in (("a", "check", "r", "m"), ("a", "export", "r", "m"), ("a", "check", "r", "n"))]
    assert counts == [1, 1, 2]


def test_a_set_with_the_same_contents_has_the_uses_of_the_one_that_is_known(runs):
    first, again = (
        replace(HeldOutRows.of(np.arange(at, at + 10, dtype=np.uint64), f"y{at}"), by_column=columns)
        for at, columns in ((0, ("1", "2", "3")), (50, ("2", "3")))
    )
    runs.know_test_set("a", lambda _: first)
    runs.record_test_access("a", "check")
    runs.know_test_set("b", lambda _: again)
    runs.know_test_set("c", lambda _: replace(again, by_column=("4",)))
    assert [len(runs.test_accesses(key)) for key in "abc"] == [1, 1, 0]


def test_the_share_that_was_used_before_is_found_once_until_another_set_is_used(runs, monkeypatch):
    for key, first in (("a", 0), ("b", 5), ("c", 8)):
        runs.know_test_set(key, lambda _, first=first: HeldOutRows.of(np.arange(first, first + 10, dtype=np.uint64), "y"))
    runs.record_test_access("b", "check")
    assert runs.share_used_before("a") == 0.5
    with monkeypatch.context() as patched:
        patched.setattr(HeldOutRows, "share_in", lambda *_: pytest.fail("it is known"))
        assert Runs(runs.path.parent).share_used_before("a") == 0.5
        assert runs.record_test_access("b", "check") == 2
        assert runs.share_used_before("a") == 0.5
    runs.record_test_access("c", "check")
    assert runs.share_used_before("c") == 0.7


def test_a_run_that_was_moved_counts_as_one_measured_model(runs):
    old, new = a_run(1), replace(a_run(1), id=digest("new"))
    runs.record(old)
    runs.record_test_access("split", "evaluation: Ridge", old.id)
    runs.record_test_access("split", "batch")
    runs.move([(old, new)], ("split", "today"))
    runs.record_test_access("today", "check: Ridge", new.id)
    assert runs.measured_runs("today") == [new.short, "", new.short]


def test_a_record_of_the_format_before_is_brought_up(runs):
    runs.record_test_access("a", "x")
    runs.record_test_access("b", "evaluation: Ridge 0123abcd")
    with closing(sqlite3.connect(runs.path, isolation_level=None)) as connection:
        connection.execute("DROP TABLE used_before")
        connection.execute("ALTER TABLE test_access DROP COLUMN measured")
        connection.execute("ALTER TABLE test_access DROP COLUMN run")
        connection.execute("DROP TABLE test_set")
        connection.execute("ALTER TABLE run DROP COLUMN sum")
        connection.execute("PRAGMA user_version = 3")
    assert runs.share_used_before("a") == 0.0
    assert runs.test_accesses("a") == ["x"]
    assert (runs.measured_runs("a"), runs.measured_runs("b")) == ([""], ["0123abcd"])


def test_json_of_a_run_is_plain():
    record = json.loads(json.dumps(a_run(1).to_json()))
    assert repr(Run.from_json(record)) == repr(a_run(1))
    for broken in ({**record, "status": "odd"}, {**record, "more": 1}, {k: v for k, v in record.items() if k != "id"}):
        with pytest.raises((ValueError, TypeError)):
            Run.from_json(broken)


@pytest.mark.parametrize("how", ["garbage", "header", "middle", "record", "score", "other tables"])
def test_a_damaged_file_is_kept_aside_and_work_goes_on(runs, how):
    for n in range(60):
        runs.record(a_run(n))
    data = bytearray(runs.path.read_bytes())
    if how == "garbage":
        runs.path.write_bytes(b"garbage" * 1000)
    elif how == "header":
        data[:16] = b"\0" * 16
        runs.path.write_bytes(data)
    elif how == "middle":
        data[4096 : len(data) - 4096] = os.urandom(len(data) - 8192)
        runs.path.write_bytes(data)
    elif how == "record":
        with closing(sqlite3.connect(runs.path, isolation_level=None)) as connection:
            connection.execute("UPDATE run SET record = '{}' WHERE seq = 7")
    elif how == "score":
        with closing(sqlite3.connect(runs.path, isolation_level=None)) as connection:
            connection.execute("UPDATE run SET record = replace(record, '0.75', '0.95') WHERE seq = 7")
    else:
        with closing(sqlite3.connect(runs.path, isolation_level=None)) as connection:
            connection.execute("DROP TABLE run")
    damaged = runs.path.read_bytes()
    with pytest.raises(UserError, match=r"runs\.damaged-1\.sqlite"):
        runs.list("board")
    assert (runs.path.parent / "runs.damaged-1.sqlite").read_bytes() == damaged
    kept = [run.number for run in runs.list("board")]
    if how in ("record", "score"):
        assert kept == [n for n in range(60) if n != 6]
    else:
        assert len(kept) < 60
    runs.record(a_run(60))
    assert len(runs.list("board")) == len(kept) + 1
    assert all(run.score == 0.75 for run in runs.list("board"))
    runs.path.write_bytes(b"garbage again" * 1000)
    with pytest.raises(UserError, match=r"runs\.damaged-2\.sqlite"):
        runs.record(a_run(1))


def test_a_newer_record_is_refused_and_left_alone(runs):
    runs.record(a_run(1))
    with closing(sqlite3.connect(runs.path)) as connection:
        connection.execute("PRAGMA user_version = 9")
    before = runs.path.read_bytes()
    with pytest.raises(UserError, match="newer version"):
        runs.list("board")
    assert runs.path.read_bytes() == before


def test_the_folder_can_be_moved_and_holds_one_file(runs, tmp_path):
    runs.record(a_run(1))
    runs.record_test_access("a", "x")
    assert [p.name for p in tmp_path.iterdir()] == [RUNS_FILE]
    moved = tmp_path / "moved ü"
    moved.mkdir()
    shutil.move(runs.path, moved)
    assert Runs(moved).list("board")[0].number == 1


def test_a_full_disk_is_reported_and_the_runs_before_it_are_kept():
    with small_disk(128) as folder:
        runs = Runs(folder)
        runs.record(a_run(0))
        fill(folder)
        with pytest.raises(UserError, match="disk is full"):
            record_many(runs, 200)
        kept = len(runs.list("board"))
        assert kept >= 1
        (folder / "filler").unlink()
        runs.record(a_run(500))
        assert len(runs.list("board")) == kept + 1


def test_without_rights_reading_works_and_writing_is_refused(open_folder):
    runs = Runs(open_folder)
    runs.record(a_run(1))
    if os.name == "posix" and os.geteuid() != 0:
        runs.path.chmod(0o444)
        open_folder.chmod(0o555)
    with unprivileged():
        assert runs.list("board")[0].number == 1
        with pytest.raises(UserError, match="written"):
            runs.record(a_run(2))
    runs.path.chmod(0o000)
    with unprivileged(), pytest.raises(UserError, match="written"):
        runs.list("board")
    assert runs.path.exists()  # no right to read is no damage


def test_another_program_that_holds_the_file_is_waited_for(runs, monkeypatch):
    import threading
    import time

    runs.record(a_run(1))
    with closing(sqlite3.connect(runs.path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        threading.Timer(0.3, lambda: other.execute("COMMIT")).start()
        began = time.monotonic()
        runs.record(a_run(2))
        assert time.monotonic() - began > 0.2
    assert len(runs.list("board")) == 2


WRITER = """
import pathlib, sys
from mlops_desktop.engine.training.runs import Run, Runs
runs, i, name = Runs(pathlib.Path(sys.argv[1])), int(sys.argv[2]), sys.argv[3]
print("ready", flush=True)
while i < 1_000_000:
    algorithm = {"id": "x" * (i * 97 % 3000)}
    runs.record(Run(id=f"{name}{i:08x}", key=name, number=i, algorithm=algorithm, algorithm_id="x", label="X", metric="m", status="done"))
    runs.record_test_access(name, str(i))
    i += 1
"""


@pytest.mark.parametrize("rounds", [6, pytest.param(40, marks=pytest.mark.proof)])
def test_killed_with_nine_while_recording_no_run_is_lost_or_half(tmp_path, rounds):
    start = 0
    for seed in range(rounds):
        killed_while_writing(WRITER, [str(tmp_path), str(start), "a"], seed)
        listed = Runs(tmp_path).list("a")
        assert [run.number for run in listed] == list(range(len(listed)))
        assert all(len(run.algorithm["id"]) == run.number * 97 % 3000 for run in listed)
        assert 0 <= len(listed) - len(set(Runs(tmp_path).test_accesses("a"))) <= seed + 1
        start = len(listed)
    assert start > rounds


def test_two_processes_record_side_by_side(tmp_path):
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    code = WRITER.replace("1_000_000", "25")
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), "0", name], stdout=subprocess.DEVNULL, env=env) for name in "ab"
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    runs = Runs(tmp_path)
    assert [len(runs.list(name)) for name in "ab"] == [25, 25]
    assert [len(runs.test_accesses(name)) for name in "ab"] == [25, 25]
