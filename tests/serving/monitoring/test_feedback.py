from __future__ import annotations

import json

import pytest

from mlops_desktop.serving.monitoring.feedback import label_reader

ROW = {"age": 40, "income": 2000.5, "city": "Rome", "member": True}


@pytest.fixture
def app(monitored, asked):
    """Two requests: `one` with a row, `three` with three rows."""
    made = monitored("binary", share=1.0)
    for name, rows in (("one", [ROW]), ("three", [ROW, {"age": 50}, {"age": 60}])):
        asked(made, "POST", "/v1/predict", {"rows": rows}, headers={"x-request-id": name})
    return made


def labels(app):
    with app.slot.recorder.store.reading() as db:
        select = "SELECT request, row, label FROM labels JOIN predictions ON predictions.id = labels.prediction ORDER BY request, row"
        return [(request, row, json.loads(label)) for request, row, label in db.execute(select)]


def sent(asked, app, *entries, **more):
    answer = asked(app, "POST", "/v1/feedback", {"labels": list(entries), **more})
    assert answer.status == 200, answer.body
    found = answer.json
    return [found[name] for name in ("accepted", "replaced", "unchanged", "refused")], [(e["entry"], e["code"]) for e in found["errors"]]


def label(request, value, row=None):
    return {"request_id": request, "label": value} | ({} if row is None else {"row": row})


def test_labels_are_joined_by_request_and_row(app, asked):
    assert sent(asked, app, label("one", "yes"), label("three", "no", 2), label("three", "yes", 0)) == ([3, 0, 0, 0], [])
    assert labels(app) == [("one", 0, "yes"), ("three", 0, "yes"), ("three", 2, "no")]


def test_what_does_not_fit_is_reported_and_the_rest_is_stored(app, asked):
    wrong = [label("nobody", "yes"), label("three", "yes"), label("one", "perhaps"), label("three", 5, 1), label("three", "no", 9)]
    broken = [5, {"request_id": 7, "label": "no"}, label("one", "no", -1), {"request_id": "one"}, {**label("one", "no"), "more": 1}]
    counts, errors = sent(asked, app, *wrong, *broken, label("one", "no"))
    assert counts == [1, 0, 0, 10]
    assert errors == [
        *((0, "unknown_request"), (1, "row_needed"), (2, "unknown_class"), (3, "unknown_class"), (4, "unknown_request")),
        *((5, "not_an_object"), (6, "wrong_type"), (7, "wrong_type"), (8, "missing"), (9, "unknown_member")),
    ]
    assert labels(app) == [("one", 0, "no")]


def test_texts_and_numbers_beyond_the_store_leave_the_other_labels(app, asked):
    assert sent(asked, app, label("\ud800", "yes"), label("one", "no")) == ([1, 0, 0, 1], [(0, "wrong_type")])
    with pytest.raises(ValueError, match="wrong_type"):
        label_reader([])(int("9" * 400))


def test_a_second_label_is_refused_unless_it_is_to_replace_the_first(app, asked):
    assert sent(asked, app, label("one", "yes"), label("one", "yes")) == ([1, 0, 1, 0], [])
    assert sent(asked, app, label("one", "no")) == ([0, 0, 0, 1], [(0, "already_labelled")])
    assert labels(app) == [("one", 0, "yes")]
    assert sent(asked, app, label("one", "no"), replace=True) == ([0, 1, 0, 0], [])
    assert labels(app) == [("one", 0, "no")]


def test_an_id_that_comes_again_is_of_its_newest_row(app, asked):
    asked(app, "POST", "/v1/predict", {"rows": [{"age": 77}]}, headers={"x-request-id": "one"})
    sent(asked, app, label("one", "yes"))
    with app.slot.recorder.store.reading() as db:
        select = "SELECT cells FROM predictions JOIN labels ON predictions.id = labels.prediction"
        assert [json.loads(cells)["age"] for (cells,) in db.execute(select)] == [77]


def test_an_id_that_comes_again_with_fewer_rows_or_more_is_of_its_newest_request(app, asked):
    asked(app, "POST", "/v1/predict", {"rows": [{"age": 77}]}, headers={"x-request-id": "three"})
    assert sent(asked, app, label("three", "yes"), label("three", "no", 1)) == ([1, 0, 0, 1], [(1, "unknown_request")])
    asked(app, "POST", "/v1/predict", {"rows": [{"age": 78}] * 2}, headers={"x-request-id": "three"})
    assert sent(asked, app, label("three", "yes"), label("three", "no", 1)) == ([1, 0, 0, 1], [(0, "row_needed")])


def test_a_value_has_a_number_as_its_label(monitored, asked):
    app = monitored("regression", share=1.0)
    asked(app, "POST", "/v1/predict", {"rows": [ROW] * 2}, headers={"x-request-id": "flat"})
    assert sent(asked, app, label("flat", 812, 0), label("flat", "high", 1), label("flat", True, 1)) == (
        [1, 0, 0, 2],
        [(1, "wrong_type"), (2, "wrong_type")],
    )
    assert labels(app) == [("flat", 0, 812.0)]


@pytest.mark.parametrize("body", [{"labels": 5}, {"labels": [], "replace": "yes"}, {}, {"labels": [], "other": 1}])
def test_a_body_that_is_no_feedback_is_refused(body, app, asked):
    assert asked(app, "POST", "/v1/feedback", body).status == 422


def test_too_many_labels_and_a_store_that_cannot_be_written(app, asked):
    assert asked(app, "POST", "/v1/feedback", {"labels": [1] * 10_001}).status == 413
    store = app.slot.recorder.store
    store.path = store.path / "not there"
    assert asked(app, "POST", "/v1/feedback", {"labels": [label("one", "yes")]}).status == 503


def test_texts_of_a_file_stand_for_classes_and_numbers():
    read = label_reader([1, 2.5, "50 % other", True])
    assert [read(one) for one in (1, "1", 1.0, 2.5, "2.5", "50 % other", True, "true")] == [1, 1, 1, 2.5, 2.5, "50 % other", True, True]
    for wrong in (None, [1], "no", False, 2):
        with pytest.raises(ValueError, match="unknown_class"):
            read(wrong)
    assert label_reader([])("1.5") == 1.5
    with pytest.raises(ValueError, match="wrong_type"):
        label_reader([])("nan")
