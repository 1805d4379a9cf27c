"""run, in processes of its own."""

from __future__ import annotations

import json
import shutil

from tests.cli.conftest import call, refused


def test_a_choice_of_earlier_decisions_does_not_stop_a_new_run(project, tmp_path):
    copy = shutil.copytree(project, tmp_path / "copy")
    runs = json.loads(call("runs", copy, "--json").stdout)["runs"]
    assert call("choose", copy, runs[-1]["id"][:8]).returncode == 0
    again = call("run", copy, "--trials", 1, "--seed", 8, "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(call("show", copy).stdout)["chosen"] == ""
    assert f"chosen: {runs[-1]['id'][:8]} was trained with other decisions" in again.stderr


def test_what_a_person_wrote_is_never_replaced_in_silence(project, tmp_path):
    copy = shutil.copytree(project, tmp_path / "copy")
    file = copy / "project.json"
    written = json.loads(file.read_text(encoding="utf-8"))
    for change, message in (({"metric": "r2"}, "“r2” is not a metric"), ({"positive": "Gentoo"}, "Only a target of two classes")):
        file.write_text(json.dumps({**written, **change}), encoding="utf-8")
        before = file.read_bytes()
        assert message in refused(call("run", copy, "--trials", 1))
        assert file.read_bytes() == before
    file.write_text(json.dumps({**written, "candidates": []}), encoding="utf-8")
    filled = call("run", copy, "--trials", 1)
    assert filled.returncode == 0, filled.stderr
    assert "- candidates.logistic: " in filled.stderr
