"""The split that is proposed: by time where rows follow a date, and whole groups in folds that can be measured; chance scores as chance."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.importing import import_cells
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.proposal import propose
from mlops_desktop.engine.pipeline.split_proposal import propose_split
from mlops_desktop.engine.pipeline.split_summary import validation
from mlops_desktop.engine.profiling.data_health import apply_fixes, taken_care
from mlops_desktop.engine.profiling.time_rules import TIME_ORDER
from mlops_desktop.engine.project import ColumnNote, Project
from tests.splitters import splitter

START = datetime.datetime(2023, 1, 1)


def proposed(folder: Path, header: str, rows: list[str], target: str) -> tuple[Pipeline, dict[str, str]]:
    """The pipeline that is proposed for a table, and the reasons."""
    folder.mkdir(exist_ok=True)
    file = folder / "rows.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    found = import_cells(folder, file, Project(name="p", target=target), Silent())
    project, reasons = propose(folder, found.project, Silent())
    return Pipeline(folder, project), reasons


def hourly(seed: int, rows: int) -> list[str]:
    """A moment, a slow random walk and a coin flip that keeps its side for 24 hours."""
    rng = np.random.default_rng(seed)
    walk = np.cumsum(rng.normal(size=rows)).round(4)
    flips = rng.choice(["no", "yes"], rows // 24 + 1)
    return [f"{START + datetime.timedelta(hours=i):%Y-%m-%d %H:%M},{walk[i]},{flips[i // 24]}" for i in range(rows)]


def test_dates_that_rise_order_the_split_and_stay_a_feature(tmp_path):
    pipeline, reasons = proposed(tmp_path, "when,level,label", hourly(0, 600), "label")
    project = pipeline.project
    assert project.split == splitter("time", test=0.2, folds=5, column="when")
    assert "follow “when” in time" in reasons["split"]
    assert pipeline.features == ("when", "level")
    assert "date_parts" in {step.component.id for step in project.steps}
    assert pipeline.train_rows.max() < pipeline.test_rows.min()
    by_role = pipeline.of(replace(project, columns={"when": ColumnNote(role="time")}, split=splitter("time")))
    assert by_role.features == ("when", "level")


def test_a_finding_stays_open_when_a_person_declines(tmp_path):
    pipeline, _ = proposed(tmp_path, "when,level,label", hourly(0, 600), "label")
    (finding,) = (one for one in pipeline.profile(Silent()).findings if one.rule == TIME_ORDER.rule)
    assert taken_care(pipeline.project, finding)
    declined = replace(pipeline.project, split=splitter("stratified", folds=4))
    assert not taken_care(declined, finding)
    assert apply_fixes(declined, [finding]).split == splitter("time", folds=4, column="when")
    assert validation(pipeline.of(declined)).fitting == pipeline.project.split


@pytest.mark.parametrize(
    ("dates", "split"),
    [
        ([START + datetime.timedelta(days=int(i)) for i in np.random.default_rng(0).permutation(300)], "time"),  # each its own
        ([START + datetime.timedelta(days=i // 10) for i in range(300)][::-1], "time"),  # the newest first
        ([START + datetime.timedelta(days=int(i) % 50) for i in np.random.default_rng(0).permutation(300)], "random"),
        ([START] * 300, "random"),
        ([None, *(START + datetime.timedelta(days=i) for i in range(299))], "random"),  # the order of one row is not known
    ],
)
def test_which_dates_order_a_table(tmp_path, dates, split):
    cells = ["" if date is None else f"{date:%Y-%m-%d}" for date in dates]
    pipeline, reasons = proposed(tmp_path, "when,x,y", [f"{cell},{i % 7},{(i * 37) % 101}" for i, cell in enumerate(cells)], "y")
    assert pipeline.project.split.id == split
    assert pipeline.folds
    assert ("The time is missing in 1 row" in reasons["split"]) == (dates[0] is None)
    born, _ = proposed(tmp_path / "born", "birth_date,x,y", [f"{cell},{i % 7},{(i * 37) % 101}" for i, cell in enumerate(cells)], "y")
    assert born.project.split.id == "random"


def test_coin_flips_with_a_drift_score_as_chance_by_days(tmp_path):
    hits = []
    for seed in range(8):
        pipeline, _ = proposed(tmp_path / str(seed), "when,level,label", hourly(seed, 1200), "label")
        parts = pipeline.train, pipeline.test
        values = [np.column_stack((part.frame.date("when") / 3.6e9, part.frame.number("level"))) for part in parts]
        model = KNeighborsClassifier(1).fit(values[0], parts[0].target.values)
        right = model.predict(values[1]) == parts[1].target.values
        hits.extend(right[24::24])  # one row of a day, but of the first day, which the cut may part
    assert abs(np.mean(hits) - 0.5) < 3 * 0.5 / np.sqrt(len(hits))


def visits(seed: int, patients: int) -> list[str]:
    """Five rows for each patient, whose marker hardly varies, and a coin flip by patient."""
    rng = np.random.default_rng(seed)
    marker, flips = rng.normal(size=patients) * 10, rng.permutation(["no", "yes"] * (patients // 2))
    return [f"P{i // 5:03},{marker[i // 5] + rng.normal() / 100:.5f},{flips[i // 5]}" for i in range(5 * patients)]


def test_coin_flips_by_patient_score_as_chance(tmp_path):
    hits = []
    for seed in range(6):
        pipeline, _ = proposed(tmp_path / str(seed), "patient_id,marker,relapse", visits(seed, 100), "relapse")
        train, test = pipeline.train, pipeline.test
        model = KNeighborsClassifier(1).fit(train.frame.number("marker")[:, None], train.target.values)
        hits.extend((model.predict(test.frame.number("marker")[:, None]) == test.target.values)[::5])
    # A balanced set of flips without the tested ones leans to the other class, so chance lies a little below one half.
    assert abs(np.mean(hits) - 0.5) < 3 * 0.5 / np.sqrt(len(hits))


@pytest.mark.parametrize("seed", range(3))
def test_few_groups_have_folds_that_can_be_measured(tmp_path, seed):
    pipeline, _ = proposed(tmp_path, "patient_id,marker,relapse", visits(seed, 10), "relapse")
    assert pipeline.project.split.id == "grouped"
    for _, valid in pipeline.folds:
        assert len(np.unique(pipeline.train.target.values[valid])) == 2
    assert len(np.unique(pipeline.test.target.values)) == 2
    assert any("groups" in text for text in validation(pipeline).warnings)
    five = pipeline.of(replace(pipeline.project, split=splitter("grouped", folds=5)))
    assert all(len(valid) for _, valid in five.folds)
    assert propose_split(five)[0] == pipeline.project.split
