"""Reads and writes frozen dataclasses as plain JSON: a field holds what its declared parameter or its type allows.

One serializer for the project file, the command line, the window, and the calls and results that pass between the processes, so that all of
them refuse the same values with the same message.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import types
import typing
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from mlops_desktop.base.component import Component
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Algorithm, Encoding, Operation, RowFilter, Sampler, Task
from mlops_desktop.base.params import Number, Param
from mlops_desktop.base.path_names import check_name
from mlops_desktop.base.registry import Registry
from mlops_desktop.base.settings import Settings
from mlops_desktop.base.source import Source
from mlops_desktop.base.splitter import Splitter
from mlops_desktop.engine.choices import ALL, choices, tasks
from mlops_desktop.engine.project.decisions import Project, Step
from mlops_desktop.serving.message import as_message, joined, msg
from mlops_desktop.serving.value_text import value_text

T = TypeVar("T")
OMIT_NONE = {"omit_none": True}  # metadata of a field that is in no JSON while it is None
INLINE = {"inline": True, "omit_none": True}  # of a field `Dataclass | None`, whose own fields are in the object around it


def _once(function: Callable[[type[Any]], T]) -> Callable[[type[Any]], T]:
    """Decorates a function of a class: its result is kept. mypy takes a class as an argument of `cache` for one of its instances."""
    return typing.cast(Callable[[type[Any]], T], cache(function))


def json_name(name: str) -> dict[str, str]:
    """Metadata of a field with another name in JSON: a keyword of Python, or a name that stored results hold."""
    return {"json_name": name}


def to_json(value: Any) -> Any:
    """Plain JSON for a value that `from_json` reads back: numbers, texts, truth values, None, tuples, dictionaries, frozen dataclasses."""
    return write(value)


def from_json(kind: type[T], document: Any, where: str = "") -> T:
    """The value of a type that plain JSON stands for. UserError names the place, from `where` on, that does not fit the type."""
    value: T = read(kind, document, where)
    return value


def write(value: Any) -> Any:
    """Plain JSON for a value: dataclasses as objects in the order of their fields, sets as sorted lists, paths as texts."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Step):
        return {**value.component.to_json(), "on": value.on}
    if isinstance(value, Component):
        return value.to_json()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _write_object(value)
    if isinstance(value, dict):
        return {key: write(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(write(item) for item in value)
    if isinstance(value, (tuple, list)):
        return [write(item) for item in value]
    return str(value) if isinstance(value, Path) else value


_SCALARS = frozenset({str, float, int, bool})
_PLAIN = _SCALARS | {type(None)}


def _write_object(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in dataclasses.fields(value):
        item = getattr(value, field.name)
        if item is None and "omit_none" in field.metadata:
            continue
        if "inline" in field.metadata:
            found |= write(item)
        else:
            found[field.metadata.get("json_name", field.name)] = write(item)
    return found


def changed_decisions(value: Any) -> dict[str, Any]:
    """The fields of a dataclass that are not at their default, as plain JSON; what is switched off or says nothing is left out.

    This is what a key is made from: a field that is new, and at its default, changes no key.
    """
    found = {}
    for field in dataclasses.fields(value):
        item = getattr(value, field.name)
        default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        if item != default and (changed := _changed(item)) != []:
            found[field.name] = changed
    return found


def _changed(value: Any) -> Any:
    if isinstance(value, Component):
        return value.identity()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return changed_decisions(value)
    if isinstance(value, dict):
        return {name: changed for name, item in value.items() if (changed := _changed(item)) != {}}
    if isinstance(value, frozenset):
        return sorted(_changed(item) for item in value)
    if isinstance(value, (tuple, list)):
        return [_changed(item.component if isinstance(item, Step) else item) for item in value if not isinstance(item, Step) or item.on]
    return value


@_once
def hints(cls: type[Any]) -> dict[str, Any]:
    """Type by field of a dataclass, in their order."""
    known = typing.get_type_hints(cls)
    return {f.name: known[f.name] for f in dataclasses.fields(cls)}


def unknown(kind: str, name: str, known: Iterable[str]) -> UserError:
    """The refusal of a name that does not exist, with the one that was probably meant."""
    known = list(known)
    meant = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    there = msg("There are: {names}.", names=", ".join(known))
    hint = joined([msg("Did you mean “{name}”?", name=meant[0]), there], " ") if meant else there
    return UserError(msg("There is no {kind} “{value}”.", kind=as_message(kind), value=shown(name)), hint)


def shown(value: Any) -> str:
    """A value as a message shows it, cut to a readable length."""
    text = value_text(value)
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= 80 else text[:77] + "..."


def read(hint: Any, value: Any, where: str) -> Any:
    """The value of type `hint` that plain JSON stands for. UserError names `where` and what is allowed there."""
    if hint in _SCALARS:  # most of all values, so the first question
        return _scalar(hint, value, where)
    if isinstance(hint, type) and issubclass(hint, Component):
        return _component(hint, value, where)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return read_object(hint, value, where)
    if hint is Any or hint is object:  # any JSON
        return value
    if hint is types.NoneType and value is None:
        return None
    if hint is Task:
        return value if isinstance(value, str) and value in tasks() else _literal(tuple(tasks()), value, where)
    origin = typing.get_origin(hint)
    if origin is Step:
        return _step(typing.get_args(hint)[0], value, where)
    if origin is typing.Literal:
        return _literal(typing.get_args(hint), value, where)
    if origin in (typing.Union, types.UnionType):
        return _union(typing.get_args(hint), value, where)
    if origin is tuple and typing.get_args(hint)[-1] is not Ellipsis:
        return _fixed(typing.get_args(hint), value, where)
    if origin in (tuple, frozenset, list):
        return origin(_items(typing.get_args(hint)[0], value, where))
    if typing.is_typeddict(hint):
        return _typed_dict(hint, value, where)
    if origin is dict:
        if not isinstance(value, dict):
            raise refused(where, value, "an object of names and values")
        return {read(str, key, where): read(typing.get_args(hint)[1], item, f"{where}.{shown(key)}") for key, item in value.items()}
    return _scalar(hint, value, where)


def _typed_dict(kind: Any, value: Any, where: str) -> dict[str, Any]:
    """An object with the names of a TypedDict. Optional are those of a class with `total=False`: `NotRequired` is not seen as text."""
    if not isinstance(value, dict):
        raise refused(where, value, "an object of names and values")
    types = typing.get_type_hints(kind)
    for name in value:
        if name not in types:
            raise unknown(msg("field in “{where}” called", where=where), name, types)
    if missing := kind.__required_keys__ - value.keys():
        raise UserError(msg("“{value}” has no “{min}”.", value=where, min=min(missing)), "It must be there.")
    return {name: read(types[name], item, f"{where}.{name}") for name, item in value.items()}


def check_algorithms(project: Project) -> Project:
    """The project, if every algorithm that `encodings` and `consent` name is in the catalogue; UserError names one that is not."""
    algorithms = choices().algorithms  # a name that is known loads its algorithm alone
    for name in (*(name for name in project.encodings if name != ALL), *sorted(project.consent)):
        if name not in algorithms:
            raise unknown("algorithm", name, algorithms)
    return project


def refused(where: str, value: Any, wanted: str) -> UserError:
    """The refusal of a value."""
    text = msg("“{name}”", name=shown(value)) if isinstance(value, str) else shown(value)
    return UserError(msg("“{where}” cannot be {text}.", where=where, text=text), msg("It must be {wanted}.", wanted=wanted))


def read_object(cls: type[Any], value: Any, where: str) -> Any:
    """A dataclass from an object; fields that are not named keep their defaults, and unknown ones are refused."""
    if not isinstance(value, dict):
        raise refused(where or "the project", value, "an object of names and values")
    known = _json_names(cls)
    given: dict[str, tuple[str, Any]] = {}  # place and JSON by field
    for name, item in value.items():
        if name not in known:
            raise unknown(msg("field in “{where}” called", where=where) if where else "field", name, known)
        field, inline = known[name]
        if inline:
            given.setdefault(field, (where, {}))[1][name] = item
        else:
            given[field] = (f"{where}.{name}" if where else name, item)
    missing = [name for name, (field, _) in known.items() if field in _required(cls) - given.keys()]
    if missing:
        raise UserError(msg("“{value}” has no “{min}”.", value=where or "the project", min=min(missing)), "It must be there.")
    return cls(**{field: read_field(cls, field, item, place) for field, (place, item) in given.items()})


@_once
def _json_names(cls: type[Any]) -> dict[str, tuple[str, bool]]:
    """The names that an object of JSON may hold: the field that each belongs to, and whether it is one of an inline dataclass there."""
    names: dict[str, tuple[str, bool]] = {}
    for field in dataclasses.fields(cls):
        if "inline" in field.metadata:
            inner = next(
                kind for kind in typing.get_args(hints(cls)[field.name]) if isinstance(kind, type) and dataclasses.is_dataclass(kind)
            )
            names |= dict.fromkeys(_json_names(inner), (field.name, True))
        else:
            names[field.metadata.get("json_name", field.name)] = (field.name, False)
    return names


def read_field(cls: type[Any], name: str, value: Any, where: str) -> Any:
    """The value of a field of a dataclass: by its declared parameter where it has one, else by its type. UserError as for `read`."""
    param = parameters(cls).get(name)
    if param is None:
        return read(hints(cls)[name], value, where)
    found = dataclasses.replace(param, label=where).check(value)  # a message names the field as it is written in the file
    return check_text(found, where) if isinstance(found, str) else found


@_once
def parameters(cls: type[Any]) -> dict[str, Param]:
    """The declared parameters among the fields of a dataclass."""
    return {f.name: f.metadata["param"] for f in dataclasses.fields(cls) if "param" in f.metadata}


def bounds(cls: type[Any]) -> dict[str, tuple[float, float]]:
    """Least and most of every declared number with bounds, by path, of a dataclass and of the dataclasses that are its fields."""
    found = {name: (p.low, p.high) for name, p in parameters(cls).items() if isinstance(p, Number) and p.bounded}
    for name, hint in hints(cls).items():
        for inner in (hint, *typing.get_args(hint)):
            if isinstance(inner, type) and issubclass(inner, Settings) and not issubclass(inner, Component):
                found |= {f"{name}.{field}": value for field, value in bounds(inner).items()}
    return found


@_once
def _required(cls: type[Any]) -> frozenset[str]:
    fields = dataclasses.fields(cls)
    return frozenset(f.name for f in fields if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING)


def check_text(value: str, where: str) -> str:
    """The text, if it can be written as UTF-8. Names from a damaged source may hold half characters, which no file can keep."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise refused(where, value.encode("utf-8", "replace").decode(), "a text without broken characters") from error
    return value


def _scalar(hint: Any, value: Any, where: str) -> Any:
    if hint is Path and isinstance(value, str):
        check_name(value)
        return Path(value)
    if hint is str and isinstance(value, str):
        return check_text(value, where)  # a message stays one
    if hint is bool and isinstance(value, bool):
        return value
    if hint in (int, float) and isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(hint, value, where)
    wanted = {str: "a text", Path: "a text", bool: "true or false", int: "a whole number", float: "a number", types.NoneType: "nothing"}
    raise refused(where, value, wanted[hint])


def _number(hint: type[int] | type[float], value: int | float, where: str) -> int | float:
    if not math.isfinite(value) or (hint is int and value != int(value)):
        raise refused(where, value, "a whole number" if hint is int else "a number")
    return hint(value)


def _literal(options: tuple[Any, ...], value: Any, where: str) -> Any:
    if isinstance(value, str) and value in options:
        return value
    raise refused(where, value, "one of: " + ", ".join(map(str, options)))


def _union(options: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and type(None) in options:
        return None
    real = [option for option in options if option is not type(None)]
    if len(real) == 1:
        return read(real[0], value, where)
    if any(option not in _PLAIN for option in real):
        return _first(real, value, where)
    by_type = {str: str, bool: bool, int: int, float: float}
    found = by_type.get(type(value))
    if found not in real:
        raise refused(where, value, "a text, a number, true or false")
    return _scalar(found, value, where)


def _first(options: list[Any], value: Any, where: str) -> Any:
    """The value as the first of several types that it can be."""
    for option in options[:-1]:
        try:
            return read(option, value, where)
        except UserError:
            continue
    return read(options[-1], value, where)


def _fixed(kinds: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)) or len(value) != len(kinds):
        raise refused(where, value, f"a list of {len(kinds)}")
    return tuple(read(kind, item, f"{where}[{i}]") for i, (kind, item) in enumerate(zip(kinds, value, strict=True)))


def _items(hint: Any, value: Any, where: str) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise refused(where, value, "a list")
    if hint in (int, float) and all(type(item) is hint for item in value) and (hint is int or all(map(math.isfinite, value))):
        return list(value)  # long curves and tables of counts, in one go
    return [read(hint, item, f"{where}[{i}]") for i, item in enumerate(value)]


def registry_of(family: type[Component]) -> Registry[Any]:
    """The catalogue of a family of components."""
    known: dict[type[Component], Registry[Any]] = {
        Source: choices().sources,
        RowFilter: choices().row_filters,
        Splitter: choices().splitters,
        Operation: choices().operations,
        Sampler: choices().samplers,
        Encoding: choices().encodings,
        Algorithm: choices().algorithms,
    }
    return known[family]


def _component(family: type[Component], value: Any, where: str) -> Component:
    extra = set(value) - {"id", "version", "params"} if isinstance(value, dict) else set()
    if extra:
        raise unknown(msg("field in “{where}” called", where=where), min(map(str, extra)), ("id", "version", "params"))
    try:
        found: Component = registry_of(family).read(value)
    except UserError as error:
        raise UserError(
            msg("“{where}”: {error}", where=where, error=error.message), error.remedy or "Write {“id”: …, “params”: {…}}."
        ) from error
    return found


def _step(family: type[Component], value: Any, where: str) -> Step[Component]:
    if not isinstance(value, dict):
        return Step(_component(family, value, where))
    on = _scalar(bool, value.get("on", True), f"{where}.on")
    record = {name: item for name, item in value.items() if name != "on"}
    return Step(_component(family, record, where), on)
