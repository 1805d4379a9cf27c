"""The model as one Python file that needs no package: a function, a command for CSV files, and its self-test."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from mlops_desktop.base.families import ReadBack
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.catalog.exporters._program import refusal
from mlops_desktop.catalog.exporters._service_files import write_text
from mlops_desktop.catalog.exporters._standalone import ProgramExporter, answered, write_golden, write_readme
from mlops_desktop.serving.bundle import Bundle
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.models.neighbours import Neighbours
from mlops_desktop.serving.scorer import Scorer

_SLOT = 'MODEL = json.loads("{}")'


@dataclass(frozen=True, kw_only=True)
class PythonScript(ProgramExporter):
    """Writes `predict.py` from a template and the model as JSON in it."""

    id: ClassVar[str] = "python_script"
    label: ClassVar[str] = "Python script"
    help: ClassVar[str] = "One Python file that needs no package, for another program or for CSV files."
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("predict.py", msg("the model and the code that answers")),
        ("golden.json", msg("made-up rows with their answers, for the self-test")),
        ("README.md", msg("how to call it")),
        ("LICENSE, NOTICE", msg("the licence of the code")),
    )

    def unsupported(self, scorer: Scorer) -> str:
        return refusal(scorer, (Neighbours,), reads_texts=True)

    def write_program(self, target: Path, bundle: Bundle, program: dict[str, Any]) -> None:
        template = (resource_folder() / "templates" / "standalone.py").read_text(encoding="utf-8")
        assert template.count(_SLOT) == 1
        text = json.dumps(program, separators=(",", ":"))
        write_text(target / "predict.py", template.replace(_SLOT, f"MODEL = json.loads({text!r})"))
        write_golden(target, bundle)
        write_readme(target, bundle, _USE)

    def read_back(self, target: Path, bundle: Bundle) -> ReadBack | None:
        frozen = getattr(sys, "frozen", False)
        python = shutil.which("python3") or shutil.which("python") if frozen else sys.executable
        if python is None:
            return None
        scores = answered([python, "-I", str(target / "predict.py"), "scores"], bundle)
        return ReadBack("Python" if frozen else f"Python {sys.version.split()[0]}", np.array(scores, dtype=np.float64))


_USE = """
```
python predict.py IN.csv OUT.csv
python predict.py selftest
```

```python
from predict import predict

print(predict({example}))
```

Cells are numbers, True or False, levels exactly as in the training data, dates as texts such as `2024-03-28`, or None. The file checks no
ranges and gives no warnings: the REST service does.
"""
