"""The locks: the service's part is cut out of the whole, and it is the one that travels with the application."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

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


def test_what_a_lock_may_not_hold(lock):
    text = "a==1 \\\n    --hash=sha256:00\nb==2\n--index-url https://example.org\n"
    assert [fault.partition(":")[0] for fault in lock.faults(text)] == [
        "names an address",
        "is not pinned with hashes",
        "is not pinned with hashes",
    ]
