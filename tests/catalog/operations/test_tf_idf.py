"""TF-IDF: equality with scikit-learn's TfidfVectorizer, rare terms, missing texts."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.operations.tf_idf import TfIdf
from mlops_desktop.serving.deadline import Deadline, OverdueError
from mlops_desktop.serving.frame import Frame, Layout
from mlops_desktop.serving.transforms import tf_idf
from tests.frames import BINARY, make_frame, run

WORDS = ["free", "Win", "the", "of", "prize", "call", "now", "I", "straße", "ΟΔΟΣ", "café", "a", "x1", "don't", "e-mail"]
RNG = np.random.default_rng(11)
TEXTS = ["  ".join(RNG.choice(WORDS, RNG.integers(0, 12))) for _ in range(150)]
TRAIN, LATER = make_frame({}, {"t": [*TEXTS[:100]]}), make_frame({}, {"t": [*TEXTS[100:], "unknown", "", None]})


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {}),
        ({"high": 2, "sublinear": True}, {"ngram_range": (1, 2), "sublinear_tf": True}),
        ({"low": 2, "high": 3, "stop_words": "english"}, {"ngram_range": (2, 3), "stop_words": "english"}),
        ({"lower": False}, {"lowercase": False}),
        ({"unit": "char", "low": 2, "high": 4}, {"analyzer": "char", "ngram_range": (2, 4)}),
        ({"unit": "char", "low": 1, "high": 1}, {"analyzer": "char"}),
        ({"unit": "char_wb", "low": 1, "high": 6}, {"analyzer": "char_wb", "ngram_range": (1, 6)}),
        ({"min_rows": 10}, {"min_df": 10}),
    ],
)
def test_equals_scikit_learn(ours, theirs):
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(**{"min_df": 2, **theirs}).fit([text or "" for text in TRAIN.texts("t")])
    found = run(TfIdf(columns=("t",), **{"min_rows": 2, **ours}), TRAIN, LATER)
    assert found.layout.sparse[0] == tuple(f"t: {term}" for term in vectorizer.get_feature_names_out())
    wanted = vectorizer.transform([text or "" for text in LATER.texts("t")]).toarray()
    np.testing.assert_allclose(found.sparse[0].dense(), wanted, rtol=0, atol=1e-12)
    assert (np.abs(wanted).sum(axis=1) > 0).any()


def test_the_most_frequent_terms_are_kept_and_equals_go_by_alphabet():
    frame = make_frame({}, {"t": ["bb cc aa", "bb cc aa bb", "dd", "ee"]})
    found = run(TfIdf(columns=("t",), most=2, min_rows=2), frame)
    assert found.layout.sparse == (("t: aa", "t: bb"),)


def test_a_term_of_one_row_is_never_stored():
    frame = make_frame({}, {"t": ["ask mr smith", "ask them", None, "ask ask"]})
    transform, _ = TfIdf(columns=("t",)).fit(Dataset(frame, BINARY), Silent())
    assert transform.terms == (("ask",),)


def test_texts_go_and_stay_as_wanted_and_features_remember_them():
    frame = make_frame({}, {"t": ["aa", "aa bb", "bb"], "u": ["cc", "cc", None]})
    found = run(TfIdf(columns=("t", "u")), frame)
    assert found.layout.categoricals == ()
    assert found.layout.sparse == (("t: aa", "t: bb"), ("u: cc",))
    assert found.layout.source("u: cc") == ("u",)
    assert found.sparse[1].dense()[:, 0].tolist() == [1, 1, 0]
    assert run(TfIdf(columns=("t",), keep=True), frame).layout.categoricals == ("t", "u")


@pytest.mark.parametrize("texts", [["only once", "never again"], [None, None]])
def test_a_column_without_a_shared_term_becomes_no_feature_and_the_step_says_so(texts):
    step, frame = TfIdf(columns=("t", "u")), make_frame({}, {"t": texts, "u": ["cc", "cc"]})
    transform, _ = step.fit(Dataset(frame, BINARY), Silent())
    layout, apply = transform.bind(frame.layout)
    assert layout.sparse == (("u: cc",),)
    assert apply(frame).sparse[0].dense()[:, 0].tolist() == [1, 1]
    assert [str(note) for note in step.unfound(transform)] == ["“t” becomes no feature: no term of it is in enough rows."]


def test_the_lengths_of_terms_are_in_order():
    with pytest.raises(UserError):
        TfIdf(low=3, high=2)


def test_the_work_on_a_long_text_ends_when_its_time_is_over():
    transform = tf_idf.TfIdf(("t",), tf_idf.Analyzer("word", 1, 1, True), (("other",),), (np.ones(1),), False, False)
    _, apply = transform.bind(Layout(categoricals=("t",)))
    codes, dates = np.zeros((1, 1), dtype=np.intp), np.empty((1, 0), dtype=np.int64)
    frame = Frame(Layout(categoricals=("t",)), 1, np.empty((1, 0)), codes, (["word " * 50_000],), dates)
    assert apply(frame).sparse[0].width == 1
    deadline = Deadline(60.0, lambda: deadline.end_now())
    with pytest.raises(OverdueError):
        deadline.run(lambda: apply(frame))
