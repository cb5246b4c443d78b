"""How many entries to ask a site for at once."""

from collections.abc import Mapping


def page_size(options: Mapping[str, str], *, most: int) -> int:
    """A source's `limit`, from 1 to `most` entries a page; `most` where it says none, or no number."""
    wish = options.get("limit", "")
    return min(max(1, int(wish)), most) if wish.isdecimal() else most
