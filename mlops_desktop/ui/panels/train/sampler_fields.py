"""The fields of a sampler, which decides the rows and weights of a fit: the sampler, or none, and the form of its settings."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mlops_desktop.base.families import Sampler
from mlops_desktop.engine.choices import choices, task_spec
from mlops_desktop.engine.project import suitable_samplers
from mlops_desktop.ui.forms import ComponentForm
from mlops_desktop.ui.panels.train.split_fields import titled
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.basic import column, label
from mlops_desktop.ui.widgets.inputs import ComboBox

NONE = "none"  # the id of the entry that stands for no sampler


class SamplerFields(QWidget):
    """The fields of a sampler. `changed` carries the new one (None: no sampler) and the field that was changed, `left` is sent when a
    person is done with it. Where no sampler suits the task the choice is disabled, and the reason is beneath.
    """

    changed = Signal(object, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._sampler: Sampler | None = None
        self.method = ComboBox(name="sampler_method", title=self.tr("Sampling: which rows models are fitted on"))
        self.form: ComponentForm | None = None
        self._place = QVBoxLayout()
        self.note = label("", "caption", tone="3", wrap=True)
        self.note.setObjectName("sampler_note")
        self.setLayout(column(titled(self.tr("Sampling"), self.method), self.note, self._place, spacing=8))
        self.method.picked.connect(self._switch)

    def show_sampler(self, sampler: Sampler | None, task: str) -> None:
        """Show a sampler, or that there is none, beside the samplers that suit a kind of task. One that does not suit can be taken out."""
        spec = task_spec(task)
        offered = suitable_samplers(spec) | ({} if sampler is None else {sampler.id: type(sampler)})
        self.method.show_options(
            [(NONE, self.tr("All rows, as they come")), *((id_, translated(member.label)) for id_, member in offered.items())]
        )
        self.method.show_choice(NONE if sampler is None else sampler.id)
        self.method.setEnabled(bool(offered))
        unsuitable = self.tr("No sampler suits this kind of task: {task}.").format(task=translated(spec.label))
        self.note.setText(
            translated(sampler.help) if sampler is not None and sampler.supports(spec) else "" if suitable_samplers(spec) else unsuitable
        )
        self.note.setVisible(bool(self.note.text()))
        self._show_form(sampler)

    def _show_form(self, sampler: Sampler | None) -> None:
        other = type(sampler) is not type(self._sampler)
        self._sampler = sampler
        if self.form is not None and other:
            self._place.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        if sampler is None:
            return
        if self.form is None:
            self.form = ComponentForm(sampler, (), self._take, name="sampler")
            for field in self.form.fields.values():
                field.changed.connect(self.left)
            self._place.addWidget(self.form)
        else:
            self.form.show_component(sampler)

    def _switch(self, id_: str) -> None:
        now = NONE if self._sampler is None else self._sampler.id
        if id_ != now:
            self.changed.emit(None if id_ == NONE else choices().samplers[id_](), "method")
        self.left.emit()

    def _take(self, new: Sampler) -> None:
        if type(new) is not type(self._sampler):
            return  # typed last, in a form that goes away because another sampler was chosen
        changed = [name for name in new.params() if getattr(new, name) != getattr(self._sampler, name)]
        self.changed.emit(new, changed[0] if changed else "")
