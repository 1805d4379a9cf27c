"""The model as one Python file that needs no package: a function, a command for CSV files, and its self-test."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from mlops_desktop.base.families import Exporter, ReadBack
from mlops_desktop.base.job import Job
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.catalog.exporters._program import program_of, refusal, typed_rows
from mlops_desktop.catalog.exporters._service_files import copy_licences, write_text
from mlops_desktop.catalog.exporters._standalone import refused, write_golden, write_readme
from mlops_desktop.serving.bundle import Bundle, open_bundle
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.scorer import Scorer

SECONDS = 300
_SLOT = 'MODEL = json.loads("{}")'


@dataclass(frozen=True, kw_only=True)
class PythonScript(Exporter):
    """Writes `predict.py` from a template and the model as JSON in it."""

    id: ClassVar[str] = "python_script"
    label: ClassVar[str] = "Python script"
    help: ClassVar[str] = "One Python file that needs no package, for another program or for CSV files. It has no steps on texts and dates."
    keeps_settings: ClassVar[bool] = False
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("predict.py", msg("the model and the code that answers")),
        ("golden.json", msg("made-up rows with their answers, for the self-test")),
        ("README.md", msg("how to call it")),
        ("LICENSE, NOTICE", msg("the licence of the code")),
    )

    def unsupported(self, scorer: Scorer) -> str:
        return refusal(scorer)

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        job.step(0.0, "Checking the model")
        opened = open_bundle(bundle)
        program = program_of(opened.scorer)
        job.step(0.5, "Writing the program")
        template = (resource_folder() / "templates" / "standalone.py").read_text(encoding="utf-8")
        assert template.count(_SLOT) == 1
        text = json.dumps(program, separators=(",", ":"))
        write_text(target / "predict.py", template.replace(_SLOT, f"MODEL = json.loads({text!r})"))
        job.step(0.8)
        write_golden(target, opened)
        write_readme(target, opened, _USE)
        copy_licences(target)
        job.step(1.0)

    def read_back(self, target: Path, bundle: Bundle) -> ReadBack | None:
        frozen = getattr(sys, "frozen", False)
        python = shutil.which("python3") or shutil.which("python") if frozen else sys.executable
        if python is None:
            return None
        command = [python, "-I", str(target / "predict.py"), "scores"]
        rows = json.dumps(typed_rows(bundle))
        done = subprocess.run(command, input=rows, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False)
        if done.returncode:
            raise refused(done.stderr)
        version = "Python" if frozen else f"Python {sys.version.split()[0]}"
        return ReadBack(version, np.array(json.loads(done.stdout), dtype=np.float64))


_USE = """
```
python predict.py IN.csv OUT.csv
python predict.py selftest
```

```python
from predict import predict

print(predict({example}))
```

Cells are numbers, True or False, levels exactly as in the training data, or None. The file checks no ranges and gives no warnings: the REST
service does.
"""
