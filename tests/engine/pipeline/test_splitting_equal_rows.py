"""Equal rows under the proposed split: on one side where at least half of the rows are distinct, so that chance scores as chance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from mlops_desktop.base.families import Target
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.importing import import_cells
from mlops_desktop.engine.data.row_equality import equal_rows
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.proposal import propose
from mlops_desktop.engine.pipeline.split_summary import validation
from mlops_desktop.engine.profiling.data_health import apply_fixes
from mlops_desktop.engine.profiling.row_rules import DUPLICATE_ROWS, FEW_DISTINCT_ROWS
from mlops_desktop.engine.project import ColumnNote, Project
from tests.splitters import cut, folded, rows_of, splitter


def proposed(folder: Path, header: str, rows: list[str], target: str, **changes) -> tuple[Pipeline, dict[str, str]]:
    """The pipeline that is proposed for a table, and the reasons."""
    file = folder / "rows.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    found = import_cells(folder, file, replace(Project(name="p", target=target), **changes), Silent())
    project, reasons = propose(folder, found.project, Silent())
    return Pipeline(folder, project), reasons


def repeated(seed: int, distinct: int, rows: int) -> list[str]:
    """Rows of two numbers and a coin flip, where equal rows mostly have one label."""
    rng = np.random.default_rng(seed)
    values, labels = rng.normal(size=(distinct, 2)).round(6), rng.choice(["no", "yes"], distinct)
    return [
        f"{values[i, 0]},{values[i, 1]},{labels[i]}" for i in np.concatenate((np.arange(distinct), rng.choice(distinct, rows - distinct)))
    ]


@pytest.mark.parametrize("method", ["random", "stratified"])
@pytest.mark.parametrize("seed", range(4))
def test_equal_rows_are_on_one_side_and_parts_have_their_sizes(method, seed):
    rng = np.random.default_rng(seed)
    equal = np.concatenate((np.arange(300), rng.choice(300, 200))).astype(np.intp)
    target = Target("binary", (rng.random(500) < 0.2).astype(np.intp), ("no", "yes"))
    split, columns = splitter(method, equal_together=True), {"equal": equal}
    train, test = cut(split, target, columns, seed)
    assert not np.isin(equal[test], equal[train]).any()
    assert 90 <= len(test) <= 110
    folds = folded(split, target.take(train), rows_of(columns, train), seed)
    assert sorted(np.concatenate([valid for _, valid in folds]).tolist()) == list(range(len(train)))
    for trained_on, scored in folds:
        assert not np.isin(equal[train][scored], equal[train][trained_on]).any()
        assert abs(len(scored) - len(train) / 5) <= 2
        if method == "stratified":
            assert abs(target.values[train][scored].mean() - target.values[train].mean()) < 0.06


def test_one_large_set_of_equal_rows_leaves_the_rare_class_its_share():
    equal = np.concatenate((np.zeros(300), np.arange(1, 701))).astype(np.intp)
    values = np.zeros(1000, dtype=np.intp)
    values[[*range(3), *range(960, 1000)]] = 1
    target, split = Target("binary", values, ("no", "yes")), splitter("stratified", folds=3, equal_together=True)
    train, test = cut(split, target, {"equal": equal}, 0)
    assert 6 <= values[test].sum() <= 11
    folds = folded(split, target.take(train), {"equal": equal[train]}, 0)
    assert all(8 <= values[train][valid].sum() <= 15 for _, valid in folds)


def test_coin_flips_with_repeated_rows_score_as_chance(tmp_path):
    scores, rows = [], 0
    for seed in range(6):
        (tmp_path / str(seed)).mkdir()
        pipeline, reasons = proposed(tmp_path / str(seed), "a,b,label", repeated(seed, 400, 700), "label")
        assert "stay on one side" in reasons["split"]
        assert not validation(pipeline).warnings
        train, test = pipeline.train, pipeline.test
        values = [np.column_stack([part.frame.number(name) for name in "ab"]) for part in (train, test)]
        model = KNeighborsClassifier(1).fit(values[0], train.target.values)
        # Equal rows are no independent trials: each distinct row counts once.
        _, first = np.unique(values[1], axis=0, return_index=True)
        hits = model.predict(values[1][first]) == test.target.values[first]
        scores.append(hits.sum())
        rows += len(first)
    assert abs(sum(scores) / rows - 0.5) < 3 * 0.5 / np.sqrt(rows)


def test_a_person_who_declines_is_warned_and_few_distinct_rows_are_reported(tmp_path):
    pipeline, _ = proposed(tmp_path, "a,b,label", repeated(0, 400, 700), "label")
    declined = pipeline.of(replace(pipeline.project, split=splitter("stratified")))
    assert any("recognised rather than predicted" in text for text in validation(declined).warnings)
    assert validation(declined).fitting == pipeline.project.split
    other = tmp_path / "other"
    other.mkdir()
    rng = np.random.default_rng(0)
    few, reasons = proposed(other, "size,label", [f"{rng.integers(40) / 4},{rng.choice(['no', 'yes'])}" for _ in range(300)], "label")
    assert not few.project.split.keeps_equal
    assert "Equal rows may be on both sides" in reasons["split"]
    assert FEW_DISTINCT_ROWS.rule in {finding.rule for finding in few.profile(Silent()).findings}


def test_a_column_that_is_no_feature_changes_the_split_that_keeps_equal_rows(tmp_path):
    pipeline, _ = proposed(tmp_path, "a,b,label", repeated(0, 400, 700), "label")
    ignored = pipeline.of(replace(pipeline.project, columns={"b": ColumnNote(role="ignore")}))
    assert ignored.keys.split != pipeline.keys.split
    plain = replace(pipeline.project, split=splitter("stratified"))
    assert pipeline.of(plain).keys.split == pipeline.of(replace(plain, columns={"b": ColumnNote(role="ignore")})).keys.split


def test_the_fix_drops_the_rows_that_the_finding_counts(tmp_path):
    rows = [f"K{i:05},{row}" for i, row in enumerate(repeated(0, 400, 546))]
    pipeline, _ = proposed(tmp_path, "key,a,b,label", rows, "label")
    profile = pipeline.profile(Silent())
    finding = next(one for one in profile.findings if one.rule == DUPLICATE_ROWS.rule)
    assert finding.message.startswith(f"{profile.duplicates} rows repeat")
    mended = pipeline.of(apply_fixes(pipeline.project, [finding]))
    assert len(pipeline.kept_rows) - len(mended.kept_rows) == profile.duplicates == 146


def test_missing_cells_are_equal_to_each_other(tmp_path):
    pipeline, _ = proposed(tmp_path, "a,b,label", [*repeated(0, 30, 30), ",1,no", ",1,yes"], "label")
    assert pipeline.equal_rows is not None
    assert pipeline.equal_rows[-1] == pipeline.equal_rows[-2]
    assert equal_rows(pipeline.table.frame, ["a", "b", "label"]) is None
