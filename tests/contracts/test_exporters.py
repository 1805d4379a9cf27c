"""What every exporter of the catalogue promises: it fills the folder, the same core gives the same bytes, and nothing of this machine or
of this hour goes along."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path

import pytest

import mlops_desktop.catalog.exporters as package
from mlops_desktop.base.errors import Cancelled, UserError
from mlops_desktop.base.families import Exporter
from mlops_desktop.base.job import Silent
from mlops_desktop.base.registry import Registry
from mlops_desktop.serving.bundle import open_bundle, verify_sums
from mlops_desktop.serving.manifest import CHECKSUMS, FILES, IDENTITY, LICENCES, missing
from mlops_desktop.serving.selftest import replay
from tests.contracts.own_tests import own_tests
from tests.end_to_end.commands import files_of, run_bundle
from tests.serving.conftest import SCORERS, write_bundle

EXPORTERS = Registry(package, Exporter)
ROOT = Path(__file__).resolve().parents[2]


def marks(member: type[Exporter]) -> list[pytest.MarkDecorator]:
    """A form that downloads is tried among the longer proofs; one whose packages have no wheel for this Python is not tried."""
    absent = [pytest.mark.skip(reason=f"{member.id} {member.missing()}")] if member.missing() else []
    return [*absent, *([pytest.mark.proof] if member.downloads else [])]


each_member = pytest.mark.parametrize("id_", [pytest.param(id_, marks=marks(member)) for id_, member in EXPORTERS.items()])
each_task = pytest.mark.parametrize("task", list(SCORERS))


class CountedCalls:
    """A job that notes its steps, and stops at one of them if asked to."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.fractions: list[float] = []
        self.stop_at = stop_at

    def step(self, fraction, message=""):
        if self.stop_at == len(self.fractions):
            raise Cancelled
        self.fractions.append(fraction)

    def partial(self, data):
        raise AssertionError("an exporter has no partial results")


@pytest.fixture(scope="module")
def cores(tmp_path_factory):
    return {task: write_bundle(scorer, tmp_path_factory.mktemp("cores") / task) for task, scorer in SCORERS.items()}


def export(id_: str, core: Path, target: Path, job=None) -> dict[str, bytes]:
    target.mkdir(parents=True)
    EXPORTERS[id_]().export(core, target, job or Silent())
    return files_of(target)


@each_member
@each_task
def test_the_core_leaves_whole_and_the_same_twice(id_, task, cores, tmp_path):
    before = files_of(cores[task])
    began = int(time.time())
    first = export(id_, cores[task], tmp_path / "first")
    assert files_of(cores[task]) == before, "the core was changed"
    assert first
    for name, data in before.items() if IDENTITY in first else ():
        assert name == CHECKSUMS or first[name] == data, name
    moved = shutil.copytree(cores[task], tmp_path / "elsewhere" / "core")
    while int(time.time()) == began:  # in another second, from another folder, in another time zone
        time.sleep(0.02)
    zone = os.environ.get("TZ")
    try:
        os.environ["TZ"] = "Pacific/Kiritimati"
        second = export(id_, moved, tmp_path / "second place" / "again")
    finally:
        os.environ.pop("TZ") if zone is None else os.environ.__setitem__("TZ", zone)
    assert list(first) == list(second)
    assert [name for name in first if first[name] != second[name]] == []


@each_member
def test_nothing_of_this_machine_goes_along(id_, cores, tmp_path):
    files = export(id_, cores["binary"], tmp_path / "out")
    here = {
        str(tmp_path),
        str(cores["binary"].parent),
        str(ROOT),
        str(Path.home()),
        sys.prefix,
        tempfile.gettempdir() + "/",
        socket.gethostname(),
    }
    here |= {getpass.getuser()} if len(getpass.getuser()) > 4 else set()
    here = {text for text in here if len(text) > 4}
    today = {time.strftime("%Y-%m-%d"), time.strftime("%Y-%m-%d", time.gmtime())}
    for name, data in files.items():
        content = data.decode("utf-8", "ignore")
        assert [text for text in here | today if text in content] == [], name


@each_member
def test_it_reports_progress_and_can_be_stopped(id_, cores, tmp_path):
    job = CountedCalls()
    export(id_, cores["binary"], tmp_path / "whole", job)
    assert job.fractions == sorted(job.fractions)
    assert job.fractions[-1] == 1.0
    assert len(job.fractions) > 3
    with pytest.raises(Cancelled):
        export(id_, cores["binary"], tmp_path / "stopped", CountedCalls(stop_at=len(job.fractions) // 2))


@each_member
def test_a_damaged_core_is_refused(id_, cores, tmp_path):
    core = shutil.copytree(cores["binary"], tmp_path / "core")
    array = max((core / "model").rglob("*.npy"), key=lambda path: path.stat().st_size)
    data = bytearray(array.read_bytes())
    data[-1] ^= 1
    array.write_bytes(data)
    with pytest.raises(UserError, match=array.name):
        export(id_, core, tmp_path / "out")


@each_member
@each_task
def test_what_leaves_is_a_bundle_that_answers_as_before(id_, task, cores, tmp_path):
    """Holds for every form that is a service; what another form is good for is shown by tests of its own."""
    if IDENTITY not in export(id_, cores[task], tmp_path / "out"):
        assert own_tests("exporters", id_), f"show in tests/catalog/exporters/test_{id_}.py that what leaves answers as before"
        return
    opened = open_bundle(tmp_path / "out")
    listed = verify_sums(tmp_path / "out")
    assert missing([*listed, CHECKSUMS]) == []
    assert [name for name in listed if not any(file.holds(name) for file in FILES)] == []
    assert [(tmp_path / "out" / name).read_bytes() for name in LICENCES] == [(ROOT / name).read_bytes() for name in LICENCES]
    assert replay(opened.scorer, opened.golden).passed
    tested = run_bundle(sys.executable, tmp_path / "out", "selftest", cwd=tmp_path)
    assert tested.returncode == 0, tested.stderr
    assert "Self-test passed" in tested.stdout


@each_member
def test_the_texts_are_whole_sentences(id_):
    assert EXPORTERS[id_].label
    assert EXPORTERS[id_].help.endswith(".")
    assert EXPORTERS[id_].id == Path(sys.modules[EXPORTERS[id_].__module__].__file__).stem


@each_member
def test_the_files_that_it_announces_are_written(id_, cores, tmp_path):
    files = export(id_, cores["binary"], tmp_path / "out")
    for names, what in EXPORTERS[id_].writes:
        assert what
        for name in names.split(", "):
            assert [path for path in files if path == name or (name.endswith("/") and path.startswith(name))], name
