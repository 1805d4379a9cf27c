"""Unpacks a bundle that came as a .zip, without trusting any name or size in it."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

from .bundle import MAX_BYTES, MAX_FILES, inside
from .errors import UserError
from .manifest import IDENTITY
from .message import msg

MAX_RATIO = 200  # model arrays are compressed by 20 at most; zip bombs by thousands
SMALL = 2**20  # files up to this size may be compressed by any ratio
_CHUNK = 2**20


def read_archive(archive: Path, into: Path) -> Path:
    """Unpack a .zip into the empty folder `into`; the folder in it that holds `bundle.json`. Nothing is run; `open_bundle` comes next.

    UserError when the file is no zip, is too large, or when a member leads out of the folder, is a link, is encrypted, comes twice or is
    compressed beyond MAX_RATIO. What was unpacked before that stays in `into`.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            members = packed.infolist()
            _check(archive, members)
            left = MAX_BYTES
            for member in members:
                if not member.is_dir():
                    left -= _unpack(packed, member, into, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UserError(
            msg("“{archive}” cannot be unpacked: it is not a whole zip file.", archive=archive.name), "Fetch a fresh copy."
        ) from error
    folders = [path for path in (into, *sorted(into.iterdir())) if (path / IDENTITY).is_file()]
    if not folders:
        raise UserError(
            msg("“{archive}” holds no bundle: there is no {identity} in it.", archive=archive.name, identity=IDENTITY),
            "Choose the file that an export wrote.",
        )
    return folders[0]


def _check(archive: Path, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_FILES or sum(member.file_size for member in members) > MAX_BYTES:
        raise _hostile(archive, "it holds too much")
    names = [member.filename.rstrip("/").casefold() for member in members]
    if len(set(names)) != len(names):
        raise _hostile(archive, "a name comes twice")
    for member in members:
        mode = member.external_attr >> 16
        if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0):
            raise _hostile(archive, "it holds a link")
        if member.flag_bits & 1:
            raise UserError(msg("“{archive}” is encrypted.", archive=archive.name), "Unpack it first, then open the folder.")
        if member.file_size > SMALL and member.file_size > MAX_RATIO * max(1, member.compress_size):
            raise _hostile(archive, "it is packed beyond all measure")


def _unpack(packed: zipfile.ZipFile, member: zipfile.ZipInfo, into: Path, left: int) -> int:
    """Write one member, counting the bytes that are really unpacked; their number."""
    target = inside(into, member.filename)
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    allowed = min(left, member.file_size)
    with packed.open(member) as source, target.open("xb") as file:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > allowed:
                raise _hostile(Path(packed.filename or ""), "it holds more than it says")
            file.write(chunk)
    return written


def _hostile(archive: Path, reason: str) -> UserError:
    return UserError(
        msg("“{archive}” is not opened: {reason}.", archive=archive.name, reason=reason),
        "Do not use it: it was not written by this application.",
    )
