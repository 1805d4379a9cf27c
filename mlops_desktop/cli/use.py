"""The commands that use a model, of this program (predict, drift) or of another one (inspect)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from mlops_desktop.cli.calling import call_on, child_process, opened, run_call
from mlops_desktop.cli.output import print_json, print_replaced, rows_text
from mlops_desktop.engine.inspection import inspect_model
from mlops_desktop.engine.process import MeasureDrift, PredictFile
from mlops_desktop.engine.project import PROJECT_FILE, Project, to_json


def predict_command(args: argparse.Namespace) -> int:
    """Score a file with the chosen model of a project or with a bundle."""
    replaced = args.output.exists()
    with _model_of(args.source) as (place, project), child_process() as child:
        found = run_call(child, PredictFile(place, args.input, args.output, project, args.keep))
    for warning in found.warnings:
        print(warning, file=sys.stderr)
    print(f"{rows_text(found.rows)}, {found.refused:,} of them refused, to {args.output}.", file=sys.stderr)
    print_replaced(args.output, replaced)
    return 0


@contextmanager
def _model_of(source: Path) -> Iterator[tuple[Path, Project | None]]:
    """The project in a folder, or a bundle and None."""
    if not (source / PROJECT_FILE).exists():
        yield source, None
        return
    with opened(source) as found:
        yield found


def inspect_command(args: argparse.Namespace) -> int:
    """List what a model of another program would import or run."""
    found = inspect_model(args.model)
    if args.json:
        print_json(found.to_json())
        return 0
    for note in found.notes:
        print(_one_line(note), file=sys.stderr)
    print(_one_line(f"{found.kind}: {_WORST[found.worst]}"))
    for one in found.found:
        print(_one_line(f"{one.risk:8} {one.name}  {one.what}" + (f"  ({one.where})" if one.where != args.model.name else "")))
    return 0


def _one_line(text: str) -> str:
    """A text with names out of a file: what could move the cursor or end the line of a terminal is written as an escape."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


_WORST = {
    "runs": "loading it can run commands or any code.",
    "unknown": "loading it imports what is not known here. Load it only if you trust where it comes from.",
    "library": "loading it imports classes of libraries for data, and nothing that is known to run code.",
    "data": "it holds data alone.",
}


def drift_command(args: argparse.Namespace) -> int:
    """Compare a new file with the training rows."""
    found = call_on(args.dir, partial(MeasureDrift, file=args.file))
    for warning in found.warnings:
        print(warning, file=sys.stderr)
    if args.json:
        print_json(to_json(found))
        return 0
    if found.same_data:
        print(f"“{found.file}” holds the rows of the project's data and no others, so there is nothing new to compare.")
        return 0
    print(f"{rows_text(found.rows)}: {found.verdict}.")
    for column in found.columns:
        print(f"{column.verdict:16} {column.field}  PSI {column.psi:.3f}" + (f"  {column.note}" if column.note else ""))
    return 0
