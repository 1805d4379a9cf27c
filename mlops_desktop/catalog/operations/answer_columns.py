"""Several answers in a cell as 0 / 1 columns, one for each answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import columns, flag, number, text
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.transforms.answer_columns import AnswerColumns as Transform
from mlops_desktop.serving.transforms.answer_columns import split_answers


@dataclass(frozen=True, kw_only=True)
class AnswerColumns(Operation):
    """Makes a 0 / 1 column `transport: bus` of each answer in cells such as “bus; train”, as surveys export questions with several answers.

    The answers are those of the training rows, the most frequent ones first; an answer of a single row gets no column, for the answers
    travel with the model. A missing cell holds no answer, so all its columns are 0.
    """

    id: ClassVar[str] = "answer_columns"
    label: ClassVar[str] = "Answers as yes / no columns"
    help: ClassVar[str] = "Each answer of a cell with several of them, such as “bus; train”, becomes a column of its own with 1 or 0."
    stage: ClassVar[Stage] = "engineer"

    columns: tuple[str, ...] = columns("categorical", help="The columns whose cells hold several answers.", all_when_empty=False)
    separator: str = text(";", "Between the answers", help="The mark between two answers of a cell.")
    min_rows: int = number(2, 2, 10_000, "Minimum rows per answer", help="Answers in fewer rows get no column.", whole=True, log=True)
    most: int = number(
        50, 1, 1000, "Maximum answers", help="So many of the most frequent answers get a column at most.", whole=True, log=True
    )
    keep: bool = flag(False, "Keep the columns", help="Keeps the columns beside those of their answers.")

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        chosen = self.chosen(frame.layout)
        if not chosen or not self.separator.strip():
            raise UserError(
                msg("The step “{label}” has no column, or no mark between the answers.", label=self.label), "Choose both in this step."
            )
        answers = []
        for j, name in enumerate(chosen):
            job.step(j / len(chosen), name)
            codes, levels = frame.categorical(name)
            counts = np.bincount(codes[codes >= 0], minlength=len(levels)).tolist()
            rows = Counter[str]()
            for level, count in zip(levels, counts, strict=True):
                rows.update(dict.fromkeys(split_answers(level, self.separator), count))
            often = sorted((answer for answer in rows if rows[answer] >= self.min_rows), key=lambda answer: (-rows[answer], answer))
            answers.append(tuple(sorted(often[: self.most])))
        names = tuple(tuple(f"{name}: {answer}" for answer in found) for name, found in zip(chosen, answers, strict=True))
        return Transform(chosen, tuple(answers), names, self.separator, self.keep), None
