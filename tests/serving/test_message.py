import json
import pickle

import pytest

from mlops_desktop.serving.message import Message, message_from_json, message_to_json, msg

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


def test_it_goes_through_json_and_between_processes(nested):
    for back in (Message.from_json(json.loads(json.dumps(nested.to_json()))), pickle.loads(pickle.dumps(nested))):
        assert (back, back.template, back.args["detail"].template) == (nested, nested.template, nested.args["detail"].template)


def test_texts_and_messages_go_through_json_alike(nested):
    for text in (nested, "plain"):
        back = message_from_json(json.loads(json.dumps(message_to_json(text))))
        assert (back, type(back)) == (text, type(text))


def test_a_field_without_a_value_is_a_fault():
    with pytest.raises(KeyError):
        msg("{missing}")
