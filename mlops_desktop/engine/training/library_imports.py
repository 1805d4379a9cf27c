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
        for name in _imported_by(type(component).__module__, type(component).__qualname__):
            if name and name not in sys.modules:
                with contextlib.suppress(ImportError):  # what is not installed is named by the fit that needs it
                    importlib.import_module(name)


@cache
def _imported_by(module_name: str, class_name: str) -> tuple[str, ...]:
    """The modules that the methods of a component, and the functions and classes of its module, import when they are called."""
    module = sys.modules[module_name]
    own = {name: one for name, one in vars(module).items() if inspect.isclass(one) and one.__module__ == module_name}
    owners = [module, *own.values(), *(own[class_name].__mro__ if class_name in own else ())]
    functions = [inspect.unwrap(one) for owner in owners for one in vars(owner).values() if inspect.isfunction(one)]
    return tuple(dict.fromkeys(name for function in functions for name in _imports(function.__code__)))


def _imports(code: CodeType) -> Iterator[str]:
    yield from (str(one.argval) for one in dis.get_instructions(code) if one.opname == "IMPORT_NAME")
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _imports(constant)
