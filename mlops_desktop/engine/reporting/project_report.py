"""Everything that was decided, found and measured, as one offline page for people: it can be read, printed and kept beside the model.

The same facts give the same bytes: no clock, no random ids, and figures without either.
"""

from __future__ import annotations

from pathlib import Path

from mlops_desktop.engine import disk
from mlops_desktop.engine.profiling import Profile
from mlops_desktop.engine.project import Project, refuse_output
from mlops_desktop.engine.reporting import checks_section, data_section, decision_sections, result_sections
from mlops_desktop.engine.reporting.page import Html, card, number, page
from mlops_desktop.engine.reporting.report_facts import ReportFacts
from mlops_desktop.serving.message import msg


def write_report(path: Path, facts: ReportFacts) -> None:
    """Write the report of a project; the file is there wholly or not at all. UserError when the disk or `refuse_page` refuses."""
    _write(path, report_html(facts))


def report_html(facts: ReportFacts) -> str:
    """The page that `write_report` writes."""
    project, chosen = facts.project, facts.chosen
    shown = facts.evaluation or facts.out_of_fold
    split = decision_sections.split(project.split, facts.split, facts.test_accesses, facts.used_before)
    leaderboard = decision_sections.leaderboard(facts.runs, chosen.id if chosen else "", project.task or "", facts.selection)
    sections = [
        ("problem", "Problem", decision_sections.problem(project)),
        ("data", "Data", data_section.data(facts.profile, project)),
        ("preparation", "Preparation", decision_sections.preparation(project)),
        ("split", "Split and held-out test set", split),
        ("leaderboard", "Leaderboard", leaderboard),
        ("model", "Chosen model", decision_sections.chosen_model(chosen, facts.model, project.refit, facts.runs)),
        ("evaluation", "Evaluation", result_sections.evaluation(facts.evaluation, facts.out_of_fold)),
        ("checks", "Checks", checks_section.checks(facts.checks)),
        ("importance", "Importance of columns", result_sections.importance(shown.importance if shown else None)),
        ("threshold", "Threshold", result_sections.threshold(facts)),
        ("goals", "Goals", decision_sections.goals(facts.goals)),
        ("reproduce", "Reproduce", decision_sections.reproduce(facts)),
    ]
    subtitle = project.brief.statement or (f"Predicting {project.target} from {project.file or 'a table'}" if project.target else "")
    return page(f"Report: {project.name or project.file or 'project'}", subtitle, _cards(facts), sections)


def _cards(facts: ReportFacts) -> list[Html]:
    """The figures at the head: score, model, data, goals met, uses of the held-out test set."""
    cards = []
    shown, project = facts.evaluation or facts.out_of_fold, facts.project
    metric = decision_sections.metric_named(project.metric, project.task or "")
    result = shown.metric(project.metric) if shown else None
    if result and metric:
        bounds = sorted(metric.shown(value) for value in (result.low, result.high) if value is not None)
        between = f", {number(bounds[0])} to {number(bounds[1])}" if len(bounds) == 2 else ""
        where = "on the held-out test set" if facts.evaluation else "out of fold"
        cards.append(card(metric.label, number(result.shown), where + between))
    if facts.chosen:
        cards.append(card("Chosen model", facts.chosen.label, f"of {number(len(facts.runs) or 1)} runs"))
    if facts.profile:
        cards.append(card("Data", f"{number(facts.profile.rows)} rows", f"{number(len(facts.profile.columns))} columns"))
    goals = facts.goals
    if goals and goals.goals:
        met = sum(1 for goal in goals.goals if goal.passed)
        cards.append(card("Goals", f"{met} of {len(goals.goals)} met", "accepted" if goals.passed else "not accepted"))
    if facts.test_accesses is not None:
        cards.append(card("Held-out test set used", decision_sections.times_text(facts.test_accesses)))
    return cards


def write_profile_report(path: Path, profile: Profile, name: str) -> None:
    """Write the profile of a data file called `name` as one offline page. UserError when the disk or `refuse_page` refuses."""
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
        ("columns", "Columns", data_section.column_table(columns, Project())),
        ("relations", "Relations", data_section.related(profile)),
        ("evidence", "How the file was read", data_section.evidence(profile.evidence)),
    ]
    _write(path, page(f"Profile: {name}", "Types, statistics and findings", cards, [section for section in sections if section[2]]))


def refuse_page(path: Path, source: str | None = None) -> None:
    """UserError when no page may be written at `path`, as that of the file `source`: to be refused before long work.

    See `engine.project.refuse_output`.
    """
    refuse_output(path, ".html", source)


def _write(path: Path, text: str) -> None:
    refuse_page(path)
    with disk.explain_errors(msg("The page “{name}”", name=path.name)):
        disk.write_atomic(path, text.encode("utf-8"))
