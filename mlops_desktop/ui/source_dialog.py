"""Asks for data that no file dialog leads to: a database, a folder of files, two files as one."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from mlops_desktop.base.source import Source, is_address, path_address, with_parameters
from mlops_desktop.engine.choices import choices
from mlops_desktop.ui.file_dialogs import ask_file, ask_folder
from mlops_desktop.ui.forms import ComponentForm
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.basic import Button, Weight, column, heading, label, row, scrolled
from mlops_desktop.ui.widgets.drop_zone import DropZone
from mlops_desktop.ui.widgets.inputs import ComboBox, name_it


def address_sources() -> dict[str, type[Source]]:
    """The sources that open addresses and no files, by id."""
    return {id_: source for id_, source in choices().sources.items() if source.schemes and not source.suffixes}


class SourceDialog(QDialog):
    """A kind of source, where it is, and its parameters. `read_asked` brings a location and the source that reads it.

    What was entered stays for the next time, the password alone does not.
    """

    read_asked = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("source_dialog")
        self.setWindowTitle(self.tr("Other data"))
        self._sources = address_sources()
        self._forms: dict[str, ComponentForm] = {}
        options = [(id_, translated(source.label)) for id_, source in self._sources.items()]
        self.kind = ComboBox(options, name="source_kind", title=self.tr("Kind of data"))
        self.help = label("", "small", tone="2", wrap=True)
        self.place = QLineEdit()
        self.place.setObjectName("source_place")
        self.browse = Button(self.tr("Choose …"), self._browse, name="source_browse", icon="folder")
        self.password = QLineEdit()
        self.password.setObjectName("source_password")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        name_it(self.place, self.tr("Where the data is"), "")
        name_it(self.password, self.tr("Password"), "")
        hint = self.tr("It is written nowhere. Leave it empty where the environment or the keyring of the system knows it.")
        self._secret = QWidget()
        self._secret.setLayout(
            column(label(self.tr("Password"), "small", weight=Weight.Medium), self.password, label(hint, "caption", tone="3", wrap=True))
        )
        self._form = QVBoxLayout()
        inner = QWidget()
        inner.setLayout(column(self._secret, self._form, None, margins=(0, 0, 8, 0), spacing=14))
        self.go = Button(self.tr("Read"), self._read, name="source_read", kind="primary")
        self.go.setDefault(True)
        self.setLayout(
            column(
                heading(self.tr("Other data")),
                self.kind,
                self.help,
                row((self.place, 1), self.browse),
                (scrolled(inner), 1),
                row(None, Button(self.tr("Cancel"), self.reject, name="source_cancel"), self.go),
                margins=(20, 18, 20, 16),
                spacing=10,
            )
        )
        line = self.fontMetrics()
        self.resize(line.averageCharWidth() * 72, line.height() * 34)
        self._grey_missing()
        self.kind.picked.connect(self._show_kind)
        self.place.textChanged.connect(lambda _: self._show_ready())
        self._show_kind(self.kind.chosen())

    def _grey_missing(self) -> None:
        """A source whose packages are not installed is greyed, with the reason; the first of the others is chosen."""
        model = self.kind.model()
        assert isinstance(model, QStandardItemModel)
        for at, source in enumerate(self._sources.values()):
            if source.missing():
                model.item(at).setEnabled(False)
                self.kind.setItemData(at, f"{translated(source.label)} {translated(source.missing())}", Qt.ItemDataRole.ToolTipRole)
        usable = [id_ for id_, source in self._sources.items() if not source.missing()]
        self.kind.show_choice(usable[0])

    def _show_kind(self, id_: str) -> None:
        source = self._sources[id_]
        self.help.setText(translated(source.help))
        self.place.setPlaceholderText(source.example)
        self.browse.setVisible(not source.has_password)
        self._secret.setVisible(source.has_password)
        for form in self._forms.values():
            self._form.removeWidget(form)
            form.hide()
        if id_ not in self._forms:
            self._forms[id_] = ComponentForm(source(), name=f"source_{id_}")
        self._form.addWidget(self._forms[id_])
        self._forms[id_].show()
        self._show_ready()

    def _show_ready(self) -> None:
        self.go.setEnabled(bool(self.place.text().strip()))

    def _browse(self) -> None:
        title = translated(self._sources[self.kind.chosen()].label)
        ask = ask_folder if self._sources[self.kind.chosen()].opens_folders else ask_file
        path = ask(self, title)
        if path is not None:
            self.place.setText(str(path))

    def location(self) -> str:
        """The address that was entered, with the password where one was."""
        source, text = self._sources[self.kind.chosen()], self.place.text().strip()
        address = text if is_address(text, (source,)) else path_address(source.schemes[0], Path(text))
        if not (source.has_password and self.password.text()):
            return address
        parts = urlsplit(address)
        user, _, host = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}:{quote(self.password.text(), safe='')}@{host}"))

    def _read(self) -> None:
        form = self._forms[self.kind.chosen()]
        form.flush()
        location = self.location()
        self.password.clear()
        self.accept()
        self.read_asked.emit(location, form.component())


class DataZone(DropZone):
    """A drop zone that also takes data that is no single file: it is asked for, and its address taken with the parameters in it."""

    def __init__(self, title: str, text: str, *, name: str) -> None:
        super().__init__(title, text, name=name)
        self._dialog: SourceDialog | None = None
        self.other_asked.connect(self._ask_other)

    def _ask_other(self) -> None:
        if self._dialog is None:
            self._dialog = SourceDialog(self)
            self._dialog.read_asked.connect(lambda location, source: self.taken.emit(with_parameters(location, source)))
        self._dialog.open()
