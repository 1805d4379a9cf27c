"""Exporting the chosen model: in which form, whether it is ready, where to, and what was written."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from mlops_desktop.base.families import Exporter
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.packaging import ExportCheck, InputSettings, bytes_text, consent_ids, readiness, unsupported_forms
from mlops_desktop.engine.process import CheckGoals, Export, ExportedFiles
from mlops_desktop.engine.training import stored_scorer
from mlops_desktop.serving.manifest import START
from mlops_desktop.ui.file_dialogs import ask_folder
from mlops_desktop.ui.forms import ComponentForm
from mlops_desktop.ui.outside import open_folder
from mlops_desktop.ui.panels.deploy.checks_card import ChecksCard
from mlops_desktop.ui.panels.deploy.exported_folder import needs_text, proof_text
from mlops_desktop.ui.panels.deploy.written_files_card import WrittenCard
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.translation import formatted, pluralize, translated
from mlops_desktop.ui.widgets.basic import Button, Weight, card, clear, column, heading, label, row, scrolled, set_property
from mlops_desktop.ui.widgets.fold import Fold
from mlops_desktop.ui.widgets.gallery import Gallery, Offer

LEFT = 360
EXPORTS = "exports"  # the folder in the project's folder that is proposed
FIRST, *_ = ORDER = ("rest_bundle", "html_page", "docker_context")  # the forms that most people want; the others follow by title
_ICONS = {"rest_bundle": "rocket", "docker_context": "layers"}


class ExportPage(QWidget):
    """`exported` brings the folder that was written, `run_asked` the one that shall run here."""

    exported = Signal(Path)
    run_asked = Signal(Path)

    def __init__(self, controller: ProjectController, stage: str) -> None:
        super().__init__()
        self.controller, self._stage = controller, stage
        self._exporter: Exporter = self._first()
        self._checks: list[ExportCheck] = []
        self._written: tuple[str, Path | None] = ("", None)  # the model, and where it was written last
        self._place = controller.folder / EXPORTS if controller.folder else Path()  # the folder in which exports are made
        self._proposed = ""
        self._busy = ""
        self._unsupported: tuple[str, dict[str, str]] = ("", {})  # the model, and why it has no form in some exporters
        self._build()

    def _first(self) -> Exporter:
        known = choices().exporters
        return known[FIRST if FIRST in known else next(iter(known))]()

    def _build(self) -> None:
        self.gallery = Gallery(name="exporter")
        self.gallery.picked.connect(self._pick)
        self._options = column(spacing=6)
        self._inputs = InputSettings()
        self.options_form: ComponentForm | None = None  # None where the form of export has no options
        self.inputs_form = ComponentForm(self._inputs, on_change=self._change_inputs, name="export_inputs")
        self.inputs_form.problem_changed.connect(lambda _: self._settle())
        self.protection = Fold(self.tr("Protection"), self.inputs_form, name="export_protection")
        self.folder = QLineEdit()
        self.folder.setObjectName("export_folder")
        self.folder.setAccessibleName(self.tr("Folder to export to"))
        self.folder.textChanged.connect(lambda _: self._settle())
        self.choose = Button(self.tr("Choose …"), self._choose, name="export_choose", icon="folder")
        self.go = Button(self.tr("Export"), self.export, name="export_go", kind="primary", icon="download")
        self.note = label("", "small", tone="2", wrap=True)
        self.note.setObjectName("export_note")
        self.checks = ChecksCard(name="check")
        self.checks.acted.connect(self._act)
        self.checks.consented.connect(self._consent)
        self.written = WrittenCard(name="written")
        self.written.folder_asked.connect(self._open_folder)
        self.written.run_asked.connect(self._run)
        self.written.again_asked.connect(self._again)
        right = column((self.checks, 5), (self.written, 6), spacing=12)
        self.setLayout(row(self._left(), (right, 1), spacing=12))

    def _left(self) -> QFrame:
        title = label(self.tr("Folder"), "small", tone="2", weight=Weight.Medium)
        title.setBuddy(self.folder)
        inner = QWidget()
        inner.setLayout(column(self.gallery, self._options, self.protection, None, spacing=12))
        made = card(
            heading(self.tr("What to export")),
            (scrolled(inner), 1),
            title,
            row((self.folder, 1), self.choose),
            self.note,
            self.go,
            margins=(16, 10, 16, 14),
            spacing=8,
        )
        made.setFixedWidth(LEFT)
        return made

    # ---- showing

    def show_now(self) -> None:
        """Show today's decisions and results."""
        if self.controller.folder is None:
            return
        self._show_forms()
        self._checks = translated(
            readiness(self.controller.project, self.controller.project_status(), self.controller.store, self.controller.runs)
        )
        self.checks.show_checks(self._checks, self._busy)
        if self.folder.text() in ("", self._proposed):
            self._propose()
        if not self._written[0] or self._written[0] != self._model():
            self._plan()
        self._settle()

    def _show_forms(self) -> None:
        offers, unsupported = [], self._without_form()
        for id_, member in choices().exporters.items():
            refused = translated(member.missing() or unsupported.get(id_, ""))
            offers.append(Offer(id_, translated(member.label), translated(member.help), _ICONS.get(id_, "download"), refused))
        offers.sort(key=lambda offer: (bool(offer.refused), ORDER.index(offer.id) if offer.id in ORDER else len(ORDER), offer.title))
        self.gallery.show_offers([("", offers)])
        for tile in self.gallery.tiles():
            chosen = tile.objectName() == f"exporter_{self._exporter.id}"
            if tile.property("chosen") != chosen:
                set_property(tile, "chosen", chosen)
                tile.setAccessibleDescription(self.tr("chosen") if chosen else "")

    def _model(self) -> str:
        best = self.controller.project_status().best
        return self.controller.keys.scorer(best.id) if best else ""

    def _without_form(self) -> dict[str, str]:
        """Why the chosen model has no form in some exporters; nothing while it was not made, since the export itself refuses then."""
        best, model = self.controller.project_status().best, self._model()
        if best is not None and model != self._unsupported[0] and model in self.controller.store:
            with suppress(KeyError):
                scorer = stored_scorer(self.controller.project, self.controller.store, best.id, check=False)
                self._unsupported = (model, unsupported_forms(scorer, {one.id for one in self.controller.project.active_steps()}))
        return self._unsupported[1] if model == self._unsupported[0] else {}

    def _plan(self) -> None:
        self._written = ("", None)
        self.written.show_plan(translated(self._exporter.writes), "" if self._exporter.writes else translated(self._exporter.help))

    def _propose(self) -> None:
        """A folder that is not there yet, beside the last one."""
        name, number = self._exporter.id, 1
        while (path := self._place / (name if number == 1 else f"{name} {number}")).exists():
            number += 1
        self._proposed = str(path)
        self.folder.setText(self._proposed)
        self.folder.setCursorPosition(len(self._proposed))

    def _settle(self) -> None:
        """Whether one may export now, and why not."""
        why = self.unready()
        self.go.setEnabled(not why and not self._busy)
        self.go.setToolTip(why)
        self.note.setText(why)
        self.note.setVisible(bool(why))

    def unready(self) -> str:
        """Why nothing can be exported now; empty when it can."""
        blocking = next((check for check in self._checks if check.blocks), None)
        if blocking is not None:
            return f"{blocking.title}."
        if reason := self._without_form().get(self._exporter.id):
            return translated(reason)
        if problem := next(filter(None, (form.problem() for form in self._forms())), ""):
            return problem
        text = self.folder.text().strip()
        if not text:
            return self.tr("Choose a folder to export to.")
        path = Path(text).expanduser()
        if not path.is_absolute():
            return self.tr("The folder needs its whole path.")
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            return self.tr("This folder is already there and not empty. Choose another name.")
        return ""

    def _forms(self) -> list[ComponentForm]:
        """The forms whose values the export uses."""
        return [*([self.options_form] if self.options_form else []), *([self.inputs_form] if self._exporter.keeps_settings else [])]

    # ---- what a person does

    def _pick(self, id_: str) -> None:
        """Choose another form."""
        if id_ == self._exporter.id:
            return
        if self.options_form:
            self.options_form.flush()  # or it would do so when it is hidden, and bring back its own exporter
        self._exporter = choices().exporters[id_]()
        clear(self._options)
        self.options_form = None
        if self._exporter.params():
            self.options_form = ComponentForm(self._exporter, on_change=self._change, name=f"export_{id_}")
            self.options_form.problem_changed.connect(lambda _: self._settle())
            self._options.addWidget(heading(self.tr("Options")))
            self._options.addWidget(self.options_form)
        self.protection.setVisible(self._exporter.keeps_settings)
        self._plan()
        self.show_now()

    def _change(self, exporter: Exporter) -> None:
        self._exporter = exporter

    def _change_inputs(self, settings: InputSettings) -> None:
        self._inputs = settings

    def _choose(self) -> None:
        path = ask_folder(self, self.tr("In which folder?"), Path(self.folder.text()).parent)
        if path is not None:
            self.folder.setText(str(path if not any(path.iterdir()) else path / self._exporter.id))

    def _consent(self, agreed: bool) -> None:
        best = self.controller.project_status().best
        ids = consent_ids(self.controller.project, best) if best else frozenset()
        if not ids:
            return
        before = self.controller.project.consent
        text = self.tr("Agree to export training rows") if agreed else self.tr("Do not export training rows")
        self.controller.edit(text, consent=before | ids if agreed else before - ids)

    def _act(self, what: str) -> None:
        if what == "check":
            self._busy = self.tr("checking …")
            self.show_now()
            self.controller.ask(
                CheckGoals(*self.controller.inputs),
                lambda _: None,
                owner="deploy.check",
                title=self.tr("Checking the goals"),
                on_over=self._done,
            )
        else:
            self.controller.go_to.emit(what)

    def _done(self) -> None:
        self._busy = ""
        self.show_now()

    def export(self) -> None:
        """Write the chosen model to the folder."""
        for form in self._forms():
            form.flush()
        if self.unready():
            self._settle()
            return
        out = Path(self.folder.text().strip()).expanduser()
        title = self.tr("Exporting: {name}").format(name=translated(self._exporter.label))
        model = self._model()
        self._busy = self.tr("exporting …")
        self.show_now()

        def done(found: ExportedFiles) -> None:
            self._written = (model, out)
            self._place = out.parent
            self._propose()
            self._show_written(found)
            self.exported.emit(out)

        record, inputs = self._exporter.to_json(), self._inputs if self._exporter.keeps_settings else InputSettings()
        self.controller.ask(
            Export(*self.controller.inputs, record["id"], out, record["params"], inputs.policies(), inputs.thresholds()),
            done,
            owner="deploy.export",
            title=title,
            long=True,
            on_progress=lambda share, _: self._progress(share),
            on_over=self._done,
        )

    def _progress(self, share: float) -> None:
        self.checks.show_checks(self._checks, self.tr("exporting, {share}").format(share=formatted(share, ".0%")))

    def _show_written(self, found: ExportedFiles) -> None:
        out, written = found.out, found.written
        sizes = [(name, (out / name).stat().st_size) for name in written.files if (out / name).is_file()]
        files_text = pluralize(len(sizes), "1 file", "{n} files")
        whole = f"{files_text}, {translated(bytes_text(sum(size for _, size in sizes)))}"
        listed = [(name, translated(bytes_text(size))) for name, size in sizes]
        self.written.show_written(out, listed, [proof_text(out), needs_text(written)], whole, service=(out / START).is_file())

    def _open_folder(self) -> None:
        if self._written[1] is not None:
            open_folder(self._written[1], self.controller, self._stage)

    def _run(self) -> None:
        if self._written[1] is not None:
            self.run_asked.emit(self._written[1])

    def _again(self) -> None:
        self._plan()
        self._propose()
        self.show_now()
