"""What this program is: its version, its licence, and the texts of the licences of what it contains."""

from __future__ import annotations

import platform

from PySide6.QtCore import QCoreApplication, Qt, qVersion
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from mlops_desktop import __version__
from mlops_desktop.base.licenses import package_licenses
from mlops_desktop.base.resources import licence_file, resource_folder
from mlops_desktop.ui import theme
from mlops_desktop.ui.widgets.basic import Button, Weight, column, label, row
from mlops_desktop.ui.widgets.inputs import ComboBox

LICENCES = "licenses"  # the folder of the texts in the resources


def licence_texts() -> dict[str, str]:
    """The texts to read, by title: licence and notice of the program, then the licences of the packages that it contains.

    The texts of Qt's licences come from the resources; a program that runs from a checkout that is not installed knows no other packages.
    """
    tr = QCoreApplication.translate
    own = {
        tr("AboutBox", "MLOps Desktop: licence (Apache-2.0)"): licence_file("LICENSE"),
        tr("AboutBox", "MLOps Desktop: notice"): licence_file("NOTICE"),
    }
    folder = resource_folder() / LICENCES
    files = {**own, **{f"Qt: {path.stem}": path for path in sorted(folder.glob("*.txt"))}}
    texts = {title: path.read_text(encoding="utf-8") for title, path in files.items() if path.is_file()}
    for one in package_licenses():
        texts[f"{one.name} {one.version}: {one.license}".removesuffix(": ")] = "\n\n".join(one.texts) or one.license
    return texts


class AboutBox(QDialog):
    """Version, licence, and every licence text to read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about_box")
        self.setWindowTitle(self.tr("About MLOps Desktop"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(680, 520)
        title = label(self.tr("MLOps Desktop {version}").format(version=__version__), "title", weight=Weight.DemiBold)
        title.setObjectName("about_version")
        versions = label(f"Qt {qVersion()}, Python {platform.python_version()}, {platform.platform()}", "caption", tone="3", wrap=True)
        text = self.tr(
            "Free software under the Apache License 2.0. It contains Qt, used under the GNU Lesser General Public License 3 and linked "
            "dynamically, so that it can be replaced, and other packages under the licences below."
        )
        self._texts = licence_texts()
        self.choice = ComboBox(((title, title) for title in self._texts), name="about_licence", title=self.tr("Licence to read"))
        self.text = QPlainTextEdit()
        self.text.setObjectName("about_text")
        self.text.setAccessibleName(self.tr("Text of the licence"))
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFont(theme.font("small"))
        close = Button(self.tr("Close"), self.accept, name="about_close", kind="primary")
        self.setLayout(
            column(
                title, label(text, wrap=True), versions, self.choice, (self.text, 1), row(None, close), margins=(20, 18, 20, 16), spacing=10
            )
        )
        self.choice.picked.connect(self._show_text)
        self._show_text(self.choice.chosen())
        close.setDefault(True)

    def _show_text(self, title: str) -> None:
        self.text.setPlainText(self._texts[title])
