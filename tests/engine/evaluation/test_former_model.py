"""The model before new data against the one after, on rows that are new to both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data import import_cells
from mlops_desktop.engine.evaluation import out_of_fold_evaluation
from mlops_desktop.engine.evaluation.former_model import _compared, _known_rows, compare_former
from mlops_desktop.engine.pipeline import Pipeline
from mlops_desktop.engine.project import ColumnNote, Project
from mlops_desktop.engine.project.former_decisions import read_former, write_former
from mlops_desktop.engine.training import Runs, open_chosen, out_of_fold, search
from tests.engine.conftest import Made, make_project


@pytest.fixture(scope="module")
def halves(tmp_path_factory):
    """A project of 200 penguins with a model, to which the others were added."""
    folder = tmp_path_factory.mktemp("halves")
    head, *lines = (resource_folder() / "samples" / "penguins.csv").read_text(encoding="utf-8").splitlines()
    first, second = folder / "first.csv", folder / "second.csv"
    first.write_text("\n".join([head, *lines[::2]]) + "\n", encoding="utf-8")
    names = head.split(",")
    moved = [names[-1], *names[:-1]]  # another order of the columns
    swapped = [",".join([line.split(",")[-1], *line.split(",")[:-1]]) for line in [*lines[1::2], lines[0]]]
    second.write_text("\n".join([",".join(moved), *swapped]) + "\n", encoding="utf-8")
    made = make_project(folder / "made", first, "species", ("baseline", "logistic"))
    search(made.pipeline, made.runs, Silent())
    found = import_cells(made.folder, second, made.project, Silent(), add=True)
    after = Made(made.folder, found.project)
    search(after.pipeline, after.runs, Silent())
    return made, after, found


def test_rows_are_added_by_the_names_of_their_columns(halves):
    before, after, found = halves
    assert after.pipeline.table.rows == found.rows == before.pipeline.table.rows + 173
    assert [one.name for one in after.pipeline.table.schema.columns] == [one.name for one in before.pipeline.table.schema.columns]
    assert after.project.file == "first.csv + second.csv"
    notes = " ".join(str(one.message) for one in found.evidence)
    assert "173 rows were added to 172." in notes
    assert "1 of them was in the data already." in notes


def test_a_column_of_another_kind_is_not_added(halves, tmp_path):
    before = halves[0]
    file = tmp_path / "other.csv"
    lines = (before.folder.parent / "first.csv").read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([lines[0], *(line.replace("1", "l") for line in lines[1:])]) + "\n", encoding="utf-8")
    with pytest.raises(UserError, match="of the same kind"):
        import_cells(before.folder, file, before.project, Silent(), add=True)


def test_both_models_are_measured_on_rows_that_are_new_to_them(halves):
    before, after, _ = halves
    chosen = open_chosen(after.pipeline, after.runs, Silent())
    found = compare_former(chosen, before.project, Silent())
    assert 100 < found.rows <= 172
    assert found.label == "Logistic regression"
    assert found.low <= found.now - found.former <= found.high
    with pytest.raises(UserError, match="new to the former model"):
        compare_former(chosen, after.project, Silent())
    other = replace(before.project, target="island", positive=None)
    with pytest.raises(UserError):
        compare_former(chosen, other, Silent())
    assert Runs(after.folder).list(after.pipeline.keys.board)


def test_rows_that_were_there_before_are_known_by_their_places(halves):
    """Though missing texts are decided otherwise now, and a column that is no feature has become another kind."""
    before, after, _ = halves
    known = _known_rows(before.pipeline, after.pipeline)
    trained_on = before.pipeline.train_rows if before.project.refit != "all" else np.arange(before.pipeline.table.rows)
    assert np.flatnonzero(known).tolist() == sorted(trained_on.tolist())
    other = replace(after.project, columns={**after.project.columns, "bill_length_mm": ColumnNote(missing=("39.1", "40.3"))})
    assert np.array_equal(_known_rows(before.pipeline, Pipeline(after.folder, other)), known)


def test_rows_are_recognised_by_what_the_former_model_used(tmp_path):
    """Its numbers of the rows are identifiers before the rows are added, and whole numbers after."""
    draw = np.random.default_rng(0)
    rows = [f"{a:.3f},{'yes' if a + noise > 0 else 'no'}" for a, noise in draw.normal(size=(100, 2))]
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("nr,a,y\n" + "".join(f"{i + 1},{row}\n" for i, row in enumerate(rows[:60])))
    second.write_text("nr,a,y\n" + "".join(f"{i + 1},{row}\n" for i, row in enumerate(rows[60:] + rows[:5])))
    project = Project(target="y", task="binary", positive="yes", columns={"nr": ColumnNote(role="id")})
    before = import_cells(tmp_path, first, project, Silent()).project
    after = import_cells(tmp_path, second, before, Silent(), add=True).project
    former, now = Pipeline(tmp_path, before), Pipeline(tmp_path, after)
    assert [one.table.schema.column("nr").type for one in (former, now)] == ["id", "integer"]
    known = _known_rows(former, now)
    assert known[former.train_rows].all()
    assert not known[60:100].any()


def test_the_former_decisions_are_those_of_the_data_that_they_led_to(tmp_path, halves):
    before, after, _ = halves
    assert read_former(tmp_path, after.project.data) is None
    write_former(tmp_path, after.project.data, before.project)
    assert read_former(tmp_path, after.project.data) == before.project
    assert read_former(tmp_path, before.project.data) is None
    (tmp_path / "former.json").write_text("{", encoding="utf-8")
    assert read_former(tmp_path, after.project.data) is None


@pytest.fixture(scope="module")
def replaced(tmp_path_factory):
    """A project whose data was replaced by other rows: noise, in groups of five equal rows."""
    folder, draw = tmp_path_factory.mktemp("replaced"), np.random.default_rng(2)

    def file(name: str) -> Path:
        rows = [f"g{name}{i},{a:.4f},{b:.4f},{'yes' if c < 0 else 'no'}\n" * 5 for i, (a, b, c) in enumerate(draw.normal(size=(40, 3)))]
        (folder / f"{name}.csv").write_text("g,a,b,y\n" + "".join(rows))
        return folder / f"{name}.csv"

    made = make_project(folder / "made", file("first"), "y", ("baseline", "logistic"))
    grouped = replace(
        made.project,
        metric="balanced_accuracy",
        columns={**made.project.columns, "g": ColumnNote(role="group")},
        split=choices().splitters.read({"id": "grouped"}),
    )
    before = Made(made.folder, grouped)
    search(before.pipeline, before.runs, Silent())
    after = Made(made.folder, import_cells(made.folder, file("second"), grouped, Silent()).project)
    search(after.pipeline, after.runs, Silent())
    return before, after, open_chosen(after.pipeline, after.runs, Silent())


def test_a_threshold_is_not_measured_on_the_rows_that_proposed_it(replaced):
    before, _, chosen = replaced
    found = compare_former(chosen, before.project, Silent())
    expected = out_of_fold_evaluation(chosen, Silent()).metric("balanced_accuracy")
    assert expected is not None
    assert found.rows == len(chosen.pipeline.train_rows)
    assert found.now == pytest.approx(expected.value)


def test_the_interval_is_drawn_over_whole_groups(replaced):
    before, after, chosen = replaced
    old = open_chosen(before.pipeline, before.runs, Silent())
    rows, scores = out_of_fold(after.pipeline, chosen.candidate, Silent())
    part = after.pipeline.train.take(rows)
    both = old.scorer.scores(part.frame), scores
    grouped, single = (_compared(chosen, old, one, both, 0.3) for one in (part, replace(part, groups=None)))
    assert grouped.now == single.now
    assert grouped.high - grouped.low > 1.5 * (single.high - single.low)
