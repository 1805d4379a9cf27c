"""What a person decides about the problem, and what is proposed anew because of it: both are one step of undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.source import Source
from mlops_desktop.engine.choices import choices, task_spec
from mlops_desktop.engine.data import Imported, Location, last_import, name_of, refuse_several_files
from mlops_desktop.engine.process import ImportFile, ReRecommend, ReRecommendation
from mlops_desktop.engine.profiling import Overview, TargetOption
from mlops_desktop.engine.project import Brief, ColumnNote, Costs, Goals, Project, Role, set_note, set_target
from mlops_desktop.serving.cells import level_of
from mlops_desktop.ui.file_dialogs import ask_file
from mlops_desktop.ui.import_dialog import ImportDialog
from mlops_desktop.ui.panel import Panel
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.source_dialog import SourceDialog
from mlops_desktop.ui.translation import error_text, pluralize
from mlops_desktop.ui.widgets.column_labels import role_names
from mlops_desktop.ui.widgets.drop_zone import data_files

_OF_ONE_COLUMN = ("group", "time")  # roles by which the rows are split: one column has each
_RENEWING = ("type", "role", "missing", "levels")  # fields of a column that other decisions follow from


class ProblemDecisions(QObject):
    """`refused`: the decision stays as it was, or was made otherwise: a control that shows another is to be filled again.

    `overview` gives what is known of the columns, `titles` names the fields of the data dictionary.
    """

    refused = Signal()

    def __init__(
        self, controller: ProjectController, panel: Panel, overview: Callable[[], Overview | None], titles: Mapping[str, str]
    ) -> None:
        super().__init__(panel)
        self.controller, self._window, self._stage = controller, panel, panel.id
        self._overview, self._titles = overview, titles
        self._renewing: object | None = None
        self._other: SourceDialog | None = None
        self._preview: ImportDialog | None = None
        self.before: Project | None = None  # the decisions that a renewal that is under way started from

    # ---- what a person decides

    def choose_target(self, name: str) -> None:
        """Predict another column; what follows from it is proposed anew."""
        project = set_target(self.controller.project, name)
        if project == self.controller.project:
            return
        overview = self._overview()
        column = overview.column(name) if overview else None
        option = column.target if column else TargetOption()
        if option.refused:
            self.controller.banner.emit("warn", option.refused, self._stage)
            self.refused.emit()
            return
        self._decide(self.tr("Predict {name}").format(name=name), replace(project, task=option.task), follow=True)

    def choose_task(self, task: str) -> None:
        """Another kind of answer; what follows from it is proposed anew."""
        self._decide(self.tr("Kind of prediction"), replace(self.controller.project, task=task), follow=True)  # type: ignore[arg-type]

    def choose_positive(self, value: object) -> None:
        """The class of interest."""
        self.controller.edit(self.tr("Class of interest: {name}").format(name=level_of(value)), positive=value)

    def choose_metric(self, metric: str) -> None:
        """What counts as good; a goal on the scale of another metric goes."""
        goals = self.controller.project.goals
        if metric != self.controller.project.metric:
            goals = replace(goals, score=None)  # a number on another scale
        self.controller.edit(self.tr("Metric"), metric=metric, goals=goals)

    def set_goals(self, goals: Goals, field: str) -> None:
        """Goals; edits of one field that follow each other are one step of undo."""
        self.controller.edit(self.tr("Goal"), merge=f"goals.{field}", goals=goals)

    def set_costs(self, costs: Costs | None, field: str) -> None:
        """The costs of errors, or none; without costs there is no goal for them."""
        goals = self.controller.project.goals if costs else replace(self.controller.project.goals, cost=None)
        self.controller.edit(self.tr("Costs of errors"), merge=f"costs.{field}", costs=costs, goals=goals)

    def set_brief(self, brief: Brief, field: str) -> None:
        """The problem as text."""
        self.controller.edit(self.tr("The problem in words"), merge=f"brief.{field}", brief=brief)

    def set_split_column(self, role: Role, name: str) -> None:
        """A column says which rows belong together, or when they were: the split follows."""
        project = self.controller.project
        none = role == "group" and not name
        project = _without_role(project, role, "feature" if none else None)
        if name:
            project = set_note(project, name, role=role)
        elif (proposed := self._proposed(role)) and project.columns.get(proposed, ColumnNote()).role is None:
            project = set_note(project, proposed, role="feature")  # without a role it would be proposed again
        split = project.split
        untied = not name and split.role == role and bool(split.by_time or split.named_columns)
        if untied:  # a proposal would go by the same columns again
            other = "stratified" if project.task is not None and task_spec(project.task).has_classes else "random"
            project = replace(project, split=project.split.switch_to(choices().splitters[other]))
        text = self.tr("Rows that belong together") if role == "group" else self.tr("Order in time")
        self._decide(text, project, follow=not untied)

    def _proposed(self, role: Role) -> str:
        """The column that has this role unless a person decides otherwise; empty when there is none."""
        overview = self._overview()
        return next((name for name, guess in overview.roles.items() if guess.value == role), "") if overview else ""

    def end_merge(self) -> None:
        """What is edited next is a step of undo of its own."""
        if self.controller.session is not None:
            self.controller.session.end_merge()

    def note(self, name: str, field: str, value: object) -> None:
        """A field of the data dictionary: type, role, unit, description, missing values, levels."""
        if field == "role" and value == "target":
            self.choose_target(name)
            return
        if field == "role" and value == "feature" and self.controller.project.columns.get(name, ColumnNote()).role is None:
            return
        message: Any = None if field == "type" and not value else list(value) if isinstance(value, tuple) else value
        try:
            project = self.controller.project
            if field == "role" and value in _OF_ONE_COLUMN:
                project = _without_role(project, value, None)
            project = set_note(project, name, **{field: message})
        except UserError as error:
            self.controller.banner.emit("warn", error_text(error), self._stage)
            self.refused.emit()
            return
        text = self.tr("{field} of {name}").format(field=self._titles[field], name=name)
        if field == "label" and (label := project.columns.get(name, ColumnNote()).label):
            text = self.tr("Rename {name} to {label}").format(name=name, label=label)
        self._decide(text, project, follow=field in _RENEWING)

    def note_many(self, names: Sequence[str], field: str, value: object) -> None:
        """A field of the data dictionary for several columns, as one step of undo; the target keeps its role."""
        project = self.controller.project
        if field == "role":
            names = [name for name in names if name != project.target]
            if value in _OF_ONE_COLUMN and len(names) > 1:
                text = self.tr("Only one column can have the role “{role}”. Select one column.")
                self.controller.banner.emit("warn", text.format(role=role_names()[str(value)][0]), self._stage)
                return
            if value in _OF_ONE_COLUMN:
                project = _without_role(project, value, None)
        try:
            for name in names:
                is_default = field == "role" and value == "feature" and project.columns.get(name, ColumnNote()).role is None
                project = project if is_default else set_note(project, name, **{field: value or (None if field == "type" else "")})
        except UserError as error:
            self.controller.banner.emit("warn", error_text(error), self._stage)
            return
        of_columns = pluralize(len(names), "1 column", "{n} columns")
        self._decide(
            self.tr("{field} of {columns}").format(field=self._titles[field], columns=of_columns), project, follow=field in _RENEWING
        )

    # ---- what follows from a decision

    def _decide(self, text: str, project: Project, *, follow: bool) -> None:
        before = self.controller.project
        self.controller.put(text, project)
        if follow and self.controller.project is not before:
            self.renew(self.before or before, text)

    def renew_by_hand(self) -> None:
        """Have the open decisions proposed anew."""
        self.renew(self.controller.project, self.tr("Propose the later stages again"))

    def _changes_text(self, because: str, changes: Sequence[str]) -> str:
        """What was proposed anew, then the sentences that say why."""
        new = ", ".join(one for one in changes if not one.endswith("."))
        why = [one for one in changes if one.endswith(".")]
        text = self.tr("Proposed again after “{what}”: {changes}.").format(what=because, changes=new)
        return " ".join([*([text] if new else []), *why, self.tr("Undo takes it back.")])

    def renew(self, before: Project, because: str) -> None:
        """Have proposed anew what followed from the decisions `before` and does not fit any more.

        It joins the edits that were made since `before` in one step of undo called `because`, so that undo brings back decisions that fit
        each other. Nothing is proposed when these edits were taken back meanwhile.
        """
        asked, token = self.controller.project, object()
        self.before, self._renewing = before, token

        def done(found: ReRecommendation) -> None:
            session = self.controller.session
            if session is None or (asked is not before and not session.has_edit_after(before)):
                return
            if self.controller.project is not asked:
                self.renew(before, because)
                return
            self.before = None
            self.controller.complete(because, before, found.project)
            if found.changes:
                self.controller.edit_banner.emit("info", self._changes_text(because, found.changes), self._stage)

        def over() -> None:
            if self._renewing is token:  # no later one is under way
                self.before = self._renewing = None
                self.refused.emit()

        self.controller.ask(
            ReRecommend(*self.controller.inputs, before), done, owner="problem.renew", title=self.tr("Proposing what follows"), on_over=over
        )
        self.refused.emit()

    # ---- the file

    def choose_file(self) -> None:
        """Ask for another data file."""
        file = ask_file(self._window, self.tr("Choose another data file"), data_files())
        if file is not None:
            self.preview(file, replace(self.controller.project, source=None))

    def choose_other(self) -> None:
        """Ask for data that is no single file: a database, a folder, two files."""
        if self._other is None:
            self._other = SourceDialog(self._window)
            self._other.read_asked.connect(self.take_other)
        self._other.open()

    def take_other(self, location: Location, source: Source) -> None:
        """Show the data of an address by the source that was given for it."""
        self.preview(location, replace(self.controller.project, source=source), as_given=True)

    def preview(self, location: Location, project: Project, *, as_given: bool = False, names: Sequence[str] = ()) -> None:
        """Show the first rows as the decisions of `project` read them; the person has them imported from there."""
        if self._preview is None:
            self._preview = ImportDialog(self.controller, self._window)
            self._preview.import_asked.connect(self.take_file)
        self._preview.open_for(location, project, as_given=as_given, names=names)

    def take_file(self, file: Location, decided: Project | None = None) -> None:
        """Bring in new data under the same decisions, by the source and the notes that were `decided`. When it is refused, all stays."""
        project = decided or replace(self.controller.project, source=None)

        def done(found: Imported) -> None:
            new = found.project
            for one in found.evidence:
                self.controller.log.emit(f"{one.column}: {one.message}" if one.column else one.message)
            today = replace(self.controller.project, data=new.data, file=new.file, source=new.source)
            if decided is not None:
                today = replace(today, columns=decided.columns, answers=decided.answers)
                if decided.target != today.target:
                    today = replace(set_target(today, decided.target), task=None, positive=None)
            self._decide(self.tr("Data from {file}").format(file=new.file), today, follow=True)

        self.controller.ask(
            ImportFile(self.controller.inputs[0], project, str(file), as_given=decided is not None),
            done,
            owner="problem.import",
            title=self.tr("Reading {file}").format(file=name_of(file)),
            on_over=self.refused.emit,
        )

    def merge_names(self) -> None:
        """Show the first rows of the file with the names of columns from two rows."""
        source = self.controller.project.source
        if source is None or "header_rows" not in source.params():
            text = self.tr("The names of this kind of data do not stand in rows of a table.")
            self.controller.banner.emit("info", text, self._stage)
            return
        self.change_reading(replace(source, header="first", header_rows=2))  # type: ignore[call-arg]

    def change_reading(self, source: Source | None = None) -> None:
        """Show the first rows of the file by a source, or by that of the project. A file that has moved is asked for."""
        folder, project = self.controller.folder, self.controller.project
        try:
            if folder is not None:
                refuse_several_files(folder, project)
        except UserError as error:
            self.controller.banner.emit("warn", error_text(error), self._stage)
            return
        file = last_import(folder)[0] if folder else None
        if file is None:
            text = self.tr("Where is “{file}” now?").format(file=project.file)
            file = ask_file(self._window, text)
            if file is None:
                return
        overview = self._overview()
        names = [one.name for one in overview.columns] if overview else []
        self.preview(file, replace(project, source=source) if source else project, as_given=source is not None, names=names)


def _without_role(project: Project, role: object, instead: Role | None) -> Project:
    """The project with `instead` as the role of every column that has this role."""
    for name in [name for name, note in project.columns.items() if note.role == role]:
        project = set_note(project, name, role=instead)
    return project
