"""What each model's matrix is made of: the encoding of every algorithm of the project, its operations, and a choice of another."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from mlops_desktop.base.families import Encoding
from mlops_desktop.engine.choices import ALL, choices
from mlops_desktop.engine.pipeline import EncodingPreview
from mlops_desktop.engine.project import fitting_encodings
from mlops_desktop.ui.forms import ComponentForm
from mlops_desktop.ui.recipe.editor import Recipe
from mlops_desktop.ui.translation import pluralize, translated
from mlops_desktop.ui.widgets.basic import Tool, clear, column, heading, held, label, row
from mlops_desktop.ui.widgets.inputs import ComboBox


class EncodingsCard(QWidget):
    """One entry for the algorithms that share an encoding. Choosing another one pins it for all of them; their own choice takes it back."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.setObjectName("encodings")
        self.recipe = recipe
        self._shown: object = None
        self._open = ""  # the first algorithm of the entry whose settings are shown
        self._entries = column(spacing=10)
        note = label(self.tr("Added after your steps; fitted on the training folds only."), "caption", tone="3", wrap=True)
        self.setLayout(column(heading(self.tr("Encoding per model")), note, held(self._entries), spacing=6))
        recipe.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the encodings of the last preview."""
        found = self.recipe.answer.encodings if self.recipe.answer else ()
        if not found:
            self.hide()
        elif self.parentWidget() is not None:  # a widget without a parent would open a window of its own
            self.show()
        if found == self._shown:
            return
        self._shown = found
        clear(self._entries)
        for one in found:
            self._entries.addWidget(self._entry(one))

    def _entry(self, one: EncodingPreview) -> QWidget:
        ids, encoding = one.algorithms, one.encoding
        first = ids[0] if ids else ALL
        title = label(self._title(ids), "small", wrap=True)
        title.setObjectName(f"encoding_{first}_for")
        offered = [(id_, translated(choices().encodings[id_].label)) for id_ in dict.fromkeys([*fitting_encodings(ids), encoding.id])]
        pick = ComboBox(offered, name=f"encoding_{first}", title=title.text())
        pick.show_choice(encoding.id)
        pick.picked.connect(lambda id_: self._pin(ids, choices().encodings[id_]()))
        settings = Tool("sliders", self.tr("Settings"), lambda: self._toggle(first), name=f"encoding_{first}_settings")
        if not encoding.params():
            settings.hide()
        made = label(self._summary(one), "caption", tone="err" if one.error else "2", wrap=True)
        made.setObjectName(f"encoding_{first}_summary")
        made.setToolTip(", ".join(one.operations))
        parts: list[QWidget] = [title, held(row((pick, 1), settings)), made]
        if self._open == first:
            parts.append(ComponentForm(encoding, on_change=lambda changed: self._pin(ids, changed), name=f"encoding_{first}_form"))
        return held(column(*parts, spacing=4))

    def _title(self, ids: Sequence[str]) -> str:
        labels = [translated(choices().algorithms[id_].label) for id_ in ids if id_ in choices().algorithms]
        return self.tr("For {models}:").format(models=", ".join(labels) or self.tr("every model"))

    def _summary(self, one: EncodingPreview) -> str:
        if one.width is None:
            return one.error
        width = pluralize(one.width, "1 feature", "{n} features")
        return " ".join([f"{width}.", *map(translated, one.notes), translated(one.encoding.help)])

    def _toggle(self, first: str) -> None:
        self._open = "" if self._open == first else first
        self._shown = None
        self.refresh()

    def _pin(self, ids: Sequence[str], encoding: Encoding) -> None:
        """Pin an encoding for these algorithms, or take the pin away where it is what an algorithm declares anyway."""
        pinned = dict(self.recipe.controller.project.encodings)
        for id_ in ids or (ALL,):
            declared = choices().algorithms[id_].encoding if id_ in choices().algorithms else ""
            if ALL not in pinned and declared == encoding.id and encoding == type(encoding)():
                pinned.pop(id_, None)
            else:
                pinned[id_] = encoding
        self.recipe.controller.edit(self.tr("Encoding: {label}").format(label=translated(encoding.label)), encodings=pinned)
