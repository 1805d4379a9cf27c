"""The settings of a service as a form has them are those that its flags and its bundle take."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.packaging.service_forms import AccessSettings, InputSettings
from mlops_desktop.serving.protection import add_protection_flags, protection
from mlops_desktop.serving.service_settings import ServiceSettings, service_settings


def test_what_is_left_as_it_is_adds_no_setting():
    assert service_settings(InputSettings().policies(), InputSettings().thresholds(), {}) == ServiceSettings()


def test_settings_of_some_columns_follow_those_of_every_column():
    made = InputSettings(unknown_levels="refuse", columns=("city.unknown=warn",), lowest=0.2, highest=0.8)
    found = service_settings(made.policies(), made.thresholds(), {})
    assert found == ServiceSettings(("*.unknown=refuse", "city.unknown=warn"), (0.2, 0.8))
    assert found.policy({"input_policy": {}}).record() == {"*": {"unknown": "refuse"}, "city": {"unknown": "warn"}}


@pytest.mark.parametrize("wrong", [{"columns": ("city",)}, {"lowest": 0.9, "highest": 0.1}])
def test_what_no_service_takes_is_refused(wrong):
    with pytest.raises(UserError):
        InputSettings(**wrong)


def test_access_as_flags_of_the_service():
    made = AccessSettings(rate_limit=60, tls_cert="a.pem", tls_key="b.pem")
    flags = argparse.ArgumentParser()
    add_protection_flags(flags)
    found = protection(flags.parse_args(made.arguments(None)), {})
    assert (found.rate_limit, found.tls_cert, found.tls_key) == (60.0, Path("a.pem"), Path("b.pem"))
    assert (made.scheme, AccessSettings().scheme) == ("https", "http")
    with pytest.raises(UserError, match="certificate and its private key"):
        AccessSettings(tls_cert="a.pem")
