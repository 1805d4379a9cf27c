"""Every benchmark in turn. Each part says what it measures; nothing else should run meanwhile."""

from __future__ import annotations

import subprocess
import sys

PARTS = ("scoring", "row", "service", "requests", "window", "first_rows", "quality")


def main() -> int:
    """Run all parts; the number of those that could not be measured."""
    failed = 0
    for part in PARTS:
        print(f"\n== {part}: python -m benchmarks.{part}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{part}"], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
