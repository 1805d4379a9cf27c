"""Answering a whole file with the chosen model, in the background."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from mlops_desktop.engine.data import Location, is_source_address, name_of
from mlops_desktop.engine.evaluation import Keep, Predicted
from mlops_desktop.engine.process import PredictFile
from mlops_desktop.ui.file_dialogs import ask_new_file
from mlops_desktop.ui.outside import open_folder
from mlops_desktop.ui.panels.app.batch_card import BatchCard
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.translation import formatted
from mlops_desktop.ui.widgets.basic import column


class BatchPage(QWidget):
    """The card with the file's answers. `back_asked`: the person wants the single input again."""

    back_asked = Signal()

    def __init__(self, controller: ProjectController, stage: str) -> None:
        super().__init__()
        self.controller, self._stage = controller, stage
        self.card = BatchCard(name="batch")
        self._out: Path | None = None
        self.setLayout(column(self.card))
        self.card.file_taken.connect(self.take_file)
        self.card.back_asked.connect(self.back_asked)
        self.card.folder_asked.connect(self._open_folder)

    def take_file(self, file: Location, out: Path | None = None) -> None:
        """Answer every row of a file or of an address; the person is asked where the answers go unless `out` is given."""
        if out is None:
            name = f"{Path(name_of(file)).stem}_predictions.csv"
            proposed = name if is_source_address(file) else str(Path(file).with_name(name))
            out = ask_new_file(self, self.tr("Save the predictions"), proposed, self.tr("CSV files") + " (*.csv)")
            if out is None:
                return
        if not is_source_address(file) and out.resolve() == Path(file).resolve():
            self.card.show_state(self.tr("The predictions would overwrite the file itself. Choose another name."))
            return
        self._answer(file, out)

    def _answer(self, file: Location, out: Path) -> None:
        title = self.tr("Predicting {file}").format(file=name_of(file))
        self._out = out
        self.card.show_state(title + " …")
        done: list[bool] = []

        def finish(found: Predicted) -> None:
            done.append(True)
            self.card.show_done(file, out, found)

        folder, project = self.controller.inputs
        keep: Keep = "all" if self.card.keep.choice() == "all" else "ids"
        self.controller.ask(
            PredictFile(folder, str(file), out, project, keep, self.card.headings.choice() == "labels", "file"),
            finish,
            owner="app.batch",
            title=title,
            on_progress=lambda share, _: self.card.show_state(f"{title} · {formatted(share, '.0%')}"),
            on_over=lambda: None if done else self.card.show_state(""),
        )

    def _open_folder(self) -> None:
        if self._out is not None:
            open_folder(self._out.parent, self.controller, self._stage)
