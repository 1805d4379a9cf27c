"""The columns of a table, read without the table."""

from __future__ import annotations

import subprocess
import sys

from mlops_desktop.engine.pipeline.stored_columns import known_columns, known_schema
from mlops_desktop.engine.project.decisions import Project


def test_names_and_types_come_from_the_store(trained):
    names = known_columns(trained.folder, trained.project)
    assert names == ["species", "island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "sex"]
    assert known_schema(trained.folder, trained.project).column("body_mass_g").type == "integer"


def test_nothing_is_known_of_a_project_without_data(tmp_path):
    assert known_columns(tmp_path, Project()) is None
    assert known_columns(tmp_path, Project(data="0" * 32)) is None


def test_no_heavy_library_is_needed():
    code = "import sys, mlops_desktop.engine.pipeline.stored_columns\nprint([m for m in ('pandas', 'sklearn', 'scipy', 'pyarrow') if m in sys.modules])"  # noqa: E501
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
