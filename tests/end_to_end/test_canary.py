"""Values planted in the data of a project, in the names of its folders and in the account are found in no export, packed or not."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mlops_desktop.engine.choices import choices
from tests.end_to_end.commands import call, done, write_table

pytestmark = pytest.mark.proof
CANARY = "qx7canary"  # a text that nothing else holds
NUMBER = "100.4815162"


def planted(rows: int) -> list[dict[str, str]]:
    """Rows whose texts, identifiers, rare levels and outliers are canaries, each of one row alone."""
    rng = np.random.default_rng(0)
    made = []
    for i in range(rows):
        kind = "abc"[int(rng.integers(3))]
        amount = float(rng.normal(100, 10))
        made.append(
            {
                "client": f"{CANARY}-id-{i}",
                "amount": f"{amount:.2f}",
                "kind": kind,
                "remark": f"paid late {CANARY}word{i}",
                "bought": "yes" if amount + 10 * (kind == "a") + rng.normal() > 103 else "no",
            }
        )
    made[5]["kind"] = f"{CANARY}level"
    made[7]["amount"] = NUMBER
    return made


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("canary") / f"{CANARY}folder"
    folder.mkdir()
    file = write_table(folder / f"{CANARY}file.csv", planted(240))
    done("new", folder / "shop", "--data", file, "--target", "bought")
    done("set", folder / "shop", 'candidates=["logistic"]', "split.folds=2", "roles.client=id", "roles.remark=ignore")
    done("run", folder / "shop", "--trials", 1)
    return folder / "shop"


def contents(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """A file, and the files packed in it."""
    yield name, data
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for inner in archive.namelist():
                yield from contents(f"{name}/{inner}", archive.read(inner))


FORMS = [(id_, ()) for id_ in choices().exporters] + [("rest_bundle", ("form=zip",))]


@pytest.mark.parametrize(("form", "options"), FORMS, ids=lambda one: "-".join(one) if isinstance(one, tuple) else one)
def test_nothing_of_a_person_leaves(form, options, project, tmp_path):
    setting = [part for option in options for part in ("--set", option)]
    found = call("export", project, form, tmp_path / "out", *setting, USER=CANARY, LOGNAME=CANARY, HOSTNAME=CANARY)
    assert found.returncode == 0, found.stderr
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert files
    for path in files:
        for name, data in contents(path.name, path.read_bytes()):
            assert CANARY.encode() not in data.lower(), name
            assert NUMBER.encode() not in data, name
            assert np.float64(NUMBER).tobytes() not in data, name
            assert CANARY not in name
