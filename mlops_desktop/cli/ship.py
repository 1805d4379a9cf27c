"""The commands that write a model as a service and start it: export, serve."""

from __future__ import annotations

import argparse
import sys
from functools import partial

from mlops_desktop.cli.output import print_json
from mlops_desktop.serving.plural import pluralize


def export_command(args: argparse.Namespace) -> int:
    """Write the chosen model as a service."""
    from mlops_desktop.cli.calling import call_on
    from mlops_desktop.engine.process import Export
    from mlops_desktop.engine.project import read_option

    options = dict(read_option(text) for text in args.options)
    settings = {"policies": tuple(args.policy), "thresholds": args.threshold_limits}
    written = call_on(args.dir, partial(Export, exporter=args.exporter, out=args.out, options=options, **settings))
    found = written.written
    if args.json:
        packages = [{"name": name, "version": version, "megabytes": size} for name, version, size in found.packages]
        document = {"out": str(written.out), "files": found.files, "tier": found.tier, "packages": packages}
        print_json({**document, "start_seconds": found.start_seconds})
    print(f"{pluralize(len(found.files), '1 file', '{n} files')} in {written.out}.", file=sys.stderr)
    return 0


def serve_command(args: argparse.Namespace) -> int:
    """Start the service of an exported bundle in this process, which therefore imports nothing of the engine."""
    from mlops_desktop.serving.__main__ import main as serve

    named = ("api_keys", "rate_limit", "tls_cert", "tls_key", "threshold_limits")
    given = {"--" + name.replace("_", "-"): value for name in named if (value := getattr(args, name))}
    flags = [part for flag, value in given.items() for part in (flag, str(value))]
    flags += [part for policy in args.policy for part in ("--policy", policy)]
    flags += ["--allow-anonymous"] if args.allow_anonymous else []
    return serve([str(args.bundle), "--port", str(args.port), "--host", args.host, *flags])
