"""predict and drift, in processes of their own."""

from __future__ import annotations

import json

from mlops_desktop.cli import main
from tests.cli.conftest import SAMPLES, call, refused


def test_answers_and_drift(project, tmp_path):
    assert call("predict", project, SAMPLES / "penguins.csv", tmp_path / "out.csv").returncode == 0
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 345
    lacking = tmp_path / "lacking.csv"
    lines = (SAMPLES / "penguins.csv").read_text(encoding="utf-8").splitlines()
    lacking.write_text("\n".join(f"{line.rpartition(',')[0]},extra" for line in lines[:60]) + "\n", encoding="utf-8")
    for command in (
        ("predict", project, lacking, tmp_path / "out.csv"),
        ("drift", project, lacking),
        ("evaluate", project, "--data", lacking),
    ):
        done = call(*command)
        assert done.returncode == 0, done.stderr
        assert "The column “sex” is not there" in done.stderr
        assert "left out: " in done.stderr
        assert "“extra”" in done.stderr
    assert json.loads(call("drift", project, SAMPLES / "penguins.csv", "--json").stdout)["verdict"] == "stable"


def test_no_output_replaces_what_is_read_or_a_project(project, tmp_path):
    own = tmp_path / "own.csv"
    own.write_bytes((SAMPLES / "penguins.csv").read_bytes())
    kept = {path: path.read_bytes() for path in (own, project / "project.json")}
    assert "file that is read" in refused(call("predict", project, own, own))
    assert "project's own files" in refused(call("predict", project, own, project / "project.json"))
    assert "not a .html file" in refused(call("report", project, own))
    assert "file that is read" in refused(call("profile", own, own))
    assert {path: path.read_bytes() for path in kept} == kept
    for command in (("predict", project, own, tmp_path / "out.csv"), ("profile", own, tmp_path / "p.html")):
        written = call(*command).stderr
        assert "replaced" not in written
        progress = [line for line in written.splitlines() if "%  " in line]
        assert len(progress) == len(set(progress))
        assert "Row 0 " not in written
        assert "replaced" in call(*command).stderr


def test_a_foreign_model_is_inspected_and_not_loaded(tmp_path, capsys):
    (tmp_path / "m.pkl").write_bytes(b"cos\nsystem\n(S'touch ran'\ntR.")
    assert main(["inspect", str(tmp_path / "m.pkl")]) == 0
    out = capsys.readouterr().out
    assert "can run commands" in out
    assert "os.system" in out
    assert main(["inspect", str(tmp_path / "m.pkl"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["worst"] == "runs"


def test_names_of_a_foreign_model_cannot_forge_lines(tmp_path, capsys):
    module = "a\x1b[2K\nb\ud800".encode("utf-8", "surrogatepass")
    (tmp_path / "m.pkl").write_bytes(b"\x80\x04\x8c" + bytes([len(module)]) + module + b"\x8c\x01c\x93.")
    assert main(["inspect", str(tmp_path / "m.pkl")]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert len(out.splitlines()) == 2
    assert main(["inspect", str(tmp_path / "m.pkl"), "--json"]) == 0
