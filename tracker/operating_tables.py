"""The tables of tracker.toml that say how the tracker is run: signs of life, and what is kept how long."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from tracker.setting import Duration, Table


def _address(url: SecretStr) -> SecretStr:
    if url.get_secret_value() and urlsplit(url.get_secret_value()).scheme not in ("http", "https"):
        raise ValueError("write an address that begins with http:// or https://")
    return url


class DaemonTable(Table):
    """How often, in seconds, the daemon looks for what is due, and an address it asks for after every good minute."""

    tick_s: float = Field(default=5, ge=0.1, le=60)
    ping_url: Annotated[SecretStr, AfterValidator(_address)] = SecretStr("")


class KeepTable(Table):
    """How long what is over is kept; `listings` unset keeps ended listings for ever, without their oldest prices."""

    rejects: Duration = timedelta(days=30)
    prices: Duration = timedelta(days=365)
    visits: Duration = timedelta(days=90)
    alerts: Duration = timedelta(days=365)
    listings: Duration | None = None
