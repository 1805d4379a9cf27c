"""The same engine without a window. Exit codes: 0 done, 1 the gate failed, 2 the input was wrong, 70 a fault of ours, 130 stopped."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import threading
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_desktop import __version__
from mlops_desktop.base.plural import pluralize

if TYPE_CHECKING:  # everything heavy is imported by the command that needs it: `--help` answers at once
    from collections.abc import Iterator

    from mlops_desktop.engine.process import Child
    from mlops_desktop.engine.project import Project

Json = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Run one command; the exit code. Errors of a person are one line on stderr, never a traceback."""
    parser = _parser()
    args = parser.parse_args(arguments)
    if not hasattr(args, "command"):
        parser.print_help()
        return 2
    from mlops_desktop.base.errors import Cancelled, UserError
    from mlops_desktop.engine.process import Crashed

    try:
        code: int = args.command(args)
        return code
    except UserError as error:
        print(f"mlops-desktop: {error}", file=sys.stderr)
        return 2
    except (Cancelled, KeyboardInterrupt):
        print("mlops-desktop: stopped. What was finished is kept.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 0
    except Crashed as error:
        print(f"mlops-desktop: a fault of ours: {error}", file=sys.stderr)
        return 70


Add = Callable[..., argparse.ArgumentParser]


def _parser() -> argparse.ArgumentParser:
    about = "From a data file to a running machine-learning service. Without a command: the window."
    parser = argparse.ArgumentParser(prog="mlops-desktop", description=about)
    parser.add_argument("--version", action="version", version=f"MLOps Desktop {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(
        name: str, function: Callable[[argparse.Namespace], int], help_: str, *, project: bool = True, json_: bool = False
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_, description=help_)
        sub.set_defaults(command=function)
        if project:
            sub.add_argument("dir", type=Path, help="the folder of the project")
        if json_:
            sub.add_argument("--json", action="store_true", help="one JSON document on stdout")
        return sub

    _add_deciding(add)
    _add_training(add)
    _add_using(add)
    return parser


def _add_deciding(add: Add) -> None:
    """The commands that make a project and change its decisions."""
    sub = add("new", _new, "make a project from a data file", json_=True)
    sub.add_argument("--data", type=Path, required=True, metavar="FILE")
    sub.add_argument("--target", default="", metavar="COLUMN", help="the column to predict; guessed when not given")
    sub.add_argument("--task", choices=["binary", "multiclass", "regression"])
    sub.add_argument("--metric", default="", help="scikit-learn's name, such as roc_auc or neg_root_mean_squared_error")
    sub = add("set", _set, "change decisions: roles, steps, split, algorithms, goals …")
    sub.add_argument("fields", nargs="+", metavar="FIELD=VALUE")
    add("show", _show, "print the decisions of a project as JSON")
    sub = add("update", _update, "new data under the same decisions")
    sub.add_argument("--data", type=Path, required=True, metavar="FILE")
    sub = add("profile", _profile, "types, statistics and findings of any data file", project=False, json_=True)
    sub.add_argument("file", type=Path)
    sub.add_argument("out", type=Path, nargs="?", metavar="OUT.html")


def _add_training(add: Add) -> None:
    """The commands that make models and compare them."""
    sub = add("run", _run, "train and tune to a chosen model", json_=True)
    how = sub.add_mutually_exclusive_group()
    how.add_argument("--budget", type=float, metavar="SECONDS")
    how.add_argument("--trials", type=int, metavar="N")
    how.add_argument("--replay", action="store_true", help="repeat the trials on the leaderboard")
    sub.add_argument("--seed", type=int)
    sub.add_argument("--jobs", type=int, metavar="N", help="folds fitted at a time; as many as pay, unless given")
    sub = add("choose", _choose, "make another run the chosen one")
    sub.add_argument("run", help="the id of a run, or how it begins; “best” for the best one")
    add("runs", _runs, "the leaderboard", json_=True)
    sub = add("evaluate", _evaluate, "metrics of the chosen model, on the sealed test part or on an unseen file", json_=True)
    sub.add_argument("--data", type=Path, metavar="FILE", help="a file that holds the true values; else the sealed test part")
    add("check", _check, "the acceptance gate: exit 1 when a goal is not met", json_=True)
    sub = add("report", _report, "everything decided, found and measured, as one offline page")
    sub.add_argument("out", type=Path, metavar="OUT.html")


def _add_using(add: Add) -> None:
    """The commands that use a model."""
    sub = add("predict", _predict, "score a file: CSV out", project=False)
    sub.add_argument("source", type=Path, metavar="DIR_OR_BUNDLE")
    sub.add_argument("input", type=Path, metavar="IN")
    sub.add_argument("output", type=Path, metavar="OUT")
    sub = add("drift", _drift, "compare a new file with the training rows", json_=True)
    sub.add_argument("file", type=Path)
    sub = add("export", _export, "write the chosen model as a service")
    sub.add_argument("exporter")
    sub.add_argument("out", type=Path)
    sub.add_argument("--set", action="append", default=[], metavar="option=value", dest="options")
    sub = add("serve", _serve, "start the service of an exported bundle", project=False)
    sub.add_argument("bundle", type=Path)
    sub.add_argument("--port", type=int, default=8000)
    sub.add_argument("--host", default="127.0.0.1")


def _new(args: argparse.Namespace) -> int:
    from dataclasses import replace

    from mlops_desktop.engine.project import (
        Project,
        ProjectLock,
        new_project_folder,
        project_from_json,
        project_to_json,
        refuse_metric,
        write_project,
    )

    existed = args.dir.exists()
    new_project_folder(args.dir)
    try:
        with ProjectLock(args.dir), _child() as call:
            project = Project(name=args.dir.resolve().name, target=args.target, task=args.task, metric=args.metric)
            found = call("import_file", folder=str(args.dir), file=str(args.data), project=project_to_json(project))
            refuse_metric(project)
            proposed = call("propose", folder=str(args.dir), project=found["project"])
            project = project_from_json(proposed["project"])
            refuse_metric(replace(project, metric=args.metric))  # a proposal puts another in the place of one that does not fit
            write_project(args.dir, project)
    except BaseException:
        _take_back(args.dir, existed)
        raise
    if args.json:
        _print_json({**{key: value for key, value in found.items() if key != "project"}, **proposed})
    else:
        print(f"{_rows(found)}, {_columns(found)} from {args.data.name}.")
        for line in [*_said(found["evidence"]), *(f"{name}: {reason}" for name, reason in proposed["reasons"].items())]:
            print(f"- {line}")
    return 0


def _take_back(folder: Path, existed: bool) -> None:
    """Leave nothing of a project that could not be made; the folder itself stays if it was there before."""
    if not existed:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for path in folder.iterdir():
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _set(args: argparse.Namespace) -> int:
    from mlops_desktop.engine.pipeline import known_columns
    from mlops_desktop.engine.project import refuse_metric, set_field

    with _editing(args.dir) as (before, save):
        project = before
        for field in args.fields:
            project = set_field(project, field, known_columns(args.dir, project))
        if project.metric != before.metric:
            refuse_metric(project)
        project = _renewed(args.dir, before, project)
        if project.positive is not None and project.positive != before.positive:
            _refuse_positive(args.dir, project)
        save(project)
    return 0


def _refuse_positive(folder: Path, project: Project) -> None:
    """UserError when the positive class is none that the target can have: a run would put another in its place."""
    from mlops_desktop.base.errors import UserError
    from mlops_desktop.engine.project import project_from_json, project_to_json

    with _child() as call:
        settled = project_from_json(call("propose", folder=str(folder), project=project_to_json(project))["project"])
    if settled.positive == project.positive:
        return
    if settled.positive is None:
        raise UserError("Only a target of two classes has a positive one.", "Leave it out: positive=")
    raise UserError(f"“{project.positive}” is no class of “{project.target}”.", f"Take the other one, or “{settled.positive}”.")


def _renewed(folder: Path, before: Project, project: Project) -> Project:
    """The project with what was only proposed made anew, where the target, the task, a role or a type changed under it."""

    from mlops_desktop.engine.project import project_from_json, project_to_json

    def ground(one: Project) -> Any:
        notes = {name: (note.role, note.type, note.levels, note.missing) for name, note in one.columns.items()}
        return one.target, one.task, {name: said for name, said in notes.items() if any(said)}

    if not before.data or not before.steps or ground(before) == ground(project):
        return project
    with _child() as call:
        found = call("renew", folder=str(folder), project=project_to_json(project), before=project_to_json(before))
    for line in found["changes"]:
        print(f"- {line}")
    return project_from_json(found["project"])


def _show(args: argparse.Namespace) -> int:

    from mlops_desktop.engine.project import project_to_json, read_project

    _print_json(project_to_json(read_project(args.dir)))
    return 0


def _run(args: argparse.Namespace) -> int:
    from dataclasses import replace

    from mlops_desktop.engine.pipeline import Keys
    from mlops_desktop.engine.project import project_from_json, project_to_json
    from mlops_desktop.engine.training import Runs

    jobs = 0 if args.jobs is None else int(_positive(args.jobs, "--jobs"))
    with _editing(args.dir) as (project, save), _child(jobs) as call:
        search = project.search
        if args.budget is not None:
            search = replace(search, seconds=_positive(args.budget, "--budget"), trials=None)
        if args.trials is not None:
            search = replace(search, trials=int(_positive(args.trials, "--trials")), seconds=None)
        project = replace(project, search=search, seed=project.seed if args.seed is None else args.seed)
        project = project_from_json(call("propose", folder=str(args.dir), project=project_to_json(project))["project"])
        if project.chosen and all(run.id != project.chosen for run in Runs(args.dir).list(Keys(project).board)):
            project = replace(project, chosen="")  # a run of earlier decisions
        save(project)
        found = call("run", folder=str(args.dir), project=project_to_json(project), jobs=jobs, replay=args.replay)
    if args.json:
        _print_json(found)
    else:
        score = f"{project.metric} {found['score']:.4f} ± {found['std']:.4f}"
        print(f"{found['algorithm']}: {score} after {pluralize(found['trials'], '1 trial', '{n} trials')} (run {found['chosen'][:8]}).")
    return 0


def _choose(args: argparse.Namespace) -> int:
    from dataclasses import replace

    from mlops_desktop.engine.training import Runs

    with _editing(args.dir) as (project, save):
        run = None if args.run == "best" else Runs(args.dir).get(args.run)
        save(replace(project, chosen=run.id if run else ""))
    print(f"Chosen: {run.label} {run.id[:8]}." if run else "Chosen: whichever run is best.")
    return 0


def _update(args: argparse.Namespace) -> int:

    from mlops_desktop.engine.project import project_from_json, project_to_json

    with _editing(args.dir) as (project, save), _child() as call:
        found = call("import_file", folder=str(args.dir), file=str(args.data), project=project_to_json(project))
        updated = project_from_json(found["project"])
        save(project_from_json(call("propose", folder=str(args.dir), project=project_to_json(updated))["project"]))
    for line in _said(found["evidence"]):
        print(f"- {line}")
    print(f"{_rows(found)} from {args.data.name}. Train again with: mlops-desktop run {args.dir}")
    return 0


def _runs(args: argparse.Namespace) -> int:
    from mlops_desktop.engine.pipeline import Keys
    from mlops_desktop.engine.project import read_project
    from mlops_desktop.engine.training import Runs

    project = read_project(args.dir)
    runs = sorted(Runs(args.dir).list(Keys(project).board), key=lambda run: (run.score is None, -(run.score or 0.0), run.number))
    if args.json:
        _print_json({"metric": project.metric, "runs": [run.to_json() for run in runs]})
        return 0
    print(f"{'run':8}  {'algorithm':30}  {project.metric:>12}  {'std':>8}  {'seconds':>8}  status")
    for run in runs:
        score, std = (f"{v:.4f}" if v is not None else "" for v in (run.score, run.std))
        why = f": {run.reason}" if run.status == "failed" else ""
        print(f"{run.id[:8]}  {run.label:30}  {score:>12}  {std:>8}  {run.seconds:8.1f}  {run.status}{why}")
    return 0


def _evaluate(args: argparse.Namespace) -> int:
    found = _ask(args.dir, "evaluate_file", file=str(args.data)) if args.data else _ask(args.dir, "evaluate", sealed=True)
    if args.json:
        _print_json(found)
        return 0
    for metric in found["metrics"]:
        value, low, high = (_figure(metric[name]) for name in ("value", "low", "high"))
        print(f"{metric['id']:36} {value:>12}  [{low}, {high}]")
    return 0


def _predict(args: argparse.Namespace) -> int:

    from mlops_desktop.engine.project import project_to_json, read_project

    project = project_to_json(read_project(args.source)) if (args.source / "project.json").exists() else None
    with _child() as call:
        found = call("predict", source=str(args.source), file=str(args.input), out=str(args.output), project=project)
    print(f"{_rows(found)}, {found['refused']:,} of them refused, to {args.output}.", file=sys.stderr)
    return 0


def _drift(args: argparse.Namespace) -> int:
    found = _ask(args.dir, "drift", file=str(args.file))
    if args.json:
        _print_json(found)
        return 0
    print(f"{_rows(found)}: {found['verdict']}.")
    for column in found["columns"]:
        print(f"{column['verdict']:16} {column['field']}  PSI {column['psi']:.3f}")
    return 0


def _export(args: argparse.Namespace) -> int:
    from mlops_desktop.engine.project import read_option

    options = dict(read_option(text) for text in args.options)
    found = _ask(args.dir, "export", exporter=args.exporter, out=str(args.out), options=options)
    print(f"{pluralize(len(found['files']), '1 file', '{n} files')} in {found['out']}.", file=sys.stderr)
    return 0


def _serve(args: argparse.Namespace) -> int:
    from mlops_desktop.serving.__main__ import main as serve

    return serve([str(args.bundle), "--port", str(args.port), "--host", args.host])


def _check(args: argparse.Namespace) -> int:
    found = _ask(args.dir, "check")
    if args.json:
        _print_json(found)
    else:
        for goal in found["goals"]:
            print(f"{'met    ' if goal['passed'] else 'NOT MET'}  {goal['goal']}: wanted {goal['wanted']}, measured {goal['measured']}")
        print("All goals are met." if found["passed"] and found["goals"] else "No goals are set." if found["passed"] else "Not accepted.")
    return 0 if found["passed"] else 1


def _report(args: argparse.Namespace) -> int:
    _ask(args.dir, "report", out=str(args.out))
    return 0


def _profile(args: argparse.Namespace) -> int:
    with _child() as call:
        found = call("profile_file", file=str(args.file), out=str(args.out) if args.out else None)
    if args.json:
        _print_json(found)
        return 0
    print(f"{_rows(found)}, {_columns(found)}.")
    for column in found["columns"]:
        print(f"{column['name']:30}  {column['type']:9}  {column['missing']:>8,} missing  {column['distinct']:>8,} distinct")
    for finding in found["findings"]:
        print(f"- {finding['message']}")
    return 0


def _ask(folder: Path, name: str, **args: Any) -> Json:
    """A call about a project that changes none of its decisions."""
    from mlops_desktop.engine.project import ProjectLock, project_to_json, read_project

    project = project_to_json(read_project(folder))
    with ProjectLock(folder), _child() as call:
        return call(name, folder=str(folder), project=project, **args)


@contextmanager
def _editing(folder: Path) -> Iterator[tuple[Project, Callable[[Project], None]]]:
    """The project, locked against other writers, and the function that saves it."""
    from mlops_desktop.engine.project import ProjectLock, read_project, write_project

    read_project(folder)  # a folder that is no project is told before it is locked
    with ProjectLock(folder):
        yield read_project(folder), lambda project: write_project(folder, project)


@contextmanager
def _child(jobs: int = 1) -> Iterator[Callable[..., Json]]:
    """A child process that does the work; Ctrl-C stops it and everything that it started."""
    from mlops_desktop.engine.process import Child

    child = Child(threads=max(1, _cores() - 1) if jobs < 2 else 1)
    try:
        yield lambda name, **args: _call(child, name, args)
    finally:
        child.close()


def _call(child: Child, name: str, args: Json) -> Json:
    answer: list[Json | BaseException] = []

    def work() -> None:
        try:
            answer.append(child.call(name, args, _show_progress))
        except BaseException as error:  # handed to the main thread, which alone sees Ctrl-C
            answer.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.2)
    except KeyboardInterrupt:
        child.cancel()
        raise
    if isinstance(answer[0], BaseException):
        raise answer[0]
    return answer[0]


def _show_progress(event: Json) -> None:
    if event.get("event") == "progress" and event.get("message"):
        print(f"{event['fraction']:4.0%}  {event['message']}", file=sys.stderr, flush=True)


def _said(evidence: list[Json]) -> list[str]:
    told = [one for one in evidence if one["rule"] != "type"]  # an ordinary type needs no words
    return [f"{one['column']}: {one['message']}" if one["column"] else one["message"] for one in told]


def _rows(found: Json) -> str:
    return pluralize(found["rows"], "1 row", "{n} rows")


def _columns(found: Json) -> str:
    return pluralize(len(found["columns"]), "1 column", "{n} columns")


def _figure(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.4f}"


def _positive(value: float, name: str) -> float:
    from mlops_desktop.base.errors import UserError

    if not value > 0:
        raise UserError(f"{name} must be more than 0.")
    return value


def _cores() -> int:
    import os

    return os.cpu_count() or 2


def _print_json(document: Json) -> None:
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
