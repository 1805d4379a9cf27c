"""Finds the encoding of a text file from its bytes, never from its name, and reads its text."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg
from mlops_desktop.serving.text_encoding import is_hardly_western, marked_encoding, odd_lines, utf8_share, western_encoding

SAMPLE_BYTES = 2**18
_ROWS = 200
_BEGINNING_BYTES = 2**17
_CUTS = 100  # line ends at which the beginning of a file may be cut
_LETTERS_READ_TWICE = "Ã¼ Ã¤ Ã¶ ÃŸ Ã© Ã¨ Ãª Ã± Ã³ Ã¡ Ã£ Ã§ Å‚ Å¡ â€™ â€œ â€“"
_TWICE = tuple(map(str.encode, re.split(" ", _LETTERS_READ_TWICE)))
# Files that people rename: what their first bytes are, and what they are called.
_MAGIC = (
    (b"PK\x03\x04", "an Excel file or another archive", "If it is an Excel file, give it the ending .xlsx."),
    (b"PAR1", "a Parquet file", "Give it the ending .parquet."),
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls)", "Open it in a spreadsheet program and save it as .xlsx or .csv."),
    (b"\x1f\x8b", "a compressed file (gzip)", "Unpack it first."),
    (b"%PDF", "a PDF", "Copy its table into a spreadsheet program and save that as .csv."),
    (b"SQLite format 3", "an SQLite database", "Export the table as .csv."),
    (b"ARROW1", "a Feather file", "Save it as .parquet or .csv."),
    (b"\x89PNG", "a picture", "Choose a data file."),
    (b"\xff\xd8\xff", "a picture", "Choose a data file."),
)
_OTHER_SCRIPTS = (
    "cp1251",
    "koi8_r",
    "cp1253",
    "cp1255",
    "cp1256",
    "gb18030",
    "gb2312",
    "big5",
    "shift_jis",
    "cp932",
    "euc_jp",
    "euc_kr",
    "cp949",
)
# Control characters that no text has; tab, line ends and form feed are text.
_CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27})


def refuse_binary(path: Path, sample: bytes) -> None:
    """UserError when the bytes are no text; it names the format that they begin like."""
    for magic, name, remedy in _MAGIC:
        if sample.startswith(magic):
            raise UserError(msg("“{path}” is no text file: it looks like {name}.", path=path.name, name=name), remedy)
    if marked_encoding(sample):
        return
    nothing = sample.count(0)  # some are the fault of a program, such as a block that was never written
    controls = len(sample) - len(sample.translate(None, _CONTROL)) - nothing
    if controls > max(2, 0.02 * len(sample)) or nothing > 0.3 * len(sample):
        raise UserError(
            msg("“{path}” is no text file: it holds bytes that no text has.", path=path.name),
            "Choose a table saved as text, Excel or Parquet.",
        )


def find_encoding(path: Path) -> str:
    """The encoding of a text file.

    By its byte order mark, UTF-8 when all of it is, another script's when its bytes are typical of one, else Windows' Western European.
    """
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
        refuse_binary(path, sample)
        if marked := marked_encoding(sample):
            return marked
        while sample.isascii():
            sample = file.read(2**22)
            if not sample:
                return "utf-8"
    data = path.read_bytes()
    return "utf-8" if utf8_share(data) >= 0.5 else _other_encoding(odd_lines(data))


def _other_encoding(lines: bytes) -> str:
    from charset_normalizer import from_bytes

    if is_hardly_western(lines):
        best = from_bytes(lines, cp_isolation=list(_OTHER_SCRIPTS)).best()
        if best is not None:
            return best.encoding
    return western_encoding(lines)


def decode(path: Path, data: bytes, encoding: str, *, partial: bool = False) -> str:
    """The text of a file, or of its beginning when `partial`, without byte order marks. UserError when it is not in this encoding."""
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")) and encoding == "utf-16":
        encoding = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    try:
        text = data.decode(encoding, "replace" if partial else "strict")
    except UnicodeError as error:
        where = f" at byte {error.start:,}" if isinstance(error, UnicodeDecodeError) else ""
        raise UserError(
            msg("“{path}” is not written in {encoding}{where}.", path=path.name, encoding=encoding, where=where),
            "Choose another encoding, or let it be found.",
        ) from error
    return text.lstrip("\ufeff")


def sample_text(path: Path, encoding: str) -> tuple[str, bool]:
    """The first lines of a file, whole ones, and whether there are more. UserError when it is no text file."""
    with path.open("rb") as file:
        raw = file.read(SAMPLE_BYTES)
        more = bool(file.read(1))
    refuse_binary(path, raw)
    text = decode(path, raw, encoding, partial=True).replace("\0", "")
    if more:
        end = max(text.rfind("\n"), text.rfind("\r"))
        text = text[: end + 1] if end > 0 else text
    return text, more


def write_beginning(path: Path, target: Path) -> bool:
    """Write the first whole lines of a file to `target`, byte for byte; False, and nothing written, when the file has no more than these.

    It is cut where quotes are closed, so that no cell with line breaks is divided.
    """
    with path.open("rb") as file:
        block = file.read(_BEGINNING_BYTES)
        if not file.read(1):
            return False
    encoding = marked_encoding(block)
    width = 4 if encoding.startswith("utf-32") else 2 if encoding.startswith("utf-16") else 1
    ends: list[int] = []
    end = len(block)
    while len(ends) < _CUTS and (end := max(block.rfind(b"\n", 0, end), block.rfind(b"\r", 0, end))) > 0:
        ends.append(end + 1 + -(end + 1) % width)
    whole = (at for at in ends if block.count(b'"', 0, at) % 2 == 0)
    target.write_bytes(block[: next(whole, ends[0] if ends else len(block))])
    return True


@dataclass(frozen=True)
class Utf8Text:
    """A whole file as UTF-8 without byte order marks and NUL bytes; `damaged` says that bytes which are no UTF-8 became U+FFFD."""

    data: bytes
    notes: tuple[str, ...] = ()
    damaged: bool = False


def _read_twice(data: bytes) -> str:
    """A text of a UTF-8 file whose letters were turned into several by a program that took UTF-8 for Windows-1252; "" without any."""
    at = next((at for mark in _TWICE if (at := data.find(mark)) >= 0), -1)
    if at < 0:
        return ""
    around = data[max(0, at - 40) : at + 40].decode("utf-8", "ignore")
    return next((word for word in re.split(r"[\s,;|\"]", around) if any(mark.decode() in word for mark in _TWICE)), "")[:40]


def read_utf8(path: Path, encoding: str) -> Utf8Text:
    """The text of a file in an encoding. UserError when it is no text file, or not written in it."""
    data = path.read_bytes()
    refuse_binary(path, data[:SAMPLE_BYTES])
    notes, damaged = [], False
    if encoding in ("utf-8", "utf-8-sig"):
        while data.startswith(codecs.BOM_UTF8):
            data = data.removeprefix(codecs.BOM_UTF8)
        share = utf8_share(data)
        if share < 0.5:
            raise UserError(msg("“{path}” is not written in UTF-8.", path=path.name), "Choose another encoding, or let it be found.")
        if share < 1:
            data, damaged = data.decode("utf-8", "replace").encode(), True
    else:
        data = decode(path, data, encoding).encode()
        if not encoding.startswith("utf"):
            template = "The file is not UTF-8; it was read as {encoding}. Choose another encoding if letters look wrong."
            notes.append(msg(template, encoding=encoding))
    if not data.isascii() and (shown := _read_twice(data[: 2**22])):
        template = "Texts such as “{shown}” were UTF-8 once, were read as Windows-1252 and saved again. Export the file anew."
        notes.append(msg(template, shown=shown))
    nothing = data.count(b"\0")
    if nothing:
        data = data.replace(b"\0", b"")
        notes.append(
            plural_msg(nothing, "1 NUL byte, which no text has, was left out.", "{n} NUL bytes, which no text has, were left out.")
        )
    return Utf8Text(data, tuple(notes), damaged)
