"""A model meets files that it has not seen: evaluation on one, answers to one, drift of one, and a second training with it."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog

from tests.end_to_end.scenarios.person import Person

pytestmark = pytest.mark.proof

COLUMNS = ["customer", "months", "fee", "plan", "left"]


def customers(rows: int, seed: int, *, later: bool = False) -> list[list[str]]:
    """Customers who stay or leave. `later`: fees are twice as high, a plan is new, and one customer has no number of months."""
    rng = np.random.default_rng(seed)
    found = []
    for at in range(rows):
        months, fee = int(rng.integers(1, 60)), rng.normal(60, 12) * (2 if later else 1)
        plan = "family" if later and at % 5 == 0 else str(rng.choice(["basic", "plus", "pro"]))
        leaves = rng.random() < 1 / (1 + np.exp(months / 8 - fee / 20 - (plan == "basic")))
        found.append([f"C{seed}-{at:04}", str(months), f"{fee:.2f}", plan, "yes" if leaves else "no"])
    if later:
        found[7][1] = "unknown number"
    return found


def write(path: Path, rows: list[list[str]], columns: list[str] = COLUMNS) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([row[: len(columns)] for row in rows])
    return path


def test_an_unseen_file_from_answers_to_a_second_training(person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person.open_preview(write(tmp_path / "customers.csv", customers(400, 1)))
    person.read_file()
    person.predict("left")
    person.train(3)
    evaluate_on(person, write(tmp_path / "unseen.csv", customers(120, 2)), monkeypatch)
    later = customers(150, 3, later=True)
    answer(person, write(tmp_path / "later.csv", later, COLUMNS[:-1]), tmp_path / "answers.csv", monkeypatch)
    drift_and_retrain(person, write(tmp_path / "later with outcome.csv", later))


def evaluate_on(person: Person, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person.go("evaluate")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    person.click("evaluation_source_file")
    person.click("evaluate_file_choose")
    person.rest()
    person.reads("unseen.csv", "120")


def answer(person: Person, file: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers keep the identifier first; what is odd in the file is counted."""
    person.go("app")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    person.drop(file, on=person.window.panel)
    person.until(out.exists, "the answers")
    person.rest()
    assert person.text("batch_rows_value") == "150"
    assert person.text("batch_refused_value") == "1"
    person.reads("family", "fee")
    header, *rows = csv.reader(out.read_text(encoding="utf-8").splitlines())
    assert header[:4] == COLUMNS[:4]
    assert len(rows) == 150


def drift_and_retrain(person: Person, file: Path) -> None:
    """The file looks unlike the training data; it is added, and the new model is compared with the old one."""
    person.go("deploy")
    person.click("deploy_tab_monitor")
    person.drop(file, on=person.window.panel.monitor.zone)
    person.until(lambda: person.text("drift_verdict"), "a verdict")
    person.rest()
    assert person.text("drift_verdict") == "action needed"
    rows = person.rows("drift_columns")
    assert "fee" in rows[0][0] + rows[1][0] + rows[2][0]
    assert person.text("monitor_rows") == "Rows of the project: 400 → 550"
    person.click("monitor_retrain")
    person.until(lambda: person.window.stage == "train", "training")
    person.rest()
    person.reads("550 rows, 400 before")
    person.click("start_training")
    person.until(person.trained, "a new model")
    person.rest()
    person.reads("training rows that are new to both")
