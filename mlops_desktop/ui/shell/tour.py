"""The tour: ten steps through the stages over a sample, each with the control that it is about; it can be left at any time."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QWidget

from mlops_desktop.serving.message import Message, msg
from mlops_desktop.ui import theme
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.shell.command_palette import focus
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.basic import Button, Weight, column, label, row

SAMPLE, TARGET = "telco_churn.csv", "Churn"
_RETRY_MS = 150  # a control may be shown a moment after its panel: then it is looked for again


@dataclass(frozen=True)
class TourStep:
    """A step: its stage, the name of the control that it is about, what to look at, and what to do. `model`: it needs a trained model."""

    stage: str
    control: str
    title: Message
    text: Message
    model: bool = False


STEPS = (
    TourStep(
        "problem",
        "target",
        msg("What is predicted"),
        msg(
            "7,043 phone customers: will they leave? The column, the kind of prediction and the metric are proposed, each with its reason. "
            "Change what you like; Ctrl+Z takes it back."
        ),
    ),
    TourStep(
        "problem",
        "brief_statement",
        msg("The problem in words"),
        msg(
            "Write down who uses the prediction and what is decided by it. It is printed in the report, and nothing is calculated from it."
        ),
    ),
    TourStep(
        "data",
        "health_ring",
        msg("What is wrong with the data"),
        msg("22 rows repeat an earlier one. Each finding has its reason and a fix; nothing is fixed without you."),
    ),
    TourStep(
        "preprocess",
        "encodings",
        msg("The matrix of each model"),
        msg(
            "This table needs no step: categories, missing values and scales are taken care of for each algorithm, as it learns best. "
            "You see how, and can change it."
        ),
    ),
    TourStep(
        "engineer",
        "engineer_gallery",
        msg("A new column"),
        msg("Choose “Bins” and the column tenure: the new column is shown on real rows before you add it. It is optional."),
    ),
    TourStep(
        "select",
        "select_ranking",
        msg("Which columns are informative"),
        msg("Contract and tenure lead. Nothing has to be left out; a step would keep the best columns and say why others are dropped."),
    ),
    TourStep(
        "train",
        "start_training",
        msg("Train"),
        msg("Press “Start training” and watch the leaderboard. You can stop at any time; what is finished is kept."),
    ),
    TourStep(
        "evaluate",
        "evaluation_source_oof",
        msg("How good it is"),
        msg("Look at the out-of-fold results, then at the held-out test set. Each use of the test set is counted."),
        model=True,
    ),
    TourStep(
        "app",
        "input_filter",
        msg("Try it"),
        msg("Move a slider: the prediction, the reasons and the what-if curve follow at once."),
        model=True,
    ),
    TourStep(
        "deploy",
        "export_go",
        msg("A service"),
        msg("Export the REST service, then start it under “Run” and open its form page. Everything is saved, so you may close the window."),
        model=True,
    ),
)


class _Mark(QWidget):
    """A frame around a control. It goes where the control goes, and lets every click through."""

    def __init__(self, control: QWidget) -> None:
        super().__init__(control)
        self.setObjectName("tour_mark")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(control.rect())
        control.installEventFilter(self)
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("warn"), 3))
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 6, 6)


class Tour(QFrame):
    """The bar of the tour, for the project that is open. It ends when that is closed."""

    def __init__(self, controller: ProjectController, window: QWidget) -> None:
        super().__init__()
        self.setObjectName("tour")
        self._controller, self._window = controller, window
        self._at = 0
        self._mark: _Mark | None = None
        self._count = label("", "small", tone="2", tabular=True)
        self._title = label("", "body", weight=Weight.DemiBold)
        self._title.setObjectName("tour_title")
        self._text = label("", "small", wrap=True)
        self._text.setObjectName("tour_text")
        self.back = Button(self.tr("Back"), self._go_back, name="tour_back")
        self.next = Button("", self._go_next, name="tour_next", kind="primary")
        leave = Button(self.tr("Leave the tour"), self.leave, name="tour_leave", kind="link")
        texts = column(row(self._title, self._count, None), self._text, spacing=2)
        self.setLayout(row((texts, 1), leave, self.back, self.next, margins=(20, 8, 20, 8), spacing=10))
        self._retry = QTimer(self)
        self._retry.setInterval(_RETRY_MS)
        self._retry.timeout.connect(self._show_control)

    @property
    def step(self) -> TourStep:
        """The step that is shown."""
        return STEPS[self._at]

    def begin(self) -> None:
        """Show the first step."""
        self._at = 0
        self.show()
        self._controller.results_changed.connect(self._show_text)
        self._controller.closed.connect(self.leave)
        self._show_step()

    @Slot()
    def leave(self) -> None:
        """End the tour; everything that was done in it stays."""
        self._retry.stop()
        self._unmark()
        self.hide()
        self.deleteLater()

    def _go_back(self) -> None:
        self._at = max(0, self._at - 1)
        self._show_step()

    def _go_next(self) -> None:
        if self._at == len(STEPS) - 1:
            self.leave()
            return
        self._at += 1
        self._show_step()

    def _show_step(self) -> None:
        self._unmark()
        self._show_text()
        self._controller.go_to.emit(self.step.stage)
        self._retry.start()

    @Slot()
    def _show_text(self) -> None:
        step = translated(self.step)
        self._title.setText(step.title)
        self._count.setText(self.tr("step {n} of {all}").format(n=self._at + 1, all=len(STEPS)))
        needed = self.tr("This step needs a model: go back to “{step}” and press “Start training” first.")
        train = next(one for one in STEPS if one.stage == "train")
        lacking = step.model and self._controller.folder is not None and self._controller.project_status().best is None
        self._text.setText(needed.format(step=translated(train.title)) if lacking else step.text)
        self.back.setEnabled(self._at > 0)
        self.next.setText(self.tr("Finish") if self._at == len(STEPS) - 1 else self.tr("Next step"))

    @Slot()
    def _show_control(self) -> None:
        control = self._window.findChild(QWidget, self.step.control)
        if control is not None and control.isVisible():
            self._retry.stop()
            focus(control)
            self._mark = _Mark(control)
            self.next.setFocus()

    def _unmark(self) -> None:
        if self._mark is not None:
            self._mark.hide()
            self._mark.deleteLater()
            self._mark = None
