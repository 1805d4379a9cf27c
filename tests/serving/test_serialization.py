"""Serialization: round trips, damaged files, and classes of this package alone."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.models.constant import Constant
from mlops_desktop.serving.serialization import class_of, kind_of, pack, read_object_file, unpack, write_object
from mlops_desktop.serving.transforms.clip import Clip


def through_json(value):
    arrays = {}
    return unpack(json.loads(json.dumps(pack(value, arrays), allow_nan=False)), arrays)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -1.5,
        "é",
        (),
        (1, ("a", None)),
        {"a": 1, 2: (3,)},
        {True: "x", 1.5: {}},
        math.inf,
        -math.inf,
        Clip(("a",), (0.0,), (1.0,)),
    ],
)
def test_values_round_trip(value):
    assert through_json(value) == value


def test_lists_come_back_as_tuples_and_numpy_scalars_as_pythons():
    assert through_json([1, [2]]) == (1, (2,))
    assert through_json((np.float64(0.5), np.int64(3), np.bool_(True))) == (0.5, 3, True)
    assert math.isnan(through_json(math.nan))


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x", np.array(["a"]), np.array([None]), 1j])
def test_values_that_are_not_plain_data_are_refused(value):
    with pytest.raises(TypeError, match=r"model.*is not plain data"):
        pack({"x": value}, {}, "model")


def test_files_are_reproducible_and_round_trip(tmp_path):
    model = Constant(np.array([0.25, 0.75]), 3, per_class=True)
    for side in ("a", "b"):
        write_object(model, tmp_path / side, "m")
    files = [{p.relative_to(tmp_path / s): p.read_bytes() for p in (tmp_path / s).rglob("*") if p.is_file()} for s in "ab"]
    assert files[0] == files[1]
    assert len(files[0]) == 2
    assert pack(read_object_file(tmp_path / "a", "m"), {}) == pack(model, {})


@pytest.mark.parametrize(
    "kind",
    [
        "os:system",
        "plain:json",
        "transforms.clip:np",
        "transforms.clip:Transform",
        "models.nothing:X",
        "transforms.clip",
        "..plain:Plain",
        "",
    ],
)
def test_only_classes_of_this_package_can_be_named(kind):
    with pytest.raises(UserError, match="unknown part"):
        class_of(kind)
    assert class_of(kind_of(Clip)) is Clip


@pytest.mark.parametrize(
    "document",
    [
        {"kind": "transforms.clip:Clip", "columns": []},
        {"kind": "transforms.clip:Clip", "columns": [], "lows": [], "highs": [], "more": 1},
        {"kind": "models.constant:Constant", "width": 1},
        {"array": "gone"},
        {"other": 1},
    ],
)
def test_damaged_data_is_a_user_error(document):
    with pytest.raises(UserError) as caught:
        unpack(document, {})
    assert caught.value.remedy


def test_damaged_files_are_a_user_error(tmp_path):
    model = Constant(np.array([0.25, 0.75]), 3, per_class=True)
    write_object(model, tmp_path, "m")
    array = next((tmp_path / "m.arrays").iterdir())
    array.write_bytes(array.read_bytes()[:-3])
    with pytest.raises(UserError, match="cannot be read"):
        read_object_file(tmp_path, "m")
    array.unlink()
    with pytest.raises(UserError, match="lacks its array"):
        read_object_file(tmp_path, "m")
    (tmp_path / "m.json").write_text("{")
    with pytest.raises(UserError, match="cannot be read"):
        read_object_file(tmp_path, "m")
