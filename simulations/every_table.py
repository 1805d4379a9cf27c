"""Whether every table of some folders gets from its file to an answering bundle by the proposals alone.

    python -m simulations.every_table FOLDER … [--only PART] [--trials N] [--out FILE.json]

A folder may hold MANIFEST.csv (file, target, rows, cols) or CASES.csv (files, target), which name the tables and their targets; of any
other folder every file is a table. A table without a named target gets the proposed one. Each goes through import, proposals, a search
of N (6) trials, evaluation and export. It is then answered by the program, by `serve.py predict` of its bundle in a process of its own
that may not import pandas, and, one row of it, by the bundle's service.

Right is that all three answers agree, or that the proposals stop with one sentence that says which decision is needed. All else is a
failure, and the exit code says whether there are any.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import re
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data import import_cells, read_cells, sent_row, snapshot_path
from mlops_desktop.engine.evaluation import held_out_evaluation, predict_file
from mlops_desktop.engine.packaging import export_run, make_exporter
from mlops_desktop.engine.pipeline import Pipeline, propose
from mlops_desktop.engine.project import Project, Search
from mlops_desktop.engine.training import Chosen, Runs, open_chosen, search

TEXTS = (".csv", ".tsv", ".txt", ".dat")  # what a bundle reads
REFUSED_AFTER = 20.0  # seconds after which a refusal comes too late
PREDICT = """
import runpy, sys
sys.argv = ["serve.py", *sys.argv[2:]]
try:
    runpy.run_path(FOLDER + "/serve.py", run_name="__main__")
finally:
    heavy = {"pandas", "sklearn", "scipy", "pyarrow", "lightgbm", "mlops_desktop"} & set(sys.modules)
    assert not heavy, heavy
"""


@dataclass(frozen=True)
class Case:
    """A table with what is expected of it; `target` is empty when the proposed one is taken."""

    file: Path
    target: str = ""
    rows: int | None = None
    columns: int | None = None


@dataclass
class Outcome:
    """What became of a table; `stage` is the one that it ended in, `refusal` the sentence or traceback that ended it."""

    file: str
    stage: str = "import"
    ok: bool = False
    refusal: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


def cases(folder: Path) -> Iterator[Case]:
    """The tables of a folder."""
    for listing, name in ((folder / "MANIFEST.csv", "file"), (folder / "CASES.csv", "files")):
        if listing.exists():
            with listing.open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    file = folder / row[name].split(",")[0].strip()
                    if file.suffix != ".py":
                        yield Case(file, row["target"], _whole(row.get("rows")), _whole(row.get("cols")))
            return
    yield from (Case(file) for file in sorted(folder.iterdir()) if file.is_file())


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def run_case(case: Case, folder: Path, trials: int) -> Outcome:
    """Take a table from its file to the answers of its bundle."""
    outcome, began = Outcome(case.file.name), time.perf_counter()
    try:
        _run_stages(case, folder, trials, outcome)
        outcome.ok = not outcome.facts.get("differs")
    except UserError as error:
        outcome.refusal = str(error)
        outcome.ok = outcome.stage in ("import", "propose") and time.perf_counter() - began < REFUSED_AFTER
    except Exception:
        outcome.refusal = traceback.format_exc()
    outcome.seconds = round(time.perf_counter() - began, 1)
    return outcome


def _run_stages(case: Case, folder: Path, trials: int, outcome: Outcome) -> None:
    facts = outcome.facts
    folder.mkdir(parents=True)
    found = import_cells(folder, case.file, Project(name=case.file.stem), Silent())
    facts["shape"] = [found.rows, len(found.columns)]
    facts["expected"] = [case.rows, case.columns]
    facts["types"] = {column.name: column.type for column in found.columns[:40]}
    facts["evidence"] = [f"{one.column}: {one.message}" for one in found.evidence if one.rule != "type"]
    names = [column.name for column in found.columns]
    target = case.target
    if place := re.match(r"\(column (\d+)", target):
        target = names[int(place[1]) - 1]
    outcome.stage = "propose"
    project, reasons = propose(folder, replace(found.project, target=target), Silent())
    facts["target"] = [project.target, str(project.task), str(project.positive), project.metric]
    facts["reasons"] = {name: str(reason) for name, reason in reasons.items()}
    facts["steps"] = [step.component.id for step in project.steps]
    outcome.stage = "run"
    pipeline = Pipeline(folder, replace(project, search=Search(trials=trials, seconds=None)))
    runs = Runs(folder)
    search(pipeline, runs, Silent())
    failed = [f"{run.label}: {run.reason}" for run in runs.list(pipeline.keys.board) if run.status != "done"]
    chosen = open_chosen(pipeline, runs, Silent())
    facts["chosen"] = [chosen.run.label, chosen.run.score]
    outcome.stage = "evaluate"
    measured = held_out_evaluation(chosen, runs, "walk", Silent())
    facts["test"] = [measured.rows, {one.id: one.value for one in measured.metrics[:3]}]
    outcome.stage = "export"
    bundle = folder / "bundle"
    export_run(chosen, runs, make_exporter("rest_bundle", {}), bundle, Silent())
    outcome.stage = "answer"
    facts["differs"] = [*failed, *_differences(case, folder, bundle, chosen)]


def _differences(case: Case, folder: Path, bundle: Path, chosen: Chosen) -> list[str]:
    """Where the answers of program, bundle and service are not the same."""
    ours, theirs = folder / "ours.csv", folder / "theirs.csv"
    file = case.file
    answered = predict_file(chosen.scorer, file, ours, Silent(), chosen.pipeline.project.source)
    found = [f"the program: {answered.refused} of {answered.rows} rows refused"] if answered.refused else []
    if file.suffix.lower() not in TEXTS:
        file = folder / "cells.csv"
        _write_cells(chosen, file)
    code = PREDICT.replace("FOLDER", repr(str(bundle)))
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, "serve.py", "predict", str(file), str(theirs)], capture_output=True, text=True, check=False
    )
    if done.returncode or not theirs.exists():
        return [*found, f"serve.py predict: {done.stdout}{done.stderr}"]
    found += _compare(_rows(ours), _rows(theirs))
    return [*found, *_asked(chosen, bundle, _rows(ours))]


def _write_cells(chosen: Chosen, file: Path) -> None:
    import pyarrow.csv

    pipeline = chosen.pipeline
    pyarrow.csv.write_csv(read_cells(snapshot_path(pipeline.folder, pipeline.project.data)).table, file)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _compare(ours: list[dict[str, str]], theirs: list[dict[str, str]]) -> list[str]:
    if len(ours) != len(theirs):
        return [f"the program answers {len(ours)} rows, the bundle {len(theirs)}"]
    other = [i for i, (one, two) in enumerate(zip(ours, theirs, strict=True)) if not _same(one, two)]
    return [f"{len(other)} answers differ, the first in row {other[0]}: {ours[other[0]]} / {theirs[other[0]]}"] if other else []


def _same(one: dict[str, str], two: dict[str, str]) -> bool:
    return one.keys() == two.keys() and all(a == b or _near(a, b) for a, b in zip(one.values(), two.values(), strict=True))


def _near(a: str, b: str) -> bool:
    try:
        return math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-9)
    except ValueError:
        return False


def _asked(chosen: Chosen, bundle: Path, ours: list[dict[str, str]]) -> list[str]:
    """What is wrong with the service's answer to the first row of the table."""
    row = sent_row(chosen.scorer.schema, chosen.pipeline.table.frame, 0)
    service = subprocess.Popen(
        [sys.executable, "-I", str(bundle / "serve.py"), "--port", "0", "--drain", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert service.stdout is not None
        line = service.stdout.readline()
        address = re.search(r"http://[^ ]+", line)
        if address is None:
            return [f"the service does not start: {line}{service.stdout.read()}"]
        body = json.dumps({"rows": [row]}).encode()
        request = urllib.request.Request(f"{address[0].rstrip('/')}/v1/predict", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            given = json.load(answer)["predictions"][0]
    except urllib.error.HTTPError as error:
        return [f"the service refuses the first row: {error.read().decode()[:400]}"]
    finally:
        service.terminate()
        service.wait()
    wanted = next(iter(ours[0].values()))
    prediction = given.get("prediction", next(iter(given.values())))
    same = str(prediction) == wanted or _near(str(prediction), wanted)
    return [] if same else [f"the service answers {given} to the first row, the program {ours[0]}"]


def main(arguments: list[str]) -> int:
    """Run all tables of the folders; 1 when any fails, else 0."""
    parser = argparse.ArgumentParser(description="Takes every table of some folders from its file to an answering bundle.")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--only", default="", help="a part of the names of files")
    parser.add_argument("--trials", type=int, default=6)
    parser.add_argument("--out", type=Path, help="everything that was found, as JSON")
    given = parser.parse_args(arguments)
    found: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="every_table_") as place:
        for i, case in enumerate(one for folder in given.folders for one in cases(folder) if given.only in one.file.name):
            outcome = run_case(case, Path(place) / str(i), given.trials)
            found.append(outcome)
            facts = outcome.facts
            print(
                f"{'ok  ' if outcome.ok else 'FAIL'} {outcome.seconds:6.1f} s  {outcome.file}  {outcome.stage}  {facts.get('shape')} of "
                f"{facts.get('expected')}  {facts.get('target')}  {facts.get('chosen')}",
                flush=True,
            )
            for line in [outcome.refusal, *facts.get("differs", ())]:
                if line:
                    print(f"       {line}", flush=True)
            if given.out:
                given.out.write_text(json.dumps([vars(one) for one in found], indent=1, default=str), encoding="utf-8")
    failures = sum(not one.ok for one in found)
    print(f"{len(found)} tables, {failures} failures")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
