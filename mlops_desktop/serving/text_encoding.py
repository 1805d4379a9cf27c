"""Finds the encoding of a text from its bytes: byte order marks, UTF-16 without one, UTF-8 with few damaged bytes."""

from __future__ import annotations

import codecs
from collections.abc import Collection
from typing import BinaryIO

from .encoding_candidates import guess_encoding

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Encodings of texts that are no UTF-8, the likely ones first.
ENCODINGS = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "iso8859-2", "iso8859-15"),
    *("cp932", "gb18030", "big5", "euc_jp", "euc_kr", "koi8_r", "koi8_u", "iso8859-5", "iso8859-7", "mac-roman", "cp437", "cp850"),
    *("cp852", "cp866", "mac_latin2", "mac_cyrillic"),
)
SAMPLE_BYTES = 2**18
_HIGH = bytes(range(128, 256))
_FEW = 40  # bytes beyond ASCII from which their share says something


def is_packed(start: bytes) -> bool:
    """Whether the first bytes of a file are those of a workbook, an archive or another file that is no text."""
    return start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"PAR1", b"ARROW1", b"SQLite format 3", b"%PDF"))


def marked_encoding(start: bytes) -> str:
    """The encoding that the first bytes of a text show, by a byte order mark or the zero bytes of UTF-16; else ""."""
    for bom, name in BOMS:
        if start.startswith(bom):
            return name
    return utf16_without_mark(start)


def utf16_without_mark(sample: bytes) -> str:
    """`utf-16-le` or `utf-16-be` when every second byte of mostly Latin text is zero, or many are and it decodes to letters and line ends;
    else "".
    """
    pairs = len(sample) // 2
    if pairs < 4:
        return ""
    even, odd = sample[0 : 2 * pairs : 2].count(0) / pairs, sample[1 : 2 * pairs : 2].count(0) / pairs
    for name, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros > 0.7 and others < 0.1:
            return name
        if zeros > 0.05 and others < 0.1 * zeros and _is_text(sample[: 2 * min(pairs, 4096)].decode(name, "ignore")):
            return name
    return ""


def _is_text(text: str) -> bool:
    """Whether a text has line ends, and no characters beside letters, marks and blanks."""
    return any(end in text for end in "\r\n") and all(char.isprintable() or char in "\t\r\n\u00a0\u202f" for char in text)


def utf8_share(data: bytes) -> float:
    """The share of well-formed sequences among what is not ASCII; 1 for ASCII. A single damaged byte leaves a text what it is."""
    others, bad = utf8_counts(data)
    return (others - bad) / others if bad else 1.0


def utf8_counts(data: bytes) -> tuple[int, int]:
    """The number of sequences beyond ASCII in UTF-8, and how many of them are not well-formed."""
    if data.isascii():
        return 0, 0
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd") - data.count("\ufffd".encode())
    return len(text) - len(data.translate(None, _HIGH)), bad


def is_hardly_western(data: bytes) -> bool:
    """Whether so many letters are beyond ASCII that no Western language is likely; for bytes that are no UTF-8."""
    high = sum(byte >= 0x80 for byte in data)
    letters = high + sum(chr(byte).isalpha() for byte in data if byte < 0x80)
    return high >= _FEW and high > 0.3 * letters


def western_encoding(data: bytes) -> str:
    """Windows' Western European, or ISO 8859-1 where that has no letter for a byte."""
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def odd_lines(data: bytes) -> bytes:
    """The first lines that are not ASCII."""
    lines, size = [], 0
    for line in data.split(b"\n"):
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > SAMPLE_BYTES // 4:
                break
    return b"\n".join(lines)[: SAMPLE_BYTES // 4]


def encoding_by_texts(data: bytes, texts: Collection[str]) -> str:
    """The encoding in which bytes that are not UTF-8 hold most of some texts, which are not ASCII; "" when they hold none in any.

    Of several that hold as many the first of `ENCODINGS` is taken.
    """
    best, found = 0, ""
    for encoding in ENCODINGS if texts else ():
        count = 0
        for text in texts:
            try:
                count += text.encode(encoding) in data
            except UnicodeEncodeError:
                continue
        if count > best:
            best, found = count, encoding
    return found


def text_encoding(file: BinaryIO, known: Collection[str] = ()) -> str:
    """The encoding of a file that is at its beginning: as its first bytes show, UTF-8 where at most a few bytes are damaged, the one in
    which it holds most of the `known` texts, else the one that gives the likeliest words. "" when it is the encoding of another script,
    which these bytes alone do not show.
    """
    piece = file.read(SAMPLE_BYTES)
    if marked := marked_encoding(piece):
        return marked
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece:
            decoder.decode(piece)
            piece = file.read(SAMPLE_BYTES)
        decoder.decode(b"", final=True)
        return "utf-8"
    except UnicodeDecodeError:
        file.seek(0)
        data = file.read()
    if utf8_share(data) >= 0.5:
        return "utf-8"
    lines = odd_lines(data)
    if found := encoding_by_texts(lines, known):
        return found if found != "cp1252" else western_encoding(lines)
    return "" if is_hardly_western(lines) else guess_encoding(lines, western_encoding(lines)).encoding
