"""Run by a test in a process that has the standard library, numpy and the folder `serving` of a bundle alone: answers rows of many bundles.

    python answer_alone.py BUNDLE ROWS.json ROWS.csv OUT.json [BUNDLE ROWS.json ROWS.csv OUT.json …]

ROWS.json holds requests, ROWS.csv the same rows as a file. OUT.json gets what the service replies: to each row alone, to all of them, to
pieces of them, and to the file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PIECES = (1, 2, 5, 31)


class _OnlyNumpy:
    """Refuses every import but the standard library's, numpy's and `serving`."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in ("numpy", "serving"):
            raise ImportError(f"{name} is not there in a bundle")


def answers(service: Any, rows: list[Any]) -> dict[str, Any]:
    """The predictions of rows, alone, at once and in pieces."""

    def predict(some: list[Any]) -> Any:
        body = json.dumps({"rows": some}).encode()
        return json.loads(service.predict(body, b"").body)["predictions"]

    pieces, start = [], 0
    while start < len(rows):
        size = PIECES[len(pieces) % len(PIECES)]
        pieces += predict(rows[start : start + size])
        start += size
    return {"alone": [one for row in rows for one in predict([row])], "at once": predict(rows), "pieces": pieces}


def main(arguments: list[str]) -> None:
    """Answer for each bundle."""
    sys.meta_path.insert(0, _OnlyNumpy())  # type: ignore[arg-type]
    sys.path.insert(0, arguments[0])
    from serving.boot import verified_bundle  # type: ignore[import-not-found]
    from serving.service import Service  # type: ignore[import-not-found]

    for i in range(0, len(arguments), 4):
        bundle, rows, file, out = map(Path, arguments[i : i + 4])
        opened, parity = verified_bundle(bundle)
        service = Service(opened)
        found = answers(service, json.loads(rows.read_text(encoding="utf-8")))
        found["csv"] = service.predict_csv(file.read_bytes(), b"").body.decode()
        found["golden rows"] = parity.rows
        out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
