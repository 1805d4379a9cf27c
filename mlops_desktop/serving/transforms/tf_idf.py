"""Encodes texts as TF-IDF features of words or characters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ..deadline import check_deadline
from ..frame import Csr, Floats, Frame, Layout
from ..normal_form import normalized
from ..serialization import Serializable
from ..transform import Apply, Transform

_WORDS = re.compile(r"\b\w\w+\b")
_TOGETHER = 10_000  # terms, some milliseconds of work
_BLANKS = re.compile(r"\s\s+")


@dataclass(frozen=True)
class Analyzer(Serializable):
    """Splits a text into terms as scikit-learn's analyzers do: n-grams of `low` to `high` words of two or more letters (`word`), or of
    characters (`char`; `char_wb` within words, padded with blanks). `stop_words` are removed first.
    """

    unit: str
    low: int
    high: int
    lower: bool
    stop_words: tuple[str, ...] = ()

    def terms(self, text: str) -> Iterator[str]:
        """Every term of a text, with repetitions; one at a time, as they are many more characters than the text."""
        text = normalized("NFC", text.lower() if self.lower else text)
        if self.unit == "word":
            stop_words = frozenset(self.stop_words)
            words = [word for word in _WORDS.findall(text) if word not in stop_words]
            yield from (" ".join(words[i : i + n]) for n in self._lengths(len(words)) for i in range(len(words) - n + 1))
        elif self.unit == "char":
            text = _BLANKS.sub(" ", text)
            yield from (text[i : i + n] for n in self._lengths(len(text)) for i in range(len(text) - n + 1))
        else:
            for word in text.split():
                padded = f" {word} "
                for n in range(self.low, self.high + 1):
                    yield from (padded[i : i + n] for i in range(max(len(padded) - n, 0) + 1))
                    if len(padded) <= n:
                        break  # a word shorter than the n-gram counts once

    def _lengths(self, most: int) -> range:
        return range(self.low, min(self.high, most) + 1)


@dataclass(frozen=True, eq=False)
class TfIdf(Transform):
    """Replaces each categorical column by a sparse block: counts of its `terms[i]` (sorted) times `weights[i]`, each row L2-normalized.

    `sublinear` replaces a count by 1 + ln(count). A missing cell and a text without known terms have no values. With `keep` the columns
    are kept. A column without terms has no block.
    """

    columns: tuple[str, ...]
    analyzer: Analyzer
    terms: tuple[tuple[str, ...], ...]
    weights: tuple[Floats, ...]
    sublinear: bool
    keep: bool

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        at = layout.categorical_at(self.columns).tolist()
        wide = layout
        found = [i for i, terms in enumerate(self.terms) if terms]
        for column, terms in ((self.columns[i], self.terms[i]) for i in found):
            wide = wide.with_sparse([f"{column}: {term}" for term in terms], [(column,)] * len(terms))
        out, drop = (wide, None) if self.keep else wide.without(self.columns)
        tables = [{term: i for i, term in enumerate(terms)} for terms in self.terms]

        def apply(frame: Frame) -> Frame:
            blocks = [self._block(frame, at[i], tables[i], self.weights[i]) for i in found]
            new = frame.with_blocks(wide, sparse=(*frame.sparse, *blocks))
            return new if drop is None else drop(new)

        return out, apply

    def _counts(self, text: str, table: dict[str, int]) -> Counter[int]:
        """How often a text has each of the known terms. A long one may be a client's: its work ends when its time is over."""
        found: Counter[int] = Counter()
        terms = self.analyzer.terms(text)
        while some := [*islice(terms, _TOGETHER)]:
            found.update(table[term] for term in some if term in table)
            if len(some) == _TOGETHER:
                check_deadline()
        return found

    def _block(self, frame: Frame, at: int, table: dict[str, int], weights: Floats) -> Csr:
        levels = frame.levels[at]
        used, place = np.unique(frame.codes[:, at], return_inverse=True)
        indices: list[int] = []
        counts: list[int] = []
        sizes = []
        for code in used.tolist():
            found = self._counts(levels[code], table) if code >= 0 else {}
            for index in sorted(found):
                indices.append(index)
                counts.append(found[index])
            sizes.append(len(found))
        where = np.array(indices, dtype=np.int64)
        values = np.array(counts, dtype=np.float64)
        values = (1.0 + np.log(values) if self.sublinear else values) * weights[where]
        row = np.repeat(np.arange(len(sizes)), sizes)
        # bincount adds a text's squares one after the other, so a row alone has the same length as in a batch
        values = values / np.sqrt(np.bincount(row, weights=values * values, minlength=len(sizes)))[row]
        return Csr(np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))), where, values, len(table)).take(place)
