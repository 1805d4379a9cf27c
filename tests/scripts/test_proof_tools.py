"""The readers of exports are those that are pinned, and the lock of their packages is whole."""

from __future__ import annotations

import pytest

from scripts import proof_tools
from scripts.lock import faults


def test_the_lock_pins_every_package_with_hashes():
    text = proof_tools.LOCK.read_text(encoding="utf-8")
    assert faults(text) == []
    asked = [line for line in proof_tools.LOCK.with_suffix(".in").read_text(encoding="utf-8").split("\n") if line and line[0] != "#"]
    assert len(asked) > 5
    assert all(f"\n{name.partition('[')[0]}==" in text.replace("[", "==[") for name in asked)


def test_another_archive_is_refused():
    for read in (proof_tools.programs_of, proof_tools.rules_of):
        with pytest.raises(ValueError, match="not the archive"):
            read(b"something else")
