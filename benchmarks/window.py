"""The window while work goes on: does it stay smooth, how quickly does it start, how quickly do its panels change.

    python -m benchmarks.window [--rounds 7] [--idle 10]

- A timer of 10 ms runs in the real window (offscreen) while a forest, a LightGBM search and a profile of 400,000 rows are worked on by the
  children of its job queues, and while nothing happens; gaps between timeouts in ms, with the load of the machine at the time.
- From the start of the process to a painted start page, beside a bare PySide6 window with pyqtgraph imported, in turns.
- Every panel: the first visit, then switching between panels that are built. One step of a slider in the app panel until answer and
  what-if curve are painted.
- What the window's process has imported after all of this: pandas, scikit-learn, scipy, matplotlib, pyarrow and LightGBM are a failure.

The first two lines of a phase may differ by what else the machine does; nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from mlops_desktop.engine.process import Child
    from mlops_desktop.engine.project import Project
    from mlops_desktop.ui.shell.main_window import MainWindow

HEAVY = ("pandas", "sklearn", "scipy", "matplotlib", "pyarrow", "lightgbm", "openpyxl")
PROFILED_ROWS = 400_000
SWITCH_ROUNDS, STEPS = 5, 25
PATIENCE = 600.0
WARM_S = 8.0

BARE = """
from PySide6.QtWidgets import QApplication, QMainWindow
import pyqtgraph
app = QApplication([])
window = QMainWindow()
window.resize(1280, 800)
window.show()
app.processEvents()
window.repaint()
print("shown", flush=True)
"""
OURS = """
import gc
import sys
from pathlib import Path
gc.disable()  # as the entry point does
from mlops_desktop.app import make_window
from mlops_desktop.ui.shell.settings import Settings
app, window, jobs = make_window(Settings(Path(sys.argv[1])))
window.resize(1280, 800)
window.show()
app.processEvents()
window.repaint()
print("shown", flush=True)
window._closing = True
window.close()
"""


# ---- start


def shown_after(code: str, settings: Path, environment: dict[str, str]) -> float:
    """Milliseconds from the start of the process until its window is painted."""
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", code, str(settings)], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        taken = time.perf_counter() - began
        process.communicate()
    assert line == b"shown\n", line
    return taken * 1e3


def start(rounds: int, settings: Path) -> None:
    """In turns; the first of each warms the disk's cache, writes the bytecode, and does not count.

    An installed program has its bytecode, whatever the environment of the benchmark says of writing it.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(settings.parent / "bytecode")
    pairs = [(shown_after(OURS, settings, environment), shown_after(BARE, settings, environment)) for _ in range(rounds + 1)][1:]
    ours, bare = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"start to painted window   ours {ours:6.0f} ms   bare {bare:6.0f} ms   ratio {ratio:.2f}", flush=True)


# ---- the projects


def forest_table(path: Path, rows: int = 8_000, columns: int = 20) -> None:
    """Numbers and two classes that depend on them."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(rows, columns)).round(4)
    yes = values[:, :6].sum(axis=1) + values[:, 0] * values[:, 1] + rng.normal(size=rows) > 0
    _write(path, values, [np.where(yes, "yes", "no")], columns)


def profile_table(path: Path, rows: int = PROFILED_ROWS, columns: int = 12) -> None:
    """Numbers, eight columns of categories, a target: what a profile finds slowest."""
    rng = np.random.default_rng(1)
    values = rng.normal(size=(rows, columns)).round(3)
    categories = [np.array([f"level {k} of {i}" for k in range(5 + 40 * i)])[rng.integers(0, 5 + 40 * i, rows)] for i in range(8)]
    _write(path, values, [*categories, np.where(values[:, 0] > 0, "yes", "no")], columns)


def _write(path: Path, values: Any, categories: list[Any], columns: int) -> None:
    lines = zip(*(map(str, values[:, i].tolist()) for i in range(columns)), *(w.tolist() for w in categories), strict=True)
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join([*(f"x{i}" for i in range(columns)), *(f"w{i}" for i in range(len(categories) - 1)), "y"]) + "\n")
        file.writelines(",".join(line) + "\n" for line in lines)


def make_project(child: Child, folder: Path, file: Path, target: str, change: Callable[[Project], Project]) -> tuple[Path, Project]:
    """Import and propose, as the start page does; folder and decisions, for further calls."""
    from mlops_desktop.engine.process import ImportFile, Propose
    from mlops_desktop.engine.project import Project, write_project

    folder.mkdir(parents=True)
    imported = child.call(ImportFile(folder, Project(name=folder.name, target=target), str(file)))
    project = change(child.call(Propose(folder, imported.project)).project)
    write_project(folder, project)
    return folder, project


def only(algorithm: str, trials: int, **params: Any) -> Callable[[Project], Project]:
    """The same decisions with one algorithm and so many trials."""
    from mlops_desktop.engine.choices import choices
    from mlops_desktop.engine.project import Search

    def change(project: Project) -> Project:
        one = choices().algorithms.read({"id": algorithm, "params": params} if params else {"id": algorithm})
        return replace(project, candidates=(one,), search=Search(trials=trials, seconds=None))

    return change


def make_projects(home: Path) -> None:
    """Four projects: one that is trained and evaluated, and one for each kind of work."""
    from mlops_desktop.base.resources import resource_folder
    from mlops_desktop.engine.process import Child, Evaluate, MakeOverview, MakeProfile, OpenModel, Train

    forest_table(home / "forest.csv")
    profile_table(home / "many.csv")
    telco = resource_folder() / "samples" / "telco_churn.csv"
    with Child(warm=True) as child:
        trained = make_project(child, home / "telco", telco, "Churn", only("lightgbm", 3))
        for call in (MakeOverview, MakeProfile, Train, Evaluate, OpenModel):
            child.call(call(*trained))
        make_project(child, home / "forest", home / "forest.csv", "y", only("random_forest", 2))
        make_project(child, home / "lightgbm", telco, "Churn", only("lightgbm", 12))
        many = make_project(child, home / "many", home / "many.csv", "y", lambda project: project)
        child.call(MakeOverview(*many))


# ---- inside the window's process


class Inside:
    """The real window, and what is measured in it."""

    def __init__(self, app: QApplication, window: MainWindow, home: Path) -> None:
        self.app, self.window, self.home = app, window, home
        self.panels: list[str] = []

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the event loop run, as `exec` does, until something is so."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop, end = QEventLoop(), time.monotonic() + PATIENCE
        timer = QTimer()
        timer.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > end else None)
        timer.start(50)
        loop.exec()
        timer.stop()
        assert condition(), "it took too long"

    def rest(self) -> None:
        """Wait until the job queues are idle and stay so."""
        jobs, since = self.window.controller.jobs, [time.monotonic()]

        def quiet() -> bool:
            if jobs.quick.now or jobs.long.now:
                since[0] = time.monotonic()
            return time.monotonic() - since[0] > 0.7

        self.until(quiet)

    def open(self, project: str, stage: str) -> None:
        """Open a project at a stage; everything at rest."""
        self.window.open_path(self.home / project)
        self.window.show_stage(stage)
        self.rest()
        assert self.window.stage == stage, f"{project} could not be opened"

    def timer_gaps(self, title: str, condition: Callable[[], bool]) -> list[float]:
        """Gaps in ms between the timeouts of a 10-ms timer until something is so; printed."""
        from PySide6.QtCore import Qt, QTimer

        times: list[float] = []
        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(lambda: times.append(time.perf_counter()))
        timer.start(10)
        began = time.monotonic()
        self.until(condition)
        timer.stop()
        gaps = np.diff(times) * 1e3
        mid, high = np.percentile(gaps, [50, 99.9])
        late = "  ".join(f"{gap:.0f}" for gap in sorted(gaps)[-4:])
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
        print(
            f"{title:34s} {time.monotonic() - began:6.1f} s   p50 {mid:5.1f}   p99.9 {high:5.1f}   max {gaps.max():5.1f} ms"
            f"   (latest: {late}; load {load:.1f})",
            flush=True,
        )
        return list(gaps)

    def idle(self, seconds: float) -> None:
        """Nothing happens; the children have imported their libraries."""
        self.open("telco", "data")
        ready = time.monotonic() + WARM_S
        self.until(lambda: time.monotonic() > ready)
        end = time.monotonic() + seconds
        self.timer_gaps("idle", lambda: time.monotonic() > end)

    def training(self, project: str) -> None:
        """Press Start training and watch it."""
        self.open(project, "train")
        button = self.window.panel.primary() if self.window.panel else None
        assert button is not None
        queue = self.window.controller.jobs.long
        button.click()
        assert queue.now is not None
        title = {"forest": "random forest, 2 x 5 folds", "lightgbm": "LightGBM, 12 trials x 5 folds"}[project]
        self.timer_gaps(title, lambda: queue.now is None)
        self.rest()

    def profile(self) -> None:
        """Open the data panel of a large table for the first time: its profile and what depends on it."""
        self.open("many", "problem")
        queue = self.window.controller.jobs.quick
        self.window.show_stage("data")
        assert queue.now is not None, "the profile was there already"
        self.timer_gaps(f"profile of {PROFILED_ROWS:,} x 20", lambda: queue.now is None)
        self.rest()

    def switching(self) -> None:
        """First visits, then switches between built panels, in a project that is trained and evaluated."""
        from mlops_desktop.engine.workflow import STAGES
        from mlops_desktop.ui.shell.panel_modules import panel_modules

        self.open("telco", "problem")
        self.panels = [id_ for id_ in STAGES if id_ in panel_modules()]
        first = {}
        for id_ in self.panels:
            seen = id_ in ("problem", "data", "train")  # by the parts before
            first[id_] = self._switch(id_)
            if seen:
                first.pop(id_)
            self.rest()
            self.rest()  # as long as a person looks at a panel at least: the next one is made meanwhile
        print("first visit, ms            " + "  ".join(f"{id_} {ms:.0f}" for id_, ms in first.items()), flush=True)
        taken: dict[str, list[float]] = {id_: [] for id_ in self.panels}
        for turn in range(SWITCH_ROUNDS):
            for id_ in self.panels if turn % 2 else reversed(self.panels):
                taken[id_].append(self._switch(id_))
                self.rest()
        shown = (f"{id_} {statistics.median(ms):.0f} ({max(ms):.0f})" for id_, ms in taken.items())
        print("switch, ms, median (max)   " + "  ".join(shown), flush=True)
        print(f"switch, worst              {max(max(v) for v in taken.values()):.0f} ms", flush=True)

    def _switch(self, id_: str) -> float:
        began = time.perf_counter()
        self.window.show_stage(id_)
        self.app.sendPostedEvents()
        self.window.repaint()
        return (time.perf_counter() - began) * 1e3

    def what_if(self) -> None:
        """One step of a slider by the keyboard, until the answer and the curve are painted."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QSlider

        if "app" not in self.panels:
            return
        self.open("telco", "app")
        panel: Any = self.window.panel
        slider = next(one for one in panel.findChildren(QSlider) if one.isVisible())
        taken = []
        for _ in range(STEPS):
            before, began = panel.answer.outcome, time.perf_counter()
            QTest.keyClick(slider, Qt.Key.Key_PageUp if slider.value() < slider.maximum() else Qt.Key.Key_Home)
            while panel.answer.outcome is before:
                self.app.processEvents()
            self.window.repaint()
            taken.append((time.perf_counter() - began) * 1e3)
            self.rest()
        print(f"what-if, ms                median {statistics.median(taken):.0f}   max {max(taken):.0f}", flush=True)

    def modules(self) -> int:
        """What must never be imported here; 1 when something was."""
        heavy = [name for name in HEAVY if name in sys.modules]
        print(f"heavy modules in the window's process after {len(self.panels)} panels: {', '.join(heavy) or 'none'}", flush=True)
        return int(bool(heavy))


def inside(home: Path, idle: float, parts: list[str]) -> int:
    """Measure in this process; 1 when something heavy was imported."""
    from mlops_desktop.app import make_window
    from mlops_desktop.ui.garbage_collector import Collector
    from mlops_desktop.ui.shell.panel_modules import needed_later
    from mlops_desktop.ui.shell.settings import Settings

    app, window, jobs = make_window(Settings(home / "preferences.ini"))
    window.resize(1280, 800)
    window.show()
    Collector(app)
    jobs.warm_up(needed_later())
    measured = Inside(app, window, home)
    every: dict[str, Callable[[], object]] = {
        "idle": lambda: measured.idle(idle),
        "forest": lambda: measured.training("forest"),
        "lightgbm": lambda: measured.training("lightgbm"),
        "profile": measured.profile,
        "switching": measured.switching,
        "what_if": measured.what_if,
    }
    try:
        for name in parts or every:
            every[name]()
        return measured.modules()
    finally:
        window._closing = True
        window.close()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--idle", type=float, default=10.0, help="seconds")
    parser.add_argument("--parts", default="", help="some of idle,forest,lightgbm,profile,switching,what_if; all when empty")
    parser.add_argument("--inside", type=Path, help="measure on the projects of this folder (used by itself)")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if options.inside:
        return inside(options.inside, options.idle, [part for part in options.parts.split(",") if part])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        home = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(home / "cache")
        start(options.rounds, home / "preferences.ini")
        make = "import sys, pathlib, benchmarks.window as w; w.make_projects(pathlib.Path(sys.argv[1]))"
        subprocess.run([sys.executable, "-c", make, name], check=True)
        again = [sys.executable, "-m", "benchmarks.window", "--inside", name, "--idle", str(options.idle), "--parts", options.parts]
        return subprocess.run(again, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
