"""The weights of findings, what fixes them already, which fixes are safe."""

from __future__ import annotations

from dataclasses import replace

from mlops_desktop.engine.choices import ALL, choices
from mlops_desktop.engine.pipeline.recommended import operation
from mlops_desktop.engine.profiling.data_health import apply_fixes, health, safe_fixes, taken_care
from mlops_desktop.engine.profiling.finding import Finding
from mlops_desktop.engine.project.assignments import apply_changes
from mlops_desktop.engine.project.decisions import Project, Step


def finding(rule="missing", severity="warning", column="a", fix=None, safe=False):
    return Finding(rule, severity, column, "m", "w", fix, "t", safe)


DUPLICATES = finding("duplicate_rows", column="", fix={"row_filter": {"id": "drop_duplicates"}}, safe=True)
GAPS = finding("missing", fix={"step": {"id": "impute_numbers", "params": {"columns": ["a"], "missing_flag": True}}})
LEAK = finding("leak", "high", "a", {"role": {"a": "ignore"}})
NAMES = finding("identifier", column="k", fix={"role": {"k": "id"}}, safe=True)


def test_health_falls_with_weight_and_never_below_nothing():
    assert health([]) == 100
    assert health([finding(severity="info")]) > health([finding()]) > health([LEAK])
    assert 0 <= health([LEAK] * 100) <= 1


def test_safe_fixes_leave_out_what_needs_a_person():
    everything = [DUPLICATES, GAPS, LEAK, NAMES, finding("imbalance")]
    assert safe_fixes(Project(), everything) == [DUPLICATES, NAMES]
    mended = apply_fixes(Project(), safe_fixes(Project(), everything))
    assert [c.component.id for c in mended.row_filters] == ["drop_duplicates"]
    assert mended.columns["k"].role == "id"
    assert safe_fixes(mended, everything) == []
    assert taken_care(mended, DUPLICATES) == "Fixed by your decisions."
    assert taken_care(mended, LEAK) == ""
    assert taken_care(mended, finding("imbalance")) == ""


def test_a_split_that_was_proposed_is_no_decision_of_a_person():
    found = finding("time_order", fix={"split": {"id": "time", "params": {"column": ["day"]}}})
    assert taken_care(apply_changes(Project(), found.fix), found) == "The split goes by time."


def test_a_split_by_groups_that_the_program_chose_is_no_decision_of_a_person():
    found = finding("hidden_groups", fix={"split": {"id": "grouped", "params": {"column": ["day"]}}})
    assert taken_care(apply_changes(Project(), found.fix), found).startswith("The split keeps these rows together.")


def test_a_step_for_all_columns_takes_care_of_one():
    step = Step(operation("impute_numbers"))
    assert "Fill missing numbers" in taken_care(Project(steps=(step,)), GAPS)
    own = Project(encodings={ALL: choices().encodings.read("as_it_is")})  # the steps make the whole matrix
    assert taken_care(replace(own, steps=(replace(step, on=False),)), GAPS) == ""
    assert taken_care(replace(own, steps=(Step(operation("impute_numbers", columns=["b"])),)), GAPS) == ""
    assert taken_care(replace(own, steps=(Step(operation("impute_numbers", columns=["b", "a"])),)), GAPS)


def test_the_encodings_of_models_take_care_of_gaps():
    assert taken_care(Project(), GAPS)
    assert taken_care(Project(encodings={ALL: choices().encodings.read("as_it_is")}), GAPS) == ""


def test_a_step_of_a_fix_comes_before_the_steps_that_use_its_column():
    project = Project(steps=(Step(operation("scale")),))
    fixed = apply_changes(project, GAPS.fix)
    assert [step.component.id for step in fixed.steps] == ["impute_numbers", "scale"]
    assert apply_changes(fixed, GAPS.fix) == fixed


def test_markers_for_missing_are_added_to_those_that_are_there():
    project = apply_changes(Project(), {"missing": {"a": ["-1"]}})
    project = apply_changes(project, {"missing": {"a": ["-1", "999"]}})
    assert project.columns["a"].missing == ("-1", "999")
