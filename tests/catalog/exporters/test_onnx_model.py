"""The ONNX model is a valid file that onnxruntime answers as the application does, whatever its columns are called."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters._onnx import onnx_model
from mlops_desktop.catalog.exporters._program import program_of, typed_rows
from mlops_desktop.catalog.exporters.onnx_model import MODEL, OnnxModel, inputs_of
from mlops_desktop.serving.bundle import open_bundle
from mlops_desktop.serving.models.linear import Linear
from mlops_desktop.serving.nodes.chain import Chain
from mlops_desktop.serving.schema import Column, Schema
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.serving.selftest import compare
from tests.catalog.exporters.programs import PROGRAMS
from tests.serving.conftest import write_bundle

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")


def exported(scorer, folder):
    """The opened core and the folder of the exported model."""
    core = write_bundle(scorer, folder / "core")
    (folder / "out").mkdir()
    OnnxModel().export(core, folder / "out", Silent())
    return open_bundle(core), folder / "out"


def asked(bundle, folder):
    """The outputs of the model for the golden rows, by name."""
    session = onnxruntime.InferenceSession(folder / MODEL, providers=["CPUExecutionProvider"])
    found = session.run(None, inputs_of(program_of(bundle.scorer), typed_rows(bundle)))
    return dict(zip((one.name for one in session.get_outputs()), found, strict=True))


def test_the_file_is_valid_and_says_what_it_is(tmp_path):
    bundle, folder = exported(PROGRAMS["a blend"], tmp_path)
    model = onnx.load(folder / MODEL)
    onnx.checker.check_model(model, full_check=True)
    described = {one.key: one.value for one in model.metadata_props}
    assert (described["name"], described["version"]) == (bundle.scorer.name, bundle.scorer.version)
    assert (json.loads(described["classes"]), json.loads(described["threshold"])) == (["no", "yes"], 0.4)
    assert [one.name for one in model.graph.input] == ["age", "income", "member", "city"]


@pytest.mark.parametrize("name", ["a blend", "two of three classes"])
def test_the_label_is_the_decision_of_the_application(name, tmp_path):
    bundle, folder = exported(PROGRAMS[name], tmp_path)
    found = asked(bundle, folder)
    decided = bundle.scorer.decide(np.array(bundle.golden.scores))
    names = [one if isinstance(one, str) else json.dumps(one) for one in bundle.scorer.classes]
    assert found["label"].tolist() == [names[i] for i in decided]


def test_columns_may_be_called_as_the_outputs_and_as_the_values_of_the_graph(tmp_path):
    columns = tuple(Column(name, "number", low=0.0, high=1.0) for name in ("prediction", "_0", "__1"))
    node = Chain((), Linear(np.array([[1.5], [-0.25], [3.0]]), np.array([0.3]), "identity"))
    scorer = Scorer("names", "3123456789ab", "regression", "t", Schema(columns), (), node)
    model = onnx_model(program_of(scorer))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    assert [one.name for one in session.get_outputs()] == ["prediction_"]
    (found,) = session.run(None, {name: np.array([[1.0], [0.5]]) for name in ("prediction", "_0", "__1")})
    assert found.tolist() == [[4.55], [2.425]]


def test_a_file_that_onnxruntime_does_not_take_is_refused(tmp_path):
    bundle, folder = exported(PROGRAMS["a forest"], tmp_path)
    (folder / MODEL).write_bytes((folder / MODEL).read_bytes()[:-200])
    with pytest.raises(UserError, match="cannot be read back"):
        OnnxModel().read_back(folder, bundle)


def test_a_changed_leaf_is_another_answer(tmp_path):
    bundle, folder = exported(PROGRAMS["a forest"], tmp_path)
    model = onnx.load(folder / MODEL)
    (trees,) = [node for node in model.graph.node if node.op_type == "TreeEnsemble"]
    (weights,) = [one for one in trees.attribute if one.name == "leaf_weights"]
    weights.t.double_data[0] += 1e-6
    (folder / MODEL).write_bytes(model.SerializeToString())
    expected = np.array(bundle.golden.scores).reshape(len(bundle.golden.rows), -1)
    parity = compare(bundle.scorer, expected, OnnxModel().read_back(folder, bundle).scores)
    assert not parity.passed


def test_without_the_packages_it_is_grey_with_the_reason(monkeypatch):
    monkeypatch.setattr(OnnxModel, "needs", ("onnx", "not_there_at_all"))
    assert OnnxModel.missing() == "needs not_there_at_all, which is not installed"
