"""Damaged files and failing disks raise different errors."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlops_desktop.base.parquet import read_parquet


@pytest.fixture
def whole(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": list(range(5000)), "b": [str(i) for i in range(5000)]}), path)
    return path


@pytest.mark.parametrize("memory_map", [False, True])
def test_what_was_written_is_read(whole, memory_map):
    assert read_parquet(whole, memory_map=memory_map).num_rows == 5000


@pytest.mark.parametrize("memory_map", [False, True])
@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b"",
        lambda b: b[: len(b) // 2],
        lambda b: b"PAR1" + bytes(100) + b"PAR1",
        lambda b: bytes(len(b)),
        lambda b: b[:-60] + b[-8:],
    ],
)
def test_every_damage_is_a_value_error(whole, damage, memory_map):
    whole.write_bytes(damage(whole.read_bytes()))
    with pytest.raises(ValueError, match=r"a\.parquet"):
        read_parquet(whole, memory_map=memory_map)


@pytest.mark.parametrize("memory_map", [False, True])
def test_a_file_that_is_gone_is_an_os_error_with_its_number(tmp_path, memory_map):
    with pytest.raises(FileNotFoundError) as raised:
        read_parquet(tmp_path / "b.parquet", memory_map=memory_map)
    assert raised.value.errno is not None
