"""Markup nested so deeply that reading it takes minutes: no page is, but a mangled or a hostile one may be."""

DEEPEST = 20_000
"""Open block elements inside one another; the parser looks through all of them at each one more (0.8 s at this)."""

_BLOCKS = (
    *("div", "ul", "ol", "dl", "li", "dd", "dt", "section", "article", "aside", "main", "nav", "header", "footer"),
    *("blockquote", "center", "details", "dialog", "fieldset", "figure", "hgroup", "menu", "pre", "search", "summary"),
    *("address", "dir", "listing"),
)


def is_too_deep(text: str) -> bool:
    """Whether more block elements are opened than closed than a page can be read with.

    One or two counts decide for every sound page; only one with that many unclosed tags is looked at closely.
    """
    if (tags := text.count("<")) <= DEEPEST or tags - 2 * text.count("</") <= DEEPEST:
        return False
    lowered = text.lower()
    return sum(max(0, lowered.count(f"<{name}") - lowered.count(f"</{name}")) for name in _BLOCKS) > DEEPEST
