"""What every channel is: its settings as a table of tracker.toml, and one verb."""

import hashlib
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, ready for any channel: `key` is the same at every attempt, `payload` the facts as JSON.

    `link` is the address of its best offer, `urgent` whether it is worth a sound.
    """

    key: str
    subject: str
    text: str
    html: str
    payload: dict[str, Any]
    link: str = ""
    urgent: bool = False


class Channel(BaseModel):
    """A place to send messages to; its fields are what its table in tracker.toml may say."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    type: str

    @property
    def fingerprint(self) -> str:
        """Another one when a setting or a secret is; too short to guess a secret by."""
        told = {name: _revealed(value) for name, value in self}
        return hashlib.sha256(repr(sorted(told.items())).encode()).hexdigest()[:8]

    def send(self, message: Message) -> None:
        """Deliver one message; raises NotifyError when the channel refuses it."""
        raise NotImplementedError


def _revealed(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
