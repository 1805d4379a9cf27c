"""Backslashes further down in a text are escapes where rows agree better with them."""

import pytest

from mlops_desktop.serving.dialect import find_dialect
from mlops_desktop.serving.late_escape import has_late_escape

USUAL = '1,"some words",2.5\n' * 30


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        ('2,"he said \\"yes, no\\" twice",3.5\n' * 30, True),
        ('2,"C:\\dir\\sub",3.5\n', False),
        ('2,"he said ""yes\\no""",3.5\n', False),
    ],
)
def test_escapes_are_distinguished_from_other_backslashes(late, expected):
    assert has_late_escape([USUAL, USUAL + late + USUAL], find_dialect) is expected
