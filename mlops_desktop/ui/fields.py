"""One field of a form for each kind of parameter. A new kind of parameter registers its field with `field_for`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import singledispatch
from typing import Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.params import Choice, Columns, Flag, Number, Param, Text, Texts
from mlops_desktop.serving import formula
from mlops_desktop.serving.frame import Layout
from mlops_desktop.serving.pattern import Pattern
from mlops_desktop.ui.column_names import shown_name
from mlops_desktop.ui.file_dialogs import ask_file
from mlops_desktop.ui.formula_edit import FormulaEdit
from mlops_desktop.ui.pickers import ColumnPicker, TextList
from mlops_desktop.ui.widgets.basic import Tool, column, row, set_property
from mlops_desktop.ui.widgets.inputs import INT_HIGH, INT_LOW, CheckBox, ComboBox, NumberLine, SpinBox, name_it

_SEVERAL = "\n"  # the choice of several columns together: no column has this name
_WHOLE = ("query", "file")  # grammars of texts that say nothing before they are whole

Kinds = Sequence[tuple[str, str]]  # columns as (name, kind); kinds are number, categorical, date, sparse


class Field(QWidget):
    """The control of one parameter: a value in, a value out. `typed` while a text is being written, `changed` when a person is done."""

    changed = Signal()
    typed = Signal()

    def __init__(self, param: Param, name: str) -> None:
        super().__init__()
        self.param = param
        self.name = name
        self.labelled = False  # whether the control shows the parameter's label itself

    def value(self) -> Any:
        """The value that is there; UserError when what is written cannot be one. The parameter's own check comes after."""
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        """Show a value without emitting a signal."""
        raise NotImplementedError

    def show_columns(self, columns: Kinds) -> None:
        """The columns that there are at this step."""

    def show_found(self, value: Any) -> None:
        """Say what is found while the value is left at its default; None when nothing is."""

    def show_bad(self, bad: bool) -> None:
        """Mark the control as refused."""

    def _hold(self, *controls: QWidget) -> None:
        self.setLayout(row(*[(control, 1) for control in controls]))
        self._name(controls[0])

    def _name(self, control: QWidget) -> None:
        name_it(control, self.param.label, self.param.help)
        self.setFocusProxy(control)


class _WholeField(Field):
    param: Number

    def __init__(self, param: Number, name: str) -> None:
        super().__init__(param, name)
        self.control = SpinBox(int(param.low), int(param.high), name=name)
        self._hold(self.control)
        self.control.valueChanged.connect(lambda _: self.typed.emit())
        self.control.editingFinished.connect(self.changed)

    def value(self) -> int:
        return self.control.value()

    def show_value(self, value: int) -> None:
        self.control.show_value(value)


class _PercentField(Field):
    """A share in whole percents. One that is finer stays as it is until a person changes it."""

    param: Number

    def __init__(self, param: Number, name: str) -> None:
        super().__init__(param, name)
        self._shown = param.low
        self.control = SpinBox(math.ceil(param.low * 100), math.floor(param.high * 100), name=name, suffix=" %")
        self._hold(self.control)
        self.control.valueChanged.connect(lambda _: self.typed.emit())
        self.control.editingFinished.connect(self.changed)

    def value(self) -> float:
        return self._shown if round(self._shown * 100) == self.control.value() else self.control.value() / 100

    def show_value(self, value: float) -> None:
        self._shown = value
        self.control.show_value(round(value * 100))


class _RealField(Field):
    param: Number

    def __init__(self, param: Number, name: str) -> None:
        super().__init__(param, name)
        self.control = NumberLine(param.low, param.high, name=name, whole=param.whole, log=param.log)
        self._hold(self.control)
        self.control.typed.connect(self.typed)
        self.control.done.connect(self.changed)

    def value(self) -> float | None:
        return self.control.number()

    def show_value(self, value: float | None) -> None:
        self.control.show_number(value)

    def show_bad(self, bad: bool) -> None:
        set_property(self.control, "bad", bad)


class _OptionalField(Field):
    """A tick says whether there is a number at all."""

    param: Number

    def __init__(self, param: Number, name: str) -> None:
        super().__init__(param, name)
        self.on = CheckBox(self.tr("Set to"))
        self.on.setObjectName(f"{name}_on")
        self.inner = _whole_or_real(param, name)
        self.setLayout(row(self.on, (self.inner, 1), spacing=8))
        name_it(self.on, self.tr("Set a value for {label}").format(label=param.label), param.help)
        self.setFocusProxy(self.on)
        self.on.toggled.connect(self.inner.setEnabled)
        self.on.clicked.connect(lambda _: self.changed.emit())
        self.inner.typed.connect(self.typed)
        self.inner.changed.connect(self.changed)

    def value(self) -> float | None:
        if not self.on.isChecked():
            return None
        value: float | None = self.inner.value()
        if value is None:
            raise UserError(self.tr("“{label}” is ticked but has no number.").format(label=self.param.label), self.tr("Write one."))
        return value

    def show_value(self, value: float | None) -> None:
        self.on.setChecked(value is not None)
        self.inner.setEnabled(value is not None)
        self.inner.show_value(_beginning(self.param) if value is None else value)

    def show_bad(self, bad: bool) -> None:
        self.inner.show_bad(bad)


def _beginning(param: Number) -> float:
    """The number that an optional one starts with: the middle of what a search would try, else its lower bound."""
    if param.tune is None:
        return int(param.low) if param.whole else param.low
    low, high = param.tune
    middle = math.sqrt(low * high) if param.log and low > 0 else (low + high) / 2
    return round(middle) if param.whole else float(f"{middle:.3g}")


class _ChoiceField(Field):
    param: Choice

    def __init__(self, param: Choice, name: str) -> None:
        super().__init__(param, name)
        self.control = ComboBox(param.options.items(), name=name)
        self._hold(self.control)
        self.control.picked.connect(lambda _: self.changed.emit())

    def value(self) -> str:
        return self.control.chosen()

    def show_value(self, value: str) -> None:
        self.control.show_choice(value)

    def show_found(self, value: str | None) -> None:
        label = self.param.options.get(value or "")
        found = {self.param.default: self.tr("found: {what}").format(what=label)} if label else {}
        self.control.show_options({**self.param.options, **found}.items())
        self.control.setToolTip(self.control.currentText())


class _FlagField(Field):
    param: Flag

    def __init__(self, param: Flag, name: str) -> None:
        super().__init__(param, name)
        self.labelled = True
        self.control = CheckBox(param.label)
        self.control.setObjectName(name)
        self._hold(self.control)
        self.control.clicked.connect(lambda _: self.changed.emit())

    def value(self) -> bool:
        return self.control.isChecked()

    def show_value(self, value: bool) -> None:
        self.control.setChecked(value)


class _TextField(Field):
    """A line; a pattern is tried while it is typed."""

    param: Text

    def __init__(self, param: Text, name: str) -> None:
        super().__init__(param, name)
        self.control = QLineEdit()
        self.control.setObjectName(name)
        browse = [Tool("folder", self.tr("Choose a file …"), self._browse, name=f"{name}_browse")] if param.grammar == "file" else []
        self.setLayout(row((self.control, 1), *browse))
        self._name(self.control)
        if param.grammar not in _WHOLE:
            self.control.textEdited.connect(lambda _: self.typed.emit())
        self.control.editingFinished.connect(self.changed)

    def _browse(self) -> None:
        path = ask_file(self, self.param.label)
        if path is not None:
            self.control.setText(str(path))
            self.changed.emit()

    def value(self) -> str:
        text = self.control.text()
        if self.param.grammar == "pattern" and text:
            Pattern(text)
        return text

    def show_value(self, value: str) -> None:
        if value != self.control.text():
            self.control.setText(value)

    def show_bad(self, bad: bool) -> None:
        set_property(self.control, "bad", bad)


class _FormulaField(Field):
    """A formula, checked against the columns of the step while it is typed."""

    param: Text

    def __init__(self, param: Text, name: str) -> None:
        super().__init__(param, name)
        self.control = FormulaEdit(name=name)
        self._layout = Layout()
        self._hold(self.control)
        self.control.typed.connect(self.typed)
        self.control.done.connect(self.changed)

    def value(self) -> str:
        text = self.control.text()
        if text.strip():
            formula.parse(text, self._layout)
        return text

    def show_value(self, value: str) -> None:
        self.control.show_text(value)

    def show_columns(self, columns: Kinds) -> None:
        of = {kind: tuple(name for name, is_ in columns if is_ == kind) for kind in ("number", "categorical", "date")}
        self._layout = Layout(numbers=of["number"], categoricals=of["categorical"], dates=of["date"])
        self.control.show_completions(self._layout.names(), tuple(formula.usages()))

    def show_bad(self, bad: bool) -> None:
        self.control.show_bad(bad)


class _TextsField(Field):
    param: Texts

    def __init__(self, param: Texts, name: str) -> None:
        super().__init__(param, name)
        self.control = TextList(name=name, title=param.label)
        self.setLayout(column(self.control))
        self.setFocusProxy(self.control)
        self.control.changed.connect(self.changed)

    def value(self) -> tuple[str, ...]:
        return self.control.texts()

    def show_value(self, value: tuple[str, ...]) -> None:
        self.control.show_texts(value)


class _ColumnsField(Field):
    param: Columns

    def __init__(self, param: Columns, name: str) -> None:
        super().__init__(param, name)
        self.control = ColumnPicker(name=name, title=param.label, nothing=_nothing(param))
        self.setLayout(column(self.control))
        self.setFocusProxy(self.control.list)
        self.control.changed.connect(self.changed)

    def value(self) -> tuple[str, ...]:
        return self.control.columns()

    def show_value(self, value: tuple[str, ...]) -> None:
        self.control.show_chosen(value)

    def show_columns(self, columns: Kinds) -> None:
        self.control.show_columns([(name, kind) for name, kind in columns if kind in self.param.kinds])


class _OneColumnField(Field):
    """One column to choose; several together can be chosen again where they were decided or proposed before."""

    param: Columns

    def __init__(self, param: Columns, name: str) -> None:
        super().__init__(param, name)
        self.control = ComboBox(name=name)
        self._names: tuple[str, ...] = ()
        self._several: tuple[str, ...] = ()
        self._hold(self.control)
        self._offer(())
        self.control.picked.connect(lambda _: self.changed.emit())

    def _offer(self, chosen: tuple[str, ...]) -> None:
        self._several = chosen if len(chosen) > 1 else self._several
        several = [(_SEVERAL, ", ".join(map(shown_name, self._several)))] if self._several else []
        gone = chosen if len(chosen) == 1 and chosen[0] not in self._names else ()
        lost = [(name, self.tr("{name} (not there)").format(name=shown_name(name))) for name in gone]
        self.control.show_options([("", _nothing(self.param)), *lost, *several, *((name, shown_name(name)) for name in self._names)])
        self.control.show_choice(_SEVERAL if len(chosen) > 1 else "".join(chosen))

    def value(self) -> tuple[str, ...]:
        chosen = self.control.chosen()
        return self._several if chosen == _SEVERAL else (chosen,) if chosen else ()

    def show_value(self, value: tuple[str, ...]) -> None:
        self._offer(value)

    def show_columns(self, columns: Kinds) -> None:
        self._names = tuple(name for name, kind in columns if kind in self.param.kinds)
        self._offer(self.value())


def _nothing(param: Columns) -> str:
    if param.nothing:
        return param.nothing
    if param.all_when_empty:
        return QCoreApplication.translate("Fields", "All that fit, also in tomorrow's file")
    return QCoreApplication.translate("Fields", "None chosen yet")


def _whole_or_real(param: Number, name: str) -> Field:
    if param.percent:
        return _PercentField(param, name)
    fits = param.whole and param.low >= INT_LOW and param.high <= INT_HIGH
    return _WholeField(param, name) if fits else _RealField(param, name)


@singledispatch
def field_for(param: Param, name: str) -> Field:
    """The field of a parameter; `name` becomes its control's objectName. TypeError for a kind of parameter that has no field."""
    raise TypeError(f"no field for {type(param).__name__}")


@field_for.register
def _number(param: Number, name: str) -> Field:
    return _OptionalField(param, name) if param.optional else _whole_or_real(param, name)


@field_for.register
def _choice(param: Choice, name: str) -> Field:
    return _ChoiceField(param, name)


@field_for.register
def _flag(param: Flag, name: str) -> Field:
    return _FlagField(param, name)


@field_for.register
def _text(param: Text, name: str) -> Field:
    return _FormulaField(param, name) if param.grammar == "formula" else _TextField(param, name)


@field_for.register
def _texts(param: Texts, name: str) -> Field:
    return _TextsField(param, name)


@field_for.register
def _columns(param: Columns, name: str) -> Field:
    return _ColumnsField(param, name) if param.most is None else _OneColumnField(param, name)
