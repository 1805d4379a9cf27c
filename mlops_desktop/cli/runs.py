"""The commands about finished runs: choose, runs. They load nothing that fits, so that a leaderboard is there at once."""

from __future__ import annotations

import argparse
from contextlib import suppress
from dataclasses import replace

from mlops_desktop.cli.calling import edited, opened
from mlops_desktop.cli.output import print_json
from mlops_desktop.engine.evaluation import SelectionEstimate, selection_key, selection_note
from mlops_desktop.engine.pipeline import ArtifactStore, Keys
from mlops_desktop.engine.project import to_json
from mlops_desktop.engine.training import (
    OtherSplit,
    Runs,
    board_order,
    first_runs,
    other_splits,
    run_differences,
    tied_runs,
)
from mlops_desktop.serving.plural import pluralize


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
        keys = Keys(project)
        runs = board_order(Runs(place).list(keys.board))
        expected = _expected(ArtifactStore(place / "store"), selection_key(keys, runs))
        others = len(Runs(place).history()) - len(runs)
        splits = other_splits(ArtifactStore(place / "store"), project, runs)
    first = first_runs(runs)
    differences = {run.id: run_differences(run, first[run.algorithm_id]) for run in runs}
    tied = tied_runs(runs)
    if args.json:
        listed = [
            {**run.to_json(), "differences": differences[run.id], "tied": run.id in tied, **_other(splits.get(run.id))} for run in runs
        ]
        print_json({"metric": project.metric, "runs": listed, "selection": to_json(expected) if expected else None})
        return 0
    if not runs:
        kept = pluralize(others, "1 run of other decisions is", "{n} runs of other decisions are")
        print(f"There is no run of today's decisions; {kept} kept. Train with “run”.")
        return 0
    shuffled = any(one.shuffled for one in splits.values())
    title = f"  {'at random' if shuffled else 'by time':>9}" if splits else ""
    print(f"{'run':8}  {'algorithm':30}  {project.metric:>12}{title}  {'std':>8}  {'seconds':>8}  {'status':7}  parameters")
    for run in runs:
        score, std = (f"{v:.4f}" if v is not None else "" for v in (run.score, run.std))
        why = f": {run.reason}" if run.status == "failed" else ""
        status = "tied" if run.id in tied else run.status
        other = splits[run.id].score if run.id in splits else None
        beside = f"  {'' if other is None else f'{other:.4f}':>9}" if splits else ""
        line = f"{run.id[:8]}  {run.label:30}  {score:>12}{beside}  {std:>8}  {run.seconds:8.1f}  {status + why:7}"
        print(f"{line}  {', '.join(differences[run.id])}".rstrip())
    if tied:
        print("tied: no clear difference to the best run (paired test over the folds, 95 %).")
    if expected is not None:
        print(selection_note(expected, project.metric, tied=len(tied)))
    return 0


def _expected(store: ArtifactStore, key: str) -> SelectionEstimate | None:
    """What is expected of the best run, if the last search found it."""
    with suppress(KeyError):
        return store.get_value(key, SelectionEstimate) if key else None
    return None


def _other(split: OtherSplit | None) -> dict[str, float | None]:
    """The score of a run by the other way of validation, as JSON has it."""
    return {} if split is None else {"at_random" if split.shuffled else "by_time": split.score}
