"""The certificate of an export: its reader answers the golden rows from what was written, and the figures become part of the export."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Exporter, ReadBack
from mlops_desktop.base.number_format import format_number
from mlops_desktop.serving.bundle import Bundle, open_bundle, renew_sums
from mlops_desktop.serving.manifest import CERTIFICATE, CHECKSUMS, README
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.selftest import TOLERANCE, Parity, compare

FORMAT = 1


def refuse_unsupported(exporter: Exporter, core: Path) -> Bundle:
    """The opened core of a bundle; UserError when the form cannot express its model."""
    bundle = open_bundle(core)
    if reason := exporter.unsupported(bundle.scorer):
        raise UserError(reason, "Choose another form, or another run.")
    return bundle


def certify(exporter: Exporter, bundle: Bundle, target: Path) -> ReadBack | None:
    """Compare what was written to `target` with the golden rows of `bundle`, and write the certificate and the lines in the README.

    What its reader answered; None when this machine has none, which the certificate then says. How long it took to start is not in the
    certificate: the same model gives the same bytes. UserError with the figures when an answer differs by
    more than the tolerance or a decision is another.
    """
    found = exporter.read_back(target.resolve(), bundle)  # it may start a process in that folder, where a relative path leads elsewhere
    parity = None if found is None else _compared(exporter, bundle, found)
    text = json.dumps(_record(exporter, bundle, found, parity), ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    (target / CERTIFICATE).write_text(text, encoding="utf-8", newline="\n")
    changed = [CERTIFICATE]
    if (target / README).is_file():
        with (target / README).open("a", encoding="utf-8", newline="\n") as readme:
            readme.write(_section(found, parity))
        changed.append(README)
    if (target / CHECKSUMS).is_file():
        renew_sums(target, changed)
    return found


def _compared(exporter: Exporter, bundle: Bundle, found: ReadBack) -> Parity:
    expected = np.array(bundle.golden.scores, dtype=np.float64).reshape(len(bundle.golden.rows), -1)
    parity = compare(bundle.scorer, expected, found.scores)
    if not parity.passed:
        message = msg(
            "The export “{label}” was refused: of {rows} golden rows {labels} are decided otherwise, "
            "and the worst score differs by {worst} (limit {limit}).",
            label=exporter.label,
            rows=parity.rows,
            labels=parity.labels,
            worst=format_number(parity.worst, 3),
            limit=format_number(parity.tolerance, 3),
        )
        raise UserError(message, "Choose another form: nothing was written.")
    return parity


def _record(exporter: Exporter, bundle: Bundle, found: ReadBack | None, parity: Parity | None) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "exporter": exporter.id,
        "model": {"name": bundle.info["name"], "version": bundle.info["version"]},
        "golden_rows": len(bundle.golden.rows),
        "tolerance": TOLERANCE,
        "reader": None if found is None else found.reader,
        "worst_difference": None if parity is None else parity.worst,
        "other_decisions": None if parity is None else parity.labels,
    }


def _section(found: ReadBack | None, parity: Parity | None) -> str:
    if found is None or parity is None:
        return f"\n## Parity\n\nThe machine of the export had no reader for this form, so it was not compared: see `{CERTIFICATE}`.\n"
    return (
        f"\n## Parity\n\nBefore it was put in its place, this export was read by {found.reader} and answered"
        f" {parity.rows} golden rows as the application does: the worst difference is {parity.worst:.3g}"
        f" (limit {parity.tolerance:g} · max(1, |y|)), and no decision is another. The figures are in `{CERTIFICATE}`.\n"
    )
