"""Centring keeps apart in float32 what float64 keeps apart."""

from __future__ import annotations

import math

import numpy as np

from mlops_desktop.engine.pipeline.centering import fit_centering
from mlops_desktop.serving.frame import round_to_float32, to_matrix
from mlops_desktop.serving.serialization import read_object_file, write_object
from tests.frames import make_frame

SECONDS = [1.7e9 + 3 * i for i in range(500)]
IDS = [900_000_001 + 7 * i for i in range(500)]


def test_columns_that_would_collapse_are_centred_and_others_left():
    rng = np.random.default_rng(9)
    frame = make_frame(
        {
            "seconds": SECONDS,
            "ids": IDS,
            "small": list(range(500)),
            "real": rng.normal(size=500).tolist(),
            "void": [math.nan] * 500,
            "same": [1.7e9 + 1] * 500,
            "flag": [0, 1] * 250,
            "wide": (10.0 ** rng.uniform(0, 12, 500)).tolist(),
        }
    )
    centre = fit_centering(frame)
    assert centre.columns == ("seconds", "ids")
    layout, apply = centre.bind(frame.layout)
    assert layout == frame.layout
    matrix = to_matrix(apply(frame))
    for j, column in enumerate((SECONDS, IDS)):
        assert len(np.unique(round_to_float32(np.array(column, dtype=float)))) < 500
        assert len(np.unique(matrix.dense[:, j])) == 500
    np.testing.assert_array_equal(apply(frame).numbers[:, 2:], frame.numbers[:, 2:])


def test_the_offset_is_no_rows_own_number():
    centre = fit_centering(make_frame({"ids": IDS}))
    assert centre.offsets[0] not in IDS


def test_nothing_to_centre_gives_none():
    assert fit_centering(make_frame({"a": [1, 2, 3]})) is None
    assert fit_centering(make_frame({"a": [math.nan]})) is None
    assert fit_centering(make_frame(categoricals={"w": ["x"]})) is None
    assert fit_centering(make_frame({"a": []})) is None


def test_rows_alone_and_after_a_file(tmp_path):
    frame = make_frame({"a": SECONDS, "b": [math.nan] * 500})
    centre = fit_centering(frame)
    write_object(centre, tmp_path, "centre")
    apply = read_object_file(tmp_path, "centre").bind(frame.layout)[1]
    whole = centre.bind(frame.layout)[1](frame).numbers
    for i in (0, 7, 499):
        np.testing.assert_array_equal(apply(frame.take(np.array([i]))).numbers[0], whole[i])
