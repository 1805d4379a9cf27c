"""The REST service with what an operating system needs to run it in the background: a systemd unit and a Windows service."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.params import number, text
from mlops_desktop.catalog.exporters._container import image_name, memory, model_bytes
from mlops_desktop.catalog.exporters._running_service import ServiceExporter
from mlops_desktop.catalog.exporters._service_files import write_service, write_text
from mlops_desktop.serving.manifest import contents
from mlops_desktop.serving.message import msg

_PLACE = re.compile(r"/[A-Za-z0-9._/-]*[A-Za-z0-9]")


@dataclass(frozen=True, kw_only=True)
class SystemService(ServiceExporter):
    """The unit and the definition of the Windows service are beside the service and are no part of its checksums."""

    id: ClassVar[str] = "system_service"
    label: ClassVar[str] = "System service"
    help: ClassVar[str] = "The REST service with a systemd unit for Linux and a service for Windows, which start it with the machine."
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("systemd/", msg("the unit for Linux, with few rights, and the script that installs it")),
        ("windows/", msg("the definition of a Windows service (WinSW), and the script that installs it")),
        *contents(),
    )

    place: str = text("", "Folder on the server", help="Where the unit finds the service; empty: below /opt, by the name of the model.")
    port: int = number(8000, 1, 65535, "Port", whole=True)

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        if self.place and not _PLACE.fullmatch(self.place):
            raise UserError(
                msg("“{place}” is no folder for a service.", place=self.place),
                "Name an absolute path of letters, digits, “.”, “_” and “-”, such as /opt/churn.",
            )
        info = write_service(bundle, target, Part(job, 0.0, 0.9), self._readme).info
        job.step(0.9, "Writing the units")
        name = unit_name(info)
        values: dict[str, Any] = {
            "name": name,
            "place": self._place(info),
            "port": self.port,
            "memory": memory(model_bytes(target)),
            "about": _one_line(f"{info['name'] or 'Model'}: predicts {info['target']}"),
        }
        for folder in ("systemd", "windows"):
            (target / folder).mkdir()
        write_text(target / "systemd" / f"{name}.service", _UNIT.format(**{**values, "about": values["about"].replace("%", "%%")}))
        write_text(target / "systemd" / "install.sh", _INSTALL.format(**values))
        write_text(target / "windows" / f"{name}.xml", _WINDOWS.format(**{**values, "about": escape(values["about"])}))
        write_text(target / "windows" / "install.ps1", _INSTALL_WINDOWS.format(**values))
        job.step(1.0)

    def _place(self, info: dict[str, Any]) -> str:
        return self.place or f"/opt/{unit_name(info)}"

    def _readme(self, info: dict[str, Any]) -> str:
        return _README.format(name=unit_name(info), place=self._place(info), port=self.port)


def unit_name(info: dict[str, Any]) -> str:
    """The name of the unit and of the Windows service: lower-case ASCII letters, digits and hyphens."""
    return image_name(info).partition(":")[0]


def _one_line(about: str) -> str:
    """A text without control characters and without what a unit continues lines with."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\\\ud800-\udfff\ufffe\uffff]+", " ", about)


_UNIT = """\
[Unit]
Description={about}
After=network-online.target
Wants=network-online.target

[Service]
Type=exec
ExecStart={place}/.venv/bin/python {place}/serve.py --host 127.0.0.1 --port {port}
WorkingDirectory={place}
Environment=PYTHONUNBUFFERED=1 SERVING_BYTECODE=/var/cache/{name}
CacheDirectory={name}
DynamicUser=yes
KillMode=mixed
TimeoutStopSec=30
Restart=on-failure
RestartSec=2
MemoryMax={memory}M
TasksMax=128
UMask=0077

NoNewPrivileges=yes
CapabilityBoundingSet=
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
"""

_INSTALL = """\
#!/bin/sh
# Copies the service to {place}, installs its packages there, tests it, and starts it with the machine. Run it as root.
# A version that is there already is replaced once the new one has passed its self-test, and stays in {place}.former.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
new="{place}"
if [ "$here" != "{place}" ]; then
  new="{place}.new"
  rm -rf "$new"
  mkdir -p "$new"
  cp -R "$here/." "$new/"
fi
python3 -m venv --clear "$new/.venv"
"$new/.venv/bin/python" -m pip install --require-hashes --no-deps --only-binary=:all: -r "$new/requirements.lock"
"$new/.venv/bin/python" "$new/serve.py" selftest
chmod -R a+rX,go-w "$new"
if [ "$new" != "{place}" ]; then
  rm -rf "{place}.former"
  if [ -e "{place}" ]; then mv "{place}" "{place}.former"; fi
  mv "$new" "{place}"
fi
cp "{place}/systemd/{name}.service" /etc/systemd/system/
systemctl daemon-reload
systemctl enable "{name}.service"
systemctl restart "{name}.service"
"""

_WINDOWS = """\
<?xml version="1.0" encoding="utf-8"?>
<service>
  <id>{name}</id>
  <name>{name}</name>
  <description>{about}</description>
  <executable>%BASE%\\..\\.venv\\Scripts\\python.exe</executable>
  <arguments>"%BASE%\\..\\serve.py" --host 127.0.0.1 --port {port}</arguments>
  <workingdirectory>%BASE%\\..</workingdirectory>
  <env name="PYTHONUNBUFFERED" value="1"/>
  <startmode>Automatic</startmode>
  <stoptimeout>30 sec</stoptimeout>
  <onfailure action="restart" delay="5 sec"/>
  <log mode="roll-by-size"/>
</service>
"""

_INSTALL_WINDOWS = """\
# Installs the packages of the service and registers it. Run it in an elevated PowerShell, with WinSW beside it as {name}.exe.
$ErrorActionPreference = 'Stop'
$service = Split-Path -Parent $PSScriptRoot
$there = Get-Service -Name '{name}' -ErrorAction SilentlyContinue
if ($there) {{ Stop-Service -Name '{name}' }}
py -3 -m venv "$service\\.venv"
$python = "$service\\.venv\\Scripts\\python.exe"
& $python -m pip install --require-hashes --no-deps --only-binary=:all: -r "$service\\requirements.lock"
if ($LASTEXITCODE) {{ throw 'The packages could not be installed.' }}
& $python "$service\\serve.py" selftest
if ($LASTEXITCODE) {{ throw 'The self-test failed.' }}
if (-not $there) {{ & "$PSScriptRoot\\{name}.exe" install }}
& "$PSScriptRoot\\{name}.exe" start
"""

_README = """
## As a service of the machine

On Linux with systemd: `sudo sh systemd/install.sh` copies this folder to `{place}`, installs the packages there, runs the self-test and
starts `{name}.service`, now and with the machine. Run again from a newer export, it replaces the service and restarts it; the former folder
stays as `{place}.former`, so keep keys and certificates elsewhere, such as in `/etc/{name}`. The unit has no account of its own, no right
and nothing to write to but its cache of bytecode.
`systemctl status {name}` shows it, `journalctl -u {name}` what it writes.

On Windows: put [WinSW](https://github.com/winsw/winsw) as `windows\\{name}.exe` beside `windows\\{name}.xml`, then run
`windows\\install.ps1` in an elevated PowerShell. This was not tried on Windows where the form was built.

Either way the service listens on port {port} of the machine alone.
"""
