from __future__ import annotations

import csv
import io
import json
from urllib.parse import unquote

import pytest

from mlops_desktop.serving.csv_predictions import CsvRequest
from mlops_desktop.serving.http_problems import HttpProblem
from mlops_desktop.serving.service import Service

TABLE = b"age,city,member\n40,Rome,yes\nx,Rome,no\n41,Rome,no,1\n42,Athens,no\n43,Oslo,yes\n"


def test_a_csv_has_the_same_answers_as_json_and_as_csv(bundles):
    predictor = Service(bundles["binary"]).predictor

    def opened():
        return CsvRequest(TABLE, predictor, 10)

    table = list(csv.DictReader(io.StringIO(opened().as_csv().body.decode())))
    found = [json.loads(one) for one in opened().predictions()[0]]
    assert [one["prediction"] or "" for one in found] == [row["prediction"] for row in table]
    assert [row["error"] for row in table] == [" ".join(error["detail"] for error in one.get("errors", ())) for one in found]
    assert [one["errors"][0]["code"] for one in found[1:3]] == ["unreadable", "wrong_width"]
    assert [warning["code"] for warning in found[3]["warnings"]] == ["unknown_level"]


def test_the_target_is_named_as_what_it_is_and_no_foreign_column(bundles):
    predictor = Service(bundles["binary"]).predictor
    request = CsvRequest(b"age,city,leaves,x\n40,Rome,yes,1\n41,Oslo,no,2\n", predictor, 10)
    notes = unquote(dict(request.as_csv().headers)[b"x-model-notes"].decode())
    assert "“leaves” is the target" in notes
    assert "1 column that is not the model's was left out." in notes


@pytest.mark.parametrize(("body", "status"), [(b"\xff\xfe\x00", 422), (b"a\n1\n", 422), (b"age\n1\n2\n3\n", 413), (b"PK\x03\x04", 400)])
def test_what_is_no_table_of_the_model(body, status, bundles):
    with pytest.raises(HttpProblem) as caught:
        CsvRequest(body, Service(bundles["binary"]).predictor, 2)
    assert caught.value.status == status
