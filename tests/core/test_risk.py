"""What speaks against an offer, one row a sign."""

from decimal import Decimal

import pytest

from tests.core.test_market import REFERENCE, many, worth
from tracker.core.models import Condition
from tracker.core.risk import signs

LIKE = worth(many(700, 710, 720, 730, 740))
NEIGHBOURS = worth(many(700, 710, 720, 730, 740, condition=Condition.REFURBISHED))
DATED = worth([], REFERENCE)

ROWS: list[tuple[str, dict[str, object], list[str]]] = [
    ("nothing", {}, []),
    ("a fair price", {"unit_usd": Decimal(700), "worth": LIKE}, []),
    ("a bargain", {"unit_usd": Decimal(360), "worth": LIKE}, []),
    ("far below its like", {"unit_usd": Decimal(216), "worth": LIKE}, ["too_cheap"]),
    ("far below its neighbours", {"unit_usd": Decimal(216), "worth": NEIGHBOURS}, ["suspiciously_cheap"]),
    ("far below a dated price", {"unit_usd": Decimal(216), "worth": DATED}, ["suspiciously_cheap"]),
    ("no rate for its price", {"unit_usd": None, "worth": LIKE}, []),
    ("nobody has rated the seller", {"feedback_count": 0, "feedback_percent": 0.0}, ["new_seller"]),
    ("a few ratings", {"feedback_count": 9, "feedback_percent": 100.0}, ["new_seller"]),
    ("ratings enough", {"feedback_count": 10, "feedback_percent": 100.0}, []),
    ("poor ratings", {"feedback_count": 500, "feedback_percent": 91.7}, ["poor_ratings"]),
    ("a site without ratings", {"feedback_count": None, "feedback_percent": None}, []),
    ("no returns, by the title", {"flags": ("blower", "no-returns")}, ["no_returns"]),
    ("no returns, by the site", {"returns": "not accepted"}, ["no_returns"]),
    ("no returns, by both", {"flags": ("no-returns",), "returns": "not accepted"}, ["no_returns"]),
    ("returns", {"returns": "accepted, 30 day, seller pays"}, []),
    ("as is, repaired", {"flags": ("repaired", "as-is")}, ["as_is", "repaired"]),
    ("a stock photo", {"words": "RTX 3090 24GB (Stock\n Photo)"}, ["stock_photo"]),
    ("a German one", {"words": "Grafikkarte, Symbolfoto!"}, ["stock_photo"]),
    ("a Chinese one", {"words": "RTX 3090 24G 网图仅供参考"}, ["stock_photo"]),
    ("stock, but no photo of it", {"words": "In stock. Photos show the card you get."}, []),
    ("stock photography is no stock photo of this", {"words": "restock photos soon"}, []),
    ("pay me elsewhere", {"words": "PayPal Friends & Family or Zelle"}, ["off_site_payment"]),
    ("all at once", {"unit_usd": Decimal(1), "worth": LIKE, "feedback_count": 1}, ["too_cheap", "new_seller"]),
]


@pytest.mark.parametrize(("facts", "names"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_signs(facts: dict[str, object], names: list[str]) -> None:
    found = signs(**{"unit_usd": None, "worth": None, **facts})  # type: ignore[arg-type]
    assert [sign.name for sign in found] == names


def test_the_ratio_is_told() -> None:
    [sign] = signs(unit_usd=Decimal(216), worth=LIKE)
    assert sign.said == "asks 30% of what 5 sellers ask (720 USD)"
