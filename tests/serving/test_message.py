import json
import pickle

import numpy as np
import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.message import as_message, decode_message, encode_messages, joined, msg

GERMAN = {"“{name}” holds {rows:,} rows.": "„{name}“ hat {rows:,} Zeilen.", "Step {at}: {detail}": "Schritt {at}: {detail}"}


@pytest.fixture
def nested():
    return msg("Step {at}: {detail}", at=2, detail=msg("“{name}” holds {rows:,} rows.", name="a{b}", rows=1234))


def test_a_message_is_its_english_text(nested):
    assert nested == "Step 2: “a{b}” holds 1,234 rows."
    assert f"{nested}" == str(nested) == nested
    assert json.dumps(nested) == json.dumps(str(nested))


def test_it_is_translated_with_the_messages_inside_it(nested):
    assert nested.translated(lambda template: GERMAN.get(template, template)) == "Schritt 2: „a{b}“ hat 1,234 Zeilen."
    assert nested.translated(lambda template: template) == nested


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
    assert list_of.translated(lambda template: GERMAN.get(template, template)) == "Schritt 1: x; y"


def test_an_error_is_one_message_of_two():
    error = UserError(msg("“{name}” holds {rows:,} rows.", name="a", rows=1), "Choose another file.")
    assert error.sentences == str(error) == "“a” holds 1 rows. Choose another file."
    german = {**GERMAN, "Choose another file.": "Andere Datei wählen."}
    assert error.sentences.translated(lambda template: german.get(template, template)) == "„a“ hat 1 Zeilen. Andere Datei wählen."


def test_a_field_without_a_value_is_a_fault():
    with pytest.raises(KeyError):
        msg("{missing}")
