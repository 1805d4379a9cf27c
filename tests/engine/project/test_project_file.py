from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.project.decisions import ColumnNote, Project
from mlops_desktop.engine.project.migrations import FORMAT
from mlops_desktop.engine.project.project_file import (
    MOST_BYTES,
    can_restore,
    new_project_folder,
    project_from_json,
    project_key,
    project_to_json,
    read_project,
    restore_backup,
    write_project,
)
from tests.engine.disks import fill, killed_while_writing, readable_folder, small_disk, unprivileged

ROOT = Path(__file__).parents[3]
OLD = ROOT / "tests" / "data" / "projects"


@pytest.fixture
def open_folder():
    with readable_folder() as folder:
        yield folder


def full_project():
    return read_project(OLD / f"format_{FORMAT}")


def test_a_project_comes_back_as_it_was(tmp_path):
    project = full_project()
    write_project(tmp_path, project)
    assert read_project(tmp_path) == project
    assert project_key(read_project(tmp_path)) == project_key(project)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["project.json", "project.json.bak"]


def test_every_field_of_the_kept_project_differs_from_its_default():
    project = full_project()
    same = [f.name for f in dataclasses.fields(Project) if getattr(project, f.name) == getattr(Project(), f.name)]
    assert same == []


@pytest.mark.parametrize("positive", [None, "Yes", "", 1, 0, True, False, 0.5, "1"])
def test_the_positive_class_keeps_its_type(positive):
    read = project_from_json(json.loads(json.dumps(project_to_json(Project(positive=positive)))))
    assert read.positive == positive
    assert type(read.positive) is type(positive)


def test_the_file_is_readable_and_the_same_for_the_same_decisions(tmp_path):
    write_project(tmp_path, full_project())
    text = (tmp_path / "project.json").read_text(encoding="utf-8")
    assert text.startswith(f'{{\n  "format": {FORMAT},\n  "name": "Kündigungen"')
    write_project(tmp_path, read_project(tmp_path))
    assert (tmp_path / "project.json").read_text(encoding="utf-8") == text


def test_the_key_is_the_same_in_another_process_and_distinguishes_true_from_one():
    code = "import sys, pathlib; from mlops_desktop.engine.project.project_file import *; print(project_key(read_project(pathlib.Path(sys.argv[1]))))"  # noqa: E501
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"}
    done = subprocess.run([sys.executable, "-c", code, str(OLD / f"format_{FORMAT}")], capture_output=True, text=True, check=True, env=env)
    assert done.stdout.strip() == project_key(full_project())
    assert project_key(Project(positive=True)) != project_key(Project(positive=1))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"splitt": {}}, "splitt"),
        ({"split": {"id": "random", "params": {"folds": 1}}}, "“split”: “Folds”"),
        ({"split": {"id": "random", "params": {"folds": 5.5}}}, "“split”: “Folds”"),
        ({"split": {"id": "random", "params": {"folds": True}}}, "“split”: “Folds”"),
        ({"split": {"id": "sorted"}}, "sorted"),
        ({"split": {"id": "random", "params": {"test": 0.0}}}, "“split”: “Test part”"),
        ({"split": [1]}, "split"),
        ({"split": None}, "split"),
        ({"name": 5}, "name"),
        ({"name": None}, "name"),
        ({"task": "clustering"}, "task"),
        ({"columns": {"a": {"role": "boss"}}}, "columns.a.role"),
        ({"columns": {"a": {"type": "integer", "size": 3}}}, "size"),
        ({"columns": {"a": {"levels": "abc"}}}, "columns.a.levels"),
        ({"columns": []}, "columns"),
        ({"threshold": 1.5}, "threshold"),
        ({"threshold": "0.5"}, "threshold"),
        ({"seed": -1}, "seed"),
        ({"seed": 10**400}, "seed"),
        ({"goals": {"score": "high"}}, "goals.score"),
        ({"costs": {"false_negative": None}}, "costs.false_negative"),
        ({"positive": [1]}, "positive"),
        ({"consent": "knn"}, "consent"),
        ({"consent": [1]}, "consent[0]"),
        ({"refit": "some"}, "refit"),
        ({"steps": [{"id": "scale", "on": 1}]}, "steps[0].on"),
        ({"steps": [{"id": "os.system"}]}, "os.system"),
        ({"row_filters": [{"id": "drop_duplicates", "on": None}]}, "row_filters[0].on"),
        ({"row_filters": [{"id": "scale"}]}, "scale"),
        ({"steps": [{"id": "scale", "params": {"method": "x"}}]}, "steps[0]"),
        ({"steps": [{"id": "scale", "code": "x"}]}, "code"),
        ({"steps": [{"id": "scale", "version": 99}]}, "newer version"),
        ({"steps": [{"id": "scale", "version": "2"}]}, "The version of “Scale numbers” cannot be “2”"),
        ({"steps": [{"id": "scale", "version": True}]}, "cannot be true"),
        ({"steps": [{"id": "scale", "version": 0}]}, "cannot be 0"),
        ({"encodings": {"logistik": {"id": "as_it_is"}}}, "no algorithm “logistik”"),
        ({"consent": ["k_nn"]}, "no algorithm “k_nn”"),
        ({"candidates": ["no_such_algorithm"]}, "no_such_algorithm"),
        ({"candidates": [{"id": "ridge", "params": {"alphas": 1}}]}, "alphas"),
        ({"candidates": [{"id": "ridge", "params": 3}]}, "candidates[0]"),
        ({"source": 3}, "source"),
        ({"name": "\ud800"}, "name"),
    ],
)
def test_a_wrong_field_is_named(changes, named):
    with pytest.raises(UserError) as caught:
        project_from_json({"format": FORMAT, **changes})
    assert named in str(caught.value)
    assert caught.value.remedy


def test_what_could_not_be_read_again_is_not_written(tmp_path):
    write_project(tmp_path, Project(name="good"))
    for bad in (
        Project(threshold=1.5),
        Project(positive=float("nan")),
        Project(name="\ud800"),
    ):
        with pytest.raises(UserError):
            write_project(tmp_path, bad)
    assert read_project(tmp_path).name == "good"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b'{"format": 1, "name": "a',
        b"[" * 100_000,
        b'{"format": 1, "seed": NaN}',
        b'{"a": {"b": 1, "b": 2}}',
        b"PK\x03\x04",
    ],
)
def test_a_damaged_file_names_the_good_copy_and_the_copy_works(tmp_path, content):
    write_project(tmp_path, Project(name="good"))
    (tmp_path / "project.json").write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_project(tmp_path)
    if content not in (b"[]", b"null"):
        assert "project.json.bak" in caught.value.remedy
    assert restore_backup(tmp_path).name == "good"
    assert read_project(tmp_path).name == "good"
    assert (tmp_path / "project.json.damaged").read_bytes() == content


def test_a_lost_file_with_a_good_copy_is_reported(tmp_path):
    write_project(tmp_path, Project(name="good"))
    (tmp_path / "project.json").unlink()
    with pytest.raises(UserError, match=r"project\.json\.bak"):
        read_project(tmp_path)
    assert restore_backup(tmp_path).name == "good"


def test_without_a_good_copy_the_way_out_is_another(tmp_path):
    (tmp_path / "project.json").write_bytes(b"{")
    (tmp_path / "project.json.bak").write_bytes(b"{")
    with pytest.raises(UserError) as caught:
        read_project(tmp_path)
    assert "rename" not in caught.value.remedy
    with pytest.raises(UserError):
        restore_backup(tmp_path)


def test_a_far_too_big_file_is_refused_unread(tmp_path):
    with (tmp_path / "project.json").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(UserError, match="big"):
        read_project(tmp_path)


def test_a_newer_format_is_refused_and_left_alone(tmp_path):
    write_project(tmp_path, Project(name="good"))
    newer = json.dumps({"format": FORMAT + 1, "future": 1})
    (tmp_path / "project.json").write_text(newer)
    with pytest.raises(UserError, match="newer version"):
        read_project(tmp_path)
    assert (tmp_path / "project.json").read_text() == newer
    (tmp_path / "project.json.bak").write_text(json.dumps(project_to_json(Project())))
    assert not can_restore(tmp_path)  # the older copy would lose what is new
    (tmp_path / "project.json").write_text(newer[:10])
    assert can_restore(tmp_path)


@pytest.mark.parametrize("folder", ["absent", "a file", "empty"])
def test_a_folder_without_a_project_is_refused(tmp_path, folder):
    (tmp_path / "a file").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError) as caught:
        read_project(tmp_path / folder)
    assert caught.value.remedy


def test_a_full_disk_keeps_the_old_project():
    with small_disk(96) as folder:
        write_project(folder, Project(name="old"))
        fill(folder)
        with pytest.raises(UserError, match="disk is full"):
            write_project(folder, full_project())
        assert read_project(folder).name == "old"
        assert sorted(p.name for p in folder.iterdir()) == ["filler", "project.json", "project.json.bak"]
        (folder / "filler").unlink()
        write_project(folder, full_project())
        assert read_project(folder) == full_project()


def test_a_disk_that_fills_between_the_two_copies_changes_neither():
    project = full_project()
    size = len(json.dumps(project_to_json(project), indent=2, ensure_ascii=False).encode())
    with small_disk(40 + 4 * (size // 4096 + 1)) as folder:  # room for the old pair and one new file, not for two
        write_project(folder, Project(name="old"))
        free = os.statvfs(folder).f_bavail * 4096
        (folder / "filler").write_bytes(b"\0" * (free - 4096 * (size // 4096 + 1)))
        with pytest.raises(UserError, match="disk is full"):
            write_project(folder, project)
        assert read_project(folder).name == "old"
        assert len(list(folder.iterdir())) == 3


def test_without_rights_nothing_is_written_and_the_reason_is_reported(open_folder):
    write_project(open_folder, Project(name="old"))
    if os.geteuid() != 0:
        open_folder.chmod(0o555)
    with unprivileged():
        assert read_project(open_folder).name == "old"
        with pytest.raises(UserError, match="permission"):
            write_project(open_folder, Project(name="new"))
        with pytest.raises(UserError, match="permission"):
            new_project_folder(open_folder / "inner")
    (open_folder / "project.json").chmod(0o000)
    with unprivileged(), pytest.raises(UserError, match="permission"):
        read_project(open_folder)


def test_a_new_project_needs_a_new_or_empty_folder(tmp_path):
    made = new_project_folder(tmp_path / "deep" / "ñew")
    assert made.is_dir()
    assert new_project_folder(made) == made
    write_project(made, Project())
    with pytest.raises(UserError, match="already holds a project"):
        new_project_folder(made)
    (tmp_path / "file").touch()
    for taken in (tmp_path / "file", tmp_path / "file" / "inner", tmp_path):
        with pytest.raises(UserError):
            new_project_folder(taken)


def test_a_project_can_be_moved(tmp_path):
    write_project(new_project_folder(tmp_path / "a"), full_project())
    shutil.move(tmp_path / "a", tmp_path / "b ü")
    assert read_project(tmp_path / "b ü") == full_project()


WRITER = """
import pathlib, sys
from mlops_desktop.engine.project import Brief, Project, write_project
folder, i = pathlib.Path(sys.argv[1]), 0
while True:
    write_project(folder, Project(name=str(i), seed=i, brief=Brief(statement="x" * (i * 997 % 50_000), users=str(i))))
    if i == 0: print("ready", flush=True)
    i += 1
"""


@pytest.mark.parametrize("rounds", [6, pytest.param(40, marks=pytest.mark.proof)])
def test_killed_with_nine_while_saving_the_project_is_whole(tmp_path, rounds):
    for seed in range(rounds):
        killed_while_writing(WRITER, [str(tmp_path)], seed)
        project = read_project(tmp_path)
        assert project.name == str(project.seed) == project.brief.users
        assert len(project.brief.statement) == project.seed * 997 % 50_000
        assert restore_backup(tmp_path).seed in (project.seed, project.seed + 1)


def test_two_writers_at_a_time_leave_one_whole_project(tmp_path):
    code = WRITER.replace("while True", "while i < 30")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.DEVNULL, env=env) for _ in range(2)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert read_project(tmp_path).seed == 29
    assert sorted(p.name for p in tmp_path.iterdir()) == ["project.json", "project.json.bak"]


def test_hostile_content_runs_nothing(tmp_path):
    for text in (
        '{"format": 1, "__class__": "os.system"}',
        '{"format": 1, "steps": [{"id": "__import__(\'os\')"}]}',
        "!!python/object:os.system",
        "cos\nsystem\n(S'x'\ntR.",
    ):
        (tmp_path / "project.json").write_text(text)
        with pytest.raises(UserError):
            read_project(tmp_path)


def test_opening_a_project_needs_no_heavy_library():
    code = "import sys, pathlib; from mlops_desktop.engine.project import Session, set_field, read_project; from mlops_desktop.engine.training import Runs; from mlops_desktop.engine.pipeline import ArtifactStore; read_project(pathlib.Path(sys.argv[1])); print(sorted({m.partition('.')[0] for m in sys.modules} & {'pandas', 'sklearn', 'scipy', 'pyarrow', 'lightgbm', 'matplotlib', 'filelock'}))"  # noqa: E501  # noqa: E501
    done = subprocess.run(
        [sys.executable, "-c", code, str(OLD / f"format_{FORMAT}")],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.strip() == "[]"


def test_notes_of_columns_may_have_any_name():
    names = ["", ".", "a.b", "a=b", '"', "\n", "../../etc", "__class__", "format", "é" * 5000]
    project = Project(columns={name: ColumnNote(description=name) for name in names})
    assert project_from_json(json.loads(json.dumps(project_to_json(project)))) == project


def test_what_a_killed_new_leaves_does_not_fill_the_folder(tmp_path):
    folder = new_project_folder(tmp_path / "new")
    for place in (".lock", "data/0123456789abcdef.parquet", "data/source.json", "data/.x.parquet.1-0-a.tmp", "store/6d/6d26/entry.json"):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).touch()
        assert new_project_folder(folder) == folder
    own = folder / "data" / "mine.csv"
    own.touch()
    with pytest.raises(UserError, match="not empty"):
        new_project_folder(folder)
    own.unlink()
    (folder / ".lock").unlink()  # nothing shows that the folder is ours
    with pytest.raises(UserError, match="not empty"):
        new_project_folder(folder)
