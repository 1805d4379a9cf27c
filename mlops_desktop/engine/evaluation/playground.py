"""A playground for a model: answers, contributions and curves of single rows, by the code that the service runs. Only numpy."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mlops_desktop.serving.column import Column, ValidationIssue
from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.explain import (
    MAX_EXACT_COLUMNS,
    MAX_PAIRS,
    MIN_PAIRS,
    SAMPLED_ROWS,
    Curve,
    Explanation,
    explain,
    typical_frame,
    what_if,
)
from mlops_desktop.serving.frame import DATE, NUMBER, Floats, Frame
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.openapi import example_row
from mlops_desktop.serving.scorer import Scorer

MEASURED_ROWS = 256
MOST_MOVED = 500  # columns that are ordered by how far each alone moves the answer
MOST_WORDS = 60  # of a text, that are left out one by one
NOTHING = 1e-9  # a smaller change is none
_LEVELS = 4  # of a category, that are tried to see how far it moves the answer
_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True, eq=False)
class Answer:
    """The model's answer to one row. `scores` is (1, classes) or (1,), `about` the class whose probability is shown (None: the answer is a
    number), `chosen` the class that is decided.
    """

    scores: Floats
    about: int | None
    chosen: int | None

    @property
    def value(self) -> float:
        """The number, or the probability of the class in `about`."""
        return float(self.scores[0] if self.about is None else self.scores[0, self.about])


@dataclass(frozen=True, eq=False)
class Outcome:
    """One row that was tried: the result of its check by the schema and, unless it is refused, its frame and its answer."""

    row: Mapping[str, object]
    errors: Sequence[ValidationIssue] = ()
    warnings: Sequence[ValidationIssue] = ()
    frame: Frame | None = None
    answer: Answer | None = None


@dataclass(eq=False)
class Playground:
    """A scorer to be tried. `usual` is what the typical row is answered with when answers are numbers, else 0."""

    scorer: Scorer
    usual: float = field(init=False)
    _row_seconds: float = field(init=False)

    def __post_init__(self) -> None:
        many = typical_frame(self.scorer).take(np.zeros(MEASURED_ROWS, dtype=np.intp))
        began = time.perf_counter()
        scores = self.scorer.scores(many)
        self._row_seconds = (time.perf_counter() - began) / MEASURED_ROWS
        self.usual = 0.0 if self.scorer.prediction_spec.per_class else float(scores[0])

    def typical(self) -> dict[str, object]:
        """The typical row as it would be sent."""
        return example_row(self.scorer)

    def order(self, ranked: Sequence[str] = ()) -> list[str]:
        """Every column from the most important down: used ones first, among them in the order of `ranked`, else by how far each alone moves
        the typical answer.
        """
        place, used = {name: at for at, name in enumerate(ranked)}, self.scorer.used_sources
        moves = {} if ranked else self._moves()
        names = [column.name for column in self.scorer.schema.columns]
        return sorted(names, key=lambda name: (name not in used, place.get(name, len(ranked)), -moves.get(name, 0.0)))

    def _moves(self) -> dict[str, float]:
        """How far each used column alone moves the answer to the typical row, between the ends of its range or a few of its levels. A text
        comes first: there is no range to try. Nothing where very many columns are used: each trial is a row of all of them.
        """
        columns = {one.name: one for one in self.scorer.schema.columns if one.name in self.scorer.used_sources}
        if len(columns) > MOST_MOVED:
            return {}
        usual = typical_frame(self.scorer)
        which = self.scorer.prediction_spec.explained_class(self.scorer.scores(usual), self.scorer.positive)
        tried = [(name, kind, at) for name, one in columns.items() if not one.is_free_text for kind, at in _trials(usual, one)]
        frame = usual.take(np.zeros(len(tried) + 1, dtype=np.intp))  # the typical row itself is the last one
        numbers, dates, codes, levels = frame.numbers.copy(), frame.dates.copy(), frame.codes.copy(), list(frame.levels)
        for row, (name, kind, value) in enumerate(tried):
            if kind == NUMBER:
                numbers[row, frame.layout.number_at([name])[0]] = value
            elif kind == DATE:
                dates[row, frame.layout.date_at([name])[0]] = value
            else:
                column = frame.layout.categorical_at([name])[0]
                if value not in levels[column]:
                    levels[column] = [*levels[column], str(value)]
                codes[row, column] = levels[column].index(str(value))
        changed = frame.with_blocks(frame.layout, numbers=numbers, dates=dates, codes=codes, levels=tuple(levels))
        outputs = self.scorer.prediction_spec.output(self.scorer.scores(changed), which)
        moves = dict.fromkeys((name for name, one in columns.items() if one.type == "text"), np.inf)
        for (name, _, _), output in zip(tried, outputs[:-1].tolist(), strict=True):
            moves[name] = max(moves.get(name, 0.0), abs(output - float(outputs[-1])))
        return moves

    def curve_columns(self, order: Sequence[str]) -> list[str]:
        """The columns whose change can change the answer and that have a curve over their values, or words to leave out."""
        used, schema = self.scorer.used_sources, self.scorer.schema
        return [name for name in order if name in used and schema.column(name).type != "id"]

    def answer(self, row: Mapping[str, object]) -> Outcome:
        """Try one row of JSON values."""
        return self.answers([row])[0]

    def answers(self, rows: Sequence[Mapping[str, object]]) -> list[Outcome]:
        """Try several rows; each is checked by itself."""
        checked = self.scorer.schema.from_rows(rows)
        errors: dict[int | None, list[ValidationIssue]] = {}
        warnings: dict[int | None, list[ValidationIssue]] = {}
        for found, problems in ((errors, checked.errors), (warnings, checked.warnings)):
            for problem in problems:
                found.setdefault(problem.row, []).append(problem)
        good = np.array([at for at in range(len(rows)) if at not in errors], dtype=np.intp)
        scores = dict(zip(good.tolist(), self.scorer.scores(checked.frame.take(good)), strict=True)) if len(good) else {}
        return [self._outcome(row, at, checked.frame, scores, errors.get(at, []), warnings.get(at, [])) for at, row in enumerate(rows)]

    def _outcome(
        self,
        row: Mapping[str, object],
        at: int,
        frame: Frame,
        scores: Mapping[int, Floats | float],
        errors: list[ValidationIssue],
        warnings: list[ValidationIssue],
    ) -> Outcome:
        if at not in scores:
            return Outcome(row, errors, warnings)
        own: Floats = np.asarray(scores[at])[None]
        if not np.isfinite(own).all():
            return Outcome(row, [ValidationIssue(at, "", "no_answer", "The model has no finite prediction for this input.")], warnings)
        spec = self.scorer.prediction_spec
        chosen = int(self.scorer.decide(own)[0]) if spec.per_class else None
        return Outcome(row, (), warnings, frame.take(np.array([at])), Answer(own, spec.explained_class(own, self.scorer.positive), chosen))

    def curve(self, outcome: Outcome, column: str) -> Curve:
        """The answer over the values of one column, of a text without each of its words (kind `words`); UserError when nothing is known of
        them. The outcome must have an answer.
        """
        assert outcome.frame is not None
        assert outcome.answer is not None
        if self.scorer.schema.column(column).type != "text":
            return what_if(self.scorer, outcome.frame, column)
        found = self.words(outcome, column)
        if not found:
            raise UserError(msg("“{column}” has no words that could be left out.", column=column), "Write a text.")
        scores = tuple(outcome.answer.value - effect for _, effect in found)
        return Curve(column, "words", outcome.answer.about, tuple(word for word, _ in found), scores)

    def words(self, outcome: Outcome, column: str) -> list[tuple[str, float]]:
        """What each word of a text adds to the answer: the answer without the word, taken from the answer. The largest first; words that
        change nothing are left out. The outcome must have an answer; of a long text the first words are tried.
        """
        assert outcome.answer is not None
        text = str(outcome.row.get(column) or "")
        words = list({word.casefold(): word for word in reversed(_WORD.findall(text))}.values())[::-1][:MOST_WORDS]
        without = [{**outcome.row, column: _without(text, word)} for word in words]
        effects = []
        for word, found in zip(words, self.answers(without), strict=True):
            if found.answer is not None:
                answer = replace(found.answer, about=outcome.answer.about)  # of several classes another may be the most probable one then
                effects.append((word, outcome.answer.value - answer.value))
        return sorted(((word, effect) for word, effect in effects if abs(effect) > NOTHING), key=lambda one: -abs(one[1]))

    def explain(self, outcome: Outcome) -> Explanation:
        """The contributions of the columns. The outcome must have an answer."""
        assert outcome.frame is not None
        return explain(self.scorer, outcome.frame)[0]

    def seconds_to_explain(self, row: Mapping[str, object]) -> float:
        """About how long `explain` takes here, by the rows that it has to score."""
        usual = {column.name: column.typical for column in self.scorer.schema.columns}
        differing = sum(row.get(name) != usual[name] for name in self.scorer.used_sources)
        if differing <= MAX_EXACT_COLUMNS:
            return float(self._row_seconds * 2**differing)
        pairs = min(MAX_PAIRS, max(MIN_PAIRS, SAMPLED_ROWS // (2 * differing)))
        return float(self._row_seconds * 2 * pairs * (differing + 1))


def _without(text: str, word: str) -> str | None:
    """A text without a word, whatever its case; None when nothing is left."""
    left = " ".join(part for part in re.sub(rf"\b{re.escape(word)}\b", " ", text, flags=re.IGNORECASE).split())
    return left or None


def _trials(usual: Frame, column: Column) -> list[tuple[str, float | int | str]]:
    """Values of a column to try, each with the kind of its block: the ends of its range, or its first levels."""
    kind = usual.layout.kind(column.name)
    if kind not in (NUMBER, DATE):
        return [(kind, level) for level in column.levels[:_LEVELS]]
    if column.type == "boolean":
        return [(kind, 0.0), (kind, 1.0)]
    return [(kind, end if kind == NUMBER else int(end)) for end in (column.low, column.high) if end is not None]
