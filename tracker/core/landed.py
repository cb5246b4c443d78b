"""What an offer costs the buyer, delivered and ready to use: every term that makes the ranking price.

    listing: price × rate + shipping + forwarder + duty + VAT + broker − VAT reclaimed = landed_usd
    card:    landed_usd ÷ cards + add-ons                                             = unit_usd

Duty is charged on price plus shipping, VAT on price plus shipping plus duty, as customs in the EU, the UK and most of
the world do (customs value CIF). What a site itself says of import charges stands in the place of both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import NamedTuple

from tracker.core.gpus import Catalogue
from tracker.core.models import Money, Offer, RawListing
from tracker.core.money import Flag, NoPrice, Rates, convert, read_price

ESTIMATED = "shipping-estimated"
"""The flag of an offer whose shipping is the buyer's own estimate."""

_INCLUDED = {
    "adapter-included": ("*adapter board*",),
    "blower": ("*shroud*", "cooler", "airflow"),
}
"""What a listing says it brings along → the needs that are met by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What it costs to bring goods from one place to another: fractions of the value, and a fee in USD.

    `origin` and `destination` are ISO 3166 countries, or `*`.
    """

    origin: str
    destination: str
    duty: Decimal = Decimal(0)
    vat: Decimal = Decimal(0)
    broker_usd: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarder:
    """An agent who buys and forwards: a fraction of the price, domestic shipping, and a price per kg, in USD."""

    countries: tuple[str, ...]
    fee: Decimal = Decimal(0)
    domestic_usd: Decimal = Decimal(0)
    per_kg_usd: Decimal = Decimal(0)
    card_kg: Decimal = Decimal("1.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """The buyer's own rules: where the card goes, what is added on the way, and what it takes to use it.

    `shipping_usd` is the estimate for offers that state no shipping, by country of origin or `*`. `addons_usd` maps
    a glob over the needs of the spec database to what meeting it costs, per card.
    """

    country: str = ""
    vat_reclaim: bool = False
    imports: tuple[Import, ...] = ()
    forwarders: tuple[Forwarder, ...] = ()
    shipping_usd: Mapping[str, Decimal] = field(default_factory=dict)
    addons_usd: Mapping[str, Decimal] = field(default_factory=dict)


# A bill is drawn up for every listing that is stored: named tuples are made in half the time of frozen dataclasses.


class Asked(NamedTuple):
    """What a listing asks: its price as printed, and what else bears on the cost.

    `shipping` is in the price's currency, None when not stated; `each` that the price is for one card of the lot;
    `charges` what the site itself says importing it costs.
    """

    price: Money
    shipping: Decimal | None
    quantity: int = 1
    each: bool = False
    country: str = ""
    needs: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    charges: Money | None = None


class Term(NamedTuple):
    """One line of the bill, in USD; `how` says how it came about, with the values `of` to be set into it."""

    name: str
    usd: Decimal
    how: str
    of: tuple[object, ...] = ()

    @property
    def note(self) -> str:
        """How it came about, in words: written out only where somebody reads it."""
        return self.how.format(*self.of)


class Landed(NamedTuple):
    """The bill: `terms` for the listing, `addons` per card; the sums are None where no rate is known.

    `rate` is USD per unit of the printed currency. `estimated` says that shipping is the buyer's own estimate.
    """

    rate: Decimal | None
    landed_usd: Decimal | None
    unit_usd: Decimal | None
    estimated: bool = False
    terms: tuple[Term, ...] = ()
    addons: tuple[Term, ...] = ()


def asked(offer: Offer, catalogue: Catalogue) -> Asked:
    """What an offer asks, with the needs of its variant; of an undecided one, what every variant needs."""
    return Asked(
        price=offer.price,
        shipping=offer.shipping,
        quantity=offer.verdict.quantity,
        each=Flag.EACH in offer.flags,
        country=offer.raw.country,
        needs=needs_of(offer.verdict.gpu, offer.verdict.variant, catalogue),
        flags=offer.flags,
        charges=charges_of(offer.raw),
    )


def charges_of(raw: RawListing) -> Money | None:
    """What the site says importing a listing costs; None where it does not say."""
    if not (printed := raw.attributes.get("importCharges")):
        return None
    stated = read_price(printed)
    return None if isinstance(stated, NoPrice) or not stated.currency else stated.money


def needs_of(family: str | None, variant: str | None, catalogue: Catalogue) -> tuple[str, ...]:
    """What it takes to use a variant, or what every variant of its family takes while it is undecided."""
    if variant and variant in catalogue.by_id:
        return catalogue.by_id[variant].needs
    each = [set(gpu.needs) for gpu in catalogue.variants(family or "")]
    return tuple(sorted(set.intersection(*each))) if each else ()


def land(wanted: Asked, rates: Rates, costs: Costs) -> Landed:
    """The bill for what a listing asks."""
    rate = _usd_per_unit(wanted.price.currency, rates)
    if rate is None:
        return Landed(rate=None, landed_usd=None, unit_usd=None)
    price, agent = _price(wanted, rate), _forwarder(wanted, costs)
    shipping, estimated = _shipping(wanted, rate, costs, agent)
    terms = [price, *shipping]
    if agent:
        terms += _forwarded(price.usd, wanted, agent)
    if charges := convert(wanted.charges, "USD", rates) if wanted.charges else None:
        terms.append(Term(name="import charges", usd=charges.amount, how="as the site states them"))
    elif rule := _import(wanted.country, costs):
        terms += _imported(price.usd + _sum(shipping), rule, costs)
    addons = tuple(_addons(wanted, costs)) if wanted.needs else ()
    landed_usd = _sum(terms)
    return Landed(
        rate=rate,
        landed_usd=landed_usd,
        unit_usd=landed_usd / wanted.quantity + _sum(addons),
        estimated=estimated,
        terms=tuple(terms),
        addons=addons,
    )


_NOTHING, _ONE = Decimal(0), Decimal(1)


def _usd_per_unit(currency: str, rates: Rates) -> Decimal | None:
    if currency == "USD":
        return _ONE
    in_usd = convert(Money(amount=_ONE, currency=currency), "USD", rates)
    return None if in_usd is None else in_usd.amount


def _sum(terms: Iterable[Term]) -> Decimal:
    return sum([term.usd for term in terms], _NOTHING)


def _price(wanted: Asked, rate: Decimal) -> Term:
    cards = wanted.quantity if wanted.each else 1
    each = f" × {cards} cards" if cards > 1 else ""
    amount, currency = wanted.price.amount, wanted.price.currency
    return Term(name="price", usd=amount * cards * rate, how="{} {}{} at {:.6g} USD", of=(amount, currency, each, rate))


def _shipping(wanted: Asked, rate: Decimal, costs: Costs, agent: Forwarder | None) -> tuple[tuple[Term, ...], bool]:
    if wanted.shipping is not None:
        stated = (wanted.shipping, wanted.price.currency)
        return (Term(name="shipping", usd=wanted.shipping * rate, how="{} {}, as stated", of=stated),), False
    estimate = costs.shipping_usd.get(wanted.country, costs.shipping_usd.get("*"))
    if estimate is None or agent:
        return (), False
    return (Term(name="shipping", usd=estimate, how="not stated: your estimate"),), True


def _forwarder(wanted: Asked, costs: Costs) -> Forwarder | None:
    if not wanted.country or wanted.country == costs.country:
        return None
    return next((one for one in costs.forwarders if wanted.country in one.countries), None)


def _forwarded(price_usd: Decimal, wanted: Asked, agent: Forwarder) -> Iterable[Term]:
    weight = agent.card_kg * wanted.quantity
    yield Term(name="forwarder's fee", usd=price_usd * agent.fee, how="{:.1%} of the price", of=(agent.fee,))
    yield Term(name="domestic shipping", usd=agent.domestic_usd, how="within {}", of=(wanted.country,))
    forwarded = (weight, agent.per_kg_usd)
    yield Term(name="forwarding", usd=agent.per_kg_usd * weight, how="{} kg at {} USD", of=forwarded)


def _imported(value_usd: Decimal, rule: Import, costs: Costs) -> Iterable[Term]:
    duty_usd = value_usd * rule.duty
    way = f"{rule.origin} → {rule.destination}"
    if rule.duty:
        yield Term(name="duty", usd=duty_usd, how="{:.1%} of price and shipping, {}", of=(rule.duty, way))
    if rule.vat and costs.vat_reclaim:
        yield Term(name="VAT", usd=_NOTHING, how="{:.1%}, reclaimed", of=(rule.vat,))
    elif rule.vat:
        yield Term(name="VAT", usd=(value_usd + duty_usd) * rule.vat, how="{:.1%}, {}", of=(rule.vat, way))
    if rule.broker_usd:
        yield Term(name="broker", usd=rule.broker_usd, how="{}", of=(way,))


def _import(origin: str, costs: Costs) -> Import | None:
    """The rule that names both ends most exactly; none for what does not cross a border, or from an unknown place."""
    if not costs.imports or not origin or origin == costs.country:
        return None
    fitting: Sequence[Import] = [
        rule for rule in costs.imports if rule.origin in (origin, "*") and rule.destination in (costs.country, "*")
    ]
    return max(fitting, key=lambda rule: (rule.origin != "*", rule.destination != "*"), default=None)


def _addons(wanted: Asked, costs: Costs) -> Iterable[Term]:
    met = [glob for flag in wanted.flags for glob in _INCLUDED.get(flag, ())]
    for need in wanted.needs:
        price = next((usd for glob, usd in costs.addons_usd.items() if fnmatchcase(need, glob.lower())), None)
        if price is not None and not any(fnmatchcase(need, glob) for glob in met):
            yield Term(name="add-on", usd=price, how="{}", of=(need,))
