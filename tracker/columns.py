"""Offers and cards as the columns people read, in the currency they think in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tracker.core.errors import ConfigError
from tracker.core.metrics import METRICS, Metric
from tracker.output import near

if TYPE_CHECKING:
    from decimal import Decimal

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The currency (ISO 4217) people read, and what one US dollar is in it."""

    currency: str
    per_usd: float

    def of(self, usd: float | None) -> str:
        """An amount in US dollars as people read it; nothing for the unknown."""
        return "" if usd is None else f"{usd * self.per_usd:,.2f}"

    def of_metric(self, metric: Metric, value: float | None) -> str:
        """A metric's value as people read it; one that is no money stays as it is."""
        if value is None:
            return ""
        amount = value * self.per_usd if metric.unit.startswith("USD") else value
        return f"{amount:,.2f}" if abs(amount) >= 1 else f"{amount:,.4f}"


Columns = Callable[[Row, str, Shown], dict[str, str]]


def shown_in(currency: str, usd_per_unit: "Mapping[str, Decimal]") -> Shown:
    """The currency as it is shown; raises ConfigError where there is no rate for it."""
    code = currency.upper()
    usd = usd_per_unit.get(code)
    if usd is None:
        raise ConfigError(f"there is no exchange rate for {code!r}{near(code, usd_per_unit)}")
    return Shown(currency=code, per_usd=float(1 / usd))


def with_currency(row: Row, metric: str, shown: Shown) -> dict[str, Any]:
    """A flat row for programs, with what it ranks by and the price of a card in the currency that was asked for."""
    value, unit = row.get("value", row.get(metric)), row.get("unit_usd", row.get("min_usd"))
    is_money = METRICS[metric].unit.startswith("USD")
    return {
        **row,
        "shown_currency": shown.currency,
        "shown_value": None if value is None else round(value * (shown.per_usd if is_money else 1), 4),
        "shown_price": None if unit is None else round(unit * shown.per_usd, 2),
    }


def legend(metric: Metric, shown: Shown) -> str:
    """What the numbers of a report mean, in one line."""
    unit = metric.unit.replace("USD", shown.currency)
    return (
        f"{metric.name} ({unit}): {metric.help.replace('US dollars', shown.currency)} By the landed price per card; "
        "~ shipping is not stated and not included; + the card needs more parts to run (tracker gpus show; [addons] "
        "in tracker.toml counts them); market is the distance from what its like cost, ! has a risk to read first. "
        "tracker explain LISTING shows the bill, the risks and the address."
    )


def people_read(rows: Sequence[Row], columns: Columns, metric: str, shown: Shown) -> list[dict[str, str]]:
    """Rows as the columns people read; where an offer may not be true any more, it says so."""
    made = [columns(row, metric, shown) for row in rows]
    if not any(row["stale"] for row in rows):
        return made
    return [{**one, "stale": row["stale"]} for one, row in zip(made, rows, strict=True)]


def offer_columns(row: Row, metric: str, shown: Shown) -> dict[str, str]:
    """One offer as the columns people read."""
    lot = f" / {row['quantity']}" if row["quantity"] > 1 else ""
    speed = {"tok/s": _speed(row)} if metric == "usd_per_tok_s" else {}
    return {
        metric: shown.of_metric(METRICS[metric], row[metric]),
        **speed,
        "card": (row["variant"] or row["gpu"]) + (" +" if row["needs"] else ""),
        "condition": row["condition"] + (" modded" if row["modded"] else ""),
        f"{shown.currency} each": ("" if row["shipping_known"] else "~") + shown.of(row["unit_usd"]),
        "market": _distance(row),
        "as printed": f"{row['price']:,.2f} {row['currency']}{lot}",
        "from": row["country"],
        "listing": str(row["listing_id"]),
        "title": " ".join(row["title"].split()),
        "link": row["url"],
    }


def _distance(row: Row) -> str:
    """How far from its like an offer is, with a mark for one that speaks against itself."""
    ratio = row["market_ratio"]
    return ("" if ratio is None else f"{ratio - 1:+.0%}") + ("!" if row["risks"] else "")


def _speed(row: Row) -> str:
    """What was measured of the bound, and the bound."""
    expected = "?" if row["expected_tok_s"] is None else f"{row['expected_tok_s']:g}"
    return "" if row["bound_tok_s"] is None else f"{expected} of {row['bound_tok_s']:g}"


def gpu_columns(row: Row, metric: str, shown: Shown) -> dict[str, str]:
    """One variant as the columns people read."""
    return {
        metric: shown.of_metric(METRICS[metric], row["value"]),
        "card": row["variant"],
        "offers": str(row["offers"]),
        f"min {shown.currency}": shown.of(row["min_usd"]),
        "p10": shown.of(row["p10_usd"]),
        "median": shown.of(row["median_usd"]),
        "30 days": "" if row["trend"] is None else f"{row['trend']:+.0%} {row['sparkline']}",
        "title": " ".join(row["title"].split()),
        "link": row["url"],
    }
