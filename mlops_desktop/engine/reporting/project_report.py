"""Everything that was decided, found and measured, as one offline page for people: it can be read, printed and kept beside the model.

The same facts give the same bytes: no clock, no random ids, and figures without either.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

from mlops_desktop.engine import disk
from mlops_desktop.engine.evaluation import Acceptance
from mlops_desktop.engine.profiling import Profile
from mlops_desktop.engine.reporting import data_section, decision_sections, result_sections
from mlops_desktop.engine.reporting.page import Html, card, number, page

Json = dict[str, Any]


class Facts(TypedDict, total=False):
    """What a report is made of; what is absent or None stands as “not done yet”.

    `project` as in project.json, `profile` (see `profile`), `runs` and `chosen` as `Run.to_json`, `model` {`version`, `threshold`,
    `features`}, `out_of_fold` and `evaluation` (see `evaluation`; with `importance` inside, see `explanation`), `goals` (see `gate`),
    `test_accesses` how often the held-out test set was opened, `split` {`train`, `test`} numbers of rows, `versions` of libraries by
    name (those of the chosen run unless given).
    """

    project: Json
    profile: Profile | None
    runs: list[Json]
    chosen: Json | None
    model: Json
    out_of_fold: Json | None
    evaluation: Json | None
    goals: Acceptance | None
    test_accesses: int
    split: Json
    versions: dict[str, str]


def write_report(path: Path, facts: Facts | Json) -> None:
    """Write the report of a project; the file is there wholly or not at all. UserError when the disk refuses."""
    _write(path, report_html(facts))


def report_html(facts: Facts | Json) -> str:
    """The page that `write_report` writes."""
    project: Json = facts.get("project") or {}
    chosen, evaluation = facts.get("chosen"), facts.get("evaluation")
    task = project.get("task") or ""
    importance = (evaluation or facts.get("out_of_fold") or {}).get("importance")
    sections = [
        ("problem", "Problem", decision_sections.problem(project)),
        ("data", "Data", data_section.data(facts.get("profile"), project)),
        ("preparation", "Preparation", decision_sections.preparation(project)),
        ("split", "Split and sealed test part", decision_sections.split(project, facts.get("split") or {}, facts.get("test_accesses"))),
        ("leaderboard", "Leaderboard", decision_sections.leaderboard(facts.get("runs") or [], (chosen or {}).get("id", ""), task)),
        ("model", "Chosen model", decision_sections.chosen_model(chosen, facts.get("model") or {}, project, facts.get("runs") or [])),
        ("evaluation", "Evaluation", result_sections.evaluation(evaluation, facts.get("out_of_fold"))),
        ("importance", "Importance of columns", result_sections.importance(importance)),
        ("threshold", "Cut-off", result_sections.threshold(facts)),
        ("goals", "Goals", decision_sections.goals(facts.get("goals"))),
        ("reproduce", "Reproduce", decision_sections.reproduce(facts)),
    ]
    brief = project.get("brief") or {}
    subtitle = brief.get("statement") or (
        f"Predicting {project['target']} from {project.get('file') or 'a table'}" if project.get("target") else ""
    )
    return page(f"Report: {project.get('name') or project.get('file') or 'project'}", subtitle, _cards(facts, project), sections)


def _cards(facts: Facts | Json, project: Json) -> list[Html]:
    """The four figures at the head: score, model, data, verdict."""
    cards = []
    shown = facts.get("evaluation") or facts.get("out_of_fold")
    task = project.get("task") or ""
    metric = decision_sections.metric_named(project.get("metric") or "", task)
    entry = next((m for m in (shown or {}).get("metrics", ()) if m["id"] == project.get("metric")), None)
    if entry and metric:
        bounds = sorted(metric.shown(value) for value in (entry["low"], entry["high"]) if value is not None)
        between = f", {number(bounds[0])} to {number(bounds[1])}" if len(bounds) == 2 else ""
        where = "on the test part" if facts.get("evaluation") else "out of fold"
        cards.append(card(metric.label, number(entry["shown"]), where + between))
    chosen = facts.get("chosen")
    if chosen:
        cards.append(card("Chosen model", chosen["label"], f"of {number(len(facts.get('runs') or [chosen]))} runs"))
    profile = facts.get("profile")
    if profile:
        cards.append(card("Data", f"{number(profile.rows)} rows", f"{number(len(profile.columns))} columns"))
    goals = facts.get("goals")
    if goals and goals.goals:
        met = sum(1 for goal in goals.goals if goal.passed)
        cards.append(card("Goals", f"{met} of {len(goals.goals)} met", "accepted" if goals.passed else "not accepted"))
    test_accesses = facts.get("test_accesses")
    if test_accesses is not None:
        cards.append(card("Test part opened", "never" if not test_accesses else "once" if test_accesses == 1 else f"{test_accesses} times"))
    return cards


def write_profile_report(path: Path, profile: Profile, name: str) -> None:
    """Write the profile of a data file called `name` as one offline page. UserError when the disk refuses."""
    columns = profile.columns
    missing = sum(column.missing for column in columns)
    cards = [
        card("Rows", number(profile.rows)),
        card("Columns", number(len(columns))),
        card("Missing cells", number(missing)),
        card("Findings", number(len(profile.findings))),
    ]
    sections = [
        ("findings", "Findings", data_section.findings(profile.findings)),
        ("columns", "Columns", data_section.column_table(columns, {})),
        ("relations", "Relations", data_section.related(profile)),
        ("evidence", "How the file was read", data_section.evidence(profile.evidence)),
    ]
    _write(path, page(f"Profile: {name}", "Types, statistics and findings", cards, [section for section in sections if section[2]]))


def _write(path: Path, text: str) -> None:
    with disk.explain_errors(f"The page “{path.name}”"):
        disk.write_atomic(path, text.encode("utf-8"))
