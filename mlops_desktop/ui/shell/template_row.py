"""Templates on the start page: one that is on describes the problem of the project that is made next."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from mlops_desktop.engine.project import TEMPLATES, Template
from mlops_desktop.ui import theme
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.basic import PushButton, Weight, column, label, row


class TemplateRow(QWidget):
    """A button for each template; at most one is on, and a second click turns it off."""

    def __init__(self) -> None:
        super().__init__()
        self._templates = {template.id: translated(template) for template in TEMPLATES}
        self._buttons: dict[str, PushButton] = {}
        line = row(spacing=6)
        for id_, template in self._templates.items():
            button = self._buttons[id_] = PushButton(template.title)
            button.setObjectName(f"template_{id_}")
            button.setProperty("kind", "choice")
            button.setCheckable(True)
            button.setFont(theme.font("small"))
            button.setToolTip(template.table)
            button.setAccessibleName(self.tr("Template: {title}").format(title=template.title))
            button.setAccessibleDescription(template.table)
            button.clicked.connect(partial(self._pick, id_))
            line.addWidget(button)
        line.addStretch(1)
        self._text = label("", "small", tone="2", wrap=True)
        self._text.setObjectName("template_text")
        title = label(self.tr("Begin with a template"), "section", weight=Weight.DemiBold)
        self.setLayout(column(title, line, self._text, spacing=6))
        self.show_choice("")

    def chosen(self) -> Template | None:
        """The template that is on, in the window's language."""
        return next((self._templates[id_] for id_, button in self._buttons.items() if button.isChecked()), None)

    def show_choice(self, id_: str) -> None:
        """Turn a template on; none for an empty id."""
        for other, button in self._buttons.items():
            button.setChecked(other == id_)
        template = self.chosen()
        hint = self.tr("It describes the problem in words: who asks, what is decided, when it is a success. You can change all of it.")
        text = self.tr("{table} Now choose or drop the data: the problem is described already, and you can change it.")
        self._text.setText(text.format(table=template.table) if template else hint)

    def _pick(self, id_: str) -> None:
        self.show_choice(id_ if self._buttons[id_].isChecked() else "")
