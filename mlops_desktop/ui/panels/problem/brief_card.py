"""The problem as text, for those who read the report: what, for whom, which decision, when it is a success."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLayout

from mlops_desktop.engine.project import Brief, Project
from mlops_desktop.ui.panels.problem.text_area import TextArea
from mlops_desktop.ui.widgets.basic import Segments, Weight, column, heading, label, row
from mlops_desktop.ui.widgets.inputs import ComboBox


class BriefCard(QFrame):
    """`changed` brings a whole new `Brief` and the changed field; `split_column_picked` a role (group, time) and its column ("" none)."""

    changed = Signal(object, str)
    split_column_picked = Signal(str, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._brief = Brief()
        self.kind = Segments(
            [
                ("table", self.tr("Table")),
                ("text", self.tr("Text")),
                ("dates", self.tr("Dates")),
                ("time", self.tr("Over time")),
            ],
            name="data_kind",
        )
        self.areas: dict[str, TextArea] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        texts = (
            ("statement", self.tr("What is the problem?"), self.tr("Which customers will leave in the next three months?")),
            ("users", self.tr("Who uses the answer?"), self.tr("The service team, every Monday")),
            ("decision", self.tr("What is decided by it?"), self.tr("Whom to call with an offer")),
            ("success", self.tr("When is it a success?"), self.tr("Fewer leave than last year, at less than 5 € per call")),
        )
        for at, (field, title, example) in enumerate(texts):
            grid.addLayout(self._area(field, title, example), at // 2, at % 2)
        self._in_force: dict[str, str] = {}  # by role the id of what the split goes by without a decision about a column
        self.split_columns: dict[str, ComboBox] = {}
        grid.addLayout(self._set_split_column("group", self.tr("Which rows belong together?")), 2, 0)
        grid.addLayout(self._set_split_column("time", self.tr("Are the rows ordered in time?")), 2, 1)
        for across in range(2):
            grid.setColumnStretch(across, 1)
        self.setLayout(
            column(
                row(heading(self.tr("The problem in words")), None, label(self.tr("Kind of data"), "small", tone="2"), self.kind),
                grid,
                margins=(16, 10, 16, 14),
                spacing=10,
            )
        )
        self.kind.chosen.connect(lambda kind: self._emit("data_kind", kind))

    def _area(self, field: str, title: str, example: str) -> QLayout:
        area = TextArea(name=f"brief_{field}", title=title, placeholder=self.tr("Such as: {example}").format(example=example))
        area.setFixedHeight(2 * area.fontMetrics().lineSpacing() + 20)
        area.changed.connect(partial(self._emit, field))
        area.left.connect(self.left)
        self.areas[field] = area
        name = label(title, "small", tone="2", weight=Weight.Medium)
        name.setBuddy(area)
        return column(name, area, spacing=4)

    def _set_split_column(self, role: str, title: str) -> QLayout:
        box = self.split_columns[role] = ComboBox(name=f"tie_{role}", title=title)
        box.picked.connect(partial(self._pick, role))
        name = label(title, "small", tone="2", weight=Weight.Medium)
        name.setBuddy(box)
        return column(name, box, spacing=4)

    def _pick(self, role: str, name: str) -> None:
        if not name or name != self._in_force.get(role):  # else it is in force already
            self.split_column_picked.emit(role, name)

    def show_split_columns(self, columns: Sequence[tuple[str, str]], chosen: Mapping[str, str], project: Project) -> None:
        """Offer columns (name, type) for what ties rows together; `chosen` is the column of each role, "" none.

        Where no column was chosen for what the split goes by, the columns of the split are shown.
        """
        dates = [name for name, kind in columns if kind == "date"]
        others = [name for name, kind in columns if kind in ("number", "integer", "ordered", "category")]
        groups = sorted(columns, key=lambda pair: pair[1] not in ("id", "category"))  # those that name something come first
        alike, by, shown = self.tr("Those with the same {name}"), self.tr("Yes, by {name}"), project.shown_name
        offered = {
            "group": [
                ("", self.tr("None: each row is independent")),
                *((name, alike.format(name=shown(name))) for name, _ in groups),
            ],
            "time": [("", self.tr("No")), *((name, by.format(name=shown(name))) for name in (*dates, *others))],
        }
        role, names = project.split.role, project.split.named_columns
        self._in_force = {role: ", ".join(names)} if names and role in offered and not chosen.get(role) else {}
        for role, id_ in self._in_force.items():
            whole = {
                "group": self.tr("Those with the same {name}, as the split has it"),
                "time": self.tr("Yes, by {name}, as the split does"),
            }
            text = whole[role].format(name=", ".join(map(shown, names)))
            offered[role] = [(id_, text), *(one for one in offered[role] if one[0] != id_)]
            chosen = {**chosen, role: id_}
        for role, box in self.split_columns.items():
            name = chosen.get(role, "")
            lost = [(name, name)] if name and name not in dict(offered[role]) else []
            box.show_options([*offered[role], *lost])
            box.show_choice(name)

    def show_brief(self, brief: Brief) -> None:
        """Show the texts without emitting a signal."""
        self._brief = brief
        self.kind.show_choice(brief.data_kind)
        for field, area in self.areas.items():
            area.show_text(getattr(brief, field))

    def flush(self) -> None:
        """Take over at once what was written last."""
        for area in self.areas.values():
            area.flush()

    def _emit(self, field: str, value: Any) -> None:
        self._brief = replace(self._brief, **{field: value})
        self.changed.emit(self._brief, field)
