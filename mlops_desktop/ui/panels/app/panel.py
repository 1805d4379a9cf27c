"""Stage 8: try the model on any input. It answers in the window's own process by the code that the service runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from mlops_desktop.engine.data import Location, sent_row, sent_value, span
from mlops_desktop.engine.evaluation import Evaluation, Playground
from mlops_desktop.engine.process import OpenModel
from mlops_desktop.engine.training import stored_scorer
from mlops_desktop.serving.frame import Ints
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.ui.column_names import called, shown_name
from mlops_desktop.ui.panel import Panel
from mlops_desktop.ui.panels.app.answer_page import AnswerPage
from mlops_desktop.ui.panels.app.batch_page import BatchPage
from mlops_desktop.ui.panels.app.input_fields import shown
from mlops_desktop.ui.panels.app.input_form import InputForm
from mlops_desktop.ui.panels.app.row_picker import RowPicker, begins_with_rows
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query
from mlops_desktop.ui.translation import formatted, translated
from mlops_desktop.ui.widgets.basic import Button, card, column, heading, label, row
from mlops_desktop.ui.widgets.cards import EmptyState
from mlops_desktop.ui.widgets.drop_zone import dropped_file
from mlops_desktop.ui.widgets.pages import Pages

LEFT = (330, 300)  # in a wide and in a narrow window
WIDE = 1100
ANSWER_MS = 25  # after a change


class AppPanel(Panel):
    """A form, its answer, why, and what if."""

    id = "app"
    purpose = "Try the model on any input and see what would change the prediction"

    def __init__(self, controller: ProjectController) -> None:
        super().__init__(controller)
        self.setAcceptDrops(True)
        self._key = ""  # the scorer that answers
        title = self.tr("Preparing the model")
        self.scorer: Query[Scorer] = Query(controller, owner="app.open", title=title, parent=self, read=self._read_scorer, remember=2)
        self._name, self._refit = "", ""  # of the model that answers
        rows = self.tr("Looking up the training rows")
        self._rows: Query[Ints] = Query(controller, owner="app.rows", title=rows, parent=self, read=self._read_training_rows, remember=2)
        self._rows.changed.connect(self._offer_rows)
        self._answering = QTimer(self)
        self._answering.setSingleShot(True)
        self._answering.setInterval(ANSWER_MS)
        self._answering.timeout.connect(self.show_answer)
        self._build()
        self._connect()

    def _build(self) -> None:
        self.answer = AnswerPage(self.controller, self.id)
        self.batch = BatchPage(self.controller, self.id)
        self._right = Pages()
        self._right.addWidget(self.answer)
        self._right.addWidget(self.batch)
        work = QWidget()
        work.setLayout(row(self._inputs(), (self._right, 1), margins=(20, 16, 20, 16), spacing=12))
        train = self.tr("Go to “Training”")
        self.empty = EmptyState("", train, lambda: self.controller.go_to.emit("train"), name="app_empty", icon="flask", primary=True)
        self._pages = Pages()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(work)
        self.setLayout(column((self._pages, 1)))

    def _inputs(self) -> QFrame:
        self.form = InputForm(name="input")
        usual = self.tr("Sets every input to its typical value")
        self.pick = Button(self.tr("Pick a row …"), self._show_picker, name="pick_row", kind="link")
        self.reset = Button(self.tr("Reset"), self.reset_inputs, name="reset_inputs", kind="link", tip=usual)
        self.picker = RowPicker(name="picker")
        self.picker.setVisible(False)
        self.whole = Button(self.tr("Predict a whole file …"), self._show_batch, name="answer_file", icon="table")
        text = self.tr("Ranges and levels come from the training data; values outside are flagged.")
        head = row(heading(self.tr("Inputs")), None, self.pick, self.reset, spacing=2)
        note = label(text, "caption", tone="3", wrap=True)
        made = card(head, self.picker, (self.form, 1), note, self.whole, margins=(16, 10, 14, 14), spacing=8)
        made.setFixedWidth(LEFT[0])
        self._left = made
        return made

    def _connect(self) -> None:
        self.form.changed.connect(self._changed)
        self.answer.row_asked.connect(self._show_kept_row)
        self.picker.picked.connect(self.pick_row)
        self.batch.back_asked.connect(lambda: self._right.setCurrentIndex(0))

    # ---- the model

    def show_results(self) -> None:
        """Bring the chosen model of today's decisions into the window; the last one stays, marked, while there is none."""
        self.controller.load_table()
        best = self.controller.project_status().best if self.controller.folder is not None else None
        if best is None:
            self._show_without()
            return
        key = self.controller.keys.scorer(best.id)
        self.scorer.want(key, OpenModel(*self.controller.inputs))
        found = self.scorer.value
        if found is None:
            self._show_preparing()
        elif key != self._key:
            self._take(Playground(found), key, translated(best.label))
        elif self.answer.playground is not None:
            self.answer.card.show_model(self.answer.playground.scorer, self._name, self._refit)
        self._show_ends()

    def _read_scorer(self, key: str) -> Scorer | None:
        """The chosen model in the store; the child that wrote it has checked it: reading every byte again would make the window wait."""
        best = self.controller.project_status().best
        if best is None or self.controller.keys.scorer(best.id) != key:
            return None
        with suppress(KeyError):
            return stored_scorer(self.controller.project, self.controller.store, best.id, check=False)
        return None

    def _show_preparing(self) -> None:
        """The chosen model is being made: it is fitted once more on all rows that it may learn from. An earlier one stays meanwhile."""
        refused = self.scorer.refused
        if self.answer.playground is not None and not refused:
            return
        self.empty.show_text(self.tr("The model could not be prepared.") if refused else self.tr("Preparing the model …"))
        self.empty.button.setVisible(refused)
        self._pages.setCurrentIndex(0)

    def _show_without(self) -> None:
        ever = self.controller.folder is not None and self.controller.project_status().ever
        if self.answer.playground is not None and ever:
            self.answer.card.show_model(self.answer.playground.scorer, self._name, self._refit, stale=True)
            return
        self.answer.forget()
        self._key = ""
        stale = self.tr("The decisions changed after the last training. Train again to try the model.")
        self.empty.show_text(stale if ever else self.tr("There is no model to try yet. Train one first."))
        self.empty.button.setVisible(True)
        self._pages.setCurrentIndex(0)

    def _take(self, playground: Playground, key: str, name: str) -> None:
        """Another model answers from now on; what was written stays where it has the same columns."""
        before = self.form.row() if self.answer.playground is not None else {}
        self._key, self._name = key, name
        self._refit = self.controller.project.refit
        order = playground.order(self._ranked())
        self.form.show_schema(playground.scorer.schema, order, frozenset(order) - playground.scorer.used_sources, before)
        self.answer.take(playground, key, name, order)
        self._pages.setCurrentIndex(1)
        self.show_answer()

    def _ranked(self) -> list[str]:
        """The columns by their importance on the held-out test set; empty while that was not used."""
        best = self.controller.project_status().best
        found = self.controller.result(self.controller.keys.evaluation(best.id), Evaluation) if best else None
        return [one.column for one in found.importance.columns] if found and found.importance else []

    def _show_ends(self) -> None:
        """Where answers that are numbers lay in training, and a text to begin with, as soon as the training rows are known."""
        table, playground = self.controller.table(), self.answer.playground
        if playground is None or table is None:
            return
        rows = self._training_rows()
        if len(rows) and not self.picker.isHidden():
            self.picker.show_rows(rows, table.rows)
        if len(rows) and self.form.show_first_texts(lambda: sent_row(playground.scorer.schema, table.frame, int(rows[0]))):
            self.show_answer()
        if playground.scorer.classes or self.answer.ends[0] < self.answer.ends[1]:
            return
        found = span(table.frame, playground.scorer.target, rows) if len(rows) else None
        if found is not None:
            self.answer.ends = found
            self.answer.show_answer()

    def _training_rows(self) -> Ints:
        """Positions of the training rows in the table; none until they are known. The held-out test set is not shown."""
        begins = self.answer.playground is not None and begins_with_rows(self.answer.playground.scorer)
        self._rows.want(self.controller.keys.train_rows, OpenModel(*self.controller.inputs), ask=begins)
        return self._rows.value if self._rows.value is not None else np.empty(0, dtype=np.intp)

    def _read_training_rows(self, key: str) -> Ints | None:
        with suppress(KeyError):
            rows: Ints = self.controller.store.get(key, check=False)[1]["rows"]
            return rows
        return None

    # ---- answering

    def _changed(self) -> None:
        self.picker.show_truth("")
        self._answering.start()

    def show_answer(self) -> None:
        """Answer the values of the form now."""
        self._answering.stop()
        found = self.answer.show_row(self.form.row())
        if found is not None:
            self.form.show_messages(found.errors, found.warnings)

    def reset_inputs(self) -> None:
        """Every input at its usual value."""
        self._show_kept_row({})

    def _show_kept_row(self, values: dict[str, Any]) -> None:
        self.form.show_row(values)
        self._changed()

    def _show_picker(self) -> None:
        self.picker.setVisible(self.picker.isHidden())
        if self.picker.isHidden():
            return
        if not len(self._training_rows()):
            self._rows.retry()
        self._offer_rows()
        self.picker.number.setFocus()

    def _offer_rows(self) -> None:
        table = self.controller.table()
        self.picker.show_rows(self._training_rows() if table else np.empty(0, dtype=np.intp), table.rows if table else 0)
        self._show_ends()

    def pick_row(self, at: int) -> None:
        """Fill the form with a row of the training part, by its position in the table."""
        table, playground = self.controller.table(), self.answer.playground
        if table is None or playground is None:
            return
        self.form.show_row(sent_row(playground.scorer.schema, table.frame, at))
        target = table.schema.column(playground.scorer.target)
        truth = shown(target, sent_value(target, table.frame, at))
        self.show_answer()
        self.picker.number.show_value(at + 1)
        self.picker.show_truth(
            self.tr("Row {row}: {target} was {truth}").format(row=formatted(at + 1), target=shown_name(target.name), truth=truth)
        )

    def _show_batch(self) -> None:
        self._right.setCurrentIndex(1)
        self.batch.card.show_labels(bool(self.controller.project.labels()))
        self.batch.card.zone.choose.setFocus()

    def take_file(self, file: Location, out: Path | None = None) -> None:
        """Answer every row of a file; the person is asked where the answers go unless `out` is given."""
        if self.answer.playground is not None:
            self._right.setCurrentIndex(1)
            self.batch.take_file(file, out)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window leaves more to the charts."""
        super().resizeEvent(event)
        self._left.setFixedWidth(LEFT[event.size().width() < WIDE])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Here a file is answered, not made a project of."""
        if self.answer.playground is not None and dropped_file(event.mimeData()) is not None:
            event.acceptProposedAction()
            self.batch.card.zone.show_over(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing hovers any more."""
        self.batch.card.zone.show_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Answer the file."""
        self.batch.card.zone.show_over(False)
        path = dropped_file(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.take_file(path)

    # ---- what the window asks

    def primary(self) -> QPushButton | None:
        """The button that keeps the input shown."""
        return self.answer.card.keep

    def unready(self) -> tuple[str, QWidget | None]:
        """A model is needed."""
        return ("", None) if self.controller.project_status().best else (self.tr("Train a model first."), self.empty.button)

    def searchable(self) -> list[tuple[str, QWidget | Callable[[], object]]]:
        """The actions, and every input."""
        found: list[tuple[str, QWidget | Callable[[], object]]] = [
            (self.tr("Pick a row"), self.pick),
            (self.tr("Reset the inputs"), self.reset_inputs),
            (self.tr("What if: choose the input"), self.answer.what_if.pick),
            (self.tr("Keep this input"), self.answer.card.keep),
            (self.tr("Predict a whole file"), self._show_batch),
        ]
        names = [one.name for one in self.answer.playground.scorer.schema.columns] if self.answer.playground else []
        return found + [(called(name), lambda name=name: self.form.go_to(name)) for name in names]
