"""What was read of a file is kept until another one is read."""

from mlops_desktop.catalog.sources._last_file import LastFile


def test_a_file_that_is_read_meanwhile_does_not_get_what_another_holds(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("1")
    two.write_text("2")
    kept: LastFile[str] = LastFile()

    def read_one():
        assert kept.get(two, "sheet", lambda: "of two", lambda _: False) == "of two"  # as a second thread does
        return "of one"

    assert kept.get(one, "sheet", read_one, lambda _: True) == "of one"
    assert kept.get(two, "sheet", lambda: "of two", lambda _: True) == "of two"
    assert kept.get(two, "sheet", lambda: "read again", lambda _: True) == "of two"
    assert kept.get(one, "sheet", lambda: "read again", lambda _: True) == "read again"
