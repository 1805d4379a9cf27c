from __future__ import annotations

import argparse

import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.protection import Protection, add_protection_flags, protection


def parsed(*arguments, environment=None):
    parser = argparse.ArgumentParser()
    add_protection_flags(parser)
    return protection(parser.parse_args(arguments), environment or {})


def test_the_network_needs_keys_unless_configured_otherwise(tmp_path):
    for open_host in ("0.0.0.0", "::", "192.168.1.5", "model.example"):
        with pytest.raises(UserError, match="API keys"):
            parsed().check(open_host)
        parsed("--allow-anonymous").check(open_host)
        parsed(environment={"SERVING_ALLOW_ANONYMOUS": "1"}).check(open_host)
        parsed(environment={"SERVING_API_KEY": "0123456789abcdef"}).check(open_host)
        parsed("--api-keys", str(tmp_path)).check(open_host)
    for here in ("127.0.0.1", "::1", "localhost"):
        parsed().check(here)


def test_everything_can_come_from_the_environment(tmp_path):
    password = tmp_path / "password"
    password.write_text("hidden\n", encoding="utf-8")
    environment = {
        "SERVING_API_KEYS_FILE": "/keys",
        "SERVING_API_KEY_FILE": "/key",
        "SERVING_RATE_LIMIT": "90",
        "SERVING_CORS_ORIGINS": "https://a.example, *",
        "SERVING_TLS_CERT": "/cert",
        "SERVING_TLS_KEY": "/private",
        "SERVING_TLS_PASSWORD_FILE": str(password),
    }
    found = parsed(environment=environment)
    assert (str(found.keys), str(found.secret_file), found.rate_limit, found.tls_password) == ("/keys", "/key", 90.0, "hidden")
    assert found.origins == {"https://a.example", "*"}
    assert str(parsed("--tls-cert", "/other", environment=environment).tls_cert) == "/other"


@pytest.mark.parametrize(
    "arguments", [("--cors-origin", "example"), ("--cors-origin", "https://a.example/x"), ("--rate-limit", "-1"), ("--tls-cert", "")]
)
def test_what_cannot_be_meant_is_refused(arguments):
    with pytest.raises(UserError):
        parsed(*arguments)


def test_tls_needs_both_files(tmp_path):
    with pytest.raises(UserError, match="certificate"):
        Protection(tls_cert=tmp_path).check("127.0.0.1")
    with pytest.raises(UserError, match="no file"):
        Protection(tls_cert=tmp_path / "a", tls_key=tmp_path / "b").check("127.0.0.1")
