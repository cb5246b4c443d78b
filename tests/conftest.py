"""What many tests share: a home folder, a catalogue, listings in the making."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from db.engine import open_engine
from tests import postgres
from tests.shop import Shop
from tracker.assemble import Home
from tracker.core.gpus import Catalogue, catalogue
from tracker.core.identify import identifier
from tracker.core.landed import Costs
from tracker.core.models import Condition, Kind, Money, Offer, Priced, RawListing, Rejected, Verdict
from tracker.core.money import Rates
from tracker.pipeline import Tracker

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)

RATES = Rates(day=date(2026, 5, 1), usd_per_unit={"USD": Decimal(1), "EUR": Decimal("1.1"), "CNY": Decimal("0.14")})


os.environ.pop("PYTHONUNBUFFERED", None)  # what a command still holds back when it ends is part of the trial


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of recorded real data; tests that need it are skipped where there is none."""
    if not (folder := os.environ.get("TRACKER_CORPUS")):
        pytest.skip("TRACKER_CORPUS names no folder with recorded data")
    return Path(folder).resolve()


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the user's own data or settings."""
    for name in os.environ:
        if name.startswith("TRACKER_") and name != "TRACKER_CORPUS":
            monkeypatch.delenv(name)
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def known() -> Catalogue:
    """The shipped spec database."""
    return catalogue()


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL for the whole run, with the tables in a database `fresh`; skipped where none starts, but in CI."""
    try:
        with postgres.running() as started:
            open_engine(started.make("fresh")).dispose()
            yield started
    except postgres.NoServer as why:
        (pytest.fail if "CI" in os.environ else pytest.skip)(str(why))


@pytest.fixture
def postgresql(server: postgres.Server) -> Iterator[str]:
    """The address of a PostgreSQL database of this test's own, with the tables and nothing in them."""
    yield server.make("test", template="fresh")
    server.drop("test")


@pytest.fixture(scope="session")
def fresh_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that has the tables and nothing in them: to be copied."""
    path = tmp_path_factory.mktemp("fresh") / "fresh.db"
    open_engine(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, fresh_file: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty database of this test's own; what asks for it runs on both kinds, commands and all."""
    if request.param == "sqlite":
        path = shutil.copy(fresh_file, tmp_path / "test.db")
        return f"sqlite:///{path}"  # a home has a file of its own
    address = str(request.getfixturevalue("postgresql"))
    monkeypatch.setenv("TRACKER_DATABASE__URL", address)
    return address


@pytest.fixture
def make_tracker(database: str, known: Catalogue) -> Iterator[Callable[..., Tracker]]:
    """Builds trackers on a database of this test's own."""
    made: list[Tracker] = []

    def make(**parts: object) -> Tracker:
        fields: dict[str, Any] = {
            "engine": parts.get("engine") or open_engine(database),
            "catalogue": known,
            "identify": identifier(known),
            "rates": RATES,
            "costs": Costs(),
            "watches": (),
            "channels": {},
            **parts,
        }
        made.append(Tracker(**fields))
        return made[-1]

    yield make
    for tracker in made:
        tracker.engine.dispose()


def raw(site_id: str = "1", title: str = "RTX 3090 24GB", price: str = "700", **fields: object) -> RawListing:
    """A listing as a site prints it."""
    printed: dict[str, Any] = {"site": "barn", "url": f"https://barn.example/{site_id}", "currency": "USD", **fields}
    return RawListing(site_id=site_id, title=title, price=price, **printed)


def offer(
    site_id: str = "1",
    price: str = "700",
    *,
    variant: str | None = "rtx-3090-24gb",
    quantity: int = 1,
    shipping: str | None = "0",
    currency: str = "USD",
    available: bool = True,
    **fields: Any,
) -> Offer:
    """An offer as the core understands it."""
    verdict = Verdict(
        kind=Kind.CARD,
        gpu="rtx-3090",
        variant=variant,
        vram_gb=24 if variant else None,
        quantity=quantity,
        condition=Condition.USED,
        reason="said so",
    )
    return Offer(
        raw=raw(site_id, price=price, currency=currency, **fields),
        verdict=verdict,
        price=Money(amount=Decimal(price), currency=currency),
        shipping=None if shipping is None else Decimal(shipping),
        available=available,
    )


def rejected(site_id: str = "9", reason: str = "accessory") -> Rejected:
    """A listing that is no offer."""
    verdict = Verdict(kind=Kind.ACCESSORY, reason="'shroud' is an accessory")
    return Rejected(raw=raw(site_id, "fan shroud"), verdict=verdict, reason=reason, detail="'shroud' is an accessory")


def priced(listing_id: int = 1, unit_usd: str | None = "700", **fields: object) -> Priced:
    """An offer ready to be compared."""
    unit = None if unit_usd is None else Decimal(unit_usd)
    values: dict[str, object] = {
        "listing_id": listing_id,
        "site": "barn",
        "site_id": str(listing_id),
        "source": "barn-us",
        "kind": "card",
        "gpu": "rtx-3090",
        "variant": "rtx-3090-24gb",
        "title": "RTX 3090 24GB",
        "url": f"https://barn.example/{listing_id}",
        "condition": "used",
        "modded": False,
        "quantity": 1,
        "price": unit or Decimal(700),
        "currency": "USD",
        "shipping": Decimal(0),
        "landed_usd": unit,
        "unit_usd": unit,
        "vram_gb": 24,
        "spec": catalogue().by_id["rtx-3090-24gb"],
        "seller": "pat",
        "feedback_percent": 99.5,
        "feedback_count": 120,
        "country": "US",
        "best_offer": False,
        "auction": False,
        "flags": (),
        "first_seen_at": NOON,
        "last_seen_at": NOON,
        **fields,
    }
    return Priced(**values)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run of the command printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def tracker_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Runs the `tracker` command in this process."""

    def run(*words: object) -> Ran:
        from tracker.cli import main

        monkeypatch.setattr("sys.argv", ["tracker", *(str(word) for word in words)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return run


@pytest.fixture
def shop(httpserver: HTTPServer) -> Shop:
    """A shop on a real server."""
    return Shop(httpserver)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """The folder that `tracker` uses in this test."""
    (tmp_path / "home").mkdir()
    return Home(path=tmp_path / "home")
