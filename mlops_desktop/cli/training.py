"""The command that trains models: run."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from mlops_desktop.base.errors import UserError
from mlops_desktop.cli.calling import child_process, edited, run_call
from mlops_desktop.cli.output import print_json, reason_lines
from mlops_desktop.engine.pipeline import ArtifactStore, Keys, known_columns, refuse_steps, unknown_columns
from mlops_desktop.engine.process import CompareSplits, Propose, Train
from mlops_desktop.engine.project import to_json
from mlops_desktop.engine.training import Runs, other_splits, ranked, splits_text
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import pluralize


def run_command(args: argparse.Namespace) -> int:
    """Train and tune to a chosen model."""
    jobs = 0 if args.jobs is None else int(_positive(args.jobs, "--jobs"))
    with edited(args.dir) as (project, save), child_process(jobs) as child:
        search = project.search
        if args.budget is not None:
            search = replace(search, seconds=_positive(args.budget, "--budget"), trials=None)
        if args.trials is not None:
            search = replace(search, trials=int(_positive(args.trials, "--trials")), seconds=None)
        project = replace(project, search=search, seed=project.seed if args.seed is None else args.seed)
        proposed = run_call(child, Propose(args.dir, project))
        project, notes = proposed.project, reason_lines(proposed.reasons)
        refuse_steps(project, known_columns(args.dir, project))
        notes += unknown_columns(project, known_columns(args.dir, project) or project.columns)
        if project.chosen and all(run.id != project.chosen for run in Runs(args.dir).list(Keys(project).board)):
            notes.append(f"chosen: {project.chosen[:8]} was trained with other decisions, so the best run is used.")
            project = replace(project, chosen="")
        for note in notes:
            print(f"- {note}", file=sys.stderr)
        save(project)
        found = run_call(child, Train(args.dir, project, jobs, args.replay))
        run_call(child, CompareSplits(args.dir, project))
    board = Runs(args.dir).list(Keys(project).board)
    if both := splits_text(ranked(board), other_splits(ArtifactStore(args.dir / "store"), project, board)):
        print(f"- {both}", file=sys.stderr)
    if args.json:
        print_json(to_json(found))
    else:
        score = f"{project.metric} {found.score:.4f} ± {found.std:.4f}"
        print(f"{found.algorithm}: {score} after {pluralize(found.trials, '1 trial', '{n} trials')} (run {found.chosen[:8]}).")
        if found.corrected is not None and found.corrected != found.score:
            expected = f"{project.metric} {found.corrected:.4f} on new rows (mean over the folds)"
            print(f"Chosen by that score, it owes part of it to chance: expect {expected}.")
        if project.refit == "all":
            print("Its model was then fitted on all rows; `evaluate` measures the test set with one of the training part.")
    return 0


def _positive(value: float, name: str) -> float:
    if not value > 0:
        raise UserError(msg("{name} must be more than 0.", name=name))
    return value
