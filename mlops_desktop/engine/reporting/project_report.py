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
from mlops_desktop.engine.reporting.report_language import written_in
from mlops_desktop.serving.language import ENGLISH, Language
from mlops_desktop.serving.message import joined, msg


def write_report(path: Path, facts: ReportFacts, language: Language = ENGLISH) -> None:
    """Write the report of a project in a language; the file is complete or absent. UserError when the disk or `refuse_page` refuses."""
    _write(path, report_html(facts, language))


def report_html(facts: ReportFacts, language: Language = ENGLISH) -> str:
    """The page that `write_report` writes."""
    with written_in(language):
        return _report(facts)


def _report(facts: ReportFacts) -> str:
    project, chosen = facts.project, facts.chosen
    shown = facts.evaluation or facts.out_of_fold
    split = decision_sections.split(project.split, facts.split, facts.test_accesses, facts.used_before)
    leaderboard = decision_sections.leaderboard(facts.runs, chosen.id if chosen else "", project.task or "", facts.selection)
    sections = [
        ("problem", msg("Problem"), decision_sections.problem(project)),
        ("data", msg("Data"), data_section.data(facts.profile, project)),
        ("preparation", msg("Preparation"), decision_sections.preparation(project)),
        ("split", msg("Split and held-out test set"), split),
        ("leaderboard", msg("Leaderboard"), leaderboard),
        ("model", msg("Chosen model"), decision_sections.chosen_model(chosen, facts.model, project.refit, facts.runs)),
        ("evaluation", msg("Evaluation"), result_sections.evaluation(facts.evaluation, facts.out_of_fold, project)),
        ("checks", msg("Checks"), checks_section.checks(facts.checks)),
        ("importance", msg("Importance of columns"), result_sections.importance(shown.importance if shown else None)),
        ("threshold", msg("Threshold"), result_sections.threshold(facts)),
        ("goals", msg("Goals"), decision_sections.goals(facts.goals)),
        ("reproduce", msg("Reproduce"), decision_sections.reproduce(facts)),
    ]
    subtitle = project.brief.statement
    if project.target and not subtitle:
        subtitle = msg("Predicting {target} from {file}", target=project.target, file=project.file or msg("a table"))
    return page(msg("Report: {name}", name=project.name or project.file or msg("project")), subtitle, _cards(facts), sections)


def _cards(facts: ReportFacts) -> list[Html]:
    """The figures at the head: score, model, data, goals met, uses of the held-out test set."""
    cards = []
    shown, project = facts.evaluation or facts.out_of_fold, facts.project
    metric = decision_sections.metric_named(project.metric, project.task or "")
    result = shown.metric(project.metric) if shown else None
    if result and metric:
        bounds = sorted(metric.shown(value) for value in (result.low, result.high) if value is not None)
        where = msg("on the held-out test set") if facts.evaluation else msg("out of fold")
        between = [result_sections.span(*bounds)] if len(bounds) == 2 else []
        cards.append(card(metric.label, number(result.shown), joined([where, *between], ", ")))
    if facts.chosen:
        cards.append(card(msg("Chosen model"), facts.chosen.label, msg("of {n} runs", n=number(len(facts.runs) or 1))))
    if facts.profile:
        columns = msg("{n} columns", n=number(len(facts.profile.columns)))
        cards.append(card(msg("Data"), msg("{n} rows", n=number(facts.profile.rows)), columns))
    goals = facts.goals
    if goals and goals.goals:
        met = sum(1 for goal in goals.goals if goal.passed)
        verdict = msg("accepted") if goals.passed else msg("not accepted")
        cards.append(card(msg("Goals"), msg("{met} of {all} met", met=met, all=len(goals.goals)), verdict))
    if facts.test_accesses is not None:
        cards.append(card(msg("Held-out test set used"), decision_sections.times_text(facts.test_accesses)))
    return cards


def write_profile_report(path: Path, profile: Profile, name: str) -> None:
    """Write the profile of a data file called `name` as one offline page. UserError when the disk or `refuse_page` refuses."""
    columns = profile.columns
    missing = sum(column.missing for column in columns)
    cards = [
        card(msg("Rows"), number(profile.rows)),
        card(msg("Columns"), number(len(columns))),
        card(msg("Missing cells"), number(missing)),
        card(msg("Findings"), number(len(profile.findings))),
    ]
    sections = [
        ("findings", msg("Findings"), data_section.findings(profile.findings)),
        ("columns", msg("Columns"), data_section.column_table(columns, Project())),
        ("relations", msg("Relations"), data_section.related(profile)),
        ("evidence", msg("How the file was read"), data_section.evidence(profile.evidence)),
    ]
    filled = [section for section in sections if section[2]]
    _write(path, page(msg("Profile: {name}", name=name), msg("Types, statistics and findings"), cards, filled))


def refuse_page(path: Path, source: str | None = None) -> None:
    """UserError when no page may be written at `path`, as that of the file `source`: to be refused before long work.

    See `engine.project.refuse_output`.
    """
    refuse_output(path, ".html", source)


def _write(path: Path, text: str) -> None:
    refuse_page(path)
    with disk.explain_errors(msg("The page “{name}”", name=path.name)):
        disk.write_atomic(path, text.encode("utf-8"))
