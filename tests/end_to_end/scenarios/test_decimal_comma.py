"""A German file with decimal commas is read as numbers, and its model answers a file with decimal points, with a sentence about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog

from tests.end_to_end.scenarios.person import Person

pytestmark = pytest.mark.proof

Table = Callable[[str, Callable[[], str]], Path]


def german() -> str:
    """220 rows: a region, an amount with points between thousands, a rate, and who left."""
    rng = np.random.default_rng(27)
    rows = ["Region;Umsatz;Quote;Abgang"]
    for _ in range(220):
        amount, rate = rng.uniform(500, 15_000), rng.uniform(0, 4)
        leaves = rng.random() < 1 / (1 + np.exp(rate * 2 - amount / 4_000))
        text = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
        rows.append(f"{rng.choice(['Nord', 'Süd', 'West'])};{text};{rate:.2f}".replace("0.", "0.") + f";{'ja' if leaves else 'nein'}")
    return "\n".join(row if at == 0 else _with_comma(row) for at, row in enumerate(rows)) + "\n"


def _with_comma(row: str) -> str:
    region, amount, rate, left = row.split(";")
    return ";".join((region, amount, rate.replace(".", ","), left))


def english() -> str:
    return "Region,Umsatz,Quote\n" + "".join(f"Nord,{value},1.250\n" for value in ("1234.500", "12345.678", "2500.125", "8000.000"))


def test_a_german_file_and_an_english_one(person: Person, table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train = table("cases/b27_german_train.csv", german)
    person.open_preview(train)
    region, amount, rate, left = train.read_text(encoding="utf-8").splitlines()[1].split(";")
    english_marks = str.maketrans(",.", ".,")
    assert person.rows("import_rows")[0] == [region, amount.translate(english_marks), rate.translate(english_marks), left]
    person.reads("found: semicolon", "found: comma")
    person.read_file()
    assert person.text("positive").startswith("ja")
    person.predict("Abgang")
    person.train(3)
    person.go("app")
    english_file = table("cases/b27_english_score.csv", english)
    answers = tmp_path / "answers.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(answers), ""))
    person.drop(english_file, on=person.window.panel)
    person.until(answers.exists, "the answers")
    person.rest()
    person.reads("The numbers of “Umsatz”, “Quote” have a decimal point in this file")
    assert person.text("batch_refused_value") == "0"
    given = english_file.read_text(encoding="utf-8").splitlines()
    assert person.text("batch_rows_value") == str(len(given) - 1)
    assert len(answers.read_text(encoding="utf-8").splitlines()) == len(given)
