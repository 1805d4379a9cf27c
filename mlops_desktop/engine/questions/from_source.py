"""Doubts about how a table was taken from its source (sheet, row of names, rows left out, delimiter) as questions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from mlops_desktop.base.evidence import RULES, Evidence
from mlops_desktop.base.params import Choice, Flag, Number, Param
from mlops_desktop.base.source import Source
from mlops_desktop.engine.questions.question import Option, Question, accepted
from mlops_desktop.serving.message import as_message, msg

# Rules of the evidence for a column, or of a finding, that a parameter of every source settles, and the values of that.
_OF_CELLS = {
    "decimal": ("decimal", ("point", "comma")),
    "date_order": ("dates", ("day", "month")),
    "year_order": ("dates", ("day", "year")),
    "group_heads": ("heads", ("column",)),
}


def parameter_options(source: Source | None, rule: str) -> tuple[Option, ...]:
    """The ways to settle a doubt about cells, as `engine.data` names it, by a parameter of the source."""
    name, values = _OF_CELLS.get(rule, ("", ()))
    param = source.params().get(name) if source is not None else None
    return tuple(_option(name, param, value) for value in values) if param is not None else ()


def source_questions(source: Source, notes: Sequence[Evidence]) -> Iterator[Question]:
    """A question for each note on a table that a parameter of its source decides otherwise, or that a person has to confirm."""
    for note in notes:
        param = source.params().get(note.parameter)
        rule = RULES[note.rule]
        if rule.weight is None or not rule.question or (param is None and not rule.by_person):
            continue
        values = () if param is None else tuple(_option(note.parameter, param, value) for value in note.values)
        yield Question(
            id=f"source.{note.rule}" + (f".{_digest(note.message)}" if rule.by_person else ""),  # other columns later are another doubt
            stage="problem",
            weight=rule.weight,
            column="",
            message=rule.question,
            evidence=note.message,
            options=(accepted(msg("It stays as it was found.")), *values),
            rows=note.rows,
        )


def _digest(message: str) -> str:
    return hashlib.sha256(str(message).encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _option(name: str, param: Param, text: str) -> Option:
    value: Any = text == "true" if isinstance(param, Flag) else float(text) if isinstance(param, Number) else text
    label = as_message(param.label)
    if isinstance(param, Choice):
        label = msg("{label}: {value}", label=label, value=as_message(param.options[text]))
    elif isinstance(param, Number):
        label = msg("{label}: {value}", label=label, value=text)
    elif not isinstance(param, Flag):
        label = msg("Read “{value}”", value=text)
    return Option(f"{name}={text}", label, as_message(param.help), {"source": {name: value}})
