"""Takes the answer to a question over into the decisions of the open project: one edit, with undo."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.data import Imported
from mlops_desktop.engine.process import ImportFile
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.questions import QuestionGroup
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.translation import error_text


class QuestionAnswers(QObject):
    """Answers questions of the project that is open in the controller."""

    def __init__(self, controller: ProjectController, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller

    def answer(self, group: QuestionGroup, option: str, reason: str) -> None:
        """Decide as an option of the questions says. UserError when a grave doubt is accepted without a reason."""
        from mlops_desktop.engine.questions import answer_questions

        decided = answer_questions(self._controller.project, group.questions, option, reason)
        if decided.source == self._controller.project.source:
            self._controller.put(group.message, decided)
        else:
            self._read_again(group.message, decided)

    def _read_again(self, text: str, decided: Project) -> None:
        """An answer that is a parameter of the source: the file is read by it, and the decisions change once it is."""
        from mlops_desktop.engine.data import last_import, refuse_several_files  # they read: not for the start of the window

        folder = self._controller.folder
        try:
            if folder is not None:
                refuse_several_files(folder, self._controller.project)
        except UserError as error:
            self._controller.banner.emit("warn", error_text(error), "problem")
            return
        place = last_import(folder)[0] if folder is not None else None
        if folder is None or place is None:
            gone = self.tr("“{file}”, which has to be read again for this, no longer exists. Choose it again in “Problem”.")
            self._controller.banner.emit("warn", gone.format(file=decided.file), "problem")
            return

        def done(found: Imported) -> None:
            new = found.project
            today = replace(self._controller.project, data=new.data, file=new.file, source=new.source, answers=decided.answers)
            self._controller.put(text, today)

        self._controller.ask(
            ImportFile(folder, decided, str(place), as_given=True),
            done,
            owner="questions.import",
            title=self.tr("Reading {file}").format(file=decided.file),
        )
