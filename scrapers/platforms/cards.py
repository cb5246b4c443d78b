"""Shop pages made of cards: what result pages have in common, whoever built them.

A site reads its cards one by one with `Page.text_of` (must be there) and `words_of` (may be there). A page without
cards is an empty result only where it says so itself.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from selectolax.lexbor import LexborNode

from scrapers import pick
from scrapers.base import Page

_FIRST = 200
_MAX_FACTS = 60

# What shops print about the stock, in lower case → schema.org's word; the first phrase found decides.
_STOCK = (
    ("OutOfStock", "out of stock"),
    ("SoldOut", "sold out"),
    ("OutOfStock", "unavailable"),
    ("OutOfStock", "no longer available"),
    ("OutOfStock", "not available"),
    ("OutOfStock", "auto notify"),
    ("OutOfStock", "notify me"),
    ("OutOfStock", "nicht verfügbar"),
    ("OutOfStock", "ausverkauft"),
    ("OutOfStock", "niedostępn"),
    ("OutOfStock", "indisponible"),
    ("OutOfStock", "non disponibile"),
    ("OutOfStock", "no disponible"),
    ("OutOfStock", "niet beschikbaar"),
    ("PreOrder", "pre-order"),
    ("PreOrder", "preorder"),
    ("PreOrder", "coming soon"),
    ("BackOrder", "backorder"),
    ("BackOrder", "back order"),
    ("InStock", "in stock"),
    ("InStock", "add to cart"),
    ("InStock", "ships in"),
    ("InStock", "auf lager"),
    ("InStock", "dostępn"),
    ("InStock", "en stock"),
    ("InStock", "disponib"),
    ("InStock", "op voorraad"),
)


def cards(page: Page, selector: str, *, is_empty: Callable[[Page], bool]) -> list[LexborNode]:
    """The cards of a result page; none only where the page says that nothing was found, else raises ParseError."""
    found = page.tree.css(selector)
    if not found and not is_empty(page):
        raise page.unreadable(f"no {selector!r}, and nothing says that the search found none")
    return found


def says(page: Page, selector: str, phrases: Sequence[str]) -> bool:
    """Whether one of the page's first elements holds one of the phrases, given in lower case."""
    texts = (words(node).lower() for node in page.tree.css(selector)[:_FIRST])
    return any(phrase in text for text in texts for phrase in phrases)


def words(node: LexborNode | None, *, between: str = "") -> str:
    """The text of a node in one line, "" for no node; `between` parts what has markup in between."""
    return " ".join(node.text(separator=between).split()) if node else ""


def words_of(card: LexborNode, selector: str) -> str:
    """The text of the first match below a card, "" where there is none."""
    return words(card.css_first(selector))


def attribute(node: LexborNode | None, name: str) -> str:
    """An attribute's value, "" where there is none."""
    return ((node.attributes.get(name) or "") if node else "").strip()


def facts(rows: Iterable[Sequence[LexborNode]]) -> dict[str, str]:
    """What the first rows of two cells each say: a name and its value."""
    pairs = ((words(row[0]), words(row[1])) for row in islice(rows, _MAX_FACTS) if len(row) >= 2)
    return {name: value for name, value in pairs if name and value}


def asked_for(said: str, search: Callable[[str], str]) -> str:
    """The address a source wants: the one it names itself, or that of a search for what it names."""
    return said if said.startswith("https://") else search(said)


def absolute(host: str, href: str) -> str:
    """An address on a shop's own host without query and fragment, "" for what is none."""
    parts = pick.split(href)
    return f"https://{parts.netloc or host}{parts.path}" if parts.path.startswith("/") else ""


def stock(text: str, *, unknown: str | None = None) -> str:
    """Schema.org's word for what a shop prints about the stock; for other texts `unknown`, or the text as it is."""
    lowered = text.lower()
    return next((word for word, phrase in _STOCK if phrase in lowered), text if unknown is None else unknown)
