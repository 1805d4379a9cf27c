from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine import disk
from mlops_desktop.engine.pipeline.store import ArtifactStore
from mlops_desktop.serving.schema import Column, Grammar, Schema
from tests.engine.disks import fill, killed_while_writing, readable_folder, small_disk, unprivileged

ROOT = Path(__file__).parents[3]
KEY, OTHER = "ab" * 16, "cd" * 16
ARRAYS = {
    "numbers": np.arange(6, dtype=np.float32).reshape(2, 3),
    "none": np.empty((0, 4)),
    "one": np.array(3),
    "words": np.array(["é", "", "long word"]),
    "flags": np.array([True, False]),
    "big/../name ü": np.linspace(0, 1, 300_000),
    "by columns": np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    "every other": np.arange(10)[::2],
}


@pytest.fixture
def open_folder():
    with readable_folder() as folder:
        yield folder


@pytest.fixture
def store(tmp_path):
    return ArtifactStore(tmp_path / "store")


def fresh(store):
    """The same folder, seen by a process that trusts nothing yet."""
    return ArtifactStore(store.root)


@pytest.mark.parametrize("read", [lambda store: KEY in store, lambda store: store.get(KEY)], ids=["in", "get"])
def test_an_entry_that_another_process_makes_meanwhile_stays(store, monkeypatch, read):
    exists, made = Path.exists, []

    def exists_by_now(path, **options):
        if path.name == KEY and not made:
            made.append(path)
            fresh(store).put(KEY, {"a": 1})
        return exists(path, **options)

    monkeypatch.setattr(Path, "exists", exists_by_now)
    with contextlib.suppress(KeyError):
        read(store)
    assert made
    assert fresh(store).get(KEY)[0] == {"a": 1}


def test_what_is_put_comes_back(store):
    document = {"a": [1, 2.5, None, True], "ü": {"nested": "😀\ud800"}, "nan": math.nan, "inf": -math.inf}
    store.put(KEY, document, ARRAYS)
    for one in (store, fresh(store)):
        assert KEY in one
        found, arrays = one.get(KEY)
        assert repr(found) == repr(document)
        assert list(arrays) == list(ARRAYS)
        for name, array in arrays.items():
            assert type(array) is np.ndarray
            assert array.dtype == ARRAYS[name].dtype
            np.testing.assert_array_equal(array, ARRAYS[name])
            with pytest.raises(ValueError, match="read-only"):
                array[...] = array


def test_large_arrays_are_mapped_and_small_ones_read(store):
    store.put(KEY, {}, ARRAYS)
    arrays = store.get(KEY)[1]
    assert isinstance(arrays["big/../name ü"].base, np.memmap)
    assert not isinstance(arrays["numbers"].base, np.memmap)


def test_absent_is_absent(store):
    assert KEY not in store
    assert list(store.keys()) == []
    assert store.size() == 0
    store.clear()
    with pytest.raises(KeyError):
        store.get(KEY)
    with pytest.raises(KeyError):
        store.get_object(KEY)
    assert not store.root.exists()


@pytest.mark.parametrize("key", ["", "../../etc", "AB" * 16, "ab", "g" * 32, "ab" * 40])
def test_a_key_is_hex_digits_alone(store, key):
    for use in (store.get, lambda k: store.put(k, {}), store.__contains__):
        with pytest.raises(ValueError, match="key"):
            use(key)


def test_the_bytes_of_an_entry_depend_on_its_value_alone(tmp_path):
    stores = [ArtifactStore(tmp_path / name) for name in ("a", "b")]
    for one in stores:
        one.put(KEY, {"x": 1}, ARRAYS)
        time.sleep(0.01)
    files = [{p.relative_to(one.root): p.read_bytes() for p in one.root.rglob("*") if p.is_file()} for one in stores]
    assert files[0] == files[1]


def test_what_is_there_stays(store):
    store.put(KEY, {"made": "first"})
    store.put(KEY, {"made": "second"})
    assert store.get(KEY)[0] == {"made": "first"}


def test_plain_data_comes_back(store):
    schema = Schema(
        (Column("größe", "number", Grammar(missing_numbers=(-200.0,)), low=0.0, typical=math.nan), Column("b", "category", levels=("x",)))
    )
    store.put_object(KEY, schema)
    assert repr(fresh(store).get_object(KEY)) == repr(schema)


def test_plain_data_of_unknown_parts_is_absent_and_removed(store):
    store.put(KEY, {"plain": {"kind": "os:system", "command": "true"}})
    store.put(OTHER, {"no": "plain data"})
    for key in (KEY, OTHER):
        with pytest.raises(KeyError):
            store.get_object(key)
        assert key not in store


@pytest.mark.parametrize("bad", [{"x": np.array([object()])}, {"x": np.array([(1, "a")], dtype=[("a", int), ("b", object)])}])
def test_objects_are_refused_and_leave_nothing(store, bad):
    with pytest.raises(TypeError):
        store.put(KEY, {}, bad)
    with pytest.raises(TypeError):
        store.put(OTHER, {"set": {1}})
    assert [p for p in store.root.rglob("*") if p.is_file()] == []


def damage(path, how):
    data = bytearray(path.read_bytes())
    if how == "flip":
        data[len(data) // 2] ^= 4
        path.write_bytes(data)
    elif how == "cut":
        path.write_bytes(data[:-1])
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "lost":
        path.unlink()
    elif how == "longer":
        path.write_bytes(data + b"\0")


@pytest.mark.parametrize("how", ["flip", "cut", "empty", "lost", "longer"])
@pytest.mark.parametrize("file", ["entry.json", "0.npy", "5.npy"])
@pytest.mark.parametrize("access", ["in", "get"])
def test_a_damaged_entry_is_absent_removed_and_made_again(store, how, file, access):
    store.put(KEY, {"x": 1}, ARRAYS)
    damage(store.root / KEY[:2] / KEY / file, how)
    seen = fresh(store)
    if access == "in":
        assert KEY not in seen
    else:
        with pytest.raises(KeyError):
            seen.get(KEY)
    assert not (store.root / KEY[:2] / KEY).exists()
    assert [p for p in store.root.rglob("*") if p.is_file()] == []
    seen.put(KEY, {"x": 1}, ARRAYS)
    assert seen.get(KEY)[0] == {"x": 1}


def test_an_entry_that_vanishes_while_it_is_known_is_absent(store):
    store.put(KEY, {"x": 1}, ARRAYS)
    store.get(KEY)
    shutil.rmtree(store.root)
    assert KEY not in store
    with pytest.raises(KeyError):
        store.get(KEY)
    store.put(KEY, {"x": 2})
    assert store.get(KEY)[0] == {"x": 2}


def test_an_entry_with_a_false_index_is_absent(store):
    import zlib

    store.put(KEY, {}, {"x": np.arange(3)})
    entry = store.root / KEY[:2] / KEY / "entry.json"
    for text in (
        '{"document": {}, "arrays": [["x", 1]]}',
        '{"document": [], "arrays": []}',
        '{"document": {}, "arrays": 5}',
        "[]",
        '{"document": {}, "arrays": [5]}',
    ):
        entry.parent.mkdir(parents=True, exist_ok=True)
        entry.write_bytes(f"{zlib.crc32(text.encode()):08x}\n{text}".encode())
        assert KEY not in fresh(store)
        with pytest.raises(KeyError):
            fresh(store).get(KEY)


def test_a_pickled_array_is_never_loaded(store, tmp_path):
    import zlib

    class Hostile:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "ran"),))

    place = store.root / KEY[:2] / KEY
    place.mkdir(parents=True)
    np.save(place / "0.npy", np.array([Hostile()], dtype=object), allow_pickle=True)
    data = (place / "0.npy").read_bytes()
    text = json.dumps({"document": {}, "arrays": [["x", len(data), zlib.crc32(data)]]})
    (place / "entry.json").write_bytes(f"{zlib.crc32(text.encode()):08x}\n{text}".encode())
    with pytest.raises(KeyError):
        store.get(KEY)
    assert not (tmp_path / "ran").exists()


def test_size_keys_and_clear(store):
    for i in range(5):
        store.put(f"{i:032x}", {"i": i}, {"x": np.zeros(1000)})
    assert list(store.keys()) == [f"{i:032x}" for i in range(5)]
    assert 5 * 8000 < store.size() < 5 * 9000
    leftover = store.root / disk.temporary_name("x")
    leftover.mkdir()
    os.utime(leftover, (0, 0))
    store.clear(keep={f"{2:032x}"})
    assert list(store.keys()) == [f"{2:032x}"]
    assert not leftover.exists()
    assert store.get(f"{2:032x}")[0] == {"i": 2}
    store.clear()
    assert store.size() == 0


def test_a_full_disk_is_reported_and_leaves_nothing():
    with small_disk(512) as folder:
        store = ArtifactStore(folder / "store")
        store.put(KEY, {"x": 1})
        fill(folder)
        with pytest.raises(UserError, match="disk is full"):
            store.put(OTHER, {}, {"x": np.zeros(100_000)})
        (folder / "filler").unlink()
        assert list(store.keys()) == [KEY]
        assert [p.name for p in store.root.iterdir() if p.name.startswith(".")] == []
        store.put(OTHER, {}, {"x": np.zeros(10_000)})
        assert OTHER in fresh(store)


def test_without_rights_reading_works_and_writing_is_refused(open_folder):
    store = ArtifactStore(open_folder / "store")
    store.put(KEY, {"x": 1}, ARRAYS)
    store.put(OTHER, {"x": 1}, ARRAYS)
    damage(store.root / OTHER[:2] / OTHER / "0.npy", "flip")
    if os.name == "posix" and os.geteuid() != 0:
        for path in (open_folder, store.root, *store.root.iterdir()):
            path.chmod(0o555)
    with unprivileged():
        seen = fresh(store)
        assert seen.get(KEY)[0] == {"x": 1}
        assert OTHER not in seen  # damaged, though it cannot be removed
        with pytest.raises(UserError, match="permission"):
            seen.put("ef" * 16, {})


WRITER = """
import pathlib, sys
import numpy as np
from mlops_desktop.engine.pipeline.store import ArtifactStore
store, start, step = ArtifactStore(pathlib.Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
i = start
print("ready", flush=True)
while 0 <= i < 10_000:
    store.put(f"{i:032x}", {"i": i}, {"x": np.full(20_000, i), "y": np.full((3, 5), i * 2.0)})
    i += step
"""


@pytest.mark.parametrize("rounds", [6, pytest.param(40, marks=pytest.mark.proof)])
def test_killed_with_nine_while_writing_an_entry_is_whole_or_absent(tmp_path, rounds):
    start = 0
    for seed in range(rounds):
        killed_while_writing(WRITER, [str(tmp_path), str(start), "1"], seed)
        store = ArtifactStore(tmp_path)
        there = [int(key, 16) for key in store.keys()]  # noqa: SIM118  (a store is no mapping)
        assert there == list(range(len(there)))  # nothing that was finished is lost
        for i in there[start:]:
            document, arrays = store.get(f"{i:032x}")
            assert document == {"i": i}
            assert (arrays["x"] == i).all()
            assert arrays["x"].shape == (20_000,)
        start = len(there)
    assert start > rounds


def test_two_processes_that_make_the_same_entries_agree(tmp_path):
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    code = WRITER.replace("10_000", "300")
    orders = (("0", "1"), ("299", "-1"), ("0", "1"))
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), *order], stdout=subprocess.DEVNULL, env=env) for order in orders
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    store = ArtifactStore(tmp_path)
    assert len(list(store.keys())) == 300
    assert all(store.get(f"{i:032x}")[0] == {"i": i} for i in range(300))
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_one_reads_while_another_clears(tmp_path):
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER.replace("10_000", "400"), str(tmp_path), "0", "1"], stdout=subprocess.DEVNULL, env=env
    )
    reader, clearer = ArtifactStore(tmp_path), ArtifactStore(tmp_path)
    seen = 0
    while writer.poll() is None:
        for key in list(reader.keys()):
            try:
                document, arrays = reader.get(key)
            except KeyError:
                continue
            assert int(key, 16) == document["i"] == arrays["x"][0] == arrays["x"][-1]
            seen += 1
        clearer.clear()
    assert writer.returncode == 0
    assert seen


def test_the_size_of_one_entry_is_its_own(tmp_path):
    store = ArtifactStore(tmp_path)
    store.put("a" * 32, {}, {"x": np.zeros(1000)})
    store.put("b" * 32, {})
    assert 8000 < store.size("a" * 32) < 9000 > store.size("b" * 32) > 0
    assert store.size() == store.size("a" * 32) + store.size("b" * 32)
    assert store.size("c" * 32) == 0


def test_an_entry_that_was_just_checked_elsewhere_is_not_read_again(tmp_path):
    ArtifactStore(tmp_path).put("a" * 32, {"n": 1}, {"x": np.arange(5)})
    (path,) = tmp_path.glob("*/*/0.npy")
    path.write_bytes(path.read_bytes()[:-1] + b"\x09")  # the checksum does not hold any more
    document, arrays = ArtifactStore(tmp_path).get("a" * 32, check=False)
    assert document == {"n": 1}
    assert len(arrays["x"]) == 5
    with pytest.raises(KeyError):
        ArtifactStore(tmp_path).get("a" * 32)
    with pytest.raises(KeyError):
        ArtifactStore(tmp_path).get("b" * 32, check=False)
