"""Compressed files: unpacked into a temporary folder for as long as they are read."""

from __future__ import annotations

import contextlib
import lzma
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.catalog.sources._text_file import refuse_binary
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import quoted_names

ENDINGS = (".gz", ".bz2", ".xz", ".zst", ".zip")
_MAGIC = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zst", b"PK\x03\x04": "zip", b"PK\x05\x06": "zip"}
_BLOCK = 2**22
_LISTED = 20  # files of an archive that are offered
_MOST_RATIO = 200  # bytes that one byte of a packed file may unpack to in a format that is read into memory …
_ALWAYS_UNPACKED = 2**26  # … unless they are few
_SAMPLE = 65_536
_LEAST_FREE = 2**28  # bytes that stay free on the disk


@dataclass(frozen=True)
class PlainFile:
    """A file that can be read as it is: its path (the temporary copy of a compressed one), and what a person should know."""

    path: Path
    notes: tuple[Evidence, ...] = ()


@contextlib.contextmanager
def plain_file(path: Path, endings: tuple[str, ...], member: str = "", in_memory: bool = False) -> Iterator[PlainFile]:
    """The file itself, or its unpacked content when its first bytes say that it is compressed; the copy is removed at the end.

    Of an archive with several files `member` is read; when that is empty, the largest file with one of the `endings`. UserError when the
    file is damaged, locked with a password, holds no such file or no text, or does not fit on the disk. What is read into memory as a
    whole (`in_memory`) may not unpack to many times its size either.
    """
    kind = _kind(path)
    most = max(_ALWAYS_UNPACKED, path.stat().st_size * _MOST_RATIO) if in_memory else sys.maxsize
    if not kind:
        yield PlainFile(path)
        return
    with tempfile.TemporaryDirectory(prefix="mlops-desktop-", ignore_cleanup_errors=True) as folder:
        try:
            if kind == "zip":
                plain = _unpack_member(path, Path(folder), endings, member, most)
            else:
                name = path.stem if path.suffix.lower() in ENDINGS else path.name
                plain = PlainFile(Path(folder) / name)
                with _opened(path, kind) as packed:
                    _copy(packed, plain.path, path, most)
        except (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, ValueError) as error:
            raise _damaged(path) from error
        except OSError as error:
            if error.errno is not None:
                raise
            raise _damaged(path) from error  # gzip, bz2 and pyarrow raise OSError without a number for damaged contents
        yield plain


def is_packed(path: Path) -> bool:
    """Whether the first bytes of a file say that it is compressed."""
    return bool(_kind(path))


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(8)
    kind = next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), "")
    return "" if kind == "zip" and _is_document(path) else kind


def _is_document(path: Path) -> bool:
    """Whether a zip archive is a document of an office program, which readers of text refuse by that name, or no archive at all."""
    try:
        with zipfile.ZipFile(path) as archive:
            return not {"[Content_Types].xml", "mimetype"}.isdisjoint(archive.namelist())
    except zipfile.BadZipFile:
        return path.suffix.lower() != ".zip"


def _opened(path: Path, kind: str) -> Any:
    import bz2
    import gzip

    import pyarrow as pa

    if kind == "zst":
        return pa.CompressedInputStream(pa.OSFile(str(path)), "zstd")
    openers: dict[str, Any] = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}
    return openers[kind](path, "rb")


def _unpack_member(path: Path, folder: Path, endings: tuple[str, ...], member: str, most: int) -> PlainFile:
    with zipfile.ZipFile(path) as archive:
        files = {one.filename: one for one in archive.infolist() if not one.is_dir() and not _hidden(one.filename)}
        if member and member not in files:
            raise UserError(
                msg("“{path}” holds no file “{member}”.", path=path.name, member=member), msg("It holds: {names}.", names=_shown(files))
            )
        fitting = [name for name in files if name.lower().endswith(endings)]
        if not member and not fitting:
            raise UserError(
                msg("“{path}” holds no file that can be read here.", path=path.name),
                msg("It holds: {names}. Unpack it first.", names=_shown(files) or "nothing"),
            )
        chosen = files[member or max(fitting, key=lambda name: files[name].file_size)]
        if chosen.flag_bits & 1:
            raise UserError(msg("“{path}” is locked with a password.", path=path.name), "Unpack it first.")
        plain = folder / Path(chosen.filename).name
        try:
            with archive.open(chosen) as packed:
                _copy(packed, plain, path, most)
        except NotImplementedError as error:
            raise UserError(msg("“{path}” is packed by a method that cannot be read here.", path=path.name), "Unpack it first.") from error
    others = [name for name in files if name != chosen.filename]
    if member or not others:
        return PlainFile(plain)
    message = msg("The file “{name}” of the archive was read; there are also {others}.", name=chosen.filename, others=_shown(others))
    values = tuple(name for name in others if name in fitting)
    return PlainFile(plain, (Evidence("", "member", message, parameter="member", values=values[:_LISTED]),))


def archive_names(path: Path, endings: tuple[str, ...]) -> tuple[str, ...]:
    """The files of a zip archive with one of these endings; none of any other file."""
    if _kind(path) != "zip":
        return ()
    with zipfile.ZipFile(path) as archive:
        names = [one.filename for one in archive.infolist() if not one.is_dir() and not _hidden(one.filename)]
    return tuple(name for name in names if name.lower().endswith(endings))


def _hidden(name: str) -> bool:
    """Whether a file of an archive is one that operating systems add."""
    return name.startswith("__MACOSX/") or Path(name).name.startswith(".")


def _shown(names: Any) -> str:
    return quoted_names(list(names), 5)


def _copy(packed: IO[bytes], plain: Path, path: Path, most: int) -> None:
    """Unpack text of at most `most` bytes. What is no text is refused by its beginning, before all of it is unpacked."""
    name = path.name
    with plain.open("wb") as file:
        while block := packed.read(_BLOCK):
            if shutil.disk_usage(plain.parent).free < len(block) + _LEAST_FREE:
                raise UserError(
                    msg("“{name}” unpacks to more than there is room for on the disk.", name=name), "Free some space and try again."
                )
            if not file.tell():
                refuse_binary(path, block[:_SAMPLE])
            file.write(block)
            if file.tell() > most:
                raise UserError(
                    msg("“{name}” unpacks to more than {ratio} times its size.", name=name, ratio=_MOST_RATIO),
                    "If that is right, unpack it first.",
                )
        if not file.tell():
            raise UserError(msg("“{name}” is empty.", name=name), "Choose a file with a table in it.")


def _damaged(path: Path) -> UserError:
    return UserError(msg("The compressed file “{path}” is damaged or cut off.", path=path.name), "Get it again, or unpack it first.")
