from __future__ import annotations

import datetime
import io
from decimal import Decimal

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

from mlops_desktop.serving import table_bodies
from mlops_desktop.serving.route import ARROW_TYPE, PARQUET_TYPE, TABLE_TYPES, Limits

PATH = "/v1/predict/table"


def packed(table, kind, **options):
    out = io.BytesIO()
    if kind == PARQUET_TYPE:
        pq.write_table(table, out, **options)
    else:
        with pa.ipc.new_stream(out, table.schema, **options) as writer:
            writer.write_table(table, max_chunksize=7)
    return out.getvalue()


def unpacked(body, kind):
    return (pq.read_table(io.BytesIO(body)) if kind == PARQUET_TYPE else pa.ipc.open_stream(body).read_all()).to_pylist()


@pytest.fixture
def table(rows_of):
    rows = rows_of(20, 6)
    for row in rows:
        row["since"] = datetime.date.fromisoformat(row["since"])
    made = pa.Table.from_pylist(rows)
    return made.set_column(made.schema.get_field_index("city"), "city", made["city"].dictionary_encode())


@pytest.mark.parametrize("kind", TABLE_TYPES)
@pytest.mark.parametrize("name", ["binary", "multiclass", "regression"])
def test_a_table_has_the_answers_of_json(name, kind, table, apps, asked, rows_of):
    app = apps(name)
    wanted = asked(app, "POST", "/v1/predict", {"rows": rows_of(20, 6)}).json["predictions"]
    answer = asked(app, "POST", PATH, packed(table, kind), headers={"content-type": kind})
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    found = unpacked(answer.body, kind)
    assert [str(one["prediction"]) for one in found] == [str(one["prediction"]) for one in wanted]
    if name != "regression":
        given = [[value for key, value in one.items() if key.startswith("probability_")] for one in found]
        assert given == [list(one["probabilities"].values()) for one in wanted]


def test_values_are_read_as_json_has_them(apps, asked):
    table = pa.table({"age": pa.array([Decimal("40.0"), Decimal("40.5")]), "income": [float("nan"), 1.0], "other": [1, 2]})
    answer = asked(apps("binary"), "POST", PATH, packed(table, ARROW_TYPE), headers={"content-type": ARROW_TYPE})
    first, second = unpacked(answer.body, ARROW_TYPE)
    assert first["prediction"] in ("no", "yes")
    assert "no such field" in first["warnings"]
    assert (second["prediction"], "whole number" in second["error"]) == (None, True)


@pytest.mark.parametrize("kind", TABLE_TYPES)
def test_a_damaged_table_is_refused(kind, table, apps, asked):
    whole, app = packed(table, kind), apps("binary")
    for body in (b"", b"x" * 100, whole[: len(whole) // 2 - 4], whole[:4] + b"\xff" * 40 + whole[44:]):
        assert asked(app, "POST", PATH, body, headers={"content-type": kind}).status == 400


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
def test_compressed_arrow_is_refused_before_it_is_unpacked(compression, table, apps, asked):
    body = packed(table, ARROW_TYPE, options=pa.ipc.IpcWriteOptions(compression=compression))
    answer = asked(apps("binary"), "POST", PATH, body, headers={"content-type": ARROW_TYPE})
    assert (answer.status, answer.json["code" if "code" in answer.json else "title"]) == (400, "The table cannot be read.")


def test_limits_and_a_missing_pyarrow(table, apps, asked, monkeypatch):
    small = apps("binary", Limits(csv_rows=10))
    for kind in TABLE_TYPES:
        assert asked(small, "POST", PATH, packed(table, kind), headers={"content-type": kind}).status == 413
    monkeypatch.setattr(table_bodies, "MAX_UNPACKED", 10)
    assert asked(apps("binary"), "POST", PATH, packed(table, PARQUET_TYPE), headers={"content-type": PARQUET_TYPE}).status == 413
    monkeypatch.setattr(table_bodies.importlib.util, "find_spec", lambda name: None)
    answer = asked(apps("binary"), "POST", PATH, packed(table, ARROW_TYPE), headers={"content-type": ARROW_TYPE})
    assert answer.status == 415
    assert "pyarrow" in answer.json["title"]


def post(app, asked, table, kind, **options):
    body = table if isinstance(table, bytes) else packed(table, kind, **options)
    return asked(app, "POST", PATH, body, headers={"content-type": kind})


@pytest.mark.parametrize("kind", TABLE_TYPES)
def test_texts_count_as_often_as_cells_have_them(kind, apps, asked):
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 2000, pa.int32()), ["a" * 100_000])
    table = pa.table({"age": [40] * 2000, "note": texts})
    for one in (table, table.filter(pa.array([True] + [False] * 1999))):
        body = packed(one, kind)
        assert len(body) < 250_000
        assert post(apps("binary"), asked, body, kind).status == (413 if one is table else 200)


@pytest.mark.skipif(not hasattr(pa, "string_view"), reason="this pyarrow has no views")
def test_views_of_one_text_count_each(apps, asked, monkeypatch):
    views = pa.array(["a" * 50, None, "b" * 20], pa.string_view())
    table = pa.table({"age": [40, 41, 42], "note": views})
    assert post(apps("binary"), asked, table, ARROW_TYPE).status == 200
    monkeypatch.setattr(table_bodies, "MAX_UNPACKED", 69)
    assert post(apps("binary"), asked, table, ARROW_TYPE).status == 413


@pytest.mark.parametrize("kind", TABLE_TYPES)
@pytest.mark.parametrize("values", [[[1, 2]], [{"a": 1}], [b"x"], [datetime.timedelta(1)]], ids=["list", "struct", "bytes", "duration"])
def test_values_of_other_types_are_refused_where_the_model_needs_them(values, kind, apps, asked):
    answer = post(apps("binary"), asked, pa.table({"age": [40], "note": values}), kind)
    assert (answer.status, "note" in answer.json["detail"]) == (400, True)
    assert post(apps("binary"), asked, pa.table({"age": [40], "other": values}), kind).status == 200


def test_columns_that_are_not_the_models_are_never_unpacked(apps, asked):
    empty = pa.FixedSizeListArray.from_arrays(pa.nulls(20_000_000), 20_000_000)
    assert post(apps("binary"), asked, pa.table({"age": [40], "other": empty}), ARROW_TYPE).status == 200


def test_pages_say_how_large_they_are_whatever_the_footer_says(apps, asked, monkeypatch):
    table = pa.table({"age": [40] * 1000, "note": [f"{i:0100}" for i in range(1000)]})
    body = packed(table, PARQUET_TYPE, compression="zstd", use_dictionary=False)
    chunk = pq.ParquetFile(io.BytesIO(body)).metadata.row_group(0).column(1)
    monkeypatch.setattr(table_bodies, "MAX_UNPACKED", 120_000)
    assert chunk.total_uncompressed_size < 110_000
    assert post(apps("binary"), asked, body, PARQUET_TYPE).status == 200
    monkeypatch.setattr(table_bodies, "MAX_UNPACKED", 110_000)
    size = _varint(2 * chunk.total_uncompressed_size)
    assert body.count(size) >= 1
    at = body.rindex(size)
    lying = body[:at] + bytes([size[0] & 0x80, *[0x80] * (len(size) - 2), 0]) + body[at + len(size) :]
    assert post(apps("binary"), asked, lying, PARQUET_TYPE).status == 413


def _varint(value):
    found = []
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])
