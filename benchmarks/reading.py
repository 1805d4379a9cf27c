"""Tables from a file to a typed table with all decisions, beside pandas and calamine.

    python -m benchmarks.reading

Each measurement runs in a process of its own, whose libraries are loaded before the clock starts: the same file by `pandas.read_csv` alone
and by the calls of `mlops-desktop new` (reading, snapshot, types, proposals); a sheet by calamine alone and as cells; the first rows of a
file for the import dialog; a wide table. From version 3.1 on pandas reads a large file in as many threads as there are processors; as its
time in one thread is that of earlier versions, `new` is compared with both. Peak memory is that of the whole process. Nothing else should
run meanwhile.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROWS = 1_000_000
ROUNDS = 3
CHILD = """
import json, re, resource, sys, tempfile, time
from pathlib import Path
{imports}
file, folder = sys.argv[1], Path(tempfile.mkdtemp())
start = time.perf_counter()
{work}
seconds = time.perf_counter() - start
status = Path("/proc/self/status")  # what getrusage has may be the peak of the process that started this one
peak = int(re.search("VmHWM:\\s+(\\d+)", status.read_text())[1]) if status.exists() else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, peak / 1024]))
"""
OURS = """
import pyarrow.compute, pyarrow.csv, pyarrow.parquet
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data import load_cells, preview_table
from mlops_desktop.engine.pipeline import propose
from mlops_desktop.engine.process import ImportFile
from mlops_desktop.engine.project import Project
(folder := Path(tempfile.mkdtemp()) / "warm.csv").write_text("a,b,y\\n" + "1,x,0\\n2,y,1\\n" * 50)
preview_table(str(folder), Project(), Silent())
propose(folder.parent, ImportFile(folder.parent, Project(target="y"), str(folder)).run(Silent()).project, Silent())
"""
WORK = {
    "pandas": ("import pandas", "table = pandas.read_csv(file)"),
    "pandas, one thread": ("import pandas; pandas.set_option('mode.max_threads', 1)", "table = pandas.read_csv(file)"),
    "calamine": ("import python_calamine", "cells = python_calamine.load_workbook(file).get_sheet_by_index(0).to_python()"),
    "new": (OURS, 'propose(folder, ImportFile(folder, Project(target="y"), file).run(Silent()).project, Silent())'),
    "cells": (OURS, "load_cells(file, None, Silent())"),
    "first rows": (OURS, "preview_table(file, Project(), Silent())"),
}


def write_tables(folder: Path, rows: int) -> None:
    """Write the tables: `big.csv` and `big.parquet` of 20 columns, `wide.csv` of 5,000 columns, `sheet.xlsx` of 30,000 rows."""
    import pandas as pd

    draw = np.random.default_rng(0)
    columns: dict[str, object] = {f"n{i}": draw.normal(size=rows).round(4) for i in range(8)}
    columns |= {f"i{i}": draw.integers(0, 1000, rows) for i in range(4)}
    columns |= {f"c{i}": np.array(["alpha", "beta", "gamma", "delta", "epsilon"])[draw.integers(0, 5, rows)] for i in range(4)}
    columns |= {f"h{i}": np.char.add("id_", draw.integers(0, 20_000, rows).astype(str)) for i in range(2)}
    columns["d0"] = (np.datetime64("2020-01-01") + draw.integers(0, 1000, rows).astype("timedelta64[D]")).astype(str)
    columns["y"] = draw.integers(0, 2, rows)
    table = pd.DataFrame(columns)
    table.loc[draw.random(rows) < 0.05, "n1"] = np.nan
    table.to_csv(folder / "big.csv", index=False)
    table.to_parquet(folder / "big.parquet", index=False)
    table.head(30_000).to_excel(folder / "sheet.xlsx", index=False)
    wide = pd.DataFrame(draw.normal(size=(200, 4999)).round(4), columns=[f"c{i}" for i in range(4999)])
    wide.assign(y=draw.integers(0, 2, 200)).to_csv(folder / "wide.csv", index=False)


def measured(what: str, file: Path) -> tuple[float, float]:
    """Seconds of some work on a file in a new process, and its peak memory in megabytes."""
    imports, work = WORK[what]
    code = CHILD.format(imports=imports, work=work)
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)
    seconds, memory = json.loads(done.stdout)
    return float(seconds), float(memory)


def compared(ours: str, other: str, file: Path) -> str:
    """Our time and memory beside another's, measured in turn."""
    pairs = [(measured(ours, file), measured(other, file)) for _ in range(ROUNDS)]
    seconds, memory = (statistics.median(mine[at] / theirs[at] for mine, theirs in pairs) for at in range(2))
    (mine, _), (theirs, _) = pairs[-1]
    return f"{seconds:.2f} of the time ({mine:.2f} s against {theirs:.2f} s), {memory:.2f} of the peak memory"


def alone(what: str, file: Path) -> str:
    """The time and the memory of our work."""
    runs = [measured(what, file) for _ in range(ROUNDS)]
    return f"{statistics.median(one for one, _ in runs):.2f} s, at most {max(memory for _, memory in runs):.0f} MB"


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_tables(folder, ROWS)
        for other in ("pandas", "pandas, one thread"):
            print(f"new, {ROWS:,} rows x 20, against {other}: {compared('new', other, folder / 'big.csv')}")
        print(f"cells of a sheet of 30,000 x 20, against calamine: {compared('cells', 'calamine', folder / 'sheet.xlsx')}")
        print(f"new, 200 rows x 5,000: {alone('new', folder / 'wide.csv')}")
        for file in ("big.csv", "big.parquet"):
            print(f"first rows of {file}: {alone('first rows', folder / file)}")


if __name__ == "__main__":
    main()
