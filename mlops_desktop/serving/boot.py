"""From a folder to a service that may answer: opened, its checksums held, its self-test passed."""

from __future__ import annotations

from pathlib import Path

from .app import App, log_to_stderr
from .bundle import Bundle, open_bundle
from .errors import UserError
from .selftest import Parity, replay
from .service import Service


def verified_bundle(folder: Path) -> tuple[Bundle, Parity]:
    """The bundle of a folder and how its self-test went; UserError when it cannot be opened or gives other answers than the application."""
    bundle = open_bundle(folder)
    parity = replay(bundle.scorer, bundle.golden)
    if not parity.passed:
        raise UserError(parity.sentence(), "Do not use this copy: export the bundle again.")
    return bundle, parity


def make_app(folder: Path) -> App:
    """The application of a bundle that passed its self-test; UserError otherwise."""
    log_to_stderr()
    return App(Service(verified_bundle(folder)[0]))
