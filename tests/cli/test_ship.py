"""export and serve, in processes of their own."""

from __future__ import annotations

import json

from tests.cli.conftest import SAMPLES, call


def test_an_exported_bundle_answers(project, tmp_path):
    exported = call("export", project, "rest_bundle", tmp_path / "bundle", "--json")
    assert exported.returncode == 0, exported.stderr
    document = json.loads(exported.stdout)
    assert (document["out"], document["tier"]) == (str(tmp_path / "bundle"), 0)
    assert "serve.py" in document["files"]
    assert {one["name"] for one in document["packages"]} >= {"numpy", "uvicorn"}
    assert document["start_seconds"] > 0
    assert f"files in {tmp_path / 'bundle'}" in exported.stderr
    assert call("predict", tmp_path / "bundle", SAMPLES / "penguins.csv", tmp_path / "out.csv").returncode == 0


def test_serve_without_a_bundle_is_refused(tmp_path):
    done = call("serve", tmp_path / "gone")
    assert done.returncode != 0
    assert "There is no folder" in done.stderr


def test_settings_reach_the_service(tmp_path):
    done = call("serve", tmp_path, "--rate-limit", 600, "--policy", "*.unknown=refuse", "--tls-cert", tmp_path / "gone.pem")
    assert done.returncode != 0
    assert "TLS needs a certificate and its private key" in done.stderr
