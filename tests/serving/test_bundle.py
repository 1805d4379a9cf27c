from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_desktop.serving import bundle as module
from mlops_desktop.serving.bundle import inside, open_bundle, verify_sums, write_core, write_sums
from mlops_desktop.serving.bundle_migrations import FORMAT
from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.manifest import CHECKSUMS

NAMES = ["binary", "multiclass", "regression"]


@pytest.fixture
def copy(folders, tmp_path):
    """A bundle that a test may damage."""
    return shutil.copytree(folders["binary"], tmp_path / "copy")


def edit(path, change):
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_bundle_comes_back_as_it_was(name, bundles, scorers, rows_of):
    bundle, scorer = bundles[name], scorers[name]
    frame = scorer.schema.from_rows(rows_of(200, 1)).frame
    assert (bundle.scorer.scores(frame) == scorer.scores(frame)).all()
    assert bundle.schema == scorer.schema
    assert bundle.info["classes"] == list(scorer.classes)
    assert bundle.info["parity"]["rows"] == len(bundle.golden.rows) >= 50
    assert bundle.info["parity"]["worst_difference"] <= 1e-9
    assert (bundle.info["format"], bundle.info["tier"], bundle.info["application"]) == (FORMAT, 0, "0.1.0")


def test_the_same_arguments_give_the_same_bytes(scorers, write, folders, tmp_path):
    again = write(scorers["binary"], tmp_path / "again")
    files = sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(folders["binary"]) for path in folders["binary"].rglob("*") if path.is_file())
    assert all((again / name).read_bytes() == (folders["binary"] / name).read_bytes() for name in files)


def test_one_flipped_byte_anywhere_is_found_and_named(folders, tmp_path):
    rng = np.random.default_rng(0)
    for name in sorted(path.relative_to(folders["binary"]).as_posix() for path in folders["binary"].rglob("*") if path.is_file()):
        spoilt = shutil.copytree(folders["binary"], tmp_path / name.replace("/", "_"))
        data = bytearray((spoilt / name).read_bytes())
        data[int(rng.integers(len(data)))] ^= 1
        (spoilt / name).write_bytes(bytes(data))
        with pytest.raises(UserError) as caught:
            open_bundle(spoilt)
        assert caught.value.remedy
        if name != CHECKSUMS:
            assert name in caught.value.message


def test_every_flipped_byte_of_the_checksums_is_found(copy):
    data = (copy / CHECKSUMS).read_bytes()
    for at in range(0, len(data), 7):
        (copy / CHECKSUMS).write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(UserError):
            open_bundle(copy)


def test_a_missing_file_is_named(copy):
    (copy / "golden.json").unlink()
    with pytest.raises(UserError, match=r"golden\.json.* is missing"):
        open_bundle(copy)


def test_what_is_no_bundle(tmp_path, copy):
    with pytest.raises(UserError, match="no folder"):
        open_bundle(tmp_path / "nowhere")
    with pytest.raises(UserError, match=f"no file {CHECKSUMS}"):
        open_bundle(tmp_path)
    (copy / CHECKSUMS).write_text((copy / CHECKSUMS).read_text(encoding="utf-8").replace("bundle.json", "other.json"), encoding="utf-8")
    with pytest.raises(UserError, match=r"other\.json.* is missing"):
        open_bundle(copy)


def test_a_part_without_a_checksum(copy):
    lines = (copy / CHECKSUMS).read_text(encoding="utf-8").splitlines(keepends=True)
    (copy / CHECKSUMS).write_text("".join(line for line in lines if "reference.json" not in line), encoding="utf-8")
    with pytest.raises(UserError, match=r"does not list “reference\.json”"):
        open_bundle(copy)


def test_a_file_that_was_slipped_in(copy):
    np.save(copy / "model" / "scorer.arrays" / "extra.npy", np.zeros(3))
    with pytest.raises(UserError, match=r"extra\.npy.* does not belong"):
        open_bundle(copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda info: info.update(format=99), "newer version"),
        (lambda info: info.update(format="1"), "which format"),
        (lambda info: info.update(format=True), "which format"),
        (lambda info: info.update(version="other"), "do not belong together"),
        (lambda info: info.update(requirements=["no_such_package"]), "no_such_package, which the model needs, is not installed"),
        (lambda info: info.update(requirements=["os.path"]), "damaged"),
        (lambda info: info.update(requirements=5), "damaged"),
    ],
)
def test_an_identity_that_does_not_fit(copy, change, message):
    edit(copy / "bundle.json", change)
    write_sums(copy)
    with pytest.raises(UserError, match=message):
        open_bundle(copy)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("bundle.json", "[]"),
        ("bundle.json", "{"),
        ("bundle.json", "[" * 100_000),
        ("golden.json", "{}"),
        ("golden.json", '{"rows": [1], "scores": [[1]]}'),
        ("golden.json", '{"rows": [{}], "scores": [["x"]]}'),
        ("reference.json", "{}"),
        ("reference.json", '{"kind": "monitor:Reference"}'),
        ("reference.json", '{"kind": "os:system", "command": "true"}'),
        ("model/scorer.json", '{"kind": "scorer:Scorer"}'),
        ("model/scorer.json", '{"dict": [[{"dict": []}, 1]]}'),
        ("model/scorer.json", "[" * 100_000 + "]" * 100_000),
    ],
)
def test_hostile_data_with_right_checksums_is_refused_in_a_sentence(copy, file, text):
    (copy / file).write_text(text, encoding="utf-8")
    write_sums(copy)
    with pytest.raises(UserError):
        open_bundle(copy)


def test_an_array_with_a_wrong_size(copy):
    array = next((copy / "model" / "scorer.arrays").glob("*.npy"))
    header = {"descr": "<f8", "fortran_order": False, "shape": (10**12,)}
    with array.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.write(b"\0" * 80)
    write_sums(copy)
    with pytest.raises(UserError, match="damaged"):
        open_bundle(copy)
    np.save(array, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    write_sums(copy)
    with pytest.raises(UserError, match="damaged"):
        open_bundle(copy)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_links_are_refused(copy, tmp_path):
    outside = tmp_path / "outside.json"
    shutil.move(copy / "golden.json", outside)
    (copy / "golden.json").symlink_to(outside)
    with pytest.raises(UserError, match="is a link"):
        open_bundle(copy)


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", "C:/x", "a\\b", "./x", "a/./b", "x\0y"])
def test_names_that_lead_out(name, tmp_path):
    with pytest.raises(UserError, match="outside itself"):
        inside(tmp_path, name)


@given(st.text(max_size=40))
def test_no_name_leads_out(tmp_path_factory, name):
    base = tmp_path_factory.getbasetemp()
    try:
        path = inside(base, name)
    except UserError:
        return
    assert base in path.parents or path == base


def test_too_many_bytes(copy, monkeypatch):
    monkeypatch.setattr(module, "MAX_BYTES", 1000)
    with pytest.raises(UserError, match="larger than"):
        verify_sums(copy)


def test_golden_rows_that_the_schema_refuses_are_an_internal_error(scorers, bundles, tmp_path):
    with pytest.raises(ValueError, match="golden row 1 is refused"):
        write_core(tmp_path, scorers["binary"], {}, [{"age": 30}, {"age": "x"}], bundles["binary"].reference)


def test_pythons_caches_do_not_matter(copy):
    (copy / "serving" / "__pycache__").mkdir(parents=True)
    (copy / "serving" / "__pycache__" / "x.pyc").write_bytes(b"x")
    open_bundle(copy)
    write_sums(copy)
    assert "__pycache__" not in (copy / CHECKSUMS).read_text(encoding="utf-8")


def test_names_of_many_alphabets(copy):
    (copy / "LIESMICH für alle – 説明.md").write_text("x", encoding="utf-8")
    write_sums(copy)
    assert "LIESMICH für alle – 説明.md" in verify_sums(copy)


def test_a_model_without_a_name_is_fine(scorers, write, tmp_path):
    assert open_bundle(write(replace(scorers["regression"], name=""), tmp_path / "b")).scorer.name == ""
