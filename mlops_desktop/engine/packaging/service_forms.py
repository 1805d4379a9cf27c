"""The settings of a service that a person chooses in a form: what it does with unusual values, and who may ask it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from mlops_desktop.base.component import Component
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.params import choice, number, text, texts
from mlops_desktop.serving.input_policy import AS_TRAINED, EVERY_COLUMN, REFUSE, WARN, InputPolicy
from mlops_desktop.serving.message import as_message
from mlops_desktop.serving.service_settings import limits_of

_ACTIONS = {
    WARN: as_message("answer with a warning"),
    REFUSE: as_message("refuse the row"),
    AS_TRAINED: as_message("answer without a warning"),
}
THIS_COMPUTER, NETWORK = "computer", "network"


@dataclass(frozen=True, kw_only=True)
class InputSettings(Component):
    """What an exported service does with values unlike those of the training data, and the thresholds that a request may ask for."""

    id: ClassVar[str] = "input_settings"
    label: ClassVar[str] = "Protection"

    unknown_levels: str = choice(WARN, _ACTIONS, "Unknown levels")
    out_of_range: str = choice(WARN, _ACTIONS, "Numbers and dates out of range")
    missing_values: str = choice(WARN, _ACTIONS, "Missing values")
    columns: tuple[str, ...] = texts(
        (), "Otherwise for some columns", help="Such as age.out_of_range=refuse: the column, then unknown, out_of_range or missing."
    )
    lowest: float = number(0.0, 0.0, 1.0, "Lowest threshold of a request")
    highest: float = number(1.0, 0.0, 1.0, "Highest threshold of a request")

    def __post_init__(self) -> None:
        super().__post_init__()
        InputPolicy({}).overridden(self.columns)
        limits_of((self.lowest, self.highest))

    def policies(self) -> tuple[str, ...]:
        """The settings of the policy that are not a warning, those of every column first."""
        kinds = {"unknown": self.unknown_levels, "out_of_range": self.out_of_range, "missing": self.missing_values}
        return (*(f"{EVERY_COLUMN}.{kind}={action}" for kind, action in kinds.items() if action != WARN), *self.columns)

    def thresholds(self) -> str:
        """The limits of the threshold as a text; empty when there are none."""
        return "" if (self.lowest, self.highest) == (0.0, 1.0) else f"{self.lowest!r}:{self.highest!r}"


@dataclass(frozen=True, kw_only=True)
class AccessSettings(Component):
    """Who may ask a service that runs on this computer, and how often."""

    id: ClassVar[str] = "access_settings"
    label: ClassVar[str] = "Protection"

    reached: str = choice(
        THIS_COMPUTER,
        {THIS_COMPUTER: as_message("this computer alone"), NETWORK: as_message("the network, with API keys")},
        "Answers",
    )
    rate_limit: int = number(
        0, 0, 1_000_000, "Requests a minute", help="Of a key, or of all clients without keys; 0: no limit.", whole=True
    )
    tls_cert: str = text("", "Certificate", help="Its file, PEM, with which the service answers over HTTPS; empty: over HTTP.")
    tls_key: str = text("", "Private key of the certificate", help="Its file, PEM.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.tls_cert.strip()) != bool(self.tls_key.strip()):
            raise UserError("TLS needs a certificate and its private key.", "Name both files, or none.")

    @property
    def scheme(self) -> str:
        """What the service is asked with."""
        return "https" if self.tls_cert.strip() else "http"

    @property
    def needs_key(self) -> bool:
        """Whether clients need an API key."""
        return self.reached == NETWORK

    def arguments(self, keys: Path | None) -> list[str]:
        """The flags of the service; `keys` is the file of the API keys, None when there is none. UserError when the network needs one."""
        found = ["--rate-limit", str(self.rate_limit)] if self.rate_limit else []
        found += ["--tls-cert", self.tls_cert.strip(), "--tls-key", self.tls_key.strip()] if self.tls_cert.strip() else []
        if not self.needs_key:
            return found
        if keys is None:
            raise UserError("On the network everybody could use the service.", "Make an API key first.")
        return ["--host", "0.0.0.0", "--api-keys", str(keys), *found]
