from __future__ import annotations

import pickle

import pytest

from mlops_desktop.engine.inspection.archives import scan_mlmodel, scan_requirements
from mlops_desktop.engine.inspection.onnx_models import scan_onnx
from mlops_desktop.engine.inspection.pickles import scan_pickle


def test_names_behind_a_place_that_cannot_be_followed_are_found_by_their_form():
    raw = b"\xff" * 40
    for data in (pickle.dumps(print), b"cos\nsystem\n."):
        found, complete = scan_pickle(pickle.dumps([1]) + raw + data)
        assert not complete
        assert [one.risk for one in found] == ["runs"]


def test_a_name_that_is_computed_runs():
    found, _ = scan_pickle(b"\x80\x04\x93.")
    assert [one.risk for one in found] == ["runs"]


@pytest.mark.parametrize("data", [b"", b"\x08", b"\x3a\xff\xff\xff\xff\x0f", b"\x0b\x0c", b"\x00" * 9])
def test_what_is_no_protobuf(data):
    with pytest.raises(ValueError, match="it "):
        scan_onnx(data)


def test_texts_of_an_mlflow_folder():
    found, flavors = scan_mlmodel("flavors:\n  python_function:\n    loader_module: own\n    code: code\n", "MLmodel")
    assert ([one.risk for one in found], flavors) == (["runs", "runs"], "python_function")
    assert scan_requirements("numpy==2\n# x\n", "requirements.txt") == []
