"""A test file without a test does not count."""

from __future__ import annotations

from tests.contracts.own_tests import own_tests


def test_only_test_functions_count(tmp_path):
    (tmp_path / "filters").mkdir()
    assert own_tests("filters", "mine", tmp_path) == []
    file = tmp_path / "filters" / "test_mine.py"
    file.write_text('"""What mine does."""\n')
    assert own_tests("filters", "mine", tmp_path) == []
    file.write_text("def helper(): ...\n\n\ndef test_it(): ...\n")
    assert own_tests("filters", "mine", tmp_path) == ["test_it"]
