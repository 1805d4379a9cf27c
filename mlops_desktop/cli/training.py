"""The commands that train models and compare them: run, choose, runs."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from mlops_desktop.base.errors import UserError
from mlops_desktop.cli.calling import child_process, edited, opened, run_call
from mlops_desktop.cli.output import print_json, reason_lines
from mlops_desktop.engine.pipeline import Keys, known_columns, refuse_steps, unknown_columns
from mlops_desktop.engine.process import Propose, Train
from mlops_desktop.engine.project import to_json
from mlops_desktop.engine.training import Runs, board_order, first_runs, run_differences
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
            notes.append(f"chosen: {project.chosen[:8]} is no run of these decisions, so the best run is chosen.")
            project = replace(project, chosen="")
        for note in notes:
            print(f"- {note}", file=sys.stderr)
        save(project)
        found = run_call(child, Train(args.dir, project, jobs, args.replay))
    if args.json:
        print_json(to_json(found))
    else:
        score = f"{project.metric} {found.score:.4f} ± {found.std:.4f}"
        print(f"{found.algorithm}: {score} after {pluralize(found.trials, '1 trial', '{n} trials')} (run {found.chosen[:8]}).")
    return 0


def choose_command(args: argparse.Namespace) -> int:
    """Make another run the chosen one."""
    with edited(args.dir) as (project, save):
        run = None if args.run == "best" else Runs(args.dir).get(args.run)
        save(replace(project, chosen=run.id if run else ""))
    print(f"Chosen: {run.label} {run.id[:8]}." if run else "Chosen: whichever run is best.")
    return 0


def runs_command(args: argparse.Namespace) -> int:
    """Print the leaderboard."""
    with opened(args.dir) as (place, project):
        runs = board_order(Runs(place).list(Keys(project).board))
        others = len(Runs(place).history()) - len(runs)
    first = first_runs(runs)
    differences = {run.id: run_differences(run, first[run.algorithm_id]) for run in runs}
    if args.json:
        print_json({"metric": project.metric, "runs": [{**run.to_json(), "differences": differences[run.id]} for run in runs]})
        return 0
    if not runs:
        kept = pluralize(others, "1 run of other decisions is", "{n} runs of other decisions are")
        print(f"There is no run of today's decisions; {kept} kept. Train with “run”.")
        return 0
    print(f"{'run':8}  {'algorithm':30}  {project.metric:>12}  {'std':>8}  {'seconds':>8}  {'status':7}  parameters")
    for run in runs:
        score, std = (f"{v:.4f}" if v is not None else "" for v in (run.score, run.std))
        why = f": {run.reason}" if run.status == "failed" else ""
        line = f"{run.id[:8]}  {run.label:30}  {score:>12}  {std:>8}  {run.seconds:8.1f}  {run.status + why:7}"
        print(f"{line}  {', '.join(differences[run.id])}".rstrip())
    return 0


def _positive(value: float, name: str) -> float:
    if not value > 0:
        raise UserError(msg("{name} must be more than 0.", name=name))
    return value
