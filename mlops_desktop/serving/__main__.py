"""The command line of a bundle.

    python serve.py [--port 8000] [--host 127.0.0.1] [--workers N]    start the service
    python serve.py selftest                                          compare with the answers of the application; exit code 0 or 1
    python serve.py predict IN.csv OUT.csv                            predict for a file
    python serve.py key NAME                                          make an API key: the line for the file of keys
    python serve.py feedback LABELS.csv --monitor-folder DIR          store late labels for rows of the prediction log

In the application the same is `python -m mlops_desktop.serving BUNDLE …`, with BUNDLE a folder or a .zip.
Exit codes: 0 done, 1 the self-test failed, 2 the input was wrong (one sentence on stderr), 70 an internal error, 130 stopped.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from .errors import UserError
from .message import msg
from .serve_options import add_serve_flags, serve_options, settings_of
from .server import PACKAGES, missing_packages

COMMANDS = ("serve", "selftest", "predict", "key", "feedback")
MAX_SHOWN_ERRORS = 20
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS")


def main(arguments: Sequence[str], folder: Path | None = None) -> int:
    """Run a command and return the exit code. Without `folder` the first argument names the bundle."""
    # Rows are small: threads inside numpy would cost more than they save, and compete with other services.
    for name in THREADS:
        os.environ.setdefault(name, "1")
    parsed = _parser(folder is None).parse_args(arguments)
    try:
        with contextlib.ExitStack() as stack:
            code = _run(parsed, _folder(Path(parsed.bundle) if folder is None else folder, stack))
        if parsed.command == "serve":
            _end(code)
        return code
    except UserError as error:
        _write_line(sys.stderr, str(error))
        return 1 if parsed.command == "selftest" else 2
    except ImportError as error:
        if not error.name or error.name.partition(".")[0] not in PACKAGES:
            raise
        _write_line(sys.stderr, f"The package {error.name.partition('.')[0]} is not installed. Install it: pip install -r requirements.txt")
        return 2
    except KeyboardInterrupt:
        return 130


def _parser(names_bundle: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mlops_desktop.serving" if names_bundle else "python serve.py",
        description="Serve the model of this bundle, test it, or answer a file.",
    )
    if names_bundle:
        parser.add_argument("bundle", metavar="BUNDLE", help="the folder of a bundle, or its .zip")
    parser.add_argument("command", nargs="?", choices=COMMANDS, default="serve", help="what to do (serve)")
    files = "for predict: IN.csv OUT.csv; for feedback: LABELS.csv; for key: its name"
    parser.add_argument("files", nargs="*", metavar="FILE", help=files)
    parser.add_argument(
        "--scopes", default="predict", help="for key: predict, monitor, feedback or admin, with commas between them (predict)"
    )
    parser.add_argument("--key", metavar="COLUMN", default="", help="for feedback: a column by which rows are found (the request id)")
    parser.add_argument("--replace", action="store_true", help="for feedback: let labels take the place of others")
    add_serve_flags(parser)
    return parser


def _run(parsed: argparse.Namespace, folder: Path) -> int:
    if parsed.command == "predict":
        if len(parsed.files) != 2:
            raise UserError("predict needs two files.", "predict IN.csv OUT.csv")
        return _predict(folder, parsed)
    if parsed.command == "key":
        return _key(parsed)
    if parsed.command == "feedback":
        return _feedback(folder, parsed)
    if parsed.files:
        raise UserError(msg("{command} takes no files.", command=parsed.command))
    if parsed.command == "selftest":
        return _selftest(folder)
    return _serve(folder, parsed)


def _folder(bundle: Path, stack: contextlib.ExitStack) -> Path:
    """The folder of a bundle. Only an archive is unpacked, to a temporary folder: a bundle in a folder needs no place to write to."""
    if not bundle.is_file():
        return bundle
    from .archive import read_archive

    return read_archive(bundle, Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bundle_"))))


def _selftest(folder: Path) -> int:
    if absent := missing_packages():
        raise UserError(
            msg("Self-test FAILED: the package {absent} is not installed.", absent=absent[0]), "Install it: pip install -r requirements.txt"
        )
    from .boot import verified_bundle

    _write_line(sys.stdout, verified_bundle(folder)[1].summary())
    return 0


def _serve(folder: Path, parsed: argparse.Namespace) -> int:
    import uvicorn  # noqa: F401  (imported first, so that its absence is reported before the bundle is opened)

    from .app import make_app
    from .boot import verified_bundle
    from .connection_sharing import ListeningSocket
    from .metrics import Metrics
    from .monitoring.opening import recorder_of
    from .server import address, listen, serve
    from .workers import serve_many

    options = serve_options(parsed)
    tls = options.protection.tls_cert is not None
    sock = listen(options.host, options.port)
    with sock:
        if options.workers > 1:
            bundle, parity = verified_bundle(folder)
            recorder_of(options.monitor, Metrics())  # refused here once, and not by each process
            where = f"{address(sock, tls)} with {options.workers} processes"
            _write_line(sys.stdout, f"{parity.summary()}\nServing {bundle.scorer.name} at {where}.")
            serve_many(folder, sock, options)
        else:
            app = make_app(folder, options)
            _write_line(sys.stdout, f"Self-test passed. Serving {app.slot.current.scorer.name} at {address(sock, tls)} (stop with Ctrl+C).")
            serve(lambda: app, ListeningSocket(sock), options)
    return 0


def _key(parsed: argparse.Namespace) -> int:
    from .api_keys import new_key

    if len(parsed.files) != 1:
        raise UserError("key needs a name.", "key NAME --scopes predict")
    secret, line = new_key(parsed.files[0], parsed.scopes)
    _write_line(sys.stderr, f"The key, which is not shown again: {secret}")
    _write_line(sys.stdout, line)
    return 0


def _feedback(folder: Path, parsed: argparse.Namespace) -> int:
    from .boot import verified_bundle
    from .monitoring.opening import check_sqlite
    from .monitoring.settings import monitor_folder

    if len(parsed.files) != 1 or (kept := monitor_folder(parsed)) is None:
        raise UserError("feedback needs a file of labels and the folder of the prediction log.", "feedback LABELS.csv --monitor-folder DIR")
    target = verified_bundle(folder)[0].scorer.target
    check_sqlite()
    from .monitoring.feedback_file import store_label_file

    outcome = store_label_file(kept, Path(parsed.files[0]), target, parsed.key, parsed.replace)
    for error in outcome.errors[:MAX_SHOWN_ERRORS]:
        _write_line(sys.stderr, f"line {error['entry'] + 2}: {error['detail']}")
    found = outcome.accepted + outcome.replaced
    _write_line(sys.stdout, f"{found:,} labels stored, {outcome.unchanged:,} were there, {outcome.refused:,} refused.")
    return 0


def _predict(folder: Path, parsed: argparse.Namespace) -> int:
    from .boot import verified_bundle
    from .csv_io import predict_file

    source, target = map(Path, parsed.files)
    bundle = verified_bundle(folder)[0]
    policy = settings_of(parsed).policy(bundle.info).fit(bundle.schema)
    rows, refused, warnings = predict_file(bundle.scorer, source, target, policy)
    for warning in warnings:
        _write_line(sys.stderr, warning)
    invalid = f", {refused:,} of them refused (see the column “error”)" if refused else ""
    answered = "1 row" if rows == 1 else f"{rows:,} rows"
    _write_line(sys.stdout, f"{answered} answered in {target}{invalid}.")
    return 0


def _end(code: int) -> None:
    """End the process at once. The interpreter's own end may wait for threads that work for requests which were answered with 503."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):  # nobody reads it any more
                stream.flush()
    os._exit(code)


def _write_line(stream: TextIO | None, text: str) -> None:
    """Write a line; a program without a console has no streams."""
    if stream is not None:
        stream.write(text + "\n")
        stream.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
