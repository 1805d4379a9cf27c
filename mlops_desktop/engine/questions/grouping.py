"""Groups questions of one kind about many columns, so that a person can answer them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mlops_desktop.engine.questions.question import Option, Question
from mlops_desktop.serving.message import as_message, msg
from mlops_desktop.serving.plural import quoted_columns

MOST_SINGLE = 3  # questions of one kind that are shown one by one; more are one entry
_NAMED = 5  # columns that an entry names


@dataclass(frozen=True)
class QuestionGroup:
    """One entry of a list of questions: one question, or several of one kind and weight with options of the same ids."""

    questions: tuple[Question, ...]

    @property
    def id(self) -> str:
        """The id of the question, or of the kind of several."""
        return self.questions[0].kind if self.columns else self.questions[0].id

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of several questions; none where there is one question."""
        return tuple(one.column for one in self.questions) if len(self.questions) > 1 else ()

    @property
    def message(self) -> str:
        """What is asked."""
        return self.questions[0].together if self.columns else self.questions[0].message

    @property
    def evidence(self) -> str:
        """Why it is asked; of several questions the columns with the evidence of the first."""
        first = self.questions[0].evidence
        if not self.columns:
            return first
        names = quoted_columns(self.columns, _NAMED)
        return msg("{count:,} columns: {names}. The first: {message}", count=len(self.columns), names=names, message=as_message(first))

    @property
    def options(self) -> tuple[Option, ...]:
        """The ways to decide, with their labels for one column or for many."""
        options = self.questions[0].options
        return tuple(replace(one, label=one.together or one.label) for one in options) if self.columns else options

    @property
    def needs_reason(self) -> bool:
        """Whether leaving things as they are needs a reason."""
        return any(one.needs_reason for one in self.questions)


def group_questions(found: Sequence[Question]) -> tuple[QuestionGroup, ...]:
    """The questions as entries of a list, in the order of their first question."""
    alike: dict[tuple[object, ...], list[Question]] = {}
    for question in found:
        options = tuple(one.id for one in question.options)
        key = (question.kind, question.together, question.weight, question.open, options) if question.together else (question.id,)
        alike.setdefault(key, []).append(question)
    split = (part for same in alike.values() for part in ([same] if len(same) > MOST_SINGLE else [[one] for one in same]))
    place = {one.id: at for at, one in enumerate(found)}
    return tuple(sorted((QuestionGroup(tuple(part)) for part in split), key=lambda group: place[group.questions[0].id]))
