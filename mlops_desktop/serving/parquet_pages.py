"""The declared sizes of the pages of a Parquet file, read from their headers without unpacking any.

The sizes in the footer of a file need not be true; a page is never unpacked to more bytes than its own header says. Headers are structs of
Thrift's compact protocol (https://github.com/apache/parquet-format, `PageHeader`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

_STRUCT, _LIST, _SET, _BINARY = 12, 9, 10, 8
_INTEGERS = (4, 5, 6)
_MOST_NESTED = 8
_MOST_BYTES = 65_536  # of one header, with the statistics in it
_SHARED_PREFIX = 7  # DELTA_BYTE_ARRAY: a few bytes of it stand for a long text

Fields = dict[int, Any]


def unpacked_bytes(body: bytes, chunks: Iterable[Any], most: int) -> int:
    """The bytes that the pages of some column chunks (`ColumnChunkMetaData` of pyarrow) have when they are unpacked; counting ends beyond
    `most`. ValueError when a header cannot be read, or the encoding of a page leaves its size open.
    """
    total = 0
    for chunk in chunks:
        starts = [one for one in (chunk.dictionary_page_offset, chunk.data_page_offset) if one]
        start = min(starts, default=0)
        for header in _headers(body, start, start + chunk.total_compressed_size):
            total += int(header[2])
            if total > most:
                return total
    return total


def _headers(body: bytes, start: int, end: int) -> Iterator[Fields]:
    """The headers of the pages between two places."""
    if not 0 < start <= end <= len(body):
        raise ValueError("a column chunk lies outside the file")
    while start < end:
        reader = _Compact(body[start : start + _MOST_BYTES])
        header = reader.fields()
        unpacked, packed = header.get(2), header.get(3)
        if type(unpacked) is not int or type(packed) is not int or unpacked < 0 or packed < 0:
            raise ValueError("a page has no size")
        plain, newer = header.get(5) or {}, header.get(8) or {}
        if type(plain) is not dict or type(newer) is not dict or _SHARED_PREFIX in (plain.get(2), newer.get(4)):
            raise ValueError("DELTA_BYTE_ARRAY is not accepted")
        yield header
        start += reader.at + packed


class _Compact:
    """Reads structs of Thrift's compact protocol; of lists, texts and floats only the place where they end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def fields(self, depth: int = 0) -> Fields:
        """The integers and structs of a struct, by the number of the field. ValueError when it cannot be read."""
        if depth > _MOST_NESTED:
            raise ValueError("a header is nested too deeply")
        found: Fields = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._zigzag()
            found[number] = self._value(head & 15, depth)
        return found

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (1, 2):  # a boolean, in its head
            return None
        if kind in _INTEGERS:
            return self._zigzag()
        if kind == _STRUCT:
            return self.fields(depth + 1)
        if kind == _BINARY:
            size = self._varint()
            self.at += size
        elif kind in (_LIST, _SET):
            head = self._byte()
            for _ in range(head >> 4 if head >> 4 < 15 else self._varint()):
                self._byte() if head & 15 in (1, 2) else self._value(head & 15, depth + 1)
        elif kind in (3, 7):  # a byte, a float
            self.at += 1 if kind == 3 else 8
        else:
            raise ValueError("a header cannot be read")
        return None

    def _byte(self) -> int:
        if self.at >= len(self.data):
            raise ValueError("a header is cut off")
        self.at += 1
        return self.data[self.at - 1]

    def _varint(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise ValueError("a number is too long")

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
