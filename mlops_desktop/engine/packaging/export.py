"""Exports the chosen run: writes the core of a bundle, then calls an exporter on it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mlops_desktop import __version__
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Exporter
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine import disk
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.diagnostics import check_facts, run_checks
from mlops_desktop.engine.evaluation import Evaluation, held_out_evaluation
from mlops_desktop.engine.packaging.certificate import certify, refuse_unsupported
from mlops_desktop.engine.packaging.golden import golden_rows
from mlops_desktop.engine.packaging.intervals import interval_record
from mlops_desktop.engine.project import to_json
from mlops_desktop.engine.training import Chosen, Runs, drift_reference
from mlops_desktop.serving.bundle import write_core
from mlops_desktop.serving.input_policy import InputPolicy
from mlops_desktop.serving.message import Message, msg
from mlops_desktop.serving.schema import Schema
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.serving.service_settings import ServiceSettings

_TEMPORARY = ".export_"  # the prefix of the folder in which an export is written


def required_consent(chosen: Chosen) -> frozenset[str]:
    """The ids of the algorithms whose models contain training rows, when the scorer has such a model."""
    if not chosen.scorer.node.stores_training_data:
        return frozenset()
    return frozenset(chosen.candidate.consent_ids or (member.id for member in chosen.candidate.members))


def refuse_without_consent(chosen: Chosen) -> None:
    """UserError when the scorer contains training rows and nobody has agreed to export those of each algorithm."""
    candidate = chosen.candidate
    if absent := sorted(required_consent(chosen) - chosen.pipeline.project.consent):
        rows = chosen.rows.rows
        raise UserError(
            msg(
                "{candidate} predicts by comparing with training rows, so the exported model would contain the data of {rows:,} rows.",
                candidate=candidate.label,
                rows=rows,
            ),
            msg("Choose another run, or agree to it: set {names}", names=" ".join(f"consent+={id_}" for id_ in absent)),
        )


def build_core(chosen: Chosen, runs: Runs, folder: Path, job: Job, settings: ServiceSettings | None = None) -> None:
    """Write the core of a bundle (model, schema, golden rows, drift reference, identity) into an empty folder, with `settings` for its
    service.

    UserError when these name a column that the model does not have.
    """
    refuse_without_consent(chosen)
    service = _service_info(settings or ServiceSettings(), chosen.scorer.schema)
    pipeline, scorer = chosen.pipeline, chosen.scorer
    measured = held_out_evaluation(chosen, runs, "export", Part(job, 0.0, 0.5))
    job.step(0.5, "Making rows for the self-test")
    golden = golden_rows(scorer.schema, scorer, np.random.default_rng(pipeline.project.seed))
    job.step(0.8, "Making the drift reference")
    checks = _checks(chosen, measured, Part(job, 0.9, 1.0))
    info = {**_info(chosen, measured), **service, "interval": interval_record(chosen), "checks": checks}
    write_core(folder, scorer, info, golden, drift_reference(chosen))


def _service_info(settings: ServiceSettings, schema: Schema) -> dict[str, Any]:
    """What `bundle.json` says of the service: the policy for unusual values and the limits of the threshold."""
    policy = InputPolicy({}).overridden(settings.policies)
    policy.fit(schema)
    return {"input_policy": policy.record(), "threshold_limits": list(settings.thresholds or (0.0, 1.0))}


def _checks(chosen: Chosen, measured: Evaluation, job: Job) -> list[dict[str, Any]]:
    """The checks as the documents of a bundle hold them. Uses of the held-out test set are not among them: each export is one more."""
    project = chosen.pipeline.project
    found = run_checks(check_facts(chosen, job), project, held_out=measured.metric(project.metric))
    shown = ("id", "title", "verdict", "message", "remedy", "accepted")
    return [{name: value for name, value in to_json(one).items() if name in shown} for one in found]


def _info(chosen: Chosen, measured: Evaluation) -> dict[str, Any]:
    pipeline, run, importance = chosen.pipeline, chosen.run, measured.importance
    return {
        "application": __version__,
        "algorithm": run.algorithm,
        "algorithm_label": run.label,
        "run": run.id,
        "metric": run.metric,
        "cross_validation": {"score": run.score, "std": run.std, "folds": len(run.fold_scores)},
        "test": {"rows": measured.rows, "metrics": to_json(measured.metrics), "fitted_on": "the training part"},
        "importance": {one.column: one.mean for one in importance.columns if one.mean is not None} if importance else {},
        "fitted_on": "all rows" if pipeline.project.refit == "all" else "the training part",
        "training_rows": chosen.rows.rows,
        "data": pipeline.project.data,
        "decisions": pipeline.keys.scorer(run.id),
        "seed": run.seed,
        "libraries": run.versions,
        "consent": sorted(pipeline.project.consent & required_consent(chosen)),
    }


@dataclass(frozen=True)
class Exported:
    """What was written: the files, sorted, as texts with `/`; the serving tier of the model (see `Model.tier`), the packages that the form
    needs (name, version, MB when installed or None), and the seconds in which its service started, None for a form that is none.
    """

    files: tuple[str, ...]
    tier: int
    packages: tuple[tuple[str, str, float | None], ...]
    start_seconds: float | None


def export_run(chosen: Chosen, runs: Runs, exporter: Exporter, out: Path, job: Job, settings: ServiceSettings | None = None) -> Exported:
    """Export to a folder that does not exist yet (or is empty), wholly or not at all.

    UserError when the form cannot express the model or keep the settings, and when the written export answers otherwise than the
    application.
    """
    if settings not in (None, ServiceSettings()) and not exporter.keeps_settings:
        reason = msg("“{label}” has no service, so it cannot keep a policy or limits of the threshold.", label=exporter.label)
        raise UserError(reason, "Leave these settings out, or choose a form with a service.")
    what = msg("The export “{name}”", name=out.name)
    with disk.explain_errors(what):
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise UserError(msg("“{out}” is already there and not empty.", out=out), "Choose another name, or empty it first.")
        out.parent.mkdir(parents=True, exist_ok=True)
        disk.sweep(out.parent, _TEMPORARY)
        temporary = tempfile.TemporaryDirectory(prefix=_TEMPORARY, suffix=".tmp", dir=out.parent)
    with temporary as name:
        core, target = Path(name) / "core", Path(name) / "out"
        try:
            core.mkdir()
            target.mkdir()
            build_core(chosen, runs, core, Part(job, 0.0, 0.7), settings)
            bundle = refuse_unsupported(exporter, core)
            exporter.export(core, target, Part(job, 0.7, 0.9))
            job.step(0.9, "Comparing the export with the application")
            found = certify(exporter, bundle, target)
            packages = exporter.packages(target)
            exporter.finish(target)
            job.step(1.0)
            if out.exists():
                out.rmdir()
            os.replace(target, out)
        except OSError as error:
            if disk.is_full(error):
                raise disk.refusal(error, what) from error
            raise
    chosen.pipeline.store.put(chosen.pipeline.keys.exported(chosen.run.id), {})
    files = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())
    return Exported(tuple(files), chosen.scorer.node.tier, tuple(packages), None if found is None else found.start_seconds)


def unsupported_forms(scorer: Scorer, steps: Collection[str] | None = None) -> dict[str, str]:
    """The forms that cannot express a model, by id, each with the sentence that names the step or the model.

    `steps`: the ids of the operations that a person has among the steps; others are of the encoding.
    """
    found = {id_: exporter().unsupported(scorer) for id_, exporter in choices().exporters.items()}
    return {id_: _by_label(reason, steps) for id_, reason in found.items() if reason}


def _by_label(reason: str, steps: Collection[str] | None) -> str:
    """The reason with a step called as the window calls its operation."""
    if not isinstance(reason, Message) or reason.template != "The step “{name}” cannot be written in this form.":
        return reason
    id_, known = str(reason.args["name"]).replace(" ", "_"), choices().operations
    if id_ not in known:
        return reason
    if steps is not None and id_ not in steps:
        return msg("The step “{name}”, which the encoding adds, cannot be written in this form.", name=known[id_].label)
    return msg("The step “{name}” cannot be written in this form.", name=known[id_].label)


def make_exporter(id_: str, options: Mapping[str, object]) -> Exporter:
    """The exporter of that id with these options; UserError when there is none, an option is unknown, or a package is missing."""
    exporter = choices().exporters.read({"id": id_, "params": dict(options)})
    if reason := exporter.missing():
        raise UserError(msg("{exporter} {reason}.", exporter=exporter.label, reason=reason), "Install it, or choose another form.")
    return exporter
