"""The number of columns and their names where rows and names differ in length."""

import pytest

from mlops_desktop.serving.csv_names import complete_names, usual_width


@pytest.mark.parametrize(
    ("lengths", "names", "width"),
    [([3, 3, 2], 2, 3), ([2, 3, 2, 3], 2, 2), ([2, 3, 2, 3], 4, 3), ([], 4, 4), ([], 0, 1)],
)
def test_the_most_frequent_length_is_the_width(lengths, names, width):
    assert usual_width(lengths, names) == width


@pytest.mark.parametrize(
    ("names", "filled", "expected"),
    [
        (["a", "b", "c"], [1.0, 1.0, 1.0], (["a", "b", "c"], "")),
        (["a", "b"], [1.0, 1.0, 0.0], (["a", "b", ""], "trailing")),
        (["a", "b"], [1.0, 1.0, 0.4], (["a", "b", ""], "")),
        (["a", "b"], [1.0, 1.0, 0.5], (["row_names", "a", "b"], "row_names")),
        (["a", "b"], [0.0, 1.0, 1.0], (["a", "b", ""], "")),
        (["a"], [1.0, 1.0, 1.0], (["a", "", ""], "")),
        (["a", "b", "c", "", " "], [1.0, 1.0, 1.0], (["a", "b", "c"], "")),
    ],
)
def test_each_column_has_a_name_or_none(names, filled, expected):
    assert complete_names(names, 3, filled.__getitem__) == expected
