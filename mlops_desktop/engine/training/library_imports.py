"""Imports the libraries of a candidate before its fit is timed: members of the catalogue import them inside their functions."""

from __future__ import annotations

import contextlib
import dis
import importlib
import inspect
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from types import CodeType

from mlops_desktop.base.component import Component


def load_libraries(components: Iterable[Component]) -> None:
    """Import what the functions of these components import, where it is installed; what is loaded already costs nothing."""
    for component in components:
        for name in library_names(type(component)):
            if name and name not in sys.modules:
                with contextlib.suppress(ImportError):  # what is not installed is named by the fit that needs it
                    importlib.import_module(name)


def library_names(cls: type[Component]) -> tuple[str, ...]:
    """The modules that the methods of a component, and the functions and classes of its module, import when they are called."""
    return _imported_by(cls.__module__)


@cache
def _imported_by(module_name: str) -> tuple[str, ...]:
    module = sys.modules[module_name]
    classes = [one for one in vars(module).values() if inspect.isclass(one) and one.__module__.startswith(module_name.rpartition(".")[0])]
    members = [one for owner in (module, *classes) for one in vars(owner).values()]
    functions = [inspect.unwrap(found) for one in members if inspect.isfunction(found := _function(one))]
    return tuple(dict.fromkeys(name for function in functions for name in _imports(function.__code__)))


def _function(member: object) -> object:
    """The function behind a static or class method, a property or a cached one; the member itself when it is none of these."""
    for name in ("__func__", "fget", "func"):
        member = getattr(member, name, None) or member
    return member


def _imports(code: CodeType) -> Iterator[str]:
    yield from (str(one.argval) for one in dis.get_instructions(code) if one.opname == "IMPORT_NAME")
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _imports(constant)
