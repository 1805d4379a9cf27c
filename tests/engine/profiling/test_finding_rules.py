"""Each rule with a table that triggers it and one that does not, and a fix that a project takes."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.data.loading import load_cells
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.profiling.all_findings import find
from mlops_desktop.engine.profiling.finding import Finding
from mlops_desktop.engine.project.assignments import apply_changes
from mlops_desktop.engine.project.decisions import ColumnNote, Project
from mlops_desktop.engine.project.serialization import from_json, to_json
from tests.imported import cells_of

RNG = np.random.default_rng(0)
N = 400
NOISE = [f"{v:.5f}" for v in RNG.normal(size=N)]
WORDS = RNG.choice(["a", "b", "c"], N).tolist()
YES = RNG.choice(["Yes", "No"], N).tolist()
AMOUNTS = [f"{v:.3f}" for v in RNG.gamma(2, 50, N)]


def found(columns, target=None, task=None, notes=None, roles=None):
    cells = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in columns.items()})
    findings = find(type_cells(cells_of(cells), notes or {}, Silent()), target, task, roles or {}, Silent())
    for finding in findings:
        assert finding.message.endswith(".")
        assert finding.why.endswith(".")
        assert from_json(Finding, json.loads(json.dumps(to_json(finding))), "Finding") == finding
        if finding.fix is not None:
            assert apply_changes(Project(), finding.fix) != Project()
    return {(f.rule, f.column): f for f in findings}


CLEAN = {"n": NOISE, "w": WORDS, "y": YES}


def test_a_clean_table_has_no_findings():
    assert found(CLEAN, "y", "binary") == {}
    assert found({**CLEAN, "y": AMOUNTS}, "y", "regression") == {}


@pytest.mark.parametrize(
    ("rule", "columns", "fix"),
    [
        ("constant", {"x": ["1"] * N}, {"role": {"x": "ignore"}}),
        ("constant", {"x": ["a"] * N}, {"role": {"x": "ignore"}}),
        ("empty", {"x": [""] * N}, {"role": {"x": "ignore"}}),
        ("identifier", {"x": [f"K{i:05}" for i in range(N)]}, {"role": {"x": "id"}}),
        ("duplicate_column", {"x": NOISE}, {"role": {"x": "ignore"}}),
        ("duplicate_column", {"x": [w.upper() for w in WORDS]}, {"role": {"x": "ignore"}}),
        ("missing", {"x": ["", *AMOUNTS[1:]]}, {"step": {"id": "impute_numbers", "params": {"columns": ["x"], "missing_flag": False}}}),
        ("missing", {"x": [""] * 300 + AMOUNTS[300:]}, {"role": {"x": "ignore"}}),
        ("missing", {"x": ["", *RNG.choice(["p", "q"], N - 1)]}, {"step": {"id": "impute_categories", "params": {"columns": ["x"]}}}),
        ("outliers", {"x": [*NOISE[:-2], "90.5", "-80.25"][::-1]}, {"step": {"id": "clip", "params": {"columns": ["x"], "fence": 3.0}}}),
        ("many_levels", {"x": [f"level {i * 7 % 60}" for i in range(N)]}, {"role": {"x": "ignore"}}),
        ("stray", {"x": ["3a", *AMOUNTS[1:]]}, {"type": {"x": "category"}}),
        ("missing_words", {"x": ["unknown"] * 30 + AMOUNTS[30:]}, {"type": {"x": "category"}}),
        ("hidden_missing", {"x": ["-200"] * 30 + AMOUNTS[30:]}, {"missing": {"x": ["-200"]}}),
        ("hidden_missing", {"x": ["9999"] * 30 + AMOUNTS[30:]}, {"missing": {"x": ["9999"]}}),
        ("leak", {"x": ["1" if y == "Yes" else "2" for y in YES]}, {"role": {"x": "ignore"}}),
    ],
)
def test_a_rule_fires_and_names_its_fix(rule, columns, fix):
    findings = found({**CLEAN, **columns}, "y", "binary")
    assert (rule, "x") in findings
    assert findings[rule, "x"].fix == fix
    assert not {column for _, column in findings} - {"x"}


@pytest.mark.parametrize(
    "columns",
    [
        {"x": ["1"] * (N - 1) + [""], "z": ["a", "b"] * (N // 2)},
        {"x": [f"level {i % 40}" for i in range(N)]},
        {"x": ["-1"] * 200 + ["1"] * 200},
        {"x": [str(i % 12) for i in range(N)]},
        {"x": [f"{v:.4f}" for v in RNG.normal(size=N)]},
        {"x": [f"2024-01-{i % 28 + 1:02}" for i in range(N)]},
    ],
)
def test_no_rule_cries_wolf(columns):
    findings = found({**CLEAN, **columns}, "y", "binary")
    assert {rule for rule, _ in findings} <= {"missing"}


def test_rows_that_belong_together():
    patients = {**CLEAN, "patient_id": [f"P{i // 5:03}" for i in range(N)]}
    finding = found(patients, "y", "binary")["group", "patient_id"]
    assert finding.fix == {"role": {"patient_id": "group"}}
    assert ("group", "patient_id") in found(patients, "y", "binary", roles={"patient_id": "id"})
    assert ("identifier", "patient_id") not in found(patients, "y", "binary")
    assert found(patients, "y", "binary", roles={"patient_id": "group"}) == {}


def test_rows_that_repeat():
    columns = {name: [*values, *values[:3]] for name, values in CLEAN.items()}
    finding = found(columns, "y", "binary")["duplicate_rows", ""]
    assert finding.message.startswith("3 rows repeat")
    assert finding.fix == {"row_filter": {"id": "drop_duplicates"}}
    keyed = {**columns, "key": [f"K{i:05}" for i in range(N + 3)]}
    assert ("duplicate_rows", "") not in found(keyed, "y", "binary")
    assert ("duplicate_rows", "") in found(keyed, "y", "binary", roles={"key": "id"})


def test_targets():
    missing = found({**CLEAN, "y": ["", *YES[1:]]}, "y", "binary")["target_missing", "y"]
    assert (missing.severity, missing.fix) == ("high", {"row_filter": {"id": "drop_missing_target"}})
    rare = ["Yes"] * 10 + ["No"] * (N - 10)
    assert found({**CLEAN, "y": rare}, "y", "binary")["imbalance", "y"].fix is None
    assert ("imbalance", "y") not in found({**CLEAN, "y": ["Yes"] * 25 + ["No"] * (N - 25)}, "y", "binary")
    assert ("hidden_missing", "y") in found({**CLEAN, "y": ["-200"] * 20 + AMOUNTS[20:]}, "y", "regression")
    assert found({**CLEAN, "y": [f"2024-01-{i % 28 + 1:02}" for i in range(N)]}, "y") == {}


def test_leaks_by_strength():
    assert found({**CLEAN, "x": YES}, "y", "binary")["leak", "x"].severity == "high"
    weaker = [y if i % 60 else {"Yes": "No", "No": "Yes"}[y] for i, y in enumerate(YES)]
    assert found({**CLEAN, "x": weaker}, "y", "binary")["leak", "x"].severity == "warning"
    assert ("leak", "x") in found({**CLEAN, "y": AMOUNTS, "x": [f"{float(a) * 1.19:.3f}" for a in AMOUNTS]}, "y", "regression")


def test_roles_and_notes_settle_findings():
    columns = {**CLEAN, "x": ["1"] * N, "k": [f"K{i:05}" for i in range(N)], "h": ["-200"] * 30 + AMOUNTS[30:]}
    roles = {"x": "ignore", "k": "id"}
    notes = {"h": ColumnNote(missing=("-200",))}
    assert {rule for rule, _ in found(columns, "y", "binary", notes, roles)} <= {"missing", "outliers"}


def test_on_the_penguins_nothing_fires_but_missing_values():
    _, cells = load_cells(resource_folder() / "samples" / "penguins.csv", None, Silent())
    for target, task in (("species", "multiclass"), ("island", "multiclass"), ("sex", "binary"), (None, None)):
        table = type_cells(cells, {}, Silent())
        rules = {f.rule for f in find(table, target, task, {}, Silent())}
        assert rules <= {"missing", "target_missing"}, target
