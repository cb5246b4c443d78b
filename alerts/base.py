"""What every channel is: its settings as a table of tracker.toml, and one verb."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, SecretStr, model_validator

_FROM_FILE = "_file"


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
    """A place to send messages to; its fields are what its table in tracker.toml may say.

    A field that is a secret (SecretStr) can be left to a file: `password_file` names one that holds the password.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    type: str

    @model_validator(mode="before")
    @classmethod
    def _secrets_from_files(cls, table: Any) -> Any:
        if not isinstance(table, Mapping):
            return table
        secret = {name for name, field in cls.model_fields.items() if "SecretStr" in str(field.annotation)}
        files = {key for key in table if key.endswith(_FROM_FILE) and key.removesuffix(_FROM_FILE) in secret}
        read = {key.removesuffix(_FROM_FILE): _content(key, str(table[key])) for key in files}
        return {**read, **{key: value for key, value in table.items() if key not in files}}

    @property
    def fingerprint(self) -> str:
        """Another one when a setting is, and all but always when a secret is: of that it tells two digits.

        One secret in 256 has the same two, so that whoever reads them can confirm no guess.
        """
        secrets = [(name, value.get_secret_value()) for name, value in self if isinstance(value, SecretStr)]
        settings = [(name, value) for name, value in self if not isinstance(value, SecretStr)]
        return _digits(settings)[:8] + _digits(secrets)[:2]

    def shown(self) -> dict[str, Any]:
        """The settings, secrets masked."""
        return self.model_dump()

    def send(self, message: Message) -> None:
        """Deliver one message; raises NotifyError when the channel refuses it."""
        raise NotImplementedError


def _content(key: str, name: str) -> str:
    try:
        content = Path(name).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ValueError(f"{key}: {name} cannot be read: {why}") from None
    if not content:
        raise ValueError(f"{key}: {name} is empty")
    return content


def _digits(values: list[tuple[str, Any]]) -> str:
    return hashlib.sha256(repr(sorted(values)).encode()).hexdigest()
