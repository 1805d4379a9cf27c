"""Decisions from the command line, findings and questions: `FIELD=VALUE` and ready-made changes, checked as a project file is."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Encoding
from mlops_desktop.base.params import Columns, Number, Text
from mlops_desktop.base.settings import Settings
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.project import serialization
from mlops_desktop.engine.project.changes import Changes
from mlops_desktop.engine.project.decisions import ROLES, TYPES, ColumnNote, Costs, Project, Role
from mlops_desktop.engine.project.migrations import splitter_record
from mlops_desktop.engine.project.refusals import checked_label, refuse_unknown_metric
from mlops_desktop.serving.message import msg

# Fields that are lists of components or ids; `NAME+=VALUE` adds to them.
_LISTS = {
    "steps": "steps",
    "row_filters": "row_filters",
    "cleaners": "row_filters",
    "candidates": "candidates",
    "algorithms": "candidates",
    "consent": "consent",
}
# Fields with parts: `split.folds=10`, or the whole as JSON.
_GROUPS = ("brief", "goals", "costs", "search")
_TEXTS = ("name", "target", "metric", "chosen")
_PLAIN = ("task", "sampler", "positive", "threshold", "refit", "seed", "source", "split")
_OLD_NAMES = {"loader": "source"}  # still understood
# What is decided about a column: `roles.COLUMN=id`. The values of the first two never hold “=”, so a column's name may.
_NOTES = {
    "roles": "role",
    "types": "type",
    "labels": "label",
    "units": "unit",
    "descriptions": "description",
    "levels": "levels",
    "missing": "missing",
    "recode": "recode",
}
_CHOICES = {"role": ROLES, "type": TYPES}


def field_names() -> list[str]:
    """Every field that `set_field` knows, as its message lists them."""
    parts = [f"{group}.{name}" for group in _GROUPS for name in serialization.hints(_group_type(group))]
    splitters = choices().splitters.values()
    parts += ["split.method", *dict.fromkeys(f"split.{name}" for splitter in splitters for name in splitter.params())]
    lists = [name for name in _LISTS if name != "cleaners"]  # its old name is still understood
    return [*_TEXTS, *_PLAIN, *(f"{name}.COLUMN" for name in _NOTES), *lists, "encodings", "encodings.ALGORITHM", *_GROUPS, *parts]


def set_field(project: Project, text: str, columns: Collection[str] | None = None) -> Project:
    """The project with one decision changed by `FIELD=VALUE`, or with something added to a list by `FIELD+=VALUE`.

    A value is JSON where it parses as JSON, else a text; empty or `null` takes a decision back. `columns` are the table's names, when they
    are known: then a name that is not among them is refused. UserError says which fields there are, or what the value must be.
    """
    name, _, _ = text.partition("=")
    if "=" not in text or not name.strip(" +"):
        raise UserError(
            msg("“{value}” is not a decision.", value=serialization.shown(text)),
            "Write FIELD=VALUE, such as target=Price or split.folds=10.",
        )
    serialization.check_text(text, "the decision")
    head = name.split(".", 1)[0]
    if head in _NOTES and "." in name:
        return _set_note(project, head, text[len(head) + 1 :], columns)
    value = text[len(name) + 1 :]
    if name.endswith("+"):
        return _append(project, name[:-1].strip(), value)
    return _set(project, name.strip(), value, columns)


def apply_changes(project: Project, changes: Changes) -> Project:
    """The project with ready-made changes: the fix of a finding, or those of an option of a question.

    A row filter or step that is there already is not added again; one that is off is switched on. Parameters of a source change nothing
    where the project has none. UserError for what is no change, or a value that cannot be.
    """
    known: dict[str, Callable[[Project, Any], Project]] = {
        "role": lambda p, v: _note_all(p, "role", v),
        "type": lambda p, v: _note_all(p, "type", v),
        "missing": _add_missing,
        "recode": _add_recoded,
        "split": _split_as,
        "row_filter": lambda p, v: _added(p, "row_filters", v),
        "step": lambda p, v: _added(p, "steps", v),
        "next_step": lambda p, v: _added(p, "steps", v),
        "source": _with_source_parameters,
        "set": _with_fields,
    }
    for kind, value in sorted(changes.items(), key=lambda one: one[0] != "next_step"):  # each step comes first, so the last one begins
        if kind not in known:
            raise serialization.unknown("change", kind, known)
        project = known[kind](project, value)
    return project


def set_note(project: Project, column: str, **changes: Any) -> Project:
    """The project with a changed note on a column: fields of `ColumnNote`, None or empty takes it back. Role `target` makes it the target.

    UserError when a value cannot be, or another role is wanted for the target.
    """
    return _note(project, column, **changes)


def set_target(project: Project, column: str, columns: Collection[str] | None = None) -> Project:
    """The project with another column to predict. UserError when `columns` are given and it is not among them."""
    return _set_target(project, column, columns)


def _set(project: Project, name: str, value: str, columns: Collection[str] | None) -> Project:
    name = _OLD_NAMES.get(name, name)
    group, _, part = name.partition(".")
    if group in _GROUPS and part:
        return _set_part(project, group, part, value)
    if group == "encodings":
        return _set_encoding(project, part, value)
    if group == "split" and part:
        return _set_split_part(project, part, value)
    field = _LISTS.get(name, name)
    if name == "target":
        return _set_target(project, _text(value), columns)
    if name in _TEXTS:
        return _changed(project, field, _text(value))
    if name in _LISTS:
        return _changed(project, field, _list(value))
    if name in _PLAIN or name in _GROUPS:
        plain = None if value == "" else _json(value)
        if plain is None and name in ("refit", "seed", "split", *_GROUPS):
            return replace(project, **{field: getattr(Project(), field)})
        if name == "split" and isinstance(plain, dict) and "id" not in plain:
            plain = splitter_record(plain)  # as it was written before format 3: {"method": "grouped", "folds": 3}
        return _changed(project, field, plain)
    if name in ("file", "data", "columns"):
        raise UserError(
            msg("“{name}” is not set by hand.", name=name),
            "`update` brings in new data; roles.COLUMN=…, types.COLUMN=… say what a column is.",
        )
    if name == "answers":
        raise UserError("“answers” is not set by hand.", "`questions` lists what is in doubt, and answers it.")
    raise serialization.unknown("field", name, field_names())


def _set_encoding(project: Project, algorithm: str, value: str) -> Project:
    """The project with the encoding of one algorithm (of all: `*`) pinned; all of them as JSON when none is named. Empty takes it back."""
    plain = None if value == "" else _json(value)
    if not algorithm:
        return serialization.check_algorithms(_changed(project, "encodings", plain or {}))
    pinned = {name: encoding for name, encoding in project.encodings.items() if name != algorithm}
    if plain is not None:
        pinned[algorithm] = serialization.read(Encoding, plain, f"encodings.{algorithm}")
    return serialization.check_algorithms(replace(project, encodings=pinned))


def _changed(project: Project, field: str, value: Any) -> Project:
    read = serialization.read_field(Project, field, value, field)
    if field == "metric" and read:
        refuse_unknown_metric(read)
    return serialization.check_algorithms(replace(project, **{field: read}))


def _set_part(project: Project, group: str, part: str, value: str) -> Project:
    cls = Costs if group == "costs" else type(getattr(project, group))
    params = cls.params()
    if part not in params:
        raise serialization.unknown(msg("field in “{where}” called", where=group), part, params)
    param, current = params[part], getattr(project, group) or cls()
    if isinstance(param, Text):
        plain: Any = _text(value)
    elif value == "" or (plain := _json(value)) is None:
        plain = None if isinstance(param, Number) and param.optional else param.default
    changed: Any = replace(current, **{part: serialization.read_field(cls, part, plain, f"{group}.{part}")})
    return replace(project, **{group: changed})


def _set_split_part(project: Project, part: str, value: str) -> Project:
    """The project with another splitter (`method`), or with another value of a parameter of its splitter."""
    splitters, current = choices().splitters, project.split
    if part in ("method", "id"):
        id_ = _text(value) or Project().split.id
        if id_ not in splitters:
            raise serialization.refused(f"split.{part}", id_, "one of: " + ", ".join(splitters))
        return project if id_ == current.id else replace(project, split=current.switch_to(splitters[id_]))
    known = current.params()
    if part not in known:
        raise serialization.unknown(msg("setting of the split “{split}” called", split=current.id), part, ("method", *known))
    plain = None if value == "" else _json(value)
    if isinstance(known[part], Columns) and plain is not None and not isinstance(plain, list):
        plain = [_text(value)]  # the name of one column, which may hold commas
    changed = serialization.read_field(type(current), part, known[part].default if plain is None else plain, f"split.{part}")
    return replace(project, split=replace(current, **{part: changed}))


def _append(project: Project, name: str, value: str) -> Project:
    if name not in _LISTS:
        raise serialization.unknown("list", name, _LISTS)
    field = _LISTS[name]
    current = getattr(project, field)
    added = getattr(_changed(project, field, _list(value)), field)
    both: Any = current | added if isinstance(current, frozenset) else current + added
    return replace(project, **{field: both})


def _split_as(project: Project, record: Any) -> Project:
    """The project with the splitter of a record, which keeps the settings that the present one has and the record does not give."""
    wanted = choices().splitters.read(record)
    given = {name: getattr(wanted, name) for name in record.get("params", {})}
    switched = project.split.switch_to(type(wanted))
    return replace(project, split=wanted.with_known({**{name: getattr(switched, name) for name in switched.params()}, **given}))


def _added(project: Project, field: str, record: Any) -> Project:
    """A row filter comes last, a step first: it was thought of for the columns as they are in the file. One that is off is switched on."""
    there = getattr(project, field)
    (new,) = getattr(_changed(project, field, [record]), field)
    if new in there:
        return project
    at = next((i for i, item in enumerate(there) if item.component == new.component), None)
    if at is not None:
        both: Any = (*there[:at], new, *there[at + 1 :])
    else:
        both = (new, *there) if field == "steps" else (*there, new)
    return replace(project, **{field: both})


def _with_source_parameters(project: Project, params: Any) -> Project:
    """The project whose source has other values of some parameters."""
    if project.source is None:
        return project
    record = project.source.to_json()
    return _changed(project, "source", {**record, "params": {**record["params"], **params}})


def _with_fields(project: Project, values: Any) -> Project:
    for field, value in values.items():
        project = _changed(project, field, value)
    return project


def _set_note(project: Project, head: str, rest: str, columns: Collection[str] | None) -> Project:
    field = _NOTES[head]
    column, value = _column_and_value(rest, last=field in _CHOICES, head=head)
    if columns is not None and column not in columns:
        raise serialization.unknown("column", column, columns)
    if field in ("levels", "missing"):
        return _note(project, column, **{field: _text_list(value)})
    if field == "recode":
        return _note(project, column, recode=_json(value) if value else {})
    if field in _CHOICES:
        return _note(project, column, **{field: _text(value) or None})
    return _note(project, column, **{field: _text(value)})


def _column_and_value(rest: str, last: bool, head: str) -> tuple[str, str]:
    """Split `COLUMN=VALUE`. A column in quotes is a JSON text; else it ends at the last “=” (or the first, for free texts)."""
    if rest.startswith('"'):
        try:
            column, end = json.JSONDecoder().raw_decode(rest)
        except ValueError:
            end, column = 0, ""
        if isinstance(column, str) and rest[end : end + 1] == "=":
            return column, rest[end + 1 :]
    column, equals, value = rest.rpartition("=") if last else rest.partition("=")
    if not equals or not column:
        raise UserError(
            msg("“{head}.{value}” is not a decision about a column.", head=head, value=serialization.shown(rest)),
            msg("Write {head}.COLUMN=VALUE.", head=head),
        )
    return column, value


def _note_all(project: Project, field: str, by_column: Any) -> Project:
    if not isinstance(by_column, Mapping):
        raise serialization.refused(field, by_column, "an object of columns and values")
    for column, value in by_column.items():
        project = _note(project, column, **{field: value})
    return project


def _add_missing(project: Project, by_column: Any) -> Project:
    """Further values that mean missing, beside those that the columns have."""
    if not isinstance(by_column, Mapping):
        raise serialization.refused("missing", by_column, "an object of columns and lists of texts")
    for column, values in by_column.items():
        before = project.columns.get(column, ColumnNote()).missing
        read = serialization.read(serialization.hints(ColumnNote)["missing"], values, "missing")
        project = _note(project, column, missing=[*before, *(value for value in read if value not in before)])
    return project


def _add_recoded(project: Project, by_column: Any) -> Project:
    """Further texts that stand for a level, beside those that the columns have."""
    if not isinstance(by_column, Mapping):
        raise serialization.refused("recode", by_column, "an object of columns, each an object of texts and levels")
    for column, levels in by_column.items():
        read = serialization.read(serialization.hints(ColumnNote)["recode"], levels, "recode")
        project = _note(project, column, recode={**project.columns.get(column, ColumnNote()).recode, **read})
    return project


def _note(project: Project, column: str, **changes: Any) -> Project:
    """The project with a changed note on a column; an empty note is dropped."""
    role: Role | None = changes.get("role")
    if role == "target":
        return _set_target(project, column, None)
    if role is not None and column == project.target:
        raise UserError(msg("“{column}” is the column to predict.", column=column), "Choose another target first (target=COLUMN).")
    hints = serialization.hints(ColumnNote)
    where = f"columns.{serialization.shown(column)}"
    read = {name: serialization.read(hints[name], value, f"{where}.{name}") for name, value in changes.items()}
    if "label" in read:
        read["label"] = checked_label(project, column, read["label"])
    note = replace(project.columns.get(column, ColumnNote()), **read)
    notes = {**project.columns, column: note}
    return replace(project, columns={name: kept for name, kept in notes.items() if kept != ColumnNote()})


def _set_target(project: Project, column: str, columns: Collection[str] | None) -> Project:
    """Another column to predict; it has no other role. The table decides what of the other decisions still fits."""
    if columns is not None and column and column not in columns:
        raise serialization.unknown("column", column, columns)
    if column == project.target:
        return project
    note = project.columns.get(column)
    notes = {**project.columns, column: replace(note, role=None)} if note else project.columns
    notes = {name: kept for name, kept in notes.items() if kept != ColumnNote()}
    return replace(project, target=serialization.check_text(column, "target"), columns=notes)


def _group_type(group: str) -> type[Settings]:
    return Costs if group == "costs" else type(getattr(Project(), group))


def read_option(text: str) -> tuple[str, Any]:
    """Name and value of an exporter's option written as `NAME=VALUE`; the value is JSON where it can be, else a text."""
    name, found, value = text.partition("=")
    if not found or not name:
        raise UserError(msg("“{text}” is not an option.", text=text), "Write it as name=value.")
    return name.strip(), _json(value)


def _json(value: str) -> Any:
    """A value as JSON where it parses, else the text itself."""
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _text(value: str) -> str:
    """A value that has to be a text: only a JSON text is unpacked, so that 2020 and true are names too."""
    plain = _json(value) if value.startswith('"') else value
    return plain if isinstance(plain, str) else value


def _list(value: str) -> list[Any]:
    """A list: as JSON, one record alone, or ids with commas between them."""
    plain = _json(value) if value.strip() else []
    if plain is None:
        return []
    if isinstance(plain, str):
        return [item.strip() for item in plain.split(",") if item.strip()]
    return plain if isinstance(plain, list) else [plain]


def _text_list(value: str) -> list[Any]:
    """A list of texts; numbers in it stay as they were written."""
    try:
        plain = json.loads(value, parse_int=str, parse_float=str) if value.startswith("[") else value
    except (ValueError, RecursionError):
        plain = value
    return plain if isinstance(plain, list) else [item.strip() for item in value.split(",") if item.strip()]
