"""Finds the panel of each stage, and lists what the window loads ahead."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from functools import partial
from importlib import import_module

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.workflow import STAGES
from mlops_desktop.ui import panels
from mlops_desktop.ui.panel import Panel

CALLS = "mlops_desktop.engine.process.calls.data"  # what the start page's ways to a project ask of the child process


def panel_modules() -> dict[str, str]:
    """The module of each stage's panel: `panels/` has a package for each, named like the stage. Nothing is imported."""
    return {info.name: f"{panels.__name__}.{info.name}.panel" for info in pkgutil.iter_modules(panels.__path__)}


def panel_class(id_: str) -> type[Panel]:
    """The panel of a stage, imported on the first visit."""
    module = import_module(panel_modules()[id_])
    return next(
        member
        for member in vars(module).values()
        if isinstance(member, type) and issubclass(member, Panel) and member.__module__ == module.__name__
    )


def needed_later() -> list[Callable[[], object]]:
    """What is loaded while the person looks at the start page: calls, catalogue, panels in the order of the stages, charts."""
    there = panel_modules()
    names = [CALLS, *(there[id_] for id_ in STAGES if id_ in there), "pyqtgraph"]
    return [choices, *(partial(import_module, name) for name in names), _import_catalogue]


def _import_catalogue() -> None:
    """Import the members that panels list whole, so that no first visit waits for them."""
    found = choices()
    for registry in (found.operations, found.algorithms, found.exporters):
        for name in registry.modules_to_load:
            import_module(name)
