"""The members of a family of the catalogue, found by importing the modules of its package."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, Generic, TypeVar

from mlops_desktop.base.component import Component
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.extensions import explain_errors
from mlops_desktop.serving.message import msg

C = TypeVar("C", bound=Component)


def module_names(package: ModuleType) -> list[str]:
    """The full names of the modules in a package, sorted; the frozen program includes all of them."""
    return sorted(f"{package.__name__}.{found.name}" for found in pkgutil.iter_modules(package.__path__))


def member_names(package: ModuleType) -> list[str]:
    """The full names of the modules that hold members of a family. A name with a leading underscore holds what members share."""
    return [name for name in module_names(package) if not name.rpartition(".")[2].startswith("_")]


class Registry(Mapping[str, type[C]], Generic[C]):
    """The members of a family by id, found in a package. ValueError when two have one id, or a module holds no member; UserError, which
    names the file, when that is a file of an extension or it cannot be loaded.

    A member whose id is the name of its file is loaded alone, the others when something asks for all of them. With a folder of an extension
    in the package everything is loaded at once, so that a broken file is named whatever is asked for.
    """

    def __init__(self, package: ModuleType, family: type[C]) -> None:
        self._members: dict[str, type[C]] = {}
        self._type = family
        self._family = re.sub(r"(?<!^)(?=[A-Z])", " ", family.__name__).lower()
        self._to_load = member_names(package)
        self._package = package.__name__
        if len(package.__path__) > 1:
            self._load(self._to_load)

    @property
    def modules_to_load(self) -> tuple[str, ...]:
        """The names of the modules that were not loaded yet. Any thread may import them ahead: what asks for a member is then quicker."""
        return tuple(self._to_load)

    def _load(self, names: Sequence[str]) -> None:
        for name in names:
            with explain_errors(name):
                self._add(importlib.import_module(name), self._type)
        self._to_load = [name for name in self._to_load if name not in names]

    def _all(self) -> dict[str, type[C]]:
        if self._to_load:
            self._load(self._to_load)
            members = sorted(self._members.items(), key=lambda item: item[1].__module__)
            self._members.clear()
            self._members.update(members)
        return self._members

    def _add(self, module: ModuleType, family: type[C]) -> None:
        classes = [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__]
        found = [one for one in classes if issubclass(one, family)]
        members = [one for one in found if not inspect.isabstract(one)]
        if not members:
            lacking = sorted(name for one in found for name in getattr(one, "__abstractmethods__", ()))
            raise ValueError(f"its class lacks {', '.join(lacking)}" if lacking else f"it holds no class of {family.__name__}")
        for member in members:
            if member.id in self._members:
                raise ValueError(f"{module.__name__} and {self._members[member.id].__module__} both have the id {member.id}")
            self._members[member.id] = member

    def __getitem__(self, key: str) -> type[C]:
        if key not in self._members and (name := f"{self._package}.{key}") in self._to_load:
            self._load([name])
        return self._members[key] if key in self._members else self._all()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def read(self, record: Any) -> C:
        """The component of a JSON record `{"id", "version", "params"}`, or of an id alone; UserError when it is unknown or unfit."""
        if isinstance(record, str):
            record = {"id": record}
        if not isinstance(record, dict) or not isinstance(record.get("id"), str):
            raise UserError(
                msg(
                    "{text} {family} is written as an id or as an object with “id” and “params”.",
                    text="An" if self._family[0] in "aeo" else "A",
                    family=self._family,
                ),
                msg("Known ids: {names}.", names=", ".join(self)),
            )
        if record["id"] not in self:
            raise UserError(
                msg("There is no {family} “{record}”.", family=self._family, record=record["id"]),
                msg("There are: {names}.", names=", ".join(self)),
            )
        return self[record["id"]].from_json(record)
