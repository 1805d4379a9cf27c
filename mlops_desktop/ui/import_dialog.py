"""How a file is read, before it is imported: what was found, what is in doubt, and the first rows, which follow every setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.source import Source
from mlops_desktop.engine.data import Location, PreviewColumn, name_of
from mlops_desktop.engine.process import Preview, PreviewFile
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.questions import ACCEPT, SOURCE_QUESTION, Question, answer_question, open_questions
from mlops_desktop.serving.plural import pluralize
from mlops_desktop.serving.schema import NUMBER_TYPES
from mlops_desktop.ui.forms import ComponentForm
from mlops_desktop.ui.jobs import BackgroundJob
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.translation import error_text, translated
from mlops_desktop.ui.widgets.basic import Button, Weight, clear, column, heading, held, label, row, scrolled
from mlops_desktop.ui.widgets.column_labels import TYPE_ICONS, type_names
from mlops_desktop.ui.widgets.elided import Elided
from mlops_desktop.ui.widgets.question_card import QuestionCard
from mlops_desktop.ui.widgets.table import DataTable, TableColumn

_FORM = 34  # average characters that the form is wide
_MOST_QUESTIONS = 10  # cards that are shown at once


class ImportDialog(QDialog):
    """The first rows of a file beside the settings of its source. `import_asked` brings the location and the decisions to import it by.

    A setting that was found is shown as such and can be changed; every change is shown on the first rows at once, which are all that is
    read. Nothing is decided before the person asks to read the file.
    """

    import_asked = Signal(object, object)
    changed = Signal()  # a person changed a setting or answered a question

    def __init__(self, controller: ProjectController, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("import_dialog")
        self.setWindowTitle(self.tr("Read a file"))
        self._controller = controller
        self._location: Location = ""
        self._project = Project()
        self._as_given = False
        self._asked: object = None
        self._form: ComponentForm | None = None
        self.file = Elided("", "section", weight=Weight.DemiBold, middle=True)
        self.facts = label("", "small", tone="2", wrap=True)
        self.facts.setObjectName("import_facts")
        self.refused = label("", "small", tone="err", wrap=True)
        self.refused.setObjectName("import_refused")
        self.table = DataTable(name="import_rows", title=self.tr("First rows of the file"))
        self._questions, self._notes, self._place = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        self._doubts = scrolled(held(column(self._questions, None, margins=(0, 0, 8, 0))))
        self.go = Button(self.tr("Read the file"), self._read, name="import_go", kind="primary")
        self.go.setDefault(True)
        self._build()

    def _build(self) -> None:
        settings = self._settings = scrolled(held(column(self._notes, self._place, None, margins=(0, 0, 8, 0), spacing=12)))
        wide = self.fontMetrics().averageCharWidth()
        settings.setFixedWidth(wide * _FORM)
        anew = Button(self.tr("Find everything anew"), self._find_anew, name="import_anew", kind="link")
        cancel = Button(self.tr("Cancel"), self.reject, name="import_cancel")
        for button in (anew, cancel):
            button.setAutoDefault(False)
        self._doubts.setMaximumHeight(self.fontMetrics().lineSpacing() * 11)
        rows = column(self.refused, (self.table, 1), spacing=6)
        self.setLayout(
            column(
                column(self.file, self.facts, spacing=0),
                self._doubts,
                (held(row(settings, (rows, 1), spacing=12)), 1),
                row(anew, None, cancel, self.go),
                margins=(20, 16, 20, 16),
                spacing=10,
            )
        )
        self.resize(wide * 150, self.fontMetrics().lineSpacing() * 42)

    # ---- what is shown

    def open_for(self, location: Location, project: Project, *, as_given: bool = False) -> None:
        """Show the beginning of a file or of an address as the decisions of `project` read it (see `PreviewFile` for `as_given`)."""
        self._location, self._project, self._as_given = location, project, as_given
        self.file.setText(name_of(location))
        self._clear()
        self._fit()
        self.open()
        self.table.setFocus()
        self._ask()

    def _fit(self) -> None:
        """No larger than the window it belongs to."""
        parent = self.parentWidget()
        if parent is not None:
            room = parent.window().size()
            self.resize(self.size().boundedTo(room).expandedTo(self.minimumSizeHint()))

    def _clear(self) -> None:
        self._form = None
        for layout in (self._questions, self._notes, self._place):
            clear(layout)
        self._doubts.hide()
        self._settings.hide()
        self.refused.hide()
        self.table.show_columns([])
        self.facts.setText(self.tr("Looking at the first rows …"))
        self.go.setEnabled(False)

    def _ask(self) -> None:
        asked = self._asked = object()

        def done(found: Preview) -> None:
            if self._asked is asked:
                self._show(found)

        def refused(error: UserError) -> None:
            if self._asked is asked:
                self._show_refusal(error_text(error))

        title = self.tr("Looking at the first rows")
        job = BackgroundJob(
            call=PreviewFile(str(self._location), self._project, self._as_given),
            title=title,
            on_done=done,
            on_refused=refused,
            on_crashed=partial(self._crashed, title),
        )
        self._controller.jobs.start("import.preview", job)

    def _crashed(self, title: str, error: Exception) -> None:
        self._controller.note_crash(title, error, "")  # type: ignore[arg-type]

    def _show(self, found: Preview) -> None:
        self._project, self._as_given = replace(self._project, source=found.table.given), True
        self._show_form(found.table.given, found.table.found)
        self.refused.hide()
        self._show_facts(found)
        self._show_questions(open_questions(found.questions))
        clear(self._notes)
        for note in found.table.notes:
            self._notes.addWidget(label(note.message, "caption", tone="2", wrap=True))
        self.table.show_columns(_table_columns(found.table.columns))
        self.go.setEnabled(True)

    def _show_form(self, given: Source, found: Source) -> None:
        if self._form is None or type(self._form.component()) is not type(given):
            clear(self._place)
            self._form = ComponentForm(given, on_change=self._set_source, name="import")
            self._place.addWidget(self._form)
        self._settings.show()
        self._form.show_component(given)
        self._form.show_found(found)

    def _show_facts(self, found: Preview) -> None:
        table = found.table
        rows = pluralize(table.rows, self.tr("1 row"), self.tr("{n} rows"))
        size = f"{rows} × {pluralize(len(table.columns), self.tr('1 column'), self.tr('{n} columns'))}"
        more = ""
        if not table.whole:
            size = self.tr("First {size}").format(size=size)
            more = self.tr("Types and notes are those of the beginning of the file until all of it is read.")
        self.facts.setText(" · ".join(part for part in (size, translated(table.given.label), more) if part))

    def _show_questions(self, found: Sequence[Question]) -> None:
        clear(self._questions)
        if found:
            text = pluralize(len(found), self.tr("1 thing is not certain"), self.tr("{n} things are not certain"))
            self._questions.addWidget(heading(text))
        for at, question in enumerate(found[:_MOST_QUESTIONS]):
            self._questions.addWidget(QuestionCard(at, question, self._answer))
        self._doubts.setVisible(bool(found))

    def _show_refusal(self, text: str) -> None:
        """Why it cannot be read so. The settings stay, so that another can be tried."""
        self.refused.setText(text)
        self.refused.show()
        self.facts.setText("")
        self._show_questions(())
        clear(self._notes)
        self.table.show_columns([])
        self.go.setEnabled(False)

    # ---- what a person does

    def _set_source(self, source: Source) -> None:
        self._project, self._as_given = replace(self._project, source=source), True
        self.changed.emit()
        self._ask()

    def _find_anew(self) -> None:
        self._project, self._as_given = replace(self._project, source=None), True
        self.changed.emit()
        self._ask()

    def _answer(self, question: Question, option: str, reason: str) -> None:
        self._project = answer_question(self._project, question, option, reason)
        if option != ACCEPT:  # the decision that it stands for is seen in its own place
            answers = {id_: answer for id_, answer in self._project.answers.items() if id_ != question.id}
            self._project = replace(self._project, answers=answers)
        self.changed.emit()
        self._ask()

    def _read(self) -> None:
        if self._form is not None:
            self._form.flush()
        self.accept()
        kept = {id_: answer for id_, answer in self._project.answers.items() if not id_.startswith(SOURCE_QUESTION)}
        self.import_asked.emit(self._location, replace(self._project, answers=kept))


def _table_columns(columns: Sequence[PreviewColumn]) -> list[TableColumn]:
    """Every column in its order; its head says type and marks of numbers, its tooltip the evidence."""
    return [_column(one) for one in columns]


def _column(column: PreviewColumn) -> TableColumn:
    caption = _caption(column)
    tip = "\n".join([column.name, caption, *(one.message for one in column.evidence)])
    icon = TYPE_ICONS.get(column.type, "")
    if column.type in NUMBER_TYPES and column.type != "boolean":
        values = np.array([np.nan if value is None else value for value in column.values], dtype=np.float64)
        return TableColumn(name=column.name, kind="number", values=values, icon=icon, caption=caption, tip=tip)
    levels = list(dict.fromkeys(str(value) for value in column.values if value is not None))
    place = {level: at for at, level in enumerate(levels)}
    codes = np.array([-1 if value is None else place[str(value)] for value in column.values], dtype=np.intp)
    return TableColumn(name=column.name, kind="categorical", values=codes, levels=levels, icon=icon, caption=caption, tip=tip)


def _caption(column: PreviewColumn) -> str:
    tr = QCoreApplication.translate
    parts = [type_names().get(column.type, column.type)]
    if column.decimal == ",":
        parts.append(tr("Columns", "decimal comma"))
    if column.thousands:
        parts.append(tr("Columns", "thousands “{mark}”").format(mark=column.thousands))
    if column.missing:
        parts.append(tr("Columns", "missing: {words}").format(words=", ".join(column.missing)))
    return ", ".join(parts)
