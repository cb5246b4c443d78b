"""Adverts in a mail's markup, found without knowing its sender: a link, a title and a price that stand together.

All links to one address are one advert's. Its card is the largest piece of the page that leads nowhere else; the title
and the price are read there. Links with neither (logo, settings, unsubscribe) stand in nobody's way.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from selectolax.lexbor import LexborNode

from scrapers import pick, pricetags
from scrapers.markup import tree, walk

# The names under which redirects carry the address they lead to.
_TARGETS = "url u to target dest destination redirect redirect_url redirecturl redir link goto q adurl r l ued murl"
_CAMPAIGN = ("utm_", "gclid", "fbclid", "mc_", "srsltid", "mkt_", "_hs")
_CAMPAIGN_NAMES = ("ref", "referrer", "campaign", "campaignid", "trk", "xtor", "at_medium", "at_campaign", "src")
_NO_ADVERT = re.compile(
    r"/(?:unsubscribe|abmelden|settings?|einstellungen|preferences|account|login|signin|help|hilfe|ayuda|aide|privacy"
    r"|datenschutz|legal|impressum|terms|agb|imprint|search|suche|suchauftrag|savedsearch|saved-search(?:es)?|recherche"
    r"|buscar|zoeken|cerca|alerts?|notifications?|apps?|download|contact|about|feedback|survey)(?:[/?.#_-]|$)",
    re.IGNORECASE,
)
_BUTTON = re.compile(
    r"^\W*(?:(?:view|see|show|open|check|read|buy|bid|learn|shop|message|contact|reply|send|chat|save|share|download|get)\b.{0,40}"
    r"|(?:jetzt|zur|zum|hier|kontakt|alle|mehr|anzeige|angebot|details?|weiter|nachricht|merken|ansehen|anzeigen)\b.{0,40}"
    r"|(?:voir|afficher|consulter|contacter|ver|abrir|mostrar|contactar|bekijk|naar|toon|bericht|stuur|envoyer|enviar|vedi|mostra|scopri|zobacz)\b.{0,40}"
    r"|(?:unsubscribe|abmelden|d[ée]sabonner|se désabonner|cancelar|afmelden|settings|einstellungen|help|logo|app store"
    r"|google play|facebook|instagram|twitter|youtube|linkedin|privacy.{0,20}|datenschutz.{0,20}|impressum)"
    r"|(?:詳細|商品を?見る|入札する|配信停止|ヘルプ).{0,20})\W*$",
    re.IGNORECASE,
)
_BADGE = re.compile(
    r"^\W*(?:(?:neu|new|nuevo|nouveau|nieuw|nuovo|top|pro|sponsored|gesponsert|anzeige|image|bild|photo|foto|imagen"
    r"|reduced|price drop|preissenkung|vb|versand möglich|nur abholung|local pickup|free|gratis)\W*"
    r"|(?:heute|gestern|today|yesterday|hoy|ayer|hier|aujourd'hui|vandaag|gisteren|oggi|ieri)\b.{0,20}"
    r"|(?:vor|il y a|hace)\s+\d+ .{0,15}|\d+ \w+ (?:ago|geleden)|[\d.:/ -]+(?:uhr)?)$",
    re.IGNORECASE,
)
_STRUCK = re.compile(r"text-decoration[^;\"]*line-through", re.IGNORECASE)
_BID = re.compile(r"現在|入札|current bid|aktuelles gebot|gebot|enchère|bod\b|puja", re.IGNORECASE)
_BUY_NOW = re.compile(r"即決|buy it now|sofort[- ]?kauf", re.IGNORECASE)
_NUMBER = re.compile(r"\d{5}")  # what most marketplaces' addresses of one advert hold
_LONGEST_TITLE = 300
_LONGEST_TEXT = 4_000
_MAX_TOKENS = 20_000
_MAX_CHARS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Advert:
    """One advert as printed; `text` is everything its card says, `bid` that its price is an auction's so far."""

    url: str
    title: str
    asked: pricetags.Tag
    text: str = ""
    image: str = ""
    bid: bool = False


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of text, or a picture's name, with the address it links to."""

    text: str
    url: str
    box: int
    image: str = ""
    struck: bool = False
    tags: tuple[pricetags.Tag, ...] = ()


@dataclass(slots=True)
class _Paper:
    """A page as tokens, with the box each lies in and each box's parent and extent."""

    tokens: list[_Token] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    priced: list[int] = field(default_factory=list)

    def write(self, text: str, url: str, box: int, *, struck: bool) -> None:
        """Put some text down; one that holds a price is remembered by its place."""
        tags = tuple(pricetags.tags(text))
        if tags and not struck:
            self.priced.append(len(self.tokens))
        self.tokens.append(_Token(text, url, box, struck=struck, tags=tags))

    def has_price(self, box: int) -> bool:
        """Whether a price stands in a box."""
        place = bisect_left(self.priced, self.first[box])
        return place < len(self.priced) and self.priced[place] < self.end[box]

    def inside(self, box: int) -> list[_Token]:
        """The tokens in a box and all it holds."""
        return self.tokens[self.first[box] : self.end[box]]


def adverts(markup: str) -> list[Advert]:
    """The adverts of some HTML in reading order, each address once."""
    paper = _paper(markup)
    groups: defaultdict[str, list[_Token]] = defaultdict(list)
    for token in paper.tokens:
        if token.url:
            groups[token.url].append(token)
    titled = {url for url, tokens in groups.items() if any(_is_title(token.text) for token in tokens)}
    likely = [url for url in groups if not _NO_ADVERT.search(pick.split(url).path)]
    named = [url for url in likely if url in titled]
    found: dict[str, Advert] = {}
    for rivals in (set(likely), set(named)):
        boxes = {url: _card(paper, url, groups[url][0].box, rivals) for url in likely if url in rivals - found.keys()}
        found |= _adverts_in({url: paper.inside(box) for url, box in boxes.items() if paper.has_price(box)})
    shared: defaultdict[int, list[str]] = defaultdict(list)
    for url in named:
        if url not in found:
            shared[_priced_box(paper, groups[url][0].box)].append(url)
    for box, urls in shared.items():
        crowd = paper.inside(box) if box >= 0 else []
        if crowd and not found.keys() & {token.url for token in crowd}:
            found |= _adverts_in(_in_turn(crowd, urls))
    return [found[url] for url in groups if url in found]


def _adverts_in(cards: Mapping[str, Sequence[_Token]]) -> dict[str, Advert]:
    return {url: advert for url, card in cards.items() if (advert := _advert(url, card))}


def unwrapped(url: str) -> str:
    """The address behind a redirect that names it in its query, without marks of campaigns; "" for no web address."""
    for _ in range(4):
        parts = pick.split(url)
        inner = [value for name, value in parse_qsl(parts.query) if name.lower() in _TARGETS.split()]
        onward = next((value for value in inner if value.startswith(("http://", "https://"))), "")
        if not onward:
            break
        url = onward
    parts = pick.split(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    pairs = (pair for pair in parts.query.split("&") if not _is_campaign(pair.partition("=")[0]))
    return parts._replace(query="&".join(pairs), fragment="").geturl()


def is_opaque(url: str) -> bool:
    """Whether an address is a ticket of the sender's mailer, another one in every mail, and names nothing itself."""
    parts = pick.split(url)
    words = [*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query))]
    return any(len(word) >= 40 and "-" not in word[:40].strip("-") for word in words)


def _is_campaign(name: str) -> bool:
    return name.lower().startswith(_CAMPAIGN) or name.lower() in _CAMPAIGN_NAMES


def _paper(markup: str) -> _Paper:
    paper = _Paper()
    root = tree(markup, max_chars=_MAX_CHARS)
    if root is None:
        return paper
    boxes, links, struck = [-1], [""], 0
    for node, entering in walk(root):
        if len(paper.tokens) > _MAX_TOKENS:
            break
        tag = node.tag or ""
        if tag == "-text":
            text = " ".join(node.text(deep=False).split()) if entering else ""
            if text:
                paper.write(pick.mend(text), links[-1], boxes[-1], struck=struck > 0)
            continue
        crossed = tag in ("del", "s", "strike") or bool(_STRUCK.search(node.attributes.get("style") or ""))
        if entering:
            paper.parents.append(boxes[-1])
            paper.first.append(len(paper.tokens))
            paper.end.append(len(paper.tokens))
            boxes.append(len(paper.parents) - 1)
            links.append(_href(node) if tag == "a" else links[-1])
            struck += crossed
            if tag == "img":
                paper.tokens.append(_picture(node, links[-1], boxes[-1]))
        else:
            paper.end[boxes.pop()] = len(paper.tokens)
            links.pop()
            struck -= crossed
    for box in boxes[1:]:
        paper.end[box] = len(paper.tokens)
    return paper


def _href(node: LexborNode) -> str:
    return unwrapped((node.attributes.get("href") or "").strip())


def _picture(node: LexborNode, url: str, box: int) -> _Token:
    source = (node.attributes.get("src") or "").strip()
    name = " ".join((node.attributes.get("alt") or "").split())
    return _Token(pick.mend(name), url, box, image=source if source.startswith(("http://", "https://")) else "")


def _advert(url: str, card: Sequence[_Token]) -> Advert | None:
    """The advert of one address, if its card holds a title and a price."""
    texts = [token for token in card if token.text and not token.image]
    asked = _asked(texts)
    title = _title(url, card) if asked else ""
    if asked is None or not title:
        return None
    tag, label = asked
    return Advert(
        url=url,
        title=title,
        asked=tag,
        text=" · ".join(token.text for token in texts)[:_LONGEST_TEXT],
        image=next((token.image for token in card if token.image), ""),
        bid=bool(_BID.search(label)) and not _BUY_NOW.search(label),
    )


def _in_turn(crowd: Sequence[_Token], urls: Sequence[str]) -> dict[str, Sequence[_Token]]:
    """A card for each of several links in one box: what follows a link up to the next, or precedes it from the last.

    Which of the two is told by whether a price stands before the first link.
    """
    starts: dict[str, int] = {}
    ends: dict[str, int] = {}
    for place, token in enumerate(crowd):
        starts.setdefault(token.url, place)
        ends[token.url] = place + 1
    order = sorted(urls, key=starts.__getitem__)
    if not any(token.tags for token in crowd[: starts[order[0]]]):
        until = [*(starts[url] for url in order[1:]), len(crowd)]
        return {url: crowd[starts[url] : end] for url, end in zip(order, until, strict=True)}
    since = [0, *(ends[url] for url in order[:-1])]
    return {url: crowd[start : ends[url]] for url, start in zip(order, since, strict=True)}


def _priced_box(paper: _Paper, box: int) -> int:
    """The smallest box around a link in which a price stands, -1 where there is none.

    Links that share such a box ("send a message" beside the advert) compete for its price.
    """
    while box >= 0 and not paper.has_price(box):
        box = paper.parents[box]
    return box


def _card(paper: _Paper, url: str, box: int, rivals: set[str]) -> int:
    """The largest box around a link in which no rival is linked to."""
    while (parent := paper.parents[box]) >= 0:
        if any(token.url in rivals and token.url != url for token in paper.inside(parent)):
            break
        box = parent
    return box


def _asked(texts: Sequence[_Token]) -> tuple[pricetags.Tag, str] | None:
    """The card's price, with the words before it; a price to buy at once rather than a bid, and none struck out."""
    found: list[tuple[pricetags.Tag, str]] = []
    before = ""
    for token in texts:
        if not token.struck:
            found += [(tag, f"{before} {token.text[: tag.start]}"[-40:]) for tag in token.tags]
        before = token.text
    at_once = [pair for pair in found if _BUY_NOW.search(pair[1])]
    return next(iter(at_once or found), None)


def _title(url: str, card: Sequence[_Token]) -> str:
    """What the link calls itself; else its picture's name, else the card's first words."""
    linked = [token for token in card if token.url == url]
    for tokens in ([token for token in linked if not token.image], linked, card):
        if found := next((name for token in tokens if _is_title(name := _without_price(token))), ""):
            longer = (token.text for token in card if token.image and token.text.startswith(found.rstrip(" .…")))
            return next(longer, found)[:_LONGEST_TITLE]
    return ""


def _without_price(token: _Token) -> str:
    """A text without the price in it: "RTX 3090 – 580 €" is called "RTX 3090"."""
    if not token.tags:
        return token.text
    rest = (token.text[: token.tags[0].start], token.text[token.tags[0].end :])
    return max(rest, key=len).strip(" -–—|·:,.()")


def _is_title(text: str) -> bool:
    """Whether a text may name a thing: letters, and more than a button, a badge or a date says."""
    if (
        len(text) < 3
        or text.startswith(("http://", "https://", "www."))
        or not re.search(r"[^\W\d_]", text)
        or _BUTTON.match(text)
        or _BADGE.match(text)
    ):
        return False
    return len(text.split()) > 1 or bool(re.search(r"\d", text)) or len(text) > 12
