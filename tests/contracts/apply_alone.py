"""Run by a test in a process that has numpy and the folder `serving` alone: applies stored transforms, prints what comes out.

    python apply_alone.py FOLDER

FOLDER holds `serving/`, `frame.json`, `frame.npz`, and the transforms `case0.json` … of `cases.json`.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np


def describe(frame: Any) -> str:
    """A hash of all that a frame holds, bit by bit but for the sign of zero and the bits of a missing number."""
    found = hashlib.sha256()
    layout = frame.layout
    names = [layout.numbers, layout.categoricals, layout.dates, layout.sparse, sorted(layout.category_codes)]
    texts = [frame.texts(name) for name in layout.categoricals]
    found.update(json.dumps([names, sorted((k, v) for k, v in layout.sources.items()), texts, frame.rows]).encode())
    for block in (frame.numbers, *(b.dense() for b in frame.sparse)):
        found.update(np.ascontiguousarray(np.where(np.isnan(block), np.nan, block + 0.0)).tobytes())
    found.update(np.ascontiguousarray(frame.dates).tobytes())
    return found.hexdigest()


def store_frame(frame: Any, folder: Path) -> None:
    """Write a frame of one sparse block as `frame.json` and `frame.npz`."""
    layout, bag = frame.layout, frame.sparse[0]
    names = {
        "numbers": layout.numbers,
        "words": layout.categoricals,
        "dates": layout.dates,
        "sparse": layout.sparse,
        "levels": frame.levels,
    }
    (folder / "frame.json").write_text(json.dumps(names), encoding="utf-8")
    np.savez(
        folder / "frame.npz",
        numbers=frame.numbers,
        codes=frame.codes,
        dates=frame.dates,
        indptr=bag.indptr,
        indices=bag.indices,
        data=bag.data,
    )


class _OnlyNumpy:
    """Refuses every import but the standard library's, numpy's and `serving`."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in ("numpy", "serving"):
            raise ImportError(f"{name} is not there in a bundle")


def main(folder: Path) -> None:
    """Print one hash per case."""
    sys.meta_path.insert(0, _OnlyNumpy())  # type: ignore[arg-type]
    sys.path.insert(0, str(folder))
    from serving.frame import Csr, Frame, Layout  # type: ignore[import-not-found]
    from serving.serialization import read_object_file  # type: ignore[import-not-found]

    names = json.loads((folder / "frame.json").read_text(encoding="utf-8"))
    layout = Layout(*(tuple(names[kind]) for kind in ("numbers", "words", "dates")), tuple(tuple(block) for block in names["sparse"]))
    with np.load(folder / "frame.npz") as blocks:
        bag = Csr(blocks["indptr"], blocks["indices"], blocks["data"], len(layout.sparse[0]))
        levels = tuple(tuple(column) for column in names["levels"])
        frame = Frame(layout, len(blocks["numbers"]), blocks["numbers"], blocks["codes"], levels, blocks["dates"], (bag,))
    for case in json.loads((folder / "cases.json").read_text(encoding="utf-8")):
        print(describe(read_object_file(folder, case).bind(layout)[1](frame)))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
