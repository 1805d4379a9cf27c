"""export and serve, in processes of their own."""

from __future__ import annotations

from tests.cli.conftest import SAMPLES, call


def test_an_exported_bundle_answers(project, tmp_path):
    exported = call("export", project, "rest_bundle", tmp_path / "bundle")
    assert exported.returncode == 0, exported.stderr
    assert f"files in {tmp_path / 'bundle'}" in exported.stderr
    assert call("predict", tmp_path / "bundle", SAMPLES / "penguins.csv", tmp_path / "out.csv").returncode == 0


def test_serve_without_a_bundle_is_refused(tmp_path):
    done = call("serve", tmp_path / "gone")
    assert done.returncode != 0
    assert "There is no folder" in done.stderr
