"""The file of the API keys of a person: hashes alone, outside every project. A secret is given once, when its key is made."""

from __future__ import annotations

from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine import disk
from mlops_desktop.serving.api_keys import new_key, read_keys
from mlops_desktop.serving.message import msg


def key_names(path: Path) -> list[str]:
    """The names of the keys of a file; none when there is no file. UserError when it is damaged."""
    return [one.name for one in read_keys(path.read_text(encoding="utf-8"))] if path.is_file() else []


def add_key(path: Path, name: str, scopes: str = "predict,monitor") -> str:
    """Make a key and add its hash to a file that only its owner can read; the secret. UserError when the name is taken or no name."""
    if name in key_names(path):
        raise UserError(msg("There is a key “{name}” already.", name=name), "Choose another name.")
    secret, line = new_key(name, scopes)
    _write(path, [*_lines(path), line])
    return secret


def remove_key(path: Path, name: str) -> None:
    """Take a key out of a file; services that run read it again."""
    _write(path, [line for line in _lines(path) if line.split()[:1] != [name]])


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def _write(path: Path, lines: list[str]) -> None:
    with disk.explain_errors("The file of the API keys"):
        path.parent.mkdir(parents=True, exist_ok=True)
        disk.write_atomic(path, "".join(f"{line}\n" for line in lines).encode())
        path.chmod(0o600)
