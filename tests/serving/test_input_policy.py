from __future__ import annotations

import json

import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.http_problems import HttpProblem
from mlops_desktop.serving.input_policy import ACTIONS, KINDS, InputPolicy
from mlops_desktop.serving.service import Service
from mlops_desktop.serving.service_settings import ServiceSettings

UNUSUAL = {"unknown": {"age": 40, "city": "Athens"}, "out_of_range": {"age": 95}, "missing": {"age": 40, "member": None, "note": None}}
PLACES = {"unknown": "city", "out_of_range": "age", "missing": "note"}


def answered(bundle, row, *policies):
    """The codes of the warnings about the columns of `PLACES`, or of the errors of a row that is refused, by a service with a policy."""
    service = Service(bundle, settings=ServiceSettings(policies))
    try:
        reply = service.predict(json.dumps({"rows": [row]}).encode())
    except HttpProblem as problem:
        return "refused", {(one["field"], one["code"]) for one in problem.errors}
    (one,) = json.loads(reply.body)["predictions"]
    return one["prediction"], {(warning["field"], warning["code"]) for warning in one["warnings"]}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("column", ["*", ""])
def test_each_action_for_each_kind(kind, column, bundles):
    place, row = PLACES[kind], UNUSUAL[kind]
    found = {action: answered(bundles["binary"], row, f"{column or place}.{kind}={action}") for action in ACTIONS}
    code = (place, KINDS[kind])
    assert found["refuse"][0] == "refused"
    assert {name for name, _ in found["refuse"][1]} >= {place}
    assert found["warn"][0] == found["as_trained"][0] != "refused"
    assert (code in found["warn"][1], code in found["as_trained"][1]) == (True, False)
    assert answered(bundles["binary"], row) == found["warn"]


def test_a_missing_value_is_refused_also_where_training_had_gaps(bundles):
    row = {"age": 40, "city": None, "note": "x"}
    assert answered(bundles["binary"], row)[0] != "refused"
    assert answered(bundles["binary"], row, "city.missing=refuse") == ("refused", {("city", "missing")})
    service = Service(bundles["binary"], settings=ServiceSettings(("city.missing=refuse",)))
    assert json.loads(service.openapi().body)["components"]["schemas"]["Row"]["required"] == ["age", "city"]
    with pytest.raises(HttpProblem):
        service.predict_csv(b"age\n40\n")


def test_a_csv_follows_the_policy_row_by_row(bundles):
    service = Service(bundles["binary"], settings=ServiceSettings(("age.out_of_range=refuse",)))
    lines = service.predict_csv(b"age,city\n40,Rome\n95,Rome\n").body.decode().splitlines()
    assert "outside the range" in lines[2].rpartition(",,")[2]
    assert not lines[1].startswith(",")


def test_a_later_setting_goes_before_an_earlier_one():
    policy = InputPolicy.from_record({"age": {"unknown": "refuse", "missing": "refuse"}})
    assert policy.overridden(["*.unknown=warn"]).record() == {"*": {"unknown": "warn"}, "age": {"missing": "refuse"}}
    assert policy.overridden(["*.unknown=warn", "age.unknown=as_trained"]).record()["age"] == {"missing": "refuse", "unknown": "as_trained"}
    assert InputPolicy.from_record(policy.record()) == policy


@pytest.mark.parametrize("text", ["", "age", "age.unknown", "age=refuse", "age.unknown=stop", "age.odd=refuse", ".unknown"])
def test_what_is_no_setting_is_refused(text):
    with pytest.raises(UserError):
        InputPolicy({}).overridden([text])


@pytest.mark.parametrize("record", [[], {"age": "refuse"}, {"age": {"unknown": 1}}, None])
def test_a_damaged_record_is_refused(record):
    with pytest.raises(UserError):
        InputPolicy.from_record(record)


def test_a_column_that_is_not_there_is_refused(bundles):
    with pytest.raises(UserError, match="height"):
        Service(bundles["binary"], settings=ServiceSettings(("height.unknown=warn",)))
