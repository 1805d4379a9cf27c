"""One queue of questions: from findings, from the reading of columns, from guesses; answers are decisions with a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import RULES
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.profiling.all_findings import MOST_ALIKE, find
from mlops_desktop.engine.profiling.data_health import taken_care
from mlops_desktop.engine.profiling.finding import Finding
from mlops_desktop.engine.profiling.table_overview import overview
from mlops_desktop.engine.project.assignments import apply_changes
from mlops_desktop.engine.project.decisions import Answer, ColumnNote, Project
from mlops_desktop.engine.project.project_file import project_from_json, project_to_json
from mlops_desktop.engine.questions.from_findings import FIX, fix_options
from mlops_desktop.engine.questions.from_reading import reading_questions
from mlops_desktop.engine.questions.grouping import group_questions
from mlops_desktop.engine.questions.question import ACCEPT
from mlops_desktop.engine.questions.queue import (
    answer_question,
    answer_questions,
    open_questions,
    questions,
    reading_doubts,
    unasked_answers,
)
from tests.imported import cells_of
from tests.splitters import splitter

LEAK = Finding("leak", "high", "copy", "“copy” tells the target.", "It may not be known in time.", {"role": {"copy": "ignore"}})
RARE = Finding("imbalance", "warning", "y", "One class is rare.", "Accuracy misleads.")
PROJECT = Project(target="y", task="binary", positive="left")


def table_of(**columns: list[str]):
    cells = cells_of({"y": ["left", "right", "right", "right"] * 10, **columns})
    return type_cells(cells, {}, Silent())


def asked_about(project, table, findings):
    return questions(project, table, overview(table, Silent()), findings)


@pytest.fixture(scope="module")
def queue():
    return asked_about(PROJECT, table_of(day=["01/02/2024", "03/04/2024", "05/06/2024", "07/08/2024"] * 10), [RARE, LEAK])


def test_questions_of_every_kind_are_in_one_queue_the_weightiest_first(queue):
    weights = [one.weight for one in queue]
    assert weights == sorted(weights, key=("high", "warning", "info").index)
    assert {"finding.leak.copy", "finding.imbalance.y", "reading.date_order.day", "guess.positive.y"} <= {one.id for one in queue}
    assert {one.weight for one in queue if one.id.startswith("reading.date_order")} == {RULES["date_order"].weight}
    assert all(one.open and one.option(one.default) is not None for one in queue)


def test_what_the_data_decides_is_no_question():
    named = asked_about(replace(PROJECT, positive="yes"), table_of(y=["yes", "no"] * 20), [])
    assert [one.id for one in named if one.id.startswith("guess")] == []
    whole = asked_about(Project(target="y", task="multiclass"), table_of(y=["1", "2", "3", "4"] * 20), [])
    assert {one.id: {option.id for option in one.options} for one in whole}["guess.task.y"] == {ACCEPT, "task=regression"}


def test_a_fix_is_a_decision_and_settles_the_question(queue):
    leak = next(one for one in queue if one.id == "finding.leak.copy")
    mended = answer_question(PROJECT, leak, FIX, by="me")
    assert mended.columns["copy"].role == "ignore"
    again = asked_about(mended, table_of(), [LEAK])[0]
    assert (again.answer, again.open, bool(again.settled)) == (Answer(option=FIX, by="me"), False, True)
    assert project_from_json(project_to_json(mended)) == mended


def test_a_grave_doubt_is_accepted_for_a_reason_and_any_other_without(queue):
    rare, leak = (next(one for one in queue if one.id == id_) for id_ in ("finding.imbalance.y", "finding.leak.copy"))
    with pytest.raises(UserError, match="for a reason"):
        answer_question(PROJECT, leak, ACCEPT, " ")
    assert answer_question(PROJECT, rare, ACCEPT).answers == {rare.id: Answer(option=ACCEPT)}
    accepted = answer_question(PROJECT, rare, ACCEPT, "The cost is set.")
    assert replace(accepted, answers={}) == PROJECT
    assert "finding.imbalance.y" not in {one.id for one in open_questions(asked_about(accepted, table_of(), [RARE]))}


def test_a_guess_is_overruled_by_its_option(queue):
    guess = next(one for one in queue if one.id == "guess.positive.y")
    assert answer_question(PROJECT, guess, "positive=right").positive == "right"
    with pytest.raises(UserError, match="has no option"):
        answer_question(PROJECT, guess, "positive=up")


def test_a_type_that_a_person_chose_is_no_doubt():
    project = replace(PROJECT, columns={"day": ColumnNote(type="date")})
    table = table_of(day=["01/02/2024", "03/04/2024", "05/06/2024", "07/08/2024"] * 10)
    assert [one.open for one in asked_about(project, table, []) if one.column == "day"] == [False]


def test_evidence_and_the_finding_that_follows_from_it_are_one_question():
    project = Project(target="y", task="binary")
    columns = {"price": ["$5", "€6", "7 £", "$8"] * 10, "day": ["01/02/2024", "03/04/2024", "05/06/2024", "07/08/2024"] * 10}
    table = type_cells(cells_of({"y": ["left", "right"] * 20, "pressure": ["120/80", "130/85"] * 20, **columns}), {}, Silent())
    findings = find(table, "y", "binary", {}, Silent())
    queue = {one.id: one for one in asked_about(project, table, findings)}
    assert {"reading.currencies.price", "reading.date_order.day", "reading.pairs.pressure"} <= queue.keys()
    assert {one.rule for one in findings} >= {"currencies", "date_order", "pairs"}
    assert not [id_ for id_ in queue if id_.startswith(("finding.currencies", "finding.date_order", "finding.pairs"))]
    early = {one.id: one for one in reading_doubts(project, table, overview(table, Silent()), ())}
    assert {one.id: one.options for one in early.values()} == {id_: queue[id_].options for id_ in early}
    split = answer_question(project, early["reading.pairs.pressure"], FIX)
    assert split.steps
    settled = {one.id for one in asked_about(split, table, findings) if one.settled}
    assert "reading.pairs.pressure" in settled


def test_a_doubt_about_many_columns_is_one_entry_before_and_after_the_profile():
    days = {f"d{i}": ["01/02/2024", "03/04/2024", "05/06/2024", "07/08/2024"] * 10 for i in range(MOST_ALIKE + 1)}
    table = type_cells(cells_of({"y": ["left", "right"] * 20, **days}), {}, Silent())
    project = Project(source=choices().sources["delimited"]())
    found = asked_about(project, table, find(table, "y", "binary", {}, Silent()))
    early = reading_doubts(project, table, overview(table, Silent()), ())
    for listed in (found, early):
        (group,) = [one for one in group_questions(listed) if "date_order" in one.id]
        assert (group.id, group.columns) == ("reading.date_order", tuple(days))
        assert {option.id for option in group.options} == {ACCEPT, "dates=day", "dates=month", "text"}
        assert group.evidence.startswith("13 columns: “d0”, “d1”")
    together = answer_questions(project, group.questions, "text")
    assert {note.type for note in together.columns.values()} == {"text"}
    assert not [one for one in asked_about(together, table, []) if one.open and "date_order" in one.id]
    one = answer_question(project, group.questions[3], "text")
    (left,) = [rest for rest in group_questions(open_questions(asked_about(one, table, []))) if "date_order" in rest.id]
    assert left.columns == tuple(name for name in days if name != "d3")


def test_an_answer_that_names_no_column_is_none_for_a_column_that_came_later():
    former = Answer(option=ACCEPT, reason="by an earlier version, about other columns")
    project = replace(PROJECT, answers={"finding.leak": former, "finding.date_order": former})
    found = asked_about(project, table_of(day=["01/02/2024", "03/04/2024", "05/06/2024", "07/08/2024"] * 10), [LEAK])
    assert {"finding.leak.copy", "reading.date_order.day"} <= {one.id for one in found if one.open}
    assert unasked_answers(project, found) == ["finding.date_order", "finding.leak"]


def test_accepted_leaks_of_many_columns_are_these_columns_alone():
    def leaks(*columns):
        return replace(LEAK, column="", fix={"role": dict.fromkeys(columns, "ignore")})

    (asked,) = [one for one in asked_about(PROJECT, table_of(), [leaks("a", "b")]) if one.id.startswith("finding.leak")]
    project = answer_question(PROJECT, asked, ACCEPT, "known in time")
    for columns, is_open in (("b", "a"), False), (("a", "b", "new"), True):
        (again,) = [one for one in asked_about(project, table_of(), [leaks(*columns)]) if one.id.startswith("finding.leak")]
        assert again.open == is_open


@pytest.mark.parametrize(
    ("fix", "label"),
    [
        ({"role": {"a": "ignore", "b": "ignore"}}, "Give these columns the role “ignore”"),
        ({"recode": {"a": {"X": "x"}, "b": {"Y": "y"}}}, "Merge the spellings of these columns"),
        ({"recode": {"a": {"": "x"}, "b": {"": "y"}}}, "Read empty cells of these columns as a level"),
        ({"missing": {"a": ["-"], "b": ["-"]}}, "Count these values as missing"),
    ],
)
def test_a_fix_of_many_columns_names_none(fix, label):
    (option,) = fix_options(Finding("leak", "high", "", "13 columns", "", fix))
    assert option.label == label


def test_few_questions_of_one_kind_are_entries_of_their_own(queue):
    assert [group.questions for group in group_questions(queue)] == [(one,) for one in queue]


def test_a_column_that_is_no_feature_leaves_no_doubt():
    project = replace(PROJECT, columns={"day": ColumnNote(role="ignore")})
    table = table_of(day=["01/02/2024", "03/04/2024", "05/06/2024", "07/08/2024"] * 10)
    assert [one.open for one in reading_questions(project, overview(table, Silent()), ())] == [False]


def test_an_alternative_of_a_finding_is_an_option():
    codes = Finding("codes", "warning", "x", "", "", {"type": {"x": "category"}}, alternatives=({"type": {"x": "ordered"}},))
    (asked,) = [one for one in asked_about(PROJECT, table_of(), [codes]) if one.column == "x"]
    assert ([option.id for option in asked.options], asked.default) == ([FIX, "ordered", ACCEPT], ACCEPT)
    assert answer_question(PROJECT, asked, "ordered").columns["x"].type == "ordered"


def test_the_split_by_combinations_is_an_option_that_settles_the_finding():
    fix = {"split": {"id": "grouped", "params": {"column": ["age", "city"]}}}
    (option,) = fix_options(Finding("hidden_groups", "warning", "age", "", "", fix))
    assert option.label == "Keep rows with the same “age”, “city” on one side of the split"
    decided = apply_changes(Project(target="y"), fix)
    assert taken_care(decided, Finding("hidden_groups", "warning", "age", "", "", fix))
    by_time = replace(decided, split=splitter("time", column="day"))
    assert not taken_care(by_time, Finding("hidden_groups", "warning", "age", "", "", fix))  # both sides hold rows of one combination
