"""Write `requirements.lock` anew from `pyproject.toml`: every package with its version and the hashes of all its files.

    .venv/bin/python scripts/lock.py [--upgrade]

One lock serves every Python from 3.11 on and Linux, macOS and Windows; where they differ, a line carries a marker. Without `--upgrade` the
versions that are locked already stay. The lock names no package index: pip uses the one that it is set up with.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
# The tool that resolves for all systems at once. Not in the lock itself: only who changes dependencies needs it.
RESOLVER = "uv==0.13.9"


def resolve(folder: Path, upgrade: bool) -> None:
    """Install the resolver into a folder that is thrown away, and let it write the lock."""
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), RESOLVER], check=True)
    (program,) = [path for path in (folder / "bin" / "uv", folder / "Scripts" / "uv.exe", folder / "bin" / "uv.exe") if path.exists()]
    command = [str(program), "pip", "compile", "pyproject.toml", "--extra", "dev", "--output-file", LOCK.name]
    command += ["--universal", "--python-version", "3.11", "--fork-strategy", "fewest"]
    command += ["--generate-hashes", "--no-emit-index-url", "--custom-compile-command", "make lock", "--quiet"]
    command += ["--upgrade"] if upgrade else []
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def faults(text: str) -> list[str]:
    """What a lock must not hold: a line with an address in it, or a package without a version or a hash."""
    found = [f"names an address: {line.strip()}" for line in text.splitlines() if "://" in line or line.startswith("--")]
    logical = text.replace("\\\n", " ").splitlines()
    for line in logical:
        if line and not line.lstrip().startswith("#") and not ("==" in line and "--hash=sha256:" in line):
            found.append(f"is not pinned with hashes: {line.strip()[:80]}")
    return found


def main() -> int:
    """Write the lock and look it over; 0 when it is good."""
    parser = argparse.ArgumentParser(description="Write requirements.lock from pyproject.toml.")
    parser.add_argument("--upgrade", action="store_true", help="take newer releases where the project file allows them")
    upgrade = parser.parse_args().upgrade
    with tempfile.TemporaryDirectory() as folder:
        resolve(Path(folder), upgrade)
    problems = faults(LOCK.read_text())
    for problem in problems:
        print(f"{LOCK.name} {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
