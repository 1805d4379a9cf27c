"""Messages as texts: a model of the words, which answers a message that a person writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QPlainTextEdit

from tests.end_to_end.scenarios.person import Person

pytestmark = pytest.mark.proof

SPAM = (
    "win a free prize now",
    "call now to claim your cash reward",
    "urgent free entry text to win",
    "you have won claim your award today",
)
HAM = ("see you at home later", "ok I will call you after work", "are you coming for dinner tonight", "sorry I am late my bus is slow")


def messages() -> str:
    """900 short messages, a fifth of them spam."""
    rng = np.random.default_rng(9)
    lines = ["v1,v2"]
    for at in range(900):
        spam = rng.random() < 0.2
        first, second = rng.choice(SPAM if spam else HAM, 2)
        lines.append(f"{'spam' if spam else 'ham'},{first} {second} {at}")
    return "\n".join(lines) + "\n"


def test_a_message_is_recognised_as_spam(person: Person, table: Callable[[str, Callable[[], str]], Path]) -> None:
    person.open_preview(table("data/sms_spam_latin1.csv", messages))
    person.read_file()
    person.predict("v1")
    person.go("preprocess")
    person.train(2)
    person.go("app")
    person.until(lambda: person.text("answer_figure").endswith("%"), "an answer")
    assert "missing" not in person.text("answer_detail")
    texts = [one for one in person.window.panel.form.findChildren(QPlainTextEdit) if one.isVisible()]
    assert texts, person.screen()
    person.until(texts[0].toPlainText, "the form begins with a message of the training data")
    answers = {}
    for label, message in (("spam", "You have won a free prize, call now to claim your reward"), ("ham", "Are you coming home later")):
        person.write(texts[0].objectName(), message)
        person.rest()
        answers[label] = person.text("answer_class")
    assert answers == {"spam": "v1: spam", "ham": "v1: ham"}
