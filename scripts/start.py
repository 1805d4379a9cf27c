"""What `make run` does once everything is set up: open the window, or say why there is none and take the sample to a tested service."""

from __future__ import annotations

import subprocess
import sys

import sample_run
import setup


def why_no_window() -> str | None:
    """The reason, as a sentence, why no window can be opened here; None where one can."""
    if not (setup.ROOT / "mlops_desktop" / "app.py").exists():
        return "This version has no window yet."
    if not setup.has_display():
        return "There is no display here, so no window can be opened."
    if setup.missing_libraries("run"):
        return "System libraries that the window needs are missing."
    return None


def main() -> int:
    """Open the application or run the sample; the exit code is that of what ran."""
    reason = why_no_window()
    if reason is None:
        return subprocess.call([sys.executable, "-m", "mlops_desktop"], cwd=setup.ROOT)
    print(f"{reason} The sample project goes the whole way instead, from a file to a tested service.", flush=True)
    return sample_run.main()


if __name__ == "__main__":
    sys.exit(main())
