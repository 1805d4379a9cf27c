"""From a chosen file to its first rows on the screen, in the real window (offscreen), whatever the size of the file.

    python -m benchmarks.first_rows [--rounds 7] [FILE …]

Without files a CSV of 1,000,000 x 20 (about 130 MB) and its Parquet form are made. The time runs from the call that a chosen or dropped
file makes until the import dialog is painted with typed rows, questions and settings. The children are warm, as they are when a person
has found the file. Nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WARM_S = 10.0
PATIENCE = 60.0
ROWS = 1_000_000

MAKE = """
import pathlib, sys
import numpy as np, pyarrow as pa, pyarrow.csv, pyarrow.parquet
home, rows = pathlib.Path(sys.argv[1]), int(sys.argv[2])
rng = np.random.default_rng(0)
columns = {f"x{i}": rng.normal(100, 20, rows).round(3) for i in range(12)}
columns |= {f"n{i}": rng.integers(0, 1000, rows) for i in range(4)}
columns |= {f"w{i}": np.array(["north", "south", "east", "west"])[rng.integers(0, 4, rows)] for i in range(4)}
table = pa.table(columns)
pyarrow.csv.write_csv(table, home / "large.csv")
pyarrow.parquet.write_table(table, home / "large.parquet")
"""


def measure(files: list[Path], rounds: int, settings: Path) -> None:
    """Print the median and the longest time for each file, in ms."""
    from mlops_desktop.app import make_window
    from mlops_desktop.ui.import_dialog import ImportDialog
    from mlops_desktop.ui.shell.panel_modules import needed_later
    from mlops_desktop.ui.shell.settings import Settings

    app, window, jobs = make_window(Settings(settings))
    window.resize(1280, 800)
    window.show()
    jobs.warm_up(needed_later())

    def rest(seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end or jobs.quick.now:
            app.processEvents()
            time.sleep(0.005)

    try:
        rest(WARM_S)
        for file in files:
            taken = []
            for _ in range(rounds):
                began = time.perf_counter()
                window.start.preview(file)
                dialog = window.findChild(ImportDialog, "import_dialog")
                assert dialog is not None
                while not dialog.table.table.columns:
                    assert time.perf_counter() - began < PATIENCE, "it took too long"
                    app.processEvents()
                    time.sleep(0.001)
                app.processEvents()
                dialog.repaint()
                taken.append((time.perf_counter() - began) * 1e3)
                dialog.reject()
                rest(0.3)
            size, middle = file.stat().st_size / 1e6, statistics.median(taken)
            print(f"{file.name:20s} {size:6.0f} MB   first {taken[0]:4.0f} ms   median {middle:4.0f}   max {max(taken):4.0f}", flush=True)
    finally:
        window._closing = True
        window.close()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("files", nargs="*", type=Path)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        home, files = Path(name), options.files
        if not files:
            subprocess.run([sys.executable, "-c", MAKE, name, str(ROWS)], check=True)
            files = [home / "large.csv", home / "large.parquet"]
        measure(files, options.rounds, home / "preferences.ini")
    return 0


if __name__ == "__main__":
    sys.exit(main())
