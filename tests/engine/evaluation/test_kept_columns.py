"""The columns of a file before its predictions: all of them or the identifiers, as they came."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.evaluation.batch_prediction import predict_file
from mlops_desktop.engine.evaluation.kept_columns import kept_columns
from mlops_desktop.engine.training.final_model import Chosen, open_chosen

FEATURES = "island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex"


@pytest.fixture(scope="module")
def chosen(trained) -> Chosen:
    return open_chosen(trained.pipeline, trained.runs, Silent())


def answers(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_typed_cells_become_texts_and_gaps_stay_empty():
    table = pa.table({"n": [1.5, None, 3.0], "yes": [True, None, False], "word": pa.array(["a", None, "b"]).dictionary_encode()})
    kept = kept_columns(Cells(table=table), "all", (), ())
    assert kept.texts(0, 3) == [["1.5", "true", "a"], ["", "", ""], ["3", "false", "b"]]
    assert kept.texts(1, 2) == [["", "", ""]]
    assert kept_columns(Cells(table=table), "", (), ()).texts(0, 3) == [[], [], []]


def test_columns_of_the_file_stand_before_the_answers(chosen, tmp_path):
    file = tmp_path / "in.csv"
    file.write_text(
        f"note,{FEATURES},tag,prediction\n" + "=1,Dream,39.1,18.7,181,3750,MALE,T1,7\n,Moon,39.1,18.7,181,9750,,T2,\n", encoding="utf-8"
    )
    plain = predict_file(chosen.scorer, file, tmp_path / "out.csv", Silent())
    assert (plain.kept, plain.unusual) == (0, 1)
    expected = answers(tmp_path / "out.csv")
    every = predict_file(chosen.scorer, file, tmp_path / "out.csv", Silent(), keep="all", ids=["tag"])
    rows = answers(tmp_path / "out.csv")
    names = ["tag", "note", *FEATURES.split(","), "prediction (file)"]
    assert [*rows[0]] == [*names, *expected[0]]
    assert every.kept == len(names)
    assert [rows[0][name] for name in names] == ["T1", "=1", "Dream", "39.1", "18.7", "181", "3750", "MALE", "7"]
    assert [{name: row[name] for name in expected[0]} for row in rows] == expected
    predict_file(chosen.scorer, file, tmp_path / "out.csv", Silent(), keep="ids", ids=["tag"])
    assert [*answers(tmp_path / "out.csv")[1].items()][:2] == [("tag", "T2"), ("prediction", expected[1]["prediction"])]
    spelled = predict_file(chosen.scorer, file, tmp_path / "out.csv", Silent(), keep="ids", ids=["Tag "])  # as the project spells it
    assert [row["tag"] for row in answers(tmp_path / "out.csv")] == ["T1", "T2"]
    assert not any("identifier" in str(note) for note in spelled.warnings)
    found = predict_file(chosen.scorer, file, tmp_path / "out.csv", Silent(), keep="ids")  # without identifiers: the numbers of the rows
    assert [row["row"] for row in answers(tmp_path / "out.csv")] == ["1", "2"]
    assert any("known as an identifier" in str(note) for note in found.warnings)


def test_a_column_of_the_model_is_no_other_spelling_of_an_identifier():
    cells = Cells(table=pa.table({"Id": ["7"]}))
    assert kept_columns(cells, "ids", ["ID"], (), ["Id"]).names == ("row",)
    assert kept_columns(cells, "ids", ["ID"], ()).names == ("Id",)
