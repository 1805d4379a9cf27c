"""A new file is read alike by the command line, a bundle and its service, however it is written, and doubtful numbers are refused."""

from __future__ import annotations

import csv
import datetime
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import openpyxl
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.evaluation import predict_file
from mlops_desktop.serving import csv_io
from mlops_desktop.serving.bundle import open_bundle
from tests.end_to_end.commands import Service, call, done, refused, run_bundle, serving

ROWS = 160
NEW = 12
NAMES = ("Eingang", "Ort", "Gewicht", "Wert", "Stück", "Express")


@dataclass(frozen=True)
class Model:
    """A project that was trained on a workbook, its bundle as a service, and the rows that it is asked for."""

    project: Path
    bundle: Path
    service: Service
    rows: list[list[object]]
    folder: Path


def table() -> list[list[object]]:
    rng = np.random.default_rng(8)
    return [
        [
            datetime.datetime(2024, 1, 1) + datetime.timedelta(days=int(rng.integers(300))),
            str(rng.choice(["Köln", "Rom", "Zürich"])),
            round(float(rng.uniform(0.5, 60)), 2),
            round(float(rng.uniform(900, 9000)), 2),
            int(rng.integers(1, 2500)),
            bool(rng.integers(2)),
        ]
        for _ in range(ROWS)
    ]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Model]:
    folder = tmp_path_factory.mktemp("new_file")
    rows = table()
    book = openpyxl.Workbook()
    book.active.append([*NAMES, "Preis"])
    for day, place, weight, value, pieces, quick in rows:
        price = 5 + 0.3 * weight + 0.002 * value + 0.001 * pieces + 4 * quick + (place == "Rom") + day.month
        book.active.append([day, place, weight, value, pieces, quick, price])
    book.save(folder / "train.xlsx")
    done("new", folder / "p", "--data", folder / "train.xlsx", "--target", "Preis")
    done("set", folder / "p", 'candidates=["ridge"]', "split.folds=2")
    done("run", folder / "p", "--trials", 1, "--seed", 3)
    done("export", folder / "p", "rest_bundle", folder / "bundle")
    with serving(sys.executable, folder / "bundle", folder) as service:
        yield Model(folder / "p", folder / "bundle", service, rows[:NEW], folder)


def german(rows: list[list[object]]) -> list[list[str]]:
    return [
        [
            f"{day:%d.%m.%Y}",
            place,
            f"{weight:.2f}".replace(".", ","),
            f"{value:,.2f}".translate(str.maketrans(",.", ".,")),
            f"{pieces:,}".replace(",", "."),
            "WAHR" if quick else "FALSCH",
        ]
        for day, place, weight, value, pieces, quick in rows
    ]


def english(rows: list[list[object]]) -> list[list[str]]:
    return [
        [f"{day:%m/%d/%Y}", place, f"{weight:.2f}", f"{value:,.2f}", f"{pieces:,}", "yes" if quick else "no"]
        for day, place, weight, value, pieces, quick in rows
    ]


def text_of(rows: list[list[str]], mark: str, above: str = "") -> str:
    lines = [mark.join(f'"{cell}"' if mark in cell else cell for cell in row) for row in (list(NAMES), *rows)]
    return above + "\r\n".join(lines) + "\r\n"


def french(rows: list[list[object]]) -> list[list[str]]:
    return [[cell.replace("yes", "oui").replace("no", "non") for cell in row] for row in in_locale(rows, "%d/%m/%Y", ",", "\u202f")]


def in_locale(rows: list[list[object]], day_format: str, decimal: str, thousands: str) -> list[list[str]]:
    marks = str.maketrans({",": thousands, ".": decimal})
    return [
        [
            day.strftime(day_format),
            place,
            f"{weight:.2f}".translate(marks),
            f"{value:,.2f}".translate(marks),
            f"{pieces:,}".translate(marks),
            "yes" if quick else "no",
        ]
        for day, place, weight, value, pieces, quick in rows
    ]


def around(rows: list[list[object]]) -> str:
    """A German file as an office writes it: a title, units, names once more, a total and a notice."""
    lines = text_of(german(rows), ";").splitlines()
    units, total = ";;[kg];[EUR];[Stk];", "Summe;;300,5;50.000,00;1.234;"
    return "\n".join(["Bericht 2024", "", lines[0], units, *lines[1:6], lines[0], *lines[6:], total, "", "Quelle: Amt"]) + "\n"


def spelled(rows: list[list[object]]) -> str:
    """Other spellings of names and levels, another order of the columns, one column more, and a delimiter behind each row."""
    table = [[name.upper() for name in NAMES], *([row[0], row[1].upper(), *row[2:]] for row in german(rows))]
    return "".join(";".join([*row[::-1], "x", ""]) + "\n" for row in table).replace("x", "Neu", 1)


WRITTEN = {
    "a German CSV": (lambda rows: text_of(german(rows), ";"), "utf-8"),
    "with a byte order mark": (lambda rows: text_of(german(rows), ";"), "utf-8-sig"),
    "as Excel saves Unicode text": (lambda rows: text_of(german(rows), "\t"), "utf-16"),
    "as Windows saves it": (lambda rows: text_of(german(rows), ";"), "cp1252"),
    "with the delimiter above": (lambda rows: text_of(german(rows), ";", "sep=;\r\n"), "utf-8"),
    "an English CSV": (lambda rows: text_of(english(rows), ","), "utf-8"),
    "a French CSV": (lambda rows: text_of(french(rows), ";"), "utf-8"),
    "a Swiss CSV": (lambda rows: text_of(in_locale(rows, "%d.%m.%Y", ".", "’"), ";"), "utf-8"),
    "an Indian CSV": (lambda rows: text_of(in_locale(rows, "%d-%m-%Y", ".", ","), ","), "utf-8"),
    "as a Mac saved it": (lambda rows: text_of(german(rows), ";"), "mac-roman"),
    "as DOS saved it": (lambda rows: text_of(german(rows), ";"), "cp850"),
    "with lines around the table": (around, "utf-8"),
    "spelled otherwise": (spelled, "utf-8"),
    "English between bars": (lambda rows: text_of(english(rows), "|"), "utf-8"),
}


def answers(text: str) -> list[float]:
    rows = list(csv.DictReader(text.splitlines()))
    assert not any(row["error"] for row in rows), rows
    return [float(row["prediction"]) for row in rows]


@pytest.fixture(scope="module")
def wanted(model: Model) -> list[float]:
    book = openpyxl.Workbook()
    for row in (list(NAMES), *model.rows):
        book.active.append(row)
    book.save(model.folder / "new.xlsx")
    done("predict", model.project, model.folder / "new.xlsx", model.folder / "wanted.csv")
    return answers((model.folder / "wanted.csv").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", WRITTEN)
def test_every_way_of_writing_gives_the_answers_of_the_workbook(name, model, wanted, tmp_path):
    make, encoding = WRITTEN[name]
    body = make(model.rows).encode(encoding)
    (tmp_path / "in.csv").write_bytes(body)
    bundle = open_bundle(model.bundle)
    scorer = bundle.scorer.with_intervals(bundle.info["interval"])
    by_app = predict_file(scorer, tmp_path / "in.csv", tmp_path / "app.csv", Silent())
    rows, refused_rows, notes = csv_io.predict_file(scorer, tmp_path / "in.csv", tmp_path / "bundle.csv")
    assert (by_app.rows, by_app.refused) == (rows, refused_rows) == (NEW, 0)
    warnings = [note.replace(" “Keep every row” keeps such rows.", "") for note in by_app.warnings]  # a bundle has no such parameter
    assert {note for note in warnings if "not UTF-8" not in note and "delimiter" not in note and "empty" not in note} <= set(notes)
    assert any("“Eingang”" in note for note in by_app.warnings)
    text = (tmp_path / "app.csv").read_text(encoding="utf-8")
    assert answers(text) == wanted  # to the last digit
    assert (tmp_path / "bundle.csv").read_text(encoding="utf-8") == text
    status, reply, headers = model.service.ask("POST", "/v1/predict/csv", body, "text/csv")
    assert (status, reply.decode()) == (200, text)
    output = unquote(headers["x-model-notes"])
    assert all(note in output for note in notes if "left out" not in note and "once more" not in note and "units" not in note)
    assert not any(text in output for text in ("Bericht", "Quelle", "sep=", "“Neu”"))  # headers, which servers may log, repeat no line


LOCALES = ("a German CSV", "an English CSV", "a French CSV", "a Swiss CSV", "an Indian CSV")


@pytest.mark.parametrize("name", LOCALES)
def test_commands_say_what_is_written_otherwise(name, model, wanted, tmp_path):
    make, encoding = WRITTEN[name]
    (tmp_path / "in.csv").write_bytes(make(model.rows).encode(encoding))
    by_app = call("predict", model.project, tmp_path / "in.csv", tmp_path / "app.csv")
    by_bundle = run_bundle(sys.executable, model.bundle, "predict", tmp_path / "in.csv", tmp_path / "bundle.csv", cwd=tmp_path)
    for found, out in ((by_app, "app.csv"), (by_bundle, "bundle.csv")):
        assert found.returncode == 0, found.stderr
        assert "“Eingang” are written" in found.stderr
        assert answers((tmp_path / out).read_text(encoding="utf-8")) == wanted


def test_numbers_that_read_both_ways_are_refused_in_one_sentence(model, tmp_path):
    rows = [["2024-03-04", "Rom", "12,345", "1,234", "7", "yes"]] * 3
    body = text_of(rows, ";").encode()
    (tmp_path / "in.csv").write_bytes(body)
    message = refused(call("predict", model.project, tmp_path / "in.csv", tmp_path / "out.csv"))
    alone = run_bundle(sys.executable, model.bundle, "predict", tmp_path / "in.csv", tmp_path / "out.csv", cwd=tmp_path)
    assert alone.returncode == 2
    status, reply, _ = model.service.ask("POST", "/v1/predict/csv", body, "text/csv")
    assert status == 422
    for text in (message, alone.stderr, json.loads(reply)["title"]):
        assert "“Gewicht”, “Wert” read both ways" in text
    assert not (tmp_path / "out.csv").exists()


def test_evaluation_and_drift_read_the_file_alike(model, tmp_path):
    rows = [[*row, f"{10 + at},5"] for at, row in enumerate(german(model.rows))]
    lines = [";".join(row) for row in ([*NAMES, "Preis"], *rows)]
    (tmp_path / "new.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = json.loads(done("evaluate", model.project, "--data", tmp_path / "new.csv", "--json"))
    assert (found["rows_in_file"], found["rows_left_out"]) == (NEW, 0)
    assert any("decimal comma" in note for note in found["notes"])
