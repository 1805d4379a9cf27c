"""How a service is protected: keys, limit of requests, origins, TLS, with the flags and environment variables."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .api_keys import ApiKeys, secret_of
from .errors import UserError
from .message import msg
from .network_address import EVERY_ORIGIN, is_loopback

if TYPE_CHECKING:  # numpy is imported by those that serve alone
    from .access_control import AccessControl

ENVIRONMENT = "SERVING_"  # the beginning of the environment variables
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\[\]:-]{1,255}")
_YES = frozenset(("1", "true", "yes", "on"))
FLAGS = {
    "api_keys": ("FILE", "the file of the API keys; “serve.py key NAME” writes a line for it"),
    "rate_limit": ("N", "requests a minute of a key that has no limit of its own, and of all clients together without keys"),
    "tls_cert": ("FILE", "the certificate of the service with its chain, PEM: it then answers over HTTPS alone"),
    "tls_key": ("FILE", "the private key of the certificate, PEM; SERVING_TLS_PASSWORD_FILE names the file of its password"),
}


@dataclass(frozen=True)
class Protection:
    """`keys` is a file of hashes, `secret` a key that is given alone, `secret_file` a file of one. `rate_limit`: see `AccessControl`."""

    keys: Path | None = None
    secret: str = ""
    secret_file: Path | None = None
    anonymous: bool = False
    rate_limit: float = 0.0
    origins: frozenset[str] = frozenset()
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_password: str = ""

    @property
    def has_keys(self) -> bool:
        """Whether a client needs a key."""
        return bool(self.keys or self.secret or self.secret_file)

    def access(self, workers: int = 1) -> AccessControl:
        """The access control of one of so many processes, which share the limits. UserError when the keys cannot be read."""
        from .access_control import AccessControl

        return AccessControl(ApiKeys(self.keys, self.secret, self.secret_file), self.rate_limit, self.origins, workers)

    def check(self, host: str) -> None:
        """UserError when a service that listens at this address needs keys and has none, or a file of TLS is missing."""
        if not (is_loopback(host) or self.has_keys or self.anonymous):
            raise UserError(
                msg("At {host} everybody on the network could use the service: it needs API keys.", host=host),
                "Give --api-keys FILE (“serve.py key NAME” writes a key), or say --allow-anonymous where something else checks who asks.",
            )
        if (self.tls_cert is None) != (self.tls_key is None):
            raise UserError("TLS needs a certificate and its private key.", "Give --tls-cert and --tls-key.")
        for path in (self.tls_cert, self.tls_key):
            if path is not None and not path.is_file():
                raise UserError(msg("There is no file “{path}”.", path=path), "Check --tls-cert and --tls-key.")


def add_protection_flags(parser: argparse.ArgumentParser) -> None:
    """The flags of a service's protection."""
    for name, (value, text) in FLAGS.items():
        kind = float if name == "rate_limit" else None
        help_text = f"{text} ({ENVIRONMENT}{'API_KEYS_FILE' if name == 'api_keys' else name.upper()})"
        parser.add_argument("--" + name.replace("_", "-"), metavar=value, type=kind, help=help_text)  # type: ignore[arg-type]
    parser.add_argument("--allow-anonymous", action="store_true", help=f"answer the network without keys ({ENVIRONMENT}ALLOW_ANONYMOUS=1)")
    origins = f"an origin whose pages may read the answers, or * for every one ({ENVIRONMENT}CORS_ORIGINS, with commas)"
    parser.add_argument("--cors-origin", action="append", metavar="ORIGIN", default=[], help=origins)


def protection(given: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> Protection:
    """The protection by the command line, then by the environment. UserError for what cannot be read."""

    def of(name: str, variable: str = "") -> str:
        value = getattr(given, name)
        return str(value) if value is not None else environment.get(ENVIRONMENT + (variable or name.upper()), "").strip()

    def path(name: str, variable: str = "") -> Path | None:
        if getattr(given, name) == "":  # as from a variable of a start script that is not set
            flag = "--" + name.replace("_", "-")
            raise UserError(msg("{flag} names no file.", flag=flag), "Name the file, or leave the flag out.")
        return Path(found) if (found := of(name, variable)) else None

    origins = frozenset(filter(None, (*given.cors_origin, *map(str.strip, environment.get(ENVIRONMENT + "CORS_ORIGINS", "").split(",")))))
    for origin in sorted(origins):
        if origin != EVERY_ORIGIN and not _ORIGIN.fullmatch(origin):
            raise UserError(msg("“{origin}” is no origin.", origin=origin[:200]), "An origin is like https://example.com, without a path.")
    secret_file = environment.get(ENVIRONMENT + "API_KEY_FILE", "").strip()
    anonymous = given.allow_anonymous or environment.get(ENVIRONMENT + "ALLOW_ANONYMOUS", "").strip().lower() in _YES
    try:
        rate = float(of("rate_limit") or 0)
    except ValueError:
        rate = -1.0
    if not 0 <= rate < 1e9:
        raise UserError(msg("{variable} must be a number.", variable="--rate-limit"))
    return Protection(
        path("api_keys", "API_KEYS_FILE"),
        "" if secret_file else environment.get(ENVIRONMENT + "API_KEY", "").strip(),
        Path(secret_file) if secret_file else None,
        anonymous,
        rate,
        origins,
        path("tls_cert"),
        path("tls_key"),
        secret_of(ENVIRONMENT + "TLS_PASSWORD", environment),
    )
