"""Send messages by anything that apprise speaks: ntfy, Telegram, Discord, Slack, Matrix, Gotify, Pushover and more."""

import logging
import re
import threading
import warnings
from typing import Any

from pydantic import SecretStr, field_validator

from alerts.base import Channel, Message
from tracker.core.errors import NotifyError

_CODE = re.compile(r"error\s*[=:]\s*(\d{3})\b")
_UNWELCOME = frozenset({401, 403, 404, 405, 410})
_UNUSABLE = frozenset({400, 413, 415, 422})

_LOUD = {"NotifyNtfy": "high", "NotifyPushover": 1, "NotifyGotify": 8}
"""The priority of an urgent message, where the service has any and its address does not name one."""

_TAPPED = {"NotifyNtfy": "click", "NotifyPushover": "supplemental_url", "NotifyBark": "click"}
"""What a service calls the address that a tap on the message opens."""


class Apprise(Channel):
    """Sends by one address of apprise's (https://github.com/caronc/apprise), which is a secret as a whole."""

    type: str = "apprise"
    url: SecretStr

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: SecretStr) -> SecretStr:
        if not re.match(r"[a-zA-Z][\w+.-]*://", url.get_secret_value()):
            raise ValueError("must be an address of apprise's, such as ntfy://ntfy.sh/my-topic")
        return url

    def shown(self) -> dict[str, Any]:
        """The settings; of the address the service alone."""
        return {**super().shown(), "url": f"{self._service}://…"}

    @property
    def _service(self) -> str:
        return self.url.get_secret_value().partition("://")[0]

    def send(self, message: Message) -> None:
        """Hand the message to apprise; what it lets one know of a refusal decides whether trying again can help."""
        with _Overheard() as overheard:
            service: Any = _named(self.url.get_secret_value())
            if service is None:
                raise NotifyError(f"apprise knows no such address ({self._service}://…)", disables=True)
            service.overflow_mode = "truncate"  # a message too long for a chat is better cut than refused
            self._adorn(service, message)
            body = message.text.removeprefix(message.subject).strip() or message.subject
            try:
                taken = service.notify(body=body, title=message.subject)
            except Exception as error:  # noqa: BLE001  (a plugin's fault; what it says may hold the address)
                raise NotifyError(f"{self._service} failed: {type(error).__name__}") from None
        if not taken:
            code = overheard.code
            said = f"answered {code}" if code else "did not take the message"
            raise NotifyError(f"{self._service} {said}", permanent=code in _UNUSABLE, disables=code in _UNWELCOME)

    def _adorn(self, service: Any, message: Message) -> None:
        """Let a tap open the offer, and an urgent message sound, unless the address says otherwise."""
        kind = type(service).__name__
        tapped = _TAPPED.get(kind)
        if tapped and message.link and not getattr(service, tapped, None):
            setattr(service, tapped, message.link)
        if message.urgent and kind in _LOUD and "priority=" not in self.url.get_secret_value():
            service.priority = _LOUD[kind]


def _named(url: str) -> Any:
    """The service of an address, None for one that apprise does not know."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of modules that Python will drop, loaded on first use
        import apprise  # a quarter of a second that only this channel pays

        return apprise.Apprise.instantiate(url, suppress_exceptions=True)


class _Overheard(logging.Filter):
    """Lets nothing pass that apprise logs, for it names addresses; keeps the status code that this thread was told."""

    def __init__(self) -> None:
        super().__init__()
        self.code = 0
        self._thread = threading.get_ident()

    def __enter__(self) -> "_Overheard":
        logging.getLogger("apprise").addFilter(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("apprise").removeFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Note the code that a refusal names, and drop the record."""
        if record.thread == self._thread and (found := _CODE.search(record.getMessage())):
            self.code = int(found[1])
        return record.thread != self._thread


CHANNEL = Apprise
