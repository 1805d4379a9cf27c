"""Texts that are numbers or dates, or nearly ones, for tests that hold ways of reading against each other."""

from __future__ import annotations

import random

HOSTILE = "0123456789.,-−–()'’<>$€%KkMg°eE:/ \u200b\u00a0\u202f\ufeffTZ+"


def hostile_text(draw: random.Random) -> str:
    """A text that is a number or a date, or nearly one."""
    day, month, year = draw.randint(0, 32), draw.randint(0, 13), draw.choice((0, 1, 24, 39, 40, 99, 1900, 2024, 9999))
    kind = draw.randint(0, 7)
    if kind == 0:
        return "".join(draw.choice(HOSTILE) for _ in range(draw.randint(0, 8)))
    if kind == 1:
        return f"{year:04}-{month:02}-{day:02}" + draw.choice(("", " 00:00:00", "T23:59:59", " 24:00:00", " 24:00:01", "T10:00Z", " 10:00"))
    if kind == 2:
        return f"{day:02}.{month:02}.{year:04}" + draw.choice(("", " 00:00", " 24:00:00", " 12:30:15", " 7:05", " 10:00 UTC", " "))
    if kind == 3:
        short = f"{day:02}.{month:02}.{year % 100:02}"
        return draw.choice((short, f"{month}/{day}/{year:04}", f"{year:04}{month:02}{day:02}", "00.00.0000"))
    if kind == 4:
        words = ("", "NA", " NA\u200b", "-", "12", "99", "inf", "1e400", "0000-00-00", "2024-01-05", "9999-12-31")
        return draw.choice((*words, "\x1c5\x1c", "\u200b"))
    fraction = f"{draw.uniform(-1e6, 1e6):.{draw.randint(0, 5)}f}"
    number = draw.choice((fraction, f"{draw.randint(-999, 999):,}", repr(draw.uniform(-1e3, 1e3))))
    around = (
        ("", ""),
        ("$", ""),
        ("", " K"),
        ("(", ")"),
        ("", "-"),
        ("<", ""),
        ("'", ""),
        ("\u00a0", "\u200b"),
        (" ", " "),
        ("", " %"),
        ("", " DR"),
        ("", "CR"),
        ("", "+"),
        ("", " min"),
        ("1h ", "m"),
        ("", " ‰"),
    )
    before, behind = draw.choice(around)
    return before + number + behind
