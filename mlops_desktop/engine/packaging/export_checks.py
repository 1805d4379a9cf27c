"""Checks before an export of the chosen model: what passed, what was not checked, what blocks it. Light enough for the window's process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.number_format import format_number
from mlops_desktop.engine.diagnostics import CheckFacts, run_checks
from mlops_desktop.engine.evaluation import Evaluation, MetricResult, ResponseTime, held_out_notes, held_out_score, used_before_note
from mlops_desktop.engine.evaluation import check as check_goals
from mlops_desktop.engine.metrics import METRICS
from mlops_desktop.engine.pipeline import ArtifactStore, Keys, installed_version
from mlops_desktop.engine.project import Goals, Project
from mlops_desktop.engine.training import Run, Runs
from mlops_desktop.engine.workflow import ProjectStatus
from mlops_desktop.serving.message import joined, msg, number_msg
from mlops_desktop.serving.plural import plural_msg


@dataclass(frozen=True)
class ExportCheck:
    """The result of one check: `tone` is ok, info, warn or err; `blocks`: it has to be resolved before an export; `act` what a person
    can do about it (problem, train, evaluate, check, consent; empty for nothing).
    """

    id: str
    tone: str
    title: str
    text: str = ""
    blocks: bool = False
    act: str = ""


def readiness(project: Project, found: ProjectStatus, store: ArtifactStore, runs: Runs) -> list[ExportCheck]:
    """Every check of an export of the chosen model, in the order in which they are shown."""
    if found.best is None:
        text = msg("The decisions changed after the last training.") if found.ever else msg("No model was trained yet.")
        return [ExportCheck("model", "err", msg("There is no model for the current decisions"), text, blocks=True, act="train")]
    keys = Keys(project)
    measured, accesses = held_out_score(project, store, found.best.id), len(runs.test_accesses(keys.split))
    consent = _consent(project, found.best)
    return [
        _model(project, found.best),
        _evaluated(project, found, measured, accesses, runs.share_used_before(keys.split)),
        _in_doubt(project, keys, store, runs, found.best),
        *_goals(project, found.best, keys, store),
        *([consent] if consent else []),
        _size(keys.model(found.best.id), store),
        _libraries(found.best.versions, store.origin(keys.model(found.best.id)).get("libraries", {})),
        ExportCheck(
            "selftest",
            "info",
            msg("Self-test"),
            msg("The export must predict generated test rows exactly as this application does, or it is not written."),
        ),
    ]


def consent_ids(project: Project, run: Run) -> frozenset[str]:
    """The ids of the algorithms of a run whose models contain training rows, by its record: the window reads no scorer for it."""
    try:
        return frozenset(run.candidate_of(project).consent_ids)
    except UserError:  # a part of it is unknown here; the export refuses it
        return frozenset()


def _model(project: Project, best: Run) -> ExportCheck:
    metric = METRICS.get(project.metric)
    rows = msg("all rows, those of the held-out test set too") if project.refit == "all" else msg("the training rows")
    text = msg("Fitted on {rows}.", rows=rows)
    if metric:
        score = format_number(metric.shown(best.score or 0.0))
        text = msg("{metric} {score} in cross-validation. {fitted}", metric=metric.label, score=score, fitted=text)
    return ExportCheck("model", "ok", msg("{best}, for the current decisions", best=best.label), text)


def _evaluated(project: Project, found: ProjectStatus, measured: MetricResult | None, accesses: int, used_before: float) -> ExportCheck:
    if found.evaluated:
        uses = plural_msg(
            accesses,
            "It was used once so far. This model was measured on it already, so the export is no further use.",
            "It was used {n} times so far. This model was measured on it already, so the export is no further use.",
        )
        text = joined([*held_out_notes(project, used_before), uses], " ")
        title = msg("Measured on the held-out test set")
        if measured is None or measured.shown is None:
            return ExportCheck("evaluated", "ok", title, text)
        metric, shown, worse = METRICS.get(measured.id), format_number(measured.shown), False
        score_text = msg("{metric} {score}.", metric=measured.label, score=shown)
        if metric is not None and measured.value is not None and measured.baseline is not None:
            worse = measured.value <= measured.baseline
            base = format_number(metric.shown(measured.baseline))
            score_text = msg("{metric} {score}; the baseline has {baseline}.", metric=measured.label, score=shown, baseline=base)
        return ExportCheck("evaluated", "err" if worse else "ok", title, joined([score_text, text], " "))
    text = msg("The export measures the model on it, which counts as one use.")
    if used_before:
        text = joined([used_before_note(used_before), text], " ")
    return ExportCheck("evaluated", "info", msg("The held-out test set was not used yet"), text, act="evaluate")


def _in_doubt(project: Project, keys: Keys, store: ArtifactStore, runs: Runs, best: Run) -> ExportCheck:
    """What the checks of the model left open; they do not block an export."""
    try:
        facts = store.get_value(keys.checks(best.id), CheckFacts)
    except KeyError:
        text = msg("The evaluation checks whether its figures can be trusted.")
        return ExportCheck("in_doubt", "warn", msg("The model was not checked yet"), text, act="evaluate")
    held_out = held_out_score(project, store, best.id)
    left = [one for one in run_checks(facts, project, runs.measured_runs(keys.split), held_out) if one.open]
    if not left:
        return ExportCheck("in_doubt", "ok", msg("Nothing about the model is in doubt"))
    failed = any(one.verdict == "failed" for one in left)
    title = msg("Checks of the model failed") if failed else msg("The model is in doubt")
    text = joined([one.title for one in left], " · ")
    return ExportCheck("in_doubt", "err" if failed else "warn", title, text, act="evaluate")


def _goals(project: Project, best: Run, keys: Keys, store: ArtifactStore) -> list[ExportCheck]:
    if project.goals == Goals():
        return [ExportCheck("goals", "info", msg("No goals are set"), msg("Stage 1 is where they are set."), act="problem")]
    try:
        measured, response_ms = store.get_value(keys.evaluation(best.id), Evaluation), None
        if project.goals.response_ms is not None:
            response_ms = store.get_value(keys.response(best.id), ResponseTime).response_ms
    except KeyError:
        return [
            ExportCheck("goals", "warn", msg("The goals were not checked yet"), msg("Checking uses the held-out test set."), act="check")
        ]
    checked = check_goals(project, measured, response_ms)
    return [
        ExportCheck(f"goal_{one.goal}", "ok" if one.passed else "err", msg("Goal met") if one.passed else msg("Goal not met"), one.message)
        for one in checked.goals
    ]


def _consent(project: Project, best: Run) -> ExportCheck | None:
    needed = consent_ids(project, best)
    if not needed:
        return None
    if project.refit == "all":
        text = msg("{best} predicts by comparing with training rows: whoever gets the export gets the data of all rows.", best=best.label)
    else:
        text = msg(
            "{best} predicts by comparing with training rows: whoever gets the export gets the data of {rows:,} rows.",
            best=best.label,
            rows=best.rows,
        )
    if needed <= project.consent:
        return ExportCheck("consent", "warn", msg("The model contains training rows, and you agreed to that"), text, act="consent")
    return ExportCheck("consent", "err", msg("The model contains training rows"), text, blocks=True, act="consent")


def _size(key: str, store: ArtifactStore) -> ExportCheck:
    size = store.size(key)
    if not size:
        return ExportCheck("size", "info", msg("The model is written when it is first used"))
    return ExportCheck("size", "ok", msg("The model takes {bytes_text}", bytes_text=bytes_text(size)))


def _libraries(of_run: Mapping[str, str], of_model: Mapping[str, str]) -> ExportCheck:
    """Whether the libraries that fitted the folds and the model are those that are installed; keys do not hold their versions."""
    other = []
    for name, then in sorted({*of_run.items(), *of_model.items()}):
        now = installed_version(name)
        if now and now != then:
            other.append(msg("{name} {then} (now {now})", name=name, then=then, now=now))
    if other:
        text = msg("Trained with {libraries}. The export holds the model as it was trained.", libraries=joined(other, ", "))
        return ExportCheck("libraries", "warn", msg("Libraries have changed since the training"), text)
    return ExportCheck("libraries", "ok", msg("Same libraries as at the training"))


def bytes_text(size: int) -> str:
    """A size for reading: 412 kB, 2.9 MB."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            value = size / factor
            return number_msg(value, ".1f" if value < 10 and unit != "kB" else ".0f", unit=unit)
    return plural_msg(size, "1 byte", "{n} bytes")
