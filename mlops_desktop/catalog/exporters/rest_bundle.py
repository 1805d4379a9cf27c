"""A folder that is a REST service: the model as plain data, the code that answers, and a start file."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from mlops_desktop.base.families import Exporter
from mlops_desktop.base.job import Job
from mlops_desktop.base.resources import serving_files

# What the service imports, and what those packages need themselves. On Windows uvicorn does without uvloop.
PACKAGES = ("numpy", "uvicorn", "httptools", "h11", "click", "uvloop")
NOT_ON_WINDOWS = frozenset(("uvloop",))
START = "serve.py"


@dataclass(frozen=True, kw_only=True)
class RestBundle(Exporter):
    """Writes the core of the bundle, `serving/` verbatim, `serve.py`, `requirements.txt`, a README and checksums over all of it."""

    id: ClassVar[str] = "rest_bundle"
    label: ClassVar[str] = "REST service"
    help: ClassVar[str] = (
        "A folder that runs with Python alone: a service with a form page, tests of its own answers, and no link back to this program."
    )

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        from mlops_desktop.serving.bundle import SUMS, open_bundle, write_sums

        job.step(0.0, "Checking the model")
        opened = open_bundle(bundle)
        job.step(0.4, "Copying the service")
        shutil.copytree(bundle, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(SUMS))
        code = serving_files()
        for source in sorted(path for path in code.rglob("*") if path.is_file() and path.suffix != ".pyc"):
            place = target / START if source == code / START else target / "serving" / source.relative_to(code)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)
        job.step(0.8, "Writing the README and the checksums")
        _write(target / "requirements.txt", requirements())
        _write(target / "README.md", readme(opened.info, _example(opened)))
        write_sums(target)
        job.step(1.0)


def requirements() -> str:
    """The packages of the service, pinned to the versions that this application runs with."""
    lines = []
    for name in PACKAGES:
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # uvloop is not there on Windows, and the service does without
        lines.append(f"{name}=={version}" + ("; sys_platform != 'win32'" if name in NOT_ON_WINDOWS else ""))
    return "\n".join(lines) + "\n"


def readme(info: dict[str, Any], row: dict[str, Any]) -> str:
    """The bundle's README: what it is, how it starts, a request to try, and where everything is."""
    body = json.dumps({"rows": [row]}, ensure_ascii=False)
    answers = {
        "binary": "the class, the probability of each class and the threshold",
        "multiclass": "the class and the probability of each class",
        "regression": "the number",
    }
    return _README.format(
        name=info["name"] or "Model",
        target=info["target"],
        version=info["version"],
        answers=answers[info["task"]],
        body=body.replace("'", "'\\''"),
        python=json.dumps(body, ensure_ascii=False),
        rows=info["parity"]["rows"],
        consent=_CONTAINS_ROWS if info.get("consent") else "",
    )


def _example(opened: Any) -> dict[str, Any]:
    from mlops_desktop.serving.openapi import example_row

    return example_row(opened.scorer)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


_CONTAINS_ROWS = """

**This model contains rows of its training data**, to which the person who exported it agreed. Treat the folder like that data."""

_README = """# {name}: predicts {target}

Version `{version}`. This folder is a whole service: it needs Python 3.11 or newer and the packages of `requirements.txt`, and nothing else.
It works without internet and keeps no data.{consent}

## Start

```
python -m venv .venv
.venv/bin/pip install -r requirements.txt
.venv/bin/python serve.py --port 8000
```

On Windows it is `.venv\\Scripts\\pip` and `.venv\\Scripts\\python`.

Then open http://127.0.0.1:8000/ for the form page. The service starts only after it gave the same answers as the application to {rows}
golden rows; `python serve.py selftest` repeats that at any time (exit code 0 or 1).

It listens on this machine alone. `--host 0.0.0.0` opens it to the network: put something in front of it that checks who calls.
`--workers N` starts several processes. `python serve.py predict IN.csv OUT.csv` answers a file without a server.

## Ask

```
curl http://127.0.0.1:8000/v1/predict -H 'Content-Type: application/json' -d '{body}'
```

```python
import json, urllib.request

body = {python}
request = urllib.request.Request("http://127.0.0.1:8000/v1/predict", body.encode(), {{"Content-Type": "application/json"}})
print(json.load(urllib.request.urlopen(request)))
```

Each row is answered with {answers}, and with warnings where a value is unlike the training data.

| address | what |
|---|---|
| `GET /` | form page with the reasons for an answer, what-if curves, and CSV in and out |
| `POST /v1/predict` | rows as JSON; `?on_error=row` answers the good rows of a mixed request |
| `POST /v1/predict/csv` | CSV in, CSV out, every row in its place |
| `POST /v1/explain` · `POST /v1/what-if` | contributions of each column, adding up to the answer · the curve of one column |
| `GET /v1/schema` · `GET /v1/model` | fields with types, ranges and levels · identity, metrics, hashes |
| `GET /v1/drift` | whether the data has moved away from training; counts only, no row is stored |
| `GET /health/live` · `/health/ready` · `/health/startup` · `/metrics` | for whoever runs it (Prometheus) |
| `GET /openapi.json` · `GET /docs` | the interface for programs · for people |

## Files

| file | what |
|---|---|
| `bundle.json` | identity, metrics, versions and how closely the answers equal the application's |
| `model/` | schema, transforms and model as JSON and plain arrays; nothing in it can run |
| `golden.json` · `reference.json` | made-up rows with their answers · bins and counts of the training data |
| `serving/` · `serve.py` | the code that answers |
| `SHA256SUMS` | checksums of every file; a changed byte stops the service |
"""
