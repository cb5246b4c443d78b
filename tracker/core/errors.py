"""The errors a person may meet; anything outside this tree is a bug.

TrackerError
├── ConfigError        the user must edit tracker.toml
├── SourceError        one site failed; the others carry on            (.site .url)
│   ├── FetchError     Unreachable · RateLimited(.retry_after_s) · Blocked · Gone · TooLarge · Unconfigured
│   ├── ParseError     the page came back and we cannot read it
│   └── Suspicious     we read it and do not believe it
├── NotifyError        a channel refused                               (.permanent .disables)
└── StoreError         the database failed
"""


class TrackerError(Exception):
    """Anything this program can explain in one line."""


class ConfigError(TrackerError):
    """The configuration cannot be used; `.mistakes` holds every reason, one line each."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class SourceError(TrackerError):
    """One site failed; `.site` and `.url` say where."""

    def __init__(self, fact: str, *, site: str = "", url: str = "") -> None:
        super().__init__(fact)
        self.site = site
        self.url = url

    def __str__(self) -> str:
        where = f" <{self.url}>" if self.url else ""
        return f"{self.site}: {super().__str__()}{where}" if self.site else f"{super().__str__()}{where}"


class FetchError(SourceError):
    """The page did not come back."""


class Unreachable(FetchError):
    """No answer, or an answer from the 5xx family after every retry."""


class RateLimited(FetchError):
    """The site asked for a pause; `.retry_after_s` is its wish in seconds, None where it named none."""

    def __init__(self, fact: str, *, site: str = "", url: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(fact, site=site, url=url)
        self.retry_after_s = retry_after_s


class Blocked(FetchError):
    """The site refuses us: robots.txt, a challenge page, a 401 or 403. Never worked around."""


class Gone(FetchError):
    """The address no longer exists (404, 410)."""


class TooLarge(FetchError):
    """The answer is larger than the cap."""


class Unconfigured(FetchError):
    """The site needs credentials that are not set; the text says how to get them."""


class ParseError(SourceError):
    """The page came back and we cannot read it."""


class Suspicious(SourceError):
    """We read the page and do not believe it."""


class NotifyError(TrackerError):
    """A channel refused a message.

    `.permanent` says that trying again cannot help, `.disables` that no other message would be taken either before
    somebody mends the channel, `.retry_after_s` how long it asks to be left alone.
    """

    def __init__(
        self, fact: str, *, permanent: bool = False, disables: bool = False, retry_after_s: float | None = None
    ) -> None:
        super().__init__(fact)
        self.permanent = permanent or disables
        self.disables = disables
        self.retry_after_s = retry_after_s


class StoreError(TrackerError):
    """The database failed."""
