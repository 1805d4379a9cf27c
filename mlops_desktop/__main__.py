"""No argument: the window. `--worker`: the child process that does the work. Anything else: the command line."""

from __future__ import annotations

import sys


def main() -> int:
    """Start what the arguments ask for; the exit code."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--worker"]:
        from mlops_desktop.engine.worker import main as work

        return work(arguments[1:])
    from mlops_desktop.cli import main as command_line

    return command_line(arguments)


if __name__ == "__main__":
    sys.exit(main())
