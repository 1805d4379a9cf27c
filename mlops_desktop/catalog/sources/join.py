"""A second table beside the first, joined by a key, or below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from mlops_desktop.base.appended_tables import append_tables
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, text
from mlops_desktop.base.source import Batches, CombinedSource, PartTable, ReadReport, address_path, file_notes, table_batches
from mlops_desktop.catalog.sources._join_keys import Matches, match
from mlops_desktop.serving.message import joined, msg
from mlops_desktop.serving.plural import first_few, plural_msg


@dataclass(frozen=True, kw_only=True)
class Join(CombinedSource):
    """Two tables as one. What a join would lose or multiply is shown first, and done only as a person chose."""

    id = "join"
    label = "Two files"
    help = "Joins a second file to the first by a key, or appends its rows."
    schemes = ("join",)
    example = "/data/orders.csv"

    other: str = text("", "Second file", help="The path of the second file, or the address of another source.", grammar="file")
    how: str = choice(
        "columns",
        {"columns": "its columns, by a key", "rows": "its rows, below"},
        "What is added",
        help="Columns of the rows with the same key, or more rows of the same columns.",
    )
    on: str = text("", "Key", help="Columns that both have, with commas; id=customer where names differ; empty: all columns of one name.")
    unmatched: str = choice(
        "ask",
        {"ask": "stop and say how many", "keep": "keep them, the new columns missing", "drop": "leave them out"},
        "Rows without a match",
        help="What becomes of rows of the first file whose key the second lacks.",
    )
    repeated: str = choice(
        "ask",
        {"ask": "stop and say how many", "multiply": "a row for each match", "first": "the first match alone"},
        "Keys that the second file repeats",
        help="What becomes of rows that match several rows of the second file.",
    )

    def parts(self, location: str) -> list[str]:
        settled, place = self.located(location)
        first = address_path(place)
        if not settled.other.strip():
            raise UserError("No second file is named.", "Name it: other=FILE.")
        beside = Path(first).parent / settled.other
        other = str(beside) if not Path(settled.other).exists() and beside.exists() else settled.other
        return [first, other]

    def combine(self, location: str, tables: Sequence[PartTable], job: Job) -> Batches:
        settled, _ = self.located(location)
        if settled.how == "rows":
            table, mixed, notes = append_tables(tables)
        else:
            table, mixed, notes = settled._joined(*tables)
        yield from table_batches(table)
        return ReadReport(rows_read=table.num_rows, notes=notes, mixed=mixed)

    def _joined(self, first: PartTable, second: PartTable) -> tuple[Any, dict[int, tuple[str, ...]], tuple[Evidence, ...]]:
        import pyarrow as pa

        keys = self._keys(first, second)
        found = match(first.table, second.table, keys)
        self._refuse_unasked(first, second, keys, found)
        left, right = found.pairs(first_only=self.repeated == "first", keep=self.unmatched == "keep")
        used = {name for _, name in keys}
        added = [name for name in second.table.column_names if name not in used]
        beside = second.table.select(added).take(pa.array(right, mask=right < 0)) if added else None
        above = first.table.take(pa.array(left))
        table = pa.Table.from_arrays([*above.columns, *(beside.columns if beside is not None else [])], names=[*above.column_names, *added])
        mixed = dict(enumerate([*(first.mixed.get(name) for name in above.column_names), *(second.mixed.get(name) for name in added)]))
        notes = file_notes([self._message(first, second, keys, found, len(left))])
        of_parts = [
            Evidence(one.column, one.rule, msg("“{part}”: {message}", part=part.name, message=one.message), one.rows)
            for part in (first, second)
            for one in part.notes
        ]
        return table, {at: texts for at, texts in mixed.items() if texts}, (*notes, *of_parts)

    def _keys(self, first: PartTable, second: PartTable) -> list[tuple[str, str]]:
        """The pairs of key columns. UserError when a table lacks one, or none is given and none has one name in both."""
        own, others = first.table.column_names, second.table.column_names
        pairs = [part.partition("=") for part in self.on.split(",") if part.strip()]
        keys = [(left.strip(), (right if mark else left).strip()) for left, mark, right in pairs] or [(n, n) for n in own if n in others]
        if not keys:
            raise UserError(
                msg("“{first}” and “{second}” have no column of one name.", first=first.name, second=second.name),
                "Name the key: on=id, or on=id=customer where names differ.",
            )
        for part, names, wanted in ((first, own, [left for left, _ in keys]), (second, others, [right for _, right in keys])):
            for name in wanted:
                if name not in names:
                    raise UserError(
                        msg("“{part}” has no column “{name}”.", part=part.name, name=name),
                        msg("It has: {names}.", names=first_few(names, 12)),
                    )
        return keys

    def _refuse_unasked(self, first: PartTable, second: PartTable, keys: Sequence[tuple[str, str]], found: Matches) -> None:
        """UserError when rows would be lost or multiplied and nobody chose that."""
        rows, by = first.table.num_rows, _shown(keys)
        if rows and found.unmatched == rows:
            raise UserError(
                msg("No row of “{first}” has its {by} in “{second}”.", first=first.name, by=by, second=second.name), "Name another key."
            )
        if found.unmatched and self.unmatched == "ask":
            raise UserError(
                msg(
                    "{count:,} of {rows:,} rows of “{first}” have no match in “{second}” by {by}.",
                    count=found.unmatched,
                    rows=rows,
                    first=first.name,
                    second=second.name,
                    by=by,
                ),
                "Choose what becomes of rows without a match: unmatched=keep (the new columns are missing there) or unmatched=drop.",
            )
        if found.multiplied and self.repeated == "ask":
            raise UserError(
                msg(
                    "{count:,} of {rows:,} rows of “{first}” match several rows of “{second}” by {by}: {after:,} rows would come of it.",
                    count=found.multiplied,
                    rows=rows,
                    first=first.name,
                    second=second.name,
                    by=by,
                    after=len(found.pairs(first_only=False, keep=self.unmatched == "keep")[0]),
                ),
                "Choose what becomes of repeated keys: repeated=first (the first match alone) or repeated=multiply (a row for each).",
            )

    def _message(self, first: PartTable, second: PartTable, keys: Sequence[tuple[str, str]], found: Matches, rows: int) -> str:
        """What the join did, in one message."""
        template = "“{second}” was joined to “{first}” by {keys}: {before:,} rows became {after:,}"
        parts: list[str] = [msg(template, second=second.name, first=first.name, keys=_shown(keys), before=first.table.num_rows, after=rows)]
        if found.unmatched:
            kept = self.unmatched == "keep"
            parts.append(msg("{n:,} without a match kept" if kept else "{n:,} without a match left out", n=found.unmatched))
        if found.multiplied:
            template = "{n:,} with several, a row for each" if self.repeated == "multiply" else "{n:,} with several, the first taken"
            parts.append(msg(template, n=found.multiplied))
        if unused := found.unused():
            parts.append(plural_msg(unused, "1 row of “{second}” not used", "{n} rows of “{second}” not used", second=second.name))
        return msg("{parts}.", parts=joined(parts, "; "))


def _shown(keys: Sequence[tuple[str, str]]) -> str:
    pairs = [msg("“{name}”" if left == right else "“{name}” = “{other}”", name=left, other=right) for left, right in keys]
    return reduce(lambda first, second: msg("{first} and {second}", first=first, second=second), pairs)
