"""The split that is proposed: by time where rows follow a date, and whole groups in folds that can be measured; chance scores as chance."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.importing import import_cells
from mlops_desktop.engine.evaluation.sampling_units import group_units
from mlops_desktop.engine.pipeline.candidate import Candidate
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.proposal import propose
from mlops_desktop.engine.pipeline.split_proposal import propose_split
from mlops_desktop.engine.pipeline.split_summary import validation
from mlops_desktop.engine.profiling.data_health import apply_fixes, taken_care
from mlops_desktop.engine.profiling.hidden_groups import HIDDEN_GROUPS
from mlops_desktop.engine.profiling.similar_rows import SIMILAR_ROWS
from mlops_desktop.engine.profiling.time_rules import TIME_ORDER
from mlops_desktop.engine.project import ColumnNote, Project
from simulations.planted import bike_hire, electricity, hotel_rates, passengers, patients, samples, wines
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


def nearest_hits(pipeline: Pipeline) -> np.ndarray:
    """Which rows of the held-out test set a nearest neighbour of the training part answers rightly."""
    numbers = [name for name in pipeline.features if pipeline.train.frame.layout.kind(name) == "number"]
    values = [np.column_stack([part.frame.number(name) for name in numbers]) for part in (pipeline.train, pipeline.test)]
    model = KNeighborsClassifier(1).fit(values[0], pipeline.train.target.values)
    return model.predict(values[1]) == pipeline.test.target.values


def test_wines_bottled_twice_score_as_chance(tmp_path):
    """Where equal rows may be on both sides, the nearest wine is often the same one."""
    hits, apart = [], []
    for seed in range(4):
        header, *rows = wines(np.random.default_rng(seed), 600)
        pipeline, reasons = proposed(tmp_path / str(seed), header, rows, "quality")
        assert "are equal in all features stay on one side (420 of 600 are distinct)" in reasons["split"]
        assert group_units(pipeline.everything.groups).count == 420  # in intervals equal wines count once
        hits.append(nearest_hits(pipeline))
        shuffled = pipeline.of(replace(pipeline.project, split=splitter("stratified", test=0.2, folds=5, equal_together=False)))
        apart.append(nearest_hits(shuffled))
    kept, mixed = np.concatenate(hits), np.concatenate(apart)
    assert abs(kept.mean() - 0.5) < 3 * 0.5 / np.sqrt(len(kept) * 0.7)  # equal wines are answered alike
    assert mixed.mean() > 0.6


def jittered(rng: np.random.Generator, rows: int) -> list[str]:
    """Coin flips of which each stands twice, the second time with noise."""
    values, flips = rng.normal(size=(rows // 2, 4)), rng.integers(0, 2, rows // 2)
    both = np.vstack([values, values + rng.normal(0, 0.004, values.shape)])
    lines = [",".join([*(f"{v:.4f}" for v in row), "yes" if flips[i % len(flips)] else "no"]) for i, row in enumerate(both)]
    return [lines[i] for i in rng.permutation(rows)]


def test_near_copies_stay_on_one_side_and_coin_flips_score_as_chance(tmp_path):
    hits, apart = [], []
    for seed in range(4):
        pipeline, reasons = proposed(tmp_path / str(seed), "a,b,c,d,y", jittered(np.random.default_rng(seed), 400), "y")
        assert (pipeline.project.split.keeps_alike, "nearly repeat each other" in reasons["split"]) == (True, True)
        assert group_units(pipeline.train.groups).count < 0.55 * pipeline.train.rows  # and are one observation in intervals
        hits.append(nearest_hits(pipeline))
        shuffled = replace(pipeline.project.split, alike_together=False)
        apart.append(nearest_hits(pipeline.of(replace(pipeline.project, split=shuffled))))
    kept, mixed = np.concatenate(hits), np.concatenate(apart)
    assert abs(kept.mean() - 0.5) < 3 * 0.5 / np.sqrt(len(kept) / 2)
    assert mixed.mean() > 0.6


def visits(seed: int, patients: int) -> list[str]:
    """Five rows for each patient, whose marker hardly varies, and a coin flip by patient."""
    rng = np.random.default_rng(seed)
    marker, flips = rng.normal(size=patients) * 10, rng.permutation(["no", "yes"] * (patients // 2))
    return [f"P{i // 5:03},{marker[i // 5] + rng.normal() / 100:.5f},{flips[i // 5]}" for i in range(5 * patients)]


def test_coin_flips_of_patients_without_a_number_score_as_chance(tmp_path):
    """Whole combinations of what describes a patient are held out; by a random split a tree recognises the patient."""
    hits, apart = [], []
    for seed in range(4):
        header, *rows = patients(np.random.default_rng(seed), 500)
        pipeline, reasons = proposed(tmp_path / str(seed), header, rows, "relapse")
        assert (pipeline.project.split.id, set(pipeline.project.split.column)) == ("grouped", {"age", "sex", "height", "city"})
        assert "age" in pipeline.features
        assert "seem to belong together" in reasons["split"]
        (finding,) = (one for one in pipeline.profile(Silent()).findings if one.rule == HIDDEN_GROUPS.rule)
        assert taken_care(pipeline.project, finding)
        hits.append(nearest_hits(pipeline))
        apart.append(nearest_hits(pipeline.of(replace(pipeline.project, split=splitter("stratified", equal_together=True)))))
    kept, mixed = np.concatenate(hits), np.concatenate(apart)
    assert abs(kept.mean() - 0.5) < 3 * 0.5 / np.sqrt(len(kept) / 5)
    assert mixed.mean() > 0.6


def test_coin_flips_of_patients_whose_values_vary_score_as_chance(tmp_path):
    hits, apart = [], []
    for seed in range(4):
        header, *rows = samples(np.random.default_rng(seed), 500)
        pipeline, reasons = proposed(tmp_path / str(seed), header, rows, "relapse")
        assert (pipeline.project.split.keeps_alike, "seem to belong together" in reasons["split"]) == (True, True)
        assert [one for one in pipeline.profile(Silent()).findings if one.rule == SIMILAR_ROWS.rule]
        hits.append(nearest_hits(pipeline))
        shuffled = replace(pipeline.project.split, alike_together=False)
        apart.append(nearest_hits(pipeline.of(replace(pipeline.project, split=shuffled))))
    kept, mixed = np.concatenate(hits), np.concatenate(apart)
    assert abs(kept.mean() - 0.5) < 3 * 0.5 / np.sqrt(len(kept) / 5)
    assert mixed.mean() > 0.75


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


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        (bike_hire, ("year", "month")),  # the hours of a month have no day
        (electricity, ("Date",)),
        (hotel_rates, ("arrival_year", "arrival_month", "arrival_day")),
    ],
)
def test_parts_of_a_date_order_the_split_and_stay_features(tmp_path, kind, columns):
    header, *rows = kind(np.random.default_rng(0), 1500)
    target = header.split(",")[-1]
    pipeline, reasons = proposed(tmp_path, header, rows, target)
    assert pipeline.project.split == splitter("time", test=0.2, folds=5, column=columns)
    assert f"follow {', '.join(f'“{name}”' for name in columns)} in time" in reasons["split"]
    assert {columns[-1]} < set(pipeline.features)
    assert pipeline.train_rows.max() < pipeline.test_rows.min()
    assert all(pipeline.train_rows[train].max() < pipeline.train_rows[valid].min() for train, valid in pipeline.folds)
    declined = replace(pipeline.project, split=splitter("random", folds=4))
    (finding,) = (one for one in pipeline.of(declined).profile(Silent()).findings if one.rule == TIME_ORDER.rule)
    assert apply_fixes(declined, [finding]).split == splitter("time", folds=4, column=columns)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("model_year,cylinders,y", lambda i, rng: f"{70 + i // 30},{i % 5},{rng.normal():.3f}"),  # one part alone is no time
        ("yr_sold,mo_sold,y", lambda i, rng: f"{2010 - i // 60},{rng.integers(1, 13)},{rng.normal():.3f}"),  # in no order by month
        ("month,weekday,y", lambda i, rng: f"{rng.integers(1, 13)},{i % 7},{rng.normal():.3f}"),
    ],
)
def test_parts_that_order_nothing_are_left_alone(tmp_path, header, row):
    rng = np.random.default_rng(0)
    pipeline, _ = proposed(tmp_path, header, [row(i, rng) for i in range(360)], "y")
    assert pipeline.project.split.id == "random"


@pytest.mark.parametrize(("name", "split"), [("timestamp", "time"), ("amount", "stratified")])
def test_seconds_since_1970_order_the_split_where_the_name_is_that_of_a_time(tmp_path, name, split):
    rows = [f"{int(START.timestamp()) + 3600 * i},{line.split(',', 1)[1]}" for i, line in enumerate(hourly(0, 600))]
    pipeline, _ = proposed(tmp_path, f"{name},level,label", rows, "label")
    assert (pipeline.project.split.id, "leak" in {one.rule for one in pipeline.profile(Silent()).findings}) == (split, split != "time")


def test_moments_of_a_shuffled_day_and_clock_order_the_split(tmp_path):
    header, *rows = electricity(np.random.default_rng(0), 600)
    pipeline, reasons = proposed(tmp_path, header, np.random.default_rng(1).permutation(rows).tolist(), "load")
    assert pipeline.project.split == splitter("time", test=0.2, folds=5, column=("Date", "Time"))
    assert "600 moments in 600 rows" in reasons["split"]


@pytest.mark.parametrize(("yes", "rows"), [(1, 20), (2, 20), (2, 5)])
def test_a_class_that_no_split_can_measure_is_refused_in_one_sentence(tmp_path, yes, rows):
    with pytest.raises(UserError, match=rf"Class “yes” has {yes} row.?: too few to learn from, to validate and to test with"):
        proposed(tmp_path, "x,label", [f"{i * 7 % 11},{'yes' if i < yes else 'no'}" for i in range(rows)], "label")


@pytest.mark.parametrize(("rows", "folds"), [(4, 3), (5, 4), (6, 4)])
def test_few_rows_get_as_many_folds_as_can_be_made(tmp_path, rows, folds):
    pipeline, _ = proposed(tmp_path, "x,y", [f"{i * 7 % 11},{i * 5 % 13 + 0.5}" for i in range(rows)], "y")
    assert pipeline.project.split.folds == folds == len(pipeline.folds)


def test_three_rows_are_refused_before_the_run(tmp_path):
    with pytest.raises(UserError, match="The table has 3 rows: too few to learn from, to validate and to test with"):
        proposed(tmp_path, "x,y", ["1,2.5", "2,3.5", "3,1.5"], "y")


def test_names_that_nobody_shares_leave_every_fold_with_features(tmp_path):
    header, *rows = passengers(np.random.default_rng(0), 120)
    pipeline, _ = proposed(tmp_path, header, rows, "Survived")
    first = Candidate.of(pipeline.project, pipeline.project.candidates[1])
    for train, _ in pipeline.folds:
        fitted = pipeline.fit(first, train)
        assert fitted.matrix.width
        assert "“Name” becomes no feature: no term of it is in enough rows." in [str(note) for note in fitted.notes]
