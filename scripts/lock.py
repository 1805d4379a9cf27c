"""Write `requirements.lock` anew from `pyproject.toml`: every package with its version and the hashes of all its files.

    .venv/bin/python scripts/lock.py [--upgrade]
    .venv/bin/python scripts/lock.py --service      only the second file, from the first as it is; nothing is downloaded

From it comes `resources/templates/service.lock`, the part that an exported service needs. It travels with the application, so that an
export works without a network.

One lock serves every Python from 3.11 on and Linux, macOS and Windows; where they differ, a line carries a marker. Without `--upgrade` the
versions that are locked already stay. The lock names no package index: pip uses the one that it is set up with.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
SERVICE_LOCK = ROOT / "resources" / "templates" / "service.lock"
# What a service imports (`PACKAGES` in `mlops_desktop/serving/server.py`), and what click needs on Windows. What each of them needs stands
# here too: the lock is installed without looking for more.
SERVICE = {
    "click": "",
    "colorama": "sys_platform == 'win32'",
    "h11": "",
    "httptools": "",
    "numpy": "",
    "uvicorn": "",
    "uvloop": "sys_platform != 'win32'",
}
# Further packages that only some models need at run time: by package, the requirements of models (`Model.requirements`) that bring it in.
OPTIONAL = {"lightgbm": ("lightgbm",), "narwhals": ("lightgbm",), "scipy": ("lightgbm",)}
# The tool that resolves for all systems at once. Not in the lock itself: only who changes dependencies needs it.
RESOLVER = "uv==0.13.9"


def resolve(folder: Path, upgrade: bool) -> None:
    """Install the resolver into a folder that is thrown away, and let it write the lock."""
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), RESOLVER], check=True)
    (program,) = [path for path in (folder / "bin" / "uv", folder / "Scripts" / "uv.exe", folder / "bin" / "uv.exe") if path.exists()]
    command = [str(program), "pip", "compile", "pyproject.toml", "--all-extras", "--group", "dev", "--output-file", LOCK.name]
    command += ["--universal", "--python-version", "3.11", "--fork-strategy", "fewest"]
    command += ["--generate-hashes", "--no-emit-index-url", "--custom-compile-command", "make lock", "--quiet"]
    command += ["--upgrade"] if upgrade else []
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    readers = [
        "pip",
        "compile",
        "scripts/proof_tools.in",
        "--output-file",
        "scripts/proof_tools.lock",
        *command[command.index("--universal") :],
    ]
    subprocess.run([str(program), *readers], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def service_part(text: str) -> str:
    """The packages of the service out of the text of a lock, with markers and hashes: a line for each pin. ValueError when it lacks one."""
    parts = ["# The packages of an exported service, out of requirements.lock. Written by `make lock`.\n"]
    for name, marker in {**SERVICE, **dict.fromkeys(OPTIONAL, "")}.items():
        found = re.findall(rf"(?m)^{name}==(\S+)(?: ; (.*?))? \\\n((?:    --hash=.*\n)+)", text)
        if not found:
            raise ValueError(f"{LOCK.name} does not hold {name}")
        # A package that another one asks for only somewhere is needed everywhere here, so the marker of the lock counts for two pins alone.
        for version, own, hashes in found:
            needed = " and ".join(one for one in (own if len(found) > 1 else "", marker) if one)
            parts.append(f"# for {', '.join(OPTIONAL[name])}\n" if name in OPTIONAL else "")
            parts.append(f"{name}=={version}{f' ; {needed}' if needed else ''} \\\n{hashes}")
    return "".join(parts)


def faults(text: str) -> list[str]:
    """What a lock must not hold: a line with an address in it, or a package without a version or a hash."""
    found = [f"names an address: {line.strip()}" for line in text.splitlines() if "://" in line or line.startswith("--")]
    logical = text.replace("\\\n", " ").splitlines()
    for line in logical:
        if line and not line.lstrip().startswith("#") and not ("==" in line and "--hash=sha256:" in line):
            found.append(f"is not pinned with hashes: {line.strip()[:80]}")
    return found


def main() -> int:
    """Write the locks and look them over; 0 when they are good."""
    parser = argparse.ArgumentParser(description="Write requirements.lock from pyproject.toml.")
    parser.add_argument("--upgrade", action="store_true", help="take newer releases where the project file allows them")
    parser.add_argument("--service", action="store_true", help="write only the service's part of the lock that is there")
    options = parser.parse_args()
    if not options.service:
        with tempfile.TemporaryDirectory() as folder:
            resolve(Path(folder), options.upgrade)
    SERVICE_LOCK.write_text(service_part(LOCK.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    problems = [f"{path.name} {problem}" for path in (LOCK, SERVICE_LOCK) for problem in faults(path.read_text(encoding="utf-8"))]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
