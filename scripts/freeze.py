"""Build the program that needs no Python, and say how large it is.

    .venv/bin/python scripts/freeze.py

It is written to `dist/mlops-desktop/`, a folder that can be copied to a machine with the same system. What is in it is in `build.spec`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "dist" / "mlops-desktop"
MADE_FROM = ("build.spec", "requirements.lock", "mlops_desktop", "resources")
LARGEST = 6


def build() -> None:
    """Build the program anew. Raises CalledProcessError when PyInstaller fails."""
    line = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR", "--workpath", "build/frozen", "build.spec"]
    subprocess.run(line, cwd=ROOT, check=True)


def is_up_to_date() -> bool:
    """Whether the program is there and nothing that it was made from is newer."""
    program = PROGRAM / ("mlops-desktop.exe" if sys.platform == "win32" else "mlops-desktop")
    files = [path for name in MADE_FROM for path in (ROOT / name, *(ROOT / name).rglob("*")) if path.is_file() and path.suffix != ".pyc"]
    return program.is_file() and program.stat().st_mtime > max(path.stat().st_mtime for path in files)


def size(path: Path) -> float:
    """MB (10⁶ bytes) of a file, or of all files below a folder, links not followed."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file() and not file.is_symlink()) / 1e6


def main() -> int:
    """Build, then print the size and what it is made of; the exit code of the build."""
    try:
        build()
    except subprocess.CalledProcessError as error:
        return error.returncode
    inside = {path.name: size(path) for path in (PROGRAM / "_internal").iterdir() if not path.is_symlink()}
    largest = sorted(inside, key=lambda name: -inside[name])[:LARGEST]
    print(f"{PROGRAM.relative_to(ROOT)}: {size(PROGRAM):.0f} MB (" + ", ".join(f"{name} {inside[name]:.0f}" for name in largest) + ")")
    return 0


if __name__ == "__main__":
    sys.exit(main())
