"""Bundles, archives and projects that somebody made to do harm: exit code 2, one sentence, nothing written outside, no code run."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import stat
import subprocess
import sys
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mlops_desktop.serving.bundle import write_sums
from tests.end_to_end.commands import SAMPLES, alone, call, done, files_of, leaderboard, refused, run_bundle

# --- archives ---------------------------------------------------------------------------------------------------------------------


def packed(bundle: Path, archive: Path, prefix: str = "") -> Path:
    """A bundle as a .zip."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(path for path in bundle.rglob("*") if path.is_file()):
            file.write(path, prefix + path.relative_to(bundle).as_posix())
    return archive


def with_member(name: str, data: bytes = b"owned") -> Callable[[Path], None]:
    def change(archive: Path) -> None:
        with warnings.catch_warnings(), zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as file:
            warnings.simplefilter("ignore")  # of names that come twice
            file.writestr(name, data)

    return change


def with_link(archive: Path) -> None:
    info = zipfile.ZipInfo("model/link")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr(info, "/etc/passwd")


def with_device(archive: Path) -> None:
    info = zipfile.ZipInfo("model/device")
    info.create_system, info.external_attr = 3, (stat.S_IFCHR | 0o666) << 16
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr(info, "")


def with_bomb(archive: Path) -> None:
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as file, file.open("model/bomb.npy", "w") as bomb:
        for _ in range(64):
            bomb.write(bytes(2**20))


def with_lie(archive: Path) -> None:
    """A member that says it is small and is not: its size is written over in the directory."""
    with_bomb(archive)
    data = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as file:
        size = file.getinfo("model/bomb.npy").file_size
    data = data.replace(size.to_bytes(4, "little"), (4096).to_bytes(4, "little"))
    archive.write_bytes(bytes(data))


def with_thousands(archive: Path) -> None:
    with zipfile.ZipFile(archive, "a") as file:
        for i in range(20_001):
            file.writestr(f"model/{i}", b"")


def truncated(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-200])


def encrypted(archive: Path) -> None:
    """Every member says that it is encrypted."""
    data = bytearray(archive.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(mark)
        while start >= 0:
            data[start + at] |= 1
            start = data.find(mark, start + 4)
    archive.write_bytes(bytes(data))


def emptied(archive: Path) -> None:
    with zipfile.ZipFile(archive, "w"):
        pass


def no_archive(archive: Path) -> None:
    archive.write_bytes(b"MZ" + bytes(5000))


HOSTILE: dict[str, Callable[[Path], None]] = {
    "climbs": with_member("../../escaped"),
    "climbs inside": with_member("model/../../../escaped"),
    "absolute": with_member("/tmp/escaped_by_a_test"),
    "windows drive": with_member("C:/escaped"),
    "backslashes": with_member("..\\..\\escaped"),
    "twice": with_member("bundle.json", b"{}"),
    "twice in other letters": with_member("BUNDLE.json", b"{}"),
    "foreign array": with_member("model/scorer.arrays/more.npy"),
    "link": with_link,
    "device": with_device,
    "bomb": with_bomb,
    "lie": with_lie,
    "thousands": with_thousands,
    "truncated": truncated,
    "encrypted": encrypted,
    "empty": emptied,
    "no archive": no_archive,
}
OFTEN = ("climbs", "link", "bomb", "no archive")


def test_a_bundle_in_an_archive_answers(penguins, tmp_path):
    archive = packed(penguins.bundle, tmp_path / "folder.zip", "bundle/")
    done("predict", archive, penguins.file, tmp_path / "out.csv")
    done("predict", penguins.bundle, penguins.file, tmp_path / "wanted.csv")
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "wanted.csv").read_bytes()


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=() if kind in OFTEN else pytest.mark.proof) for kind in HOSTILE])
def test_a_hostile_archive(kind, penguins, tmp_path):
    place = tmp_path / "a" / "b" / "c"
    place.mkdir(parents=True)
    archive = packed(penguins.bundle, place / "bundle.zip")
    HOSTILE[kind](archive)
    temporary = tmp_path / "a" / "b" / "temporary"
    temporary.mkdir()
    before = files_of(tmp_path)
    for arguments in (["serve", archive, "--port", 0], ["predict", archive, penguins.file, place / "out.csv"]):
        message = refused(call(*arguments, TMPDIR=str(temporary), timeout=60))
        assert "bundle.zip" in message or "bundle" in message
    assert files_of(tmp_path) == before, "something was left or written elsewhere"
    assert not Path("/tmp/escaped_by_a_test").exists()


# --- bundles ----------------------------------------------------------------------------------------------------------------------


def assert_refused(bundle: Path, file: Path, folder: Path) -> None:
    """Neither the application nor the bundle itself uses it."""
    refused(call("serve", bundle, "--port", 0))
    refused(call("predict", bundle, file, folder / "out.csv"))
    assert run_bundle(sys.executable, bundle, "selftest", cwd=folder).returncode == 1
    assert not (folder / "out.csv").exists()


@pytest.mark.proof
def test_a_flipped_byte_in_a_bundle(penguins, tmp_path):
    bundle = shutil.copytree(penguins.bundle, tmp_path / "bundle")
    (array,) = (bundle / "model").rglob("*.model.weights.npy")
    data = bytearray(array.read_bytes())
    data[-5] ^= 1
    array.write_bytes(bytes(data))
    assert_refused(bundle, penguins.file, tmp_path)


def test_a_model_that_was_changed_with_its_checksums(penguins, tmp_path):
    """Whoever changes the model and writes new checksums over it is found out by the golden rows."""
    bundle = shutil.copytree(penguins.bundle, tmp_path / "bundle")
    (path,) = (bundle / "model").rglob("*.model.weights.npy")
    weights = np.load(path)
    np.save(path, weights[::-1] * 2)
    write_sums(bundle)
    assert_refused(bundle, penguins.file, tmp_path)


class Owned:
    """What runs a program when a pickle of it is opened."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f'"{sys.executable}" -c "open({str(self.mark)!r}, str(chr(119)))"',)


def pickled(path: Path, mark: Path) -> None:
    """A pickle under the name of an array, and an array of objects that is a pickle inside."""
    path.write_bytes(pickle.dumps(Owned(mark)))
    with pytest.raises(ValueError, match="pickled"):
        np.load(path, allow_pickle=False)


@pytest.mark.parametrize("kind", ["array of pickles", pytest.param("pickle", marks=pytest.mark.proof)])
def test_a_pickle_in_a_bundle_is_not_opened(kind, penguins, tmp_path):
    mark = tmp_path / "owned"
    bundle = shutil.copytree(penguins.bundle, tmp_path / "bundle")
    (path,) = (bundle / "model").rglob("*.model.weights.npy")
    if kind == "pickle":
        pickled(path, mark)
    else:
        np.save(path, np.array([Owned(mark)], dtype=object), allow_pickle=True)
    write_sums(bundle)
    assert_refused(bundle, penguins.file, tmp_path)
    assert not mark.exists()
    np.load(path, allow_pickle=True)  # the trap itself works
    assert mark.exists()


@pytest.mark.proof
def test_parts_of_a_bundle_that_name_other_code(penguins, tmp_path):
    """A class outside the package, a member of it that is no part of a model, a file beside the model, a path that leads out."""
    mark = tmp_path / "owned"
    text = (penguins.bundle / "model" / "scorer.json").read_text(encoding="utf-8")
    kinds = (
        "os:system",
        "subprocess:Popen",
        "..os:system",
        "transforms.evil:Evil",
        "server:serve",
        "plain:Plain",
        "builtins:eval",
        "models:Model",
    )
    for kind in kinds:
        bundle = shutil.copytree(penguins.bundle, tmp_path / "bundle")
        changed = text.replace('"transforms.one_hot:OneHot"', json.dumps(kind))
        assert changed != text
        (bundle / "model" / "scorer.json").write_text(changed, encoding="utf-8")
        (bundle / "model" / "evil.py").write_text(f"open({str(mark)!r}, 'w')", encoding="utf-8")
        (bundle / "model" / "__init__.py").write_text(f"open({str(mark)!r}, 'w')", encoding="utf-8")
        write_sums(bundle)
        refused(call("predict", bundle, penguins.file, tmp_path / "out.csv"))
        assert run_bundle(sys.executable, bundle, "selftest", cwd=tmp_path).returncode == 1
        assert not mark.exists()
        shutil.rmtree(bundle)


def test_the_application_runs_no_code_of_a_bundle(penguins, tmp_path):
    """A bundle's own code is for `python serve.py` alone: the application answers with its own."""
    mark = tmp_path / "owned"
    bundle = shutil.copytree(penguins.bundle, tmp_path / "bundle")
    for name in ("serve.py", "serving/__init__.py", "serving/scorer.py", "sitecustomize.py", "numpy.py"):
        (bundle / name).write_text(f"open({str(mark)!r}, 'w')", encoding="utf-8")
    write_sums(bundle)
    line = [sys.executable, "-m", "mlops_desktop", "predict", ".", str(penguins.file), str(tmp_path / "out.csv")]
    env = {**alone(), "PYTHONPATH": str(SAMPLES.parents[1]), "PYTHONSAFEPATH": "1"}
    found = subprocess.run(line, capture_output=True, encoding="utf-8", env=env, cwd=bundle, timeout=100, check=False)
    assert found.returncode == 0, found.stderr
    assert not mark.exists()


# --- projects ---------------------------------------------------------------------------------------------------------------------


CODE = {"id": "__import__('os').system('x')", "version": 1, "params": {}}
DECISIONS: dict[str, object] = {
    "data that climbs": {"data": "../../secret"},
    "data from the root": {"data": "{secret}"},
    "a step": {"steps": [CODE]},
    "an algorithm": {"candidates": [CODE]},
    "a source": {"source": {**CODE, "id": "../../evil"}},
    "a number": {"seed": "3; import os"},
    "a class": {"positive": {"$ref": "x"}},
    "a run": {"chosen": "' OR 1=1 --"},
}


@pytest.mark.parametrize(
    "kind", [pytest.param(k, marks=() if k in ("data that climbs", "a run") else pytest.mark.proof) for k in DECISIONS]
)
def test_decisions_that_name_code_or_lead_out_of_the_folder(kind, penguins, tmp_path):
    project = penguins.copy(tmp_path)
    path = project / "project.json"
    shutil.copyfile(next((project / "data").glob("*.parquet")), tmp_path / "secret.parquet")
    change = json.loads(json.dumps(DECISIONS[kind]).replace("{secret}", str(tmp_path / "secret")))
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **change}), encoding="utf-8")
    refused(call("predict", project, penguins.file, tmp_path / "out.csv"))
    if kind != "a run":
        refused(call("run", project, "--trials", 1))


FORMULAS = (
    "__import__('os').system('touch {mark}')",
    "open('{mark}', 'w')",
    "().__class__.__bases__[0].__subclasses__()",
    "bill_length_mm.__class__",
    "lambda: 1",
    "9**9**9**9**9**9**9",
    "(" * 5000,
)


@pytest.mark.parametrize("formula", [pytest.param(f, marks=() if f is FORMULAS[0] else pytest.mark.proof, id=f[:12]) for f in FORMULAS])
def test_formulas_are_no_code(formula, penguins, tmp_path):
    project = penguins.copy(tmp_path)
    mark = tmp_path / "owned"
    step = {"id": "formula", "params": {"name": "made", "formula": formula.replace("{mark}", str(mark))}}
    found = call("set", project, f"steps+={json.dumps(step)}")
    if found.returncode == 0:
        found = call("run", project, "--trials", 1, timeout=60)
    if found.returncode:
        assert len(refused(found)) < 2000
    assert not mark.exists()


@pytest.mark.proof
def test_a_pickle_in_the_store_counts_as_damage(penguins, tmp_path):
    """Even with a checksum that holds, a result that is no plain array is not opened; it is made again."""
    project = penguins.copy(tmp_path)
    mark = tmp_path / "owned"
    changed = 0
    for entry in sorted((project / "store").glob("??/*/entry.json")):
        record = json.loads(entry.read_bytes().partition(b"\n")[2])
        for i, listed in enumerate(record["arrays"]):
            path = entry.with_name(f"{i}.npy")
            if changed % 2:
                path.write_bytes(pickle.dumps(Owned(mark)))
            else:
                np.save(path, np.array([Owned(mark)], dtype=object), allow_pickle=True)
            listed[1:] = [path.stat().st_size, zlib.crc32(path.read_bytes())]
            changed += 1
        text = json.dumps(record, separators=(",", ":"))
        entry.write_bytes(f"{zlib.crc32(text.encode()):08x}\n{text}".encode())
    assert changed > 4
    done("run", project, "--trials", 2, "--seed", 3)
    assert leaderboard(project) == leaderboard(penguins.project)
    assert not mark.exists()


@pytest.mark.proof
def test_names_that_are_scripts_stay_text(tmp_path):
    """Column names, classes and levels that a browser would run are shown as text in the report, the profile and the service's page."""
    script = "<script>alert(1)</script>"
    image = '"><img src=x onerror=alert(1)>'
    rows = [f'"{i}","{("a", script, image.replace(chr(34), chr(34) * 2))[i % 3]}","{script if i % 2 else "no"}"' for i in range(80)]
    header = ",".join('"' + name.replace('"', '""') + '"' for name in (script + "n", image, "y" + script))
    (tmp_path / "data.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    project = tmp_path / "p"
    done("new", project, "--data", tmp_path / "data.csv", "--target", "y" + script)
    done("set", project, 'candidates=["decision_tree"]', "split.folds=2", f"brief.statement={script}", f"name={script}")
    done("run", project, "--trials", 1)
    done("evaluate", project)
    done("report", project, tmp_path / "report.html")
    done("profile", tmp_path / "data.csv", tmp_path / "profile.html")
    done("export", project, "rest_bundle", tmp_path / "bundle")
    for name in ("report.html", "profile.html"):
        page = (tmp_path / name).read_text(encoding="utf-8")
        assert "alert(1)" in page, name
        for piece in (script, "<img src=x", 'onerror=alert(1)>"'):
            assert piece not in page, (name, page[max(0, page.find(piece) - 200) : page.find(piece) + 100])
