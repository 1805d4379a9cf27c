"""Which names a pickle would import, from its opcodes alone (`pickletools`): nothing of it is run.

By the same way as picklescan and fickling: `GLOBAL` and `INST` hold the name, `STACK_GLOBAL` takes the two texts that were pushed last.
"""

from __future__ import annotations

import pickletools
import re
from collections.abc import Iterator

from mlops_desktop.engine.inspection.names import risk_of
from mlops_desktop.engine.inspection.results import Found

# The names behind the place where opcodes can no longer be followed: joblib writes arrays between them.
_STACK_GLOBAL = re.compile(rb"\x8c.([A-Za-z_][\w.]{0,200})\x94?\x8c.([A-Za-z_][\w.]{0,200})\x94?\x93", re.DOTALL)
_GLOBAL = re.compile(rb"\x8c.([A-Za-z_][\w.]{0,200})[\x94\x71]?.{0,2}?\x8c.([A-Za-z_][\w.]{0,200})(?:[\x94]|q.|r....)?\x93", re.DOTALL)
_GLOBAL = re.compile(rb"[ci]([A-Za-z_][\w.]{0,200})\n([A-Za-z_][\w.]{0,200})\n")
_TEXTS = frozenset(("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE", "STRING", "SHORT_BINSTRING", "BINSTRING"))
_PUT, _GET = ("PUT", "BINPUT", "LONG_BINPUT"), ("GET", "BINGET", "LONG_BINGET")
_CALLS = frozenset(("REDUCE", "NEWOBJ", "NEWOBJ_EX", "OBJ", "INST", "BUILD"))


def is_pickle(start: bytes) -> bool:
    """Whether a file that begins so can be a pickle."""
    return (start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")) or bool(re.match(rb"[(\]}c]", start))


def scan_pickle(data: bytes, where: str = "") -> tuple[list[Found], bool]:
    """What a pickle would import, and whether all of it could be followed. A file may hold several, one behind another."""
    found: list[Found] = []
    at = 0
    while at < len(data):
        try:
            at = _follow(data, at, where, found)
        except (ValueError, IndexError, KeyError, OverflowError):  # what `pickletools` raises for what is no opcode
            return [*found, *_names_in(data[at:], where)], False
    return found, True


def _follow(data: bytes, at: int, where: str, found: list[Found]) -> int:
    """Add what the pickle at a position imports; the position behind it. ValueError where it cannot be followed."""
    texts: list[str] = []
    memo: dict[int, str] = {}
    last: str | None = None
    for opcode, argument, position in pickletools.genops(data[at:]):
        name = opcode.name
        if name in _TEXTS:
            last = str(argument)
            texts.append(last)
        elif name == "MEMOIZE":
            memo[len(memo)] = last if last is not None else ""
        elif name in _PUT:
            memo[int(str(argument))] = last if last is not None else ""
        elif name in _GET:
            last = memo[int(str(argument))]
            texts.append(last)
        elif name in ("GLOBAL", "INST"):
            module, _, attribute = str(argument).partition(" ")
            found.append(_imported(module, attribute, where))
            last = None
        elif name == "STACK_GLOBAL":
            if len(texts) < 2:
                found.append(Found("(computed)", "imports a name that it computes", "runs", where))
            else:
                found.append(_imported(texts[-2], texts[-1], where))
            last = None
        elif name in ("EXT1", "EXT2", "EXT4"):
            found.append(Found(f"extension {argument}", "imports a registered extension", "unknown", where))
        elif name in ("PERSID", "BINPERSID"):
            found.append(Found("(persistent id)", "asks the program that loads it for an object", "unknown", where))
            last = None
        elif name == "STOP":
            return at + int(position or 0) + 1
        elif name in _CALLS:
            last = None
    raise ValueError("the pickle does not end")


def _imported(module: str, name: str, where: str) -> Found:
    return Found(f"{module}.{name}", "imports and may call", risk_of(module, name), where)


def _names_in(data: bytes, where: str) -> Iterator[Found]:
    for pattern in (_STACK_GLOBAL, _GLOBAL):
        for match in pattern.finditer(data):
            yield _imported(match[1].decode(), match[2].decode(), where)
