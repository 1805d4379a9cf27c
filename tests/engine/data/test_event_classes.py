"""Which of two classes is the event, by names as tables in the wild have them."""

from __future__ import annotations

import pytest

from mlops_desktop.engine.data import named_event


@pytest.mark.parametrize(
    ("usual", "event"),
    [
        ("No", "Yes"),
        ("nein", "ja"),
        (0, 1),
        (-1, 1),
        (False, True),
        ("good", "bad"),
        ("ham", "spam"),
        ("control", "case"),
        ("absent", "present"),
        ("Fully Paid", "Charged Off"),
        ("fully-paid", "default"),
        ("paid", "not paid"),
        ("paid", "unpaid"),
        ("safe", "unsafe"),
        ("No Churn", "Churn"),
        ("not_canceled", "canceled"),
        ("Existing Customer", "Attrited Customer"),
        ("no-recurrence-events", "recurrence-events"),
        ("non-smoker", "smoker"),
        ("normal", "anomaly"),
        ("stayed", "left"),
        ("B (benign)", "M (malignant)"),
        ("healthy control", "Parkinson patient"),
        ("gesund", "krank"),
        ("bezahlt", "Ausfall"),
        ("sain", "malade"),
        ("pagado", "moroso"),
        ("zdrowy", "chory"),
        ("edible", "poisonous"),
        ("Genuine", "Fake"),
    ],
)
def test_the_event_is_named(usual, event):
    for classes in ((usual, event), (event, usual)):
        named = named_event(classes)
        assert named is not None
        assert named[0] == event
        assert named[1].endswith(".")


@pytest.mark.parametrize(
    "classes",
    [(1, 2), ("1", "2"), ("a", "b"), ("male", "female"), ("left", "right"), ("default", "fraud"), ("good", "paid"), (0, 2)],
)
def test_names_without_a_known_meaning_decide_nothing(classes):
    assert named_event(classes) is None
