"""Pictures of every panel: light and dark, empty, with a sample, with long names, with 752 columns, and with broken data.

    python scripts/screenshots.py [--out FOLDER] [--sizes 1280x800,1440x900] [--states empty,sample,long,many,broken]
                                  [--stages train,app] [--themes light,dark] [--keep FOLDER] [--language de]
    python scripts/screenshots.py --help-pages [--language de]     the pictures of resources/help, or of its folder of a language

Nothing of the person's is touched: projects, preferences and documents are made in a folder that is removed afterwards, or in the one of
`--keep`, where the next call finds them trained. No screen is needed; `QT_SCALE_FACTOR=1.5` shows the window as it is at 150 %.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from mlops_desktop.engine.process import Child
    from mlops_desktop.ui.shell.main_window import MainWindow

ROOT = Path(__file__).resolve().parent.parent
SIZES = "1280x800,1440x900"
STATES = ("empty", "sample", "long", "many", "broken")
THEMES = ("light", "dark")
TRIALS = 6
PATIENCE = 180.0  # seconds for what a panel has worked out when it is opened
ROUNDS = 30  # of the event loop without work: on a busy computer one may take longer than the time, and layouts need several
STILL = 0.6  # seconds without work before a picture is taken: panels ask with a delay


@dataclass(frozen=True)
class Wanted:
    """Which pictures to take, and where they go."""

    out: Path
    sizes: list[tuple[int, int]]
    states: list[str]
    stages: list[str]
    themes: list[str]
    for_help: bool = False  # named after the stage alone
    language: str = "en"


def prepare(child: Child, folder: Path, file: Path, target: str, trials: int) -> None:
    """A project of a file as a person has it in the end: proposed, trained and evaluated; without trials, only imported and no target."""
    from mlops_desktop.engine.process import Call, Evaluate, ImportFile, MakeOverview, MakeProfile, OpenModel, Propose, Train
    from mlops_desktop.engine.project import PROJECT_FILE, Project, Search, write_project

    if (folder / PROJECT_FILE).exists():
        return
    folder.mkdir(parents=True)
    report(f"making the project {folder.name}")
    project = child.call(ImportFile(folder, Project(name=folder.name, target=target), str(file))).project
    if trials:
        proposed = child.call(Propose(folder, project)).project
        project = replace(proposed, search=Search(trials=trials, seconds=None))
        about = (folder, project)
        calls: tuple[Call[Any, Any], ...] = (MakeOverview(*about), MakeProfile(*about), Train(*about), Evaluate(*about), OpenModel(*about))
        for call in calls:
            child.call(call)
    write_project(folder, project)


def projects(home: Path, states: list[str]) -> None:
    """Make what is to be shown, in a child process that is gone afterwards."""
    import hard_tables

    from mlops_desktop.engine.process import Child

    sample = ROOT / "resources" / "samples" / "telco_churn.csv"
    long, many, broken = (home / f"{name}.csv" for name in ("customer survey of the last twelve months", "genes", "broken cells"))
    home.mkdir(parents=True, exist_ok=True)
    for file, write in ((long, hard_tables.long_names), (many, hard_tables.many_columns), (broken, hard_tables.broken_table)):
        write(file)
    made = {
        "empty": (sample, "", 0),
        "sample": (sample, "Churn", TRIALS),
        "long": (long, hard_tables.LONG_TARGET, 3),
        "many": (many, hard_tables.MANY_TARGET, 3),
        "broken": (broken, hard_tables.BROKEN_TARGET, 2),
    }
    with Child(warm=True) as child:
        for state in states:
            prepare(child, home / state, *made[state])


def report(text: str) -> None:
    """Print the progress."""
    print(text, flush=True)


def rest(app: QApplication, window: MainWindow) -> None:
    """Wait until nothing is being worked on and nothing new was asked for."""
    jobs, began = window.controller.jobs, time.monotonic()
    still, rounds = began, 0
    while time.monotonic() - still < STILL or rounds < ROUNDS:
        app.processEvents()
        time.sleep(0.005)
        rounds += 1
        if jobs.quick.now or jobs.long.now:
            still, rounds = time.monotonic(), 0
        if time.monotonic() - began > PATIENCE:
            raise SystemExit(f"{window.stage}: still at work after {PATIENCE:.0f} seconds")


def pictures(app: QApplication, window: MainWindow, wanted: Wanted, name: str, stage: str) -> Iterator[str]:
    """The stage in every size and theme; the names of the files."""
    for width, height in wanted.sizes:
        window.resize(width, height)
        for theme in wanted.themes:
            window.show_theme(theme)
            window.show_stage(stage)
            rest(app, window)
            file = wanted.out / (f"{stage or 'start'}.png" if wanted.for_help else f"{name}_{theme}_{width}.png")
            if not window.grab().save(str(file)):
                raise SystemExit(f"{file} cannot be written")
            if wanted.for_help:
                reduce_colors(file)
            yield file.name


def reduce_colors(file: Path) -> None:
    """Write a picture again with 128 colours, which takes a third of the space."""
    from PIL import Image

    with Image.open(file) as image:
        few = image.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    few.save(file, optimize=True)


def take(app: QApplication, window: MainWindow, wanted: Wanted, home: Path) -> int:
    """Every picture that is wanted; how many."""
    from mlops_desktop.engine.workflow import STAGES
    from mlops_desktop.ui.shell.panel_modules import panel_modules

    there, count = panel_modules(), 0
    if "empty" in wanted.states and (not wanted.stages or "start" in wanted.stages):
        count += sum(1 for _ in pictures(app, window, wanted, "empty_0_start", ""))
    for state in wanted.states:
        window.open_path(home / state)
        if state != "empty":
            window._settings.opened(home / state)
        for number, stage in enumerate(STAGES, start=1):
            if wanted.stages and stage not in wanted.stages:
                continue
            if stage not in there:
                report(f"skipped {state} {stage}: there is no such panel yet")
                continue
            for file in pictures(app, window, wanted, f"{state}_{number}_{stage}", stage):
                count += 1
                report(file)
        if state == "sample" and (not wanted.stages or "start" in wanted.stages):
            count += sum(1 for _ in pictures(app, window, wanted, "sample_0_start", ""))
    return count


def show(wanted: Wanted, home: Path) -> int:
    """Open the window on the projects and take the pictures; the number of faults of the window."""
    from mlops_desktop.app import make_window
    from mlops_desktop.ui.shell.settings import Settings

    settings = Settings(home / "preferences.ini")
    settings.language = wanted.language
    app, window, jobs = make_window(settings)
    faults: list[str] = []
    window.controller.crashed.connect(lambda what, _: faults.append(what))
    default_hook = sys.excepthook

    def fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        faults.append(str(error))
        default_hook(kind, error, trace)

    sys.excepthook = fault
    try:
        window.show()
        jobs.warm_up()
        report(f"{take(app, window, wanted, home)} pictures in {wanted.out}")
    finally:
        window._closing = True
        window.close()
        app.processEvents()
    for one in faults:
        report(f"fault: {one}")
    return len(faults)


def arguments() -> tuple[Wanted, Path | None]:
    """What the caller wants."""
    parser = argparse.ArgumentParser(description="Pictures of every panel of the window.")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "screenshots")
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--states", default=",".join(STATES))
    parser.add_argument("--stages", default="", help="only these; `start` is the start page")
    parser.add_argument("--themes", default=",".join(THEMES))
    parser.add_argument("--language", default="en")
    parser.add_argument("--keep", type=Path, help="make the projects here and leave them")
    parser.add_argument("--help-pages", action="store_true", help="take the pictures that the pages of the help show")
    options = parser.parse_args()
    stages = [stage for stage in options.stages.split(",") if stage]
    if options.help_pages:
        out = ROOT / "resources" / "help" / ("" if options.language == "en" else options.language) / "pictures"
        return Wanted(out, [(1280, 800)], ["sample"], stages, ["light"], for_help=True, language=options.language), options.keep
    sizes = [(int(width), int(height)) for width, height in (size.split("x") for size in options.sizes.split(","))]
    wanted = Wanted(options.out, sizes, options.states.split(","), stages, options.themes.split(","), language=options.language)
    return wanted, options.keep


def main() -> int:
    """Take the pictures; the exit code is the number of faults."""
    wanted, keep = arguments()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(ROOT))
    wanted.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mlops-desktop-pictures-", ignore_cleanup_errors=True) as name:
        home = keep or Path(name)
        os.environ["XDG_CACHE_HOME"] = str(home / "cache")
        projects(home, wanted.states)
        return show(wanted, home)


if __name__ == "__main__":
    sys.exit(main())
