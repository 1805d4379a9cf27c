"""The model as one file of ONNX: steps, models and decision in float64, for programs that have an ONNX runtime."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from mlops_desktop.base.families import ReadBack
from mlops_desktop.catalog.exporters._documents import markdown_line
from mlops_desktop.catalog.exporters._onnx import onnx_model, output_names
from mlops_desktop.catalog.exporters._program import program_of, refusal, typed_rows
from mlops_desktop.catalog.exporters._standalone import ProgramExporter, refused, write_golden, write_readme
from mlops_desktop.serving.bundle import Bundle
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.serving.transforms.date_parts import DateParts
from mlops_desktop.serving.transforms.tf_idf import TfIdf

MODEL = "model.onnx"


@dataclass(frozen=True, kw_only=True)
class OnnxModel(ProgramExporter):
    """Writes `model.onnx` from the program of the scorer (see `_onnx`), so that nothing is converted by rules of another library. It is
    read back with onnxruntime.
    """

    id: ClassVar[str] = "onnx_model"
    label: ClassVar[str] = "ONNX model"
    help: ClassVar[str] = "One file for programs with an ONNX runtime: C#, Java, C++, JavaScript, databases. No steps on texts or dates."
    needs: ClassVar[tuple[str, ...]] = ("onnx", "onnxruntime")
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        (MODEL, msg("steps, model and decision")),
        ("golden.json", msg("made-up rows with their answers, for the self-test")),
        ("README.md", msg("how to call it")),
        ("LICENSE, NOTICE", msg("the licence of the code")),
    )

    def unsupported(self, scorer: Scorer) -> str:
        if reason := refusal(scorer, (DateParts, TfIdf)):
            return reason
        return "" if scorer.used_sources else msg("The model uses no column, so it would have no input.")

    def write_program(self, target: Path, bundle: Bundle, program: dict[str, Any]) -> None:
        (target / MODEL).write_bytes(onnx_model(program).SerializeToString(deterministic=True))
        write_golden(target, bundle)
        write_readme(target, bundle, _USE.format(columns=_columns(program), outputs=_outputs(program)))

    def read_back(self, target: Path, bundle: Bundle) -> ReadBack | None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        program = program_of(bundle.scorer)
        try:
            session = onnxruntime.InferenceSession(str(target / MODEL), options, providers=["CPUExecutionProvider"])
            (scores,) = session.run(output_names(program)[-1:], inputs_of(program, typed_rows(bundle)))
        except Exception as error:  # onnxruntime has many classes of errors, and no base of its own for them
            raise refused(str(error)) from error
        return ReadBack(f"onnxruntime {onnxruntime.__version__}", np.asarray(scores, dtype=np.float64))


def inputs_of(program: dict[str, Any], rows: list[dict[str, float | str | None]]) -> dict[str, Any]:
    """Rows of cells as the inputs of the model: (rows, 1) float64 or texts."""
    inputs = {}
    for column in program["columns"]:
        cells = [row[column["name"]] for row in rows]
        if column["kind"] == "text":
            inputs[column["name"]] = np.array([["" if cell is None else cell] for cell in cells], dtype=object)
        else:
            inputs[column["name"]] = np.array([[np.nan if cell is None else cell] for cell in cells], dtype=np.float64)
    return inputs


def _columns(program: dict[str, Any]) -> str:
    kinds = {
        "number": "float64; NaN where it is missing",
        "boolean": "float64: 1 for true, 0 for false, NaN where it is missing",
        "text": "text, exactly as in the training data; empty where it is missing",
    }
    return "\n".join(f"| `{markdown_line(column['name'])}` | {kinds[column['kind']]} |" for column in program["columns"])


def _outputs(program: dict[str, Any]) -> str:
    *label, scores = output_names(program)
    if not label:
        return f"`{scores}` (rows, 1) is the predicted number."
    return (
        f"`{label[0]}` (rows,) is the predicted class, `{scores}` (rows, {len(program['classes'])}) has the probabilities of the classes."
    )


_USE = """
`model.onnx` has the operators of opset 21 and of opset 5 of `ai.onnx.ml`, which onnxruntime has from version 1.20 on. Everything is
computed in float64; thresholds split the same rows as in the application. The metadata of the file has the name, the version, the classes
and the threshold.

```python
import numpy as np
import onnxruntime

row = {{example}}
session = onnxruntime.InferenceSession("model.onnx")
inputs = {{}}
for one in session.get_inputs():
    texts = one.type == "tensor(string)"
    missing = "" if texts else float("nan")
    value = missing if row[one.name] is None else row[one.name]
    inputs[one.name] = np.array([[value]], dtype=object if texts else np.float64)
print(session.run(None, inputs))
```

Each input is a column (rows, 1):

| input | holds |
|---|---|
{columns}

{outputs} The model checks no ranges and gives no warnings: the REST service does.
"""
