"""A bundle needs nothing but its own requirements, and answers every row of the held-out test set as the application does."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.training.final_model import open_chosen
from mlops_desktop.engine.training.runs import Runs
from mlops_desktop.serving.scorer import Scorer
from tests.end_to_end.commands import (
    SAMPLES,
    TOLERANCE,
    Service,
    alone,
    as_json,
    done,
    hold_out,
    labels_of,
    leaderboard,
    read_table,
    run_bundle,
    scores_of,
    serving,
    text_of,
    worst_difference,
    write_table,
)

HEAVY = ("pandas", "sklearn", "scipy", "pyarrow", "lightgbm", "matplotlib", "joblib", "PySide6", "mlops_desktop")
PROBLEMS = {
    "penguins": ("penguins.csv", "species", "multiclass"),
    "energy": ("energy_efficiency.csv", "heating_load", "regression"),
    "telco": ("telco_churn.csv", "Churn", "binary"),
}
EXPLAINED = 40


@dataclass(frozen=True)
class Trained:
    """A run: the rows of the held-out test set as the file has them, a file of them, and what the application answers."""

    file: Path
    rows: list[dict[str, str]]
    scorer: Scorer
    scores: np.ndarray
    answers: list[dict[str, str]]  # of the command `predict`

    @property
    def requests(self) -> list[dict[str, object]]:
        return [as_json(self.scorer, row) for row in self.rows]


def open_trained(folder: Path, file: Path) -> Trained:
    """The chosen run of a project, and its answers to the held-out test set."""
    pipeline, at = hold_out(folder)
    scorer = open_chosen(pipeline, Runs(folder), Silent()).scorer
    table = read_table(file)
    rows = [table[i] for i in at]
    sent = write_table(folder.with_name(f"rows_{scorer.version}.csv"), rows)
    out = folder.with_name(f"answers_{scorer.version}.csv")
    done("predict", folder, sent, out)
    return Trained(sent, rows, scorer, scorer.scores(pipeline.test.frame), read_table(out))


def train(folder: Path, problem: str, *decisions: str, trials: int) -> Path:
    file, target, task = PROBLEMS[problem]
    done("new", folder, "--data", SAMPLES / file, "--target", target)
    if decisions:
        done("set", folder, *decisions)
    done("run", folder, "--trials", trials, "--seed", 3)
    assert json.loads(done("show", folder))["task"] == task
    return SAMPLES / file


def assert_answers(service: Service, trained: Trained, folder: Path) -> dict[str, float]:
    """Every hold-out row, alone, in batches of odd sizes, all at once and as CSV; the worst difference of each."""
    scorer, wanted, requests = trained.scorer, trained.scores, trained.requests
    labels = labels_of(scorer, wanted)
    found = {"alone": [one for row in requests for one in service.predict([row])], "at once": service.predict(requests)}
    sizes = [1, 2, 3, 7, 64, 200, 4000]
    found["batches"], start = [], 0
    while start < len(requests):
        size = sizes[len(found["batches"]) % len(sizes)]
        found["batches"] += service.predict(requests[start : start + size])
        start += size
    worst = {}
    for way, answers in found.items():
        worst[way] = worst_difference(scores_of(scorer, answers), wanted)
        if scorer.task != "regression":
            assert [one["prediction"] for one in answers] == labels, way
        assert all(one["warnings"] == [] or {"field", "code", "detail"} <= set(one["warnings"][0]) for one in answers)
    worst["csv"] = assert_file(service, trained, folder)
    assert max(worst.values()) <= TOLERANCE, worst
    return worst


def assert_file(service: Service, trained: Trained, folder: Path) -> float:
    """The hold-out rows as a file: the service answers as `predict` of the project does."""
    status, body, _ = service.ask("POST", "/v1/predict/csv", trained.file.read_bytes(), "text/csv")
    assert status == 200, body
    (folder / "service.csv").write_bytes(body)
    mine, theirs = read_table(folder / "service.csv"), trained.answers
    assert [row["error"] for row in mine] == [""] * len(trained.rows)
    assert [list(row) for row in mine[:1]] == [list(row) for row in theirs[:1]]
    if trained.scorer.task == "regression":
        names = ["prediction"]
    else:
        names = [f"probability_{text_of(one)}" for one in trained.scorer.classes]
        wanted = [text_of(one) for one in labels_of(trained.scorer, trained.scores)]
        assert [row["prediction"] for row in mine] == [row["prediction"] for row in theirs] == wanted
    values = [np.array([[float(row[name]) for name in names] for row in table]) for table in (mine, theirs)]
    scores = trained.scores.reshape(len(trained.rows), -1)
    return max(worst_difference(value, scores) for value in values)


def assert_explained(service: Service, trained: Trained) -> None:
    """Contributions of each source column add up to the answer."""
    some = trained.requests[:: max(1, len(trained.rows) // EXPLAINED)][:EXPLAINED]
    answers = scores_of(trained.scorer, service.predict(some))
    found = service.post("/v1/explain", {"rows": some})["explanations"]
    moved = 0
    for one, scores in zip(found, answers, strict=True):
        assert {part["field"] for part in one["contributions"]} == {column.name for column in trained.scorer.schema.columns}
        total = one["base"] + sum(part["contribution"] for part in one["contributions"])
        assert total == pytest.approx(one["answer"], abs=TOLERANCE * max(1.0, abs(one["answer"])))
        own = scores if trained.scorer.task == "regression" else scores[trained.scorer.classes.index(one["about"])]
        assert one["answer"] == pytest.approx(float(own), abs=TOLERANCE * max(1.0, abs(float(own))))
        moved += any(part["contribution"] for part in one["contributions"])
    assert moved > len(some) / 2


def flip(path: Path, seed: int) -> None:
    """Change one bit of one byte."""
    luck = random.Random(seed)
    data = bytearray(path.read_bytes())
    data[luck.randrange(len(data))] ^= 1 << luck.randrange(8)
    path.write_bytes(bytes(data))


def assert_damage_is_found(python: Path | str, bundle: Path, name: str, folder: Path, seed: int) -> None:
    """With one bit of the file changed the self-test fails and the service never listens."""
    copy = folder / "damaged"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(bundle, copy)
    flip(copy / name, seed)
    tested = run_bundle(python, copy, "selftest", cwd=folder)
    began = run_bundle(python, copy, "--port", "0", cwd=folder)
    assert tested.returncode != 0, f"{name}: {tested.stdout}"
    assert began.returncode != 0, f"{name}: {began.stdout}"
    assert tested.stdout + began.stdout == "", name
    if name != "serve.py":  # the one file that Python reads before anything can be checked
        assert (tested.returncode, began.returncode) == (1, 2), name
        for output in (tested.stderr, began.stderr):
            assert len(output.strip().splitlines()) == 1, f"{name}: {output}"


def imported(python: Path | str, bundle: Path, folder: Path) -> set[str]:
    """The packages that a serving bundle has imported, by `-X importtime`, after it answered a request of each kind."""
    line = [str(python), "-X", "importtime", str(bundle / "serve.py"), "--port", "0", "--drain", "0"]
    with (folder / "imports.txt").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=log, encoding="utf-8", env=alone(), cwd=folder)
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline().rpartition(":")[2].partition("/")[0])
            service = Service(process, port)
            row = service.get("/openapi.json") and service.get("/v1/schema")
            assert row
            for path in ("/", "/v1/model", "/v1/drift", "/metrics", "/docs"):
                assert service.ask("GET", path)[0] == 200, path
            example = json.loads((bundle / "golden.json").read_text(encoding="utf-8"))["rows"][:2]
            service.predict(example)
            service.post("/v1/explain", {"rows": example})
            service.connection.close()
        finally:
            process.terminate()
            process.wait(20)
            process.stdout.close()
        log.seek(0)
        lines = [line.rpartition("|")[2].strip() for line in log if line.startswith("import time:")]
    assert len(lines) > 100
    return {name.partition(".")[0] for name in lines}


# --- quick: the application's own interpreter, which has everything that a bundle must not need -------------------------------------


@pytest.fixture(scope="module")
def energy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Trained, Path]:
    folder = tmp_path_factory.mktemp("alone")
    file = train(folder / "energy", "energy", 'candidates=["ridge", "lightgbm"]', trials=2)
    done("export", folder / "energy", "rest_bundle", folder / "bundle")
    return open_trained(folder / "energy", file), folder / "bundle"


def test_a_bundle_answers_as_the_application(energy, tmp_path):
    trained, bundle = energy
    assert len(trained.rows) == 154
    with serving(sys.executable, bundle, tmp_path) as service:
        assert_answers(service, trained, tmp_path)
        assert_explained(service, trained)


def test_a_bundle_imports_nothing_heavy(energy, tmp_path):
    found = imported(sys.executable, energy[1], tmp_path)
    assert {"numpy", "uvicorn", "serving"} <= found
    assert found & set(HEAVY) == set()


def test_a_damaged_bundle_never_gets_ready(energy, tmp_path):
    assert run_bundle(sys.executable, energy[1], "selftest", cwd=tmp_path).returncode == 0
    largest = max((energy[1] / "model").rglob("*.npy"), key=lambda path: path.stat().st_size)
    for name in (largest.relative_to(energy[1]).as_posix(), "serving/scorer.py"):
        assert_damage_is_found(sys.executable, energy[1], name, tmp_path, seed=5)


# --- the proof: a clean environment with the bundle's own requirements ---------------------------------------------------------------


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory):
    """A clean virtual environment for each text of `requirements.txt`, made once."""
    made: dict[str, Path] = {}

    def environment_of(bundle: Path) -> Path:
        text = (bundle / "requirements.txt").read_text(encoding="utf-8")
        if text not in made:
            folder = tmp_path_factory.mktemp("clean") / "venv"
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
            python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
            line = [str(python), "-m", "pip", "install", "--quiet", "--requirement", str(bundle / "requirements.txt")]
            installed = subprocess.run(line, capture_output=True, encoding="utf-8", check=False)
            assert installed.returncode == 0, installed.stderr
            made[text] = python
        return made[text]

    return environment_of


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory):
    """A trained project of each problem with the bundle of every run of its leaderboard, made when it is first asked for."""
    made: dict[str, list[tuple[str, Trained, Path]]] = {}

    def bundles_of(problem: str) -> list[tuple[str, Trained, Path]]:
        if problem not in made:
            folder = tmp_path_factory.mktemp(problem)
            file = train(folder / "project", problem, trials=5)
            made[problem] = []
            for run in leaderboard(folder / "project"):
                assert run["status"] == "done", run
                done("choose", folder / "project", run["id"])
                done("export", folder / "project", "rest_bundle", folder / run["algorithm_id"])
                made[problem].append((run["algorithm_id"], open_trained(folder / "project", file), folder / run["algorithm_id"]))
        return made[problem]

    return bundles_of


each_problem = pytest.mark.parametrize("problem", PROBLEMS)


@pytest.mark.proof
@pytest.mark.timeout(900)
@each_problem
def test_every_run_of_a_leaderboard_alone_in_a_clean_environment(problem, environments, exported, tmp_path, record_property):
    bundles = exported(problem)
    assert len(bundles) == 5
    for algorithm, trained, bundle in bundles:
        python = environments(bundle)
        assert len(trained.rows) >= (200 if problem == "telco" else 69)
        assert run_bundle(python, bundle, "selftest", cwd=tmp_path).returncode == 0
        with serving(python, bundle, tmp_path) as service:
            worst = assert_answers(service, trained, tmp_path)
            if algorithm != "baseline":
                assert_explained(service, trained)
        record_property(f"{problem}, {algorithm}, {len(trained.rows)} rows", worst)


@pytest.mark.proof
@pytest.mark.timeout(300)
def test_a_clean_environment_holds_nothing_but_the_requirements(environments, exported, tmp_path):
    bundle = exported("penguins")[0][2]
    python = environments(bundle)
    listed = subprocess.run([str(python), "-m", "pip", "list", "--format=json"], capture_output=True, encoding="utf-8", check=True)
    names = {one["name"].lower() for one in json.loads(listed.stdout)} - {"pip", "setuptools"}
    lines = (bundle / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert names <= {line.partition("==")[0] for line in lines}
    assert imported(python, bundle, tmp_path) & set(HEAVY) == set()


@pytest.mark.proof
@pytest.mark.timeout(300)
def test_one_flipped_bit_in_any_file_stops_a_bundle(exported, tmp_path):
    bundle = {algorithm: bundle for algorithm, _, bundle in exported("penguins")}["lightgbm"]
    names = sorted(path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert sum(name.startswith("model/") for name in names) > 10
    for number, name in enumerate(names):
        assert_damage_is_found(sys.executable, bundle, name, tmp_path, seed=number)
