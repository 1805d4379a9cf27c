"""A row of five key numbers of the data: rows, columns, missing cells, duplicate rows, target."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from mlops_desktop.engine.choices import task_spec
from mlops_desktop.engine.profiling import Overview, Profile
from mlops_desktop.serving.cells import level_of
from mlops_desktop.ui.panels.data.statistics_tables import (
    kinds_text,
    value_text,
)
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.translation import formatted, pluralize, share_text, translated
from mlops_desktop.ui.widgets.basic import row
from mlops_desktop.ui.widgets.cards import Kpi

RARE, UNEVEN = 0.05, 0.35  # shares of the rarest of two classes


def has_classes(task: str | None) -> bool:
    """Whether a task predicts classes; not while it is open."""
    return task is not None and task_spec(task).has_classes


class KpiRow(QWidget):
    """Five cards in a row."""

    def __init__(self, controller: ProjectController) -> None:
        super().__init__()
        self.controller = controller
        self.cards = {
            "rows": Kpi(self.tr("Rows"), name="kpi_rows", icon="table"),
            "columns": Kpi(self.tr("Columns"), name="kpi_columns", icon="cat"),
            "missing": Kpi(self.tr("Missing cells"), name="kpi_missing", icon="warn"),
            "duplicates": Kpi(self.tr("Duplicate rows"), name="kpi_duplicates", icon="copy"),
            "target": Kpi(self.tr("Target"), name="kpi_target", icon="target"),
        }
        self.setLayout(row(*[(kpi, 5 if name in ("columns", "target") else 4) for name, kpi in self.cards.items()], spacing=12))

    def show_profile(self, found: Profile | None, overview: Overview | None, *, no_duplicates: bool = False) -> None:
        """Show a profile (`no_duplicates`: a row filter takes them out); while there is none, what is known of the target."""
        self.cards["target"].show_value(*self._target_text(found, overview))
        if found is None:
            for name in ("rows", "columns", "missing", "duplicates"):
                self.cards[name].show_value("–", self.tr("looking …") if self.controller.project.data else "")
            return
        rows, columns = found.rows, found.columns
        self.cards["rows"].show_value(formatted(rows), self.controller.project.file)
        self.cards["columns"].show_value(formatted(len(columns)), kinds_text(columns))
        gaps = [one.missing for one in columns if one.missing]
        share = sum(gaps) / max(rows * len(columns), 1)
        text = pluralize(len(gaps), "1 column affected", "{n} columns affected")
        percent = share_text(share) if gaps else formatted(0, ".1%")
        self.cards["missing"].show_value(percent, text if gaps else self.tr("every cell is filled"), "warn" if gaps else "ok")
        count = found.duplicates
        has_id = any(note.role == "id" for note in self.controller.project.columns.values())
        how = self.tr("the identifier aside") if has_id else self.tr("checked on all rows")
        taken = self.tr("taken out by your decisions")
        self.cards["duplicates"].show_value(
            formatted(count), taken if no_duplicates else how, "warn" if count and not no_duplicates else "ok"
        )

    def _target_text(self, found: Profile | None, overview: Overview | None) -> tuple[str, str, str]:
        project = self.controller.project
        one = overview.column(project.target) if overview else None
        if one is None:
            return "–", self.tr("choose it in stage 1"), "warn"
        method = translated(project.split.label).partition(":")[0]
        classes, split = one.target.classes, self.tr("split: {method}").format(method=method[:1].lower() + method[1:])
        total = sum(count for _, count in classes) or 1
        if classes and has_classes(project.task) and task_spec(project.task or "").has_positive:
            rows = next((count for value, count in classes if value == project.positive), 0)
            share = rows / total
            rare = min(share, 1 - share)
            balance = self.tr("rare") if rare < RARE else self.tr("uneven") if rare < UNEVEN else self.tr("balanced")
            text = f"{formatted(share, '.1%')} {'' if project.positive is None else level_of(project.positive)}"
            return text, f"{project.shown_name(project.target)} · {balance} · {split}", "warn" if rare < RARE else "3"
        if classes and has_classes(project.task):
            value, rows = min(classes, key=lambda pair: pair[1])
            least = self.tr("least: {name} {share}").format(name=level_of(value), share=formatted(rows / total, ".1%"))
            return (
                pluralize(len(classes) + one.target.more, "1 class", "{n} classes"),
                f"{project.shown_name(project.target)} · {least}",
                "3",
            )
        own = found.column(project.target) if found else None
        if own is None or not own.quantiles:
            return project.shown_name(project.target), split, "3"
        message = self.tr("median of {name}, {low} to {high}")
        message = message.format(name=project.shown_name(project.target), low=value_text(own.min, own), high=value_text(own.max, own))
        return value_text(own.quantiles["0.5"], own), message, "3"
