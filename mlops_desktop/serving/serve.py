"""The start of a bundle: `python serve.py` beside the folder `serving`. The exporter copies this file there.

It runs before anything of the bundle is imported, with the standard library alone: it checks the version of Python and the checksums of
the code, so that a damaged copy is reported in one sentence instead of a traceback.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
LEAST = (3, 11)


def changed(folder: Path) -> str:
    """The first file of the bundle's code that is missing or differs from the export; empty when there is none."""
    try:
        lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return "SHA256SUMS"
    for line in lines:
        digest, _, name = line.partition("  ")
        if name.endswith(".py"):
            try:
                unchanged = hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
            except OSError:
                unchanged = False
            if not unchanged:
                return name
    return ""


def main() -> int:
    """Check the code, then run the command of the arguments; the exit code."""
    if sys.version_info < LEAST:
        sys.stderr.write(f"Python {LEAST[0]}.{LEAST[1]} or newer is needed; this is {sys.version.split()[0]}.\n")
        return 2
    name = changed(HERE)
    if name:
        sys.stderr.write(f"The file “{name}” of the bundle is missing, was changed or is damaged. Export the bundle again.\n")
        return 1 if "selftest" in sys.argv[1:2] else 2
    # The package `serving` is beside this file; the working directory may be another.
    sys.path.insert(0, str(HERE))
    code: int = importlib.import_module("serving.__main__").main(sys.argv[1:], HERE)
    return code


if __name__ == "__main__":
    sys.exit(main())
