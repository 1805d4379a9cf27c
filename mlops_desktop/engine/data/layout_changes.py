"""Compares the columns of new data with those that a project had: which are gone, which are new, which have another type."""

from __future__ import annotations

from collections.abc import Mapping

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.project import ColumnNote
from mlops_desktop.serving.message import joined, msg
from mlops_desktop.serving.plural import listed, plural_msg, quoted_columns
from mlops_desktop.serving.schema import NUMBER_TYPES, Schema

LAYOUT = "layout"  # the rule of the evidence that leaves a doubt
_MOST_NAMES = 50


def layout_changes(before: Schema, after: Schema, notes: Mapping[str, ColumnNote]) -> tuple[Evidence, ...]:
    """A note on the columns in which `after` differs from `before`; none where both have the same columns with the same types.

    It leaves a doubt where a feature column is gone, or where one of numbers or dates became another kind or the reverse:
    a model that is trained again is another one then. `notes` are the decisions on the columns.
    """
    old, new = ({column.name: column.type for column in schema.columns} for schema in (before, after))
    gone = [name for name in old if name not in new]
    added = [name for name in new if name not in old]
    changed = [name for name in old if name in new and old[name] != new[name]]
    messages = []
    if gone:
        one, many = "1 column of the data so far is gone: {names}.", "{n} columns of the data so far are gone: {names}."
        messages.append(plural_msg(len(gone), one, many, names=quoted_columns(gone, _MOST_NAMES)))
    if changed:
        shown = [msg("“{column}” ({old} → {new})", column=name, old=old[name], new=new[name]) for name in changed[:_MOST_NAMES]]
        one, many = "1 column has another type than before: {names}.", "{n} columns have another type than before: {names}."
        messages.append(plural_msg(len(changed), one, many, names=listed(shown, len(changed) - _MOST_NAMES)))
    if added:
        messages.append(
            plural_msg(len(added), "1 column is new: {names}.", "{n} columns are new: {names}.", names=quoted_columns(added, _MOST_NAMES))
        )
    if not messages:
        return ()
    other_kind = [name for name in changed if _kind(old[name]) != _kind(new[name])]
    doubtful = any(notes.get(name, ColumnNote()).role not in ("ignore", "id") for name in (*gone, *other_kind))
    return (Evidence("", LAYOUT if doubtful else "file", joined(messages, " ")),)


def _kind(type_: str) -> str:
    return "number" if type_ in NUMBER_TYPES else "date" if type_ == "date" else "text"
