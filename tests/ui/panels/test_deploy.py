"""Stage 9 by real clicks: checks, export, the service that runs here and what it answers, drift, retraining."""

from __future__ import annotations

import csv
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace

import psutil
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QFontInfo
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QFileDialog, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QSpinBox

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.packaging.export import export_run, make_exporter
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.process import Train
from mlops_desktop.engine.project.decisions import Goals, Search
from mlops_desktop.engine.project.project_file import read_project, write_project
from mlops_desktop.engine.training.final_model import open_chosen
from mlops_desktop.engine.training.runs import Runs
from mlops_desktop.engine.training.scorer_assembly import stored_scorer
from mlops_desktop.serving.bundle import open_bundle
from mlops_desktop.serving.message import as_message
from mlops_desktop.ui.http import Http
from mlops_desktop.ui.panels.deploy import access_card
from mlops_desktop.ui.panels.deploy.drift_card import SCORE
from mlops_desktop.ui.panels.deploy.service import LocalService, free_port, port_is_free
from tests.ui.conftest import SAMPLES, banner, click, find, settle


@pytest.fixture
def opened(open_project, with_model):
    made = []

    def open_(name: str = "penguins", **decided):
        panel = open_project(with_model(name, **decided), "deploy").panel
        made.append(panel)
        return panel

    yield open_
    for panel in made:
        panel.run.end()


@pytest.fixture(scope="session")
def _bundles() -> dict[str, object]:
    return {}


@pytest.fixture
def with_bundle(opened, with_model, tmp_path_factory, _bundles):
    """`with_bundle("churn")`: the panel of a project that was exported before, by the engine."""

    def make(name: str = "penguins"):
        if name not in _bundles:
            folder = with_model(name)
            pipeline = Pipeline(folder, read_project(folder))
            chosen = open_chosen(pipeline, Runs(folder), Silent())
            _bundles[name] = tmp_path_factory.mktemp("exported") / name
            export_run(chosen, Runs(folder), make_exporter("rest_bundle", {}), _bundles[name], Silent())
            shutil.rmtree(folder)
        panel = opened(name)
        shutil.copytree(_bundles[name], panel.controller.folder / "exports" / "rest_bundle")
        panel.show_page("run")
        panel.run.show_now()
        return panel

    return make


def until(condition, patience: float = 40.0) -> None:
    end = time.monotonic() + patience
    while not condition():
        QApplication.processEvents()
        assert time.monotonic() < end
        time.sleep(0.01)


def start(panel) -> None:
    """Start the service at a free port by clicks, and wait until it is ready."""
    port = find(panel, QSpinBox, "service_port")
    port.setValue(free_port(20_000 + os.getpid() % 20_000))
    click(find(panel, QPushButton, "service_start"))
    until(lambda: panel.run.service.state in ("ready", "failed"))
    assert panel.run.service.state == "ready", panel.run.service.reason
    until(lambda: panel.run.request.body.toPlainText() != "")


def stop(panel) -> float:
    first_words = time.monotonic()
    click(find(panel, QPushButton, "service_stop"))
    until(lambda: panel.run.service.state == "stopped", 5)
    return time.monotonic() - first_words


# ---- the checks and the export


def test_a_form_that_cannot_express_the_model_is_grey_with_the_reason(with_model, open_project):
    folder = with_model("penguins")
    open_chosen(Pipeline(folder, read_project(folder)), Runs(folder), Silent())
    page = open_project(folder, "deploy").panel.export
    assert page._unsupported == (page._model(), {})  # read from the store: a linear model has every form
    reason = as_message("The step “date parts” cannot be written in this form.")
    page._unsupported = (page._model(), {"sql_query": reason})
    page._pick("sql_query")
    refused = {tile.objectName(): tile.toolTip() for tile in page.gallery.tiles() if not tile.isEnabled()}
    assert refused == {"exporter_sql_query": reason}
    assert page.unready() == reason
    assert not page.go.isEnabled()


def test_checks_and_what_will_be_written_are_shown_before(opened):
    panel = opened()
    assert find(panel, QLabel, "check_verdict").text() == "ready, 1 to look at"
    assert find(panel, QPushButton, "check_in_doubt_evaluate")
    plan = [row.cell(0).text for row in panel.export.written.plan.rows_model.rows]
    assert "README.md" in plan
    assert {offer.objectName() for offer in panel.export.gallery.tiles()} == {f"exporter_{id_}" for id_ in choices().exporters}
    assert panel.export.go.isEnabled()
    assert panel.primary() is panel.export.go


def test_every_exporter_shows_what_it_writes_and_its_options_arrive(opened):
    panel = opened()
    for id_, member in choices().exporters.items():
        if member.missing():
            continue
        panel.export._pick(id_)
        assert panel.export._exporter.id == id_
        assert member.writes or member.help
        assert panel.export.folder.text().endswith(id_)


def chosen_scorer(controller):
    return stored_scorer(controller.project, controller.store, controller.project_status().best.id)


def test_an_export_is_written_and_listed(opened, tmp_path):
    panel = opened()
    out = tmp_path / "my service"
    line = find(panel, QLineEdit, "export_folder")
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, str(out))
    assert not panel.export.protection.inner.isVisible()
    click(find(panel, QPushButton, "export_protection_toggle"))
    field = panel.export.protection.inner.fields["unknown_levels"]
    field.show_value("refuse")
    field.changed.emit()
    click(find(panel, QPushButton, "export_go"))
    settle(panel.window())
    assert open_bundle(out).info["input_policy"] == {"*": {"unknown": "refuse"}}
    assert open_bundle(out).scorer.version == chosen_scorer(panel.controller).version
    files = {row.cell(0).text for row in panel.export.written.files.rows_model.rows}
    assert files == {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    message = [label.text().replace("\u200b", "") for label in panel.export.written.findChildren(QLabel)]
    assert [text for text in message if text.startswith("Self-test passed")]
    assert [text for text in message if text.startswith("Needs ") and "numpy" in text and "It started in" in text]
    assert find(panel, QLabel, "written_where").text() == str(out)
    assert panel.export.folder.text() == str(tmp_path / "rest_bundle")  # the next one is beside it
    assert panel.export.go.isEnabled()
    assert [str(path) for path in panel.run._bundles()] == [str(out)]


def test_what_was_typed_last_is_exported_or_refused(opened, tmp_path, monkeypatch):
    panel = opened()
    page, field = panel.export, panel.export.inputs_form.fields["columns"]
    asked = []
    monkeypatch.setattr(page.controller, "ask", lambda call, *_, **__: asked.append(call))
    page.folder.setText(str(tmp_path / "out"))
    field.show_value(("island.missing=refus",))
    field.typed.emit()
    page.export()
    assert not asked
    assert find(panel, QLabel, "export_note").text() == page.unready() == page.inputs_form.problem() != ""
    field.show_value(("island.missing=refuse",))
    field.typed.emit()
    page.export()  # before the form takes the text over by itself
    assert [call.policies for call in asked] == [("island.missing=refuse",)]


def test_a_folder_that_is_not_empty_is_not_touched(opened, tmp_path):
    panel = opened()
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    line = find(panel, QLineEdit, "export_folder")
    line.setText(str(tmp_path))
    assert not panel.export.go.isEnabled()
    assert "not empty" in find(panel, QLabel, "export_note").text()
    line.setText("somewhere")
    assert "whole path" in find(panel, QLabel, "export_note").text()
    line.setText("")
    assert not panel.export.go.isEnabled()


def test_goals_are_checked_on_demand(opened):
    panel = opened("penguins", goals=Goals(score=0.5))
    assert find(panel, QLabel, "check_verdict").text() == "ready, 2 to look at"
    click(find(panel, QPushButton, "check_goals_check"))
    settle(panel.window())
    assert find(panel, QLabel, "check_verdict").text() == "ready, 1 to look at"
    assert panel.controller.project_status().evaluated


def test_training_rows_leave_only_with_consent(opened, make_project, open_project):
    folder = make_project("penguins", "species", candidates=(choices().algorithms.read("knn"),), search=Search(trials=1, seconds=None))
    project = read_project(folder)
    Train(folder, project).run(Silent())
    panel = open_project(folder, "deploy").panel
    assert not panel.export.go.isEnabled()
    assert "training rows" in find(panel, QLabel, "export_note").text()
    box = find(panel, QCheckBox, "check_consent")
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Space)
    settle(panel.window())
    assert panel.controller.project.consent == {"knn"}
    assert panel.export.go.isEnabled()
    panel.controller.undo()
    assert panel.controller.project.consent == frozenset()
    assert not panel.export.go.isEnabled()
    assert not box.isChecked()


def test_a_stale_model_is_not_exported(opened):
    panel = opened()
    panel.controller.edit("Another seed", seed=9)
    settle(panel.window())
    assert not panel.export.go.isEnabled()
    assert find(panel, QLabel, "check_verdict").text() == "not ready"
    click(find(panel, QPushButton, "check_model_train"))
    assert panel.window().stage == "train"


# ---- the service


@pytest.mark.parametrize("name", ["churn", "penguins", "energy"])
def test_the_service_answers_as_the_application(with_bundle, name):
    panel = with_bundle(name)
    start(panel)
    click(find(panel, QPushButton, "request_send"))
    until(lambda: panel.run.request.answer.toPlainText() != "")
    answer = json.loads(find(panel, QPlainTextEdit, "request_answer").toPlainText())
    scorer = chosen_scorer(panel.controller)
    assert QFontInfo(find(panel, QPlainTextEdit, "request_body").font()).fixedPitch()
    row = json.loads(find(panel, QPlainTextEdit, "request_body").toPlainText())["rows"][0]
    scores = scorer.scores(scorer.schema.from_rows([row]).frame)[0]
    found = answer["predictions"][0]
    assert answer["model"]["version"] == scorer.version
    if scorer.classes:
        assert list(found["probabilities"].values()) == scores.tolist()
    else:
        assert found["prediction"] == scores
    assert find(panel, QLabel, "request_status").text().startswith("200")
    assert "/v1/predict" in find(panel, QPlainTextEdit, "service_log").toPlainText()


def test_stop_leaves_no_process(with_bundle):
    panel = with_bundle()
    start(panel)
    process = psutil.Process(panel.run.service.pid)
    family = [process, *process.children(recursive=True)]
    assert stop(panel) < 2
    assert not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family)
    assert port_is_free(panel.run.service.port)
    assert find(panel, QLabel, "service_state").text() == "stopped"
    start(panel)  # and it can be started again
    stop(panel)


def test_a_service_that_does_not_listen_to_reason_is_killed(with_bundle):
    panel = with_bundle()
    start(panel)
    process = psutil.Process(panel.run.service.pid)
    process.suspend()
    assert stop(panel) < 3
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_service_that_is_ended_from_outside_is_shown(with_bundle):
    panel = with_bundle()
    start(panel)
    psutil.Process(panel.run.service.pid).kill()
    until(lambda: panel.run.service.state == "failed", 5)
    assert "ended from outside" in find(panel, QLabel, "service_reason").text()
    assert find(panel, QPushButton, "service_start").isEnabled()


def test_a_port_in_use_is_shown_and_another_one_is_offered(with_bundle):
    panel = with_bundle()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        find(panel, QSpinBox, "service_port").setValue(taken.getsockname()[1])
        click(find(panel, QPushButton, "service_start"))
        until(lambda: panel.run.service.state == "failed")
        assert "in use" in find(panel, QLabel, "service_reason").text()
        click(find(panel, QPushButton, "service_free"))
        until(lambda: panel.run.service.state in ("ready", "failed"))
        assert panel.run.service.state == "ready"
        assert panel.run.service.port != taken.getsockname()[1]
    stop(panel)


def test_a_damaged_bundle_shows_why_it_does_not_start(with_bundle):
    panel = with_bundle()
    path = panel.controller.folder / "exports" / "rest_bundle" / "golden.json"
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    find(panel, QSpinBox, "service_port").setValue(free_port(30_000))
    click(find(panel, QPushButton, "service_start"))
    until(lambda: panel.run.service.state == "failed")
    assert "golden.json" in find(panel, QLabel, "service_reason").text()


def test_requests_that_are_wrong_get_a_sentence(with_bundle):
    panel = with_bundle()
    start(panel)
    body = find(panel, QPlainTextEdit, "request_body")
    for text, message in (("{", "not JSON"), ("[1]", "rows"), ('{"rows": 3}', "rows")):
        body.setPlainText(text)
        click(find(panel, QPushButton, "request_send"))
        assert message in find(panel, QLabel, "request_note").text()
    body.setPlainText('{"rows": [{"bill_length_mm": "long"}]}')
    click(find(panel, QPushButton, "request_send"))
    until(lambda: panel.run.request.answer.toPlainText() != "")
    assert find(panel, QLabel, "request_status").text().startswith("422")
    assert "bill_length_mm" in panel.run.request.answer.toPlainText()
    click(find(panel, QPushButton, "request_reset"))
    assert json.loads(body.toPlainText())["rows"][0].keys() >= {"bill_length_mm"}


def test_snippets_run_as_they_are_shown(with_bundle):
    panel = with_bundle("churn")
    start(panel)
    click(find(panel, QPushButton, "request_kind_python"))
    click(find(panel, QPushButton, "request_copy"))
    text = QApplication.clipboard().text()
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "'prediction': " in done.stdout
    click(find(panel, QPushButton, "request_kind_curl"))
    click(find(panel, QPushButton, "request_copy"))
    if sys.platform != "win32" and shutil.which("curl"):
        text = QApplication.clipboard().text()
        done = subprocess.run(["sh", "-c", text], capture_output=True, text=True, timeout=60, check=True)
        assert "prediction" in json.loads(done.stdout)["predictions"][0]


def test_the_service_ends_with_the_panel_and_with_the_project(with_bundle):
    panel = with_bundle()
    start(panel)
    process = psutil.Process(panel.run.service.pid)
    panel.close()
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    panel.show()
    until(lambda: panel.run.service.state == "stopped")
    start(panel)
    process = psutil.Process(panel.run.service.pid)
    assert panel.controller.serving
    panel.controller.close()
    assert not panel.controller.serving
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_on_the_network_only_a_key_is_answered_and_the_window_has_its_own(with_bundle, tmp_path, monkeypatch):
    monkeypatch.setattr(access_card, "key_path", lambda: tmp_path / "api-keys")
    panel = with_bundle()
    access = panel.run.card.access
    access.form.fields["reached"].show_value("network")
    access.form.fields["reached"].changed.emit()
    click(find(panel, QPushButton, "service_start"))
    assert "Make an API key first" in banner(panel.window())
    find(panel, QLineEdit, "service_access_key_name").setText("shop")
    click(find(panel, QPushButton, "service_access_make"))
    start(panel)
    body = panel.run.request.body.toPlainText()
    panel.run.send(body)
    until(lambda: "200" in panel.run.request.status.text())
    asked = urllib.request.Request(f"{panel.run.service.url}v1/predict", body.encode(), {"Content-Type": "application/json"})
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(asked)
    asked.add_header("X-API-Key", access.secret.text())
    assert urllib.request.urlopen(asked).status == 200
    assert "X-API-Key: YOUR_KEY" in panel.run.request.snippet.toPlainText()


def test_a_service_with_a_certificate_of_another_name_is_asked_over_https(with_bundle, tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    subject = ["-subj", "/CN=shop.example.com", "-days", "2", "-nodes", "-newkey", "rsa:2048"]
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(["openssl", "req", "-x509", *subject, *files], capture_output=True, check=True)
    panel = with_bundle()
    fields = panel.run.card.access.form.fields
    for name, file in (("tls_cert", "cert.pem"), ("tls_key", "key.pem")):
        fields[name].show_value(str(tmp_path / file))
        fields[name].changed.emit()
    start(panel)
    assert panel.run.service.url.startswith("https://")
    panel.run.send(panel.run.request.body.toPlainText())
    until(lambda: "200" in panel.run.request.status.text())


def test_another_folder_can_be_run(with_bundle, tmp_path, monkeypatch):
    panel = with_bundle()
    other = tmp_path / "elsewhere"
    shutil.copytree(panel.controller.folder / "exports" / "rest_bundle", other)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(other))
    click(find(panel, QPushButton, "service_other"))
    assert panel.run.card.bundle.chosen() == str(other)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    click(find(panel, QPushButton, "service_other"))
    assert "not an exported service" in banner(panel.window())


def test_a_program_that_cannot_be_started_is_shown(qapp, tmp_path, monkeypatch):
    monkeypatch.setattr("mlops_desktop.ui.panels.deploy.service.service_command", lambda *_: [str(tmp_path / "nothing")])
    service = LocalService(Http())
    service.start(tmp_path, free_port(25_000))
    until(lambda: service.state == "failed")
    assert "could not be started" in service.reason


# ---- drift and retraining


def write_file(path, rows: int, change) -> None:
    lines = list(csv.reader((SAMPLES / "penguins.csv").read_text(encoding="utf-8").splitlines()))
    head, body = lines[0], lines[1:]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for i in range(rows):
            row = dict(zip(head, body[(i * 7) % len(body)], strict=True))
            writer.writerow(change(row).values())


def heavier(row):
    return {**row, "body_mass_g": str(float(row["body_mass_g"] or 4000) * 2)}


def compare(panel, path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    panel.dropEvent(
        QDropEvent(QPointF(400, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    )
    settle(panel.window())


def test_a_file_that_moved_is_shown_by_column(opened, tmp_path):
    panel = opened()
    path = tmp_path / "march.csv"
    write_file(path, 200, heavier)
    compare(panel, path)
    report = panel.monitor.drift.report
    assert report.verdict == "act"
    panel.monitor.zone.taken.emit(f"folder:{tmp_path}?pattern=march.csv")
    settle(panel.window())
    assert find(panel, QLabel, "monitor_state").text() == f"{tmp_path.name}: 200 rows compared"
    assert panel.monitor.drift.report.verdict == "act"
    assert find(panel, QLabel, "drift_verdict").text() == "action needed"
    assert "body_mass_g" in panel.monitor.drift.message
    rows = panel.monitor.drift.table.rows_model.rows
    assert rows[0].id == SCORE
    assert {row.id: row.cell(1).text for row in rows}["body_mass_g"] == "action needed"
    assert {row.id for row in rows[1:]} == {one.field for one in report.columns}
    assert panel.monitor.drift.table.ids() == ["body_mass_g"] or rows[1].cell(1).text == "action needed"


def test_a_file_like_the_training_data_is_stable_and_a_small_one_shows_nothing(opened, tmp_path):
    panel = opened()
    path = tmp_path / "same.csv"
    write_file(path, 300, dict)
    compare(panel, path)
    assert panel.monitor.drift.report.verdict == "stable"
    assert "look like the training data" in panel.monitor.drift.message
    assert "of 300 rows are rows of the training" in panel.monitor.drift.message
    assert SCORE not in {row.id for row in panel.monitor.drift.table.rows_model.rows}
    write_file(path, 20, heavier)
    compare(panel, path)
    assert panel.monitor.drift.report.verdict == "not_enough_data"
    assert "at least 50 rows" in panel.monitor.drift.message


def test_the_file_of_the_project_is_known_and_shows_no_differences(opened, tmp_path):
    panel = opened()
    path = tmp_path / "march.csv"
    write_file(path, 200, heavier)
    compare(panel, path)
    compare(panel, SAMPLES / "penguins.csv")
    assert "nothing new to compare" in panel.monitor.drift.message
    assert not panel.monitor.retrain.isEnabled()  # it would double every row
    assert "not offered" in find(panel, QLabel, "monitor_rows").text()
    assert not panel.monitor.drift.table.isVisible()
    assert not find(panel, QLabel, "drift_verdict").isVisible()


def test_a_file_that_cannot_be_read_leaves_nothing_behind(opened, tmp_path):
    panel = opened()
    path = tmp_path / "bad.csv"
    path.write_text("x\n1\n", encoding="utf-8")
    compare(panel, path)
    assert panel.monitor.drift.report is None
    assert not panel.monitor.retrain.isEnabled()
    assert "No column of the model" in banner(panel.window())


def test_the_running_service_counts(with_bundle):
    panel = with_bundle()
    start(panel)
    row = json.loads(panel.run.request.body.toPlainText())["rows"][0]
    body = json.dumps({"rows": [{**row, "body_mass_g": 9000}] * 80}).encode()
    request = urllib.request.Request(f"{panel.run.service.url}v1/predict", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 200
    panel.show_page("monitor")
    click(find(panel, QPushButton, "monitor_source_service"))
    assert "Refresh" in panel.monitor.drift.message
    click(find(panel, QPushButton, "monitor_refresh"))
    until(lambda: panel.monitor.drift.report is not None)
    assert panel.monitor.drift.report.rows == 80
    assert panel.monitor.drift.report.verdict == "act"
    panel.show_page("run")
    stop(panel)
    panel.show_page("monitor")
    assert panel.monitor.drift.report is None
    assert not panel.monitor.refresh.isEnabled()


def test_retraining_takes_the_data_as_one_step_of_undo(opened, tmp_path):
    panel = opened()
    window, controller = panel.window(), panel.controller
    before = controller.project
    path = tmp_path / "april.csv"
    write_file(path, 250, heavier)
    rows = controller.overview().rows
    compare(panel, path)
    assert find(panel, QLabel, "monitor_rows").text() == f"Rows of the project: {rows:,} → {rows + 250:,}"
    click(find(panel, QPushButton, "monitor_how_replace"))
    assert find(panel, QLabel, "monitor_rows").text() == f"Rows of the project: {rows:,} → 250"
    click(find(panel, QPushButton, "monitor_retrain"))
    settle(window)
    assert window.stage == "train"
    assert f"It has 250 rows, {rows:,} before." in banner(window)
    assert controller.project.file == "april.csv"
    assert controller.project.data != before.data
    assert controller.project.target == before.target
    assert "april.csv" in banner(window)
    assert panel.monitor.drift.report is None
    assert not panel.monitor.retrain.isEnabled()
    assert controller.project_status().best is None
    controller.undo()
    assert controller.project == before
    assert controller.project_status().best is not None


def test_rows_are_added_and_the_models_before_and_after_are_compared(opened, tmp_path):
    panel = opened()
    window, controller = panel.window(), panel.controller
    path, rows = tmp_path / "april.csv", controller.overview().rows
    write_file(path, 120, heavier)
    compare(panel, path)
    click(find(panel, QPushButton, "monitor_retrain"))
    window.show_stage("data")
    settle(window)
    assert window.stage == "data"  # nobody is taken to training from where they went
    assert f"It has {rows + 120:,} rows, {rows:,} before." in banner(window)
    assert controller.overview().rows == rows + 120
    window.show_stage("train")
    settle(window)
    line = find(window, QLabel, "former_model")
    assert not line.isVisible()
    click(find(window, QPushButton, "start_training"))
    settle(window)
    assert "Last change of the data (" in line.text()
    assert "training rows that are new to both" in line.text()
    controller.undo()
    settle(window)
    assert not line.isVisible()
    assert controller.overview().rows == rows


def test_data_without_the_target_cannot_retrain(opened, tmp_path):
    panel = opened()
    before = panel.controller.project
    path = tmp_path / "unlabelled.csv"
    write_file(path, 120, lambda row: row)
    text = path.read_text(encoding="utf-8").replace("species", "sort", 1)
    path.write_text(text, encoding="utf-8")
    compare(panel, path)
    click(find(panel, QPushButton, "monitor_retrain"))
    settle(panel.window())
    assert "species" in banner(panel.window())
    assert panel.controller.project == before
    assert panel.monitor.retrain.isEnabled()


def test_every_tab_stop_has_a_name(with_bundle):
    panel = with_bundle()
    for page in ("export", "run", "monitor"):
        panel.show_page(page)
        for kind in (QLineEdit, QPushButton, QSpinBox, QPlainTextEdit, QCheckBox):
            for widget in panel.findChildren(kind):
                if widget.isVisible() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.objectName() != "qt_spinbox_lineedit":
                    assert widget.accessibleName() or getattr(widget, "text", str)(), widget.objectName()
                    assert widget.objectName()
    for _, control in panel.searchable():
        control()


def test_a_project_without_a_model_has_nothing_to_export(make_project, open_project):
    folder = make_project("penguins", "species")
    write_project(folder, replace(read_project(folder), name="x"))
    panel = open_project(folder, "deploy").panel
    assert not panel.export.go.isEnabled()
    assert find(panel, QLabel, "check_verdict").text() == "not ready"
    panel.show_page("run")
    assert not panel.run.card.start.isEnabled()
