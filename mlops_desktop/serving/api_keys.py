"""API keys: several, with scopes, kept as hashes in a file that is read again when it changes.

A line of the file is `NAME SCOPES SHA256 [REQUESTS_PER_MINUTE]`, with commas between scopes; `#` begins a comment. A key has 256 random
bits, so that its plain SHA-256 cannot be reversed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import UserError
from .message import msg

SCOPES = ("predict", "monitor", "feedback", "admin")  # a key for admin may do everything
OWN = "key"  # the name of a key that is given alone, without a file of hashes
MAX_KEY = 512  # characters
MIN_KEY = 16  # of a key that a person chose
_LINE = re.compile(r"(?P<name>[\w.@-]{1,100})\s+(?P<scopes>[a-z,]+)\s+(?P<digest>[0-9a-fA-F]{64})(?:\s+(?P<rate>[1-9][0-9]{0,8}))?")
_SECRET = re.compile(rf"[!-~]{{{MIN_KEY},{MAX_KEY}}}")  # what a header can hold
_log = logging.getLogger("serving")


@dataclass(frozen=True)
class ApiKey:
    """A key without its secret. `per_minute`: requests that it may send, 0 for as many as the service's own limit says."""

    name: str
    scopes: frozenset[str]
    digest: bytes
    per_minute: int = 0

    def allows(self, scope: str) -> bool:
        """Whether a request of this scope may be sent with the key."""
        return scope in self.scopes or "admin" in self.scopes


def digest_of(secret: str) -> bytes:
    """The hash under which a key is kept."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def new_key(name: str, scopes: str) -> tuple[str, str]:
    """A new secret, and the line of the file for it. UserError when the name or a scope is not valid."""
    secret = secrets.token_urlsafe(32)
    line = f"{name} {scopes} {digest_of(secret).hex()}"
    read_keys(line)
    return secret, line


def read_keys(text: str) -> list[ApiKey]:
    """The keys of a file. UserError names the first line that is none."""
    keys, faulty = _parsed(text)
    if faulty:
        raise UserError(
            msg("Line {number} of the API keys is no key.", number=faulty[0]),
            "A line is NAME SCOPES SHA256, and each name and each hash comes once. “serve.py key NAME” writes one.",
        )
    return keys


def _parsed(text: str) -> tuple[list[ApiKey], list[int]]:
    """The keys of a file, and the numbers of the lines that are none."""
    keys: dict[str, ApiKey] = {}
    digests: set[bytes] = set()
    faulty: list[int] = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        found = _LINE.fullmatch(line)
        scopes = frozenset(filter(None, found["scopes"].split(","))) if found else frozenset()
        digest = bytes.fromhex(found["digest"]) if found else b""
        if found is None or not scopes or not scopes <= {*SCOPES} or found["name"] in keys or digest in digests:
            faulty.append(number)
            continue
        keys[found["name"]] = ApiKey(found["name"], scopes, digest, int(found["rate"] or 0))
        digests.add(digest)
    return [*keys.values()], faulty


def secret_of(name: str, environment: Mapping[str, str]) -> str:
    """A secret from the environment: the content of the file that `NAME_FILE` names, else `NAME`; empty when there is none.

    UserError when the file cannot be read.
    """
    path = environment.get(name + "_FILE", "").strip()
    return _content(Path(path)).strip() if path else environment.get(name, "").strip()


def presented(credentials: bytes) -> str:
    """The secret in a value of `Authorization` (`Bearer KEY`, or `Basic` with the key as the password) or of `X-API-Key`; else empty."""
    kind, _, value = credentials.decode("latin-1")[: 4 * MAX_KEY].partition(" ")
    if not value:
        return kind
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


class ApiKeys:
    """The keys of a service: those of a file of hashes, and one that was given alone or in a file of its own.

    `generation` grows whenever the keys change: whoever keeps a found key must look it up again then.
    """

    def __init__(self, file: Path | None = None, secret: str = "", secret_file: Path | None = None) -> None:
        """UserError when a file cannot be read, holds no key or a line that is none, or the secret is none that a client can send."""
        self._files = [one for one in (file, secret_file) if one is not None]
        self._file, self._secret, self._secret_file = file, secret, secret_file
        self.generation = 0
        self._state = self._states()
        self._keys = self._read()
        if self._files and not self._keys:
            raise UserError("The file of the API keys holds no key.", "“serve.py key NAME” writes a line for it.")

    def __bool__(self) -> bool:
        """Whether a client needs a key, also while there is no valid one."""
        return bool(self._files or self._secret)

    def find(self, credentials: Iterable[bytes]) -> ApiKey | None:
        """The key that a request presents, where it presents a valid one."""
        for one in credentials:
            digest = digest_of(presented(one))
            found = self._keys.get(digest)
            if found is not None and hmac.compare_digest(found.digest, digest):
                return found
        return None

    def refresh(self) -> None:
        """Read the files again if they changed. A key is valid as long as a file holds it: lines that are no keys are logged and do not
        keep a former key, nor does a file that is gone. Only while a file is there and cannot be read, the former keys stay.
        """
        state = self._states()
        if state == self._state:
            return
        self._state = state
        try:
            self._keys = self._read(again=True)
        except UserError as error:
            _log.error("the API keys were not read again, and the former ones stay: %s", error)
            return
        self.generation += 1
        _log.warning("the API keys were read again: %d keys", len(self._keys))

    def _states(self) -> list[tuple[int, int, int] | None]:
        found: list[tuple[int, int, int] | None] = []
        for path in self._files:
            try:
                status = path.stat()
                found.append((status.st_mtime_ns, status.st_size, status.st_ino))
            except OSError:
                found.append(None)
        return found

    def _read(self, again: bool = False) -> dict[bytes, ApiKey]:
        """The keys by their hashes. UserError when a file cannot be read or holds something else; `again`: that is logged."""
        keys: list[ApiKey] = []
        if self._file is not None and not (again and not self._file.exists()):
            text = _content(self._file)
            keys, faulty = _parsed(text) if again else (read_keys(text), [])
            if faulty:
                _log.error("lines of the API keys are no keys: %s", ", ".join(map(str, faulty)))
        secret = self._secret
        if self._secret_file is not None:
            secret = "" if again and not self._secret_file.exists() else _content(self._secret_file).strip()
        if secret or (self._secret_file is not None and not again):
            if _SECRET.fullmatch(secret):
                keys.append(ApiKey(OWN, frozenset(("admin",)), digest_of(secret)))
            elif not again:
                text = "An API key has {low} to {high} letters, digits and signs of ASCII, without blanks."
                raise UserError(msg(text, low=MIN_KEY, high=MAX_KEY), "“serve.py key NAME” makes one.")
            else:
                _log.error("the file of the API key holds none")
        found = {key.digest: key for key in keys}
        if len(found) < len(keys) and not again:
            raise UserError("The API key is in the file of the API keys too.", "Give it in one place.")
        return found


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UserError(msg("“{path}” cannot be read: {reason}.", path=path, reason=reason or ""), "Check the path.") from error
