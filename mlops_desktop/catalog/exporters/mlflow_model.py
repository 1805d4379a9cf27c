"""A folder that MLflow loads as a model: a short `MLmodel`, a loader, and the model with the code that answers beside it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from mlops_desktop.base.families import Exporter, ReadBack
from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.catalog.exporters._documents import model_card
from mlops_desktop.catalog.exporters._service_files import copy_code, copy_licences, pins, service_lock, write_text
from mlops_desktop.catalog.exporters._standalone import refused
from mlops_desktop.catalog.exporters._yaml import to_yaml
from mlops_desktop.serving.bundle import Bundle, open_bundle
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.server import PACKAGES

CODE = "bundle_serving"  # the name of the copied package, which no other model has
PYTHON = "3.11"
PANDAS = "pandas==2.3.3"  # MLflow takes no pandas 3 yet
SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class MlflowModel(Exporter):
    """Needs no MLflow to be written. It is read back through its loader, in a process that has pandas and numpy alone."""

    id: ClassVar[str] = "mlflow_model"
    label: ClassVar[str] = "MLflow model"
    help: ClassVar[str] = (
        "A folder for mlflow.pyfunc.load_model and the model registry. It answers with a table of answers and probabilities."
    )
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("MLmodel", msg("what MLflow reads first")),
        ("code/", msg("the loader and the code that answers")),
        ("data/", msg("the model as plain data, and its golden rows")),
        ("requirements.txt, conda.yaml, python_env.yaml", msg("the packages it needs, pinned")),
        ("README.md", msg("the model card")),
        ("LICENSE, NOTICE", msg("the licence of the code")),
    )

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        job.step(0.0, "Checking the model")
        opened = open_bundle(bundle)
        packages = _packages(opened.info["requirements"])
        job.step(0.3, "Copying the service")
        shutil.copytree(bundle, target / "data")
        (target / "code").mkdir()
        copy_code(target / "code", Part(job, 0.3, 0.8), CODE)
        shutil.copyfile(resource_folder() / "templates" / "bundle_loader.py", target / "code" / "bundle_loader.py")
        write_text(target / "requirements.txt", "".join(f"{one}\n" for one in packages))
        write_text(target / "conda.yaml", to_yaml(_conda(packages)))
        write_text(
            target / "python_env.yaml", to_yaml({"python": PYTHON, "build_dependencies": ["pip"], "dependencies": ["-r requirements.txt"]})
        )
        write_text(target / "MLmodel", to_yaml(_description(opened)))
        write_text(target / "README.md", model_card(opened.info, opened.scorer) + _USE)
        copy_licences(target)
        job.step(1.0)

    def read_back(self, target: Path, bundle: Bundle) -> ReadBack | None:
        if getattr(sys, "frozen", False):
            return None
        command = [sys.executable, "-c", _READER, str(target)]
        rows = json.dumps(list(bundle.golden.rows))
        done = subprocess.run(command, input=rows, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False, cwd=target)
        if done.returncode:
            raise refused(done.stderr)
        return ReadBack(f"its loader, Python {sys.version.split()[0]}", np.array(json.loads(done.stdout), dtype=np.float64))


def _packages(requirements: list[str]) -> list[str]:
    """The packages of the service without those of its server, and pandas, in which MLflow passes rows."""
    server = {*PACKAGES, "click", "colorama", "h11"} - {"numpy"}
    listed = pins(service_lock(requirements)).splitlines()
    return [*(line for line in listed if line.partition("==")[0] not in server), PANDAS]


def _conda(packages: list[str]) -> dict[str, Any]:
    return {"name": "model", "channels": ["conda-forge"], "dependencies": [f"python={PYTHON}", "pip", {"pip": packages}]}


def _description(bundle: Bundle) -> dict[str, Any]:
    """The content of `MLmodel`. Inputs are of any type: MLflow's types would cut decimals and refuse gaps before the model sees them."""
    inputs = [{"type": "any", "name": column.name, "required": not column.nullable} for column in bundle.schema.columns]
    params = [{"name": "threshold", "type": "double", "default": None, "shape": None}] if bundle.scorer.positive is not None else None
    digest = hashlib.sha256(f"{bundle.info['name']}\0{bundle.info['version']}".encode()).hexdigest()[:32]
    function = {
        "loader_module": "bundle_loader",
        "code": "code",
        "data": "data",
        "env": {"conda": "conda.yaml", "virtualenv": "python_env.yaml"},
        "python_version": PYTHON,
    }
    described: dict[str, Any] = {
        "flavors": {"python_function": function},
        "model_uuid": digest,
        "metadata": {"name": bundle.info["name"], "version": bundle.info["version"]},
        "signature": {"inputs": json.dumps(inputs, ensure_ascii=False), "outputs": None},
    }
    if params:
        described["signature"]["params"] = json.dumps(params)
    return described


# Answers golden rows from standard input through the loader; pandas holds the rows as MLflow would.
_READER = """
import json, sys
sys.path[:1] = [sys.argv[1] + "/code"]
import pandas
import bundle_loader
model = bundle_loader._load_pyfunc(sys.argv[1] + "/data")
found = model.predict(pandas.DataFrame(json.load(sys.stdin), dtype=object))
json.dump([[float(x) for x in row] for row in found[bundle_loader.scores_in(found)].to_numpy()], sys.stdout)
"""

_USE = """
## With MLflow

```python
import mlflow

model = mlflow.pyfunc.load_model("this folder")
print(model.predict(rows))  # a pandas.DataFrame with the columns above; missing columns count as missing values
```

The answer is a table with `prediction` and, for classes, `probability_…`. A row that cannot be read is refused with its reason. Every use
begins with the self-test on the golden rows in `data/golden.json`.
"""
