"""Large requests to the exported service, texts, and what answers while explanations are computed.

    python -m benchmarks.requests [--rounds 5]

Rows/s of one request with 10,000 rows as JSON and as CSV, for 20 columns (numbers, categories, a date) and a linear model or 300 boosted
trees; microseconds of one row and rows/s of a batch for a text column with TF-IDF and a linear model; and the longest time until
`/metrics` and `/health/live` answer while 150 requests for explanations of 100 rows wait. Beside each figure: what it has to be.
Clock times of the client on the loopback address, the fastest of some rounds. Nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import io
import json
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.load import Server, load, need_wrk, started
from benchmarks.projects import bundle, trained
from mlops_desktop.engine.training import Chosen

ROWS = 10_000
EXPLAINS = 150
EXPLAINED_ROWS = 100
VOCABULARY = 5_000
Table = tuple[list[str], list[list[str]]]


def wide_table(rows: int) -> Table:
    """14 numbers, four categories, a boolean and a date, with a target of two classes."""
    rng = np.random.default_rng(0)
    numbers = rng.normal(100, 20, (rows, 14)).round(3)
    levels = np.array([f"level {i}" for i in range(12)])
    categories = levels[rng.integers(0, 12, (rows, 4))]
    flags = np.array(["yes", "no"])[rng.integers(0, 2, rows)]
    dates = (np.datetime64("2020-01-01") + rng.integers(0, 1000, rows)).astype(str)
    score = (numbers[:, :4].sum(axis=1) - 400) / 40 + (categories[:, 0] == "level 3") + rng.normal(0, 0.7, rows)
    target = np.where(score > 0.2, "good", "bad")
    names = [*(f"number {i}" for i in range(14)), *(f"category {i}" for i in range(4)), "flag", "day", "target"]
    parts = [numbers.astype(str), categories, flags[:, None], dates[:, None], target[:, None]]
    return names, np.concatenate(parts, axis=1).tolist()


def text_table(rows: int) -> Table:
    """Messages of about 30 words, and a number, with a target that some of the words make likely."""
    rng = np.random.default_rng(1)
    letters = np.array([*"abcdefghijklmnopqrstuvwxyz"])
    words = np.array(["".join(rng.choice(letters, rng.integers(3, 10))) for _ in range(VOCABULARY)])
    share = 1.0 / np.arange(1, VOCABULARY + 1)
    found = []
    for _ in range(rows):
        chosen = rng.choice(VOCABULARY, rng.integers(15, 45), p=share / share.sum())
        is_wanted = (chosen % 7 == 0).mean() + rng.normal(0, 0.05) > 0.15
        found.append([" ".join(words[chosen]), str(round(float(rng.normal(50, 10)), 2)), "wanted" if is_wanted else "other"])
    return ["message", "number", "target"], found


def train(folder: Path, table: Table, algorithm: dict[str, Any]) -> Chosen:
    """A model of a table whose last column is the target, exported to `folder / "bundle"`."""
    folder.mkdir()
    (folder / "table.csv").write_text(as_csv(*table), encoding="utf-8")
    chosen = trained(folder / "project", folder / "table.csv", "target", algorithm)
    bundle(chosen, folder / "bundle")
    return chosen


def as_csv(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as the text of a CSV file."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([names, *rows])
    return out.getvalue()


def json_rows(chosen: Chosen, table: Table) -> list[dict[str, Any]]:
    """The rows of a table as a client sends them: numbers as numbers."""
    names = table[0][:-1]
    types = {column.name: column.type for column in chosen.scorer.schema.columns}
    plain = {"number": float, "integer": int, "boolean": lambda text: text == "yes"}
    readers = [plain.get(types.get(name, ""), str) for name in names]
    return [{name: read(cell) for name, read, cell in zip(names, readers, row, strict=False)} for row in table[1]]


def post(server: Server, path: str, body: bytes, kind: str = "application/json") -> float:
    """The seconds until a request is answered with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    began = time.perf_counter()
    connection.request("POST" if body else "GET", path, body or None, {"Content-Type": kind} if body else {})
    response = connection.getresponse()
    answer = response.read()
    taken = time.perf_counter() - began
    connection.close()
    if response.status != 200:
        raise SystemExit(f"{path} answers {response.status}: {answer[:500]!r}")
    return taken


def serve(folder: Path, row: Any) -> Any:
    """The service of a bundle, as a context."""
    return started([sys.executable, "serve.py", "--port"], folder / "bundle", "/v1/predict", json.dumps({"rows": [row]}))


def show(title: str, value: float, unit: str, wanted: str) -> None:
    """Print one figure."""
    print(f"{title:62s} {value:12,.1f} {unit:7s} {wanted}", flush=True)


def batches(folder: Path, rounds: int, title: str, algorithm: dict[str, Any], least: tuple[int, int]) -> None:
    """10,000 rows as JSON and as CSV."""
    table = wide_table(ROWS)
    chosen = train(folder, table, algorithm)
    rows = json_rows(chosen, table)
    body = json.dumps({"rows": rows}, separators=(",", ":")).encode()
    lines = as_csv(table[0][:-1], [row[:-1] for row in table[1]]).encode()
    with serve(folder, rows[0]) as server:
        by_json = min(post(server, "/v1/predict", body) for _ in range(rounds))
        by_csv = min(post(server, "/v1/predict/csv", lines, "text/csv") for _ in range(rounds))
    show(f"{title}, 20 columns, JSON", ROWS / by_json, "rows/s", f"at least {least[0]:,}")
    show(f"{title}, 20 columns, CSV", ROWS / by_csv, "rows/s", f"at least {least[1]:,}")


def texts(folder: Path, rounds: int) -> None:
    """One row, and a batch, of a model that reads texts."""
    table = text_table(ROWS)
    chosen = train(folder, table, {"id": "logistic"})
    rows = json_rows(chosen, table)
    body = json.dumps({"rows": rows}).encode()
    with serve(folder, rows[0]) as server:
        one = max(load(server, "/v1/predict", json.dumps({"rows": [rows[0]]}), 4, 2)["requests/s"] for _ in range(rounds))
        many = min(post(server, "/v1/predict", body) for _ in range(rounds))
    show("texts, one row on 4 connections", 1e6 / one, "µs", "at most 300")
    show("texts, JSON", ROWS / many, "rows/s", "at least 10,000")


def explains(folder: Path) -> None:
    """The longest time of small requests while explanations wait; the model of `batches` with trees."""
    row = json.loads((folder / "bundle" / "golden.json").read_text(encoding="utf-8"))["rows"][0]
    body = json.dumps({"rows": [row] * EXPLAINED_ROWS}).encode()
    with serve(folder, row) as server:
        waiting = [threading.Thread(target=_explain, args=(server, body), daemon=True) for _ in range(EXPLAINS)]
        for one in waiting:
            one.start()
        time.sleep(0.5)
        for path in ("/metrics", "/health/live"):
            longest = max(post(server, path, b"") for _ in range(30))
            show(f"{path} under {EXPLAINS} explanations, the longest of 30", longest * 1e3, "ms", "at most 100")


def _explain(server: Server, body: bytes) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    try:
        connection.request("POST", "/v1/explain", body, {"Content-Type": "application/json"})
        connection.getresponse().read()
    except OSError:
        return  # the service was stopped meanwhile
    finally:
        connection.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    need_wrk()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        batches(folder / "linear", args.rounds, "linear", {"id": "logistic"}, (100_000, 130_000))
        batches(folder / "trees", args.rounds, "300 trees", {"id": "hist_gradient_boosting", "params": {"max_iter": 300}}, (60_000, 60_000))
        texts(folder / "texts", args.rounds)
        explains(folder / "trees")


if __name__ == "__main__":
    main()
