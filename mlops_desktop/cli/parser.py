"""The commands, their options and their exit codes. Nothing heavy is imported here: a command's module is loaded when the command runs."""

from __future__ import annotations

import argparse
import importlib
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from mlops_desktop import __version__

Add = Callable[..., argparse.ArgumentParser]


class Parser(argparse.ArgumentParser):
    """A parser that refuses wrong arguments in one line instead of a block of usage."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where the usage stands, and end the program with exit code 2."""
        self.exit(2, f"mlops-desktop: {message}. See: {self.prog} --help\n")


def main(arguments: list[str]) -> int:
    """Run one command; the exit code. A person's error is one line on stderr, never a traceback."""
    parser = make_parser()
    args = parser.parse_args(_one_by_one(arguments))
    if not hasattr(args, "module"):
        parser.print_help()
        return 2
    from mlops_desktop.base.errors import Cancelled, UserError
    from mlops_desktop.base.path_names import check_name
    from mlops_desktop.engine.choices import load_extensions
    from mlops_desktop.engine.process import Crashed, Failed
    from mlops_desktop.engine.processors import check_limits

    try:
        for name, value in vars(args).items():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, (str, Path)):
                    check_name(one)
            if isinstance(value, Path) and value.name in ("", ".."):  # “.”, whose name is that of the current folder
                setattr(args, name, Path(os.path.abspath(value)))
        check_limits()
        load_extensions()
        code: int = getattr(importlib.import_module(f"mlops_desktop.cli.{args.module}"), args.function)(args)
        return code
    except UserError as error:
        print(f"mlops-desktop: {error}", file=sys.stderr)
        return 2
    except (Cancelled, KeyboardInterrupt):
        print("mlops-desktop: stopped. What was finished is kept.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 0
    except (Crashed, Failed) as error:
        print(f"mlops-desktop: a fault of the program: {error}", file=sys.stderr)
        return 70


def _one_by_one(arguments: list[str]) -> list[str]:
    """The arguments with a `--set` before each of several options behind one; `nargs` would take the folders that may follow as well."""
    made: list[str] = []
    for argument in arguments:
        if made[-2:-1] == ["--set"] and re.match("[a-z_]+=", argument):
            made.append("--set")
        made.append(argument)
    return made


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands. Parsed arguments name the `function` of a command and the `module` of this package that holds it."""
    about = "From a data file to a running machine-learning service. Without a command: the window."
    parser = Parser(prog="mlops-desktop", description=about)
    parser.add_argument("--version", action="version", version=f"MLOps Desktop {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(module: str, name: str, help_: str, *, folder: bool = True, json_: bool = False) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_, description=help_)
        sub.set_defaults(module=module, function=f"{name}_command")
        if folder:
            sub.add_argument("dir", type=Path, help="the folder of the project")
        if json_:
            sub.add_argument("--json", action="store_true", help="one JSON document on stdout")
        return sub

    _add_project(add)
    _add_training(add)
    _add_evaluation(add)
    _add_use(add)
    _add_ship(add)
    return parser


def _add_project(add: Add) -> None:
    """The commands that make a project and change its decisions."""
    sub = add("project", "new", "make a project from a data file", json_=True)
    sub.add_argument("--data", required=True, metavar="FILE", help="a data file, or the address of another source")
    _add_source(sub)
    sub.add_argument("--target", default="", metavar="COLUMN", help="the column to predict; guessed when not given")
    sub.add_argument("--task", metavar="TASK", help="the kind of task: binary, multiclass, regression …; guessed when not given")
    sub.add_argument("--like", type=Path, metavar="PROJECT", help="read the file and its columns as another project decided")
    sub.add_argument("--template", default="", metavar="NAME", help="begin with the brief of churn, scorecard, price, defect or sensor")
    sub.add_argument("--metric", default="", help="scikit-learn's name, such as roc_auc or neg_root_mean_squared_error")
    sub = add("project", "set", "change decisions: roles, steps, split, algorithms, goals …")
    sub.add_argument("fields", nargs="+", metavar="FIELD=VALUE")
    sub = add("project", "rename", "give a project and its folder another name")
    sub.add_argument("name")
    sub = add("project", "copy", "copy a project with its data, results and runs")
    sub.add_argument("to", type=Path, metavar="FOLDER", help="a folder that is not there yet")
    add("project", "show", "print the decisions of a project as JSON")
    sub = add("project", "clean", "remove stored results that neither the decisions nor a recorded run use", json_=True)
    sub.add_argument("--dry-run", action="store_true", help="only say what would be removed")
    sub = add("project", "update", "new data under the same decisions")
    sub.add_argument("--data", required=True, metavar="FILE", help="a data file, or the address of another source")
    _add_source(sub)


def _add_source(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        *("--source", "--loader"),
        action="append",
        default=[],
        metavar="PARAMETER=VALUE",
        help="how the file is read, such as skip=3, delimiter=semicolon, sheet=Data or thousands=point; found when not given",
    )


def _add_training(add: Add) -> None:
    """The commands that train models and compare them."""
    sub = add("training", "run", "train and tune to a chosen model", json_=True)
    how = sub.add_mutually_exclusive_group()
    how.add_argument("--budget", type=float, metavar="SECONDS")
    how.add_argument("--trials", type=int, metavar="N")
    how.add_argument("--replay", action="store_true", help="repeat the trials on the leaderboard")
    sub.add_argument("--seed", type=int)
    sub.add_argument("--jobs", type=int, metavar="N", help="folds fitted at a time; as many as pay, unless given")
    sub = add("runs", "choose", "make another run the chosen one")
    sub.add_argument("run", help="the id of a run, or how it begins; “best” for the best one")
    add("runs", "runs", "the leaderboard", json_=True)


def _add_evaluation(add: Add) -> None:
    """The commands that measure data and models."""
    sub = add("evaluation", "profile", "types, statistics and findings of any data file", folder=False, json_=True)
    sub.add_argument("file", help="a data file, or the address of another source")
    sub.add_argument("out", type=Path, nargs="?", metavar="OUT.html")
    _add_source(sub)
    sub = add("evaluation", "evaluate", "metrics of the chosen model, on the held-out test set or on an unseen file", json_=True)
    sub.add_argument("--data", metavar="FILE", help="data that holds the true values; else the held-out test set")
    sub = add("evaluation", "questions", "what is in doubt, with the ways to decide; or answer one", json_=True)
    sub.add_argument("--all", action="store_true", help="those of little weight and those that are decided too")
    sub.add_argument(
        "--answer", metavar="ID=OPTION", help="decide a question, or all of a kind, by an option; “accept” leaves all as it is"
    )
    sub.add_argument("--reason", metavar="TEXT", help="why; needed to accept a doubt")
    sub = add("evaluation", "check", "the acceptance gate: exit 1 when a goal is not met", json_=True)
    sub.add_argument("--questions", action="store_true", help="also fail while a question of weight is open")
    sub = add("evaluation", "report", "everything decided, found and measured, as one offline page")
    sub.add_argument("out", type=Path, metavar="OUT.html")


def _add_use(add: Add) -> None:
    """The commands that use a model."""
    sub = add("use", "predict", "score a file: CSV out", folder=False)
    sub.add_argument("source", type=Path, metavar="DIR_OR_BUNDLE")
    sub.add_argument("input", metavar="IN", help="a data file, or the address of another source")
    sub.add_argument("output", type=Path, metavar="OUT")
    text = "columns of IN to write before the predictions: its identifiers (the number of the row without any), or all"
    sub.add_argument("--keep", choices=("ids", "all"), default="", help=text)
    sub = add("use", "inspect", "what a foreign model would import or run if it were loaded; it is not loaded", folder=False, json_=True)
    sub.add_argument("model", type=Path, help="a pickle, joblib, skops or ONNX file, or the folder of an MLflow model")
    sub = add("use", "drift", "compare a new file with the training rows", json_=True)
    sub.add_argument("file", help="a data file, or the address of another source")


def _add_ship(add: Add) -> None:
    """The commands that write a model as a service and start it."""
    sub = add("ship", "export", "write the chosen model as a service", json_=True)
    sub.add_argument("exporter", help="the form of it, such as rest_bundle or docker_context")
    sub.add_argument("out", type=Path, metavar="OUT", help="a new or an empty folder")
    sub.add_argument("--set", action="append", default=[], metavar="option=value", dest="options")
    _add_input_settings(sub)
    sub = add("ship", "serve", "start the service of an exported bundle", folder=False)
    sub.add_argument("bundle", type=Path)
    sub.add_argument("--port", type=int, default=8000)
    sub.add_argument("--host", default="127.0.0.1")
    sub.add_argument("--api-keys", type=Path, metavar="FILE", help="the file of the keys that clients need beyond this machine")
    sub.add_argument("--allow-anonymous", action="store_true", help="answer the network without keys")
    sub.add_argument("--rate-limit", type=float, metavar="N", help="requests a minute of a key, or of all clients without keys")
    sub.add_argument("--tls-cert", type=Path, metavar="FILE", help="the certificate (PEM) with which the service answers over HTTPS")
    sub.add_argument("--tls-key", type=Path, metavar="FILE", help="the private key of the certificate")
    _add_input_settings(sub)


def _add_input_settings(sub: argparse.ArgumentParser) -> None:
    policy = "what the service does with unusual values, such as age.out_of_range=refuse or *.unknown=as_trained (docs/bundle.md)"
    sub.add_argument("--policy", action="append", default=[], metavar="SETTING", help=policy)
    sub.add_argument("--threshold-limits", default="", metavar="LOW:HIGH", help="the thresholds that a request may ask for")
