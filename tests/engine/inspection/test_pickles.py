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
    found, complete = scan_pickle(b"\x80\x04NN\x93.")
    assert ([one.risk for one in found], complete) == (["runs"], True)
    assert scan_pickle(b"\x80\x04\x93.") == ([], False)  # nothing to take: it cannot be loaded either


def text(value):
    return b"\x8c" + bytes([len(value)]) + value.encode()


@pytest.mark.parametrize(
    "data",
    [
        text("os") + text("system") + text("numpy") + text("ndarray") + b"00\x93.",  # two texts are dropped again
        text("os") + text("system") + b"(" + text("numpy") + text("ndarray") + b"1\x93.",  # down to a mark
        text("numpy") + b"2" + text("ndarray") + b"000" + text("os") + text("system") + b"\x93.",  # after a copy
        text("numpy") + text("ndarray") + b"\x86\x940" + text("os") + text("system") + b"\x93.",  # the memo holds a tuple
        text("os") + b"q\x05" + text("system") + b"q\x0600" + text("numpy") + text("ndarray") + b"00h\x05h\x06\x93.",  # by the memo
    ],
)
def test_the_stack_decides_which_name_is_taken(data):
    found, _ = scan_pickle(b"\x80\x04" + data)
    assert [one.name for one in found] == ["os.system"]


def test_a_pickle_may_begin_with_any_opcode_and_end_in_damage():
    for data in (b"N0cos\nsystem\n(S'true'\ntR.", b"cos\nsystem\n(S'true'\ntRdamage"):
        assert {one.name for one in scan_pickle(data)[0]} == {"os.system"}
    assert scan_pickle(b"could be\nread as opcodes\n") == ([], False)


def test_many_small_pickles_behind_one_another():
    assert scan_pickle(b"]." * 100_000) == ([], True)  # minutes where each one copies the rest


@pytest.mark.parametrize("data", [b"", b"\x08", b"\x3a\xff\xff\xff\xff\x0f", b"\x0b\x0c", b"\x00" * 9])
def test_what_is_no_protobuf(data):
    with pytest.raises(ValueError, match="it "):
        scan_onnx(data)


def test_texts_of_an_mlflow_folder():
    found, flavors, complete = scan_mlmodel("flavors:\n  python_function:\n    loader_module: own\n    code: code\n", "MLmodel")
    assert ([one.risk for one in found], flavors, complete) == (["runs", "runs"], "python_function", True)
    signature = 'signature:\n  inputs: \'[{"type": "double", "name": "it\'\'s"},\n    {"name": "b"}]\'\nflavors:\n  sklearn:\n'
    assert scan_mlmodel(signature, "MLmodel")[1:] == ("sklearn", True)
    for other in ("flavors: {python_function: {loader_module: own}}", 'flavors:\n  "loader_module": own\n', "a: 'b\nloader_module: own"):
        assert not scan_mlmodel(other, "MLmodel")[2]
    assert scan_requirements("numpy==2\n# x\n", "requirements.txt") == []
