"""What the forms without a service share: golden rows as typed cells, a README, and the refusal when a reader fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.catalog.exporters._documents import markdown_line
from mlops_desktop.catalog.exporters._program import typed_rows
from mlops_desktop.catalog.exporters._service_files import write_text
from mlops_desktop.serving.bundle import Bundle
from mlops_desktop.serving.message import msg


def golden_record(bundle: Bundle) -> dict[str, list[Any]]:
    """The golden rows as typed cells, and their scores."""
    return {"rows": typed_rows(bundle), "scores": [list(one) for one in bundle.golden.scores]}


def write_golden(target: Path, bundle: Bundle) -> None:
    """Write `golden.json`: the golden rows as typed cells, and their scores."""
    write_text(target / "golden.json", json.dumps(golden_record(bundle), ensure_ascii=False, allow_nan=False, indent=None) + "\n")


def write_readme(target: Path, bundle: Bundle, use: str) -> None:
    """Write `README.md`: what the model predicts and how the form is used. `{example}` in `use` is the first golden row."""
    info = bundle.info
    head = f"# {markdown_line(info['name'] or 'Model')}: predicts {markdown_line(info['target'])}\n\nVersion `{info['version']}`.\n"
    example = typed_rows(bundle)[0]
    consent = "\n**This model contains rows of its training data.** Treat it like that data.\n" if info.get("consent") else ""
    write_text(target / "README.md", head + consent + use.replace("{example}", repr(example)))


def refused(output: str) -> UserError:
    """What is raised when the reader of a form ends with an error."""
    lines = output.strip().splitlines()
    return UserError(
        msg("The exported form cannot be read back: {reason}", reason=lines[-1][:300] if lines else "—"),
        "Nothing was exported. Choose another form.",
    )
