"""The documents of formats name what there is, and nothing that is gone."""

from __future__ import annotations

import dataclasses
import json
import pkgutil
import re
from functools import cached_property
from pathlib import Path

import pytest

from mlops_desktop.engine.project import decisions, serialization
from mlops_desktop.engine.project import migrations as project_migrations
from mlops_desktop.engine.training import runs
from mlops_desktop.serving import bundle_migrations, migrations, server_limits
from mlops_desktop.serving.csv_cells import BLOCK as CSV_ROWS
from mlops_desktop.serving.manifest import files_table
from mlops_desktop.serving.predictor import CHUNK as JSON_ROWS
from mlops_desktop.serving.routes import routes_table
from mlops_desktop.serving.server_limits import limits_table
from tests.serving.conftest import SCORERS, write_bundle

DOCS = Path(__file__).resolve().parents[1] / "docs"
PROJECT = (DOCS / "project-format.md").read_text(encoding="utf-8")
BUNDLE = (DOCS / "bundle.md").read_text(encoding="utf-8")


def test_every_package_of_the_engine_is_described():
    packages = section((DOCS / "architecture.md").read_text(encoding="utf-8"), "The packages of the engine")
    listed = [name for line in packages.splitlines() if line.startswith("| `") for name in re.findall(r"`(\w+)`", line.split("|")[1])]
    folder = Path(decisions.__file__).parents[1]
    assert sorted(listed) == sorted({path.relative_to(folder).parts[0].removesuffix(".py") for path in folder.rglob("*.py")} - {"__init__"})


def test_every_function_on_the_way_of_one_cell_exists():
    way = section((DOCS / "architecture.md").read_text(encoding="utf-8"), "The way of one cell")
    named = re.findall(r"`((?:base|catalog|engine|serving)\.[\w.]+)`", way)
    assert len(named) >= 15
    for name in named:
        assert callable(pkgutil.resolve_name(f"mlops_desktop.{name}")) or isinstance(
            pkgutil.resolve_name(f"mlops_desktop.{name}"), cached_property
        )


def test_no_cell_passes_through_pandas_on_its_way_to_the_model():
    folder = Path(decisions.__file__).parents[2]
    for part in ("base", "catalog/sources", "engine/data", "engine/pipeline", "serving"):
        assert [
            path.name for path in (folder / part).rglob("*.py") if re.search(r"(import|from) pandas", path.read_text(encoding="utf-8"))
        ] == []


def section(text: str, title: str) -> str:
    return re.split(r"(?m)^#+ ", text.split(f"# {title}\n", 1)[1], maxsplit=1)[0]


def first_cells(text: str) -> list[str]:
    return [name for line in text.splitlines() if line.startswith("| `") for name in re.findall(r"`([^`]+)`", line.split("|")[1])]


def test_every_decision_of_a_project_is_in_its_table():
    listed = first_cells(section(PROJECT, "`project.json`"))
    assert listed == ["format", *(field.name for field in dataclasses.fields(decisions.Project))]
    for part in (decisions.ColumnNote, decisions.Brief, decisions.Goals, decisions.Costs, decisions.Search):
        assert "{" + ", ".join(field.name for field in dataclasses.fields(part)) + "}" in PROJECT, part
    for name in (*decisions.ROLES, *decisions.TYPES):
        assert f"`{name}`" in PROJECT


@pytest.mark.parametrize("path", [path for path in serialization.bounds(decisions.Project) if path not in ("threshold", "seed")])
def test_bounds_are_those_that_are_checked(path):
    low, high = serialization.bounds(decisions.Project)[path]
    assert re.search(rf"`{re.escape(path)}`\s+{low:,.10g} to {high:,.10g}(?!\d)", PROJECT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_bundle(SCORERS["binary"], tmp_path_factory.mktemp("docs") / "bundle")


def test_every_field_that_identifies_a_bundle_is_in_its_table(folder):
    listed = first_cells(section(BUNDLE, "`bundle.json`"))
    assert set(json.loads((folder / "bundle.json").read_text())) - {"importance"} <= set(listed)


def test_the_tables_of_files_and_routes_are_those_of_the_service():
    assert files_table() in section(BUNDLE, "Files")
    assert routes_table("the target") in section(BUNDLE, "Routes")
    limits = section(BUNDLE, "Limits of a process")
    assert limits_table() in limits
    assert f"{JSON_ROWS:,} rows of JSON, {CSV_ROWS:,} rows of CSV" in limits


def test_every_module_of_the_service_with_connections_or_threads_is_described():
    inside = section((DOCS / "architecture.md").read_text(encoding="utf-8"), "Inside the service")
    named = set(re.findall(r"`(\w+\.py)`", inside))
    folder = Path(server_limits.__file__).parent
    concurrent = re.compile(r"(?m)^(?:import|from) (?:asyncio|concurrent|multiprocessing|socket|threading|uvicorn)\b")
    assert {path.name for path in folder.glob("*.py") if concurrent.search(path.read_text(encoding="utf-8"))} <= named
    assert named <= {path.name for path in folder.glob("*.py")}


def test_the_changelog_names_the_formats_of_today():
    text = (DOCS.parent / "CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(r"Format (\d+) of `project.json`, (\d+) of `runs.sqlite`, (\d+) of `bundle.json`, (\d+) of the model file", text)
    assert found  # the newest entry is first
    assert [int(number) for number in found.groups()] == [
        module.FORMAT for module in (project_migrations, runs, bundle_migrations, migrations)
    ]
