"""The page on which a stage's steps are edited: the recipe at the left; settings, what they do, tiles or proposals at the right."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from mlops_desktop.base.component import Component
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.workflow import TITLES, blocked
from mlops_desktop.ui.recipe.editor import ROW_FILTER, STEP, Recipe
from mlops_desktop.ui.recipe.preview_panes import ChangesPane, Pane, RowsPane
from mlops_desktop.ui.recipe.proposals import Proposal, Proposals
from mlops_desktop.ui.recipe.step_form import StepCard
from mlops_desktop.ui.recipe.step_list import PANELS, RecipeSide
from mlops_desktop.ui.recipe.step_summary import kinds_icon, step_summary
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.basic import Button, Tool, column, heading, label, row, scrolled
from mlops_desktop.ui.widgets.cards import EmptyState
from mlops_desktop.ui.widgets.gallery import Gallery, Offer
from mlops_desktop.ui.widgets.notices import Toast
from mlops_desktop.ui.widgets.pages import Pages

SIDE = (330, 400)  # the least and the greatest width of the recipe


class RecipeView(QWidget):
    """One stage's page. `propose` is the text of the button for proposals (none when empty), `nothing` the text without a
    step, `under` makes what is below the steps.
    """

    def __init__(
        self,
        recipe: Recipe,
        *,
        nothing: str,
        propose: str = "",
        row_filters: bool = False,
        under: Callable[[Recipe], QWidget] | None = None,
        beside: Callable[[Recipe], Pane] = ChangesPane,
        below: Callable[[Recipe], Pane] = RowsPane,
        split: tuple[int, int] = (6, 4),
    ) -> None:
        super().__init__()
        self.recipe = recipe
        self._page = ""  # "", gallery, proposals: what a person asked for
        self._adding = STEP  # what the gallery shows
        self._proposed_for = ""
        self.side = RecipeSide(recipe, row_filters=row_filters, propose=propose, under=under(recipe) if under else None)
        self.side.setMinimumWidth(SIDE[0])
        self.side.setMaximumWidth(SIDE[1])
        self.card = StepCard(recipe, nothing)
        self.beside, self.below = beside(recipe), below(recipe)
        self._pages = Pages()
        self.blocker = self._blocked_page()
        self._places = {
            "": self._preview_page(split),
            "gallery": self._gallery_page(),
            "proposals": self._proposals_page(),
            "blocked": self.blocker,
        }
        for page in self._places.values():
            self._pages.addWidget(page)
        self.toast = Toast(self, name=f"{recipe.panel}_toast")
        self._toast_of: object = None
        self.setLayout(row((self.side, 3), (self._pages, 6), spacing=12))
        self._connect()

    # ---- building

    def _blocked_page(self) -> EmptyState:
        text = self.tr("There is nothing to prepare yet: choose the column to predict first.")
        link = self.tr("Go to “Problem”")
        return EmptyState(text, link, self._go_to_problem, name=f"{self.recipe.panel}_blocked", icon="target", primary=True)

    def _preview_page(self, split: tuple[int, int]) -> QWidget:
        top = QWidget()
        top.setLayout(row((self.card, 4), (self.beside, 5), spacing=12))
        top.setMinimumHeight(250)
        self.below.setMinimumHeight(180)
        page = QWidget()
        page.setLayout(column((top, split[0]), (self.below, split[1]), spacing=12))
        return page

    def _gallery_page(self) -> QFrame:
        name = self.recipe.panel
        self._gallery_title = heading("")
        self._gallery_note = label("", "small", tone="2", wrap=True)
        self.gallery = Gallery(name=f"{name}_gallery")
        self._close = Tool("x", self.tr("Close"), self.show_step, name=f"{name}_gallery_close", shortcut="Esc")
        card = QFrame()
        card.setObjectName("card")
        inner = QWidget()
        inner.setLayout(column((self.gallery, 1), margins=(0, 0, 8, 0)))
        head = row((column(self._gallery_title, self._gallery_note, spacing=0), 1), column(self._close, None))
        card.setLayout(column(head, (scrolled(inner), 1), margins=(16, 10, 8, 14), spacing=12))
        return card

    def _proposals_page(self) -> QFrame:
        name = self.recipe.panel
        self.proposals = Proposals(name=f"{name}_proposal")
        self._proposals_note = label("", "small", tone="2", wrap=True)
        self.take_all = Button(self.tr("Add all"), self._take_all, name=f"{name}_take_all", kind="primary", icon="check")
        self._by_hand = Button(self.tr("Add a step by hand"), lambda: self.choose_new(STEP), name=f"{name}_by_hand")
        close = self._proposals_close = Tool("x", self.tr("Close"), self.show_step, name=f"{name}_proposals_close", shortcut="Esc")
        card = QFrame()
        card.setObjectName("card")
        inner = QWidget()
        inner.setLayout(column(self.proposals, None, margins=(0, 0, 8, 0)))
        title = column(heading(self.tr("Suggested steps for this data")), self._proposals_note, spacing=0)
        buttons = row(self.take_all, self._by_hand, None)
        card.setLayout(column(row((title, 1), column(close, None)), (scrolled(inner), 1), buttons, margins=(16, 10, 8, 14), spacing=12))
        return card

    def _connect(self) -> None:
        recipe, side = self.recipe, self.side
        recipe.changed.connect(self.refresh)
        recipe.removed.connect(self._removed)
        side.add_asked.connect(self.choose_new)
        side.edit_asked.connect(self._edit)
        side.propose.clicked.connect(lambda: self._show_page("proposals"))
        for steps in (side.steps, side.rows):
            for signal in (steps.chosen, steps.moved_by_key, steps.edited):
                signal.connect(lambda _: self.show_step())
        self.card.add_asked.connect(lambda: self.choose_new(STEP))
        self.gallery.picked.connect(self._begin)
        self.proposals.taken.connect(lambda at: recipe.take([at]))
        self.toast.undone.connect(recipe.controller.undo)
        self.card.validated.connect(self._show_panes)
        self.card.setAccessibleName(self.tr("Settings of the step"))

    # ---- what a person asks for

    def choose_new(self, kind: str) -> None:
        """Show the tiles of what can be added: steps of this stage, or rules for rows."""
        self._adding = kind
        self._show_page("gallery")
        self.gallery.focus_first()

    def show_step(self) -> None:
        """Back to the step that is selected."""
        self._show_page("")

    def _show_page(self, page: str) -> None:
        self._page = page
        self.refresh()

    def _begin(self, id_: str) -> None:
        self._page = ""
        self.recipe.begin(id_, self._adding)
        self.card.focus_form()

    def begin(self, id_: str, kind: str = STEP) -> None:
        """Begin to add this member of the catalogue, as a click on its tile does."""
        self._adding = kind
        self._begin(id_)

    def _edit(self) -> None:
        self.show_step()
        self.card.focus_form()

    def _take_all(self) -> None:
        self._page = ""
        self.recipe.take(range(len(self.recipe.proposals or [])))
        self.refresh()

    def _removed(self, what: str) -> None:
        self._toast_of = self.recipe.controller.project
        self.toast.show_message(self.tr("“{step}” is removed.").format(step=what), undo=True)

    def _go_to_problem(self) -> None:
        self.recipe.controller.go_to.emit("problem")

    # ---- showing

    def show_project(self) -> None:
        """The decisions, or what is known of them, changed."""
        self.recipe.show()

    def refresh(self) -> None:
        """Show what is selected in the recipe."""
        recipe = self.recipe
        if self._toast_of is not None and self._toast_of is not recipe.controller.project:
            self._toast_of = None
            self.toast.hide()
        why = blocked(recipe.controller.project)
        self.side.show_recipe()
        self.side.setVisible(not why)
        self.card.show_recipe()
        self._show_panes()
        page = "blocked" if why else self._wanted()
        if page == "gallery":
            self._show_gallery()
        elif page == "proposals":
            self._show_proposals()
        self._pages.setCurrentWidget(self._places[page])

    def _show_panes(self) -> None:
        form = self.card.form
        complete = form is not None and form.complete()
        for pane in (self.beside, self.below):
            pane.show_recipe(complete)

    def _wanted(self) -> str:
        """The page that is due: what was asked for, else the step; without any, what helps to begin."""
        recipe = self.recipe
        if recipe.draft is not None or (self._page == "" and recipe.component() is not None):
            return ""
        if self._page:
            return self._page
        if recipe.stage == "prepare" and not recipe.steps:
            self._propose_once()
            return "proposals"
        return "gallery" if recipe.stage != "select" else ""

    def _propose_once(self) -> None:
        key = recipe_key(self.recipe)
        if self._proposed_for != key:
            self._proposed_for = key
            self.recipe.propose()

    def _show_gallery(self) -> None:
        rows = self._adding == ROW_FILTER
        self._gallery_title.setText(self.tr("Add a rule for rows") if rows else self.tr("Add a step"))
        text = {
            "prepare": self.tr("Steps that prepare columns for a model. Each is tried before it is added."),
            "engineer": self.tr("Steps that make new columns from existing ones. Each is tried before it is added."),
            "select": self.tr("Steps that keep the columns that are informative about the target. Each is tried before it is added."),
        }[self.recipe.stage]
        row_filters = self.tr("Rules that exclude rows before anything is learned. Nothing is deleted from the file.")
        self._gallery_note.setText(row_filters if rows else text)
        self._close.setVisible(self.recipe.component() is not None or self._has_other_page())
        self.gallery.show_offers([("", [_offer(member) for member in self.members(self._adding)])])

    def _has_other_page(self) -> bool:
        """Whether closing the tiles shows something else."""
        return self._adding == ROW_FILTER or self.recipe.stage == "select" or (self.recipe.stage == "prepare" and not self.recipe.steps)

    def members(self, kind: str) -> list[type[Component]]:
        """What of the catalogue can be added here, by name."""
        if kind == ROW_FILTER:
            found: list[type[Component]] = list(choices().row_filters.values())
        else:
            found = [member for member in choices().operations.values() if member.stage == self.recipe.stage]
        return sorted(found, key=lambda member: translated(member.label))

    def _show_proposals(self) -> None:
        proposals = self.recipe.proposals
        listed = []
        for operation, why, there in self.recipe.offered():
            badge = "" if operation.stage == self.recipe.stage else translated(TITLES[PANELS[operation.stage]])
            listed.append(Proposal(translated(operation.label), step_summary(operation), why, there, badge))
        self.proposals.show_proposals(listed)
        left = sum(not one.there for one in listed)
        if proposals is None:
            text = self.tr("Looking for suggestions …")
        elif not listed:
            text = self._nothing_proposed()
        elif not left:
            text = self.tr("All of them are in the recipe already.")
        else:
            text = self.tr("Each can be added by itself, changed afterwards, and removed.")
        self._proposals_note.setText(text)
        self._proposals_close.setVisible(self.recipe.component() is not None)
        self.take_all.setEnabled(left > 0)

    def _nothing_proposed(self) -> str:
        text = self.tr("No step is needed: the encoding of each algorithm takes care of categories, missing values and scaling.")
        if self.recipe.stage == "prepare":
            return text + " " + self.tr("See “Encoding per model” below the steps; it can be changed there.")
        return text + " " + self.tr("See “Encoding per model” in Pre-processing.")

    # ---- what the window asks

    def primary(self) -> QPushButton | None:
        """The main button of what is in front."""
        if self.recipe.draft is not None:
            return self.card.add
        return self.take_all if self._pages.currentWidget() is self._places["proposals"] else None

    def unready(self) -> tuple[str, QWidget | None]:
        """A step of this stage that cannot be done has to be mended first."""
        if blocked(self.recipe.controller.project):
            return self.tr("Choose the column to predict first."), self.blocker.button
        return self.side.blocker(), self.side.steps

    def searchable(self) -> list[tuple[str, QWidget | Callable[[], object]]]:
        """Everything that can be added here, and every step that is there."""
        found: list[tuple[str, QWidget | Callable[[], object]]] = []
        kinds = (STEP, ROW_FILTER) if self.recipe.stage == "prepare" else (STEP,)
        for kind in kinds:
            for member in self.members(kind):
                if not member.missing():
                    found.append((self.tr("Add: {step}").format(step=translated(member.label)), self._beginner(member.id, kind)))
        for at, step in enumerate(self.recipe.steps):
            if self.recipe.belongs_to_stage(at):
                found.append((f"{at + 1}. {translated(step.component.label)}", self._chooser(at)))
        return found

    def _beginner(self, id_: str, kind: str) -> Callable[[], object]:
        return lambda: self.begin(id_, kind)

    def _chooser(self, at: int) -> Callable[[], object]:
        def go() -> None:
            self.recipe.choose(at)
            self.show_step()

        return go

    # ---- keys

    def event(self, event: QEvent) -> bool:
        """Escape belongs to what is about to be added, while there is something."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._escapes(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back to the step that was selected."""
        if self._escapes(event):
            self._page = ""
            self.recipe.cancel()
        else:
            super().keyPressEvent(event)

    def _escapes(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and (self.recipe.draft is not None or bool(self._page))


def recipe_key(recipe: Recipe) -> str:
    """What proposals hang on."""
    return recipe.controller.keys.features


def _offer(member: type[Component]) -> Offer:
    return Offer(member.id, translated(member.label), translated(member.help), kinds_icon(member), translated(member.missing()))
