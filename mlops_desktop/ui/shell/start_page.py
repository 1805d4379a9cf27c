"""The start page: drop or choose a file, paste a table, try a sample, open a project."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QLayout, QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.base.source import Source
from mlops_desktop.engine.data import Location
from mlops_desktop.engine.disk import explain_errors, temporary_name
from mlops_desktop.engine.project import (
    DAMAGED_FILE,
    Brief,
    Project,
    ProjectLock,
    can_restore,
    filled_brief,
    free_folder,
    remove_unfinished,
    restore_backup,
)
from mlops_desktop.engine.workflow import stages
from mlops_desktop.serving.message import as_message, msg
from mlops_desktop.ui.file_dialogs import ask_file, ask_folder
from mlops_desktop.ui.project_controller import NotSavedError, ProjectController
from mlops_desktop.ui.shell.new_project import NewProject
from mlops_desktop.ui.shell.project_actions import ProjectActions
from mlops_desktop.ui.shell.recent_projects import ProjectEntry, RecentProjects, project_lister
from mlops_desktop.ui.shell.settings import ProjectSummary, Settings
from mlops_desktop.ui.shell.template_row import TemplateRow
from mlops_desktop.ui.translation import error_text, translated
from mlops_desktop.ui.widgets.basic import Button, Picture, Weight, column, framed, label, row
from mlops_desktop.ui.widgets.drop_zone import DropFrame, data_files, is_data

# File, target, and what a person reads on the tile; licences are in resources/samples/README.md.
ICONS = {"telco_churn.csv": "target", "penguins.csv": "layers", "energy_efficiency.csv": "chart"}
SAMPLES = (
    (
        "telco_churn.csv",
        "Churn",
        as_message("Who will leave?"),
        as_message("7,043 phone customers, 21 columns, yes or no"),
        as_message("IBM sample data, Apache-2.0"),
    ),
    (
        "penguins.csv",
        "species",
        as_message("Which species is it?"),
        as_message("344 penguins, 7 columns, three species"),
        as_message("Palmer Station, CC0"),
    ),
    (
        "energy_efficiency.csv",
        "heating_load",
        as_message("How much heat does it need?"),
        as_message("768 buildings, 9 columns, a number"),
        as_message("UCI, CC BY 4.0"),
    ),
)

if TYPE_CHECKING:
    from mlops_desktop.ui.import_dialog import ImportDialog
    from mlops_desktop.ui.source_dialog import SourceDialog


class StartPage(QWidget):
    """What is shown while no project is in front. `tour_asked`: the person wants to be led through a sample."""

    tour_asked = Signal()

    def __init__(self, controller: ProjectController, settings: Settings) -> None:
        super().__init__()
        self.setObjectName("page")
        self.controller, self._settings = controller, settings
        self._other: SourceDialog | None = None
        self._preview: ImportDialog | None = None
        self._new = NewProject(controller, self._made, self.open_project, self)
        self._pasted: Path | None = None  # the file of a table from the clipboard that is being read, in a folder of its own
        self._listing = 0  # how often the list of projects was asked for
        self.templates = TemplateRow()
        self.recent = RecentProjects()
        self.folders = ProjectActions(controller, settings, self)
        self._connect_recent()
        samples = QGridLayout()
        samples.setSpacing(12)
        for position, sample in enumerate(SAMPLES):
            samples.addWidget(self._tile(*translated(sample)), 0, position)
        private = row(
            None,
            Picture("lock", "text3", 14),
            label(self.tr("The data stays on this computer. No account, no internet."), "small", tone="3"),
            None,
            spacing=6,
        )
        tour = Button(self.tr("Take the tour: ten steps"), self.tour_asked.emit, name="take_tour", kind="link", icon="play")
        tried = column(row(label(self.tr("Or try one of these"), "section", weight=Weight.DemiBold), None, tour), samples, spacing=6)
        self.setLayout(column((self._drop_zone(private), 1), self.recent, tried, self.templates, margins=(20, 16, 20, 16), spacing=16))
        controller.jobs.lists.do(partial(remove_unfinished, settings.projects), lambda _: None)
        self.show_recent()

    # ---- building

    def _drop_zone(self, private: QLayout) -> QFrame:
        big = label(self.tr("Drop a data file here"), "title", weight=Weight.DemiBold)
        small = label(
            self.tr("CSV, Excel, JSON, Parquet, SQLite, SPSS and more. Delimiter, encoding and types are found for you."),
            tone="2",
            wrap=True,
        )
        for text in (big, small):
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        buttons = row(
            None,
            Button(self.tr("Choose a file …"), self.choose_file, name="choose_file", kind="primary", icon="upload"),
            Button(
                self.tr("Other data …"),
                self.choose_other,
                name="other_data",
                icon="layers",
                tip=self.tr("A database, a folder of files, two files"),
            ),
            Button(self.tr("Paste a table"), self.paste, name="paste_table", icon="copy", tip=self.tr("Cells copied from a spreadsheet")),
            Button(self.tr("Open a project …"), self.choose_project, name="open_project", icon="folder"),
            None,
        )
        sign = row(None, Picture("download", "accent", 32), None)
        self.zone = DropFrame()
        self.zone.setLayout(column(None, sign, big, small, 4, buttons, 4, private, None, margins=(20, 14, 20, 14)))
        self.zone.setMinimumHeight(176)
        self.zone.dropped.connect(lambda event: self.window().dropEvent(event))
        return self.zone

    def _tile(self, file: str, target: str, title: str, text: str, licence: str) -> QFrame:
        go = Button(self.tr("Try it"), partial(self.take_sample, file, target), name=f"sample_{Path(file).stem}", icon="play")
        go.setAccessibleName(self.tr("Try the sample: {title}").format(title=title))
        return framed(
            "tile",
            column(
                row(Picture(ICONS[file], "accent", 20), (label(title, "body", weight=Weight.DemiBold), 1)),
                label(text, "small", tone="2", wrap=True),
                label(licence, "caption", tone="3", wrap=True),
                None,
                4,
                row(go, None),
                margins=(16, 12, 16, 12),
                spacing=4,
            ),
        )

    @Slot(str)
    def note_stage(self, stage: str) -> None:
        """This stage is in front now; empty for the start page."""
        self._new.stage = stage

    def _connect_recent(self) -> None:
        recent, folders = self.recent, self.folders
        recent.open_asked.connect(self.open_project)
        recent.locate_asked.connect(self._locate)
        recent.forget_asked.connect(self._forget)
        recent.copy_asked.connect(folders.copy)
        recent.rename_asked.connect(folders.rename)
        recent.delete_asked.connect(folders.delete)
        recent.show_asked.connect(folders.show)
        folders.changed.connect(self.show_recent)

    def keep_summary(self) -> None:
        """Remember the status of the open project, for the list of projects."""
        now = {state.id: state for state in self.controller.stages()}
        if self.controller.place is None or now["train"].state == "running":
            return
        stored = stages(self.controller.project, self.controller.project_status(), self.controller.seen)
        states = {state.id: state for state in stored}  # as messages: the list may be shown in another language later
        train, problem = states["train"], states["problem"].summary
        text = {"done": train.summary, "stale": msg("{problem} · out of date", problem=problem)}.get(train.state, problem)
        overview, known = self.controller.last_overview(), self._settings.summary(self.controller.place)
        rows, columns = (overview.rows, len(overview.columns)) if overview else (known.rows, known.columns)
        self._settings.keep_summary(self.controller.place, ProjectSummary(text, rows, columns, self.controller.project.name))

    def show_recent(self) -> None:
        """Have the list of projects filled once the disk has been read; what is gone is greyed and can be located."""
        self._listing += 1
        listing, lister, found = self._listing, project_lister(self._settings), list[ProjectEntry]()

        def over(failure: Exception | None) -> None:
            if failure is not None:
                raise failure
            if listing == self._listing:  # else it is being read again
                self.recent.show_entries([entry for entry in found if entry.folder not in self.folders.leaving])

        self.controller.jobs.lists.do(lambda: found.extend(lister()), over)

    # ---- what a person does

    def choose_file(self) -> None:
        """Ask for a data file, and show its first rows before it is imported."""
        file = ask_file(self, self.tr("Choose a data file"), data_files())
        if file is not None:
            self.preview(file)

    def open_path(self, path: Path) -> None:
        """Show the first rows of data, or open a project by its folder or its file."""
        path = path.absolute()  # not resolved: a link to a file is often the only one with a name that means something
        if is_data(path):
            self.preview(path)
        else:
            self.open_project(path if path.is_dir() else path.parent)

    def preview(self, file: Location, source: Source | None = None) -> None:
        """Show the first rows of a file or an address and how it is read; the person has it imported from there."""
        if self._preview is None:
            from mlops_desktop.ui.import_dialog import ImportDialog  # its form is not needed at the start

            self._preview = ImportDialog(self.controller, self)
            self._preview.import_asked.connect(self._take_previewed)
            self._preview.rejected.connect(self._drop_pasted)
        self._drop_pasted()
        self._preview.open_for(file, Project(source=source), as_given=source is not None, fresh=True)

    def _drop_pasted(self) -> None:
        """A pasted table that is not wanted leaves no file."""
        if self._pasted is not None:
            shutil.rmtree(self._pasted.parent, ignore_errors=True)
            self._pasted = None

    def _take_previewed(self, file: Location, decided: Project) -> None:
        self.take_file(file, decided=decided)
        self._drop_pasted()

    def choose_other(self) -> None:
        """Ask for data that is no single file."""
        if self._other is None:
            from mlops_desktop.ui.source_dialog import SourceDialog  # its forms are not needed at the start

            self._other = SourceDialog(self)
            self._other.read_asked.connect(self._take_other)
        self._other.open()

    def _take_other(self, location: str, source: Source) -> None:
        self.preview(location, source)

    def choose_project(self) -> None:
        """Ask for a project folder."""
        folder = ask_folder(self, self.tr("Choose a project folder"), self._settings.projects)
        if folder is not None:
            self.open_project(folder)

    def paste(self) -> None:
        """Make a project of the table in the clipboard."""
        text = QApplication.clipboard().text()
        if "\n" not in text.strip():
            self.controller.banner.emit(
                "warn", self.tr("The clipboard holds no table. Copy cells in a spreadsheet, with their heading, and try again."), ""
            )
            return
        name = free_folder(self._settings.projects, self.tr("Pasted table")).name
        folder = self._settings.projects / temporary_name(name)  # its own until it is imported: then the file is moved into the project
        file = folder / f"{name}.tsv"
        with explain_errors(self.tr("The pasted table")):
            folder.mkdir(parents=True)
            file.write_text(text, encoding="utf-8")
        self.preview(file)
        self._pasted = file

    def take_sample(self, file: str, target: str, finished: Callable[[Path | None], object] = lambda _: None) -> None:
        """Make a project of a sample table. `finished` is called with its folder, or with None when it could not be made."""
        self.take_file(resource_folder() / "samples" / file, target, finished=finished)

    def take_file(
        self,
        file: Location,
        target: str = "",
        decided: Project | None = None,
        *,
        finished: Callable[[Path | None], object] = lambda _: None,
    ) -> None:
        """Make a project of a data file or of an address: import it, then propose every decision. `decided` holds source and notes."""
        template = self.templates.chosen()
        project = Project(target=target, brief=filled_brief(template, Brief()) if template else Brief())
        if decided is not None:
            target = decided.target or target
            project = replace(project, source=decided.source, columns=decided.columns, answers=decided.answers, target=target)
        given, move = decided is not None, file == self._pasted
        self._new.make(self._settings.projects, file, project, given=given, move=move, finished=finished)

    def stop(self) -> None:
        """The window closes: nothing is left of what is not finished."""
        self._new.stop()
        self._drop_pasted()

    def _made(self, folder: Path) -> None:
        """A project was made of a file."""
        self._settings.opened(folder)
        self.templates.show_choice("")

    def open_project(self, folder: Path, *, sure: bool = False) -> None:
        """Open a project folder and show its first open stage. What would be lost by it is asked for first, unless `sure`."""
        folder = folder.resolve()
        if not sure and self.controller.jobs.unfinished(of_project=True) and not self.controller.is_open(folder):
            text = self.tr("“{name}” is still being worked on. Finished folds and models are kept; the one in progress is lost.")
            self.controller.offer.emit(
                text.format(name=self.controller.project.name), self.tr("Stop it and open"), partial(self.open_project, folder, sure=True)
            )
            return
        try:
            self.controller.open(folder, unsaved=sure)
        except NotSavedError as error:
            self.controller.offer.emit(error_text(error), self.tr("Give up the changes"), partial(self.open_project, folder, sure=True))
            return
        except UserError as error:
            if can_restore(folder):
                self.controller.offer.emit(error_text(error), self.tr("Restore the last good copy"), partial(self.restore, folder))
            else:
                self.controller.banner.emit("err", error_text(error), "")
            return
        self._settings.opened(folder)
        states = {state.id: state.state for state in self.controller.stages()}
        self.controller.go_to.emit("train" if states["train"] == "done" else "problem")

    def restore(self, folder: Path) -> None:
        """Go on from the last good copy of a damaged project; the damaged file is kept beside it."""
        try:
            with ProjectLock(folder):
                restore_backup(folder)
        except UserError as error:
            self.controller.banner.emit("err", error_text(error), "")
            return
        self.open_project(folder)
        if self.controller.is_open(folder):
            text = self.tr("The last good copy of “{name}” is open. The damaged file is kept as {file}.")
            self.controller.banner.emit("ok", text.format(name=self.controller.project.name, file=DAMAGED_FILE), "")

    def _locate(self, folder: Path) -> None:
        found = ask_folder(self, self.tr("Where is “{name}” now?").format(name=self._settings.name_of(folder)), folder.parent)
        if found is not None:
            self.open_project(found)
            if self.controller.is_open(found):
                self._settings.moved(folder, found)

    def _forget(self, folder: Path) -> None:
        self._settings.hide(folder)
        self.show_recent()

    def restyle(self) -> None:
        """The theme changed."""
        self.show_recent()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside the controls takes the focus from the field that has it."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().mousePressEvent(event)
