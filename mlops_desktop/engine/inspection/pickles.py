"""Which names a pickle would import, from its opcodes alone (`pickletools`): nothing of it is run.

The stack and the memo are followed as the unpickler keeps them, by the effects that `pickletools` gives for each opcode, so the two texts
that `STACK_GLOBAL` takes are those that it would take, whatever was pushed and dropped before. A name that is no text of the pickle is
computed, and counts as one that runs code.
"""

from __future__ import annotations

import io
import pickletools
import re
from collections.abc import Iterator
from typing import Final

from mlops_desktop.engine.inspection.names import risk_of
from mlops_desktop.engine.inspection.results import Found

# The names behind the place where opcodes can no longer be followed: joblib writes arrays between them.
_STACK_GLOBAL = re.compile(rb"\x8c.([A-Za-z_][\w.]{0,200})\x94?\x8c.([A-Za-z_][\w.]{0,200})\x94?\x93", re.DOTALL)
_GLOBAL = re.compile(rb"[ci]([A-Za-z_][\w.]{0,200})\n([A-Za-z_][\w.]{0,200})\n")
_TEXTS = frozenset(("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE", "STRING", "SHORT_BINSTRING", "BINSTRING"))
_PUT, _GET = ("PUT", "BINPUT", "LONG_BINPUT"), ("GET", "BINGET", "LONG_BINGET")
_NAME = re.compile(r"[^\W\d][\w.]*")
_MARK: Final = object()  # on the stack: the place of a MARK
_OTHER: Final = object()  # on the stack: anything but a text


def is_pickle(start: bytes) -> bool:
    """Whether a file that begins so says that it is a pickle (of protocol 2 or later)."""
    return start[:1] == b"\x80" and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05")


def scan_pickle(data: bytes, where: str = "") -> tuple[list[Found], bool]:
    """What a pickle would import, and whether all of it could be followed. A file may hold several, one behind another.

    Of what cannot be followed from its first opcode on, and does not begin as a pickle does, nothing is found.
    """
    found: list[Found] = []
    file = io.BytesIO(data)
    followed = 0
    while file.tell() < len(data):
        try:
            _follow(file, where, found)
        except (ValueError, IndexError, KeyError, OverflowError):  # what `pickletools` raises for what is no opcode, and an empty stack
            rest = _names_in(data[followed:], where) if followed or found or is_pickle(data[:2]) else ()
            return [*found, *rest], False
        followed = file.tell()
    return found, bool(followed)


def _follow(file: io.BytesIO, where: str, found: list[Found]) -> None:
    """Add what the next pickle of a file imports. ValueError, IndexError or KeyError where it cannot be followed."""
    stack: list[object] = []
    memo: dict[int, object] = {}
    for opcode, argument, _ in pickletools.genops(file):
        name = opcode.name
        if name == "STACK_GLOBAL":
            found.append(_imported(stack[-2], stack[-1], where))
        elif name in ("GLOBAL", "INST"):
            module, _, attribute = str(argument).partition(" ")
            if not _NAME.fullmatch(module) or not _NAME.fullmatch(attribute):
                raise ValueError("this is no name")
            found.append(_imported(module, attribute, where))
        elif name in ("EXT1", "EXT2", "EXT4"):
            found.append(Found(f"extension {argument}", "imports a registered extension", "unknown", where))
        elif name in ("PERSID", "BINPERSID"):
            found.append(Found("(persistent id)", "asks the program that loads it for an object", "unknown", where))
        if name == "STOP":
            stack.pop()
            return
        if name == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif name in _PUT:
            memo[int(str(argument))] = stack[-1]
        elif name in _GET:
            stack.append(memo[int(str(argument))])
        elif name == "DUP":
            stack.append(stack[-1])
        else:
            _take(stack, opcode)
            stack += [_MARK if name == "MARK" else str(argument) if name in _TEXTS else _OTHER for _ in opcode.stack_after]
    raise ValueError("the pickle does not end")


def _take(stack: list[object], opcode: pickletools.OpcodeInfo) -> None:
    """Take from the stack what an opcode takes: so many objects, or all down to the last mark and so many below it."""
    below = len(opcode.stack_before)
    if pickletools.markobject in opcode.stack_before:
        below = opcode.stack_before.index(pickletools.markobject)
        while stack.pop() is not _MARK:
            pass
    for _ in range(below):
        stack.pop()


def _imported(module: object, name: object, where: str) -> Found:
    if not isinstance(module, str) or not isinstance(name, str):
        return Found("(computed)", "imports a name that it computes", "runs", where)
    shown = f"{module}.{name}".encode("utf-8", "backslashreplace").decode()  # half a surrogate pair may be in a pickle
    return Found(shown, "imports and may call", risk_of(module, name), where)


def _names_in(data: bytes, where: str) -> Iterator[Found]:
    for pattern in (_STACK_GLOBAL, _GLOBAL):
        for match in pattern.finditer(data):
            yield _imported(match[1].decode(errors="replace"), match[2].decode(errors="replace"), where)
