"""Made-up tables with every kind of column: numbers, whole numbers, booleans, categories, dates, texts, and gaps in all of them."""

from __future__ import annotations

import datetime as dt

import numpy as np

TARGETS = {"binary": "bought", "multiclass": "kind", "regression": "amount"}
TOWNS = ("Ankara", "İstanbul", "Zürich", "Łódź", "São Paulo", "Oslo")
WORDS = ("blue", "red", "soft", "hard", "ΟΔΟΣ", "straße", "cheap", "new", "old", "fast", "naïve", "grün")


def mixed_table(rows: int, seed: int, strange: bool = False) -> list[dict[str, str]]:
    """Rows of texts. The targets depend on numbers, a category, the date and a word. `strange` rows have levels, words and sizes that
    the others lack.
    """
    rng = np.random.default_rng(seed)
    size = rng.normal(20, 6, rows) * (1000 if strange else 1)
    weight, count = rng.lognormal(1, 0.6, rows), rng.integers(0, 9, rows)
    member, town = rng.random(rows) < 0.4, rng.choice(len(TOWNS), rows, p=[0.3, 0.25, 0.2, 0.15, 0.07, 0.03])
    grade, day = rng.choice(3, rows), rng.integers(0, 1500, rows)
    text = [rng.choice(len(WORDS), rng.integers(2, 9)) for _ in range(rows)]
    signal = (size - 20) / 6 + 1.5 * member + (town == 1) - 0.8 * grade + np.sin(day / 200) + np.array([2.0 * (0 in s) for s in text])
    noisy = signal + rng.normal(0, 0.5, rows)
    cuts = np.quantile(noisy, [0.35, 0.7])
    found = []
    for i in range(rows):
        row = {
            "size": f"{size[i]:.3f}",
            "weight": f"{weight[i]:.2f}",
            "count": str(count[i]),
            "member": "yes" if member[i] else "no",
            "town": "Atlantis" if strange and i % 3 == 0 else TOWNS[town[i]],
            "grade": ("low", "middle", "high")[grade[i]],
            "code": f"{'ABC'[grade[i]]}/{count[i] * 7}/{TOWNS[town[i]][:2]}",
            "seen": (dt.date(2019, 1, 1) + dt.timedelta(days=int(day[i]) + (9000 if strange else 0))).isoformat(),
            "note": " ".join([*(WORDS[j] for j in text[i]), *(["never", "İI"] if strange else []), f"x{i % 40}", "and then some"]),
        }
        for name in row:
            if rng.random() < 0.04:
                row[name] = ""
        targets = (
            "yes" if noisy[i] > cuts[0] else "no",
            ("a", "b", "c")[int(np.searchsorted(cuts, noisy[i]))],
            f"{1000 + 250 * noisy[i]:.2f}",
        )
        found.append({**row, **dict(zip(TARGETS.values(), targets, strict=True))})
    return found
