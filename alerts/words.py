"""One offer of an alert in words, each fact a line that any channel can lay out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.core.bargain import suggested
from tracker.core.landed import ESTIMATED

Facts = Mapping[str, Any]

LONGEST_TITLE = 200
LONGEST_URL = 2000

_CONDITIONS = {"for_parts": "for parts", "open_box": "open box", "unknown": "condition not stated"}

_FLAGS = {"range": "lowest of several prices", "from": "a price “from”", "ex_vat": "price without VAT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One offer in words; what there is nothing to say of is empty. `links` take the user's word, by what it is."""

    name: str
    value: str
    why: tuple[str, ...]
    price: str
    worth: str
    offer: str
    state: str
    risks: tuple[str, ...]
    ended: str
    title: str
    url: str
    links: Mapping[str, str]

    @property
    def is_web(self) -> bool:
        """Whether the address is one to open in a browser."""
        return self.url.startswith(("https://", "http://"))


def said_of(offer: Facts, alert: Facts) -> Said:
    """What is to be said of one offer of an alert."""
    return Said(
        name=name_of(offer),
        value=value_of(offer["value"], alert),
        why=tuple(_why(offer, alert)),
        price=_price(offer),
        worth=_worth(offer),
        offer=_offer(offer),
        state=_state(offer),
        risks=tuple(_risks(offer)),
        ended=_ended(offer),
        title=one_line(offer["title"], LONGEST_TITLE),
        url=one_line(offer["url"], LONGEST_URL),
        links=offer.get("links") or {},
    )


def one_line(text: str, longest: int) -> str:
    """The text as one line of at most so many characters, without what could steer a terminal or turn its reading."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text[: 4 * longest]).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def name_of(offer: Facts) -> str:
    """What is sold, in a word."""
    if offer["variant"]:
        return str(offer["variant"])
    size = "memory not stated" if offer["vram_gb"] is None else f"{offer['vram_gb']:g} GB"
    return f"{offer['gpu']} ({size})"


def value_of(value: float | None, alert: Facts) -> str:
    """A value of the watch's metric, with its unit."""
    return "value unknown" if value is None else f"{value:,.2f} {alert['unit']}"


def money(offer: Facts) -> str:
    """The price as printed, and for a lot what one card comes to."""
    each = f", {offer['unit_usd']:,.2f} USD each" if offer["quantity"] > 1 and offer["unit_usd"] is not None else ""
    return f"{offer['price']:,.2f} {offer['currency']}{each}"


def _why(offer: Facts, alert: Facts) -> Iterator[str]:
    reasons = offer.get("reasons") or ()
    yield from (f"why: {one_line(reason['said'], LONGEST_TITLE)}" for reason in reasons)
    if not reasons and alert.get("below") is not None:
        yield f"why: you asked for below {value_of(alert['below'], alert)}"


def _price(offer: Facts) -> str:
    shipping = f"+ {offer['shipping']:,.2f} shipping" if offer["shipping_known"] else "excl. shipping (not stated)"
    if not offer["shipping_known"] and ESTIMATED in offer["flags"].split():
        shipping = "+ shipping (estimated)"
    lot = f"lot of {offer['quantity']}, " if offer["quantity"] > 1 else ""
    was = f", was {offer['was_usd']:,.2f} USD" if offer.get("was_usd") is not None else ""
    landed = "no exchange rate" if offer["landed_usd"] is None else f"{offer['landed_usd']:,.2f} USD landed"
    return f"{lot}{money(offer)} {shipping} = {landed}{was}"


def _worth(offer: Facts) -> str:
    worth = offer.get("baseline")
    if not worth or not worth.get("usd") or offer["unit_usd"] is None:
        return ""
    share = offer["unit_usd"] / worth["usd"] - 1
    side = f"{abs(share):.0%} {'below' if share < 0 else 'above'}" if abs(share) >= 0.005 else "at"
    return f"{side} what it is worth: {worth['usd']:,.0f} USD ({one_line(str(worth.get('basis', '')), 120)})"


def _offer(offer: Facts) -> str:
    if not offer["best_offer"]:
        return ""
    p10 = (offer.get("baseline") or {}).get("p10")
    price = suggested(offer["price"], unit_usd=offer["unit_usd"], p10_usd=p10)
    return "takes offers" if price is None else f"takes offers: try {price:,.0f} {offer['currency']}"


def _state(offer: Facts) -> str:
    seller = f"seller {offer['feedback_percent']:g} % of {offer['feedback_count']}" if _rated(offer) else ""
    flags = offer["flags"].split()
    words = (
        _CONDITIONS.get(offer["condition"], offer["condition"]),
        "modded memory" if offer["modded"] else "",
        f"in {one_line(offer['country'], 40)}" if offer["country"] else "",
        seller,
        *(said for flag, said in _FLAGS.items() if flag in flags),
    )
    return " · ".join(word for word in words if word)


def _rated(offer: Facts) -> bool:
    return offer["feedback_percent"] is not None and offer["feedback_count"] is not None


def _risks(offer: Facts) -> Iterator[str]:
    yield from (one_line(sign["said"], LONGEST_TITLE) for sign in offer.get("signs") or ())
    yield from (f"unverified: {one_line(doubt, LONGEST_TITLE)}" for doubt in offer.get("doubts") or ())


def _ended(offer: Facts) -> str:
    if offer.get("state") == "ended":
        since = f" ({offer['ended_at'][:16].replace('T', ' ')} UTC)" if offer.get("ended_at") else ""
        return f"HAS ENDED meanwhile{since}: it can no longer be bought"
    if offer.get("state") == "repriced" and offer.get("price_now") is not None:
        return f"asks {offer['price_now']:,.2f} {offer['currency']} now"
    return ""
