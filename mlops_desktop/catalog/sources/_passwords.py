"""Passwords of databases: from the address, the environment or the keyring of the system; they are never written."""

from __future__ import annotations

import importlib.util
import os

VARIABLE = "MLOPS_DESKTOP_PASSWORD"
SERVICE = "mlops-desktop"
_given: dict[str, str] = {}  # by account, in the memory of this process alone: reading again asks for none


def remember_password(account: str, password: str) -> None:
    """Keep the password of an address, which let its user in, until the process ends."""
    _given[account] = password


def find_password(account: str, variables: tuple[str, ...]) -> str | None:
    """The password for an account such as `postgresql://me@here/shop`; None when none is known.

    The first of these: one that was remembered, the environment variable `MLOPS_DESKTOP_PASSWORD`, the given variables (as the programs of
    the database know them), the keyring's entry of the service `mlops-desktop` for this account.
    """
    if account in _given:
        return _given[account]
    for name in (VARIABLE, *variables):
        if os.environ.get(name):
            return os.environ[name]
    return _of_keyring(account)


def _of_keyring(account: str) -> str | None:
    if importlib.util.find_spec("keyring") is None:
        return None
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, account)
    except KeyringError:  # there is no keyring here, or it stays locked
        return None
