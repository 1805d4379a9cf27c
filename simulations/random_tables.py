"""Whether random tables in random dialects, locales and formats come back equal or with a doubt, and random bytes in time.

    python -m simulations.random_tables [TABLES] [--seed N] [--bytes N]

Writes TABLES (1,000) random typed tables in the forms of `simulations.table_formats`, those of texts with titles above, comments and
repeated names inside and notices below, and reads them. Right is that every row and column comes back with its type and values, or that
evidence leaves a doubt, and that lines which are no rows are reported. Pairs above have a colon: one without, right above names of two
columns, is what no names can decide. `--bytes` further files are random, or tables with random damage:
each must be read or refused within 10 seconds. The exit code says whether any failed.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import io
import random
import signal
import sys
import tempfile
import traceback
from dataclasses import replace
from pathlib import Path

from mlops_desktop.base.errors import UserError
from simulations.locales import compare, read
from simulations.table_formats import FORMATS, LOCALES, Cell, Locale, NotWritable, Written, text_lines, write_as

LONGEST = 10  # seconds
LEFT_OUT = {"above", "comment", "repeated", "below", "inside", "total", "units", "end", "empty"}
_DAY = datetime.date(1995, 1, 1)
_PLACES = ("Köln", "Nîmes", "Łódź", "São Paulo", "Rome", "Ulm", "two words", "a, b; c", 'the "old" one', "O'Neill", "R&D", "<5 men", "#1")
_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven", "inlet", "larch", "maple", "thorn")
_NAMES = (
    *("price", "amount", "Größe", "start", "kind", "state", "x1", "level (of 5)", "T [°C]", "2023", "année", "Σ", "city", "n", "note 1"),
    *("Betrag in EUR", "value_2", "q1: age", "a/b", "first.second", "remark", "weight kg", "p-value", "class", "Zeit", "end", "A", "B"),
)


def random_cell(draw: random.Random, kind: str) -> Cell:
    """A value of a kind of column."""
    match kind:
        case "money":
            return round(draw.lognormvariate(5, 3) * draw.choice((1, 1, -1)), 2)
        case "measure":
            return round(draw.gauss(0, 10 ** draw.choice((-2, 1))), 5) + 0.00001
        case "large":
            return round(draw.uniform(-5e8, 5e8), 1)
        case "count":
            return draw.choice((0, 1, 2, 5, 17, 120, 980, draw.randint(0, 9_000), draw.randint(0, 3_000_000)))
        case "small":
            return draw.randint(0, 9)
        case "flag":
            return draw.random() < 0.4
        case "day":
            return _DAY + datetime.timedelta(days=draw.randint(0, 11_000))
        case "moment":
            return datetime.datetime(2019, 1, 1) + datetime.timedelta(minutes=draw.randint(0, 2_000_000))
        case "second":
            return datetime.datetime(2019, 1, 1) + datetime.timedelta(seconds=draw.randint(0, 100_000_000))
        case "clock":
            return datetime.time(draw.randint(0, 23), draw.randint(0, 59))
        case "sentence":
            end = draw.choice((".", "!", ", and more.", "\nSecond line."))
            return " ".join(draw.choices(_WORDS, k=draw.randint(5, 12))).capitalize() + end
        case "code":
            return f"{draw.choice('ABC')}{draw.randint(0, 999):03}-{draw.randint(0, 9)}"
        case "zip":
            return f"0{draw.randint(1000, 9999)}"
        case _:
            return draw.choice(_PLACES[:5] if kind == "place" else _PLACES)


KINDS = {
    **dict.fromkeys(("money", "measure", "large"), "number"),
    **dict.fromkeys(("count", "small"), "integer"),
    **dict.fromkeys(("day", "moment", "second", "clock"), "date"),
    "flag": "boolean",
    **dict.fromkeys(("sentence", "code", "zip", "place", "odd"), "category"),
}


def random_columns(draw: random.Random) -> list[Written]:
    """The columns of a random table, one of them without gaps."""
    rows, columns = draw.choice((4, 8, 15, 40, 120)), []
    for i, name in enumerate(draw.sample(_NAMES, draw.randint(2, 8))):
        kind = draw.choice([*KINDS])
        values = [random_cell(draw, kind) for _ in range(rows)]
        gaps = draw.choice((0.0, 0.0, 0.05, 0.5)) if i else 0.0
        values = [None if draw.random() < gaps and j else value for j, value in enumerate(values)]
        columns.append(Written(name, KINDS[kind], draw.choice(("", "", "€", "kg")) if kind == "money" else "", values))
    return columns


def random_locale(draw: random.Random) -> Locale:
    """A locale of a country, or one of none."""
    locale = draw.choice([*LOCALES.values()])
    if draw.random() < 0.5:
        return locale
    decimal = draw.choice((".", ","))
    return replace(
        locale,
        decimal=decimal,
        thousands=draw.choice([one for one in ("", "", ",", ".", "'", " ", "\xa0") if one != decimal]),
        day=draw.choice(("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%y", "%d %b %Y", "%Y/%m/%d", "%b %d, %Y", "%Y%m%d")),
        clock=draw.choice(("%H:%M:%S", "%H:%M", "%I:%M %p")),
        missing=draw.choice(("", "", "NA", "-", "NULL", r"\N", "n/a", "?")),
        delimiter=draw.choice(",;\t|"),
        quoted=draw.random() < 0.3,
        encoding=draw.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252")),
        rownames=draw.random() < 0.1,
    )


def write_lines(draw: random.Random, columns: list[Written], folder: Path) -> tuple[Path, str, int]:
    """A text file with lines that are no rows of its table: the file, its form, and how many there are."""
    locale = random_locale(draw)
    lines = text_lines(columns, locale)
    names, rows = lines[0], lines[1:]
    titles = [["Report of the year 2024"], ["As of:", "05.03.2024"], ["# logger 2.1, channel a"], ["Site:", "Kiel"]]
    above = draw.sample(titles, draw.choice((0, 0, 1, 2)))
    blank = [[]] if above and draw.random() < 0.5 else []
    at = draw.randrange(1, len(rows))
    inside = draw.choice(([], [], [], [names]))
    below = draw.choice(([], [], [["Source: the office"]], [["End of report"]], [[], ["Exported by the system; no liability"]]))
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if locale.quoted else csv.QUOTE_MINIMAL
    ends = draw.choice(("\n", "\r\n"))
    writer = csv.writer(out, delimiter=locale.delimiter, quoting=quoting, lineterminator=ends)
    writer.writerows([*above, *blank, names, *rows[:at], *inside, *rows[at:], *below])
    path = folder / "table.csv"
    text = out.getvalue()
    try:
        path.write_bytes(text.encode(locale.encoding))
    except UnicodeEncodeError:
        path.write_bytes(text.encode())
    return path, "R" if locale.rownames else "", len(above) + len(inside) + len([line for line in below if line])


def try_table(seed: int, folder: Path) -> tuple[list[str], bool]:
    """What is silently wrong with the reading of a random table, and whether a difference is reported; the file stays in the folder."""
    draw = random.Random(seed)
    columns = random_columns(draw)
    if draw.random() < 0.75:
        path, form, others = write_lines(draw, columns, folder)
    else:
        form, others = draw.choice([*FORMATS]), 0
        try:
            path = write_as(columns, folder, form)
        except NotWritable:
            return [], False
    try:
        cells, table = read(path)
    except UserError:
        return [], True
    found = compare(columns, {(one.name, rule) for one in columns for rule in ("leading_zeros",)}, cells, table, form)
    silent = found.silent
    if others and not any(note.rule in LEFT_OUT for note in cells.notes):
        silent = [*silent, f"{others} lines are no rows, and nothing says so"]
    return silent, bool(found.reported)


def random_bytes(draw: random.Random, folder: Path) -> Path:
    """A file of random bytes, of random marks, or a table with random damage."""
    kind = draw.randrange(3)
    if kind == 0:
        data = draw.randbytes(draw.choice((1, 40, 3000)))
    elif kind == 1:
        data = "".join(draw.choices("abc,;\"'\n\r\t|#=\\ 019.-é\u200b", k=draw.choice((5, 80, 2000, 40_000)))).encode()
    else:
        columns = random_columns(draw)
        source = write_as(columns, folder, draw.choice([*FORMATS, *LOCALES]))
        changed = bytearray(source.read_bytes())
        for _ in range(draw.randint(1, 6)):
            at = draw.randrange(max(1, len(changed) - 40))
            changed[at : at + draw.randint(0, 20)] = bytes(draw.choices(b"\",;\n\t\\#\x00\xff'| 1", k=draw.randint(0, 5)))
        source.write_bytes(bytes(changed))
        return source
    endings = (".csv", ".txt", ".json", ".xlsx", ".parquet", ".sqlite", ".gz", ".sav", ".html", ".arff", ".dbf")
    path = folder / f"bytes{draw.choice(endings)}"
    path.write_bytes(data)
    return path


def _too_long(_signal: int, _frame: object) -> None:
    raise TimeoutError(f"not read within {LONGEST} seconds")


def try_bytes(seed: int, folder: Path) -> list[str]:
    """How the reading of a random file fails; nothing when it is read or refused in time."""
    draw = random.Random(seed)
    try:
        path = random_bytes(draw, folder)
    except NotWritable:
        return []
    signal.alarm(LONGEST)
    try:
        cells, table = read(path)
        return [] if table.rows == cells.rows else ["rows are lost"]
    except UserError:
        return []
    except Exception:
        return [f"{path.name}: {traceback.format_exc()[-900:]}"]
    finally:
        signal.alarm(0)


def main(arguments: list[str]) -> int:
    """Read all random tables and bytes; 1 when any fails, else 0."""
    parser = argparse.ArgumentParser(description="Reads random tables and random bytes.")
    parser.add_argument("tables", nargs="?", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="of the first table")
    parser.add_argument("--bytes", type=int, default=300)
    parser.add_argument("--keep", type=Path, help="a folder for the files that are read wrongly")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGALRM, _too_long)
    failures = reported = 0
    for number in range(given.tables + given.bytes):
        with tempfile.TemporaryDirectory(prefix="random_tables_") as place:
            seed = given.seed + number
            if number < given.tables:
                signal.alarm(LONGEST)
                try:
                    found, doubted = try_table(seed, Path(place))
                except Exception:
                    found, doubted = [traceback.format_exc()[-900:]], False
                signal.alarm(0)
                reported += doubted
            else:
                found = try_bytes(seed, Path(place))
            if found and given.keep:
                for file in Path(place).iterdir():
                    file.rename(given.keep / f"{seed}-{file.name}")
        failures += bool(found)
        for line in found[:4]:
            print(f"FAIL {seed}: {line[:500]}", flush=True)
    print(f"{given.tables} tables, {given.bytes} files of bytes: {failures} failures, {reported} tables with a reported difference")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
