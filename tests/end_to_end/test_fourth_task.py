"""A kind of task that only an extension knows goes from a file to a served bundle: nothing but the files of the extension is added."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mlops_desktop.base.extensions import VARIABLE
from tests.end_to_end.commands import ROOT, TOLERANCE, alone, call, done, environment, read_table, refused, run_bundle, serving

EXTENSION = ROOT / "tests" / "data" / "extensions" / "counts"
JOINED = {VARIABLE: str(EXTENSION)}
ROWS = 400


def visits(path: Path) -> Path:
    """A table in which the expected number of visits is known: exp(0.3 + 0.8 · size), doubled on weekends."""
    rng = np.random.default_rng(5)
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file, lineterminator="\n").writerow
        write(["size", "day", "note", "visits"])
        for _ in range(ROWS):
            size, day = round(float(rng.uniform(0, 2)), 3), str(rng.choice(["work", "weekend"]))
            expected = math.exp(0.3 + 0.8 * size) * (2 if day == "weekend" else 1)
            write([size, day, round(float(rng.normal()), 3), int(rng.poisson(expected))])
    return path


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project of counts with a chosen model."""
    folder = tmp_path_factory.mktemp("counts")
    file = visits(folder / "visits.csv")
    found = json.loads(done("new", folder / "project", "--data", file, "--target", "visits", "--task", "counts", "--json", **JOINED))
    assert found["reasons"]["candidates.poisson_regression"] == "Poisson regression: Suited to this kind of task."
    done("set", folder / "project", "candidates=baseline,poisson_regression", **JOINED)
    done("run", folder / "project", "--trials", 3, "--seed", 1, **JOINED)
    return folder / "project"


@pytest.fixture(scope="module")
def bundle(project):
    done("export", project, "rest_bundle", project.parent / "bundle", **JOINED)
    return project.parent / "bundle"


def test_its_own_metric_ranks_its_own_algorithm(project):
    board = json.loads(done("runs", project, "--json", **JOINED))
    assert board["metric"] == "neg_mean_poisson_deviance"
    scores = {run["algorithm"]["id"]: run["score"] for run in board["runs"]}
    assert scores["poisson_regression"] > scores["baseline"] + 0.5


def test_it_is_evaluated_and_reported(project):
    found = json.loads(done("evaluate", project, "--json", **JOINED))
    assert found["task"] == "counts"
    assert {"residuals", "worst", "metrics"} <= set(found)
    assert "confusion" not in found
    first = found["metrics"][0]
    assert (first["id"], first["low"] <= first["value"] <= first["high"]) == ("neg_mean_poisson_deviance", True)
    assert first["value"] > first["baseline"]
    done("report", project, project.parent / "report.html", **JOINED)
    page = (project.parent / "report.html").read_text(encoding="utf-8")
    for text in ("Prediction of a count", "Poisson deviance", "always answers the mean count"):
        assert text in page


def test_the_window_shows_it_in_every_stage(project):
    code = f"""
import sys, time
from pathlib import Path
from mlops_desktop import app as application
from mlops_desktop.engine.workflow import STAGES
errors = []
sys.excepthook = lambda kind, error, trace: errors.append(repr(error))
app, window, jobs = application.make_window()
window.show()
window.controller.open(Path({str(project)!r}))
for stage in (*STAGES, "evaluate"):
    window.show_stage(stage)
    end = time.monotonic() + 60
    while (jobs.quick.now or jobs.busy) and time.monotonic() < end:
        app.processEvents(); time.sleep(0.01)
    app.processEvents()
page = window.panel.results
print([errors, page.kpis[0].value.text() != "–", page.errors.isHidden(), page.threshold.isHidden()])
window._closing = True
window.close()
"""
    env = environment(QT_QPA_PLATFORM="offscreen", **JOINED)
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=160, env=env, check=False)
    assert "[[], True, False, True]" in shown.stdout, shown.stdout + shown.stderr


def test_its_bundle_serves_alone(project, bundle, tmp_path):
    """Over HTTP, with the interpreter that knows nothing of the extension: answers equal the application's and are counts to expect."""
    rows = read_table(project.parent / "visits.csv")[:60]
    done("predict", project, project.parent / "visits.csv", tmp_path / "answers.csv", **JOINED)
    wanted = [float(row["prediction"]) for row in read_table(tmp_path / "answers.csv")][:60]
    sent = [{"size": float(row["size"]), "day": row["day"], "note": float(row["note"])} for row in rows]
    assert VARIABLE not in alone()
    with serving(sys.executable, bundle, tmp_path) as service:
        answers = [one["prediction"] for one in service.predict(sent)]
        assert answers == pytest.approx(wanted, abs=TOLERANCE)
        known = [math.exp(0.3 + 0.8 * row["size"]) * (2 if row["day"] == "weekend" else 1) for row in sent]
        assert answers == pytest.approx(known, rel=0.5)
        answer = service.get("/openapi.json")["components"]["schemas"]["Prediction"]["properties"]["prediction"]
        assert answer == {"type": ["number", "null"], "minimum": 0.0}
        explained = service.post("/v1/explain", {"rows": sent[:1]})["explanations"][0]
        assert explained["base"] + sum(part["contribution"] for part in explained["contributions"]) == pytest.approx(answers[0])
    assert "the expected count" in (bundle / "README.md").read_text(encoding="utf-8")
    assert run_bundle(sys.executable, bundle, "selftest", cwd=tmp_path).returncode == 0


def test_without_the_extension_it_is_refused(project, tmp_path):
    """In the application that lacks the files, and for a column that holds no counts."""
    assert "counts" in refused(call("show", project))
    file = tmp_path / "amounts.csv"
    file.write_text("a,b\n" + "".join(f"{i % 7},{i * 1.5 - 9}\n" for i in range(60)), encoding="utf-8")
    output = refused(call("new", tmp_path / "project", "--data", file, "--target", "b", "--task", "counts", **JOINED))
    assert "no counts" in output
