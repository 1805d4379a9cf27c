"""A form from declared parameters: every parameter of every member of the catalogue can be set by its form and arrives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QListWidget, QPlainTextEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from mlops_desktop.base.component import Component
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.params import (
    Choice,
    Columns,
    Flag,
    Number,
    Param,
    Text,
    Texts,
    choice,
    columns,
    flag,
    number,
    text,
    texts,
)
from mlops_desktop.engine.choices import choices
from mlops_desktop.ui.fields import field_for
from mlops_desktop.ui.forms import ComponentForm
from mlops_desktop.ui.pickers import ColumnPicker, TextList
from mlops_desktop.ui.widgets.inputs import NumberLine, number_text, read_number

KINDS = [
    ("age", "number"),
    ("net income", "number"),
    ("city", "categorical"),
    ("street", "categorical"),
    ("born", "date"),
    ("word_7", "sparse"),
]
MEMBERS = [
    member
    for family in ("sources", "row_filters", "operations", "algorithms", "exporters")
    for member in getattr(choices(), family).values()
]


@dataclass(frozen=True, kw_only=True)
class Sample(Component):
    id: ClassVar[str] = "sample"
    label: ClassVar[str] = "Sample"
    count: int = number(5, 1, 50, "Count", whole=True, help="How many.")
    huge: int = number(7, 0, 1e12, "Huge", whole=True, log=True)
    rate: float = number(0.1, 1e-6, 10.0, "Rate", log=True)
    depth: int | None = number(None, 1, 30, "Depth", whole=True, tune=(2, 12))
    kind: str = choice("a", {"a": "First", "b": "Second"}, "Kind")
    fast: bool = flag(False, "Fast")
    name: str = text("x", "Name", required=True)
    sum: str = text("age + 1", "Sum", grammar="formula")
    shape: str = text("", "Shape", grammar="pattern")
    levels: tuple[str, ...] = texts(("low", "high"), "Levels")
    of: tuple[str, ...] = columns("number", "date")
    one: tuple[str, ...] = columns("categorical", label="One", all_when_empty=False, most=1)
    low: float = number(0.2, 0.0, 1.0, "Low")
    high: float = number(0.8, 0.0, 1.0, "High")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.low >= self.high:
            raise UserError("Low must be below high.", "Change one of them.")


class Seen:
    def __init__(self) -> None:
        self.values: list[Any] = []

    def __call__(self, value: Any) -> None:
        self.values.append(value)


def open_form(qtbot: QtBot, component: Component | None = None) -> tuple[ComponentForm, Seen]:
    overview = Seen()
    form = ComponentForm(component or Sample(), KINDS, overview)
    qtbot.addWidget(form)
    form.show()
    return form, overview


def control(form: QWidget, name: str) -> Any:
    found = form.findChild(QWidget, name)
    assert found is not None, name
    return found


def write(qtbot: QtBot, line: QLineEdit, text_: str) -> None:
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text_) if text_ else qtbot.keyClick(line, Qt.Key.Key_Delete)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def set_like_a_person(qtbot: QtBot, form: ComponentForm, key: str, value: Any) -> None:
    """Set a parameter through the control that the form made for it."""
    made = control(form, f"form_{key}")
    optional = form.findChild(QCheckBox, f"form_{key}_on")
    if optional is not None and optional.isChecked() != (value is not None):
        optional.click()
    if value is None:
        return
    if isinstance(made, QSpinBox):
        write(qtbot, made.lineEdit(), str(value))
    elif isinstance(made, NumberLine):
        write(qtbot, made, number_text(value))
    elif isinstance(made, QComboBox):
        id_ = (value[0] if value else "") if isinstance(value, tuple) else value
        made.setCurrentIndex(made.findData(id_))
        made.activated.emit(made.currentIndex())
    elif isinstance(made, QCheckBox):
        if made.isChecked() != value:
            made.click()
    elif isinstance(made, QPlainTextEdit):
        made.setPlainText(value)
    elif isinstance(made, TextList):
        while made.list.count():
            made.list.setCurrentRow(0)
            control(made, f"form_{key}_remove").click()
        for entry in value:
            write(qtbot, made.line, entry)
    elif isinstance(made, ColumnPicker):
        for i in range(made.list.count()):
            item = made.list.item(i)
            item.setCheckState(Qt.CheckState.Checked if item.data(Qt.ItemDataRole.UserRole) in value else Qt.CheckState.Unchecked)
    else:
        assert isinstance(made, QLineEdit)
        write(qtbot, made, value)
    form.flush()


def wanted(param: Param) -> list[Any]:
    """The values to try: both bounds of numbers, every option, on and off, some texts, fitting columns."""
    match param:
        case Number():
            ends: list[Any] = [param.low, param.high]
            return [int(v) if param.whole else float(v) for v in ends] + ([None] if param.optional else [])
        case Choice():
            return list(param.options)
        case Flag():
            return [True, False]
        case Text(grammar="formula"):
            return ["age * 2"]
        case Text(grammar="pattern"):
            return ["([A-Z]+)-([0-9]+)"]
        case Text():
            return ["2020-01-31", "2021-02-01"]
        case Columns():
            fit = tuple(name for name, kind in KINDS if kind in param.kinds)
            return [fit[: param.most], ()]
        case Texts():
            return [("one", "two"), ()]
    raise AssertionError(param)


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: f"{member.__module__.split('.')[-2]}-{member.id}")
def test_every_parameter_of_every_member_can_be_set_by_its_form_and_arrives(qtbot: QtBot, member: type[Component]) -> None:
    base = fitting(member)
    for key, param in member.params().items():
        for value in wanted(param):
            try:
                member(**{**{k: getattr(base, k) for k in member.params()}, key: value})
            except UserError:
                continue  # refused beside the other parameters: the component's own rule
            form, overview = open_form(qtbot, base)
            set_like_a_person(qtbot, form, key, value)
            got = getattr(form.component(), key)
            assert got == value, f"{key}: {value!r} became {got!r}; the form says {form.problem()!r}"
            assert type(got) is type(param.check(value))
            assert (
                overview.values == ([] if value == getattr(base, key) else overview.values[-1:]) or overview.values[-1] == form.component()
            )
            form.deleteLater()


def fitting(member: type[Component]) -> Component:
    """A component with what it requires filled in."""
    filled: dict[str, Any] = {}
    for key, param in member.params().items():
        if isinstance(param, Text) and param.required:
            filled[key] = "age + 1" if param.grammar == "formula" else "[a-z]" if param.grammar == "pattern" else "new"
    return member(**filled)


def test_there_are_members_to_try() -> None:
    assert len(MEMBERS) >= 10


def test_every_tab_stop_of_a_form_has_a_name_and_every_control_an_object_name(qtbot: QtBot) -> None:
    form, _ = open_form(qtbot)
    stops = [w for w in form.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisibleTo(form)]
    assert len(stops) > 15
    for stop in stops:
        owner = stop.parent() if isinstance(stop.parent(), QSpinBox) else stop
        assert owner.accessibleName(), owner
        assert owner.objectName(), owner


def test_a_refused_value_is_shown_in_its_field_and_the_others_still_arrive(qtbot: QtBot) -> None:
    form, overview = open_form(qtbot)
    received: list[str] = []
    form.problem_changed.connect(received.append)
    write(qtbot, control(form, "form_rate"), "99")
    error = control(form, "form_rate_error")
    assert error.isVisible()
    assert "from 1e-06 to 10" in error.text()
    assert control(form, "form_rate").property("bad") is True
    assert overview.values == []
    set_like_a_person(qtbot, form, "count", 9)
    assert form.component() == Sample(count=9)
    write(qtbot, control(form, "form_rate"), "abc")
    assert "“abc” is not a number" in form.problem()
    write(qtbot, control(form, "form_rate"), "0,5")
    assert form.component() == Sample(count=9, rate=0.5)
    assert not error.isVisible()
    assert form.problem() == ""
    assert received[-1] == ""


def test_two_values_that_only_fit_together_arrive_together(qtbot: QtBot) -> None:
    form, overview = open_form(qtbot)
    write(qtbot, control(form, "form_low"), "0.9")
    assert overview.values == []
    assert "Low must be below high" in form.problem()
    write(qtbot, control(form, "form_high"), "0.95")
    assert (form.component().low, form.component().high) == (0.9, 0.95)  # type: ignore[attr-defined]
    assert form.problem() == ""


def test_a_formula_is_checked_while_it_is_typed_against_the_columns_of_the_step(qtbot: QtBot) -> None:
    form, overview = open_form(qtbot)
    edit = control(form, "form_sum")
    edit.setPlainText("age + nobody")
    assert control(form, "form_sum_error").isVisible()
    assert "nobody" in form.problem()
    form.flush()
    assert overview.values == []
    edit.setPlainText("[net income] / age")
    assert not control(form, "form_sum_error").isVisible()
    form.flush()
    assert form.component().sum == "[net income] / age"  # type: ignore[attr-defined]
    form.show_columns([("age", "number")])
    assert "net income" in form.problem()


def test_a_formula_offers_names_and_tab_takes_the_first(qtbot: QtBot) -> None:
    form, _ = open_form(qtbot)
    edit = control(form, "form_sum")
    edit.setPlainText("")
    edit.setFocus()
    qtbot.keyClicks(edit, "inc")
    assert edit.names.view.isVisible()
    qtbot.keyClick(edit.names.view, Qt.Key.Key_Tab)
    assert edit.text() == "[net income]"


def test_a_pattern_that_cannot_be_read_is_refused_with_a_sentence(qtbot: QtBot) -> None:
    form, overview = open_form(qtbot)
    write(qtbot, control(form, "form_shape"), "([a-z]")
    assert form.problem()
    assert overview.values == []


def test_typing_arrives_after_a_pause_and_at_once_when_the_form_goes_away(qtbot: QtBot) -> None:
    form, overview = open_form(qtbot)
    line = control(form, "form_name")
    line.selectAll()
    qtbot.keyClicks(line, "y")
    assert overview.values == []
    qtbot.waitUntil(lambda: bool(overview.values), timeout=2000)
    assert overview.values[-1].name == "y"
    qtbot.keyClicks(line, "z")
    form.hide()
    assert overview.values[-1].name == "yz"


def test_showing_a_component_emits_nothing_and_an_undo_is_seen(qtbot: QtBot) -> None:
    form, overview = open_form(qtbot)
    other = Sample(
        count=8, huge=10**11, rate=0.3, depth=4, kind="b", fast=True, name="n", sum="age", levels=("z",), of=("born",), one=("city",)
    )
    form.show_component(other)
    assert overview.values == []
    assert form.component() == other
    for key, field in form.fields.items():
        assert field.param.check(field.value()) == getattr(other, key)
    form.show_component(Sample())
    assert control(form, "form_depth_on").isChecked() is False
    assert control(form, "form_count").value() == 5


def test_an_optional_number_is_nothing_until_it_is_ticked_and_starts_within_its_range(qtbot: QtBot) -> None:
    form, overview = open_form(qtbot)
    control(form, "form_depth_on").click()
    assert overview.values[-1].depth == 7  # the middle of 2 to 12
    control(form, "form_depth_on").click()
    assert overview.values[-1].depth is None


def test_columns_filter_by_kind_keep_the_order_of_ticking_and_never_lose_a_vanished_name(qtbot: QtBot) -> None:
    form, overview = open_form(qtbot, Sample(of=("gone",)))
    picker = control(form, "form_of")
    names = [picker.list.item(i).data(Qt.ItemDataRole.UserRole) for i in range(picker.list.count())]
    assert names == ["gone", "age", "net income", "born"]
    assert "not there" in picker.list.item(0).text()
    picker.list.item(3).setCheckState(Qt.CheckState.Checked)
    picker.list.item(1).setCheckState(Qt.CheckState.Checked)
    assert overview.values[-1].of == ("gone", "born", "age")
    picker.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert overview.values[-1].of == ("born", "age")
    control(form, "form_of_none").click()
    assert overview.values[-1].of == ()
    assert "All that fit" in picker.message.text()


def test_many_columns_are_searched(qtbot: QtBot) -> None:
    form = ComponentForm(Sample(), [(f"column {i:04d}", "number") for i in range(1000)])
    qtbot.addWidget(form)
    form.show()
    picker = control(form, "form_of")
    write(qtbot, picker.search, "0042")
    shown = [picker.list.item(i).text() for i in range(1000) if not picker.list.item(i).isHidden()]
    assert shown == ["column 0042"]


def test_a_list_of_texts_is_added_to_moved_and_shortened_by_keys(qtbot: QtBot) -> None:
    form, overview = open_form(qtbot)
    levels = control(form, "form_levels")
    write(qtbot, levels.line, "top")
    assert overview.values[-1].levels == ("low", "high", "top")
    levels.list.setFocus()
    levels.list.setCurrentRow(2)
    qtbot.keyClick(levels.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert overview.values[-1].levels == ("low", "top", "high")
    qtbot.keyClick(levels.list, Qt.Key.Key_Delete)
    assert overview.values[-1].levels == ("low", "high")


def test_the_wheel_over_a_form_changes_nothing(qtbot: QtBot) -> None:
    form, overview = open_form(qtbot)
    form.setFocus()
    for name in ("form_kind", "form_count"):
        made = control(form, name)
        made.clearFocus()
        event = QWheelEvent(
            QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(made, event)
    assert overview.values == []
    assert form.component() == Sample()


def test_a_component_without_parameters_shows_it(qtbot: QtBot) -> None:
    @dataclass(frozen=True, kw_only=True)
    class Bare(Component):
        id: ClassVar[str] = "bare"
        label: ClassVar[str] = "Bare"

    form = ComponentForm(Bare())
    qtbot.addWidget(form)
    assert any("nothing to set" in made.text() for made in form.findChildren(QLabel))


def test_a_kind_of_parameter_without_a_field_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError, match="no field for Param"):
        field_for(Param(default=1, label="x"), "x")


@pytest.mark.parametrize("value", [0.1, 1e-6, 1 / 3, 123456.789, -0.5, 5.0, 2**53, 1e300])
def test_a_number_is_read_back_as_it_was_written(value: float) -> None:
    assert read_number(number_text(value)) == value


def test_separated_thousands_are_no_decimals() -> None:
    assert [read_number(text) for text in ("1,234", "10,000", "1,5", "1.500")] == [1234.0, 10000.0, 1.5, 1.5]


@pytest.mark.parametrize("written", ["", "x", "nan", "inf", "1_000", "1e999"])
def test_what_is_no_number_is_none(written: str) -> None:
    assert read_number(written) is None


def test_steps_of_a_number_line_stay_within_its_bounds(qtbot: QtBot) -> None:
    line = NumberLine(1e-6, 10.0, name="n", title="N", log=True)
    qtbot.addWidget(line)
    line.show_number(0.1)
    qtbot.keyClick(line, Qt.Key.Key_Up)
    assert line.text() == "0.2"
    qtbot.keyClick(line, Qt.Key.Key_PageUp)
    assert line.text() == "10"
    for _ in range(40):
        qtbot.keyClick(line, Qt.Key.Key_Down)
    assert line.text() == "1e-06"


def test_every_list_of_columns_is_a_list_widget(qtbot: QtBot) -> None:
    form, _ = open_form(qtbot)
    assert isinstance(control(form, "form_of_list"), QListWidget)
    assert isinstance(control(form, "form_one"), QComboBox)
