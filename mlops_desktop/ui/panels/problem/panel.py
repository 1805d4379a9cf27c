"""Stage 1: from which data, what is predicted, and when the model is good enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.plural import pluralize
from mlops_desktop.base.source import Source
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.engine.data import Imported, last_import
from mlops_desktop.engine.metrics import metrics_for
from mlops_desktop.engine.process import ImportFile, Renew, Renewal
from mlops_desktop.engine.project import (
    Brief,
    ColumnNote,
    Costs,
    Goals,
    Project,
    Role,
    consistent,
    set_note,
    set_target,
)
from mlops_desktop.serving.cells import level_of
from mlops_desktop.ui.forms import ComponentForm
from mlops_desktop.ui.jobs import Json
from mlops_desktop.ui.panel import Panel
from mlops_desktop.ui.panels.problem.brief_card import BriefCard
from mlops_desktop.ui.panels.problem.file_card import FileCard
from mlops_desktop.ui.panels.problem.goals_card import GoalsCard
from mlops_desktop.ui.panels.problem.notes_model import NoteRow
from mlops_desktop.ui.panels.problem.target_card import TargetCard
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query
from mlops_desktop.ui.widgets.basic import column, row
from mlops_desktop.ui.widgets.drop_zone import data_files
from mlops_desktop.ui.widgets.table_columns import table_columns

LEFT = 360
_RENEWING = ("type", "role", "missing", "levels")  # what is said of a column and makes other decisions follow


class ProblemPanel(Panel):
    """The data, the target, the words and the goals."""

    id = "problem"
    purpose = "Say what is predicted, from which data, and when it is good enough"

    def __init__(self, controller: ProjectController) -> None:
        super().__init__(controller)
        title = self.tr("Looking at the columns")  # asked for by `load_table`, with the table itself
        self.columns: Query[Json] = Query(controller, owner="table", title=title, parent=self, read=self._read_columns)
        self._shown: tuple[Any, ...] = ()
        self._renewing: object | None = None
        self._before: Project | None = None  # the decisions that a renewal that is under way started from
        self._form: ComponentForm | None = None
        self._read = ""  # the data whose mending is said
        self.target = TargetCard()
        self.goals = GoalsCard()
        self.brief = BriefCard()
        self.file = FileCard()
        left = column(self.target, self.goals, None, spacing=12)
        right = column((self.file, 1), self.brief, spacing=12)
        holder = QWidget()
        holder.setLayout(left)
        holder.setFixedWidth(LEFT)
        self.setLayout(row(holder, (right, 1), margins=(20, 16, 20, 16), spacing=12))
        self._connect()

    # ---- building

    def _connect(self) -> None:
        self.target.target_picked.connect(self.choose_target)
        self.target.task_picked.connect(self._choose_task)
        self.target.positive_picked.connect(self._choose_positive)
        self.target.metric_picked.connect(self._choose_metric)
        self.target.renew_asked.connect(self._renew_by_hand)
        self.goals.goals_changed.connect(self._set_goals)
        self.goals.costs_changed.connect(self._set_costs)
        self.goals.left.connect(self._end_merge)
        self.brief.changed.connect(self._set_brief)
        self.brief.left.connect(self._end_merge)
        self.brief.split_column_picked.connect(self._set_split_column)
        self.file.another.connect(self.choose_file)
        self.file.edited.connect(self._note)
        self.file.at.connect(self._show_why)

    # ---- showing

    def show_project(self) -> None:
        """Show the decisions; nothing is told while they are shown."""
        project, overview = self.controller.project, self._overview()
        if self._shown and self._shown[0] is project and self._shown[1] is overview and self._shown[2] is self._before:
            return
        self._shown = (project, overview, self._before)
        self.brief.show_brief(project.brief)
        self._show_file(project, overview)
        known = {one["name"]: one for one in overview["columns"]} if overview else {}
        as_target = known.get(project.target, {}).get("target", {})
        task = project.task or ""
        has_positive = _has_positive(project)
        self._show_columns(project, overview)
        self.target.show_task(as_target, task)
        self.target.show_positive(as_target, task, project.positive)
        self.target.show_metric(as_target, task, project.metric, project.positive)
        self.target.show_inconsistencies(self._inconsistencies(project, overview))
        metric = next((m for m in metrics_for(project.task) if m.id == project.metric), None) if project.task else None
        self.goals.show_goals(project.goals, metric)
        others = [level_of(value) for value, _ in as_target.get("classes", ()) if value != project.positive]
        positive = "" if project.positive is None else level_of(project.positive)
        self.goals.show_costs(project.costs, positive or self.tr("yes"), others[0] if others else self.tr("no"), has_positive)

    def show_results(self) -> None:
        """Show the first rows, or have the table looked at when nobody did."""
        self.controller.load_table()
        table, overview = self.controller.table(), self.controller.overview()
        if table is None or overview is None:
            if self.columns.value is None and self.file.preview.table.columns:
                self.file.preview.show_columns([])
                self.file.preview.setProperty("shown", "")
            return
        key = (self.controller.keys.table, self.controller.project.target, self.controller.project.task)
        if self.file.preview.property("shown") != str(key):
            self.file.preview.setProperty("shown", str(key))
            task = self.controller.project.task
            classes = task is not None and task_spec(task).has_classes
            self.file.preview.show_columns(table_columns(table, overview, self.controller.project.target, classes))

    def _show_columns(self, project: Project, overview: Json | None) -> None:
        """What there is to choose from; while that is not known, what is chosen, and nothing of other data."""
        if overview is None:
            chosen = [{"name": project.target, "target": {}}] if project.target else []
            self.target.show_columns({"targets": [], "columns": chosen}, project.target)
            self.file.notes.show_rows([])
            self.brief.show_split_columns([], {})
            return
        self.target.show_columns(overview, project.target)
        self.file.notes.show_rows([_note_row(one, project) for one in overview["columns"]])
        self._show_why(self.file.notes.column())
        split_columns: dict[str, str] = {str(note.role): name for name, note in project.columns.items() if note.role in ("group", "time")}
        self.brief.show_split_columns(
            [(one["name"], one["type"]) for one in overview["columns"] if one["name"] != project.target], split_columns
        )

    def _overview(self) -> Json | None:
        """Today's overview; the last one of the same data while a new one is being made."""
        project = self.controller.project
        key = self.controller.keys.overview if self.controller.folder is not None and project.data else ""
        self.columns.want(key, scope=project.data, ask=False)
        return self.columns.value

    def _read_columns(self, key: str) -> Json | None:
        return self.controller.overview() if key == self.controller.keys.overview else None

    def _show_file(self, project: Project, overview: Json | None) -> None:
        size = ""
        if overview:
            rows = pluralize(overview["rows"], self.tr("1 row"), self.tr("{n} rows"))
            size = f"{rows} × {pluralize(len(overview['columns']), self.tr('1 column'), self.tr('{n} columns'))}"
        self.file.show_file(project.file, [size, project.source.label if project.source else ""])
        if self._read != project.data and self.controller.folder is not None:
            self._read = project.data
            self.file.show_repaired(last_import(self.controller.folder)[1])
        if project.source is None:
            return
        if self._form is None or type(self._form.component()) is not type(project.source):
            self._form = ComponentForm(project.source, on_change=self._read_again, name="source")
            self.file.show_form(self._form)
        else:
            self._form.show_component(project.source)

    def _show_why(self, name: str) -> None:
        """The evidence for the type of the current column, in words."""
        overview = self.columns.value
        one = next((c for c in overview["columns"] if c["name"] == name), None) if overview else None
        if one is None:
            self.file.why.setText(self.tr("Change what stands here in place. Unit and description are shown in the form page."))
            return
        text = " ".join(e["message"] for e in one["evidence"]) or self.tr("Nothing special was found.")
        proposed = overview["roles"].get(name) if overview else None
        self.file.why.setText(f"{name}: {text}" + (f" {proposed[1]}" if proposed else ""))

    def _inconsistencies(self, project: Project, overview: Json | None) -> list[str]:
        if overview is None or self.controller.overview() is None or self._before is not None or not project.data:
            return []
        message = consistent(project, overview)[1]
        if project.target and not project.task and not message:
            message.append(self.tr("The kind of answer is open."))
        open_ = [
            text
            for is_open, text in (
                (
                    _has_positive(project) and project.positive is None,
                    self.tr("The class of interest is open."),
                ),
                (bool(project.task) and not project.metric, self.tr("What counts as good is open.")),
                (bool(project.task) and not project.candidates, self.tr("No algorithm is chosen yet.")),
            )
            if is_open
        ]
        return message + open_

    # ---- what a person decides

    def choose_target(self, name: str) -> None:
        """Predict another column; what follows from it is proposed anew."""
        project = set_target(self.controller.project, name)
        if project == self.controller.project:
            return
        guess = self._as_target(name)
        refused = guess.get("refused", "")
        if refused:
            self.controller.banner.emit("warn", refused, self.id)
            self._show_again()
            return
        self._decide(self.tr("Predict {name}").format(name=name), replace(project, task=guess.get("task")), follow=True)

    def _choose_task(self, task: str) -> None:
        self._decide(self.tr("Kind of answer"), replace(self.controller.project, task=task), follow=True)  # type: ignore[arg-type]

    def _choose_positive(self, value: object) -> None:
        self.controller.edit(self.tr("Class of interest: {name}").format(name=value), positive=value)

    def _choose_metric(self, metric: str) -> None:
        goals = self.controller.project.goals
        if metric != self.controller.project.metric:
            goals = replace(goals, score=None)  # a number on another scale
        self.controller.edit(self.tr("What counts as good"), metric=metric, goals=goals)

    def _set_goals(self, goals: Goals, field: str) -> None:
        self.controller.edit(self.tr("Goal"), merge=f"goals.{field}", goals=goals)

    def _set_costs(self, costs: Costs | None, field: str) -> None:
        goals = self.controller.project.goals if costs else replace(self.controller.project.goals, cost=None)
        self.controller.edit(self.tr("Costs of errors"), merge=f"costs.{field}", costs=costs, goals=goals)

    def _set_brief(self, brief: Brief, field: str) -> None:
        self.controller.edit(self.tr("The problem in words"), merge=f"brief.{field}", brief=brief)

    def _set_split_column(self, role: Role, name: str) -> None:
        """A column says which rows belong together, or when they were: the split follows."""
        project = self.controller.project
        for other, note in project.columns.items():
            if note.role == role:
                project = set_note(project, other, role=None)
        if name:
            project = set_note(project, name, role=role)
        text = self.tr("Rows that belong together") if role == "group" else self.tr("Order in time")
        self._decide(text, project, follow=True)

    def _end_merge(self) -> None:
        if self.controller.session is not None:
            self.controller.session.end_merge()

    def _note(self, name: str, field: str, value: object) -> None:
        if field == "role" and value == "target":
            self.choose_target(name)
            return
        if field == "role" and value == "feature" and self.controller.project.columns.get(name, ColumnNote()).role is None:
            return
        message: Any = None if field == "type" and not value else list(value) if isinstance(value, tuple) else value
        try:
            project = set_note(self.controller.project, name, **{field: message})
        except UserError as error:
            self.controller.banner.emit("warn", str(error), self.id)
            self._show_again()
            return
        text = self.tr("{field} of {name}").format(field=self.file.notes.notes.titles[field], name=name)
        self._decide(text, project, follow=field in _RENEWING)

    def _show_again(self) -> None:
        """A control shows what was refused: show the decision that holds."""
        self._shown = ()
        self.show_project()

    def _as_target(self, name: str) -> Mapping[str, Any]:
        overview = self._overview()
        return next((one["target"] for one in overview["columns"] if one["name"] == name), {}) if overview else {}

    # ---- what follows from a decision

    def _decide(self, text: str, project: Project, *, follow: bool) -> None:
        before = self.controller.project
        self.controller.put(text, project)
        if follow and self.controller.project is not before:
            self._renew(self._before or before, text)

    def _renew_by_hand(self) -> None:
        self._renew(self.controller.project, self.tr("open decisions"))

    def _changes_text(self, because: str, changes: Sequence[str]) -> str:
        """What was proposed anew, then the sentences that say why."""
        new = ", ".join(one for one in changes if not one.endswith("."))
        why = [one for one in changes if one.endswith(".")]
        text = self.tr("Proposed anew after “{what}”: {changes}.").format(what=because, changes=new)
        return " ".join([*([text] if new else []), *why, self.tr("Undo takes it back.")])

    def _renew(self, before: Project, because: str) -> None:
        """Have proposed anew what followed from the decisions `before` and does not fit any more: one more step of undo."""
        asked, token = self.controller.project, object()
        self._before, self._renewing = before, token

        def done(found: Renewal) -> None:
            if self.controller.project is not asked:
                if self.controller.project is not before:
                    self._renew(before, because)
                return
            self._before = None
            self.controller.put(self.tr("What follows from: {what}").format(what=because), found.project)
            if found.changes:
                self.controller.banner.emit("info", self._changes_text(because, found.changes), self.id)

        def over() -> None:
            if self._renewing is token:  # no later one is under way
                self._before = self._renewing = None
                self._show_again()

        self.controller.ask(
            Renew(*self.controller.inputs, before), done, owner="problem.renew", title=self.tr("Proposing what follows"), on_over=over
        )
        self._show_again()

    # ---- the file

    def choose_file(self) -> None:
        """Ask for another data file."""
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Choose another data file"), "", data_files())
        if name:
            self.take_file(Path(name))

    def take_file(self, file: Path, source: Source | None = None) -> None:
        """Bring in new data under the same decisions. When it is refused, everything stays as it is."""
        project = replace(self.controller.project, source=source)

        def done(found: Imported) -> None:
            new = found.project
            for one in found.evidence:
                self.controller.log.emit(f"{one.column}: {one.message}" if one.column else one.message)
            today = replace(self.controller.project, data=new.data, file=new.file, source=new.source)
            self._decide(self.tr("Data from {file}").format(file=new.file), today, follow=True)

        self.controller.ask(
            ImportFile(self.controller.inputs[0], project, str(file)),
            done,
            owner="problem.import",
            title=self.tr("Reading {file}").format(file=file.name),
            on_over=self._show_again,
        )

    def _read_again(self, source: Source) -> None:
        file = last_import(self.controller.folder)[0] if self.controller.folder else None
        if file is None:
            text = self.tr("Where is “{file}” now?").format(file=self.controller.project.file)
            name, _ = QFileDialog.getOpenFileName(self, text, "")
            if not name:
                self._show_again()
                return
            file = Path(name)
        self.take_file(file, source)

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
            return self.tr("Choose the kind of answer first."), self.target.task
        return "", None

    def searchable(self) -> list[tuple[str, QWidget | Callable[[], object]]]:
        """The decisions of this stage, and every column."""
        found: list[tuple[str, QWidget | Callable[[], object]]] = [
            (self.tr("Column to predict"), self.target.target),
            (self.tr("Kind of answer"), self.target.task),
            (self.tr("Class of interest"), self.target.positive),
            (self.tr("What counts as good (metric)"), self.target.measure),
            (self.tr("Goals"), self.goals),
            (self.tr("Costs of errors"), self.goals.costs_on),
            (self.tr("Choose another file"), self.file.choose),
            *((area.accessibleName(), area) for area in self.brief.areas.values()),
        ]
        overview = self.columns.value
        names = [one["name"] for one in overview["columns"]] if overview else []
        return found + [(name, self.file.goer(name)) for name in names]

    def restyle(self) -> None:
        """The theme changed."""
        self.file.preview.viewport().update()


def _has_positive(project: Project) -> bool:
    return project.task is not None and task_spec(project.task).has_positive


def _note_row(overview: Mapping[str, Any], project: Project) -> NoteRow:
    name = overview["name"]
    note = project.columns.get(name, ColumnNote())
    evidence = " ".join(one["message"] for one in overview["evidence"])
    role = "target" if name == project.target else note.role or "feature"
    return NoteRow(name, overview["type"], note.type or "", role, note.unit, note.description, note.missing, note.levels, evidence)
