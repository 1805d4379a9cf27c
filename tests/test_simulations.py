"""What the simulations count: a format that cannot hold a table is reported, a writer that fails is a failure."""

from __future__ import annotations

from simulations.locales import try_table


def test_only_what_a_format_cannot_hold_is_reported(tmp_path):
    file = tmp_path / "given.csv"
    file.write_text("word,n\n" + "a\x07,1\n" + "".join(f"b{i},{i % 3}\n" for i in range(40)))
    lossy, failed = try_table(file, tmp_path, 10, ["xlsx, German texts", "no such form"])
    assert (lossy.silent, "control character" in lossy.reported[0]) == ([], True)
    assert "KeyError" in failed.silent[0]
