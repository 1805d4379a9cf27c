"""How rows are kept apart, as fields: method, test share, folds, gap, column; with what the split means for the table beneath."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QWidget

from mlops_desktop.engine.project import Split
from mlops_desktop.ui.widgets.basic import Button, Weight, column, held, label, row, set_property
from mlops_desktop.ui.widgets.inputs import ComboBox, SpinBox

_NEEDED = {"grouped": "group", "time": "time", "column": "fold"}  # the role that gives the column when none is named


def method_names() -> dict[str, str]:
    """Method of a split by id, as a person calls it."""
    tr = QCoreApplication.translate
    return {
        "stratified": tr("Split", "Stratified: classes keep their shares"),
        "random": tr("Split", "Random"),
        "grouped": tr("Split", "Whole groups stay together"),
        "time": tr("Split", "By time: test on the latest"),
        "column": tr("Split", "By a column of the table"),
    }


def titled(title: str, control: QWidget) -> QWidget:
    """A control with its title above."""
    name = label(title, "small", tone="2", weight=Weight.Medium)
    name.setBuddy(control)
    return held(column(name, control, spacing=4))


class SplitFields(QWidget):
    """The fields of a split. `changed` tells the whole new one and the field that a person changed, `left` that they are done with it."""

    changed = Signal(object, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._split = Split()
        self._fitting: Split | None = None
        self.method = ComboBox(method_names().items(), name="split_method", title=self.tr("Validation: how rows are kept apart"))
        self.test = SpinBox(5, 80, name="split_test", title=self.tr("Share of rows in the sealed test part"), suffix=" %")
        self.folds = SpinBox(2, 50, name="split_folds", title=self.tr("Number of folds of the training part"))
        self.gap = SpinBox(0, 1_000_000, name="split_gap", title=self.tr("Rows left out between training and what is scored"))
        self.column = ComboBox(name="split_column", title=self.tr("Column that the split goes by"))
        self._test = titled(self.tr("Test part"), self.test)
        self._folds = titled(self.tr("Folds"), self.folds)
        self._gap = titled(self.tr("Gap, in rows"), self.gap)
        self._column = titled(self.tr("Column"), self.column)
        self.message = label("", "caption", tone="3", wrap=True)
        self.message.setObjectName("split_said")
        self.warned = label("", "caption", tone="warn", wrap=True)
        self.warned.setObjectName("split_warned")
        self.fit = Button("", self._take_fitting, name="split_take_fitting", kind="link")
        self.setLayout(
            column(
                titled(self.tr("Validation"), self.method),
                row((self._test, 1), (self._folds, 1)),
                self._gap,
                self._column,
                self.message,
                self.warned,
                row(self.fit, None),
                spacing=8,
            )
        )
        self._connect()
        self.show_facts(None)

    def _connect(self) -> None:
        self.method.picked.connect(lambda id_: self._change("method", id_))
        self.column.picked.connect(lambda id_: self._change("column", "" if id_ == " " else id_))
        self.test.valueChanged.connect(lambda value: self._change("test", value / 100))
        self.folds.valueChanged.connect(lambda value: self._change("folds", value))
        self.gap.valueChanged.connect(lambda value: self._change("gap", value))
        for spin in (self.test, self.folds, self.gap):
            spin.editingFinished.connect(self.left)

    def _change(self, field: str, value: Any) -> None:
        new = replace(self._split, **{field: value})
        if field == "method":
            new = replace(new, column="")
        if new != self._split:
            self.changed.emit(new, field)
        if field in ("method", "column"):
            self.left.emit()

    def show_split(self, split: Split, columns: Sequence[str], roles: dict[str, str]) -> None:
        """Show a split. `columns` may be chosen for it; `roles` name the column of each role."""
        self._split = split
        self.method.show_choice(split.method)
        self.test.show_value(round(split.test * 100))
        self.folds.show_value(split.folds)
        self.gap.show_value(split.gap)
        by_role = roles.get(_NEEDED.get(split.method, ""), "")
        none = self.tr("{name} (by its role)").format(name=by_role) if by_role else self.tr("Choose a column")
        lost = [split.column] if split.column and split.column not in columns else []
        self.column.show_options([(" ", none), *((name, name) for name in (*lost, *columns))])
        self.column.show_choice(split.column or " ")
        self._test.setVisible(split.method != "column")
        self._gap.setVisible(split.method == "time")
        self._column.setVisible(split.method in _NEEDED)

    def show_facts(self, found: dict[str, Any] | None) -> None:
        """Show what the split means (`engine.validation`); None while that is not known."""
        refused = found["refused"] if found else ""
        fitting = Split(**found["fitting"]) if found and found["fitting"] else None
        proposed = fitting is not None and fitting == self._split
        counted = ""
        if found and found["folds"]:
            counted = self.tr("{train} rows to learn from, {test} sealed for the test.").format(
                train=f"{found['train']:,}", test=f"{found['test']:,}"
            )
        if proposed and found:
            counted = f"{counted} {found['reason']}".strip()
        if counted:
            self.message.setText(counted)
        self.message.setVisible(bool(counted))
        warned = [refused] if refused else list(found["warnings"]) if found else []
        self.warned.setText("\n".join(warned[:3]) + ("\n…" if len(warned) > 3 else ""))
        self.warned.setVisible(bool(warned))
        set_property(self.warned, "tone", "err" if refused else "warn")
        self._fitting = None if proposed else fitting
        self.fit.setVisible(self._fitting is not None)
        if fitting is not None and found:
            self.fit.setText(self.tr("Take what fits: {method}").format(method=method_names()[fitting.method].partition(":")[0]))
            self.fit.setAccessibleName(self.fit.text())
            self.fit.setToolTip(found["reason"])

    def _take_fitting(self) -> None:
        if self._fitting is not None:
            self.changed.emit(self._fitting, "")
            self.left.emit()
