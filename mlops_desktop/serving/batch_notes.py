"""Notes on the answers to a whole file: its columns, unseen levels, values out of range, gaps, unreadable cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

import numpy as np

from .cells import level_of
from .column import Column, ValidationResult
from .column_types import type_of
from .message import Message, msg
from .plural import listed, plural_msg, quoted_names
from .schema import Schema

_SHOWN = 5  # levels that are named
_PAIRS = 12  # columns in another spelling that are named
_HEADER_BYTES = 4000  # of the notes in a header; servers and proxies take 8 KiB for all headers of an answer
_UNREADABLE = ("unreadable", "wrong_type", "not_integer", "not_finite", "too_large", "with_zone")


class BatchNotes:
    """Counts, column by column, what is unusual in the rows of one file. `absent` are columns that the file does not have, `unknown` those
    of the file that the model does not have; the `target` among them is named as what it is. With `examples` unseen levels and unknown
    columns are named; headers of an answer over HTTP, which servers may log, repeat neither.
    """

    def __init__(
        self, schema: Schema, absent: Collection[str] = (), unknown: Sequence[str] = (), *, target: str = "", examples: bool = True
    ) -> None:
        self._schema, self._absent, self._ragged = schema, absent, 0
        self._target, self._unknown = target if target in unknown else "", [name for name in unknown if name != target]
        self._columns = [column for column in schema.columns if column.name not in absent]
        self._examples = examples
        self._unseen: dict[str, Counter[str]] = {}
        self._outside: Counter[str] = Counter()
        self._missing: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._levels = {
            column.name: frozenset(map(level_of, column.levels)) for column in self._columns if column.has_levels and column.levels
        }

    def add(self, checked: ValidationResult, ragged: Collection[int] = ()) -> None:
        """Count some rows that were checked by the schema, but the `ragged` ones, whose cells were not read."""
        self._ragged += len(ragged)
        if ragged:
            kept = np.setdiff1d(np.arange(checked.frame.rows), list(ragged))
            checked = replace(checked, frame=checked.frame.take(kept))
        for field, code in {(issue.row, issue.field): issue.code for issue in checked.errors}.items():
            if code in _UNREADABLE:
                self._refused[field[1]] += 1
                self._missing[field[1]] -= 1  # such a cell is empty in the frame
        for column in self._columns:
            self._add_column(column, checked)

    def _add_column(self, column: Column, checked: ValidationResult) -> None:
        frame, name = checked.frame, column.name
        if column.nullable and column.missing_share == 0:
            self._missing[name] += int(np.count_nonzero(frame.missing(name)))
        if name in self._levels:
            codes, levels = frame.categorical(name)
            counts = np.bincount(codes[codes >= 0], minlength=len(levels)).tolist()
            unseen = {level: count for level, count in zip(levels, counts, strict=False) if count and level not in self._levels[name]}
            if unseen:
                self._unseen.setdefault(name, Counter()).update(unseen)
        elif not column.is_categorical:
            kind = type_of(column)
            self._outside[name] += int(np.count_nonzero(kind.are_outside(column, kind.values(column, frame))))

    def messages(self) -> list[str]:
        """One sentence for each fault of the whole file, and for each column and kind of fault, with how many rows it concerns."""
        found = self._whole_file()
        for column in self._columns:
            name = column.name
            if rows := self._refused[name]:
                found.append(
                    plural_msg(
                        rows,
                        "1 row is refused because “{column}” cannot be read in it: it must be {expected}.",
                        "{n} rows are refused because “{column}” cannot be read in them: it must be {expected}.",
                        column=name,
                        expected=type_of(column).accepted(column),
                    )
                )
            if unseen := self._unseen.get(name):
                found.append(self._unseen_levels(name, unseen))
            if rows := self._outside[name]:
                span = type_of(column).range_text(column)
                found.append(
                    plural_msg(
                        rows,
                        "“{column}” lies outside the range of the training data, {span}, in 1 row.",
                        "“{column}” lies outside the range of the training data, {span}, in {n} rows.",
                        column=name,
                        span=span,
                    )
                )
            if (rows := self._missing[name]) > 0:
                found.append(
                    plural_msg(
                        rows,
                        "“{column}” is missing in 1 row; the training data had a value in every row.",
                        "“{column}” is missing in {n} rows; the training data had a value in every row.",
                        column=name,
                    )
                )
        return found

    def _whole_file(self) -> list[str]:
        found = []
        if missing := self._schema.check_columns([column.name for column in self._schema.columns if column.name not in self._absent]):
            found.append(missing)
        if self._target:
            found.append(msg("“{column}” is the target: the model does not read it.", column=self._target[:100]))
        if self._unknown:
            names = self._unknown[:_SHOWN] if self._examples else ()
            shown = quoted_names([name[:100] for name in names])
            shown = msg("{shown} …", shown=shown) if len(self._unknown) > len(names) > 0 else shown
            found.append(
                plural_msg(
                    len(self._unknown),
                    "1 column that is not the model's was left out{names}.",
                    "{n} columns that are not the model's were left out{names}.",
                    names=msg(": {shown}", shown=shown) if names else "",
                )
            )
        if self._ragged:
            found.append(
                plural_msg(
                    self._ragged,
                    "1 row is refused because it has another number of cells than the header.",
                    "{n} rows are refused because they have another number of cells than the header.",
                )
            )
        return found

    def _unseen_levels(self, name: str, unseen: Counter[str]) -> Message:
        most = unseen.most_common(_SHOWN) if self._examples else []
        shown = listed([msg("“{level}” ({count:,})", level=level[:40], count=count) for level, count in most])
        shown = msg("{shown} …", shown=shown) if len(unseen) > len(most) > 0 else shown
        return plural_msg(
            unseen.total(),
            "“{column}” has a value that the training data did not have, or only rarely, in 1 row{shown}.",
            "“{column}” has values that the training data did not have, or only rarely, in {n} rows{shown}.",
            column=name,
            shown=msg(": {shown}", shown=shown) if most else "",
        )


def spelling_notes(spelled: Mapping[str, str]) -> list[str]:
    """The sentence on columns whose names are those of the model's in another spelling; none where there are none."""
    if not spelled:
        return []
    pairs = [msg("“{text}” as “{level}”", text=name[:100], level=known) for name, known in spelled.items()]
    shown = listed(pairs[:_PAIRS], len(pairs) - _PAIRS)
    return [msg("Columns are spelled otherwise in this file, and were read so: {shown}.", shown=shown)]


def header_text(notes: Sequence[str]) -> bytes:
    """Sentences as the value of an HTTP header, percent-encoded: as many as proxies let pass, and how many more there are."""
    kept: list[str] = []
    for at, note in enumerate(notes):
        kept.append(quote(note))
        if sum(len(text) + 3 for text in kept) > _HEADER_BYTES and at + 1 < len(notes):
            kept[-1] = quote(plural_msg(len(notes) - at, "1 more note was left out.", "{n} more notes were left out."))
            break
    return "%20".join(kept).encode()
