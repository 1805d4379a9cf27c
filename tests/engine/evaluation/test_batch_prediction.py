"""Whole files: an answer for every row in its place, and drift against training."""

from __future__ import annotations

import contextlib
import csv
import gzip
import json
import sqlite3
from pathlib import Path

import pyarrow.csv as pv
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.base.source import Source
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.evaluation import batch_prediction
from mlops_desktop.engine.evaluation.answer_notation import AnswerNotation
from mlops_desktop.engine.evaluation.batch_prediction import predict_file
from mlops_desktop.engine.evaluation.final_evaluation import evaluate_file
from mlops_desktop.engine.monitoring.drift import drift_of
from mlops_desktop.engine.training.final_model import Chosen, open_chosen

HEAD = "island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex\n"


@pytest.fixture(scope="module")
def chosen(trained) -> Chosen:
    return open_chosen(trained.pipeline, trained.runs, Silent())


def answers(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_row_is_answered_in_its_place(chosen, tmp_path, monkeypatch):
    monkeypatch.setattr(batch_prediction, "CHUNK", 50)
    found = predict_file(chosen.scorer, resource_folder() / "samples" / "penguins.csv", tmp_path / "out.csv", Silent())
    rows = answers(tmp_path / "out.csv")
    assert (found.rows, found.refused) == (344, 0)
    assert len(rows) == 344
    assert set(rows[0]) == {"prediction", "probability_Adelie", "probability_Chinstrap", "probability_Gentoo", "warnings", "error"}
    right = answers(resource_folder() / "samples" / "penguins.csv")
    assert sum(a["prediction"] == b["species"] for a, b in zip(rows, right, strict=True)) > 330


def test_answers_are_written_with_the_marks_of_the_file_where_that_is_asked(chosen, tmp_path):
    head, row = HEAD.replace(",", ";"), "Dream;39,1;18,7;181;3750;MALE\n"
    file, out = tmp_path / "in.csv", tmp_path / "out.csv"
    file.write_text(head + row * 2, encoding="utf-8")
    found = predict_file(chosen.scorer, file, out, Silent(), keep="all", written_as="file", labels={"island": "Insel", "sex": "prediction"})
    assert found.notation == AnswerNotation(";", ",")
    lines = [line.split(";") for line in out.read_text(encoding="utf-8").splitlines()]
    assert lines[0][:1] == ["Insel"]
    assert lines[0][5] == "prediction (file)"
    assert lines[1][1] == "39,1"
    shares = lines[1][7:10]
    assert sum(float(text.replace(",", ".")) for text in shares) == pytest.approx(1)
    assert any("," in text for text in shares)
    assert predict_file(chosen.scorer, file, out, Silent()).notation == AnswerNotation()
    assert out.read_text(encoding="utf-8").startswith("prediction,")
    file.write_text(head + row.replace(",", "."), encoding="utf-8")
    assert predict_file(chosen.scorer, file, out, Silent(), written_as="file").notation == AnswerNotation(";", ".")
    file.write_text(HEAD + "Dream,39.1,18.7,181,3750,MALE\n", encoding="utf-8")
    assert predict_file(chosen.scorer, file, out, Silent(), written_as="file").notation == AnswerNotation()


def test_a_refused_row_is_empty_with_its_reason(chosen, tmp_path):
    file = tmp_path / "in.csv"
    file.write_text(HEAD + "Dream,39.1,18.7,181,3750,MALE\nDream,x,18.7,181,3750,MALE\nDream,,,,,\n", encoding="utf-8")
    found = predict_file(chosen.scorer, file, tmp_path / "out.csv", Silent())
    rows = answers(tmp_path / "out.csv")
    assert found.refused == 1
    assert rows[0]["prediction"]
    assert not rows[0]["error"]
    assert rows[1]["prediction"] == rows[1]["probability_Adelie"] == ""
    assert "bill_length_mm" in rows[1]["error"]
    assert rows[2]["prediction"]


def test_columns_in_another_order_and_more_of_them_change_nothing(chosen, tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text(HEAD + "Dream,39.1,18.7,181,3750,MALE\n", encoding="utf-8")
    two.write_text(
        "sex;extra;body_mass_g;flipper_length_mm;bill_depth_mm;bill_length_mm;island\nMALE;?;3750;181;18.7;39.1;Dream\n", encoding="utf-8"
    )
    for file in (one, two):
        predict_file(chosen.scorer, file, file.with_suffix(".out"), Silent())
    assert answers(one.with_suffix(".out")) == answers(two.with_suffix(".out"))


def test_a_file_of_something_else_is_a_sentence_and_writes_nothing(chosen, tmp_path):
    file = tmp_path / "in.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UserError, match="No column of the model"):
        predict_file(chosen.scorer, file, tmp_path / "out.csv", Silent())
    assert not (tmp_path / "out.csv").exists()
    assert not list(tmp_path.glob("*out*"))


def test_the_training_file_does_not_drift_and_a_shifted_one_does(chosen, tmp_path):
    sample = resource_folder() / "samples" / "penguins.csv"
    calm = drift_of(chosen, sample, Silent())
    assert calm.verdict == "stable"
    assert (calm.trained_on > 0.9 * calm.rows, calm.compares_score) == (True, False)
    with sample.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert (calm.in_data, calm.same_data) == (len(rows), True)
    for row in rows:
        if row["body_mass_g"]:
            row["body_mass_g"] = str(int(row["body_mass_g"]) + 1500)
    shifted = tmp_path / "shifted.csv"
    with shifted.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    moved = drift_of(chosen, shifted, Silent())
    assert moved.verdict == "act"
    assert (moved.compares_score, moved.same_data) == (True, False)
    worst = max(moved.columns, key=lambda column: column.psi)
    assert worst.field == "body_mass_g"


# ---- the same rows in other kinds of files


def _kinds(folder: Path) -> dict[str, tuple[str, Source | None]]:
    """The penguins as locations of several kinds, each with the source that a project's data had."""
    table = pv.read_csv(resource_folder() / "samples" / "penguins.csv")
    pq.write_table(table, folder / "a.parquet")
    feather.write_feather(table, folder / "a.feather")
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, table.to_pylist())), encoding="utf-8")
    (folder / "a.csv.gz").write_bytes(gzip.compress((resource_folder() / "samples" / "penguins.csv").read_bytes()))
    with contextlib.closing(sqlite3.connect(folder / "a.db")) as database, database:
        names = ", ".join(table.column_names)
        for name, rows in (("old", table.to_pylist() * 2), ("birds", table.to_pylist())):
            database.execute(f"CREATE TABLE {name} ({names})")
            values = [tuple(row.values()) for row in rows]
            database.executemany(f"INSERT INTO {name} VALUES ({','.join('?' * table.num_columns)})", values)
    (folder / "parts").mkdir()
    pv.write_csv(table.slice(0, 100), folder / "parts" / "1.csv")
    pv.write_csv(table.slice(100), folder / "parts" / "2.csv")
    files = {name: (str(folder / name), None) for name in ("a.parquet", "a.feather", "a.jsonl", "a.csv.gz", "parts")}
    birds = choices().sources["sqlite"](table="birds")
    return {**files, "an address": (f"sqlite:{folder}/a.db?table=birds", None), "the project's table": (str(folder / "a.db"), birds)}


@pytest.mark.parametrize("kind", ["a.parquet", "a.feather", "a.jsonl", "a.csv.gz", "parts", "an address", "the project's table"])
def test_the_answers_are_the_same_whatever_the_kind_of_file(chosen, tmp_path, kind):
    place, source = _kinds(tmp_path)[kind]
    assert predict_file(chosen.scorer, resource_folder() / "samples" / "penguins.csv", tmp_path / "right.csv", Silent()).rows == 344
    assert predict_file(chosen.scorer, place, tmp_path / "out.csv", Silent(), source).rows == 344
    assert answers(tmp_path / "out.csv") == answers(tmp_path / "right.csv")


def test_a_file_is_evaluated_and_compared_whatever_its_kind(chosen, tmp_path):
    for place, source in _kinds(tmp_path).values():
        if source is None:
            assert evaluate_file(chosen, place, Silent()).rows_in_file == 344
            assert drift_of(chosen, place, Silent()).verdict == "stable"
