"""Stage 1: from which data, what is predicted, and when the model is good enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QPushButton, QWidget

from mlops_desktop.engine.choices import task_spec
from mlops_desktop.engine.data import last_import
from mlops_desktop.engine.metrics import metrics_for
from mlops_desktop.engine.pipeline import consistent
from mlops_desktop.engine.process import ListReadingQuestions
from mlops_desktop.engine.profiling import ColumnOverview, Overview, TargetOption
from mlops_desktop.engine.project import (
    ColumnNote,
    Project,
)
from mlops_desktop.engine.questions import Question
from mlops_desktop.serving.cells import level_of
from mlops_desktop.ui.column_names import called
from mlops_desktop.ui.panel import Panel
from mlops_desktop.ui.panels.problem.brief_card import BriefCard
from mlops_desktop.ui.panels.problem.decisions import ProblemDecisions
from mlops_desktop.ui.panels.problem.doubts_card import DoubtsCard
from mlops_desktop.ui.panels.problem.file_card import FileCard
from mlops_desktop.ui.panels.problem.goals_card import GoalsCard
from mlops_desktop.ui.panels.problem.target_card import TargetCard
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query
from mlops_desktop.ui.question_answers import QuestionAnswers
from mlops_desktop.ui.translation import pluralize, translated
from mlops_desktop.ui.widgets.basic import column, held, row
from mlops_desktop.ui.widgets.notes_model import NoteRow
from mlops_desktop.ui.widgets.table_columns import table_columns

LEFT = 360


class ProblemPanel(Panel):
    """The data, the target, the brief and the goals."""

    id = "problem"
    purpose = "Say what is predicted, from which data, and when it is good enough"

    def __init__(self, controller: ProjectController) -> None:
        super().__init__(controller)
        self._shown: tuple[Any, ...] = ()
        self._read = ""  # the data whose repairs are shown
        self.target = TargetCard()
        self.goals = GoalsCard()
        self.brief = BriefCard()
        self.file = FileCard()
        left = column(self.target, self.goals, None, spacing=10)
        right = column((self.file, 1), self.brief, spacing=12)
        holder = QWidget()
        holder.setLayout(left)
        holder.setFixedWidth(LEFT)
        self.answers = QuestionAnswers(controller, self)
        self.doubts = DoubtsCard(self.answers.answer)
        title = self.tr("Looking for what is in doubt")
        self._doubts: Query[tuple[Question, ...]] = Query(controller, owner="problem.doubts", title=title, parent=self)
        self._doubts.changed.connect(self._show_doubts)
        self.setLayout(column(self.doubts, (held(row(holder, (right, 1), spacing=12)), 1), margins=(20, 16, 20, 16), spacing=12))
        self.decisions = ProblemDecisions(controller, self, controller.last_overview, self.file.notes.notes.titles)
        self._connect()

    # ---- building

    def _connect(self) -> None:
        self.decisions.refused.connect(self._show_again)
        self.target.target_picked.connect(self.decisions.choose_target)
        self.target.task_picked.connect(self.decisions.choose_task)
        self.target.positive_picked.connect(self.decisions.choose_positive)
        self.target.metric_picked.connect(self.decisions.choose_metric)
        self.target.renew_asked.connect(self.decisions.renew_by_hand)
        self.goals.goals_changed.connect(self.decisions.set_goals)
        self.goals.costs_changed.connect(self.decisions.set_costs)
        self.goals.left.connect(self.decisions.end_merge)
        self.brief.changed.connect(self.decisions.set_brief)
        self.brief.left.connect(self.decisions.end_merge)
        self.brief.split_column_picked.connect(self.decisions.set_split_column)
        self.file.another.connect(self.decisions.choose_file)
        self.file.other.connect(self.decisions.choose_other)
        self.file.change_reading.connect(lambda: self.decisions.change_reading())
        self.file.merge_names.connect(self.decisions.merge_names)
        self.file.edited.connect(self.decisions.note)
        self.file.edited_many.connect(self.decisions.note_many)
        self.file.at.connect(self._show_why)

    # ---- showing

    def show_project(self) -> None:
        """Show the decisions; no signal is emitted meanwhile."""
        project, overview = self.controller.project, self.controller.last_overview()
        if self._shown and self._shown[0] is project and self._shown[1] is overview and self._shown[2] is self.decisions.before:
            return
        self._shown = (project, overview, self.decisions.before)
        self.brief.show_brief(project.brief)
        self._show_file(project, overview)
        chosen = overview.column(project.target) if overview else None
        option = chosen.target if chosen else TargetOption()
        task = project.task or ""
        has_positive = _has_positive(project)
        self._show_columns(project, overview)
        self.target.show_task(option, task)
        self.target.show_positive(option, task, project.positive)
        self.target.show_metric(option, task, project.metric, project.positive)
        self.target.show_inconsistencies(self._inconsistencies(project, overview))
        metric = next((m for m in metrics_for(project.task) if m.id == project.metric), None) if project.task else None
        self.goals.show_goals(project.goals, metric)
        others = [level_of(value) for value, _ in option.classes if value != project.positive]
        positive = "" if project.positive is None else level_of(project.positive)
        self.goals.show_costs(project.costs, positive or self.tr("yes"), others[0] if others else self.tr("no"), has_positive)

    def show_results(self) -> None:
        """Show the first rows, or have the table read when nobody did."""
        self.controller.load_table()
        self._request_questions()
        table, overview = self.controller.table(), self.controller.overview()
        if table is None or overview is None:
            if self.controller.last_overview() is None and self.file.preview.table.columns:
                self.file.preview.show_columns([])
                self.file.preview.setProperty("shown", "")
            return
        project = self.controller.project
        key = (self.controller.keys.table, project.target, project.task, [project.shown_name(one.name) for one in overview.columns])
        if self.file.preview.property("shown") != str(key):
            self.file.preview.setProperty("shown", str(key))
            classes = project.task is not None and task_spec(project.task).has_classes
            self.file.preview.show_columns(table_columns(table, overview, project, classes))

    def _request_questions(self) -> None:
        """Have the questions about the reading of the data listed, once its columns are known."""
        project, keys = self.controller.project, self.controller.keys
        if self.controller.overview() is None:
            return
        notes = {name: (note.role, note.type) for name, note in project.columns.items()}
        key = f"{keys.overview} {notes} {sorted(project.answers)} {project.source}"
        self._doubts.want(key, ListReadingQuestions(*self.controller.inputs), scope=project.data)
        self._show_doubts()

    def _show_doubts(self) -> None:
        self.doubts.show_questions(self._doubts.value or ())

    def _show_columns(self, project: Project, overview: Overview | None) -> None:
        """What there is to choose from; while that is not known, what is chosen, and nothing of other data."""
        if overview is None:
            self.target.show_columns(None, project)
            self.file.notes.show_rows([])
            self.brief.show_split_columns([], {}, project)
            return
        self.target.show_columns(overview, project)
        self.file.notes.show_rows([_note_row(one, project) for one in overview.columns])
        self._show_why(self.file.notes.column())
        split_columns: dict[str, str] = {str(note.role): name for name, note in project.columns.items() if note.role in ("group", "time")}
        offered = [(one.name, one.type) for one in overview.columns if one.name != project.target]
        self.brief.show_split_columns(offered, split_columns, project)

    def _show_file(self, project: Project, overview: Overview | None) -> None:
        size = ""
        if overview:
            rows = pluralize(overview.rows, "1 row", "{n} rows")
            size = f"{rows} × {pluralize(len(overview.columns), '1 column', '{n} columns')}"
        self.file.show_file(project.file, [size, translated(project.source.label) if project.source else ""])
        self.file.show_settings(project.source)
        if self._read != project.data and self.controller.folder is not None:
            self._read = project.data
            self.file.show_repaired(last_import(self.controller.folder)[1])

    def _show_why(self, name: str) -> None:
        """The evidence for the type of the current column, as text."""
        overview = self.controller.last_overview()
        one = overview.column(name) if overview else None
        if overview is None or one is None:
            self.file.why.setText(self.tr("Click a cell to edit it. Unit and description are shown in the form page."))
            return
        text = " ".join(evidence.message for evidence in one.evidence) or self.tr("Nothing special was found.")
        proposed = overview.roles.get(name)
        self.file.why.setText(f"{called(name)}: {text}" + (f" {proposed.reason}" if proposed else ""))

    def _inconsistencies(self, project: Project, overview: Overview | None) -> list[str]:
        if overview is None or self.controller.overview() is None or self.decisions.before is not None or not project.data:
            return []
        message = translated(consistent(project, overview)[1])
        if project.target and not project.task and not message:
            message.append(self.tr("The kind of prediction is open."))
        open_ = [
            text
            for is_open, text in (
                (
                    _has_positive(project) and project.positive is None,
                    self.tr("The class of interest is open."),
                ),
                (bool(project.task) and not project.metric, self.tr("The metric is open.")),
                (bool(project.task) and not project.candidates, self.tr("No algorithm is chosen yet.")),
            )
            if is_open
        ]
        return message + open_

    def _show_again(self) -> None:
        """A control shows what was refused: show the decision that holds."""
        self._shown = ()
        self.show_project()

    # ---- what the window asks

    def primary(self) -> QPushButton | None:
        """The button that proposes anew what does not fit, while it is there."""
        return self.target.renew

    def unready(self) -> tuple[str, QWidget | None]:
        """Data, target and kind of answer are needed."""
        project = self.controller.project
        if not project.data:
            return self.tr("Choose a data file first."), self.file.choose
        if not project.target:
            return self.tr("Choose the column to predict first."), self.target.target
        if not project.task:
            return self.tr("Choose the kind of prediction first."), self.target.task
        return "", None

    def searchable(self) -> list[tuple[str, QWidget | Callable[[], object]]]:
        """The decisions of this stage, and every column."""
        found: list[tuple[str, QWidget | Callable[[], object]]] = [
            (self.tr("Column to predict"), self.target.target),
            (self.tr("Kind of prediction"), self.target.task),
            (self.tr("Class of interest"), self.target.positive),
            (self.tr("Metric"), self.target.measure),
            (self.tr("Goals"), self.goals),
            (self.tr("Costs of errors"), self.goals.costs_on),
            (self.tr("Choose another file"), self.file.choose),
            (self.tr("Change how the file is read"), self.file.change_asked),
            *((area.accessibleName(), area) for area in self.brief.areas.values()),
        ]
        overview = self.controller.last_overview()
        names = [one.name for one in overview.columns] if overview else []
        return found + [(called(name), self.file.goer(name)) for name in names]

    def restyle(self) -> None:
        """The theme changed."""
        self.file.preview.viewport().update()


def _has_positive(project: Project) -> bool:
    return project.task is not None and task_spec(project.task).has_positive


def _note_row(overview: ColumnOverview, project: Project) -> NoteRow:
    name = overview.name
    note = project.columns.get(name, ColumnNote())
    evidence = " ".join(one.message for one in overview.evidence)
    role = "target" if name == project.target else note.role or "feature"
    return NoteRow(name, overview.type, note.type or "", role, note.label, note.unit, note.description, note.missing, note.levels, evidence)
