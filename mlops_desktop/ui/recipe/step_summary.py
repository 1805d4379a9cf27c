"""A step of the recipe in one line, from its declared parameters."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from mlops_desktop.base.component import Component
from mlops_desktop.base.params import Choice, Columns, Flag, Number, Text, Texts
from mlops_desktop.ui.column_names import shown_name
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.inputs import number_text

FEW = 3
ICONS = {"number": "num", "categorical": "cat", "date": "date", "sparse": "text"}  # of kinds of columns


def step_summary(step: Component) -> str:
    """Columns first, then how: the first choice, and whatever is not as it begins."""
    tr = QCoreApplication.translate
    parts: list[str] = []
    chosen = False
    for name, param in step.params().items():
        value = getattr(step, name)
        changed = value != param.default
        if isinstance(param, Columns):
            if value:
                parts.insert(0 if name == "columns" else len(parts), names(list(map(shown_name, value))))
            elif param.all_when_empty:
                parts.insert(0, tr("Steps", "All that fit"))
        elif isinstance(param, Choice):
            if changed or not chosen:
                parts.append(translated(param.options[value]))
            chosen = True
        elif isinstance(param, Text) and param.grammar:
            parts.append(" ".join(value.split()))
        elif not changed:
            continue
        elif isinstance(param, Flag):
            parts.append(translated(param.label) if value else tr("Steps", "not: {label}").format(label=translated(param.label)))
        elif isinstance(param, Texts):
            parts.append(f"{translated(param.label)}: {names(value)}")
        elif isinstance(param, Number):
            parts.append(f"{translated(param.label)}: {'–' if value is None else number_text(value)}")
        else:
            parts.append(str(value))
    return " · ".join(part for part in parts if part)


def names(values: Sequence[str]) -> str:
    """A few names, and how many more there are."""
    listed = ", ".join(values[:FEW])
    more = len(values) - FEW
    return listed if more <= 0 else QCoreApplication.translate("Steps", "{names} and {more} more").format(names=listed, more=more)


def kinds_icon(step: type[Component] | Component) -> str:
    """An icon for what a step works on, by the kinds of its columns."""
    kinds = [kind for param in step.params().values() if isinstance(param, Columns) for kind in param.kinds]
    if len(set(kinds)) == 1:
        return ICONS[kinds[0]]
    return "sliders" if not kinds else "table"
