"""Generated tables of kinds that mislead a proposal: bike hire by the hour, electricity, hotel rates, wines bottled twice, passengers, and
the visits of patients.

Each takes a random state and a number of rows, and gives CSV lines, the header first; the column to predict is the last one. The first
three are in the order of time and go on as long as they are asked to: later rows of one draw are the future of the earlier ones.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

import numpy as np

from mlops_desktop.serving.frame import Floats

Rng = np.random.Generator
START = datetime.datetime(2021, 1, 1)


def wander(rng: Rng, rows: int, std: float, length: float) -> Floats:
    """A level around 0 of this standard deviation that keeps its side for about `length` rows (an autoregression of the first order)."""
    keep = np.exp(-1 / length)
    steps = rng.normal(0, std * np.sqrt(1 - keep**2), rows)
    steps[0] = rng.normal(0, std)
    level = np.empty(rows)
    last = 0.0
    for i, step in enumerate(steps):
        last = level[i] = keep * last + step
    return level


def bike_hire(rng: Rng, rows: int) -> list[str]:
    """Hires by the hour with the columns year, month and hour, and a demand that wanders from week to week."""
    times = [START + datetime.timedelta(hours=5 * i) for i in range(rows)]
    demand = 300 + wander(rng, rows, 60, 40)
    warm = 12 + 9 * np.sin(np.arange(rows) / 280) + rng.normal(0, 3, rows)
    hires = demand + 4 * warm + 60 * np.sin(np.array([time.hour for time in times]) / 3.8) + rng.normal(0, 10, rows)
    lines = [f"{t.year},{t.month},{t.hour},{warm[i]:.1f},{max(0, round(hires[i]))}" for i, t in enumerate(times)]
    return ["year,month,hour,temperature,hires", *lines]


def electricity(rng: Rng, rows: int) -> list[str]:
    """Half-hourly load in a column for the day and one for the time of day."""
    times = [START + datetime.timedelta(minutes=30 * i) for i in range(rows)]
    load = 500 + wander(rng, rows, 60, 48) + 80 * np.sin(np.arange(rows) / 48 * 2 * np.pi)
    wind = rng.normal(20, 6, rows)
    return ["Date,Time,wind,load", *(f"{t:%d/%m/%Y},{t:%H:%M},{wind[i]:.1f},{load[i] - wind[i]:.1f}" for i, t in enumerate(times))]


def hotel_rates(rng: Rng, rows: int) -> list[str]:
    """Bookings by the parts of their day of arrival, months by name; rates wander."""
    days = np.arange(rows) // 2
    times = [START + datetime.timedelta(days=int(day)) for day in days]
    level = 90 + wander(rng, int(days[-1]) + 1, 12, 10)
    nights = rng.integers(1, 8, rows)
    rates = level[days] + 3 * nights + rng.normal(0, 4, rows)
    lines = [f"{t.year},{t:%B},{t.day},{nights[i]},{rates[i]:.2f}" for i, t in enumerate(times)]
    return ["arrival_year,arrival_month,arrival_day,nights,rate", *lines]


def wines(rng: Rng, rows: int) -> list[str]:
    """Wines of which nearly a third are in the table more than once, and a quality that nothing explains."""
    kinds = [
        f"{rng.normal(7, 1):.2f},{rng.normal(0.5, 0.2):.3f},{rng.normal(10, 1):.2f},{rng.integers(5, 7)}" for _ in range(rows * 7 // 10)
    ]
    again = [kinds[i] for i in rng.integers(0, len(kinds), rows - len(kinds))]
    return ["acidity,sugar,alcohol,quality", *rng.permutation([*kinds, *again]).tolist()]


def passengers(rng: Rng, rows: int) -> list[str]:
    """Passengers with names that nobody shares, cabins that few have, tickets, and whether they survived."""
    lines = []
    for i in range(rows):
        name = f'"Fam{i}son, G{i}or V{i}ale (K{i}tty, L{i}ey)"'
        cabin = f"{rng.choice(list('ABC'))}{i}" if rng.random() < 0.2 else ""
        age = f"{rng.normal(30, 12):.0f}" if rng.random() < 0.8 else ""
        sex = rng.choice(["male", "female"])
        survived = int(rng.random() < (0.7 if sex == "female" else 0.2))
        lines.append(f"{i + 1},{rng.integers(1, 4)},{name},{sex},{age},{cabin},{rng.choice(list('SCQ'))},{survived}")
    return ["PassengerId,Pclass,Name,Sex,Age,Cabin,Embarked,Survived", *lines]


def patients(rng: Rng, rows: int) -> list[str]:
    """Five rows for each patient, without a number: what describes it stays, what is measured varies; a coin flip for each patient."""
    of = np.arange(rows) // 5
    count = int(of[-1]) + 1
    age, height = rng.integers(25, 85, count), rng.normal(172, 9, count).round()
    sex, city, flips = rng.choice(["f", "m"], count), rng.choice(["Rome", "Oslo", "Lima", "Bonn"], count), rng.choice(["no", "yes"], count)
    pulse, pressure = rng.normal(72, 9, rows).round(), rng.normal(120, 12, count)[of] + rng.normal(0, 5, rows)
    lines = [
        f"{age[p]},{sex[p]},{height[p]:.0f},{city[p]},{pulse[i]:.0f},{pressure[i]:.1f},{flips[p]}" for i, p in enumerate(of.tolist())
    ]
    return ["age,sex,height,city,pulse,pressure,relapse", *rng.permutation(lines).tolist()]


def samples(rng: Rng, rows: int) -> list[str]:
    """Five samples of each patient, whose six values all vary by a fifth of what they differ by between patients; a coin flip for each."""
    of = rng.permutation(np.arange(rows) // 5)
    count = int(of.max()) + 1
    values, flips = rng.normal(size=(count, 6))[of] + rng.normal(0, 0.2, (rows, 6)), rng.choice(["no", "yes"], count)
    return ["a,b,c,d,e,f,relapse", *(",".join([*(f"{v:.3f}" for v in row), flips[p]]) for row, p in zip(values, of, strict=True))]


IN_TIME: tuple[Callable[[Rng, int], list[str]], ...] = (bike_hire, electricity, hotel_rates)
