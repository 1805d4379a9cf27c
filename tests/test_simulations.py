"""What the simulations count: a format that cannot hold a table is told, a writer that fails is a failure."""

from __future__ import annotations

from simulations.locales import try_table


def test_only_what_a_format_cannot_hold_is_told(tmp_path):
    file = tmp_path / "given.csv"
    file.write_text("word,n\n" + "a\x07,1\n" + "".join(f"b{i},{i % 3}\n" for i in range(40)))
    told, failed = try_table(file, tmp_path, 10, ["xlsx, German texts", "no such form"])
    assert (told.silent, "control character" in told.told[0]) == ([], True)
    assert "KeyError" in failed.silent[0]
