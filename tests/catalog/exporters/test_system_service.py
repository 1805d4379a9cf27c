"""The units of the system: what they start is the service, and no name or path breaks out of them."""

from __future__ import annotations

import configparser
import dataclasses
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters.system_service import SystemService
from mlops_desktop.serving.bundle import verify_sums
from tests.serving.conftest import SCORERS, write_bundle

NASTY = 'a % "b" \\ <c> & x\nExecStart=/bin/evil\r\u2028'


def written(tmp_path, **options):
    target = tmp_path / "out"
    target.mkdir()
    scorer = dataclasses.replace(SCORERS["binary"], name=NASTY)
    SystemService(**options).export(write_bundle(scorer, tmp_path / "core"), target, Silent())
    (unit,) = (target / "systemd").glob("*.service")
    (windows,) = (target / "windows").glob("*.xml")
    return target, unit, windows


def test_both_units_start_the_service_and_nothing_else(tmp_path):
    target, unit, windows = written(tmp_path, port=8123)
    lines = unit.read_text(encoding="utf-8").splitlines()
    place = f"/opt/{unit.stem}"
    assert [line for line in lines if line.startswith("Exec")] == [
        f"ExecStart={place}/.venv/bin/python {place}/serve.py --host 127.0.0.1 --port 8123"
    ]
    parsed = configparser.RawConfigParser(strict=True)
    parsed.optionxform = str
    parsed.read_string("\n".join(lines))
    assert (parsed["Service"]["DynamicUser"], parsed["Service"]["ProtectSystem"]) == ("yes", "strict")
    assert "a %% " in parsed["Unit"]["Description"]
    service = ET.parse(windows).getroot()
    assert service.findtext("id") == unit.stem == windows.stem
    assert service.findtext("arguments").endswith('serve.py" --host 127.0.0.1 --port 8123')
    assert "<c> & x" in service.findtext("description")
    assert "serve.py" in verify_sums(target)


def test_an_update_replaces_the_folder_and_restarts_the_service(tmp_path):
    """The script runs with programs in the place of those that need root or a network, which write down what they were asked."""
    place, tools = tmp_path / "opt" / "model", tmp_path / "tools"
    place.mkdir(parents=True)
    (place / "old_module.py").write_text("")
    tools.mkdir()
    log = 'echo "$(basename "$0") $*" >> "$LOG"\n'
    fake = '#!/bin/sh\nif [ "$1" = -m ] && [ "$2" = venv ]; then mkdir -p "$4/bin" && cp "$0" "$4/bin/python"; fi\n'
    for name, text in {"python3": fake, "systemctl": "#!/bin/sh\n" + log}.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    target, unit, _ = written(tmp_path, place=str(place))
    script = target / "systemd" / "install.sh"
    script.write_text(script.read_text(encoding="utf-8").replace("/etc/systemd/system/", f"{tmp_path}/"), encoding="utf-8")
    environment = {"PATH": f"{tools}:/usr/bin:/bin", "LOG": str(tmp_path / "log")}
    for _ in range(2):
        subprocess.run(["sh", str(script)], env=environment, check=True)
        assert (place / "serve.py").is_file()
        assert not (place / "old_module.py").exists()
        assert sorted(path.name for path in place.parent.iterdir()) == ["model", "model.former"]
    asked = (tmp_path / "log").read_text().splitlines()
    assert asked == ["systemctl daemon-reload", f"systemctl enable {unit.name}", f"systemctl restart {unit.name}"] * 2


def test_a_place_that_is_no_absolute_path_is_refused(tmp_path):
    for place in ("opt/x", "/opt/a b", "/opt/x\nUser=root", "/"):
        with pytest.raises(UserError, match="no folder"):
            SystemService(place=place).export(tmp_path, tmp_path, Silent())


@pytest.mark.proof
def test_systemd_accepts_the_unit(tmp_path):
    assert shutil.which("systemd-analyze"), "install Debian's systemd"
    _, unit, _ = written(tmp_path, place=str(tmp_path / "out"))
    python = tmp_path / "out" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    found = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, encoding="utf-8", check=False)
    assert (found.returncode, found.stderr) == (0, "")
