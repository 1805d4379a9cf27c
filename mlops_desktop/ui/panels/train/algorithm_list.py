"""The list of algorithms: which are tried, and with which parameters each begins. Nothing here knows any of them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from mlops_desktop.base.families import Algorithm
from mlops_desktop.engine.choices import ALL, BASELINE, choices, task_spec
from mlops_desktop.engine.project import Project, fitting_encodings
from mlops_desktop.ui.forms import ComponentForm
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.basic import Tool, clear, column, label, row
from mlops_desktop.ui.widgets.inputs import CheckBox


class AlgorithmList(QWidget):
    """A tick and a form for each algorithm of the task.

    `changed` brings the whole new list, the label of the step of undo, and what merges with it ("" for nothing).
    """

    changed = Signal(object, str, str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("algorithms")
        self._candidates: tuple[Algorithm, ...] = ()
        self._task = ""
        self._rows: dict[str, _Row] = {}
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(2)
        self.setLayout(self._list)

    def show_project(self, project: Project) -> None:
        """Show the candidates of a project among the algorithms of its task."""
        if (project.task or "") != self._task:
            self._make(project.task or "")
        self._candidates = project.candidates
        first = {algorithm.id: algorithm for algorithm in reversed(project.candidates)}
        for id_, line in self._rows.items():
            line.show_candidate(first.get(id_), self._unfit(project, line.kind))

    def _unfit(self, project: Project, kind: type[Algorithm]) -> str:
        """Why the algorithm cannot be tried: the encoding that is pinned for it; empty when it can."""
        pinned = project.encodings.get(kind.id) or project.encodings.get(ALL)
        if pinned is None or pinned.id in fitting_encodings([kind.id]):
            return ""
        return self.tr("It cannot learn from the encoding “{encoding}”, which is chosen for it.").format(encoding=translated(pinned.label))

    def flush(self) -> None:
        """Take over at once what was typed last."""
        for line in self._rows.values():
            line.flush()

    def ticks(self) -> list[CheckBox]:
        """The tick of each algorithm."""
        return [line.tick for line in self._rows.values()]

    def _make(self, task: str) -> None:
        self._task = task
        clear(self._list)
        self._rows = {}
        spec = task_spec(task) if task else None
        for id_, kind in choices().algorithms.items():
            if spec is not None and kind.supports(spec):
                line = self._rows[id_] = _Row(kind)
                line.ticked.connect(partial(self._tick, kind))
                line.edited.connect(self._replace)
                self._list.addWidget(line)

    def _tick(self, kind: type[Algorithm], on: bool) -> None:
        if on:
            new = (kind(), *self._candidates) if kind.id == BASELINE else (*self._candidates, kind())
            self.changed.emit(new, self.tr("Try {algorithm}").format(algorithm=translated(kind.label)), "")
        else:
            new = tuple(algorithm for algorithm in self._candidates if algorithm.id != kind.id)
            self.changed.emit(new, self.tr("Do not try {algorithm}").format(algorithm=translated(kind.label)), "")

    def _replace(self, algorithm: Algorithm) -> None:
        position = next((i for i, one in enumerate(self._candidates) if one.id == algorithm.id), None)
        if position is not None:
            new = (*self._candidates[:position], algorithm, *self._candidates[position + 1 :])
            text = self.tr("Parameters of {algorithm}").format(algorithm=translated(algorithm.label))
            self.changed.emit(new, text, f"candidates.{algorithm.id}")


class _Row(QWidget):
    """One algorithm: its tick, and its form when it is opened."""

    ticked = Signal(bool)
    edited = Signal(object)

    def __init__(self, kind: type[Algorithm]) -> None:
        super().__init__()
        self.kind = kind
        self._form: ComponentForm | None = None
        self._component: Algorithm | None = None
        self._absent = translated(kind.missing())
        self.tick = CheckBox(kind.label)
        self.tick.setObjectName(f"algorithm_{kind.id}")
        self.tick.setAccessibleName(translated(kind.label))
        self.tick.setAccessibleDescription(translated(kind.help))
        self.tick.clicked.connect(self.ticked)
        self.open = Tool(
            "sliders", self.tr("Parameters of {name}").format(name=translated(kind.label)), self._toggle, name=f"parameters_{kind.id}"
        )
        self.open.setCheckable(True)
        self._body = QVBoxLayout()
        self._body.setContentsMargins(0, 0, 0, 0)
        self._drawer = QFrame()
        self._drawer.setLayout(
            column(label(translated(kind.help), "caption", tone="2", wrap=True), self._body, margins=(4, 2, 2, 10), spacing=8)
        )
        self._drawer.setVisible(False)
        why = [label(self.tr("It {reason}.").format(reason=self._absent), "caption", tone="3", wrap=True)] if self._absent else []
        self.setLayout(column(row(self.tick, None, self.open, spacing=4), *why, self._drawer, spacing=0))

    def show_candidate(self, candidate: Algorithm | None, unfit: str) -> None:
        """Show the algorithm with the parameters of its candidate; None: it is no candidate. `unfit`: why it cannot be one."""
        on = candidate is not None
        fixed = on and self.kind.id == BASELINE
        self.tick.setChecked(on)
        self.tick.setEnabled(not fixed and (on or not (self._absent or unfit)))
        text = self.tr("Always tried: every other model has to beat it.") if fixed else unfit or translated(self.kind.help)
        self.tick.setToolTip(
            self.tr("{name} {reason}.").format(name=translated(self.kind.label), reason=self._absent) if self._absent else text
        )
        self.open.setEnabled(on)
        self._component = candidate
        if candidate is None:
            self.open.setChecked(False)
            self._drawer.setVisible(False)
        elif self._form is not None and self._form.component() != candidate:
            self._form.show_component(candidate)

    def flush(self) -> None:
        """Take over at once what was typed last."""
        if self._form is not None:
            self._form.flush()

    def _toggle(self) -> None:
        if self._form is None and self._component is not None:
            self._form = ComponentForm(self._component, on_change=self.edited.emit, name=f"algorithm_{self.kind.id}")
            tuned = [translated(param.label) for param in self.kind().search_space().values()]
            if tuned:
                text = self.tr("The search begins with these values and also tries others for: {names}.").format(names=", ".join(tuned))
                self._body.addWidget(label(text, "caption", tone="3", wrap=True))
            self._body.addWidget(self._form)
        self._drawer.setVisible(self.open.isChecked())
