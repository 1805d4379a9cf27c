"""Every simulation in turn: `python -m simulations`. Each part says what it measures and prints rows for `docs/honesty.md`."""

from __future__ import annotations

import subprocess
import sys

PARTS = ("coverage", "drift", "selection", "leaks", "checks", "time_split", "hostile_tables", "random_tables")


def main() -> int:
    """Run all parts; the number of those whose promise does not hold."""
    failed = 0
    for part in PARTS:
        print(f"\n== {part}: python -m simulations.{part}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"simulations.{part}", *sys.argv[1:]], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
