"""Secrets that stand where they may, taken out of what is shown."""

import re

MASK = "**********"

_WORDS = (
    r"(?:api[_-]?key|key|token|secret|passw(?:or)?d|pwd|pass|auth|sig(?:nature)?|session(?:id)?|cookie|credentials?)"
)
_NAMED = re.compile(rf"(?:^|[_-]){_WORDS}$", re.IGNORECASE)
_LOGIN = re.compile(r"(?<=://)[^/@\s]+@")
_IN_QUERY = re.compile(rf"(?<=[?&;])((?:[\w.-]*[_.-])?{_WORDS}=)[^&#\s]+", re.IGNORECASE)


def masked(name: str, value: str) -> str:
    """A setting as it may be shown: without what its name says is secret, and without logins and keys in addresses."""
    if value and _NAMED.search(name) and not name.endswith("_env"):
        return MASK
    return _IN_QUERY.sub(rf"\g<1>{MASK}", _LOGIN.sub(f"{MASK}@", value))
