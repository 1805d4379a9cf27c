from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlops_desktop.serving.parquet_pages import unpacked_bytes

TEXTS = pa.table({"note": [f"{i:0100}" for i in range(1000)]})
MANY = 10_000_000


class Chunk:
    """Where a column chunk lies, by a footer that may be wrong."""

    def __init__(self, start, size):
        self.dictionary_page_offset, self.data_page_offset, self.total_compressed_size = None, start, size


def written(table=TEXTS, **options):
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    found = pq.ParquetFile(io.BytesIO(out.getvalue())).metadata
    return out.getvalue(), [found.row_group(at).column(0) for at in range(found.num_row_groups)]


@pytest.mark.parametrize("form", ["1.0", "2.0"])
@pytest.mark.parametrize("dictionary", [True, False])
def test_the_pages_of_a_chunk_are_as_large_as_they_say(form, dictionary):
    body, chunks = written(compression="zstd", use_dictionary=dictionary, data_page_version=form, row_group_size=300, data_page_size=4000)
    whole = sum(chunk.total_uncompressed_size for chunk in chunks)
    assert whole - 20_000 < unpacked_bytes(body, chunks, MANY) <= whole  # the headers of the pages are not counted
    assert 50_000 < unpacked_bytes(body, chunks, 50_000) < whole  # no page is examined beyond that


def test_texts_that_share_prefixes_are_refused():
    body, chunks = written(use_dictionary=False, column_encoding={"note": "DELTA_BYTE_ARRAY"})
    with pytest.raises(ValueError, match="DELTA_BYTE_ARRAY"):
        unpacked_bytes(body, chunks, MANY)


def test_what_is_no_header_is_refused():
    body, (chunk,) = written()
    for start, size in ((0, 10), (4, len(body)), (len(body) + 1, 1), (4, -2)):
        with pytest.raises(ValueError, match="outside"):
            unpacked_bytes(body, [Chunk(start, size)], MANY)
    for damaged in (b"\x00" * 50, b"\xff" * 50, b"\x1c" * 50, b"\x15" * 50, b"\x15\x00\x15\x01\x15\x00\x00" + b"\x00" * 43, b"\x19\xf8"):
        with pytest.raises(ValueError, match=r"page|header|number"):
            unpacked_bytes(b"PAR1" + damaged, [Chunk(4, len(damaged))], MANY)
    assert unpacked_bytes(body, [chunk], MANY) > 100_000
