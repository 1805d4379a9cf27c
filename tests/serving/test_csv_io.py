from __future__ import annotations

import csv
import io
import os
from dataclasses import replace

import numpy as np
import pytest

from mlops_desktop.serving.csv_io import WRONG_WIDTH, CsvInput, answer_chunk, as_csv, header_line, predict_file
from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.schema import Schema


def answers(scorer, text, size=5000):
    out = header_line(scorer)
    for chunk in CsvInput(io.StringIO(text, newline=""), scorer.schema, size).chunks():
        out += as_csv(answer_chunk(scorer, chunk)[0])
    return list(csv.reader(io.StringIO(out, newline="")))


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_every_dialect_gives_the_same_answers(mark, end, bom, scorers):
    scorer = scorers["binary"]
    text = bom + end.join([mark.join(("age", "income", "city")), mark.join(("40", "1200.5", "Rome")), mark.join(("50", "", "Oslo"))])
    rows = [{"age": 40, "income": 1200.5, "city": "Rome"}, {"age": 50, "city": "Oslo"}]
    wanted = scorer.scores(scorer.schema.from_rows(rows).frame)
    found = answers(scorer, text)
    assert found[0] == ["prediction", "probability_no", "probability_yes", "warnings", "error"]
    assert [[float(cell) for cell in row[1:3]] for row in found[1:]] == wanted.tolist()


def test_quoted_cells_may_hold_anything(scorers):
    text = 'note,age,city\n"two\nlines, and ""quotes""",30,"Zürich"\nplain,31,Oslo\n'
    assert len(answers(scorers["regression"], text)) == 3


def test_every_row_keeps_its_place_with_its_reason(scorers):
    text = "age,income,city\n40,1,Rome\nold,1,Rome\n41,1\n,1,Rome\n40.5,x,Rome\n42,1,Rome,extra\n\n43,,\n"
    for size in (1, 2, 5000):
        found = answers(scorers["binary"], text, size)[1:]
        assert [bool(row[0]) for row in found] == [True, False, False, False, False, False, True]
        assert [row[-1] for row in found][2] == WRONG_WIDTH
        assert "“age” cannot be read" in found[1][-1]
        assert "“age” is needed" in found[3][-1]
        assert "“age” must be a whole number" in found[4][-1]
        assert "“income” cannot be read" in found[4][-1]
        assert found[5][-1] == WRONG_WIDTH
        assert all(cell == "" for cell in found[1][:-1])
        assert "old" not in str(found)


def test_a_blank_line_is_a_missing_value_where_there_is_one_column(scorers):
    assert [row[-1] != "" for row in answers(scorers["binary"], "age\n40\n\n41\n")[1:]] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no header"),
        ("\n\n", "no header"),
        (",,\n1,2,3\n", "None of the columns"),
        ("age,age\n1,2\n", "twice"),
        ("a,b\n1,2\n", "None of the columns"),
        ("income,city\n1,Rome\n", "“age” is needed"),
    ],
)
def test_what_is_no_table_for_this_model(text, message, scorers):
    with pytest.raises(UserError, match=message):
        answers(scorers["binary"], text)


def test_unknown_columns_are_left_out_even_when_they_come_twice(scorers):
    assert answers(scorers["binary"], "age,x,x\n40,1,2\n")[1][0] in ("no", "yes")


def test_names_are_read_as_they_were_at_training(scorers):
    plain = answers(scorers["binary"], "age,income\n40,100\n41,5\n")
    assert answers(scorers["binary"], '"\n age ",  income\n40,100\n41,5\n') == plain
    assert answers(scorers["binary"], "age,income,income_2\n40,100,x\n41,5,x\n") == plain


@pytest.mark.parametrize("text", ["age,city\n", "age,city", "age,city\n\n\n"])
def test_a_header_alone_is_refused(scorers, text):
    with pytest.raises(UserError, match="no row of data"):
        answers(scorers["binary"], text)


def test_very_long_cells_are_read(scorers):
    assert answers(scorers["binary"], f"age,note\n40,{'x' * 400_000}\n")[1][-1] == ""


def test_columns_that_a_file_lacks_are_named(scorers, tmp_path):
    scorer = scorers["binary"]
    (tmp_path / "in.csv").write_text("age,extra\n40,x\n", encoding="utf-8")
    rows, refused, warnings = predict_file(scorer, tmp_path / "in.csv", tmp_path / "out.csv")
    assert (rows, refused) == (1, 0)
    absent = {column.name for column in scorer.schema.columns} - {"age"}
    assert {name for name in absent if any(f"“{name}”" in warning for warning in warnings)} == absent
    needed = Schema(tuple(replace(column, nullable=column.name == "age") for column in scorer.schema.columns))
    with pytest.raises(UserError, match="are needed and not there") as caught:
        needed.check_columns(["age"])
    assert all(f"“{name}”" in caught.value.message for name in absent)


def test_a_file_is_answered_in_a_file(scorers, tmp_path, rows_of):
    scorer, rows = scorers["multiclass"], rows_of(12_345, 6)
    names = [column.name for column in scorer.schema.columns]
    cells = [["" if row[name] is None else str(row[name]).lower() if name == "member" else row[name] for name in names] for row in rows]
    (tmp_path / "in.csv").write_text(as_csv([names, *cells]), encoding="utf-8")
    assert predict_file(scorer, tmp_path / "in.csv", tmp_path / "out.csv")[:2] == (12_345, 0)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        found = np.array([[float(cell) for cell in row[1:4]] for row in list(csv.reader(file))[1:]])
    assert np.array_equal(found, scorer.scores(scorer.schema.from_rows(rows).frame))


def test_what_cannot_be_read_leaves_nothing_behind(scorers, tmp_path):
    (tmp_path / "in.csv").write_bytes(("age,city\n" + "40,Нижний Новгород\n" * 5).encode("cp1251"))
    for source, message in (("in.csv", "not UTF-8"), ("nowhere.csv", "cannot be read")):
        with pytest.raises(UserError, match=message):
            predict_file(scorers["binary"], tmp_path / source, tmp_path / "out.csv")
    (tmp_path / "in.csv").write_text("age\n40\n", encoding="utf-8")
    with pytest.raises(UserError, match="cannot be written"):
        predict_file(scorers["binary"], tmp_path / "in.csv", tmp_path / "no" / "out.csv")
    with pytest.raises(UserError, match="file that is read"):
        predict_file(scorers["binary"], tmp_path / "in.csv", tmp_path / "in.csv")
    assert (tmp_path / "in.csv").read_text(encoding="utf-8") == "age\n40\n"
    assert sorted(os.listdir(tmp_path)) == ["in.csv"]
