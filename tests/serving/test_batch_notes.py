"""What is unusual in a whole file is counted column by column and reported in one sentence each."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from mlops_desktop.serving.batch_notes import BatchNotes, header_text, spelling_notes
from mlops_desktop.serving.column import Column
from mlops_desktop.serving.schema import Schema

DAY = 86_400_000_000
SCHEMA = Schema(
    (
        Column("n", "number", low=0, high=10, missing_share=0.1),
        Column("d", "date", low=0, high=DAY, missing_share=0.1),
        Column("c", "category", levels=("a", "b"), missing_share=0.1),
        Column("full", "integer"),
        Column("gone", "number"),
    )
)
CELLS = {
    "n": ["1", "11", "x", "", "-1"],
    "d": ["1970-01-01", "1971-01-01", "1970-01-02", "", "1970-01-01"],
    "c": ["a", "z", "z", "y", ""],
    "full": ["1", "2", "", "z", "3"],
}


def messages(cells, ragged=(), **how):
    notes = BatchNotes(SCHEMA, {"gone"}, ["other"], **how)
    for start in (0, 2):  # in parts
        part = {name: texts[start : start + (2 if not start else 3)] for name, texts in cells.items()}
        notes.add(SCHEMA.from_texts(part, len(part["n"])), [row - start for row in ragged if row >= start] if start else [])
    return notes.messages()


def test_every_kind_is_counted():
    assert messages(CELLS) == [
        "The column “gone” is not there; its values count as missing.",
        "1 column that is not the model's was left out: “other”.",
        "1 row is refused because “n” cannot be read in it: it must be a number.",
        "“n” lies outside the range of the training data, 0 to 10, in 2 rows.",
        "“d” lies outside the range of the training data, 1970-01-01 to 1970-01-02, in 1 row.",
        "“c” has values that the training data did not have, or only rarely, in 3 rows: “z” (2), “y” (1).",
        "1 row is refused because “full” cannot be read in it: it must be a whole number.",
        "“full” is missing in 1 row; the training data had a value in every row.",
    ]


def test_without_examples_no_cell_is_repeated():
    found = messages(CELLS, examples=False)
    assert "1 column that is not the model's was left out." in found
    assert "“c” has values that the training data did not have, or only rarely, in 3 rows." in found


def test_the_target_is_no_foreign_column():
    found = BatchNotes(SCHEMA, unknown=["y", "other"], target="y", examples=False).messages()
    assert "“y” is the target: the model does not read it." in found
    assert "1 column that is not the model's was left out." in found


def test_rows_of_another_length_are_counted_alone():
    found = messages(CELLS, ragged=[2])
    assert "1 row is refused because it has another number of cells than the header." in found
    assert any("“c” has values" in note and "in 2 rows" in note for note in found)
    assert not any("“full” is missing" in note for note in found)


def test_nothing_is_reported_for_usual_rows():
    notes = BatchNotes(Schema(SCHEMA.columns[:4]))
    notes.add(SCHEMA.from_texts({"n": ["1", ""], "d": ["1970-01-01", ""], "c": ["a", ""], "full": ["1", "2"]}, 2))
    assert notes.messages() == []


@pytest.mark.parametrize(("count", "kept"), [(3, 3), (500, None)])
def test_notes_fit_into_a_header(count, kept):
    text = header_text(["Ä note."] * count)
    assert len(text) < 4200
    assert unquote(text.decode()).count("Ä note.") + (0 if kept else int(unquote(text.decode()).split("Ä note. ")[-1].split()[0])) == count


def test_names_in_another_spelling_are_reported():
    assert spelling_notes({"WERT": "Wert"}) == ["Columns are spelled otherwise in this file, and were read so: “WERT” as “Wert”."]
    assert spelling_notes({}) == []
    assert "“A11” as “a11” and 8 more" in spelling_notes({f"A{at}": f"a{at}" for at in range(20)})[0]
