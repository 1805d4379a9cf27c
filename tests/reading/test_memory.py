"""A text file larger than the memory that a process may take is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS, ROUNDS = 10_000, 150
LIMIT = 320 * 2**20  # bytes beyond what the process has before
CHILD = """
import re, resource, sys
from pathlib import Path
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.pipeline import propose
from mlops_desktop.engine.process import ImportFile
from mlops_desktop.engine.project import Project

def imported(folder, file):
    found = ImportFile(folder, Project(target="y"), str(file)).run(Silent())
    return found.rows, len(propose(folder, found.project, Silent())[0].candidates)

folder = Path(sys.argv[1])
imported(folder / "first", folder / "small.csv")  # libraries and threads are there afterwards
there = 1024 * int(re.search(r"VmData:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
resource.setrlimit(resource.RLIMIT_DATA, (there + int(sys.argv[2]),) * 2)
try:
    (folder / "big.csv").read_bytes()
except MemoryError:
    print(*imported(folder / "second", folder / "big.csv"))
"""


@pytest.mark.proof
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the data of a process")
def test_a_file_larger_than_memory_is_imported(tmp_path):
    texts = [f"{'label ' * 8}number {i} of a long list of texts" for i in range(1000)]
    lines = "".join(f"{texts[i % 1000]},{texts[i * 7 % 1000]},{texts[i * 31 % 997]},{i * 13 % 9973},{i % 2}\n" for i in range(ROWS))
    head = "a,b,c,d,y\n"
    (tmp_path / "small.csv").write_text(head + lines, encoding="utf-8")
    with (tmp_path / "big.csv").open("w", encoding="utf-8") as file:
        file.write(head)
        for _ in range(ROUNDS):
            file.write(lines)
    assert (tmp_path / "big.csv").stat().st_size > LIMIT
    command = [sys.executable, "-c", CHILD, str(tmp_path), str(LIMIT)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    rows, candidates = map(int, done.stdout.split())
    assert rows == ROWS * ROUNDS
    assert candidates > 1
