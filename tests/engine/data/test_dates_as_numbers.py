"""Numbers that may be dates: asked about by their range, by the name of the column, and never in a column that names something."""

import pandas as pd
import pytest

from mlops_desktop.engine.data.dates_as_numbers import as_texts, maybe_dates
from mlops_desktop.engine.data.raw_column import raw_column
from mlops_desktop.serving.schema import Column


def asked(name: str, values: list[float]) -> bool:
    import pyarrow as pa

    raw = raw_column(name, pa.array(values, pa.float64()))
    return bool(list(maybe_dates(raw, Column(name, "number"))))


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("ts", [1714557600, 1714561200], True),
        ("ts", [1714557600, 17], False),
        ("order_id", [1714557600, 1714561200], False),
        ("bytes", [1714557600, 1714561200], False),
        ("Datum", [45413, 45414], True),
        ("income", [45413, 45414], False),
        ("x", [20240501, 20241301], False),
        ("x", [202401, 202413], False),
        ("x", [2024.01, 2023.12], True),
        ("x", [2024.01, 2023.5], False),
        ("x", [1e308, -1e308], False),
    ],
)
def test_which_numbers_are_asked_about(name, values, expected):
    assert asked(name, values) is expected


def test_numbers_as_texts_keep_their_rows():
    import pyarrow as pa

    texts = as_texts(raw_column("x", pa.array(pd.Series([45413.5, None, 3.0]))))
    assert [texts.texts[code] for code in texts.codes] == ["45413.5", "", "3"]
