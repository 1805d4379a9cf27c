"""A folder that is a service: the core of a bundle, the code that answers, a start file, pinned packages, a README and checksums.

Every exporter that writes a service begins with this, so that they are all the same service.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.resources import resource_folder, serving_files
from mlops_desktop.serving.bundle import SUMS, Bundle, open_bundle, write_sums
from mlops_desktop.serving.openapi import example_row
from mlops_desktop.serving.prediction_spec import prediction_spec

START, LOCK = "serve.py", "requirements.lock"


def write_service(bundle: Path, target: Path, job: Job, more: Callable[[dict[str, Any]], str] | None = None) -> Bundle:
    """Fill the empty folder `target` with the service of a bundle's core; the opened core. The same core gives the same bytes.

    `more` makes a further section of the README from the content of `bundle.json`. UserError when the core is damaged.
    """
    job.step(0.0, "Checking the model")
    opened = open_bundle(bundle)
    job.step(0.4, "Copying the service")
    shutil.copytree(bundle, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(SUMS))
    _copy_code(target, Part(job, 0.4, 0.8))
    job.step(0.8, "Writing the README and the checksums")
    lock = service_lock()
    write_text(target / LOCK, lock)
    write_text(target / "requirements.txt", pins(lock))
    write_text(target / "README.md", readme(opened.info, example_row(opened.scorer), more(opened.info) if more else ""))
    write_sums(target)
    job.step(1.0)
    return opened


def _copy_code(target: Path, job: Job) -> None:
    code = serving_files()
    if not (code / START).is_file():
        raise UserError("This installation is incomplete: the files of the service are missing.", "Install the application again.")
    sources = sorted(path for path in code.rglob("*") if path.is_file() and path.suffix != ".pyc")
    for number, source in enumerate(sources):
        place = target / START if source == code / START else target / "serving" / source.relative_to(code)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)
        job.step((number + 1) / len(sources))


def service_lock() -> str:
    """The service's packages with version and the hashes of all their files. It travels with the application: no network is needed."""
    return (resource_folder() / "templates" / "service.lock").read_text(encoding="utf-8")


def pins(lock: str) -> str:
    """The packages of a lock with their versions and markers, without the hashes."""
    found = re.findall(r"(?m)^([\w.-]+==[^\s\\;]+)(?: ;([^\\\n]+))? \\$", lock)
    return "".join(f"{pin};{marker.rstrip()}\n" if marker else f"{pin}\n" for pin, marker in found)


def write_text(path: Path, text: str) -> None:
    """Write a text with the same bytes on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


def readme(info: dict[str, Any], row: dict[str, Any], more: str = "") -> str:
    """The README: what it is, how it starts, a request to try, and where everything is."""
    body = json.dumps({"rows": [row]}, ensure_ascii=False)
    return _README.format(
        name=info["name"] or "Model",
        target=info["target"],
        version=info["version"],
        answers=prediction_spec(info["task"]).contents,
        body=body.replace("'", "'\\''"),
        python=json.dumps(body, ensure_ascii=False),
        rows=info["parity"]["rows"],
        consent=_CONTAINS_ROWS if info.get("consent") else "",
        more=more,
    )


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
{more}
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
| `requirements.txt` · `requirements.lock` | its packages · the same with hashes, for `pip install --require-hashes -r requirements.lock` |
| `SHA256SUMS` | checksums of all these; a changed byte stops the service |
"""
