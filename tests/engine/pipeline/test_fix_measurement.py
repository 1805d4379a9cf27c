"""The effect of applied fixes, measured on all rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.fix_measurement import fix_effects
from mlops_desktop.engine.profiling.data_health import apply_fixes, effect_text
from mlops_desktop.engine.project.decisions import Step
from tests.engine.conftest import make_project


def test_every_fix_of_a_finding_changes_something(tmp_path):
    chance = np.random.default_rng(0)
    numbers = chance.normal(size=(300, 3))
    numbers[:4, 0] = 90.0
    lines = [
        f"K{i},{a:.3f},{'' if i % 9 == 0 else f'{b:.3f}'},{c:.3f},{'' if i in (5, 6) else int(c > 0)}"
        for i, (a, b, c) in enumerate(numbers)
    ]
    lines += [line.replace("K", "L") for line in lines[10:30]]
    (tmp_path / "in.csv").write_text("\n".join(["key,far,gaps,c,y", *lines]) + "\n", encoding="utf-8")
    made = make_project(tmp_path / "made", tmp_path / "in.csv", "y", ("baseline",), row_filters=(), steps=())
    assert fix_effects(made.pipeline, Silent()) == ()  # nothing is applied
    findings = [
        one for one in made.pipeline.profile(Silent()).findings if one.rule in ("duplicate_rows", "target_missing", "missing", "outliers")
    ]
    fixed = made.pipeline.of(apply_fixes(made.project, findings))
    found = {one.rule: one for one in fix_effects(fixed, Silent())}
    assert (found["duplicate_rows"].rows, found["target_missing"].rows) == (20, 2)
    assert found["missing"].cells >= 31
    assert found["outliers"].cells == 4
    assert [one.error for one in found.values()] == [""] * 4
    assert effect_text(found["duplicate_rows"]) == "Fixed: 20 rows are taken out."
    assert effect_text(found["duplicate_rows"], others=True) == "Fixed: 20 rows are taken out, together with your other steps."
    # What another filter takes out already is no effect of this one.
    narrow = choices().row_filters["filter_rows"](condition='not starts_with(`key`, "L")')
    beside = fixed.of(replace(fixed.project, row_filters=(*fixed.project.row_filters, Step(narrow))))
    assert {one.rule: one.rows for one in fix_effects(beside, Silent())}["target_missing"] == 2
    none = choices().row_filters["filter_rows"](condition="not is_missing(`y`)")
    beside = fixed.of(replace(fixed.project, row_filters=(*fixed.project.row_filters, Step(none))))
    assert {one.rule: one.rows for one in fix_effects(beside, Silent())}["target_missing"] == 0
