"""What the forms without a service share: the course of an export, golden rows as typed cells, a README, and the refusal of a reader."""

from __future__ import annotations

import json
import subprocess
from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Exporter
from mlops_desktop.base.job import Job
from mlops_desktop.catalog.exporters._documents import markdown_line
from mlops_desktop.catalog.exporters._program import program_of, typed_rows
from mlops_desktop.catalog.exporters._service_files import copy_licences, write_text
from mlops_desktop.serving.bundle import Bundle, open_bundle
from mlops_desktop.serving.message import msg

SECONDS = 300  # for a reader


class ProgramExporter(Exporter):
    """Base of exporters that write the program of a scorer (see `_program`) as one file, perhaps with documents beside it."""

    keeps_settings: ClassVar[bool] = False

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        job.step(0.0, "Checking the model")
        opened = open_bundle(bundle)
        program = program_of(opened.scorer)
        job.step(0.4, "Writing the program")
        self.write_program(target, opened, program)
        job.step(0.8)
        copy_licences(target)
        job.step(1.0)

    @abstractmethod
    def write_program(self, target: Path, bundle: Bundle, program: dict[str, Any]) -> None:
        """Write the file, and the documents of the form."""


def answered(command: list[str], bundle: Bundle) -> Any:
    """The JSON that a reader of a form answers to the golden rows on its standard input. UserError when it ends with an error."""
    rows = json.dumps(typed_rows(bundle))
    done = subprocess.run(command, input=rows, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False)
    if done.returncode:
        raise refused(done.stderr)
    return json.loads(done.stdout)


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
