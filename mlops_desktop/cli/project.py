"""The commands that make a project and change its decisions: new, set, show, update."""

from __future__ import annotations

import argparse
import shutil
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.cli.calling import child_process, edited, given_options, opened, run_call
from mlops_desktop.cli.output import columns_text, print_evidence, print_json, reason_lines, rows_text
from mlops_desktop.engine.data import Imported
from mlops_desktop.engine.packaging import bytes_text
from mlops_desktop.engine.pipeline import known_columns, refuse_unfit, unknown_columns, uses_names
from mlops_desktop.engine.process import CheckSteps, ImportFile, Proposal, Propose, ReRecommend
from mlops_desktop.engine.project import (
    Project,
    ProjectLock,
    copy_project,
    filled_brief,
    new_project_folder,
    project_to_json,
    read_project,
    rename_project,
    set_field,
    template_of,
    to_json,
    write_project,
)
from mlops_desktop.engine.questions import read_like
from mlops_desktop.engine.training import Runs, clean_store, open_project
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import pluralize


def new_command(args: argparse.Namespace) -> int:
    """Make a project from a data file, or from the address of another source."""
    existed = args.dir.exists()
    new_project_folder(args.dir)
    lock = ProjectLock(args.dir)
    lock.acquire()  # before anything may be removed: another command may be making a project there
    try:
        found, proposed = _import_and_propose(args, lock)
    except BaseException:
        _remove_made_files(args.dir, existed)
        raise
    project = proposed.project
    if args.json:
        print_json({**to_json(found), **to_json(proposed), "project": project_to_json(project)})
    else:
        print(f"{rows_text(found.rows)}, {columns_text(len(found.columns))} from {project.file}.")
        for line in reason_lines(proposed.reasons):
            print(f"- {line}")
    return 0


def _import_and_propose(args: argparse.Namespace, lock: ProjectLock) -> tuple[Imported, Proposal]:
    """Import the data and write the project with every decision proposed; the lock is released at the end."""
    try:
        with child_process() as child:
            project = _new_project(args)
            found = run_call(child, ImportFile(args.dir, project, args.data, as_given=bool(args.source)))
            print_evidence(found.evidence)  # it may be why nothing can be proposed
            there = {column.name for column in found.columns}
            notes = {name: note for name, note in found.project.columns.items() if name in there}  # another project may have more columns
            proposed = run_call(child, Propose(args.dir, replace(found.project, columns=notes)))
            write_project(args.dir, proposed.project)
    finally:
        lock.release()
    return found, proposed


def _new_project(args: argparse.Namespace) -> Project:
    """The decisions that are given, and those of another project on how a file and its columns are read.

    UserError when there is no such project, or a parameter of the source is none.
    """
    given = given_options(args.data, args.source)
    project = Project(name=args.dir.resolve().name, target=args.target, task=args.task, metric=args.metric)
    if args.template:
        project = replace(project, brief=filled_brief(template_of(args.template), project.brief))
    if args.like is not None:
        project = read_like(project, read_project(args.like))
    return replace(project, source=given or project.source)


def rename_command(args: argparse.Namespace) -> int:
    """Give a project and its folder another name."""
    print(rename_project(args.dir, args.name))
    return 0


def copy_command(args: argparse.Namespace) -> int:
    """Copy a project."""
    if args.to.exists():
        raise UserError(msg("There is a folder “{folder}” already.", folder=args.to), "Choose another name.")
    with ProjectLock(args.dir):
        copy_project(args.dir, args.to, Silent())
    return 0


def _remove_made_files(folder: Path, existed: bool) -> None:
    """Leave nothing of a project that could not be made; the folder itself stays if it was there before."""
    if not existed:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for path in folder.iterdir():
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def set_command(args: argparse.Namespace) -> int:
    """Change decisions: FIELD=VALUE."""
    with edited(args.dir) as (before, save):
        project = before
        for field in args.fields:
            project = set_field(project, field, known_columns(args.dir, project))
        if project.chosen and project.chosen != before.chosen:
            project = replace(project, chosen=Runs(args.dir).get(project.chosen).id)
        _refuse_unfit(args.dir, before, project)
        project = _recommended_again(args.dir, before, project)
        if project.positive is not None and project.positive != before.positive:
            with child_process() as child:
                run_call(child, Propose(args.dir, project))  # refuses one that the target does not have
        save(project)
    return 0


def _refuse_unfit(folder: Path, before: Project, project: Project) -> None:
    """UserError when a changed decision cannot work with the others or with the table."""
    refuse_unfit(before, project, partial(known_columns, folder, project))
    recipe = (project.row_filters, project.steps)
    if recipe != (before.row_filters, before.steps) and project.data and uses_names(project):
        with child_process() as child:
            run_call(child, CheckSteps(folder, project, before))


def _recommended_again(folder: Path, before: Project, project: Project) -> Project:
    """The project with new recommendations where the target, the task, a role or a type changed under the old ones; prints the changes."""

    def inputs(one: Project) -> Any:
        notes = {name: (note.role, note.type, note.levels, note.missing) for name, note in one.columns.items()}
        return one.target, one.task, {name: note for name, note in notes.items() if any(note)}

    if not before.data or not before.candidates or inputs(before) == inputs(project):
        return project
    with child_process() as child:
        found = run_call(child, ReRecommend(folder, project, before))
    if project.task not in (None, before.task, found.project.task):
        raise UserError(
            msg("“{target}” cannot be predicted as a {task} task.", target=project.target, task=project.task),
            msg("It can as a {task} task.", task=found.project.task),
        )
    for line in found.changes:
        print(f"- {line}")
    return found.project


def show_command(args: argparse.Namespace) -> int:
    """Print the decisions of a project as JSON."""
    with opened(args.dir) as (_, project):
        print_json(project_to_json(project))
    return 0


def clean_command(args: argparse.Namespace) -> int:
    """Remove the stored results that nothing reaches any more; nothing is open beside it, so there is no undo to keep them for."""
    open_project(args.dir)  # a folder that is no project is refused before it is locked
    with ProjectLock(args.dir):
        found = clean_store(args.dir, [open_project(args.dir)], dry_run=args.dry_run)
    if args.json:
        print_json(asdict(found))
        return 0
    removed = pluralize(found.removed, "1 result", "{n} results")
    verb = "Would remove" if args.dry_run else "Removed"
    print(f"{verb} {removed} ({bytes_text(found.removed_bytes)}). {bytes_text(found.kept_bytes)} stay.")
    return 0


def update_command(args: argparse.Namespace) -> int:
    """Read new data under the same decisions."""
    with edited(args.dir) as (project, save), child_process() as child:
        source = given_options(args.data, args.source)
        given = source is not None
        found = run_call(child, ImportFile(args.dir, replace(project, source=source) if given else project, args.data, as_given=given))
        updated = found.project
        proposed = run_call(child, Propose(args.dir, updated))
        save(proposed.project)
    print_evidence(found.evidence)
    for line in [*reason_lines(proposed.reasons), *unknown_columns(updated, [column.name for column in found.columns])]:
        print(f"- {line}")
    print(f"{rows_text(found.rows)} from {updated.file}. Train again with: mlops-desktop run {args.dir}")
    return 0
