from __future__ import annotations

import pytest

from mlops_desktop.serving.access_control import AccessControl
from mlops_desktop.serving.api_keys import ApiKeys, new_key
from mlops_desktop.serving.app import App
from mlops_desktop.serving.model_slot import ModelSlot
from mlops_desktop.serving.routes import ROUTES

BODY = {"rows": [{"age": 40}]}


@pytest.fixture
def secrets(tmp_path):
    return {scope: new_key(scope, scope) for scope in ("predict", "monitor", "admin")}


@pytest.fixture
def app(bundles, tmp_path, secrets):
    file = tmp_path / "keys"
    file.write_text("".join(f"{line}\n" for _, line in secrets.values()), encoding="utf-8")
    return App(ModelSlot(bundles["binary"]), access=AccessControl(ApiKeys(file)))


def test_each_route_needs_a_key_of_its_scope(app, asked, secrets):
    for route in ROUTES:
        path = route.path.replace("{model}", "leavers").replace("{version}", "0123456789ab")
        body = BODY if route.method == "POST" else None
        without = asked(app, route.method, path, body)
        assert (without.status == 401) == (route.scope != "open"), path
        if without.status == 401:
            assert without.headers["www-authenticate"].startswith("Basic" if route.file else "Bearer")
        for scope, (secret, _) in secrets.items():
            answer = asked(app, route.method, path, body, headers={"authorization": f"Bearer {secret}"})
            assert (answer.status == 403) == (route.scope not in (scope, "open") and scope != "admin"), (path, scope)
            assert answer.status != 401


def test_a_key_has_its_limit_of_requests(bundles, asked):
    access = AccessControl(ApiKeys(secret="0123456789abcdef"), per_minute=12)
    app = App(ModelSlot(bundles["binary"]), access=access)
    headers = {"x-api-key": "0123456789abcdef"}
    answers = [asked(app, "POST", "/v1/predict", BODY, headers=headers) for _ in range(3)]
    assert [one.status for one in answers] == [200, 200, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 5
    assert asked(app, "GET", "/health/live").status == 200
    anonymous = App(ModelSlot(bundles["binary"]), access=AccessControl(per_minute=6, processes=2))
    assert [asked(anonymous, "GET", "/v1/model").status for _ in range(2)] == [200, 429]


def test_pages_elsewhere_read_answers_only_when_their_origin_is_named(bundles, asked):
    here, there = "https://app.example", "https://other.example"
    preflight = {"origin": here, "access-control-request-method": "POST"}
    closed = App(ModelSlot(bundles["binary"]))
    assert asked(closed, "OPTIONS", "/v1/predict", headers=preflight).status == 405
    assert "access-control-allow-origin" not in asked(closed, "POST", "/v1/predict", BODY, headers={"origin": here}).headers
    app = App(ModelSlot(bundles["binary"]), access=AccessControl(origins=frozenset((here,))))
    answer = asked(app, "OPTIONS", "/v1/predict", headers=preflight)
    assert (answer.status, answer.body, answer.headers["access-control-allow-methods"]) == (204, b"", "POST")
    assert answer.headers["access-control-allow-origin"] == here
    for origin, named in ((here, here), (there, None)):
        for body in (BODY, {"rows": [{}]}):
            found = asked(app, "POST", "/v1/predict", body, headers={"origin": origin}).headers
            assert (found.get("access-control-allow-origin"), found["vary"]) == (named, "origin")
