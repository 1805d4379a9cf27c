from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_desktop.serving.__main__ import main
from mlops_desktop.serving.api_keys import digest_of, read_keys

ROOT = Path(__file__).resolve().parents[2]


def call(*arguments, **options):
    command = [sys.executable, "-m", "mlops_desktop.serving", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False, **options)


def test_the_selftest_reports_rows_and_difference(folders, bundles):
    done = call(folders["binary"], "selftest")
    assert (done.returncode, done.stderr) == (0, "")
    rows = len(bundles["binary"].golden.rows)
    assert re.fullmatch(
        rf"Self-test passed: {rows} golden rows, alone and together, worst difference [0-9.e-]+ \(limit 1e-09\)\.\n", done.stdout
    )


def test_the_selftest_of_a_flipped_byte_fails(folders, tmp_path):
    spoilt = shutil.copytree(folders["binary"], tmp_path / "spoilt")
    array = next((spoilt / "model").rglob("*values.npy"))
    data = bytearray(array.read_bytes())
    data[-3] ^= 0x10
    array.write_bytes(bytes(data))
    done = call(spoilt, "selftest")
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"The file “model/scorer\.arrays/.*values\.npy” of the bundle was changed or damaged.*\n", done.stderr)
    assert call(spoilt, "--port", "0").returncode == 2


def test_a_zip_is_served_too(folders, tmp_path):
    archive = shutil.make_archive(str(tmp_path / "bundle"), "zip", folders["regression"])
    assert call(archive, "selftest").returncode == 0


def test_a_file_is_answered(folders, tmp_path):
    (tmp_path / "in.csv").write_text("age,city\n40,Rome\nx,Rome\n", encoding="utf-8")
    done = call(folders["multiclass"], "predict", tmp_path / "in.csv", tmp_path / "out.csv")
    assert done.returncode == 0
    assert "“income”, “member”, “since”, “note” are not there" in done.stderr
    assert "2 rows answered" in done.stdout
    assert "1 of them refused" in done.stdout
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert (len(lines), lines[0]) == (3, "prediction,probability_1,probability_2.5,probability_50 % other,warnings,error")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predict", "only-one.csv"], "two files"),
        (["predict", "nowhere.csv", "out.csv"], "cannot be read"),
        (["selftest", "x"], "takes no files"),
        (["--workers", "0"], "at least 1"),
        (["--port", "99999"], "cannot listen"),
        (["--host", "203.0.113.7", "--port", "0", "--allow-anonymous"], "cannot listen"),
        (["--host", "0.0.0.0", "--port", "0"], "API keys"),
        (["key"], "needs a name"),
        (["key", "shop", "--scopes", "all"], "no key"),
    ],
)
def test_wrong_arguments_are_one_sentence(arguments, message, folders, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(arguments, folders["binary"]) in (1, 2)
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_a_key_is_made_for_the_file_of_keys(folders, capsys):
    assert main(["key", "shop", "--scopes", "predict,monitor"], folders["binary"]) == 0
    captured = capsys.readouterr()
    (key,) = read_keys(captured.out)
    assert (key.name, key.scopes, key.digest) == ("shop", {"predict", "monitor"}, digest_of(captured.err.split()[-1]))


def test_a_file_follows_the_policy_too(folders, tmp_path):
    (tmp_path / "in.csv").write_text("age,city\n40,Rome\n95,Rome\n", encoding="utf-8")
    files = [str(tmp_path / name) for name in ("in.csv", "out.csv")]
    assert main(["predict", *files, "--policy", "*.out_of_range=refuse"], folders["binary"]) == 0
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert [line.startswith(",") for line in lines] == [False, False, True]


def test_what_is_no_bundle(tmp_path, capsys):
    assert main([str(tmp_path / "nowhere")]) == 2
    assert "There is no folder" in capsys.readouterr().err
    (tmp_path / "b.zip").write_bytes(b"no zip")
    assert main([str(tmp_path / "b.zip")]) == 2
    assert "not a whole zip" in capsys.readouterr().err


def test_a_port_in_use(folders):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        port = sock.getsockname()[1]
        done = call(folders["binary"], "--port", port)
    assert done.returncode == 2
    assert done.stderr == f"Port {port} is in use on this machine. Stop what uses it, or take another: --port {port + 1}.\n"


@pytest.mark.parametrize("package", ["numpy", "uvicorn"])
def test_a_missing_package_is_one_sentence(package, folders, tmp_path):
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text(f"raise ModuleNotFoundError('no', name='{package}')\n", encoding="utf-8")
    done = call(folders["binary"], "--port", "0", env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert done.returncode == 2
    assert done.stderr == f"The package {package} is not installed. Install it: pip install -r requirements.txt\n"


def test_the_server_loads_nothing_heavy(folders, tmp_path):
    (tmp_path / "in.csv").write_text("age\n40\n", encoding="utf-8")
    command = [sys.executable, "-X", "importtime", "-m", "mlops_desktop.serving", str(folders["binary"])]
    for arguments in (["selftest"], ["predict", str(tmp_path / "in.csv"), str(tmp_path / "out.csv")]):
        done = subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=120, check=True)
        loaded = {line.rsplit("|", 1)[1].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line}
        assert "numpy" in loaded
        assert not loaded & {"pandas", "sklearn", "scipy", "PySide6", "pyarrow", "matplotlib", "lightgbm", "joblib"}


def test_the_running_server_loads_nothing_heavy(folders):
    code = (
        "import sys, threading, time\n"
        "import mlops_desktop.serving.server as server\n"
        "from mlops_desktop.serving.__main__ import main\n"
        "def stop():\n"
        "    import os, signal\n"
        "    while signal.getsignal(signal.SIGINT) is signal.default_int_handler:\n"
        "        time.sleep(0.05)\n"
        "    heavy = {'pandas', 'sklearn', 'scipy', 'PySide6', 'pyarrow', 'matplotlib', 'lightgbm'} & set(sys.modules)\n"
        "    print('uvicorn' in sys.modules, sorted(heavy), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "threading.Thread(target=stop, daemon=True).start()\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    command = [sys.executable, "-c", code, str(folders["binary"]), "--port", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "True []"
