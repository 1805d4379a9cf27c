from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.engine.process import tracebacks

SECRETS = ("Smith", "4711", "3.14159", "O'Brien", "secret")


def errors_of_libraries():
    """What libraries say when they meet cells that they cannot use."""
    from sklearn.preprocessing import LabelEncoder, OneHotEncoder

    yield lambda: float("Smith")
    yield lambda: int("4711 x")
    yield lambda: {"a": 1}["Smith"]
    yield lambda: [].remove("Smith")
    yield lambda: np.array(["Smith"], dtype=float)
    yield lambda: pd.to_numeric(pd.Series(["Smith"]))
    yield lambda: pd.to_datetime(pd.Series(["Smith"]), format="%Y")
    yield lambda: pd.Timestamp("Smith O'Brien")
    yield lambda: pd.Series(["a"]).astype("category").cat.rename_categories({"a": "Smith"})[5]
    yield lambda: pd.Series(pd.Categorical(["a"])).__setitem__(0, "Smith")
    yield lambda: LabelEncoder().fit(["a"]).transform(["Smith"])
    yield lambda: OneHotEncoder().fit([["a"]]).transform([["Smith"]])
    yield lambda: pd.DataFrame({"secret": [1]}).astype({"Smith": int})
    yield lambda: Path("/no/such/Smith").read_bytes()


@pytest.mark.parametrize("number", range(14))
def test_no_library_puts_a_cell_into_the_report(number):
    act = list(errors_of_libraries())[number]
    with pytest.raises(Exception) as caught:  # noqa: PT011  (each of them is another kind)
        act()
    text, stack = tracebacks.summary(caught.value), tracebacks.details(caught.value)
    assert text.startswith(type(caught.value).__name__)
    assert not [s for s in SECRETS if s in text]
    lines = [line for line in stack.splitlines() if line and not line.startswith(" ")]  # indented ones are lines of code
    assert not [s for s in SECRETS if any(s in line for line in lines)]
    assert "test_tracebacks.py" in stack


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("Found array with 0 sample(s) while a minimum of 1 is required.", "Found array with 0 sample… while a minimum of 1 is required."),
        ("X has 5 features, but Ridge is expecting 3 features", "X has 5 features, but Ridge is expecting 3 features"),
        ("can't use this", "can't use this"),
        ("value 1234 or 12.5 or -1e-3 or 999", "value … or … or … or 999"),
        ("open 'quote Smith", "open …"),
        ("unable to parse: Smith, position 0", "unable to parse: …"),
        ("nested [[1, 'a'], [2]] {'x': (1, 2)} end", "nested … … end"),
        ("'Smith' is not Smith", "‘…’ is not …"),
        ("", ""),
    ],
)
def test_what_stays_of_a_message(message, text):
    assert tracebacks.without_values(message) == text


def test_long_and_many_lined_messages_are_cut():
    assert len(tracebacks.summary(ValueError("word " * 1000))) < 330
    assert tracebacks.summary(ValueError("first\nSmith")) == "ValueError: first"
    assert tracebacks.summary(ValueError()) == "ValueError"


def test_causes_come_first_and_a_hidden_context_stays_hidden():
    def chain(hide):
        try:
            try:
                raise KeyError("Smith")
            except KeyError as inner:
                raise ValueError("outer") from (None if hide else inner)
        except ValueError as error:
            return tracebacks.details(error)

    assert chain(False).index("KeyError") < chain(False).index("ValueError: outer")
    assert "KeyError:" not in chain(True)


def test_an_exception_that_cannot_say_what_it_is():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    assert tracebacks.summary(Mute()) == "Mute (its message failed with RuntimeError)"


def test_circles_of_causes_end():
    a, b = ValueError("a"), ValueError("b")
    a.__cause__, b.__cause__ = b, a
    assert tracebacks.details(a).count("Traceback") == 2
