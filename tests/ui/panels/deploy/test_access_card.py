"""Who may ask the service: a key is shown once and kept as its hash, and settings that do not fit are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mlops_desktop.base.errors import UserError
from mlops_desktop.ui.panels.deploy import access_card
from mlops_desktop.ui.panels.deploy.access_card import AccessCard


@pytest.fixture
def card(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AccessCard:
    monkeypatch.setattr(access_card, "key_path", lambda: tmp_path / "keys" / "api-keys")
    made = AccessCard(name="access")
    qtbot.addWidget(made)
    return made


def test_a_key_is_shown_once_and_its_hash_is_kept(card: AccessCard, tmp_path: Path) -> None:
    assert not card.fold.inner.isVisibleTo(card)
    card.fold.toggle.click()
    assert card.fold.inner.isVisibleTo(card)
    card.key_name.setText("shop")
    card.make.click()
    secret = card.secret.text()
    file = tmp_path / "keys" / "api-keys"
    kept = file.read_text(encoding="utf-8")
    assert kept.startswith("shop predict,monitor ")
    assert secret not in kept
    assert file.stat().st_mode & 0o077 == 0
    card.key_name.setText("shop")
    card.make.click()
    assert "already" in card.problem.text()
    remove = next(one for one in card.findChildren(access_card.Tool) if one.objectName() == "access_remove_shop")
    remove.click()
    assert file.read_text(encoding="utf-8") == ""
    assert not card.secret.isVisibleTo(card)


def test_flags_follow_the_settings(card: AccessCard, tmp_path: Path) -> None:
    assert card.arguments() == []
    fields = card.form.fields
    fields["reached"].show_value("network")
    fields["reached"].changed.emit()
    with pytest.raises(UserError, match="everybody"):
        card.arguments()
    card.key_name.setText("shop")
    card.make.click()
    fields["rate_limit"].show_value(60)
    fields["rate_limit"].changed.emit()
    file = tmp_path / "keys" / "api-keys"
    assert card.arguments() == ["--host", "0.0.0.0", "--api-keys", str(file), "--rate-limit", "60"]


def test_a_refused_setting_starts_nothing(card: AccessCard) -> None:
    field = card.form.fields["tls_cert"]
    field.show_value("cert.pem")
    field.typed.emit()
    with pytest.raises(UserError, match="its private key"):  # not a service without TLS
        card.arguments()
