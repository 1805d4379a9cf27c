"""The commands that measure data and models: profile, questions, evaluate, check, report."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.cli.calling import call_on, child_process, edited, given_options, opened, run_call
from mlops_desktop.cli.output import columns_text, print_evidence, print_json, print_replaced, rows_text
from mlops_desktop.engine.data import last_import, refuse_several_files
from mlops_desktop.engine.diagnostics import CheckResult, run_checks
from mlops_desktop.engine.evaluation import Evaluation, trained_on_note, used_before_note
from mlops_desktop.engine.pipeline import Keys
from mlops_desktop.engine.process import (
    CheckGoals,
    Evaluate,
    EvaluateFile,
    ImportFile,
    ListQuestions,
    MeasureChecks,
    ProfileFile,
    Propose,
    WriteReport,
)
from mlops_desktop.engine.project import Project, ProjectLock, read_project, to_json
from mlops_desktop.engine.questions import answer_questions, group_questions, open_questions, unasked_answers
from mlops_desktop.engine.training import Runs
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import pluralize
from mlops_desktop.serving.value_text import value_text


def profile_command(args: argparse.Namespace) -> int:
    """Print types, statistics and findings of any data file."""
    replaced = args.out is not None and args.out.exists()
    with child_process() as child:
        found = run_call(child, ProfileFile(args.file, args.out, given_options(args.file, args.source)))
    print_replaced(args.out, replaced)
    print_evidence(found.evidence)
    if args.json:
        print_json(to_json(found))
        return 0
    print(f"{rows_text(found.rows)}, {columns_text(len(found.columns))}.")
    for column in found.columns:
        print(f"{column.name:30}  {column.type:9}  {column.missing:>8,} missing  {column.distinct:>8,} distinct")
    for finding in found.findings:
        print(f"- {finding.message}")
    return 0


def evaluate_command(args: argparse.Namespace) -> int:
    """Print the metrics of the chosen model on the held-out test set or on an unseen file."""
    found, checks = (call_on(args.dir, partial(EvaluateFile, file=args.data)), ()) if args.data else _evaluated(args.dir)
    trained_on = trained_on_note(found)
    for note in (*([trained_on] if trained_on else []), *found.notes):
        print(note, file=sys.stderr)
    if args.json:
        print_json({**to_json(found), **({"checks": to_json(checks)} if checks else {})})
        return 0
    for metric in found.metrics:
        interval = "no interval" if metric.low is None or metric.high is None else f"[{metric.low:.4f}, {metric.high:.4f}]"
        print(f"{metric.id:36} {_number(metric.value):>12}  {interval}")
    if found.test_accesses:
        print(_accesses_text(found.test_accesses))
    for check in checks:
        accepted = "" if check.accepted is None else f" Accepted: {check.accepted or 'without a reason.'}"
        print(f"{check.verdict:8}  {check.title}: {check.message} {check.remedy}{accepted}".rstrip())
    return 0


def _evaluated(folder: Path) -> tuple[Evaluation, tuple[CheckResult, ...]]:
    """The chosen model on the held-out test set, and its checks."""
    with opened(folder) as (place, project), ProjectLock(place), child_process() as child:
        found = run_call(child, Evaluate(place, project))
        facts = run_call(child, MeasureChecks(place, project))
        return found, run_checks(facts, project, Runs(place).measured_runs(Keys(project).split), found.metric(project.metric))


def questions_command(args: argparse.Namespace) -> int:
    """Print what is in doubt, or answer one question."""
    if args.answer is not None:
        if args.all:
            raise UserError("--all lists questions, --answer decides one.", "Give one of them.")
        return _answer(args)
    if args.reason is not None:
        raise UserError("--reason is for an answer.", "Give --answer ID=OPTION with it.")
    found = call_on(args.dir, ListQuestions)
    for id_ in unasked_answers(read_project(args.dir), found) if args.all else ():
        print(f"The answer to “{id_}” has no question: it is settled, or its name is wrong.", file=sys.stderr)
    if args.json:
        print_json({"questions": [one.to_json() for one in found]})
        return 0
    for group in group_questions(found if args.all else open_questions(found)):
        one = group.questions[0]
        state = one.answer.option if one.answer else one.settled or f"open, {one.default} by default"
        print(f"{group.id}  [{one.weight}, {state}]\n  {group.message} {group.evidence}")
        for option in group.options:
            print(f"  - {option.id}: {option.label}. {option.consequence}")
        if group.columns:
            print(f"  One of the columns is answered as {group.id}.COLUMN.")
    left = len(group_questions(open_questions(found)))
    print(pluralize(left, "1 question of weight is", "{n} questions of weight are") + " open.")
    return 0


def _answer(args: argparse.Namespace) -> int:
    answer: str = args.answer
    if "=" not in answer:
        raise UserError(msg("“{answer}” is not an answer.", answer=answer), "Write ID=OPTION, as `questions` lists them.")
    # The name of a column is part of an id and may hold “=”, and so may the id of an option.
    found = call_on(args.dir, ListQuestions)
    asked = {one.id: (one,) for one in found}
    groups = {group.id: group.questions for group in group_questions([one for one in found if one.open])}
    matching = [id_ for id_ in (*asked, *groups) if answer.startswith(f"{id_}=")]
    if not matching:
        raise UserError(msg("There is no question “{id}”.", id=answer.partition("=")[0]), "`questions --all` lists every one.")
    id_ = max(matching, key=len)
    option = answer[len(id_) + 1 :]
    with edited(args.dir) as (project, save):
        decided = answer_questions(project, groups.get(id_) or asked[id_], option, args.reason or "")
        save(decided if decided.source == project.source else _read_again(args.dir, decided))
    if args.json:
        print_json({"question": id_, "option": option})
    else:
        print(f"{id_}: {option}")
    return 0


def _read_again(folder: Path, project: Project) -> Project:
    """The project with its data read once more, by a source that was changed. UserError when the file is gone, or there are several."""
    refuse_several_files(folder, project)
    place, _ = last_import(folder)
    if place is None:
        raise UserError(
            msg("“{file}”, which has to be read again for this, no longer exists.", file=project.file),
            "Bring it in with `update --data FILE --loader PARAMETER=VALUE`.",
        )
    with child_process() as child:
        found = run_call(child, ImportFile(folder, project, str(place), as_given=True))
        proposed = run_call(child, Propose(folder, found.project))
    print_evidence(found.evidence)
    return proposed.project


def check_command(args: argparse.Namespace) -> int:
    """Print whether each goal is met; exit code 1 when one is not, or when a question of weight is open and that was asked."""
    found = call_on(args.dir, CheckGoals)
    if found.test_accesses:
        print(_accesses_text(found.test_accesses), file=sys.stderr)
    if found.used_before:
        print(used_before_note(found.used_before), file=sys.stderr)
    doubts = call_on(args.dir, ListQuestions) if args.questions else ()
    open_ = open_questions(doubts)
    left = [one.id for one in open_]
    passed = found.passed and not left
    if args.json:
        print_json({**to_json(found), "passed": passed, **({"open_questions": left} if args.questions else {})})
    else:
        for goal in found.goals:
            numbers = f"wanted {value_text(goal.wanted)}, measured {value_text(goal.measured)}"
            print(f"{'met    ' if goal.passed else 'NOT MET'}  {goal.goal}: {numbers}")
        for group in group_questions(open_):
            print(f"OPEN     question {group.id}")
        print("All goals are met." if passed and found.goals else "No goals are set." if passed else "Not accepted.")
    return 0 if passed else 1


def report_command(args: argparse.Namespace) -> int:
    """Write everything that was decided, found and measured as one offline page."""
    replaced = args.out.exists()
    # In a copy of a project that cannot be written an access to the held-out test set could not be counted.
    call_on(args.dir, lambda place, project: WriteReport(place, project, args.out, without_test_set=place != args.dir))
    print_replaced(args.out, replaced)
    return 0


def _accesses_text(uses: int) -> str:
    return pluralize(uses, "The held-out test set was used once.", "The held-out test set was used {n} times.")


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.4f}"
