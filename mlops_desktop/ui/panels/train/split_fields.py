"""The fields of a split: the method, the form of its settings, and what the split means for the table beneath."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mlops_desktop.base.splitter import Splitter
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline import SplitSummary
from mlops_desktop.engine.profiling import ColumnOverview
from mlops_desktop.engine.project import default_splitter
from mlops_desktop.serving.schema import NUMBER_TYPES
from mlops_desktop.ui.fields import Kinds
from mlops_desktop.ui.forms import ComponentForm
from mlops_desktop.ui.translation import formatted, translated
from mlops_desktop.ui.widgets.basic import Button, Weight, column, held, label, row, set_property
from mlops_desktop.ui.widgets.inputs import ComboBox


def method_names() -> dict[str, str]:
    """Label of a splitter by id; those that need no column come first."""
    splitters = sorted(choices().splitters.values(), key=lambda splitter: (bool(splitter.role), translated(splitter.label)))
    return {splitter.id: translated(splitter.label) for splitter in splitters}


def split_columns(columns: Sequence[ColumnOverview], target: str) -> Kinds:
    """The columns of a table that a split may go by, as (name, kind)."""
    kinds = {"date": "date", **dict.fromkeys(NUMBER_TYPES, "number")}
    return [(one.name, kinds.get(one.type, "categorical")) for one in columns if one.name != target]


def titled(title: str, control: QWidget) -> QWidget:
    """A control with its title above."""
    name = label(title, "small", tone="2", weight=Weight.Medium)
    name.setBuddy(control)
    return held(column(name, control, spacing=4))


class SplitFields(QWidget):
    """The fields of a splitter. `changed` brings the new one and the field that was changed, `left` says that a person is done with it."""

    changed = Signal(object, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._split = default_splitter()
        self._columns: Kinds = ()
        self._fitting: Splitter | None = None
        self.method = ComboBox(method_names().items(), name="split_method", title=self.tr("Validation: how rows are split"))
        self.form = self._make_form()
        self._place = QVBoxLayout()
        self._place.addWidget(self.form)
        self.summary = label("", "caption", tone="3", wrap=True)
        self.summary.setObjectName("split_summary")
        self.warnings = label("", "caption", tone="warn", wrap=True)
        self.warnings.setObjectName("split_warnings")
        self.fit = Button("", self._take_fitting, name="split_take_fitting", kind="link")
        method = titled(self.tr("Validation"), self.method)
        self.setLayout(column(method, self._place, self.summary, self.warnings, row(self.fit, None), spacing=8))
        self.method.picked.connect(self._switch)
        self.show_facts(None)

    def _make_form(self) -> ComponentForm:
        form = ComponentForm(self._split, self._columns, self._take, name="split")
        for field in form.fields.values():
            field.changed.connect(self.left)
        return form

    def _switch(self, id_: str) -> None:
        if id_ != self._split.id:
            self.changed.emit(self._split.switch_to(choices().splitters[id_]), "method")
        self.left.emit()

    def _take(self, new: Splitter) -> None:
        changed = [name for name in new.params() if getattr(new, name) != getattr(self._split, name)]
        self.changed.emit(new, changed[0] if changed else "")

    def show_split(self, split: Splitter, columns: Kinds) -> None:
        """Show a splitter. `columns` (name, kind) may be chosen for it."""
        other = type(split) is not type(self._split)
        self._split, self._columns = split, columns
        self.method.show_choice(split.id)
        if other:
            old, self.form = self.form, self._make_form()
            self._place.replaceWidget(old, self.form)
            old.hide()
            old.deleteLater()
        else:
            self.form.show_columns(columns)
            self.form.show_component(split)

    def show_facts(self, found: SplitSummary | None) -> None:
        """Show what the split means (`engine.pipeline.SplitSummary`); None while that is not known."""
        refused = found.refused if found else ""
        fitting = found.fitting if found else None
        proposed = fitting is not None and fitting == self._split
        summary = ""
        if found and found.folds:
            summary = self.tr("{train} rows for training, {test} held out for testing.").format(
                train=formatted(found.train), test=formatted(found.test)
            )
        if proposed and found:
            summary = f"{summary} {found.reason}".strip()
        if summary:
            self.summary.setText(summary)
        self.summary.setVisible(bool(summary))
        warnings = [refused] if refused else list(found.warnings) if found else []
        self.warnings.setText("\n".join(warnings[:3]) + ("\n…" if len(warnings) > 3 else ""))
        self.warnings.setVisible(bool(warnings))
        set_property(self.warnings, "tone", "err" if refused else "warn")
        self._fitting = None if proposed else fitting
        self.fit.setVisible(self._fitting is not None)
        if fitting is not None and found:
            self.fit.setText(self.tr("Use what fits: {method}").format(method=translated(fitting.label).partition(":")[0]))
            self.fit.setAccessibleName(self.fit.text())
            self.fit.setToolTip(found.reason)

    def _take_fitting(self) -> None:
        if self._fitting is not None:
            self.changed.emit(self._fitting, "")
            self.left.emit()
