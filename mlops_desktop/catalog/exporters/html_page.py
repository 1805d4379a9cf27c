"""The model as one HTML file that works without a server: a form, reasons, what-if curves, CSV files, and its self-test."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from mlops_desktop.base.families import ReadBack
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.catalog.exporters._program import refusal
from mlops_desktop.catalog.exporters._service_files import write_text
from mlops_desktop.catalog.exporters._standalone import ProgramExporter, answered, golden_record
from mlops_desktop.serving.bundle import Bundle
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.models.neighbours import Neighbours
from mlops_desktop.serving.scorer import Scorer

PAGE = "model.html"
_SLOT = '<script id="model" type="application/json">{}</script>'


@dataclass(frozen=True, kw_only=True)
class HtmlPage(ProgramExporter):
    """Writes `model.html` from a template and the model as JSON in it. It is read back with Node.js, where that is installed."""

    id: ClassVar[str] = "html_page"
    label: ClassVar[str] = "HTML page"
    help: ClassVar[str] = "One file for a double click, without a server: form, reasons, what-if and CSV files."
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        (PAGE, msg("the page with the model in it; nothing is sent anywhere")),
        ("LICENSE, NOTICE", msg("the licence of the code")),
    )

    def unsupported(self, scorer: Scorer) -> str:
        return refusal(scorer, (Neighbours,), reads_texts=True)

    def write_program(self, target: Path, bundle: Bundle, program: dict[str, Any]) -> None:
        model = json.dumps({**program, "golden": golden_record(bundle)}, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        template = (resource_folder() / "templates" / "standalone.html").read_text(encoding="utf-8")
        assert template.count(_SLOT) == 1
        # Within a script element only “<” could end it.
        slot = _SLOT.replace("{}", model.replace("<", "\\u003c"))
        write_text(target / PAGE, template.replace(_SLOT, slot))

    def read_back(self, target: Path, bundle: Bundle) -> ReadBack | None:
        node = shutil.which("node")
        if node is None:
            return None
        found = answered([node, "-e", _READER, str(target / PAGE)], bundle)
        return ReadBack(f"Node.js {found['version']}", np.array(found["scores"], dtype=np.float64))


# Runs the core of the page, without the document, on rows from standard input.
_READER = """
const fs = require("fs"), vm = require("vm");
const page = fs.readFileSync(process.argv[1], "utf8");
const part = (id) => page.match(new RegExp('<script id="' + id + '"[^>]*>([^]*?)</script>'))[1];
const context = vm.createContext({ MODEL: JSON.parse(part("model")), ROWS: JSON.parse(fs.readFileSync(0, "utf8")) });
const scores = vm.runInContext(part("core") + "\\nJSON.stringify(ROWS.map(scores))", context);
process.stdout.write(JSON.stringify({ version: process.versions.node, scores: JSON.parse(scores) }));
"""
