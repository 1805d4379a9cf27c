"""The commands that write a model as a service and start it: export, serve."""

from __future__ import annotations

import argparse
import sys
from functools import partial

from mlops_desktop.serving.plural import pluralize


def export_command(args: argparse.Namespace) -> int:
    """Write the chosen model as a service."""
    from mlops_desktop.cli.calling import call_on
    from mlops_desktop.engine.process import Export
    from mlops_desktop.engine.project import read_option

    options = dict(read_option(text) for text in args.options)
    settings = {"policies": tuple(args.policy), "thresholds": args.threshold_limits}
    written = call_on(args.dir, partial(Export, exporter=args.exporter, out=args.out, options=options, **settings))
    print(f"{pluralize(len(written.files), '1 file', '{n} files')} in {written.out}.", file=sys.stderr)
    return 0


def serve_command(args: argparse.Namespace) -> int:
    """Start the service of an exported bundle in this process, which therefore imports nothing of the engine."""
    from mlops_desktop.serving.__main__ import main as serve

    keys = ["--api-keys", str(args.api_keys)] if args.api_keys else []
    anonymous = ["--allow-anonymous"] if args.allow_anonymous else []
    return serve([str(args.bundle), "--port", str(args.port), "--host", args.host, *keys, *anonymous])
