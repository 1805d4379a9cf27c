"""TF-IDF: texts as weighted counts of words or characters."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, columns, flag, number
from mlops_desktop.catalog.operations._levels import min_rows, rows_needed
from mlops_desktop.serving import transform as base
from mlops_desktop.serving.frame import Floats, Frame
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.transforms.tf_idf import Analyzer
from mlops_desktop.serving.transforms.tf_idf import TfIdf as Transform


@dataclass(frozen=True, kw_only=True)
class TfIdf(Operation):
    """Counts the terms of each text and weighs them by ln((1 + rows) / (1 + rows with the term)) + 1, as scikit-learn's
    TfidfVectorizer does with its own settings (missing cells count as empty texts). Only terms that several training rows have are kept.
    """

    id: ClassVar[str] = "tf_idf"
    label: ClassVar[str] = "Text features (TF-IDF)"
    help: ClassVar[str] = "Turns free text into one feature for each word or n-gram; words that few texts contain weigh more."
    stage: ClassVar[Stage] = "engineer"

    columns: tuple[str, ...] = columns("categorical", help="The columns of text.", all_when_empty=False)
    unit: str = choice(
        "word",
        {"word": "Words", "char": "Characters", "char_wb": "Characters within words"},
        "Terms are",
        help="Characters also find parts of words and misspelt words.",
    )
    low: int = number(1, 1, 8, "Minimum n-gram length", help="How many words or characters a term has at least.", whole=True)
    high: int = number(1, 1, 8, "Maximum n-gram length", help="How many words or characters a term has at most.", whole=True, tune=(1, 2))
    min_rows: int | None = min_rows("Minimum rows per term", "Terms found in fewer rows are left out.")
    most: int = number(20_000, 1, 1_000_000, "Maximum terms", help="The most frequent terms are kept.", whole=True, log=True)
    sublinear: bool = flag(False, "Sublinear term frequency", help="Counts 1 + ln(count) instead of the count.", tune=True)
    lower: bool = flag(True, "Lower case", help="Takes “Free” and “free” as one word.")
    stop_words: str = choice("none", {"none": "None", "english": "Common English words"}, "Leave out", help="Words such as “the” and “of”.")
    keep: bool = flag(False, "Keep the column", help="Keeps the text beside its terms, for another step.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.low > self.high:
            raise UserError("The minimum n-gram length must not exceed the maximum.", "For example 1 and 2.")

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        chosen = self.chosen(frame.layout)
        if not chosen:
            raise UserError(msg("The step “{label}” has no column.", label=self.label), "Choose a column of text in this step.")
        analyzer = Analyzer(self.unit, self.low, self.high, self.lower, self._left_out())
        vocabularies: list[tuple[str, ...]] = []
        weights: list[Floats] = []
        for i, name in enumerate(chosen):
            job.step(i / len(chosen), name)
            documents = self._documents(frame, name, analyzer)
            vocabularies.append(tuple(sorted(documents)))
            seen = np.array([documents[term] for term in vocabularies[-1]], dtype=np.float64)
            weights.append(np.log((1.0 + frame.rows) / (1.0 + seen)) + 1.0)
        return Transform(chosen, analyzer, tuple(vocabularies), tuple(weights), self.sublinear, self.keep), None

    def unfound(self, transform: base.Transform) -> tuple[str, ...]:
        assert isinstance(transform, Transform)
        template = "“{name}” becomes no feature: no term of it is in enough rows."
        return tuple(msg(template, name=name) for name, terms in zip(transform.columns, transform.terms, strict=True) if not terms)

    def _left_out(self) -> tuple[str, ...]:
        if self.stop_words == "none" or self.unit != "word":
            return ()
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

        return tuple(sorted(ENGLISH_STOP_WORDS))

    def _documents(self, frame: Frame, name: str, analyzer: Analyzer) -> dict[str, int]:
        """In how many rows each kept term of a column occurs."""
        codes, levels = frame.categorical(name)
        rows = np.bincount(codes[codes >= 0], minlength=len(levels)).tolist()
        documents: Counter[str] = Counter()
        occurrences: Counter[str] = Counter()
        for level, count in zip(levels, rows, strict=True):
            if count:
                terms = Counter(analyzer.terms(level))
                for term, times in terms.items():
                    documents[term] += count
                    occurrences[term] += count * times
        needed = rows_needed(frame.rows, self.min_rows)
        kept = sorted((-occurrences[term], term) for term, count in documents.items() if count >= needed)[: self.most]
        return {term: documents[term] for _, term in kept}
