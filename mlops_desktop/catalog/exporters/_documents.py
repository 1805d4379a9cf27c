"""The documents beside a service: the model card in the form of Hugging Face, and the packages as a CycloneDX document."""

from __future__ import annotations

import json
import re
from typing import Any

from mlops_desktop.catalog.exporters._yaml import to_yaml
from mlops_desktop.serving.column_types import type_of
from mlops_desktop.serving.scorer import Scorer

# SPDX expressions of the packages in the lock of services; a test holds it against that lock.
LICENCES = {
    "click": "BSD-3-Clause",
    "colorama": "BSD-3-Clause",
    "h11": "MIT",
    "httptools": "MIT",
    "lightgbm": "MIT",
    "narwhals": "MIT",
    "numpy": "BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0",
    "scipy": "BSD-3-Clause",
    "uvicorn": "BSD-3-Clause",
    "uvloop": "MIT OR Apache-2.0",
}
_PACKAGE = re.compile(r"(?m)^([\w.-]+)==([^\s\\;]+)(?: ; ([^\\\n]+?))? \\\n((?:    --hash=.*\n?)+)")
_MOST_COLUMNS = 200


def sbom(info: dict[str, Any], lock: str) -> str:
    """A CycloneDX 1.6 document of the packages in a lock, with the hashes of their files. It has no time and no serial number."""
    packages = [_package(*found) for found in _PACKAGE.findall(lock)]
    model = {
        "type": "machine-learning-model",
        "bom-ref": "model",
        "name": info["name"] or "Model",
        "version": info["version"],
        "description": f"Predicts {info['target']}",
    }
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": model},
        "components": packages,
        "dependencies": [
            {"ref": "model", "dependsOn": [one["bom-ref"] for one in packages]},
            *({"ref": one["bom-ref"], "dependsOn": []} for one in packages),
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _package(name: str, version: str, marker: str, hashes: str) -> dict[str, Any]:
    files = [{"alg": "SHA-256", "content": digest} for digest in sorted(re.findall(r"sha256:([0-9a-f]{64})", hashes))]
    package: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"pkg:pypi/{name}@{version}",
        "name": name,
        "version": version,
        "licenses": [{"expression": LICENCES[name]}],
        "purl": f"pkg:pypi/{name}@{version}",
        "externalReferences": [{"type": "distribution", "url": f"https://pypi.org/project/{name}/{version}/", "hashes": files}],
    }
    if marker:
        package["properties"] = [{"name": "python:marker", "value": marker}]
    return package


def model_card(info: dict[str, Any], scorer: Scorer) -> str:
    """The model card: metadata that Hugging Face reads, then what the model predicts, from what, its figures, its checks and its limits."""
    name = info["name"] or "Model"
    kind = "tabular-classification" if scorer.prediction_spec.per_class else "tabular-regression"
    front: dict[str, Any] = {"library_name": "mlops-desktop", "pipeline_tag": kind, "tags": ["tabular", kind]}
    results = [one for one in info.get("test", {}).get("metrics", []) if one.get("value") is not None]
    if results:
        test = {
            "task": {"type": kind},
            "dataset": {"name": "held-out test set", "type": "held-out"},
            "metrics": [{"type": one["id"], "name": one["label"], "value": one["value"]} for one in results],
        }
        front["model-index"] = [{"name": name, "results": [test]}]
    parts = [_use(info, scorer), _results_table(info, results), _inputs(scorer), _limits(info)]
    return f"---\n{to_yaml(front)}---\n\n# {markdown_line(name)}\n\n" + "\n".join(part for part in parts if part)


def _use(info: dict[str, Any], scorer: Scorer) -> str:
    made = f" by {markdown_line(info['algorithm_label'])}" if info.get("algorithm_label") else ""
    rows = f", fitted on {info['training_rows']:,} rows ({info['fitted_on']})" if info.get("training_rows") else ""
    target = markdown_line(info["target"])
    return f"""\
Predicts `{target}`{made}{rows}. Version `{info["version"]}`. Each row is answered with {scorer.prediction_spec.contents}.

It is meant for rows like those of the training data. For other populations, or to decide about people alone, it was not examined.
"""


def _results_table(info: dict[str, Any], results: list[dict[str, Any]]) -> str:
    if not results:
        return ""
    lines = ["## Figures", "", "On rows that no fit and no choice had seen, with 95 % intervals.", ""]
    lines += ["| metric | value | from | to | baseline |", "|---|---|---|---|---|"]
    for one in results:
        cells = [_number(one.get(key)) for key in ("value", "low", "high", "baseline")]
        lines.append(f"| {markdown_line(one['label'])} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _inputs(scorer: Scorer) -> str:
    lines = ["## Input", "", "| column | type | range or levels in training |", "|---|---|---|"]
    for column in scorer.schema.columns[:_MOST_COLUMNS]:
        low, high = (type_of(column).bound_text(column, end) for end in (column.low, column.high))
        seen = f"{low} to {high}" if low and high else ", ".join(column.levels[:12]) + (" …" if len(column.levels) > 12 else "")
        lines.append(f"| {markdown_line(column.name)} | {column.type} | {markdown_line(seen)} |")
    more = len(scorer.schema.columns) - _MOST_COLUMNS
    return "\n".join(lines) + (f"\n\nAnd {more} more columns.\n" if more > 0 else "\n")


def _limits(info: dict[str, Any]) -> str:
    open_checks = [one for one in info.get("checks", []) if one.get("verdict") != "passed"]
    lines = [
        "## Limits",
        "",
        "A value outside these ranges is answered with a warning. The service measures drift at `/v1/drift`.",
    ]
    lines += [f"- {markdown_line(one['title'])}: {markdown_line(one['message'])}" for one in open_checks]
    return "\n".join(lines) + "\n"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def markdown_line(text: str) -> str:
    """A text as part of one line in Markdown, such as a heading or a cell of a table."""
    return re.sub(r"\s+", " ", str(text)).replace("|", "&#124;").replace("`", "'").replace("<", "&lt;")
