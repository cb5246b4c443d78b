"""What every channel is: its settings as a table of tracker.toml, and one verb."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One alert, ready for any channel: `key` is the same at every attempt, `payload` the facts as JSON."""

    key: str
    subject: str
    text: str
    html: str
    payload: dict[str, Any]


class Channel(BaseModel):
    """A place to send messages to; its fields are what its table in tracker.toml may say."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    type: str

    def send(self, message: Message) -> None:
        """Deliver one message; raises NotifyError when the channel refuses it."""
        raise NotImplementedError
