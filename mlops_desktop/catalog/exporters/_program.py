"""Turns a scorer into a small program of plain JSON that other languages can run: features as expressions of the input, and the models.

A cell of the input is a number (true and false are 1 and 0), a level as the schema holds it, a date as ISO 8601 text, or missing (null).
An expression is a list that begins with its operation:

    ["number", column]                                     a number of the input
    ["constant", value]
    ["without", x, numbers]                                missing where x is one of the numbers
    ["fill", x, value]                                     value where x is missing
    ["is_missing", x], ["has_no_text", column]             1 or 0
    ["level", column, fill, {level: value}, other, gone]   the value of a level; `fill` (may be null) is the level of a missing cell
    ["date", column, unit, values]                         the year, or the place of a date in a year, week or day: see `_date_parts`
    ["days", column, since]                                days since a moment in microseconds since 1970
    ["term", column, fill, vector, place]                  one value of the vector of a text: see `_tf_idf`; 0 where there is no text
    ["scale", x, shift, scale]                             (x - shift) / scale, at most the largest float64
    ["clip", x, low, high]                                 low and high may be null
    ["bin", x, edges]                                      how many of the edges are at most x
    ["in_bin", x, edges, bin]                              1 or 0; 0 where x is missing
    ["times", x, y]                                        at most the largest float64
    ["less", x, y], ["over", x, y]                         x - y and x / y; missing where that is no finite number
    ["dot", [x, ...], means, scales, weights]              the sum of (x - mean) / scale * weight; a missing x adds nothing

What is missing stays missing unless noted otherwise. The matrix of a model is the values of its features, rounded to float32.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.catalog.exporters._models_of_program import CHOOSE, check_model, kind_of, model_of
from mlops_desktop.catalog.exporters._program_columns import DATE, TEXT, column_record, refused_texts
from mlops_desktop.serving.bundle import Bundle
from mlops_desktop.serving.dates import date_text
from mlops_desktop.serving.frame import Bools, Layout
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.node import Node
from mlops_desktop.serving.nodes.chain import Chain
from mlops_desktop.serving.nodes.weighted_mean import WeightedMean
from mlops_desktop.serving.schema import CATEGORICAL_TYPES, NUMBER_TYPES, Column
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.serving.transform import Transform, chain
from mlops_desktop.serving.transforms.bins import Bins
from mlops_desktop.serving.transforms.centre import Centre
from mlops_desktop.serving.transforms.clip import Clip
from mlops_desktop.serving.transforms.date_parts import DateParts, circle_values
from mlops_desktop.serving.transforms.drop_columns import DropColumns
from mlops_desktop.serving.transforms.group_aggregates import GroupAggregates
from mlops_desktop.serving.transforms.impute_categories import ImputeCategories
from mlops_desktop.serving.transforms.impute_numbers import ImputeNumbers
from mlops_desktop.serving.transforms.interactions import Interactions
from mlops_desktop.serving.transforms.one_hot import OneHot
from mlops_desktop.serving.transforms.ordinal import Ordinal
from mlops_desktop.serving.transforms.pca import Pca
from mlops_desktop.serving.transforms.scale import Scale
from mlops_desktop.serving.transforms.tf_idf import TfIdf

Expression = list[Any]


@dataclass
class _State:
    """The columns at one step: number columns as expressions, texts as (column of the input, level of a missing cell)."""

    numbers: dict[str, Expression] = field(default_factory=dict)
    texts: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    vectors: list[dict[str, Any]] = field(default_factory=list)  # of the whole program

    def copy(self) -> _State:
        return _State(dict(self.numbers), dict(self.texts), self.vectors)


def refusal(scorer: Scorer, without: Collection[type[Model | Transform]] = (), reads_texts: bool = False) -> str:
    """Why a scorer is no program: the sentence that names the step, the model or the column; empty when it is one. Nothing is converted.

    `without`: kinds of models and steps that a form leaves out. `reads_texts`: the form reads cells from texts of a file.
    """
    try:
        _check_steps(scorer.transforms, without)
        _check_node(scorer.node, without)
    except UserError as error:
        return error.message
    return refused_texts(scorer) if reads_texts else ""


def _check_steps(transforms: Sequence[Transform], without: Collection[type[Model | Transform]]) -> None:
    for transform in transforms:
        if type(transform) not in _STEPS or type(transform) in without:
            raise UserError(msg("The step “{name}” cannot be written in this form.", name=kind_of(transform)), CHOOSE)


def _check_node(node: Node, without: Collection[type[Model | Transform]]) -> None:
    if isinstance(node, WeightedMean):
        for member in node.members:
            _check_node(member, without)
    elif isinstance(node, Chain):
        _check_steps(node.transforms, without)
        check_model(node.model, without)
    else:
        raise UserError(msg("The part “{name}” of the model cannot be written in this form.", name=kind_of(node)), CHOOSE)


def program_of(scorer: Scorer) -> dict[str, Any]:
    """The program of a scorer: `features` of each matrix, `node`, and what turns scores into answers.

    UserError names the first step or model that has no form here.
    """
    _check_steps(scorer.transforms, ())
    _check_node(scorer.node, ())
    start = _State()
    read: Expression
    for column in scorer.schema.columns:
        if column.type in NUMBER_TYPES:
            read = ["number", column.name]
            absent = column.grammar.missing_numbers if column.type != "boolean" else ()
            start.numbers[column.name] = ["without", read, list(absent)] if absent else read
        elif column.type in CATEGORICAL_TYPES:
            start.texts[column.name] = (column.name, None)
    shared = _applied(scorer.transforms, start)
    layout, _ = chain(scorer.transforms, scorer.schema.layout())
    maker = _Nodes(shared, layout)
    node = maker.node(scorer.node)
    return {
        "name": scorer.name,
        "version": scorer.version,
        "target": scorer.target,
        "classes": list(scorer.classes),
        "positive": scorer.positive,
        "threshold": scorer.threshold if scorer.positive is not None else None,
        "columns": [column_record(one) for one in _read_columns(scorer, maker.features)],
        "vectors": start.vectors,
        "features": maker.features,
        "node": node,
    }


def _read_columns(scorer: Scorer, features: list[list[Expression]]) -> list[Column]:
    """The columns of the schema that expressions read, in its order."""
    names: set[str] = set()
    waiting: list[Any] = [one for matrix in features for one in matrix]
    while waiting:
        operation, first, *rest = waiting.pop()
        if operation in ("number", "has_no_text", "level", "date", "days", "term"):
            names.add(first)
        elif operation == "dot":
            waiting += first
        elif operation != "constant":
            waiting += [first, *(rest if operation in ("times", "less", "over") else [])]
    return [one for one in scorer.schema.columns if one.name in names]


def typed_rows(bundle: Bundle) -> list[dict[str, float | str | None]]:
    """The golden rows of a bundle as cells of a program's input: numbers, levels, dates as texts, and None for what is missing."""
    frame = bundle.schema.from_rows(bundle.golden.rows).frame
    columns: dict[str, list[Any]] = {}
    for column in program_of(bundle.scorer)["columns"]:
        name = column["name"]
        if column["kind"] == TEXT:
            columns[name] = frame.texts(name)
        elif column["kind"] == DATE:
            columns[name] = [date_text(moment) or None for moment in frame.date(name).tolist()]
        else:
            columns[name] = [None if math.isnan(value) else value for value in frame.number(name).tolist()]
    return [{name: values[i] for name, values in columns.items()} for i in range(frame.rows)]


class _Nodes:
    """Turns nodes into JSON; models with equal features share a matrix."""

    def __init__(self, shared: _State, layout: Layout) -> None:
        self.features: list[list[Expression]] = []
        self._shared, self._layout = shared, layout

    def node(self, node: Node) -> dict[str, Any]:
        if isinstance(node, WeightedMean):
            return {"kind": "mean", "members": [self.node(one) for one in node.members], "weights": node.weights.tolist()}
        if isinstance(node, Chain):
            return model_of(node.model, self._matrix(node.transforms, node.model.used()))
        raise TypeError(f"no form for {node!r}")

    def _matrix(self, transforms: tuple[Transform, ...], used: Bools) -> int:
        """The position of the matrix that the transforms make; a feature that the model does not use is 0, so its columns are not read."""
        state = _applied(transforms, self._shared)
        layout, _ = chain(transforms, self._layout)
        nothing: Expression = ["constant", 0.0]
        found = [state.numbers[name] if use else nothing for name, use in zip(layout.names(), used.tolist(), strict=True)]
        if found not in self.features:
            self.features.append(found)
        return self.features.index(found)


def _applied(transforms: Sequence[Transform], state: _State) -> _State:
    state = state.copy()
    for transform in transforms:
        _STEPS[type(transform)](transform, state)
    return state


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _drop(step: DropColumns, state: _State) -> None:
    for name in step.columns:
        state.numbers.pop(name, None)
        state.texts.pop(name, None)


def _impute_numbers(step: ImputeNumbers, state: _State) -> None:
    flags = {f"{name} is missing": ["is_missing", state.numbers[name]] for name in step.flags}
    for name, value in zip(step.columns, step.fills, strict=True):
        state.numbers[name] = ["fill", state.numbers[name], value]
    state.numbers |= flags


def _impute_categories(step: ImputeCategories, state: _State) -> None:
    for name in step.flags:
        source, fill = state.texts[name]
        state.numbers[f"{name} is missing"] = ["has_no_text", source] if fill is None else ["constant", 0.0]
    for name, level in zip(step.columns, step.fills, strict=True):
        source, fill = state.texts[name]
        state.texts[name] = (source, level if fill is None else fill)


def _scale(step: Scale, state: _State) -> None:
    for name, shift, scale in zip(step.columns, step.shifts, step.scales, strict=True):
        state.numbers[name] = ["scale", state.numbers[name], shift, scale]


def _centre(step: Centre, state: _State) -> None:
    for name, offset in zip(step.columns, step.offsets, strict=True):
        state.numbers[name] = ["scale", state.numbers[name], offset, 1.0]


def _clip(step: Clip, state: _State) -> None:
    for name, low, high in zip(step.columns, step.lows, step.highs, strict=True):
        ends = [end if math.isfinite(end) else None for end in (low, high)]
        state.numbers[name] = ["clip", state.numbers[name], *ends]


def _level(state: _State, column: str, table: Mapping[str, float], other: float, gone: float) -> Expression:
    source, fill = state.texts[column]
    values = {level: _number(value) for level, value in table.items()}
    return ["level", source, fill, values, _number(other), _number(gone)]


def _one_hot(step: OneHot, state: _State) -> None:
    for column, names, places, other, missing in zip(step.columns, step.names, step.places, step.other, step.missing, strict=True):
        for place, name in enumerate(names):
            rest = float(other == place)
            table = {level: float(at == place) for level, at in places.items() if (at == place) != rest}
            state.numbers[name] = _level(state, column, table, rest, float(missing == place))
    for column in step.columns:
        del state.texts[column]


def _ordinal(step: Ordinal, state: _State) -> None:
    made = {
        column: _level(state, column, {level: float(code) for level, code in codes.items()}, step.unseen, step.missing)
        for column, codes in zip(step.columns, step.codes, strict=True)
    }
    for column in step.columns:
        del state.texts[column]
    state.numbers |= made


def _bins(step: Bins, state: _State) -> None:
    made: dict[str, Expression] = {}
    for column, edges, names in zip(step.columns, step.edges, step.names, strict=True):
        source = state.numbers[column]
        for place, name in enumerate(names):
            made[name] = ["in_bin", source, list(edges), place] if step.one_hot else ["bin", source, list(edges)]
    if not step.keep:
        for column in step.columns:
            del state.numbers[column]
    state.numbers |= made


def _interactions(step: Interactions, state: _State) -> None:
    made = {name: ["times", state.numbers[a], state.numbers[b]] for name, (a, b) in zip(step.names, step.pairs, strict=True)}
    state.numbers |= made


def _group_aggregates(step: GroupAggregates, state: _State) -> None:
    made: dict[str, Expression] = {}
    for column, name, table, other in zip(step.columns, step.names, step.tables, step.others, strict=True):
        level = _level(state, step.group, table, other, other)
        if step.compare == "value":
            made[name] = level
        else:
            made[name] = ["less" if step.compare == "difference" else "over", state.numbers[column], level]
    state.numbers |= made


def _pca(step: Pca, state: _State) -> None:
    sources = [state.numbers[name] for name in step.columns]
    made = {
        name: ["dot", sources, step.mean.tolist(), step.scale.tolist(), step.components[:, i].tolist()] for i, name in enumerate(step.names)
    }
    if not step.keep:
        for name in step.columns:
            del state.numbers[name]
    state.numbers |= made


# The values of the parts of a date that are no circle, by what they are the places of.
_PLAIN_PARTS: dict[str, tuple[str, list[float] | None]] = {
    "year": ("year", None),
    "quarter": ("quarter", [1, 2, 3, 4]),
    "month": ("month", [float(month) for month in range(1, 13)]),
    "day": ("day", [float(day) for day in range(1, 32)]),
    "weekday": ("weekday", None),
    "hour": ("hour", None),
    "is_weekend": ("weekday", [0, 0, 0, 0, 0, 1, 1]),
}


def _date_parts(step: DateParts, state: _State) -> None:
    """The unit of a part is year, quarter, month, day, weekday (0 is Monday) or hour; `values` has the number of each place, from 0."""
    for column, parts, names, since in zip(step.columns, step.parts, step.names, step.since, strict=True):
        for part, name in zip(parts, names, strict=True):
            if part == "days":
                state.numbers[name] = ["days", column, since]
            elif part in _PLAIN_PARTS:
                state.numbers[name] = ["date", column, *_PLAIN_PARTS[part]]
            else:
                unit, _, function = part.rpartition("_")
                state.numbers[name] = ["date", column, unit, circle_values(unit, function)]


def _tf_idf(step: TfIdf, state: _State) -> None:
    """A vector is made by an analyzer, its known terms, and their weights; see `serving.transforms.tf_idf`."""
    analyzer = {"unit": step.analyzer.unit, "low": step.analyzer.low, "high": step.analyzer.high, "lower": step.analyzer.lower}
    for column, terms, weights in zip(step.columns, step.terms, step.weights, strict=True):
        source, fill = state.texts[column]
        stop_words = list(step.analyzer.stop_words)
        vector = {"terms": list(terms), "weights": weights.tolist(), "sublinear": step.sublinear, "stop_words": stop_words, **analyzer}
        if vector not in state.vectors:
            state.vectors.append(vector)
        at = state.vectors.index(vector)
        state.numbers |= {f"{column}: {term}": ["term", source, fill, at, i] for i, term in enumerate(terms)}
        if not step.keep:
            del state.texts[column]


_STEPS: dict[type[Transform], Callable[[Any, _State], None]] = {
    Bins: _bins,
    Centre: _centre,
    Clip: _clip,
    DateParts: _date_parts,
    DropColumns: _drop,
    GroupAggregates: _group_aggregates,
    ImputeCategories: _impute_categories,
    ImputeNumbers: _impute_numbers,
    Interactions: _interactions,
    OneHot: _one_hot,
    Ordinal: _ordinal,
    Pca: _pca,
    Scale: _scale,
    TfIdf: _tf_idf,
}
