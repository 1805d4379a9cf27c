"""A trained model as one file for Python 3.10 or newer, without any package.

    python predict.py IN.csv OUT.csv      answer the rows of a CSV file with a header
    python predict.py selftest            compare with the answers of the application in golden.json; exit code 0 or 1
    python predict.py scores              rows as JSON on standard input, their scores as JSON on standard output

As a module: `predict({"column": value, ...})`. A cell is a number, a level as it is in the training data, True or False, a date as a text
such as "2024-03-28" or "2024-03-28T14:05:00", or None. NaN is None, as pandas has it.
"""

import csv
import json
import math
import os
import re
import struct
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

Row = dict[str, Any]
MODEL = json.loads("{}")  # the model, as plain data
TOLERANCE = 1e-9  # times max(1, |y|)
TOP = 1.7976931348623157e308
TOP32 = 3.4028234663852886e38
BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
# Joiners shape letters of some scripts and make one picture of several; next to an ASCII character they do nothing.
JOINERS = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]+|(?<![\u200c\u200d])[\u200c\u200d]+(?![^\x00-\x7f])")
WHOLE = re.compile(r"(-?)(0|[1-9][0-9]{0,15})\.0+")


def _bounded(x: float) -> float:
    return min(max(x, -TOP), TOP)


def _finite(x: float) -> float | None:
    return x if math.isfinite(x) else None


def _divided(x: float, y: float) -> float:
    if y:
        return x / y
    return math.nan if not x or math.isnan(x) else math.copysign(math.inf, x)


def _level(row: Row, column: str, fill: str | None, table: dict[str, Any], other: Any, gone: Any) -> float | None:
    text = row.get(column)
    text = fill if text is None else text
    return gone if text is None else table.get(text, other)


def _moment(row: Row, column: str) -> datetime | None:
    """The date of a cell; None where it is missing."""
    text = row.get(column)
    if text is None or any(text[:10] in one["dates"]["none"] for one in MODEL["columns"] if one["name"] == column):
        return None
    return datetime.fromisoformat(text)


def _date(row: Row, column: str, unit: str, values: list[float] | None) -> float | None:
    """The year of a date, or its place within a year, month, week or day, from 0; `values` has the number of each place."""
    moment = _moment(row, column)
    if moment is None:
        return None
    months = moment.month - 1
    places = {"year": moment.year, "quarter": months // 3, "month": months, "day": moment.day - 1, "weekday": moment.weekday()}
    place = {**places, "hour": moment.hour}[unit]
    return float(place if values is None else values[place])


def _days(row: Row, column: str, since: int) -> float | None:
    moment = _moment(row, column)
    if moment is None:
        return None
    return float((moment - datetime(1970, 1, 1)) // timedelta(microseconds=1) - since) / 86_400_000_000


def _terms(vector: dict[str, Any], text: str) -> Iterator[str]:
    """The terms of a text: n-grams of its words (word), of its characters (char), or of the characters of its words (char_wb)."""
    text = unicodedata.normalize("NFC", text.lower() if vector["lower"] else text)
    lengths = range(vector["low"], vector["high"] + 1)
    if vector["unit"] == "word":
        words = [word for word in re.findall(r"\b\w\w+\b", text) if word not in vector["stop_words"]]
        yield from (" ".join(words[i : i + n]) for n in lengths for i in range(len(words) - n + 1))
    elif vector["unit"] == "char":
        text = re.sub(r"\s\s+", " ", text)
        yield from (text[i : i + n] for n in lengths for i in range(len(text) - n + 1))
    else:
        for word in text.split():
            padded = f" {word} "
            for n in lengths:
                yield from (padded[i : i + n] for i in range(max(len(padded) - n, 0) + 1))
                if len(padded) <= n:  # a word shorter than the n-gram counts once
                    break


@lru_cache(maxsize=256)
def _vector(at: int, text: str) -> dict[int, float]:
    """The values of the known terms of a text, by their places: counts times weights, of the length 1."""
    vector = MODEL["vectors"][at]
    places = {term: place for place, term in enumerate(vector["terms"])}
    counts = Counter(places[term] for term in _terms(vector, text) if term in places)
    values = {place: (1.0 + math.log(n) if vector["sublinear"] else n) * vector["weights"][place] for place, n in sorted(counts.items())}
    length = math.sqrt(sum(x * x for x in values.values()))
    return {place: x / length for place, x in values.items()}


def _term(row: Row, column: str, fill: str | None, at: int, place: int) -> float:
    text = row.get(column)
    text = fill if text is None else text
    return 0.0 if text is None else _vector(at, text).get(place, 0.0)


def _dot(row: Row, parts: list[Any], means: list[float], scales: list[float], weights: list[float]) -> float:
    total = 0.0
    for part, mean, scale, weight in zip(parts, means, scales, weights, strict=True):
        x = _value(part, row)
        if x is not None:
            total += (x - mean) / scale * weight
    return total


def _pair(row: Row, operation: str, first: Any, second: Any) -> float | None:
    x, y = _value(first, row), _value(second, row)
    if x is None or y is None:
        return None
    if operation == "times":
        return _bounded(x * y)
    return _finite(x - y if operation == "less" else _divided(x, y))


OF_COLUMN = {"level": _level, "date": _date, "days": _days, "term": _term, "dot": _dot}


def _value(expression: list[Any], row: Row) -> float | None:
    """The value of an expression, None where it is missing."""
    operation, first, *rest = expression
    if operation == "number":
        x = row.get(first)
        return None if x is None else float(x)
    if operation == "constant":
        return first
    if operation == "has_no_text":
        return float(row.get(first) is None)
    if operation in OF_COLUMN:
        return OF_COLUMN[operation](row, first, *rest)
    if operation in ("times", "less", "over"):
        return _pair(row, operation, first, rest[0])
    x = _value(first, row)
    if operation == "without":
        return None if x in rest[0] else x
    if operation == "is_missing":
        return float(x is None)
    if operation == "fill":
        return rest[0] if x is None else x
    if operation == "in_bin":
        return 0.0 if x is None else float(sum(x >= edge for edge in rest[0]) == rest[1])
    if x is None:
        return None
    if operation == "scale":
        return _bounded((x - rest[0]) / rest[1])
    if operation == "bin":
        return float(sum(x >= edge for edge in rest[0]))
    low, high = rest  # clip
    x = x if low is None else max(x, low)
    return x if high is None else min(x, high)


def _single(x: float | None) -> float:
    """The nearest float32; missing is NaN."""
    return math.nan if x is None else struct.unpack("f", struct.pack("f", min(max(x, -TOP32), TOP32)))[0]


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(min(-x, 700.0)))


def _linked(raw: list[float], link: str) -> list[float]:
    if link == "sigmoid":
        p = _sigmoid(raw[0])
        return [1.0 - p, p]
    if link == "softmax":
        most = max(raw)
        powers = [math.exp(x - most) for x in raw]
        return [power / sum(powers) for power in powers]
    return raw


def _goes_left(model: dict[str, Any], split: int, cells: list[float]) -> bool:
    x = cells[model["feature"][split]]
    codes = model["sets"][split]
    if codes is not None:
        code = math.ceil(x) if x == x else -1
        return code in codes if 0 <= code < model["levels"][model["feature"][split]] else bool(model["missing_left"][split])
    return x <= model["threshold"][split] if x == x else bool(model["missing_left"][split])


def _trees(model: dict[str, Any], cells: list[float]) -> list[float]:
    raw = list(model["baseline"])
    first_split = first_leaf = 0
    for number, splits in enumerate(model["splits"]):
        at = first_split if splits else ~first_leaf
        while at >= 0:
            at = model["left"][at] if _goes_left(model, at, cells) else model["right"][at]
        leaf = model["values"][~at]
        if len(leaf) == len(raw):
            raw = [x + y for x, y in zip(raw, leaf, strict=True)]
        else:
            raw[number % len(raw)] += leaf[0]
        first_split += splits
        first_leaf += splits + 1
    if model["link"] == "mean":
        return [x / len(model["splits"]) for x in raw]
    return _linked(raw, model["link"])


def _layer(cells: list[float], weights: list[list[float]], bias: list[float]) -> list[float]:
    out = list(bias)
    for x, row in zip(cells, weights, strict=True):
        for k, weight in enumerate(row):
            out[k] += x * weight
    return out


ACTIVATIONS = {"relu": lambda x: max(x, 0.0), "tanh": math.tanh, "logistic": _sigmoid, "identity": lambda x: x}


def _net(model: dict[str, Any], cells: list[float]) -> list[float]:
    act = ACTIVATIONS[model["activation"]]
    for number, (weights, bias) in enumerate(zip(model["weights"], model["biases"], strict=True)):
        cells = _layer(cells if not number else [act(x) for x in cells], weights, bias)
    return _linked(cells, model["link"])


def _scores_of(node: dict[str, Any], matrices: list[list[float]]) -> list[float]:
    kind = node["kind"]
    if kind == "constant":
        return node["answer"]
    if kind == "mean":
        members = [_scores_of(one, matrices) for one in node["members"]]
        return [sum(x * w for x, w in zip(column, node["weights"], strict=True)) for column in zip(*members, strict=True)]
    if kind == "some":
        out = [0.0] * node["classes"]
        for place, x in zip(node["seen"], _scores_of(node["inner"], matrices), strict=True):
            out[place] = x
        return out
    cells = matrices[node["matrix"]]
    if kind == "linear":
        sums = _layer(cells, node["weights"], [0.0] * len(node["intercept"]))
        return _linked([x + b for x, b in zip(sums, node["intercept"], strict=True)], node["link"])
    return _trees(node, cells) if kind == "trees" else _net(node, cells)


def _typed(column: dict[str, Any], cell: Any) -> Any:
    """A cell as the expressions take it: texts as a file's are read, None for NaN."""
    if isinstance(cell, str):
        return _cell(column, cell) if column["kind"] == "text" else cell
    return None if cell != cell else cell


def scores(row: Row) -> list[float]:
    """The probabilities of the classes, or one number, for a row of cells."""
    return _scores({column["name"]: _typed(column, row.get(column["name"])) for column in MODEL["columns"]})


def _scores(row: Row) -> list[float]:
    matrices = [[_single(_value(expression, row)) for expression in features] for features in MODEL["features"]]
    return [round(x, 12) for x in _scores_of(MODEL["node"], matrices)]


def decide(found: list[float]) -> Any:
    """The answer to scores: a class, or the number."""
    classes, positive = MODEL["classes"], MODEL["positive"]
    if not classes:
        return found[0]
    if positive is not None and MODEL["threshold"] is not None:
        return classes[positive if found[positive] >= MODEL["threshold"] else 1 - positive]
    return classes[found.index(max(found))]


def predict(row: Row) -> dict[str, Any]:
    """The answer for a row, with the probability of each class where there are classes."""
    found = scores(row)
    answer = {"prediction": decide(found)}
    if MODEL["classes"]:
        answer["probabilities"] = dict(zip(map(_text_of, MODEL["classes"]), found, strict=True))
    return answer


def _text_of(one: Any) -> str:
    return one if isinstance(one, str) else json.dumps(one)


def _clean(text: str) -> str:
    """A text without blanks at its ends and invisible characters, in NFC; a formula such as ="007" is the text in it."""
    text = text.strip()
    if text.startswith('="') and text.endswith('"') and text.count('"') == 2:
        text = text[2:-1]
    text = INVISIBLE.sub("", BLANKS.sub(" ", unicodedata.normalize("NFC", text)))
    return unicodedata.normalize("NFC", JOINERS.sub("", text)).strip()


def _number(column: dict[str, Any], text: str) -> float:
    """A text as the column writes its numbers; ValueError for any other."""
    written = column["written"]
    if written["zero"] and re.fullmatch(written["zero"], text.lower()):
        return 0.0
    match = re.fullmatch(written["pattern"], text)
    found = match.groupdict() if match else {}
    signs = [found[name] for name in ("sign", "tail_sign", "behind", "last") if found.get(name)]
    opened, closed = bool(found.get("open")) + bool(found.get("inner")), bool(found.get("close"))
    if not match or opened != closed or len(signs) + closed > 1:
        raise ValueError("not a number")
    digits = re.sub(written["thousands"], "", found["number"]) if written["thousands"] else found["number"]
    digits = digits.replace(written["decimal"], ".").rstrip(written["dashes"])
    x = float(digits)
    if closed or (signs and signs[0].strip() != "+"):
        x = -x
    if found.get("side"):
        x *= float(written["scales"][found["side"]][0])
    if found.get("scale"):
        x = _converted(x, digits, *map(Decimal, written["scales"][found["scale"]]))
    if found.get("percent"):
        x /= 100
    if not math.isfinite(x) or (column["whole"] and x != int(x)):
        raise ValueError("not a number of the column")
    return x


def _converted(x: float, digits: str, times: Decimal, over: Decimal, shift: Decimal) -> float:
    """A number in the unit of the column, by decimal arithmetic."""
    if not math.isfinite(x) or (x == 0 and not shift):
        return x
    return float(((Decimal(digits) if x > 0 else -Decimal(digits)) + shift) * times / over)


def _date_text(column: dict[str, Any], text: str) -> str | None:
    """A text as the column writes its dates, as ISO 8601; ValueError for any other."""
    written = column["dates"]
    if re.fullmatch(written["zero"], text):
        return None
    match = next((found for one in written["patterns"] if (found := re.fullmatch(one, text))), None)
    if match is None:
        raise ValueError("not a date")
    found = {name: value or "" for name, value in match.groupdict().items()}
    year = int(found.get("Y") or found["y"])
    if not found.get("Y"):
        year += 1900 if year >= written["pivot"] else 2000
    name = "".join(c for c in unicodedata.normalize("NFD", found.get("b", "").lower()) if not unicodedata.combining(c))
    month = written["months"].get(name, 0) if name else int(found.get("m") or 1)
    hour, half = int(found.get("H") or 0), found.get("p", "")
    if found.get("I"):
        if not 1 <= int(found["I"]) <= 12:
            raise ValueError("not an hour of a half day")
        hour = int(found["I"]) % 12 + (12 if half[:1] in ("p", "P") or half in written["afternoon"] else 0)
    minute, second = int(found.get("M") or 0), int(found.get("S") or 0)
    part = int(found.get("f", "").ljust(6, "0")[:6])
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and (minute or second or part)):
        raise ValueError("not a time of day")
    since = timedelta(days=date(year, month, int(found.get("d") or 1)).toordinal() - 1, hours=hour, minutes=minute, seconds=second)
    return (datetime.min + since + timedelta(microseconds=part)).isoformat()


def _cell(column: dict[str, Any], text: str) -> Any:
    """A text of a CSV file as a cell, by the marks of the training data; ValueError where it cannot be read."""
    text = _clean(text)
    if column["kind"] in ("text", "boolean"):
        whole = WHOLE.fullmatch(text)
        text = (whole[2] if whole[2] == "0" else whole[1] + whole[2]) if whole else text
        text = column["recoded"].get(text, text)
    if text in column["missing"]:
        return None
    if column["kind"] == "number":
        return _number(column, text)
    if column["kind"] == "date":
        return _date_text(column, text)
    if column["kind"] == "boolean":
        if text.casefold() not in column["true"] + column["false"]:
            raise ValueError("neither true nor false")
        return text.casefold() in column["true"]
    return text


def _answered(header: list[str], row: list[str]) -> list[str]:
    """The line of the answer to a line of the file: prediction, probabilities, error."""
    empty = [""] * (1 + len(MODEL["classes"]))
    if len(row) != len(header):
        return [*empty, f"The row has {len(row)} cells, the header {len(header)}."]
    cells = {}
    for column in MODEL["columns"]:
        try:
            cells[column["name"]] = _cell(column, row[header.index(column["name"])])
        except (ValueError, OverflowError):
            return [*empty, f"“{column['name']}” cannot be read."]
    found = _scores(cells)
    return [_text_of(decide(found)), *map(repr, found if MODEL["classes"] else []), ""]


def _written(text: str) -> str:
    """A cell that begins like a formula gets an apostrophe, so that no table program runs it."""
    return f"'{text}" if re.match(r"[=+@\t\r]|-(?!\d)", text) else text


def _answer_file(source: str, target: str) -> None:
    """Write `target`, which stays as it was until every row is answered."""
    with open(source, encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        file.seek(0)
        header, *rows = [row for row in csv.reader(file, delimiter=max(",;\t", key=first.count)) if row] or [[]]
    header = [_clean(name) for name in header]
    absent = [column["name"] for column in MODEL["columns"] if column["name"] not in header]
    if absent:
        sys.exit(f"The file has no column “{absent[0]}”.")
    names = ["prediction", *(f"probability_{_text_of(one)}" for one in MODEL["classes"]), "error"]
    answers = [_answered(header, row) for row in rows]
    temporary = f"{target}.{os.getpid()}.tmp"
    try:
        with open(temporary, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([_written(cell) for cell in line] for line in [names, *answers])
        os.replace(temporary, target)
    finally:
        Path(temporary).unlink(missing_ok=True)
    if refused := sum(bool(line[-1]) for line in answers):
        sys.stderr.write(f"Rows that cannot be read: {refused}. The column “error” says why.\n")


def _selftest() -> int:
    golden = json.loads(Path(__file__).with_name("golden.json").read_text(encoding="utf-8"))
    worst, other = 0.0, 0
    for row, wanted in zip(golden["rows"], golden["scores"], strict=True):
        found = scores(row)
        for x, y in zip(found, wanted, strict=True):
            worst = max(worst, abs(x - y) / max(1.0, abs(y)))
        other += bool(MODEL["classes"]) and decide(found) != decide(wanted)
    passed = worst <= TOLERANCE and not other
    sys.stdout.write(f"Self-test {'passed' if passed else 'FAILED'}: {len(golden['rows'])} golden rows, worst difference {worst:.3g}.\n")
    return 0 if passed else 1


def _main(arguments: list[str]) -> int:
    if arguments == ["selftest"]:
        return _selftest()
    if arguments == ["scores"]:
        json.dump([scores(row) for row in json.load(sys.stdin)], sys.stdout)
        return 0
    if len(arguments) != 2:
        sys.stderr.write((__doc__ or "") + "\n")
        return 2
    _answer_file(*arguments)
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
