"""A text file in any encoding as a file of UTF-8, without ever holding all of it in memory."""

from __future__ import annotations

import codecs
import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.catalog.sources._text_file import SAMPLE_BYTES, byte_facts, not_written_in, read_twice, refuse_binary, with_byte_order
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg

_BLOCK = 2**22


@dataclass(frozen=True)
class Utf8File:
    """A file of UTF-8 without NUL bytes, whose text begins at byte `start`; `damaged` says that bytes which are no UTF-8 became U+FFFD."""

    path: Path
    start: int = 0
    notes: tuple[str, ...] = ()
    damaged: bool = False

    def count(self, char: str, start: int) -> int:
        """How often one of `text_file.MARKS` is in the file from byte `start` on."""
        total = byte_facts(self.path).marks[char.encode()]
        if not total or not start:
            return total
        with self.path.open("rb") as file:
            return total - file.read(start).count(char.encode())


@contextlib.contextmanager
def utf8_file(path: Path, encoding: str) -> Iterator[Utf8File]:
    """A text file in an encoding as UTF-8 without byte order marks and NUL bytes: the file itself where it is so, else a temporary copy.

    UserError when it is no text file, or not written in this encoding.
    """
    with path.open("rb") as file:
        start = file.read(SAMPLE_BYTES)
    refuse_binary(path, start)
    damaged = False
    if encoding in ("utf-8", "utf-8-sig"):
        marks = _marks(start)
        facts = byte_facts(path)
        share, nothing = facts.utf8_share(marks // len(codecs.BOM_UTF8)), facts.marks[b"\0"]
        if share < 0.5:
            raise UserError(msg("“{path}” is not written in UTF-8.", path=path.name), "Choose another encoding, or let it be found.")
        if share == 1 and not nothing:
            yield Utf8File(path, marks, tuple(_twice(path, marks)) if facts.others else ())
            return
        encoding, damaged = "utf-8", share < 1
    with tempfile.TemporaryDirectory(prefix="mlops-desktop-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / path.name
        nothing = _write_utf8(path, copy, with_byte_order(encoding, start), "replace" if damaged else "strict")
        notes: list[str] = []
        if not encoding.startswith("utf"):
            template = "The file is not UTF-8; it was read as {encoding}. Choose another encoding if characters look wrong."
            notes.append(msg(template, encoding=encoding))
        notes += _twice(copy, 0)
        if nothing:
            one, many = "1 NUL byte, which no text has, was left out.", "{n} NUL bytes, which no text has, were left out."
            notes.append(plural_msg(nothing, one, many))
        yield Utf8File(copy, 0, tuple(notes), damaged)


def _twice(path: Path, start: int) -> list[str]:
    """What is to be noted of a file in which letters beyond ASCII were read as others and saved again."""
    with path.open("rb") as file:
        file.seek(start)
        shown = read_twice(file.read(_BLOCK))
    template = "Texts such as “{shown}” were UTF-8 once, were read as Windows-1252 and saved again. Export the file again."
    return [msg(template, shown=shown)] if shown else []


def _marks(start: bytes) -> int:
    """The number of bytes of the byte order marks of UTF-8 at the beginning."""
    size = 0
    while start.startswith(codecs.BOM_UTF8, size):
        size += len(codecs.BOM_UTF8)
    return size


def _write_utf8(path: Path, target: Path, encoding: str, errors: str) -> int:
    """Write the text of a file as UTF-8 without byte order marks and NUL bytes; the number of these."""
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    nothing, before, started = 0, 0, False
    with path.open("rb") as file, target.open("wb") as out:
        while True:
            block = file.read(_BLOCK)
            held = len(decoder.getstate()[0])  # bytes of a letter that the last block cut
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeError as error:
                raise not_written_in(path, encoding, error, before - held) from error
            before += len(block)
            if not started:
                text = text.lstrip("\ufeff")
                started = bool(text)
            nothing += text.count("\0")
            out.write(text.replace("\0", "").encode())
            if not block:
                return nothing
