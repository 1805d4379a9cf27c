"""The locks: the service's part is cut out of the whole, and it is the one that the application ships."""

from __future__ import annotations

import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def lock(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    monkeypatch.delitem(sys.modules, "lock", raising=False)
    import lock

    yield lock
    sys.modules.pop("lock", None)


def test_the_service_lock_is_the_part_of_the_whole_lock(lock):
    whole = lock.LOCK.read_text(encoding="utf-8")
    part = lock.service_part(whole)
    assert lock.SERVICE_LOCK.read_text(encoding="utf-8") == part, "run scripts/lock.py --service"
    assert lock.faults(part) == []
    assert {line.strip().rstrip(" \\") for line in part.splitlines() if "--hash" in line} <= {
        line.strip().rstrip(" \\") for line in whole.splitlines()
    }


def test_a_lock_without_a_package_of_the_service_is_a_fault(lock):
    text = lock.LOCK.read_text(encoding="utf-8").replace("h11==", "h12==")
    with pytest.raises(ValueError, match="h11"):
        lock.service_part(text)


def test_a_package_that_some_models_need_brings_all_that_it_needs(lock):
    """The lock is installed without looking for more."""
    for name, brought_by in lock.OPTIONAL.items():
        for one in map(Requirement, importlib.metadata.requires(name) or ()):
            if one.marker is None or one.marker.evaluate({"extra": ""}):
                assert one.name in lock.SERVICE or set(brought_by) <= set(lock.OPTIONAL.get(one.name, ())), (name, one.name)


def test_the_pinned_server_is_within_the_bounds_of_the_project(lock):
    """The fast path extends uvicorn's own classes: the bundle's pin must be a version that the project admits, with an upper bound."""
    project = tomllib.loads((lock.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (bound,) = [Requirement(one).specifier for one in project["project"]["dependencies"] if one.startswith("uvicorn")]
    (pinned,) = re.findall(r"(?m)^uvicorn==(\S+)", lock.SERVICE_LOCK.read_text(encoding="utf-8"))
    assert pinned in bound
    assert "99999" not in bound


def test_what_a_lock_may_not_hold(lock):
    text = "a==1 \\\n    --hash=sha256:00\nb==2\n--index-url https://example.org\n"
    assert [fault.partition(":")[0] for fault in lock.faults(text)] == [
        "names an address",
        "is not pinned with hashes",
        "is not pinned with hashes",
    ]
