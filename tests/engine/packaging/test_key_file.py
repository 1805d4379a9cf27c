"""The file of the API keys holds what a service takes, and no secret."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.packaging.key_file import add_key, key_names, remove_key
from mlops_desktop.serving.api_keys import ApiKeys


def test_a_service_takes_the_keys_until_they_are_removed(tmp_path):
    path = tmp_path / "keys" / "file"
    assert key_names(path) == []
    first, second = add_key(path, "shop"), add_key(path, "bank", "predict")
    assert key_names(path) == ["shop", "bank"]
    assert ApiKeys(path).find([first.encode()]).name == "shop"
    assert second not in path.read_text(encoding="utf-8")
    remove_key(path, "shop")
    assert key_names(path) == ["bank"]
    assert ApiKeys(path).find([first.encode()]) is None


@pytest.mark.parametrize("name", ["shop", "two words", ""])
def test_a_name_that_is_taken_or_none_is_refused(name, tmp_path):
    add_key(tmp_path / "keys", "shop")
    with pytest.raises(UserError):
        add_key(tmp_path / "keys", name)
    assert key_names(tmp_path / "keys") == ["shop"]
