"""From a CSV file to an HTTP answer of the exported bundle, through all nine panels, with clicks and keys on the real window."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from mlops_desktop.engine.project.project_file import read_project
from mlops_desktop.engine.training.scorer_assembly import stored_scorer
from mlops_desktop.engine.workflow import STAGES
from tests.end_to_end.scenarios.person import Person


def table(rows: int = 400) -> str:
    """Customers who stay or leave: numbers, categories, a date, gaps."""
    rng = np.random.default_rng(5)
    months, fee = rng.integers(1, 60, rows), rng.normal(60, 15, rows).round(2)
    plan = rng.choice(["basic", "plus", "pro"], rows)
    leaves = rng.random(rows) < 1 / (1 + np.exp(-(0.5 - months / 12 + (fee - 60) / 20 + (plan == "basic"))))
    lines = ["months;fee;plan;since;left"]
    for i in range(rows):
        cell = "" if i % 40 == 0 else f"{fee[i]:.2f}".replace(".", ",")
        lines.append(f"{months[i]};{cell};{plan[i]};{1 + i % 28:02d}.{1 + i % 12:02d}.2023;{'yes' if leaves[i] else 'no'}")
    return "\n".join(lines) + "\n"


def test_from_a_file_to_an_answer_through_nine_panels(person: Person, tmp_path: Path) -> None:
    window = person.window
    file = tmp_path / "Kunden März.csv"
    file.write_text(table(), encoding="cp1252")
    person.open_preview(file)
    person.read_file()
    project = window.controller.project
    assert (project.target, project.task, project.positive) == ("left", "binary", "yes")
    person.write("brief_statement", "Who will leave us?")
    person.until(lambda: window.controller.project.brief.statement == "Who will leave us?", "the statement is a decision")
    person.next("data")
    assert window.controller.keys.profile in window.controller.store
    for stage in ("preprocess", "engineer", "select"):
        person.next(stage)
    assert window.controller.project.candidates
    person.next("train")
    person.train(3)
    person.next("evaluate")
    person.click("open_test")
    person.until(lambda: window.controller.project_status().evaluated, "the test part is evaluated")
    person.rest()
    person.next("app")
    person.until(lambda: person.text("answer_figure").strip() not in ("", "–", "…"), "an answer")
    first = person.text("answer_figure")
    person.write(window.panel.form.field("months").line.objectName(), "1" if first < "50" else "55")
    person.until(lambda: person.text("answer_figure") != first, "another answer for another input")
    person.next("deploy")
    out = tmp_path / "service"
    person.write("export_folder", str(out))
    person.click("export_go")
    person.until(lambda: any(out.rglob("serve.py")), "the exported service")
    person.rest()
    served_answer_equals_the_app(person, next(out.rglob("serve.py")).parent)
    undo_and_what_is_on_the_disk(person)


def served_answer_equals_the_app(person: Person, bundle: Path) -> None:
    """Start the service from the window, ask it over HTTP, stop it from the window."""
    window = person.window
    person.click("deploy_tab_run")
    person.click("service_start")
    state = person.find(QLabel, "service_state")
    person.until(lambda: "ready" in state.text().lower() or "running" in state.text().lower(), "the service is ready")
    port = window.panel.run.service.port
    row = {"months": 3, "fee": 71.5, "plan": "basic", "since": "2023-05-04"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/predict", json.dumps({"rows": [row]}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        served = json.loads(answer.read())
    run = window.controller.project_status().best
    scorer = stored_scorer(window.controller.project, window.controller.store, run.id)
    scores = scorer.scores(scorer.schema.from_rows([row]).frame)[0]
    assert served["model"]["version"] == scorer.version
    for name, score in zip(scorer.classes, scores, strict=True):
        assert abs(served["predictions"][0]["probabilities"][str(name)] - score) <= 1e-9
    children = {p.pid for p in psutil.Process().children(recursive=True)}
    person.click("service_stop")
    person.until(lambda: "stopped" in state.text().lower(), "the service has stopped")
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=2)
    assert len({p.pid for p in psutil.Process().children(recursive=True)}) < len(children)
    assert (bundle / "SHA256SUMS").exists()


def undo_and_what_is_on_the_disk(person: Person) -> None:
    """Undo makes the last stages out of date, redo brings the results back at once; all decisions are on the disk."""
    window = person.window
    window.controller.edit("Another seed", seed=99)
    QTest.qWait(100)
    assert {s.id: s.state for s in window.controller.stages()}["train"] == "stale"
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    person.until(lambda: window.controller.project.seed == 0, "undo")
    states = {s.id: s.state for s in window.controller.stages()}
    assert states["train"] == states["evaluate"] == "done"
    window.controller.save()
    person.until(lambda: read_project(window.controller.folder) == window.controller.project, "everything is saved")
    assert set(states) == set(STAGES)


@pytest.mark.proof
@pytest.mark.timeout(600)
def test_the_same_on_a_real_display(tmp_path: Path) -> None:
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed: apt-get install xvfb")
    number = 90 + os.getpid() % 900
    display = subprocess.Popen(["Xvfb", f":{number}", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(2.0)
        env = {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        test = f"{Path(__file__).as_posix()}::test_from_a_file_to_an_answer_through_nine_panels"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", str(tmp_path / "inner"), test]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=540, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
        assert "1 passed" in done.stdout
    finally:
        display.terminate()
        display.wait(10)
