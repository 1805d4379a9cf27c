"""Opens a bundle and runs its self-test: no bundle answers before both succeeded."""

from __future__ import annotations

from pathlib import Path

from .bundle import Bundle, open_bundle
from .errors import UserError
from .selftest import Parity, replay


def verified_bundle(folder: Path) -> tuple[Bundle, Parity]:
    """The bundle of a folder and the outcome of its self-test; UserError when it cannot be opened or answers otherwise than exported."""
    bundle = open_bundle(folder)
    parity = replay(bundle.scorer, bundle.golden)
    if not parity.passed:
        raise UserError(parity.summary(), "Do not use this copy: export the bundle again.")
    return bundle, parity
