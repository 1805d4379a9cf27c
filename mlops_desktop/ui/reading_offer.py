"""Offers the decisions that were made for an earlier file of the same shape."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.plural import first_few
from mlops_desktop.ui.readings import Reading, Readings
from mlops_desktop.ui.translation import error_text, quoted, translated
from mlops_desktop.ui.widgets.basic import clear
from mlops_desktop.ui.widgets.notices import Banner

_MOST = 6  # decisions that are listed


class ReadingOffer(QWidget):
    """A banner with the decisions for files of one shape; hidden where there are none.

    `used` brings the reading that a person wants here, `unused` comes when they want to be without it again.
    """

    used = Signal(object)
    unused = Signal()

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._readings: Readings | None = None
        self._shape = ""
        self._banner = QVBoxLayout(self)
        self._banner.setContentsMargins(0, 0, 0, 0)
        self.hide()

    def clear(self) -> None:
        """Offer nothing."""
        clear(self._banner)
        self.hide()

    def show_for(self, readings: Readings, shape: str) -> None:
        """Offer what is kept for files of a shape; say so where it cannot be read."""
        self._readings, self._shape = readings, shape
        self.clear()
        forget = ("forget", self.tr("Forget them"), "link")
        try:
            reading = readings.find(shape)
        except UserError as error:
            text = self.tr("What you decided for an earlier file with the same columns cannot be used.")
            self._show("warn", f"{text} {error_text(error)}", [forget], None)
            return
        if reading is not None:
            text = self.tr("You read a file with the same columns before, “{file}”. Your decisions: {what}.")
            text = text.format(file=reading.file, what=_decisions_text(reading))
            self._show("info", text, [("use", self.tr("Use them here"), ""), forget], reading)

    def _show(self, tone: str, text: str, actions: Sequence[tuple[str, str, str]], reading: Reading | None) -> None:
        clear(self._banner)
        banner = Banner(tone, text, actions, name=self.objectName())
        banner.acted.connect(lambda id_: self._act_on(id_, reading))
        self._banner.addWidget(banner)
        self.show()

    def _act_on(self, action: str, reading: Reading | None) -> None:
        assert self._readings is not None
        if action == "forget":
            self.clear()
            try:
                self._readings.forget(self._shape)
            except UserError as error:
                self._show("warn", error_text(error), [], None)
        elif action == "use":
            assert reading is not None
            text = self.tr("Read as you decided for “{file}”.").format(file=reading.file)
            actions = [("without", self.tr("Read it without them"), ""), ("forget", self.tr("Forget them"), "link")]
            self._show("ok", text, actions, reading)
            self.used.emit(reading)
        else:
            self.show_for(self._readings, self._shape)
            self.unused.emit()


def _decisions_text(reading: Reading) -> str:
    """The decisions of a reading, few of them."""
    params = reading.source.params() if reading.source is not None else {}
    changed = reading.source.changed_params() if reading.source is not None else {}
    shown = [f"{translated(params[name].label)}: {value}" for name, value in changed.items()]
    return first_few([*shown, *map(quoted, reading.columns)], _MOST) or "–"
