"""The model that a process serves, in a slot that can be given another model while requests run."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from .boot import verified_bundle
from .bundle import Bundle
from .metrics import Metrics
from .route import Limits
from .service import Service
from .service_settings import ServiceSettings

if TYPE_CHECKING:  # SQLite is imported where something is kept
    from .monitoring.recorder import Recorder


class ModelSlot:
    """Holds the service of one bundle as `current`. Whoever answers a request reads `current` once and keeps it to the end.

    The counters in `metrics` are those of the process: they go on over a swap, with a part for each model. `recorder` stores them, where
    they are kept.
    """

    def __init__(
        self,
        bundle: Bundle,
        limits: Limits | None = None,
        settings: ServiceSettings | None = None,
        metrics: Metrics | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        self.limits, self._settings = limits or Limits(), settings
        self.metrics, self.recorder = metrics or Metrics(), recorder
        self.current = Service(bundle, self.limits, self.metrics, self._settings, self.recorder)
        self._swap_lock = threading.Lock()

    def swap(self, folder: Path) -> Service:
        """Answer requests that start from now on with the bundle of another folder; the service that answered before.

        The bundle's checksums and self-test are verified first. UserError when they fail: the slot then keeps its model. May be called
        from any thread; swaps take turns.
        """
        with self._swap_lock:
            bundle, _ = verified_bundle(folder)
            previous, self.current = self.current, Service(bundle, self.limits, self.metrics, self._settings, self.recorder)
            return previous
