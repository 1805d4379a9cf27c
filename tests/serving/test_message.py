import json
import pickle

import numpy as np
import pytest

from mlops_desktop.base.number_format import format_number
from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.language import Language
from mlops_desktop.serving.message import as_message, decode_message, encode_messages, joined, msg
from mlops_desktop.serving.plural import plural_msg

GERMAN = Language(
    "de",
    {"“{name}” holds {rows:,} rows.": "„{name}“ hat {rows:,} Zeilen.", "Step {at}: {detail}": "Schritt {at}: {detail}"},
    decimal=",",
    group=".",
)


@pytest.fixture
def nested():
    return msg("Step {at}: {detail}", at=2, detail=msg("“{name}” holds {rows:,} rows.", name="a{b}", rows=1234))


def test_a_message_is_its_english_text(nested):
    assert nested == "Step 2: “a{b}” holds 1,234 rows."
    assert f"{nested}" == str(nested) == nested
    assert json.dumps(nested) == json.dumps(str(nested))


def test_it_is_translated_with_the_messages_inside_it(nested):
    assert nested.translated(GERMAN) == "Schritt 2: „a{b}“ hat 1.234 Zeilen."
    assert nested.translated(Language()) == nested


def through_json(value):
    return json.loads(json.dumps(encode_messages(value)), object_hook=decode_message)


def test_it_goes_through_json_and_between_processes(nested):
    for back in (through_json(nested), through_json({"one": [nested]})["one"][0], pickle.loads(pickle.dumps(nested))):
        assert (back, back.template, back.args["detail"].template) == (nested, nested.template, nested.args["detail"].template)


def test_other_json_is_not_changed():
    document = {"text": "plain", "list": [1, 2.5, None, True, {"args": {}, "other": 1}], "nested": {"args": {"a": 1}}}
    assert through_json(document) == document
    assert type(through_json({"text": "plain"})["text"]) is str


def test_numbers_of_numpy_keep_their_format():
    message = msg("{rows:,} rows, {share:.1%}", rows=np.int64(1234), share=np.float32(0.5))
    assert through_json(message) == message == "1,234 rows, 50.0%"


@pytest.mark.parametrize(
    ("template", "args"),
    [
        ("{a.real}", {"a": 1}),
        ("{a[0]}", {"a": "x"}),
        ("{a:999999999}", {"a": 1}),
        ("{a!r}", {"a": 1}),
        ("{b}", {"a": 1}),
        ("{", {}),
        (1, {}),
    ],
)
def test_a_template_from_a_file_does_nothing_but_fill_in(template, args):
    with pytest.raises(ValueError, match=r"message|format"):
        decode_message({"$template": template, "args": args})


def test_texts_and_joined_messages_are_messages():
    assert as_message("a {b}") == "a {b}"
    list_of = joined([msg("Step {at}: {detail}", at=1, detail="x"), "y"], "; ")
    assert list_of == "Step 1: x; y"
    assert list_of.translated(GERMAN) == "Schritt 1: x; y"


def test_an_error_is_one_message_of_two():
    error = UserError(msg("“{name}” holds {rows:,} rows.", name="a", rows=1), "Choose another file.")
    assert error.sentences == str(error) == "“a” holds 1 rows. Choose another file."
    german = Language(texts={**GERMAN.texts, "Choose another file.": "Andere Datei wählen."})
    assert error.sentences.translated(german) == "„a“ hat 1 Zeilen. Andere Datei wählen."


def test_a_field_without_a_value_is_a_fault():
    with pytest.raises(KeyError):
        msg("{missing}")


def test_a_count_has_the_plural_form_of_its_language():
    forms = ("{n} строка", "{n} строки", "{n} строк")  # Russian: 1, 21 · 2 to 4 · all others
    places = (2, 0, 1, 1, 1, 2, 2, 2, 2, 2)
    russian = Language("ru", plurals={"1 row": forms, "{n} rows": forms}, form=lambda count: places[count % 10], group=" ")
    shown = [plural_msg(count, "1 row", "{n} rows").translated(russian) for count in (1, 3, 5, 2021)]
    assert shown == ["1 строка", "3 строки", "5 строк", "2 021 строка"]
    assert through_json(plural_msg(2021, "1 row", "{n} rows")).translated(russian) == "2 021 строка"


def test_a_formatted_number_has_the_marks_of_the_language():
    message = msg("{low} to {high}, {none}", low=format_number(-1234.5, 5), high=0.25, none=None)
    assert message == "−1,234.5 to 0.25, nothing"
    assert message.translated(Language(texts={"nothing": "nichts"}, decimal=",", group=".")) == "−1.234,5 to 0,25, nichts"
