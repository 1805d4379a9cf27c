"""The recipe as three panels edit it: which step is selected, what is about to be added, and what the preview says of it.

It knows no widget. Every change goes through the controller as one named step of undo; what a panel shows comes from here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from mlops_desktop.base.component import Component
from mlops_desktop.base.families import Operation
from mlops_desktop.base.params import Columns, Number, Text
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline import (
    RecipePreview,
    RowFilterPreview,
    StepPreview,
    covers,
    place_for,
    place_of_proposal,
    reason_for,
    starter,
)
from mlops_desktop.engine.process import SuggestedStep, SuggestedSteps, SuggestSteps
from mlops_desktop.engine.project import Project, Step
from mlops_desktop.engine.workflow import blocked
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query
from mlops_desktop.ui.recipe.preview import Kinds, PreviewQuery
from mlops_desktop.ui.recipe.step_cards import doubled, moved, without
from mlops_desktop.ui.translation import translated

T = TypeVar("T")
PAUSE_MS = 250  # after an edit, before the child is asked what it does
STEP, ROW_FILTER = "step", "row_filter"
_FIELDS = {STEP: "steps", ROW_FILTER: "row_filters"}  # where the project holds them


@dataclasses.dataclass(frozen=True)
class Draft:
    """What is about to be added: a step or a row filter, and where. `begun`: required texts that a person has still to write."""

    kind: str
    component: Component
    at: int
    incomplete: tuple[str, ...] = ()


class Recipe(QObject):
    """The steps of the project, seen from one stage (`prepare`, `engineer` or `select`), which alone can be edited here; with the first
    of these stages go the row filters.
    """

    leaving = Signal()  # something else is about to be done: what was typed last is taken over now
    changed = Signal()  # the project, the choice, the draft, or what the child says
    removed = Signal(str)  # something was taken out; it is called so

    def __init__(self, controller: ProjectController, panel: str, stage: str, parent: QObject) -> None:
        super().__init__(parent)
        self.controller, self.panel, self.stage = controller, panel, stage
        self.kind, self.at = "", -1  # what is selected
        self.draft: Draft | None = None
        self.preview = PreviewQuery(controller, panel, self)
        self.preview.changed.connect(self.changed)
        title = self.tr("Looking for suggestions")
        self._suggested: Query[SuggestedSteps] = Query(controller, owner=f"{panel}.suggest", title=title, parent=self)
        self._suggested.changed.connect(self.changed)
        self._shown: dict[str, tuple[Step[Any], ...]] = {STEP: (), ROW_FILTER: ()}  # as they were last

    # ---- what there is

    @property
    def steps(self) -> tuple[Step[Operation], ...]:
        """Every step of the project, in order."""
        return self.controller.project.steps

    def items(self, kind: str) -> tuple[Step[Any], ...]:
        """The steps, or the row filters, of the project."""
        found: tuple[Step[Any], ...] = getattr(self.controller.project, _FIELDS[kind])
        return found

    def belongs_to_stage(self, at: int, kind: str = STEP) -> bool:
        """Whether the step (or the row filter) at a position is edited at this stage."""
        items = self.items(kind)
        if not 0 <= at < len(items):
            return False
        return self.stage == "prepare" if kind == ROW_FILTER else bool(items[at].component.stage == self.stage)

    def chosen(self) -> Step[Any] | None:
        """The step or row filter of the project that is selected; None for a draft, or when nothing is."""
        if self.draft is None and self.kind and self.belongs_to_stage(self.at, self.kind):
            return self.items(self.kind)[self.at]
        return None

    def component(self) -> Component | None:
        """What is selected: the draft, else the chosen step or row filter."""
        step = self.chosen()
        if step is not None:
            return step.component  # type: ignore[no-any-return]  # of whichever family
        return self.draft.component if self.draft is not None else None

    def tried(self) -> Project:
        """The project as it would be with the draft."""
        project, draft = self.controller.project, self.draft
        if draft is None:
            return project
        items = self.items(draft.kind)
        changed: dict[str, Any] = {_FIELDS[draft.kind]: (*items[: draft.at], Step(draft.component), *items[draft.at :])}
        return dataclasses.replace(project, **changed)

    def selected_positions(self) -> tuple[int, int]:
        """Positions in the preview of the step and of the row filter that are selected; −1 for none."""
        kind, at = (self.draft.kind, self.draft.at) if self.draft else (self.kind, self.at)
        return (at if kind == STEP else -1, at if kind == ROW_FILTER else -1)

    @property
    def answer(self) -> RecipePreview | None:
        """The last answer of the preview."""
        return self.preview.answer

    @property
    def fresh(self) -> bool:
        """Whether the answer is about what is shown."""
        return self.preview.fresh

    def columns(self) -> Kinds:
        """The columns that there are where the component selected stands, as (name, kind); while they are not known, those last known."""
        if self.selected_positions()[1] >= 0:
            table = self.controller.table()
            layout = table.frame.layout if table else None
            return [(name, layout.kind(name)) for name in layout.names()] if layout else []
        found, exact = self.preview.columns()
        if exact:
            return found
        known = {name for name, _ in found}
        component = self.component()
        for name, param in component.params().items() if component else ():
            if isinstance(param, Columns):
                found += [(column, param.kinds[0]) for column in getattr(component, name) if column not in known]
        return found

    def step_preview(self, at: int) -> StepPreview | None:
        """What the preview says last of the step at a position of the project; None when it says nothing."""
        return self._of_project(STEP, self.answer.steps if self.answer else (), at)

    def row_filter_preview(self, at: int) -> RowFilterPreview | None:
        """What the preview says last of the row filter at a position of the project; None when it says nothing."""
        return self._of_project(ROW_FILTER, self.answer.row_filters if self.answer else (), at)

    def _of_project(self, kind: str, found: tuple[T, ...], at: int) -> T | None:
        """The one of what was found (for the project with the draft) that is about the item at a position of the project."""
        expected = len(self.items(kind))
        if self.draft is not None and self.draft.kind == kind and len(found) > expected:
            at += at >= self.draft.at
            expected += 1
        return found[at] if len(found) == expected and 0 <= at < expected else None

    def error(self) -> str:
        """Why what is selected cannot be done as it is; empty when it can, or when that is not known yet."""
        draft, answer = self.draft, self.answer
        if draft is None:
            tried = self.step_preview(self.at) if self.kind == STEP else self.row_filter_preview(self.at)
            return tried.error if tried else ""
        found: tuple[StepPreview | RowFilterPreview, ...] = ()
        if answer is not None and self.fresh:
            found = answer.steps if draft.kind == STEP else answer.row_filters
        return found[draft.at].error if draft.at < len(found) else ""

    def reason(self, at: int, kind: str = STEP) -> str:
        """Why the step or row filter at a position suits this data; empty when nothing was found that speaks for it."""
        return reason_for(self.items(kind)[at].component, self.controller.suggestions())

    # ---- what is selected

    def show(self) -> None:
        """The project changed, or the panel came to the front: settle what is selected, and ask what it does."""
        self._follow()
        self._schedule(PAUSE_MS)
        self.changed.emit()  # a preview that is remembered, as after an undo, is the answer at once

    def _schedule(self, pause: int) -> None:
        self.preview.show(self.tried(), *self.selected_positions(), pause)

    def _follow(self) -> None:
        """Select what changed just now (by undo, or by another panel), else keep what is selected; without any, the first of this stage."""
        steps = self.steps
        for kind, old in self._shown.items():
            new = self.items(kind)
            if old and new != old:
                at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
                if self.belongs_to_stage(at, kind) and len(new) >= len(old):
                    self.kind, self.at = kind, at
            self._shown[kind] = new
        if self.draft is not None and self.draft.at > len(self.items(self.draft.kind)):
            self.draft = None
        if self.component() is None:
            near = sorted((abs(i - self.at), i) for i in range(len(steps)) if self.belongs_to_stage(i))
            self.kind, self.at = (STEP, near[0][1] if self.at >= 0 else min(i for _, i in near)) if near else ("", -1)

    @Slot(int)
    def choose(self, at: int) -> None:
        """Select a step of this stage."""
        if self.belongs_to_stage(at):
            self._select(STEP, at)

    @Slot(int)
    def choose_row_filter(self, at: int) -> None:
        """Select a row filter."""
        self._select(ROW_FILTER, at)

    def _select(self, kind: str, at: int) -> None:
        self.leaving.emit()
        self.draft = None
        if self.controller.session is not None:
            self.controller.session.end_merge()
        self.kind, self.at = kind, at
        self._schedule(0)
        self.changed.emit()

    # ---- adding

    def begin(self, id_: str, kind: str = STEP) -> None:
        """Begin to add a member of the catalogue: it is tried where it would stand, and in the project only when it is added."""
        self.leaving.emit()
        if kind == ROW_FILTER:
            component, incomplete = starter(choices().row_filters[id_])
            self.draft = Draft(ROW_FILTER, component, len(self.controller.project.row_filters), incomplete)
        else:
            member = choices().operations[id_]
            component, incomplete = starter(member)
            self.draft = Draft(STEP, component, place_for(self.steps, member), incomplete)
        self._schedule(0)
        self.changed.emit()

    def place(self, at: int) -> None:
        """Add the draft at another place."""
        self.leaving.emit()
        if self.draft is not None and self.draft.kind == STEP:
            self.draft = dataclasses.replace(self.draft, at=min(max(at, 0), len(self.steps)))
            self._schedule(0)
            self.changed.emit()

    @Slot()
    def cancel(self) -> None:
        """Add nothing."""
        self.leaving.emit()
        self.draft = None
        self._schedule(0)
        self.changed.emit()

    def add(self) -> None:
        """Put the draft into the project, and select it."""
        self.leaving.emit()
        draft = self.draft
        if draft is None:
            return
        project = self.tried()
        text = self.tr("Add {step}").format(step=translated(draft.component.label))
        self.draft, self.kind, self.at = None, draft.kind, draft.at
        self._shown[draft.kind] = getattr(project, _FIELDS[draft.kind])
        self.controller.put(text, project)
        self.changed.emit()

    # ---- editing

    def edit(self, component: Component) -> None:
        """The form brings another value of what is selected."""
        if self.draft is not None:
            if component != self.draft.component:
                self.draft = dataclasses.replace(self.draft, component=component)
                self._schedule(PAUSE_MS)
                self.changed.emit()
            return
        step = self.chosen()
        if step is None or step.component == component:
            return
        names = [name for name in component.params() if getattr(step.component, name) != getattr(component, name)]
        # Typing in one field is one step of undo; a choice or a tick is one each time.
        typed = all(isinstance(component.params()[name], (Text, Number)) for name in names)
        merge = f"{self.kind}.{self.at}.{'.'.join(names)}" if typed else ""
        labels = ", ".join(translated(component.params()[name].label) for name in names)
        text = self.tr("{step}: {field}").format(step=translated(component.label), field=labels)
        changed: dict[str, Any] = {_FIELDS[self.kind]: _put(self.items(self.kind), self.at, dataclasses.replace(step, component=component))}
        self.controller.edit(text, merge=merge, **changed)

    def move(self, at: int, to: int, kind: str = STEP) -> None:
        """Another place for a step of this stage, or for a row filter."""
        self.leaving.emit()
        if self.belongs_to_stage(at, kind):
            self._change(kind, to, self.tr("Move {step}"), at, moved(self.items(kind), at, to))

    def switch(self, at: int, on: bool, kind: str = STEP) -> None:
        """Switch a step or a row filter on or off; what is off is kept and does nothing."""
        self.leaving.emit()
        if self.belongs_to_stage(at, kind):
            items = self.items(kind)
            text = self.tr("Switch {step} on") if on else self.tr("Switch {step} off")
            self._change(kind, at, text, at, _put(items, at, dataclasses.replace(items[at], on=on)))

    def duplicate(self, at: int, kind: str = STEP) -> None:
        """The same once more, after itself."""
        self.leaving.emit()
        if self.belongs_to_stage(at, kind):
            self._change(kind, at + 1, self.tr("Duplicate {step}"), at, doubled(self.items(kind), at))

    def remove(self, at: int, kind: str = STEP) -> None:
        """Take it out; `removed` is emitted, so that it can be offered to take that back."""
        self.leaving.emit()
        if self.belongs_to_stage(at, kind):
            items = self.items(kind)
            self._change(kind, min(at, len(items) - 2) if kind == ROW_FILTER else at, self.tr("Remove {step}"), at, without(items, at))
            self.removed.emit(translated(items[at].component.label))

    def _change(self, kind: str, select: int, text: str, at: int, items: tuple[Step[Any], ...]) -> None:
        """Other steps or row filters, for what was done to the one at `at`; then select the one at `select`."""
        label = translated(self.items(kind)[at].component.label)
        self.draft, self.kind, self.at = None, kind, select
        self._shown[kind] = items
        changed: dict[str, Any] = {_FIELDS[kind]: items}
        self.controller.edit(text.format(step=label), **changed)
        self._follow()
        self._schedule(0)
        self.changed.emit()

    # ---- proposals

    @property
    def proposals(self) -> list[SuggestedStep] | None:
        """The steps that were proposed last for this stage; None until some were asked for and found."""
        found = self._suggested.value
        return None if found is None else [one for one in found.steps if self.stage in ("prepare", one.step.stage)]

    def propose(self) -> None:
        """Have steps that suit this data proposed; `proposals` is filled when they are there."""
        if blocked(self.controller.project) or self.controller.folder is None:
            return
        self._suggested.forget_refusals()
        scope = str(self.controller.folder)
        self._suggested.want(self.controller.keys.suggestions, SuggestSteps(*self.controller.inputs), scope=scope)

    def offered(self) -> list[tuple[Operation, str, bool]]:
        """Every proposal with its reason, and whether a step of the recipe does it already."""
        found = [(one.step, one.reason) for one in self.proposals or []]
        return [(step, why, any(covers(other.component, step) for other in self.steps)) for step, why in found]

    def take(self, positions: Sequence[int]) -> None:
        """Add proposals to the recipe, those that are not there, in one step of undo."""
        self.leaving.emit()
        if self.proposals is None:
            return
        proposed = [one.step for one in self.proposals]
        steps = self.steps
        added: list[str] = []
        last = self.at
        for position in positions:
            operation = proposed[position]
            if any(covers(step.component, operation) for step in steps):
                continue
            last = place_of_proposal(steps, operation, proposed)
            steps = (*steps[:last], Step(operation), *steps[last:])
            added.append(translated(operation.label))
        if not added:
            return
        self._shown[STEP] = steps
        text = self.tr("Add {step}").format(step=added[0]) if len(added) == 1 else self.tr("Add {n} proposed steps").format(n=len(added))
        self.draft, self.kind, self.at = None, STEP, last
        self.controller.edit(text, steps=steps)
        self._follow()
        self._schedule(0)
        self.changed.emit()


def _put(items: tuple[Any, ...], at: int, item: Any) -> tuple[Any, ...]:
    return (*items[:at], item, *items[at + 1 :])
