"""Files, folders and disks as they are when something is wrong: one clear sentence with the way out, exit code 2, and nothing lost."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlops_desktop.engine.training import read_only_note
from tests.end_to_end.commands import SAMPLES, call, command, done, environment, files_of, leaderboard, refused
from tests.engine.disks import NOBODY, fill, small_disk

# --- files ------------------------------------------------------------------------------------------------------------------------

# What is in a file that cannot be used, and a part of the message about it. (`new` with each of them: see tests/cli/test_project.py.)
BAD_FILES: dict[str, tuple[bytes, str]] = {
    "empty.csv": (b"", "empty"),
    "header.csv": (b"species,island,bill_length_mm\n", "no row"),
    "binary.csv": (bytes(range(256)) * 40, "binary.csv"),
    "gone.csv": (b"", "no file"),
    "packed.csv": (b"\x1f\x8b\x08\x00" + bytes(200), "compressed"),
    "other.csv": (b"a,b\n1,2\n3,4\n", "column"),
    "image.png": (b"\x89PNG\r\n\x1a\n" + bytes(300), "image.png"),
    "broken.xlsx": (b"PK\x03\x04" + bytes(300), "broken.xlsx"),
    "broken.parquet": (b"PAR1" + bytes(300) + b"PAR1", "broken.parquet"),
}


def bad_file(name: str, folder: Path) -> Path:
    if name != "gone.csv":
        (folder / name).write_bytes(BAD_FILES[name][0])
    return folder / name


@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name == "other.csv" else pytest.mark.proof) for name in BAD_FILES])
def test_a_bad_file_changes_nothing_wherever_it_is_given(name, penguins, tmp_path):
    project = penguins.copy(tmp_path)
    before = files_of(project)
    file = bad_file(name, tmp_path)
    message = [
        refused(call("update", project, "--data", file)),
        refused(call("predict", project, file, tmp_path / "out.csv")),
        refused(call("predict", penguins.bundle, file, tmp_path / "out.csv")),
        refused(call("evaluate", project, "--data", file)),
        refused(call("drift", project, file)),
    ]
    if name != "other.csv":
        message.append(refused(call("profile", file)))
    assert all(BAD_FILES[name][1] in one for one in message), message
    assert not (tmp_path / "out.csv").exists()
    assert {name: data for name, data in files_of(project).items() if name != ".lock"} == {n: d for n, d in before.items() if n != ".lock"}


def rows_of(count: int) -> list[str]:
    """Rows of two numbers and a class, so that there is something to learn."""
    return [f"{i},{i % 7},{'yes' if i % 3 else 'no'}" for i in range(count)]


WORKS: dict[str, tuple[str, list[str], str]] = {
    "some targets are missing": ("a,b,y", [*rows_of(60), "7,1,", "8,2,", "9,3,"], "3 rows have no value in “y”"),
    "names come twice": ("a,a,y", rows_of(60), "named “a”"),
    "names are empty": (",b,y", rows_of(60), "column_1"),
    "a row is short": ("a,b,y", [*rows_of(60), "5"], "1 row has fewer cells"),
}


OFTEN = "some targets are missing"


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=() if kind == OFTEN else pytest.mark.proof) for kind in WORKS])
def test_what_can_be_repaired_is_repaired_and_noted(kind, tmp_path):
    header, rows, message = WORKS[kind]
    (tmp_path / "data.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    made = call("new", tmp_path / "p", "--data", tmp_path / "data.csv", "--target", "y")
    assert made.returncode == 0, made.stderr
    assert message in made.stdout + made.stderr
    done("set", tmp_path / "p", 'candidates=["logistic"]', "split.folds=2")
    done("run", tmp_path / "p", "--trials", 1)
    assert [run["status"] for run in leaderboard(tmp_path / "p")] == ["done"]
    if kind == OFTEN:
        test = json.loads(done("show", tmp_path / "p"))["split"]["params"]["test"]
        assert leaderboard(tmp_path / "p")[0]["rows"] == 60 - round(60 * test)  # of the rows that have one


# --- projects ---------------------------------------------------------------------------------------------------------------------


def test_a_project_of_a_newer_version_is_left_alone(penguins, tmp_path):
    project = penguins.copy(tmp_path)
    path = project / "project.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**document, "format": document["format"] + 1, "novelty": True}), encoding="utf-8")
    before = files_of(project)
    for arguments in (["show", project], ["run", project], ["set", project, "seed=4"], ["runs", project]):
        assert "newer version" in refused(call(*arguments))
    assert files_of(project) == before
    path.write_text(json.dumps({**document, "novelty": True}), encoding="utf-8")
    assert "novelty" in refused(call("show", project))


def test_a_damaged_project_names_its_good_copy(penguins, tmp_path):
    project = penguins.copy(tmp_path)
    path, backup = project / "project.json", project / "project.json.bak"
    text = path.read_text(encoding="utf-8")
    for damaged in (text[: len(text) // 2], "", "\x00" * 400, "[]", "null", '{"format": 1, "name": NaN}', "[" * 100_000):
        path.write_text(damaged, encoding="utf-8")
        message = refused(call("set", project, "seed=5"))
        assert len(message) < 500
        assert path.read_text(encoding="utf-8") == damaged  # it may be the only trace of what was decided
    path.write_text(text[:100], encoding="utf-8")
    assert "project.json.bak" in refused(call("show", project))
    shutil.copyfile(backup, path)  # the way out that was reported
    assert json.loads(done("show", project))["target"] == "species"


@pytest.mark.proof
def test_damaged_results_are_made_again_and_damaged_data_is_reported(penguins, tmp_path):
    project = penguins.copy(tmp_path)
    for path in sorted((project / "store").rglob("*")):
        if path.is_file() and path.stat().st_size:
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 4
            path.write_bytes(bytes(data))
    done("run", project, "--trials", 2, "--seed", 3)
    assert leaderboard(project) == leaderboard(penguins.project)
    (project / "runs.sqlite").write_bytes(b"SQLite format 3\x00" + bytes(2000))
    assert "damaged" in refused(call("runs", project))
    done("run", project, "--trials", 2, "--seed", 3)
    shutil.rmtree(project / "store")
    (snapshot,) = (project / "data").glob("*.parquet")
    whole = snapshot.read_bytes()
    for data in (whole[: len(whole) // 2], b"", b"PAR1" + bytes(100) + b"PAR1"):
        snapshot.write_bytes(data)
        assert refused(call("run", project, "--trials", 2, "--seed", 3))
    snapshot.unlink()
    assert refused(call("run", project, "--trials", 2, "--seed", 3))
    done("update", project, "--data", penguins.file)
    done("run", project, "--trials", 2, "--seed", 3)
    assert leaderboard(project) == leaderboard(penguins.project)


# --- rights -----------------------------------------------------------------------------------------------------------------------


def without_rights() -> Callable[[], None] | None:
    """What a started program does first, so that it may not do more than its user: to be nobody, or (where nobody may run this Python) to
    drop the administrator's power over the rights of files.
    """
    if os.name != "posix":
        pytest.skip("rights of files as POSIX has them")
    if os.geteuid() != 0:
        return None

    def be_nobody() -> None:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)

    def drop_power() -> None:
        library = ctypes.CDLL(None, use_errno=True)
        for capability in (1, 2, 3):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER
            if library.prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP
                raise OSError(ctypes.get_errno(), "no power can be dropped here")

    for become in (be_nobody, drop_power):
        try:
            tried = subprocess.run(
                [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(SAMPLES.parents[1])!r}); import mlops_desktop, numpy"],
                preexec_fn=become,
                capture_output=True,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            continue
        if tried.returncode == 0:
            return become
    pytest.skip("no user without rights can be had here")


@pytest.fixture
def common(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that everybody may enter."""
    folder = Path(tempfile.mkdtemp(prefix="common-"))
    folder.chmod(0o755)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(0o700)
    shutil.rmtree(folder)


def test_no_permission(penguins, common):
    become = without_rights()
    (common / "locked").mkdir()
    (common / "open").mkdir()
    (common / "open").chmod(0o777)
    project = penguins.copy(common)
    shutil.copyfile(penguins.file, common / "readable.csv")
    shutil.copyfile(penguins.file, common / "secret.csv")
    for path in [project, *project.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    (common / "secret.csv").chmod(0)
    (common / "locked").chmod(0o555)
    env = environment(HOME=str(common / "open"), XDG_CACHE_HOME=str(common / "open"))

    def message(*arguments: object) -> str:
        line = command(*arguments)
        found = subprocess.run(
            line, capture_output=True, encoding="utf-8", env=env, preexec_fn=become, cwd=common, timeout=100, check=False
        )
        found.stderr = found.stderr.replace(f"{read_only_note(project)}\n", "")
        return refused(found)

    before = files_of(project)
    wrong = [
        message("new", common / "open" / "p", "--data", common / "secret.csv"),
        message("new", common / "locked" / "p", "--data", common / "readable.csv"),
        message("set", project, "seed=9"),
        message("run", project, "--trials", 1),
        message(
            "predict",
            penguins.bundle if os.access(penguins.bundle, os.R_OK) and become is None else project,
            common / "secret.csv",
            common / "open" / "o",
        ),
        message("profile", common / "secret.csv"),
    ]
    assert all("permission" in one or "right" in one for one in wrong), wrong
    assert files_of(project) == before
    assert list((common / "locked").iterdir()) == []
    assert not (common / "open" / "p").exists()


# --- disks ------------------------------------------------------------------------------------------------------------------------


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """No space is left inside."""
    fill(folder)
    try:
        yield
    finally:
        (folder / "filler").unlink()


def test_a_full_disk_loses_nothing(penguins, tmp_path):
    with small_disk(2000) as disk:
        project = penguins.copy(disk)
        known = leaderboard(project)
        before = files_of(project)
        with filled(disk):
            wrong = [
                refused(call("set", project, "seed=9")),
                refused(call("run", project, "--trials", 3, "--seed", 9)),
                refused(call("new", disk / "p", "--data", SAMPLES / "telco_churn.csv", "--target", "Churn")),
                refused(call("export", project, "rest_bundle", disk / "out")),
                refused(call("predict", project, penguins.file, disk / "out.csv")),
                refused(call("report", project, disk / "out.html")),
            ]
        assert all("disk is full" in one for one in wrong), wrong
        now = files_of(project)
        assert {name: now.get(name) for name in before if name not in (".lock", "runs.sqlite")} == {
            name: data for name, data in before.items() if name not in (".lock", "runs.sqlite")
        }
        assert leaderboard(project) == known
        assert sorted(path.name for path in disk.iterdir()) == ["birds"]
        done("run", project, "--trials", 3, "--seed", 3)  # with space again it goes on
        assert len(leaderboard(project)) == 3


@pytest.mark.proof
def test_a_disk_that_fills_up_at_any_moment(penguins, tmp_path):
    """The free space is a little more each time, so that the disk is full at another step of the pipeline."""
    stopped = 0
    for kilobytes in range(0, 480, 24):
        with small_disk(1200) as disk:
            shutil.copytree(penguins.project / "data", disk / "birds" / "data")
            for name in ("project.json", "project.json.bak"):
                shutil.copyfile(penguins.project / name, disk / "birds" / name)
            (disk / "spare").write_bytes(bytes(1024 * kilobytes))
            fill(disk)
            (disk / "spare").unlink()
            found = call("run", disk / "birds", "--trials", 2, "--seed", 3)
            if found.returncode:
                assert "disk is full" in refused(found), kilobytes
                stopped += 1
            (disk / "filler").unlink()
            assert json.loads(done("show", disk / "birds"))["target"] == "species"
            done("run", disk / "birds", "--trials", 2, "--seed", 3)
            assert leaderboard(disk / "birds") == leaderboard(penguins.project)
    assert 3 <= stopped < 20


# --- ports ------------------------------------------------------------------------------------------------------------------------


def test_a_port_in_use(penguins, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        message = refused(call("serve", penguins.bundle, "--port", port))
        assert f"Port {port} is in use" in message
        assert "--port" in message.partition("in use")[2]
        line = [sys.executable, str(penguins.bundle / "serve.py"), "--port", str(port)]
        alone = subprocess.run(line, capture_output=True, encoding="utf-8", cwd=tmp_path, timeout=60, check=False)
        assert refused(alone) == message
