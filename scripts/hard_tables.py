"""Tables that are hard to show: long names, many columns, broken cells. The same each time; no person's data."""

from __future__ import annotations

import csv
import random
from pathlib import Path

LONG_ROWS, LONG_COLUMNS = 600, 80
LONG_TARGET = "would recommend us to friends and colleagues"
MANY_ROWS, MANY_COLUMNS = 190, 752
MANY_TARGET = "tissue"
BROKEN_TARGET = "target"


def long_names(path: Path) -> None:
    """A table that is hard to show: eighty columns with long names in several scripts, long levels, many cells missing; two classes."""
    chance = random.Random(8)
    long = "how satisfied were you with the way in which our staff dealt with your question on the telephone"
    scripts = ("Größe der Wohnfläche in m²", "Średnia temperatura powietrza", "πλήθος επισκέψεων ανά μήνα", "число обращений")
    words = [f"{word}, and would do so again in the coming twelve months" for word in ("certainly", "perhaps", "by no means", "не знаю")]
    names = ["survey id"]
    while len(names) < LONG_COLUMNS - 1:
        at = len(names)
        names.append(f"{scripts[at // 3 % len(scripts)]} {at}" if at % 3 == 0 else f"{long[: 20 + at % 70]} [{at}]")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*names, LONG_TARGET])
        for row in range(LONG_ROWS):
            pull = chance.gauss(0, 1)
            cells: list[object] = [f"S-{row:06d}"]
            for at in range(1, len(names)):
                value: object = round(10.0 ** (at % 6) * (chance.gauss(0, 1) + (pull if at % 9 == 0 else 0.0)), 2)
                if at % 4 == 1:
                    value = words[min(3, max(0, int(chance.gauss(1.5, 1) + (pull if at % 8 == 1 else 0.0))))]
                elif at % 17 == 5:
                    value = f"20{chance.randrange(10, 26)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}"
                cells.append("" if chance.random() < (0.4 if at % 11 == 0 else 0.02) else value)
            writer.writerow([*cells, "yes" if pull + chance.gauss(0, 0.8) > 0.6 else "no"])


def many_columns(path: Path) -> None:
    """752 columns: measured expressions of genes, of which a dozen predict the tissue, a column in the middle."""
    chance = random.Random(75)
    names = [f"expression of the gene {at} in the sample" for at in range(MANY_COLUMNS - 1)]
    middle = len(names) // 2
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*names[:middle], MANY_TARGET, *names[middle:]])
        for _ in range(MANY_ROWS):
            tissue = chance.randrange(3)
            cells = [f"{chance.gauss(8 + (2 * tissue if at < 12 else 0), 1):.3f}" for at in range(len(names))]
            writer.writerow([*cells[:middle], ("cerebellum", "kidney", "liver")[tissue], *cells[middle:]])


def broken_table(path: Path) -> None:
    """Columns without a value, with one value, with texts among numbers, with the same name; dates that are none; a target with gaps."""
    lines = ["a,b,when,note,same,same,price,target"]
    for at in range(60):
        when = "?" if at % 4 else "2024-01-02"
        price = '"n/a, see note"' if at % 7 == 0 else f"{at * 3.25}"
        lines.append(f",{at % 3 or ''},{when},,x,y,{price},{('', 'yes', 'no')[at % 3]}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
