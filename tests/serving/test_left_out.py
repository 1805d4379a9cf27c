from __future__ import annotations

from mlops_desktop.serving.left_out import layout_messages, left_out_messages
from mlops_desktop.serving.table_finder import LeftOut, find_table


def test_one_sentence_for_each_reason_with_its_count():
    left = [LeftOut(4, "total", "Sum, 5"), LeftOut(2, "below", "a"), LeftOut(3, "below", "b")]
    below, total = left_out_messages(left, "#", "Keep them.")
    assert below == ("below", "2 lines below the table were left out: “a”; “b”.")
    assert total == ("total", "1 line marked as a total was left out (row 5): “Sum, 5”. Keep them.")
    assert left_out_messages(left[:1], "#") == [("total", "1 line marked as a total was left out (row 5): “Sum, 5”.")]


def test_names_of_several_rows():
    layout = find_table([["a", "", "b", ""], ["x", "y", "x", "y"], *([["1", "2", "3", str(at)] for at in range(5)])])
    assert layout.names == ("a x", "a y", "b x", "b y")
    assert ("names", "2 rows name the columns; they were joined.") in layout_messages(layout, "#")
