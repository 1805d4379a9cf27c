"""The commands that measure data and models: profile, evaluate, check, report."""

from __future__ import annotations

import argparse
from functools import partial

from mlops_desktop.cli.calling import call_on, child_process, run_call
from mlops_desktop.cli.output import columns_text, print_json, rows_text
from mlops_desktop.engine.process import CheckGoals, Evaluate, EvaluateFile, ProfileFile, WriteReport


def profile_command(args: argparse.Namespace) -> int:
    """Print types, statistics and findings of any data file."""
    with child_process() as child:
        found = run_call(child, ProfileFile(str(args.file), args.out))
    if args.json:
        print_json(found)
        return 0
    print(f"{rows_text(found)}, {columns_text(found)}.")
    for column in found["columns"]:
        print(f"{column['name']:30}  {column['type']:9}  {column['missing']:>8,} missing  {column['distinct']:>8,} distinct")
    for finding in found["findings"]:
        print(f"- {finding['message']}")
    return 0


def evaluate_command(args: argparse.Namespace) -> int:
    """Print the metrics of the chosen model on the held-out test set or on an unseen file."""
    found = call_on(args.dir, partial(EvaluateFile, file=args.data)) if args.data else call_on(args.dir, Evaluate)
    if args.json:
        print_json(found)
        return 0
    for metric in found["metrics"]:
        value, low, high = (_number(metric[name]) for name in ("value", "low", "high"))
        print(f"{metric['id']:36} {value:>12}  [{low}, {high}]")
    return 0


def check_command(args: argparse.Namespace) -> int:
    """Print whether each goal is met; exit code 1 when one is not."""
    found = call_on(args.dir, CheckGoals)
    if args.json:
        print_json(found)
    else:
        for goal in found["goals"]:
            print(f"{'met    ' if goal['passed'] else 'NOT MET'}  {goal['goal']}: wanted {goal['wanted']}, measured {goal['measured']}")
        print("All goals are met." if found["passed"] and found["goals"] else "No goals are set." if found["passed"] else "Not accepted.")
    return 0 if found["passed"] else 1


def report_command(args: argparse.Namespace) -> int:
    """Write everything that was decided, found and measured as one offline page."""
    call_on(args.dir, partial(WriteReport, out=args.out))
    return 0


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.4f}"
