"""The service answers the text of a given table as the program answers its rows."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import load_cells
from mlops_desktop.engine.data.table import Table
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.serving.app import App
from mlops_desktop.serving.bundle import open_bundle, write_core
from mlops_desktop.serving.model_slot import ModelSlot
from mlops_desktop.serving.models.linear import Linear
from mlops_desktop.serving.monitor import reference_of
from mlops_desktop.serving.routes import Limits
from mlops_desktop.serving.schema import CATEGORICAL_TYPES, NUMBER_TYPES
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.serving.transforms.date_parts import DateParts
from mlops_desktop.serving.transforms.impute_numbers import ImputeNumbers
from mlops_desktop.serving.transforms.ordinal import Ordinal
from tests.reading.given_tables import FOLDER, REASON, GivenTable
from tests.reading.test_bundle_reading import program_reading
from tests.reading.test_given_tables import LARGE, SMALL, TEXTS
from tests.serving.conftest import ask

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=REASON)


def scorer_of(table: Table) -> Scorer:
    """A model whose answer depends on every cell of a table: a weighted sum of its numbers, of its dates and of the codes of its levels."""
    by_kind: dict[str, list[str]] = {"number": [], "level": [], "date": []}
    for column in table.schema.columns:
        kind = "number" if column.type in NUMBER_TYPES else "level" if column.type in CATEGORICAL_TYPES else "date"
        by_kind[kind].append(column.name)
    numbers, levels, dates = map(tuple, by_kind.values())
    codes = tuple({level: at for at, level in enumerate(table.frame.categorical(name)[1])} for name in levels)
    parts = ("year", "month", "day", "hour")
    names = tuple(tuple(f"{name} {part}" for part in parts) for name in dates)
    made = (*levels, *(name for some in names for name in some))
    transforms = (
        Ordinal(levels, codes, -2.0, -1.0),
        DateParts(dates, (parts,) * len(dates), names, (0,) * len(dates)),
        ImputeNumbers((*numbers, *made), (-3.0,) * len((*numbers, *made)), ()),
    )
    weights = np.random.default_rng(1).normal(0, 1, (len(numbers) + len(made), 1))
    model = Linear(weights, np.array([0.5]), "identity")
    return Scorer.of_model("sums", "0123456789ab", "regression", "sum", table.schema, transforms, model)


def check(given: GivenTable, tmp_path) -> None:
    """AssertionError unless the service refuses the rows that the program refuses, and answers the others alike."""
    table = type_cells(load_cells(given.path, None, Silent())[1], {}, Silent())
    scorer = scorer_of(table)
    reading = program_reading(given.path, table.schema)
    first = table.frame.take(np.arange(min(table.rows, 50)))
    (tmp_path / "bundle").mkdir()
    reference = reference_of(table.schema, first, scorer.scores(first), scorer.prediction_spec)
    write_core(
        tmp_path / "bundle", scorer, {"application": "0"}, [dict.fromkeys(column.name for column in table.schema.columns)], reference
    )
    app = App(ModelSlot(open_bundle(tmp_path / "bundle"), Limits(body=2**28, csv_rows=10**6)))
    answer = ask(app, "POST", "/v1/predict/csv", given.path.read_bytes(), headers={"content-type": "text/csv"})
    if isinstance(reading, str):
        assert (answer.status, reading.split(".")[0] in answer.body.decode()) == (422, True)
        return
    (frame,), refused = reading
    assert answer.status == 200, answer.body[:500]
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    assert [at for at, row in enumerate(rows) if not row["prediction"]] == refused
    kept = np.array([at for at in range(frame.rows) if at not in set(refused)], dtype=np.intp)
    expected = scorer.scores(frame.take(kept)).ravel() if len(kept) else np.zeros(0)
    assert [float(row["prediction"]) for row in rows if row["prediction"]] == pytest.approx(expected.tolist(), rel=1e-12)


@pytest.mark.parametrize("given", [one for one in SMALL.values() if one.path.suffix in TEXTS], ids=lambda one: one.file)
def test_the_service_answers_a_small_text(given, tmp_path):
    check(given, tmp_path)


@pytest.mark.proof
@pytest.mark.parametrize("given", [one for one in LARGE.values() if one.path.suffix in TEXTS], ids=lambda one: one.file)
def test_the_service_answers_a_large_text(given, tmp_path):
    check(given, tmp_path)
