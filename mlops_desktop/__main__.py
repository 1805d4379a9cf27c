"""The entry point: starts the window without arguments, else a worker, the service of a bundle or the command line.

`--worker`: the child process that does the work. `--serve BUNDLE …`: the service of a bundle, with this very interpreter. Anything else:
the command line.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.process import run_helper


def main() -> int:
    """Start what the arguments ask for; the exit code."""
    try:
        return _start()
    except UserError as error:  # a broken extension, found while it was still being loaded
        sys.stderr.write(f"mlops-desktop: {error}\n")
        return 2
    except KeyboardInterrupt:  # while it was still being loaded; what works says more
        return 130


def open_window() -> int:
    """Open the window without a console, as the installed program starts it; the exit code."""
    return _show_window(sys.argv[1:])


def _show_window(arguments: list[str]) -> int:
    gc.disable()  # what the imports make stays, so a collection among them finds nothing; `Collector` collects once the window is shown
    from mlops_desktop.app import main

    return main(arguments)


def _start() -> int:
    run_helper()
    arguments = sys.argv[1:]
    if arguments[:1] == ["--worker"]:
        from mlops_desktop.engine.process import run_worker

        return run_worker(arguments[1:])
    if arguments[:1] == ["--serve"]:
        from mlops_desktop.engine.process import serve_bundle

        return serve_bundle(arguments[1:])
    if not arguments or (len(arguments) == 1 and Path(arguments[0]).exists()):
        return _show_window(arguments)
    from mlops_desktop.cli import main as command_line

    return command_line(arguments)


if __name__ == "__main__":
    sys.exit(main())
