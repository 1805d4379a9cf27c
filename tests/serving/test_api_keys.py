from __future__ import annotations

import base64
import os

import pytest

from mlops_desktop.serving.api_keys import ApiKeys, digest_of, new_key, read_keys, secret_of
from mlops_desktop.serving.errors import UserError


def basic(secret):
    return b"Basic " + base64.b64encode(f"anyone:{secret}".encode())


def test_a_key_is_found_however_it_is_presented(tmp_path):
    secret, line = new_key("shop", "predict,monitor")
    file = tmp_path / "keys"
    file.write_text(f"# keys\n\n{line} 600\n", encoding="utf-8")
    keys = ApiKeys(file)
    for presented in (f"Bearer {secret}".encode(), f"bearer  {secret} ".encode(), secret.encode(), basic(secret)):
        found = keys.find([presented])
        assert found is not None
        assert (found.name, found.per_minute) == ("shop", 600)
    assert secret not in file.read_text(encoding="utf-8")
    assert [found.allows(scope) for scope in ("predict", "monitor", "admin")] == [True, True, False]
    for wrong in (b"", b"Bearer", b"Bearer x", b"Digest " + secret.encode(), b"Basic x", b"Basic \xff", digest_of(secret).hex().encode()):
        assert keys.find([wrong]) is None
    assert keys.find([]) is None


@pytest.mark.parametrize(
    "text",
    [
        "shop predict",
        "shop predict " + "0" * 63,
        "shop all " + "0" * 64,
        "a , " + "0" * 64,
        "a predict {0}\na predict {1}",
        "a predict {0}\nb predict {0}",
    ],
)
def test_a_line_that_is_no_key_is_named_by_its_number(text):
    with pytest.raises(UserError, match=r"Line [12] of the API keys"):
        read_keys(text.format("0" * 64, "1" * 64))


def test_keys_are_rotated_without_a_restart(tmp_path, caplog):
    first, line = new_key("first", "predict")
    second, further = new_key("second", "predict")
    file = tmp_path / "keys"
    file.write_text(line + "\n", encoding="utf-8")
    keys = ApiKeys(file)
    keys.refresh()
    assert keys.generation == 0
    file.write_text(f"{line}\n{further}\n", encoding="utf-8")
    keys.refresh()
    assert (keys.generation, bool(keys.find([first.encode()])), bool(keys.find([second.encode()]))) == (1, True, True)
    file.write_text(further + "\n", encoding="utf-8")
    os.utime(file, ns=(1, 1))
    keys.refresh()
    assert (bool(keys.find([first.encode()])), bool(keys.find([second.encode()]))) == (False, True)
    file.write_bytes(b"\xff")
    keys.refresh()
    assert keys.find([second.encode()])
    assert "former ones stay" in caplog.text


@pytest.mark.parametrize("change", ["emptied", "deleted", "one line is wrong"])
def test_a_key_that_is_taken_away_is_valid_no_longer(change, tmp_path, caplog):
    first, line = new_key("first", "predict")
    second, further = new_key("second", "predict")
    alone = "0123456789abcdef"
    file, secret_file = tmp_path / "keys", tmp_path / "secret"
    file.write_text(f"{line}\n{further}\n", encoding="utf-8")
    secret_file.write_text(alone, encoding="utf-8")
    keys = ApiKeys(file, secret_file=secret_file)
    if change == "deleted":
        file.unlink()
        secret_file.unlink()
    else:
        file.write_text("" if change == "emptied" else f"first predict\n{further}\n", encoding="utf-8")
        secret_file.write_text("\n", encoding="utf-8")
    keys.refresh()
    assert (keys.generation, keys.find([first.encode()]), keys.find([alone.encode()])) == (1, None, None)
    assert bool(keys.find([second.encode()])) == (change == "one line is wrong") == ("no keys: 1" in caplog.text)
    assert keys  # a client still needs one


def test_a_key_given_alone_may_do_everything(tmp_path):
    secret = "0123456789abcdef"
    file = tmp_path / "secret"
    file.write_text(secret + "\n", encoding="utf-8")
    for keys in (ApiKeys(secret=secret), ApiKeys(secret_file=file)):
        assert keys.find([secret.encode()]).allows("monitor")
    same = tmp_path / "keys"
    same.write_text(f"a admin {digest_of(secret).hex()}", encoding="utf-8")
    unsent = [{"secret": text} for text in ("short", "geheimes-schlüsselwort", "sixteen characters and blanks")]
    for wrong in (*unsent, {"secret_file": tmp_path / "none"}, {"file": file}, {"file": same, "secret": secret}):
        with pytest.raises(UserError):
            ApiKeys(**wrong)
    assert not ApiKeys()


def test_secrets_come_from_files(tmp_path):
    file = tmp_path / "password"
    file.write_text("hidden\n", encoding="utf-8")
    assert secret_of("X", {"X": "open", "X_FILE": str(file)}) == "hidden"
    assert secret_of("X", {"X": " open "}) == "open"
    assert secret_of("X", {}) == ""
