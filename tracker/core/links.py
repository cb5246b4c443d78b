"""The signed links in messages, by which their reader says a word on a listing: who bears one may mark that listing."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

VALID = timedelta(days=30)
"""How long a link can be used after its message was sent."""

WORDS = ("dismiss", "wrong", "bought", "scam", "block")
"""What a link may be used to say."""

_TOKEN = re.compile(r"(\d{1,18})-(\d{1,12})-([0-9a-f]{32})")


class BadLink(ValueError):
    """A link that is not to be believed, or too old; it says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Makes and reads links under a public address (`base`), signed with a key that never leaves the tracker."""

    base: str
    key: bytes

    def of(self, listing_id: int, *, now: datetime) -> Mapping[str, str]:
        """The links for one listing: a page with every word under "", and one for each word."""
        page = f"{self.base.rstrip('/')}/mark/{self.token(listing_id, until=now + VALID)}"
        return {"": page, **{word: f"{page}?do={word}" for word in WORDS}}

    def token(self, listing_id: int, *, until: datetime) -> str:
        """What stands in an address: the listing, when it expires (Unix time), and the signature over both."""
        said = f"{listing_id}-{int(until.timestamp())}"
        return f"{said}-{self._sign(said)}"

    def listing_of(self, token: str, *, now: datetime) -> int:
        """The listing a link is for; raises BadLink."""
        found = _TOKEN.fullmatch(token) if token.isascii() else None
        if found is None or not hmac.compare_digest(self._sign(f"{found[1]}-{found[2]}"), found[3]):
            raise BadLink("this link was not made here, or was changed on its way")
        if datetime.fromtimestamp(int(found[2]), UTC) <= now:
            raise BadLink("this link is too old; use tracker mark, or a link of a newer message")
        return int(found[1])

    def _sign(self, said: str) -> str:
        return hmac.new(self.key, f"mark {said}".encode(), sha256).hexdigest()[:32]
