from __future__ import annotations

import json

import pytest

from mlops_desktop.serving.__main__ import main
from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.monitoring.feedback_file import store_label_file


@pytest.fixture
def app(monitored, asked):
    """Rows of three people whose note is their number; the second one was asked for twice."""
    made = monitored("binary", share=1.0)
    for name, notes in (("first", ("a1", "b2", "007")), ("second", ("b2",))):
        rows = [{"age": 30 + at, "income": 1000.5, "note": note} for at, note in enumerate(notes)]
        asked(made, "POST", "/v1/predict", {"rows": rows}, headers={"x-request-id": name})
    made.slot.recorder.flush()
    return made


@pytest.fixture
def stored(app, tmp_path):
    """`stored(text, …)` stores the labels of a file; counts of what became of them, codes of errors, and (request, row, label) of all."""

    def store(text, *arguments, **options):
        path = tmp_path / "labels.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        found = store_label_file(tmp_path / "monitor", path, "leaves", *arguments, **options)
        with app.slot.recorder.store.reading() as db:
            select = "SELECT request, row, label FROM labels JOIN predictions ON predictions.id = labels.prediction ORDER BY request, row"
            rows = [(request, row, json.loads(label)) for request, row, label in db.execute(select)]
        return [found.accepted, found.replaced, found.unchanged], [(one["entry"], one["code"]) for one in found.errors], rows

    return store


def test_a_file_is_joined_by_request_id(stored):
    counts, errors, rows = stored("\ufeffrequest_id;row;label\nfirst;2;yes\nsecond;;no\nfirst;x;no\nnobody;0;no\nfirst;1;\n")
    assert counts == [2, 0, 0]
    assert errors == [(2, "wrong_type"), (4, "missing"), (3, "unknown_request")]
    assert rows == [("first", 2, "yes"), ("second", 0, "no")]


def test_a_file_is_joined_by_a_column_of_the_log(stored):
    counts, errors, rows = stored("note,leaves\nb2,yes\n007,no\n7,no\na1,yes\na1,yes\nb2,no\n", "note")
    assert counts == [3, 0, 1]
    assert errors == [(5, "already_labelled"), (2, "unknown_request")]
    assert rows == [("first", 0, "yes"), ("first", 2, "no"), ("second", 0, "yes")], "of several rows with one key the newest is meant"


def test_a_number_is_found_however_it_is_written(stored):
    assert stored("age,label\n31.0,yes\n", "age")[2] == [("first", 1, "yes")]


def test_numbers_as_python_alone_writes_them_are_no_keys_and_every_form_of_a_number_finds_its_row(stored):
    counts, errors, rows = stored("age,label\n3_1,yes\n30,no\n030,no\n", "age")
    assert (counts, errors) == ([1, 0, 1], [(0, "unknown_request")])
    assert rows == [("second", 0, "no")]


def test_a_key_that_the_log_does_not_keep_is_refused(stored):
    with pytest.raises(UserError, match="nowhere"):
        stored("nowhere,label\n5,yes\n", "nowhere")


def test_labels_of_a_file_replace_others_where_that_is_asked_for(stored):
    assert stored("request_id,label\nsecond,yes\n")[0] == [1, 0, 0]
    assert stored("request_id,label\nsecond,no\n")[1] == [(0, "already_labelled")]
    assert stored("request_id,label\nsecond,no\n", replace=True)[0] == [0, 1, 0]


@pytest.mark.parametrize("text", ["", "request_id,row\na,1\n", "id,label\na,yes\n", "request_id,label\na,\xe4\n".encode("latin-1")])
def test_a_file_that_is_none_of_labels_is_refused(text, stored):
    with pytest.raises(UserError):
        stored(text)


def test_the_command(app, folders, tmp_path, capsys):
    file = tmp_path / "labels.csv"
    file.write_text("request_id,row,label\nfirst,0,yes\nfirst,1,perhaps\n")
    command = [str(folders["binary"]), "feedback", str(file)]
    assert main([*command, "--monitor-folder", str(tmp_path / "monitor")]) == 0
    out, err = capsys.readouterr()
    assert out == "1 labels stored, 0 were there, 1 refused.\n"
    assert err == "line 3: The label is none of the model's classes.\n"
    assert main(command) == 2
    assert main([*command, "--monitor-folder", str(tmp_path / "nowhere")]) == 2
    assert not (tmp_path / "nowhere").exists()
