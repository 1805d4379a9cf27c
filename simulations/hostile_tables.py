"""Small tables that break proposals: few rows, classes of two rows, columns that are empty, constant, unique or equal, groups and dates.

    python -m simulations.hostile_tables [TIMES] [--only PART]

Writes every kind of column by itself and TIMES (100) random mixtures of them, 3 to 60 rows each, and takes them through
`simulations.every_table`. The exit code says whether any failed.
"""

from __future__ import annotations

import csv
import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from simulations import every_table

Cells = list[str]
Rng = np.random.Generator
ROWS = (3, 5, 8, 13, 30, 60)
_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven", "inlet", "larch", "maple", "thorn")


def numbers(rng: Rng, rows: int) -> Cells:
    """Measured numbers."""
    return [f"{value:.3f}" for value in rng.normal(50, 9, rows)]


def gaps(rng: Rng, rows: int) -> Cells:
    """Numbers, most of them missing."""
    return [cell if rng.random() < 0.2 else "" for cell in numbers(rng, rows)]


def missing(rng: Rng, rows: int) -> Cells:
    """Nothing at all."""
    return [""] * rows


def constant(rng: Rng, rows: int) -> Cells:
    """One value."""
    return ["same"] * rows


def categories(rng: Rng, rows: int) -> Cells:
    """A few levels."""
    return rng.choice(["red", "green", "blue"], rows).tolist()


def rare_levels(rng: Rng, rows: int) -> Cells:
    """A level of its own in one row, missing in most."""
    return [f"level {i}" if rng.random() < 0.2 else "" for i in range(rows)]


def texts(rng: Rng, rows: int) -> Cells:
    """Sentences that share words."""
    return [" ".join(rng.choice(_WORDS, 9)) + "." for _ in range(rows)]


def unshared_texts(rng: Rng, rows: int) -> Cells:
    """Sentences without a word in common."""
    return [" ".join(f"{word}{i}x{j}" for j, word in enumerate(rng.choice(_WORDS, 9))) + "." for i in range(rows)]


def identifiers(rng: Rng, rows: int) -> Cells:
    """A number for each row."""
    return [str(1000 + i) for i in range(rows)]


def days(rng: Rng, rows: int) -> Cells:
    """A day after the other, with gaps."""
    return [str(np.datetime64("2024-01-01") + int(day)) for day in np.cumsum(rng.choice([1, 1, 1, 40], rows))]


def equal_days(rng: Rng, rows: int) -> Cells:
    """One day for all."""
    return ["2024-05-01"] * rows


def some_days(rng: Rng, rows: int) -> Cells:
    """Days, half of them missing."""
    return [day if rng.random() < 0.5 else "" for day in days(rng, rows)]


def patients(rng: Rng, rows: int) -> Cells:
    """A few groups, each with several rows."""
    return [f"P{i:03d}" for i in rng.integers(0, max(2, rows // 5), rows)]


def one_group(rng: Rng, rows: int) -> Cells:
    """One group for all."""
    return ["P001"] * rows


def flags(rng: Rng, rows: int) -> Cells:
    """Two values, so that many rows are equal."""
    return rng.choice(["0", "1"], rows).tolist()


COLUMNS: dict[str, Callable[[Rng, int], Cells]] = {
    "length": numbers,
    "share": gaps,
    "empty": missing,
    "plant": constant,
    "colour": categories,
    "note": rare_levels,
    "remark": texts,
    "comment": unshared_texts,
    "record_id": identifiers,
    "day": days,
    "opened": equal_days,
    "closed": some_days,
    "patient_id": patients,
    "group_id": one_group,
    "flag": flags,
}


def two_classes(rng: Rng, rows: int) -> Cells:
    """Two classes."""
    return rng.choice(["yes", "no"], rows).tolist()


def rare_class(rng: Rng, rows: int) -> Cells:
    """Two rows of one class."""
    return rng.permutation(["yes"] * 2 + ["no"] * (rows - 2)).tolist()


def single_row(rng: Rng, rows: int) -> Cells:
    """One row of one class."""
    return rng.permutation(["yes"] + ["no"] * (rows - 1)).tolist()


def many_classes(rng: Rng, rows: int) -> Cells:
    """About two rows of each class."""
    return [f"kind {i}" for i in rng.integers(0, max(2, rows // 2), rows)]


def one_class(rng: Rng, rows: int) -> Cells:
    """One class."""
    return ["yes"] * rows


def amounts(rng: Rng, rows: int) -> Cells:
    """Numbers."""
    return [f"{value:.2f}" for value in rng.normal(100, 30, rows)]


def equal_amounts(rng: Rng, rows: int) -> Cells:
    """Numbers that are equal but for one."""
    return ["7.5"] * (rows - 1) + ["8.5"]


def amounts_with_gaps(rng: Rng, rows: int) -> Cells:
    """Numbers, half of them missing."""
    return [cell if rng.random() < 0.5 else "" for cell in amounts(rng, rows)]


TARGETS: dict[str, Callable[[Rng, int], Cells]] = {
    function.__name__: function
    for function in (two_classes, rare_class, single_row, many_classes, one_class, amounts, equal_amounts, amounts_with_gaps)
}


def tables(times: int) -> Iterator[tuple[str, str]]:
    """The name and the text of each table; its target is the column `outcome`."""
    for name in COLUMNS:
        for target in ("two_classes", "amounts"):
            for rows in (8, 60):
                yield _table(f"{name}-{target}-{rows}", (name,), target, rows)
    for target in TARGETS:
        for rows in ROWS:
            yield _table(f"all-{target}-{rows}", tuple(COLUMNS), target, rows)
    for number in range(times):
        rng = np.random.default_rng([9, number])
        names = tuple(sorted(rng.choice(list(COLUMNS), rng.integers(1, 5), replace=False).tolist()))
        target, rows = str(rng.choice(list(TARGETS))), int(rng.choice(ROWS))
        yield _table(f"{number}-{'-'.join(names)}-{target}-{rows}", names, target, rows)


def _table(name: str, columns: tuple[str, ...], target: str, rows: int) -> tuple[str, str]:
    rng = np.random.default_rng([7, *name.encode()])
    cells = {column: COLUMNS[column](rng, rows) for column in columns}
    cells["outcome"] = TARGETS[target](rng, rows)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(cells)
    writer.writerows(zip(*cells.values(), strict=True))
    return name, text.getvalue()


def main(arguments: list[str]) -> int:
    """Write the tables and run them; 1 when any fails, else 0."""
    times = int(arguments.pop(0)) if arguments and arguments[0].isdecimal() else 100
    with tempfile.TemporaryDirectory(prefix="hostile_tables_") as place:
        folder = Path(place)
        lines = ["file,target"]
        for name, text in tables(times):
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
            lines.append(f"{name}.csv,outcome")
        (folder / "MANIFEST.csv").write_text("\n".join(lines), encoding="utf-8")
        return every_table.main([place, *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
