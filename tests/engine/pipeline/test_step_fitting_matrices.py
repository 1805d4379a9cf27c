"""On a table with real categories each algorithm gets the matrix that it declares, in the fits and in the preview of stage 3."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.preview_session import preview
from mlops_desktop.serving.frame import Matrix
from tests.engine.conftest import Made, make_project

TREES, LINEAR = ("lightgbm", "hist_gradient_boosting"), ("logistic", "mlp", "knn")
ONE_HOT = " = "  # in the names of the columns that one-hot encoding makes


@pytest.fixture(scope="module")
def churn(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The first customers of the churn sample, with the tenure of every tenth missing."""
    folder: Path = tmp_path_factory.mktemp("churn")
    head, *rows = (resource_folder() / "samples" / "telco_churn.csv").read_text(encoding="utf-8").splitlines()[:401]
    at = head.split(",").index("tenure")
    cells = [row.split(",") for row in rows]
    for row in cells[::10]:
        row[at] = ""
    file = folder / "churn.csv"
    file.write_text("\n".join([head, *(",".join(row) for row in cells)]) + "\n", encoding="utf-8")
    return make_project(folder / "project", file, "Churn", (*TREES, *LINEAR))


def matrix(made: Made, id_: str) -> Matrix:
    return made.pipeline.fit(made.candidate(choices().algorithms[id_]())).matrix


def categories(made: Made) -> set[str]:
    found = set(made.pipeline.train.frame.layout.categoricals)
    assert len(found) > 10
    return found


@pytest.mark.parametrize("id_", TREES)
def test_boosting_gets_native_categories_and_gaps(churn, id_):
    found = matrix(churn, id_)
    assert {found.names[at] for at in found.category_codes} == categories(churn)
    assert set(found.names) == set(churn.pipeline.train.frame.layout.names())
    assert not any(ONE_HOT in name for name in found.names)
    assert np.isnan(found.to_dense()[:, found.names.index("tenure")]).any()


@pytest.mark.parametrize("id_", LINEAR)
def test_linear_models_and_networks_get_no_raw_category_and_everything_filled_and_scaled(churn, id_):
    found = matrix(churn, id_)
    assert not found.category_codes
    assert categories(churn).isdisjoint(found.names)
    assert any(name.startswith(f"Contract{ONE_HOT}") for name in found.names)
    dense = found.to_dense()
    assert np.isfinite(dense).all()
    np.testing.assert_allclose(dense.mean(axis=0), 0.0, atol=1e-6)
    np.testing.assert_allclose(dense.std(axis=0), 1.0, atol=1e-6)


def test_both_are_shown_by_the_preview(churn):
    shown = {id_: one for one in preview(churn.pipeline, -1, -1, Silent()).encodings for id_ in one.algorithms}
    for id_ in (*TREES, *LINEAR):
        assert shown[id_].width == matrix(churn, id_).width
    assert shown["lightgbm"].encoding != shown["logistic"].encoding
    assert shown["lightgbm"].operations == ("Ordinal encoding",)
    assert shown["logistic"].operations == ("One-hot encoding", "Fill missing numbers", "Scale numbers")
