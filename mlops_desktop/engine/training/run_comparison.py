"""Names in which parameters a run differs from the defaults and from the other runs of its algorithm, for every leaderboard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlops_desktop.base.component import Component
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.number_format import format_number
from mlops_desktop.base.params import Choice, Param
from mlops_desktop.base.registry import Registry
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.training.runs import Run
from mlops_desktop.serving.message import as_message, joined, msg

Record = Mapping[str, Any]


def first_runs(runs: Iterable[Run]) -> dict[str, Run]:
    """By the id of each algorithm its first trial on a board: it has the steps, sampler and encoding that the project decides."""
    return {run.algorithm_id: run for run in sorted(runs, key=lambda run: -run.number)}


def run_differences(run: Run, first: Run | None) -> list[str]:
    """What to name a run by beside its algorithm: the algorithm's parameters that are not at their default ("greatest depth 3"), then
    `pipeline_differences` ("Bins: number of ranges 7"). The members of an ensemble are in the reason of its run.
    """
    if run.of_ensemble:
        return []
    try:
        algorithm = run.component()
    except UserError:  # of a version with other parameters
        return pipeline_differences(run, first)
    defaults = {name: param.default for name, param in algorithm.params().items()}
    return [*_changed(algorithm, defaults), *pipeline_differences(run, first)]


def pipeline_differences(run: Run, first: Run | None) -> list[str]:
    """In which operations, sampler and encoding a run differs from the `first` run of its algorithm. Empty for records of older versions,
    which had one pipeline for all, and for ensembles.
    """
    if first is None or not run.candidate or not first.candidate or "ensemble" in run.candidate:
        return []
    known, here, there = choices(), run.candidate, first.candidate
    steps, other = _by_place(here.get("steps", ())), _by_place(there.get("steps", ()))
    found = [_difference(known.operations, steps.get(place), other.get(place)) for place in dict.fromkeys([*other, *steps])]
    found.append(_difference(known.samplers, here.get("sampler"), there.get("sampler")))
    encoding, usual = here.get("encoding"), there.get("encoding")
    same = encoding and usual and encoding.get("id") == usual.get("id")
    found.append(_difference(known.encodings, encoding, usual if same else None))
    return [text for text in found if text]


def parameter_text(param: Param, value: Any) -> str:
    """The value of a parameter as people read it."""
    if isinstance(param, Choice):
        return param.options[value]
    if isinstance(value, bool):
        return as_message("yes" if value else "no")
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value) or "–"
    return format_number(value, 3) if isinstance(value, (int, float)) else "–" if value is None else str(value)


def _by_place(steps: Sequence[Record]) -> dict[tuple[str, int], Record]:
    """The records of steps by their id and how many of that id come before."""
    seen: Counter[str] = Counter()
    found = {}
    for step in steps:
        found[step["id"], seen[step["id"]]] = step
        seen[step["id"]] += 1
    return found


def _difference(registry: Registry[Any], record: Record | None, other: Record | None) -> str:
    """How a part of a pipeline differs from the same part of another; empty when it does not."""
    if record == other:
        return ""
    if record is None:
        return msg("without {part}", part=_label(registry, other or {}))
    if other is None:
        return _label(registry, record)
    try:
        part, usual = registry.read(record), registry.read(other)
    except UserError:  # of a version with other parameters
        return _label(registry, record)
    changed = _changed(part, {name: getattr(usual, name) for name in usual.params()})
    return msg("{part}: {changes}", part=part.label, changes=joined(changed, ", ")) if changed else ""


def _label(registry: Registry[Any], record: Record) -> str:
    member = registry.get(record.get("id", ""))
    return member.label if member is not None else str(record.get("id", "?"))


def _changed(component: Component, usual: Mapping[str, Any]) -> list[str]:
    """The parameters that are not at their usual value, as "label value"."""
    changed = {name: value for name in component.params() if (value := getattr(component, name)) != usual[name]}
    params = component.params()
    return [msg("{label:lower} {value}", label=params[name].label, value=parameter_text(params[name], v)) for name, v in changed.items()]
