"""A table whose names are in two rows: they are joined in the dialog of the file, and one undo brings the single names back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.end_to_end.scenarios.person import Person

pytestmark = pytest.mark.proof

NAMES = ["store", "2024 price", "2024 count", "2025 price", "2025 count", "outcome closed"]


def stores() -> str:
    """120 stores with a price and a count for each of two years, which are in a row above."""
    rng = np.random.default_rng(3)
    lines = [",2024,2024,2025,2025,outcome", "store,price,count,price,count,closed"]
    for at in range(120):
        prices, counts = rng.uniform(2, 9, 2), rng.integers(10, 90, 2)
        closed = "yes" if counts[1] < counts[0] - rng.integers(0, 20) else "no"
        lines.append(f"S{at:03},{prices[0]:.2f},{counts[0]},{prices[1]:.2f},{counts[1]},{closed}")
    return "\n".join(lines) + "\n"


def test_names_of_two_rows_are_joined(person: Person, tmp_path: Path) -> None:
    file = tmp_path / "stores.csv"
    file.write_text(stores(), encoding="utf-8")
    person.open_preview(file)
    person.read_file()
    person.click("data_tabs_reading")
    person.click("merge_names")
    person.until(lambda: person.find(type(person.window.panel.file.change), "import_go").isVisible(), "the dialog of the file")
    person.rest()
    person.click("import_go")
    person.rest()
    person.until(lambda: [one.name for one in person.window.controller.last_overview().columns] == NAMES, "the joined names")
    assert person.window.panel.file.preview.model().rowCount() == 120
