"""Writes the folder of a service: the core of a bundle, the code that answers, a start file, pinned packages, documents and checksums.

Every exporter that writes a service begins with this, so that all of them hold the files of `serving.manifest`.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.extensions import extension_serving_files
from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.resources import licence_file, resource_folder, serving_files
from mlops_desktop.catalog.exporters._documents import markdown_line, model_card, sbom
from mlops_desktop.catalog.exporters._packages import packages_text
from mlops_desktop.serving.bundle import Bundle, files_of, open_bundle, write_sums
from mlops_desktop.serving.manifest import (
    CHECKSUMS,
    CODE_FOLDER,
    LICENCES,
    LOCK,
    MODEL_CARD,
    README,
    REQUIREMENTS,
    SBOM,
    START,
    files_table,
    missing,
)
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.openapi import example_row
from mlops_desktop.serving.prediction_spec import prediction_spec
from mlops_desktop.serving.routes import routes_table


def write_service(bundle: Path, target: Path, job: Job, more: Callable[[dict[str, Any]], str] | None = None) -> Bundle:
    """Fill the empty folder `target` with the service of a bundle's core; the opened core. The same core gives the same bytes.

    `more` makes a further section of the README from the content of `bundle.json`. UserError when the core is damaged, when a package that
    the model needs is not in the lock, or when files of this installation are missing.
    """
    job.step(0.0, "Checking the model")
    opened = open_bundle(bundle)
    lock = service_lock(opened.info["requirements"])
    job.step(0.4, "Copying the service")
    shutil.copytree(bundle, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(CHECKSUMS))
    copy_code(target, Part(job, 0.4, 0.8))
    job.step(0.8, "Writing the README and the checksums")
    write_text(target / LOCK, lock)
    write_text(target / REQUIREMENTS, pins(lock))
    write_text(target / README, readme(opened.info, example_row(opened.scorer), more(opened.info) if more else "", lock))
    write_text(target / MODEL_CARD, model_card(opened.info, opened.scorer))
    write_text(target / SBOM, sbom(opened.info, lock))
    copy_licences(target)
    write_sums(target)
    if absent := missing([*files_of(target), CHECKSUMS]):
        raise _incomplete(absent[0])
    job.step(1.0)
    return opened


def copy_licences(target: Path) -> None:
    """Copy the licence of the code, and the notices of its authors."""
    for name in LICENCES:
        shutil.copyfile(licence_file(name), target / name)


def copy_code(target: Path, job: Job, package: str = "") -> None:
    """Copy the code that answers and its start file; with the name of a `package` the code alone, under that name."""
    code = serving_files()
    if not (code / START).is_file():
        raise _incomplete(START)
    folder = Path(package or CODE_FOLDER)
    sources = sorted(path for path in code.rglob("*") if path.is_file() and path.suffix != ".pyc")
    copied = [(source, folder / source.relative_to(code)) for source in sources if source != code / START]
    copied += [] if package else [(code / START, Path(START))]
    copied += [(source, folder / path) for source, path in extension_serving_files()]
    for number, (source, path) in enumerate(copied):
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)
        job.step((number + 1) / len(copied))


def _incomplete(name: str) -> UserError:
    return UserError(
        msg("This installation is incomplete: a file of the service is missing, “{name}”.", name=name), "Install the application again."
    )


def service_lock(requirements: Collection[str] = ()) -> str:
    """The lock of a service: its packages with version and the hashes of all their files. No network is needed.

    `requirements` are the packages that the model needs beside the service's own. Those and what they need are taken from the lock that
    travels with the application. UserError when it does not hold one of them.
    """
    text = (resource_folder() / "templates" / "service.lock").read_text(encoding="utf-8")
    header, *blocks = re.split(r"(?m)^(?=# for |[\w.-]+==)", text)
    chosen, needed_by = [header], ""
    found: set[str] = set()
    for block in blocks:
        if block.startswith("# for "):  # before a package that only some models need: their requirements that bring it in
            needed_by = block.removeprefix("# for ").strip()
            continue
        if not needed_by or set(needed_by.split(", ")) & set(requirements):
            chosen.append(block)
            found.add(block.partition("==")[0])
        needed_by = ""
    for name in sorted(set(requirements) - found):
        raise UserError(
            msg(
                "The model needs the package {name}, which cannot be pinned for a service: the lock of this application does not hold it.",
                name=name,
            ),
            "Choose another run.",
        )
    return "".join(chosen)


def pins(lock: str) -> str:
    """The packages of a lock with their versions and markers, without the hashes."""
    found = re.findall(r"(?m)^([\w.-]+==[^\s\\;]+)(?: ;([^\\\n]+))? \\$", lock)
    return "".join(f"{pin};{marker.rstrip()}\n" if marker else f"{pin}\n" for pin, marker in found)


def write_text(path: Path, text: str) -> None:
    """Write a text with the same bytes on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


def readme(info: dict[str, Any], row: dict[str, Any], more: str = "", lock: str = "") -> str:
    """The README: what the model predicts, how the service is started, an example request, routes, the packages of a lock, files."""
    body = json.dumps({"rows": [row]}, ensure_ascii=False)
    return _README.format(
        name=markdown_line(info["name"] or "Model"),
        target=markdown_line(info["target"]),
        version=info["version"],
        answers=prediction_spec(info["task"]).contents,
        body=body.replace("'", "'\\''"),
        python=json.dumps(body, ensure_ascii=False),
        rows=info["parity"]["rows"],
        consent=_CONTAINS_ROWS if info.get("consent") else "",
        fitted=_ALL_ROWS if info.get("fitted_on") == "all rows" else "",
        routes=routes_table(markdown_line(info["target"])),
        files=files_table(),
        more=more,
        checks=_checks(info.get("checks", [])),
        packages=packages_text(lock, info["requirements"]) if lock else "",
    )


def _checks(found: list[dict[str, Any]]) -> str:
    """The section on the checks of the model; empty for a bundle of an older version, which has none."""
    if not found:
        return ""
    lines = ["| check | verdict | what was found |", "|---|---|---|"]
    for one in found:
        accepted = f"Accepted: {one['accepted']}" if one.get("accepted") else ""
        text = " ".join(part for part in (one["message"], one["remedy"], accepted) if part)
        lines.append(f"| {' | '.join(map(markdown_line, (one['title'], one['verdict'], text)))} |")
    return "\n## Checks of the model\n\n" + "\n".join(lines) + "\n"


_ALL_ROWS = """

The model is fitted on all rows of the project. The figures under `test` in `bundle.json` are of the same model fitted on the training part
alone, measured on rows that it had not seen."""

_CONTAINS_ROWS = """

**This model contains rows of its training data**, to which the person who exported it agreed. Treat the folder like that data."""

_README = """# {name}: predicts {target}

Version `{version}`. This folder is a whole service: it needs Python 3.11 or newer and the packages of `requirements.txt`, and nothing else.
It works without internet and keeps no data unless a folder is named for it.{consent}{fitted}

## Start

```
python -m venv .venv
.venv/bin/pip install -r requirements.txt
.venv/bin/python serve.py --port 8000
```

On Windows it is `.venv\\Scripts\\pip` and `.venv\\Scripts\\python`.

Then open http://127.0.0.1:8000/ for the form page. The service starts only after it gave the same answers as the application to {rows}
golden rows; `python serve.py selftest` repeats that at any time (exit code 0 or 1).

It listens on this machine alone. `--host 0.0.0.0` opens it to the network, for which it needs API keys: `python serve.py key NAME >> keys`
makes one, `--api-keys keys` takes the file; `--tls-cert` and `--tls-key` answer over HTTPS. `--allow-anonymous` goes without keys, where
a proxy checks who asks. `--workers N` starts several processes. `python serve.py predict IN.csv OUT.csv` predicts for a file without a
server.

`--monitor-folder DIR` keeps counts of drift, errors and times there over restarts, and `--prediction-log full` (or `sampled`) the answered
rows too, without the columns that `--log-mask` names: labels that arrive later (`/v1/feedback`, `python serve.py feedback LABELS.csv`) then
show the performance over time. `GET /v1/alerts` has what is out of its limits.
{more}
## Use

```
curl http://127.0.0.1:8000/v1/predict -H 'Content-Type: application/json' -d '{body}'
```

```python
import json, urllib.request

body = {python}
request = urllib.request.Request("http://127.0.0.1:8000/v1/predict", body.encode(), {{"Content-Type": "application/json"}})
print(json.load(urllib.request.urlopen(request)))
```

Each row is answered with {answers}, and with warnings where a value is unlike those of the training data.

{routes}
`?on_error=row` answers the valid rows of a request in which others are invalid.
{checks}{packages}
## Files

{files}"""
