"""The import dialog: what was found in a file, what is in doubt, and the first rows, which follow every setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QDialog, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.source import Source
from mlops_desktop.engine.data import FilePreview, Location, name_of
from mlops_desktop.engine.process import Preview, PreviewFile
from mlops_desktop.engine.project import ColumnNote, Project, set_note
from mlops_desktop.engine.questions import ACCEPT, Question, QuestionGroup, answer_questions, group_questions, open_questions, read_like
from mlops_desktop.ui.forms import ComponentForm
from mlops_desktop.ui.jobs import BackgroundJob
from mlops_desktop.ui.preview_columns import note_rows, noted, table_columns
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.reading_offer import ReadingOffer
from mlops_desktop.ui.readings import Reading, shape_of
from mlops_desktop.ui.translation import error_text, pluralize, translated
from mlops_desktop.ui.widgets.basic import Button, Segments, Weight, clear, column, heading, held, label, row, scrolled
from mlops_desktop.ui.widgets.elided import Elided
from mlops_desktop.ui.widgets.notes_table import NotesTable
from mlops_desktop.ui.widgets.question_card import QuestionCard
from mlops_desktop.ui.widgets.table import DataTable

_FORM = 34  # average characters that the form is wide
_MOST_QUESTIONS = 10  # cards that are shown at once
_DOUBTS = 13  # lines that they take at most
_BUSY_MS = 300  # a preview that takes longer is shown as running


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
        self._project = self._before = Project()  # `_before`: without the decisions for an earlier file
        self._as_given = self._fresh = False
        self._names: list[str] = []
        self._table: FilePreview | None = None
        self._shape = ""
        self._job: BackgroundJob[Preview, None] | None = None
        self._form: ComponentForm | None = None
        self._busy = QTimer(self)
        self._busy.setSingleShot(True)
        self._busy.setInterval(_BUSY_MS)
        self._busy.timeout.connect(self._show_busy)
        self.file = Elided("", "section", weight=Weight.DemiBold, middle=True)
        self.facts = label("", "small", tone="2", wrap=True)
        self.facts.setObjectName("import_facts")
        self.refused = label("", "body", tone="err", wrap=True)
        self.refused.setObjectName("import_refused")
        self.table = DataTable(name="import_rows", title=self.tr("First rows of the file"))
        self.notes = NotesTable(name="import_notes", title=self.tr("What is decided about each column"))
        self.why = label("", "small", tone="2", wrap=True)
        self.why.setObjectName("import_why")
        self.tabs = Segments([("rows", self.tr("First rows")), ("columns", self.tr("Columns"))], name="import_tab")
        self._offer = ReadingOffer(name="import_offer")
        self._questions, self._noted, self._place = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        self._inner = held(column(self._questions, None, margins=(0, 0, 8, 0)))
        self._doubts = scrolled(self._inner)
        self.read_button = Button(self.tr("Read the file"), self._read, name="import_go", kind="primary")
        self.read_button.setDefault(True)
        self.read_button.setDefault(True)
        self._build()

    def _build(self) -> None:
        settings = self._settings = scrolled(held(column(self._noted, self._place, None, margins=(0, 0, 8, 0), spacing=12)))
        wide = self.fontMetrics().averageCharWidth()
        settings.setFixedWidth(wide * _FORM)
        anew = Button(self.tr("Find everything again"), self._find_anew, name="import_anew", kind="link")
        cancel = Button(self.tr("Cancel"), self.reject, name="import_cancel")
        for button in (anew, cancel):
            button.setAutoDefault(False)
        self._pages = QStackedWidget()
        refused = held(column(self.refused, None, margins=(0, 8, 0, 0)))
        for page in (self.table, held(column((self.notes, 1), self.why, spacing=6)), refused):
            self._pages.addWidget(page)
        self.tabs.chosen.connect(self.show_tab)
        self._offer.used.connect(self._use)
        self._offer.unused.connect(lambda: self._decide(self._before))
        self.notes.edited.connect(self._note)
        self.notes.at.connect(self._show_why)
        rows = column(row(self.tabs, None), (self._pages, 1), spacing=6)
        self.setLayout(
            column(
                column(self.file, self.facts, spacing=0),
                self._offer,
                self._doubts,
                (held(row(settings, (rows, 1), spacing=12)), 1),
                row(anew, None, cancel, self.read_button),
                margins=(20, 16, 20, 16),
                spacing=10,
            )
        )
        self.resize(wide * 150, self.fontMetrics().lineSpacing() * 42)

    # ---- what is shown

    def open_for(
        self, location: Location, project: Project, *, as_given: bool = False, fresh: bool = False, names: Sequence[str] = ()
    ) -> None:
        """Show the beginning of a file or of an address as the decisions of `project` read it (see `PreviewFile` for `as_given`).

        `fresh`: nothing was decided before, so what was decided for a file of the same shape is offered. `names`: those of the columns as
        the file is read today; where its columns are only called otherwise, the one to predict stays the same.
        """
        self._names = list(names)
        self._location, self._project, self._as_given, self._fresh = location, project, as_given, fresh
        self._shape, self._table = "", None
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
            most = parent.window().size()
            self.resize(self.size().boundedTo(most).expandedTo(self.minimumSizeHint()))

    def _clear(self) -> None:
        self._form = None
        self._offer.clear()
        for layout in (self._questions, self._noted, self._place):
            clear(layout)
        self._doubts.hide()
        self._settings.hide()
        self.refused.hide()
        self.table.show_columns([])
        self.notes.show_rows([])
        self.show_tab("rows")
        self.tabs.hide()
        self._show_busy()
        self.read_button.setEnabled(False)

    def _show_busy(self) -> None:
        self.facts.setText(self.tr("Looking at the first rows …"))

    def show_tab(self, id_: str) -> None:
        """Bring the first rows or the decisions about each column to the front."""
        self.tabs.show_choice(id_)
        self._pages.setCurrentIndex(1 if id_ == "columns" else 0)

    def _show_why(self, name: str) -> None:
        """Why the current column is read as it is."""
        self.why.setText(next((one.why for one in self.notes.notes.rows if one.name == name), ""))

    def _ask(self) -> None:
        self._busy.start()
        title = self.tr("Looking at the first rows")
        job: BackgroundJob[Preview, None] = BackgroundJob(
            call=PreviewFile(str(self._location), self._project, self._as_given),
            title=title,
            on_done=lambda found: self._arrived(job, partial(self._show, found)),
            on_refused=lambda error: self._arrived(job, partial(self._show_refusal, error_text(error))),
            on_crashed=partial(self._crashed, title),
        )
        self._job = job
        self._controller.jobs.start("import.preview", job)

    def _arrived(self, job: BackgroundJob[Preview, None], show: Any) -> None:
        """What an earlier question brings is dropped."""
        if self._job is job:
            self._job = None
            self._busy.stop()
            show()

    def _crashed(self, title: str, error: Any) -> None:
        self._controller.note_crash(title, error, "")

    def _show(self, found: Preview) -> None:
        self._project, self._as_given = replace(self._project, source=found.given), True
        self._table = found.table
        self._show_form(found)
        if found.table is None:
            self._show_refusal(" ".join(found.refusal))
            return
        self.refused.hide()
        self.tabs.show()
        self.show_tab("columns" if self._pages.currentIndex() == 1 else "rows")
        self._show_facts(found.table)
        self._show_questions(open_questions(found.questions))
        clear(self._noted)
        asked = {one.evidence for one in found.questions if one.open and one.weight != "info"}
        for text in noted(found.table, asked):
            self._noted.addWidget(label(text, "caption", tone="2", wrap=True))
        self._show_columns(found.table)
        self.read_button.setEnabled(True)
        if not self._shape:
            self._shape = shape_of(found.table)
            if self._fresh:
                self._offer.show_for(self._controller.readings, self._shape)

    def _show_columns(self, table: FilePreview) -> None:
        self.table.show_columns(table_columns(table.columns, self._project.columns))
        self.notes.show_rows(note_rows(table.columns, self._project))
        self._show_why(self.notes.column())

    def _show_form(self, found: Preview) -> None:
        given = found.given
        if self._form is None or type(self._form.component()) is not type(given):
            clear(self._place)
            self._form = ComponentForm(given, on_change=self._set_source, name="import")
            self._place.addWidget(self._form)
        self._settings.show()
        self._form.show_listed(found.listed)
        self._form.show_component(given)
        if found.table is not None:
            self._form.show_found(found.table.found, found.table.reasons)
        else:
            self._form.show_found(given)

    def _show_facts(self, table: FilePreview) -> None:
        rows = pluralize(table.rows, "1 row", "{n} rows")
        size = f"{rows} × {pluralize(len(table.columns), '1 column', '{n} columns')}"
        more = ""
        if not table.whole:
            size = self.tr("First {size}").format(size=size)
            more = self.tr("Types and notes are those of the beginning of the file until all of it is read.")
        self.facts.setText(" · ".join(part for part in (size, translated(table.given.label), more) if part))

    def _show_questions(self, found: Sequence[Question]) -> None:
        clear(self._questions)
        groups = group_questions(found)
        if groups:
            text = pluralize(len(groups), "1 thing is not certain", "{n} things are not certain")
            self._questions.addWidget(heading(text))
        for at, group in enumerate(groups[:_MOST_QUESTIONS]):
            self._questions.addWidget(QuestionCard(at, group, self._answer))
        self._doubts.setVisible(bool(found))
        if found:
            self._doubts.setFixedHeight(self._whole_cards(self.fontMetrics().lineSpacing() * _DOUBTS))

    def _whole_cards(self, most: int) -> int:
        """The height of the heading and of as many whole cards as fit, one at least."""
        width, found, height = self._doubts.viewport().width() - 8, 0, 0
        items = [item for at in range(self._questions.count()) if (item := self._questions.itemAt(at)) is not None]
        for at, item in enumerate(items):
            height += item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
            if at < 2 or height <= most:
                found = height
            height += self._questions.spacing()
        return found + 2

    def _show_refusal(self, text: str) -> None:
        """Why it cannot be read so. The settings stay, so that another can be tried."""
        self.refused.setText(text)
        self.refused.show()
        self._pages.setCurrentIndex(2)
        self.tabs.hide()
        self.facts.setText("")
        self._show_questions(())
        clear(self._noted)
        self.table.show_columns([])
        self.read_button.setEnabled(False)

    # ---- what a person does

    def _use(self, reading: Reading) -> None:
        """Read it by the decisions for an earlier file."""
        self._before = self._project
        self._decide(read_like(self._project, reading.project))

    def _decide(self, project: Project) -> None:
        self._project = project
        self.changed.emit()
        self._ask()

    def _set_source(self, source: Source) -> None:
        self._as_given = True
        self._decide(replace(self._project, source=source))

    def _find_anew(self) -> None:
        self._as_given = True
        self._decide(replace(self._project, source=None))

    def _note(self, name: str, field: str, value: object) -> None:
        """A field of the table of columns: type, role, unit, description, texts for missing, levels."""
        found: Any = None if field == "type" and not value else list(value) if isinstance(value, tuple) else value
        try:
            self._project = set_note(self._project, name, **{field: found})
        except UserError as error:
            self._controller.banner.emit("warn", error_text(error), "")
            return
        if self._table is not None:
            self._show_columns(self._table)
        self._decide(self._project)

    def _answer(self, group: QuestionGroup, option: str, reason: str) -> None:
        project = answer_questions(self._project, group.questions, option, reason)
        if option != ACCEPT:  # the decision that it stands for is seen in its own place
            asked = {one.id for one in group.questions}
            project = replace(project, answers={id_: answer for id_, answer in project.answers.items() if id_ not in asked})
        self._decide(project)

    def _read(self) -> None:
        if self._form is not None:
            self._form.flush()
        project, there = self._project, {one.name for one in self._table.columns} if self._table else set()
        if self._fresh:  # notes on columns that another setting brought are none of this table's
            project = replace(project, columns={name: note for name, note in project.columns.items() if name in there})
        project = replace(project, target=self._name_now(project.target))
        reading = Reading(name_of(self._location), project.source, _noted(project.columns), project.answers)
        try:
            self._controller.readings.keep(self._shape, reading)
        except UserError as error:
            self._controller.banner.emit("warn", error_text(error), "")
        self.accept()
        self.import_asked.emit(self._location, project)

    def _name_now(self, name: str) -> str:
        """What a column is called in the table that is shown: the same, or the name in its place where all are called otherwise."""
        now = [one.name for one in self._table.columns] if self._table else []
        return now[self._names.index(name)] if name in self._names and name not in now and len(now) == len(self._names) else name

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in a field ends what is written there; elsewhere it reads the file."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(QApplication.focusWidget(), (QLineEdit, QAbstractSpinBox)):
            event.accept()
            return
        super().keyPressEvent(event)

    def done(self, result: int) -> None:
        """What is still being read is not wanted any more."""
        self._busy.stop()
        job, self._job = self._job, None
        if job is not None and job in self._controller.jobs.quick.waiting:
            self._controller.jobs.quick.cancel(job)
        super().done(result)
        parent = self.parentWidget()
        if parent is not None:
            parent.window().activateWindow()  # its shortcuts work at once, whatever the window manager does


def _noted(columns: dict[str, ColumnNote]) -> dict[str, ColumnNote]:
    return {name: note for name, note in columns.items() if note != ColumnNote()}
