"""Running an exported bundle on this computer, and asking it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.message import as_message
from mlops_desktop.ui.file_dialogs import ask_folder
from mlops_desktop.ui.http import Http
from mlops_desktop.ui.outside import open_page
from mlops_desktop.ui.panels.deploy.export_page import EXPORTS
from mlops_desktop.ui.panels.deploy.exported_folder import bundle_info
from mlops_desktop.ui.panels.deploy.request_card import RequestCard
from mlops_desktop.ui.panels.deploy.service import LocalService, free_port
from mlops_desktop.ui.panels.deploy.service_card import ServiceCard
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.translation import error_text, translated
from mlops_desktop.ui.widgets.basic import row

LEFT = 400


class RunPage(QWidget):
    """The service with its log, and a request to try. `changed`: the state of the service changed."""

    changed = Signal()

    def __init__(self, controller: ProjectController, stage: str) -> None:
        super().__init__()
        self.controller, self._stage = controller, stage
        self.http = Http(self)
        self.service = LocalService(self.http, self)
        self._others: list[Path] = []  # bundles from elsewhere, or exported elsewhere
        self._chosen: Path | None = None
        self._example_of: Path | None = None  # the bundle whose typical row is in the request
        self._sent = 0.0
        self.card = ServiceCard(name="service")
        self.request = RequestCard(name="request")
        self.card.setFixedWidth(LEFT)
        self.setLayout(row(self.card, (self.request, 1), spacing=12))
        self.card.start_asked.connect(self.start)
        self.card.stop_asked.connect(self.service.stop)
        self.card.page_asked.connect(self._open_page)
        self.card.free_asked.connect(self._use_free_port)
        self.card.other_asked.connect(self._choose)
        self.card.bundle_picked.connect(self._pick)
        self.card.access.changed.connect(self._show_state)
        self.card.port.valueChanged.connect(lambda _: self._show_state())
        self.service.changed.connect(self._show_state)
        self.service.output.connect(self.card.add_line)
        self.request.send_asked.connect(self.send)

    # ---- the bundles

    def show_now(self) -> None:
        """Show the bundles that there are."""
        self._show_bundles()
        self._show_state()

    def add(self, bundle: Path) -> None:
        """A bundle was exported: it is the one to run, unless one runs."""
        if bundle not in self._others:
            self._others.append(bundle)
        if not self.service.running:
            self._chosen = bundle
        self._show_bundles()
        self._show_state()

    def _bundles(self) -> list[Path]:
        home = self.controller.folder / EXPORTS if self.controller.folder else None
        own = sorted(path.parent for path in home.glob("*/bundle.json")) if home is not None and home.is_dir() else []
        return [*dict.fromkeys([*own, *(path for path in self._others if (path / "bundle.json").is_file())])]

    def _show_bundles(self) -> None:
        bundles = self._bundles()
        if self._chosen not in bundles:
            self._chosen = bundles[-1] if bundles else None
        info = bundle_info(self._chosen) if self._chosen else {}
        what = self.tr("Export the model first, or choose a folder that was exported before.")
        if info:
            text = self.tr("{algorithm} {version}, predicts {target}")
            what = text.format(algorithm=self._label(info), version=str(info.get("version", ""))[:6], target=info.get("target", ""))
        if self._chosen and self._chosen != self._example_of:
            self._example_of = self._chosen
            self.request.show_example(_typical(self._chosen))
        self.card.show_bundles([(str(path), path.name) for path in bundles], str(self._chosen or ""), what)
        self.card.bundle.setToolTip(str(self._chosen or ""))

    def _label(self, info: Mapping[str, Any]) -> str:
        """The label of a bundle's model in the window's language: of the run that it was made from where that is known."""
        known = self.controller.runs.history() if self.controller.folder is not None else []
        label = next((run.label for _, run in known if run.id == info.get("run")), str(info.get("algorithm_label", "")))
        return translated(as_message(label))

    def _pick(self, path: str) -> None:
        self._chosen = Path(path)
        self._show_bundles()

    def _choose(self) -> None:
        folder = ask_folder(self, self.tr("Which exported folder?"), self.controller.folder)
        if folder is None:
            return
        if not bundle_info(folder):
            text = self.tr("“{name}” is not an exported service: it has no bundle.json.").format(name=folder.name)
            self.controller.banner.emit("warn", text, self._stage)
            return
        self.add(folder)

    # ---- the service

    def start(self) -> None:
        """Start the chosen bundle."""
        if self._chosen is None or self.service.running:
            return
        access = self.card.access
        try:
            options = access.arguments()
        except UserError as error:
            access.fold.show_open(True)
            self.controller.banner.emit("warn", error_text(error), self._stage)
            return
        self.card.log.clear()
        self.service.start(self._chosen, self.card.port.value(), options, scheme=access.settings.scheme, key=access.own_key())

    def run(self, bundle: Path) -> None:
        """Start this bundle now, at a free port when the usual one is taken."""
        self.add(bundle)
        self.start()

    def _use_free_port(self) -> None:
        self.card.port.show_value(free_port(self.card.port.value()))
        self.start()

    def _open_page(self) -> None:
        open_page(self.service.url, self.controller, self._stage)

    def _show_state(self) -> None:
        service = self.service
        self.card.show_state(service.state, service.url, service.reason, service.taken, self._chosen is not None)
        ready = service.state == "ready"
        self.controller.serving = ready or service.state == "starting"
        access = self.card.access.settings
        planned = f"{access.scheme}://127.0.0.1:{self.card.port.value()}/"
        self.request.show_ready(service.url if ready else "", planned, with_key=access.needs_key)
        if ready and not self._sent:
            self.http.get(f"{service.url}v1/schema", self._take_example)
        if not ready:
            self._sent = 0.0
        self.changed.emit()

    def _take_example(self, status: int, body: str) -> None:
        """The typical row of the model that runs."""
        if status == 200:
            self.request.show_example(json.loads(body)["example"])

    def send(self, body: str) -> None:
        """Ask the service."""
        self._sent = time.perf_counter()
        self.http.post(f"{self.service.url}v1/predict", body, self._answered)

    def _answered(self, status: int, body: str) -> None:
        self.request.show_answer(status, body, 1000 * (time.perf_counter() - self._sent))

    def end(self) -> None:
        """End the service and wait for it, two seconds at most."""
        self.service.end()


def _typical(bundle: Path) -> dict[str, Any]:
    """The first of a bundle's golden rows, which is the typical one; empty when it cannot be read. Only for showing."""
    try:
        return dict(json.loads((bundle / "golden.json").read_text(encoding="utf-8"))["rows"][0])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return {}
