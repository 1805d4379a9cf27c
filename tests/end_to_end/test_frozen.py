"""The built program on a Debian without Python: it opens its window, trains in processes of its own, exports, and serves what it exported.

`make frozen` builds the program; this builds it too where it is missing or older than what it is made from. The Debian is made once, in
`build/bare-root`. Where neither can be done the proofs are left out and say so.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.commands import MARK, ROOT, SAMPLES, Service, assert_same_files, done, gone_within, marked, new_mark, read_table
from tests.end_to_end.test_bundle_alone import assert_answers, assert_explained, flip, open_trained

BARE = ROOT / "build" / "bare-root"
USER = 1000
LIBRARIES = "libegl1,libgl1"  # what Qt asks of a system even without a screen; everything else travels with the program
PROGRAM = "/opt/mlops-desktop/mlops-desktop"
# Mounts in a namespace of its own: the program (read-only), a folder to work in, and what every system has.
SCRIPT = """
root=$1; dist=$2; work=$3; hidden=$4; user=$5; shift 5
mkdir -p "$root/opt/mlops-desktop" "$root/work"
mount --bind "$dist" "$root/opt/mlops-desktop" && mount --bind "$work" "$root/work" || exit 99
[ -z "$hidden" ] || mount -t tmpfs none "$root/opt/mlops-desktop/_internal/$hidden" || exit 99
mount -o remount,bind,ro "$root/opt/mlops-desktop" && mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" || exit 99
exec chroot --userspec="$user:$user" "$root" env -i HOME=/work PATH=/usr/bin:/bin LANG=C.UTF-8 QT_QPA_PLATFORM=offscreen "$@"
"""


def why_not() -> str:
    """The reason why there is no bare Debian here; empty where there is one or it can be made."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "a Debian without Python needs Linux and root"
    return "" if BARE.is_dir() or shutil.which("debootstrap") else "debootstrap is not installed"


pytestmark = [pytest.mark.proof, pytest.mark.timeout(1200), pytest.mark.skipif(bool(why_not()), reason=why_not() or "can be made")]


@dataclass(frozen=True)
class Program:
    """The built program in a bare Debian. `hidden` is a folder of it that is taken away: a wrong build."""

    dist: Path
    work: Path
    hidden: str = ""
    mark: str = field(default_factory=new_mark)

    def line(self, *command: object, **env: str) -> list[str]:
        """A command line that runs a command there."""
        inside = [f"{name}={value}" for name, value in {MARK: self.mark, **env}.items()]
        known = [str(BARE), str(self.dist), str(self.work), self.hidden, str(USER)]
        return ["unshare", "--mount", "sh", "-c", SCRIPT, "sh", *known, *inside, *map(str, command)]

    def run(self, *arguments: object, program: str = PROGRAM) -> subprocess.CompletedProcess[str]:
        """The program with arguments, to its end."""
        return subprocess.run(self.line(program, *arguments), capture_output=True, encoding="utf-8", timeout=300, check=False)

    def done(self, *arguments: object) -> str:
        """The same, when it has to work."""
        found = self.run(*arguments)
        assert found.returncode == 0, found.stderr
        return found.stdout

    @contextlib.contextmanager
    def serving(self, bundle: str) -> Iterator[Service]:
        """A bundle that the program serves with its own interpreter."""
        line = self.line(PROGRAM, "--serve", bundle, "--port", "0", "--drain", "0")
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
        assert process.stdout is not None
        try:
            output = process.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:(\d+)/", output)
            assert address, output + process.stdout.read()
            service = Service(process, int(address[1]))
            assert service.get("/health/ready") == {"status": "ready"}
            yield service
            service.connection.close()
        finally:
            process.terminate()
            process.wait(20)
            process.stdout.close()


@pytest.fixture(scope="module")
def bare() -> None:
    """A Debian with nothing but what Qt asks for."""
    if not BARE.is_dir():
        made = BARE.with_name("bare-root.part")
        shutil.rmtree(made, ignore_errors=True)
        made.parent.mkdir(exist_ok=True)
        line = ["debootstrap", "--variant=minbase", f"--include={LIBRARIES}", "bookworm", str(made)]
        found = subprocess.run(line, capture_output=True, encoding="utf-8", check=False)
        assert found.returncode == 0, found.stdout[-2000:]
        made.rename(BARE)


@pytest.fixture(scope="module")
def dist(monkeypatch_module: pytest.MonkeyPatch) -> Path:
    """The folder of the built program."""
    monkeypatch_module.syspath_prepend(str(ROOT / "scripts"))
    import freeze

    if not freeze.is_up_to_date():
        freeze.build()
    return freeze.PROGRAM


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture
def program(bare, dist, tmp_path) -> Iterator[Program]:
    work = tmp_path / "work"
    work.mkdir()
    shutil.copyfile(SAMPLES / "penguins.csv", work / "penguins.csv")
    os.chown(work, USER, USER)
    made = Program(dist, work)
    yield made
    gone_within(made.mark, 5.0)


def export_a_service(program: Program) -> None:
    """From a file to an exported service, with two processes that fit."""
    program.done("new", "/work/penguins", "--data", "/work/penguins.csv", "--target", "species")
    program.done("set", "/work/penguins", 'candidates=["logistic", "lightgbm"]')
    program.done("run", "/work/penguins", "--trials", "2", "--seed", "3", "--jobs", "2")
    program.done("export", "/work/penguins", "rest_bundle", "/work/bundle")
    tested = program.run("--serve", "/work/bundle", "selftest")
    assert (tested.returncode, tested.stdout[:17]) == (0, "Self-test passed:"), tested.stderr


def helpers_seen(program: Program, stop: threading.Event, seen: set[str]) -> None:
    """Note which processes the program starts."""
    while not stop.wait(0.05):
        for process in marked(program.mark):
            with contextlib.suppress(psutil.Error):
                seen.add(" ".join(process.cmdline()[1:4]))


def test_there_is_no_python(program):
    for name in ("python", "python3"):
        assert program.run("-c", f"command -v {name}", program="/bin/sh").returncode != 0
    assert list(BARE.glob("usr/bin/python*")) == []
    assert list(BARE.glob("usr/lib/**/libpython*")) == []
    assert program.run("/opt/mlops-desktop/written", program="/bin/touch").returncode == 1


def test_the_command_line_starts_quickly(program, record_property):
    began = time.monotonic()
    assert program.done("--version").startswith("MLOps Desktop ")
    record_property("seconds to the version", time.monotonic() - began)
    refused = program.run("profile", "/work/gone.csv")
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr


@pytest.fixture
def screen(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """What a window is shown on: Qt's own memory, or an X server without a monitor."""
    if request.param == "offscreen":
        yield {"QT_QPA_PLATFORM": "offscreen"}
        return
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    read, write = os.pipe()
    line = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-ac", "-nolisten", "tcp"]
    server = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=(write,))
    os.close(write)
    try:
        with os.fdopen(read) as display:
            yield {"QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{display.readline().strip()}"}
    finally:
        server.terminate()
        server.wait(10)


@pytest.mark.parametrize("screen", ["offscreen", "xcb"], indirect=True)
def test_the_window_opens(screen, program, tmp_path, record_property):
    """Qt's log shows when the window is shown and painted; then the program starts the processes that its job queues use."""
    rules = "qt.widgets.showhide=true;qt.widgets.painting=true"
    log = tmp_path / "qt.txt"
    shown = re.compile(r'Setting visibility of MainWindow\(0x[0-9a-f]+, name="main_window"\).* to true')
    painted = re.compile(r"(Drawing|Syncing|Painting|Marking|Flushing).*MainWindow", re.IGNORECASE)
    began = time.monotonic()
    with log.open("w") as errors:
        process = subprocess.Popen(program.line(PROGRAM, QT_LOGGING_RULES=rules, **screen), stdout=subprocess.DEVNULL, stderr=errors)
        try:
            while not shown.search(log.read_text()):
                assert process.poll() is None, log.read_text()[-2000:]
                assert time.monotonic() - began < 30, log.read_text()[-2000:]
                time.sleep(0.01)
            record_property("seconds to the window", time.monotonic() - began)
            while not any("--worker" in " ".join(one.cmdline()) for one in marked(program.mark)):
                assert process.poll() is None, log.read_text()[-2000:]
                assert time.monotonic() - began < 60
                time.sleep(0.02)
            time.sleep(3)
            assert process.poll() is None, "the window closed by itself"
            windows = [one for one in marked(program.mark) if "--worker" not in " ".join(one.cmdline())]
            assert len(windows) == 1, "a second window"
            record_property("MB of memory of the window", windows[0].memory_info().rss / 1e6)
        finally:
            process.terminate()
            process.wait(20)
    output = log.read_text()
    assert painted.search(output), output[-2000:]
    assert "Traceback" not in output
    gone_within(program.mark, 5.0)


def test_it_trains_with_joblib_exports_and_serves(program, tmp_path, record_property):
    seen: set[str] = set()
    stop = threading.Event()
    watcher = threading.Thread(target=helpers_seen, args=(program, stop, seen))
    watcher.start()
    began = time.monotonic()
    try:
        export_a_service(program)
    finally:
        stop.set()
        watcher.join()
    record_property("seconds from file to service", time.monotonic() - began)
    assert any("popen_loky_posix" in line for line in seen), seen
    assert any(line.startswith("--worker") for line in seen), seen
    gone_within(program.mark, 5.0)
    done("export", program.work / "penguins", "rest_bundle", tmp_path / "ours")
    assert_same_files(program.work / "bundle", tmp_path / "ours")
    trained = open_trained(program.work / "penguins", SAMPLES / "penguins.csv")
    program.done("predict", "/work/penguins", f"/work/{trained.file.name}", "/work/answers.csv")
    assert read_table(program.work / "answers.csv") == trained.answers
    with program.serving("/work/bundle") as service:
        assert len(trained.rows) == 69
        record_property("worst difference", assert_answers(service, trained, tmp_path))
        assert_explained(service, trained)
    program.done("report", "/work/penguins", "/work/report.html")
    assert (program.work / "report.html").read_text(encoding="utf-8").count("<svg") > 0
    program.done("export", "/work/penguins", "docker_context", "/work/context")
    assert (program.work / "context" / "Dockerfile").is_file()


def test_several_processes_serve(program):
    export_a_service(program)
    line = program.line(PROGRAM, "--serve", "/work/bundle", "--port", "0", "--workers", "2")
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    assert process.stdout is not None
    try:
        output = process.stdout.readline() + process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:(\d+)/ with 2 processes", output)
        assert address, output
        service = Service(process, int(address[1]))
        row = json.loads((program.work / "bundle" / "golden.json").read_text(encoding="utf-8"))["rows"][0]
        assert len(service.predict([row])) == 1
        service.connection.close()
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def test_a_changed_byte_of_the_model_is_not_served(program, record_property):
    export_a_service(program)
    array = max((program.work / "bundle" / "model").rglob("*.npy"), key=lambda path: path.stat().st_size)
    flip(array, 3)
    tested, served = program.run("--serve", "/work/bundle", "selftest"), program.run("--serve", "/work/bundle", "--port", "0")
    assert (tested.returncode, served.returncode, tested.stdout + served.stdout) == (1, 2, "")
    assert "was changed or damaged" in tested.stderr
    record_property("the self-test says", tested.stderr.strip())


WRONG = {"serving_files": "This installation is incomplete", "sklearn": "sklearn", "numpy.libs": "ImportError"}


@pytest.mark.parametrize("hidden", WRONG)
def test_a_build_that_lacks_something_exports_no_service(hidden, program, record_property):
    """What a wrong build.spec would do: the code that is exported, a library that trains, what numpy links to."""
    with pytest.raises(AssertionError) as failed:
        export_a_service(Program(program.dist, program.work, hidden, program.mark))
    output = str(failed.value)
    assert WRONG[hidden] in output, output
    record_property(f"without {hidden}", next(line for line in output.splitlines() if WRONG[hidden] in line))
