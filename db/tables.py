"""The tables: wide rows change rarely, what changes at every visit is narrow, and history keeps changes only.

Instants are UTC, stored as integer milliseconds; amounts are Decimal in code, stored as integer hundredths.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime as integer milliseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """Store an aware datetime; a naive one is an error, never a guess."""
        return None if value is None else (value - EPOCH) // MILLISECOND

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        """Read the datetime back, in UTC."""
        return None if value is None else EPOCH + value * MILLISECOND


class Hundredths(TypeDecorator[Decimal]):
    """A Decimal amount as an integer number of hundredths, rounded half to even."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _dialect: Dialect) -> int | None:
        """Store an amount; the third decimal is rounded away."""
        return None if value is None else round(value * 100)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> Decimal | None:
        """Read the amount back with two decimals."""
        return None if value is None else Decimal(value).scaleb(-2)


class Exact(TypeDecorator[Decimal]):
    """A Decimal kept digit by digit, as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _dialect: Dialect) -> str | None:
        """Store every digit."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Decimal | None:
        """Read every digit back."""
        return None if value is None else Decimal(value)


def _key(**extra: Any) -> Any:
    return Field(default=None, primary_key=True, **extra)


BIG_KEY = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up only where the type is exactly INTEGER


class Source(SQLModel, table=True):
    """A configured source and where it stands: when to visit next, who is at it, how it fares.

    While it is broken, `broken_since` and `broken_mode` say since when and in which rhythm, `told_at` when its owner
    was told.
    """

    id: int | None = _key()
    name: str = Field(unique=True)
    site: str
    state: str = "new"
    message: str = ""
    failures: int = 0
    broken_since: datetime | None = Field(default=None, sa_type=Instant)
    broken_mode: str = Field(default="", sa_column_kwargs={"server_default": ""})
    told_at: datetime | None = Field(default=None, sa_type=Instant)
    next_visit_at: datetime | None = Field(default=None, sa_type=Instant)
    next_sweep_at: datetime | None = Field(default=None, sa_type=Instant)
    claimed_until: datetime | None = Field(default=None, sa_type=Instant)
    claimed_by: str | None = None
    last_visit_at: datetime | None = Field(default=None, sa_type=Instant)
    last_ok_at: datetime | None = Field(default=None, sa_type=Instant)
    complete_at: datetime | None = Field(default=None, sa_type=Instant)


class Visit(SQLModel, table=True):
    """One visit to a source: what it read and what came of it."""

    __table_args__ = (Index("visit_by_source", "source_id", "started_at"),)

    id: int | None = _key(sa_type=BIG_KEY)
    source_id: int = Field(foreign_key="source.id")
    mode: str
    started_at: datetime = Field(sa_type=Instant)
    ended_at: datetime = Field(sa_type=Instant)
    outcome: str
    message: str = ""
    pages: int = 0
    listings: int = 0
    offers: int = 0
    rejected: int = 0
    new: int = 0
    changed: int = 0
    ended: int = 0


class Past(SQLModel, table=True):
    """What a believed visit showed, in numbers (JSON): the last few of each source and mode."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    source_id: int = Field(sa_column_args=[ForeignKey("source.id")], primary_key=True)
    mode: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant, primary_key=True)
    measures: str


class Quarantine(SQLModel, table=True):
    """A visit that is not believed: its numbers, why, and the listings kept out of the book (JSON, not all of them).

    `since` is when it began, `agreeing` how many visits have shown the same since, `held` how many listings are kept
    out.
    """

    source_id: int = Field(sa_column_args=[ForeignKey("source.id")], primary_key=True)
    mode: str = Field(primary_key=True)
    since: datetime = Field(sa_type=Instant)
    at: datetime = Field(sa_type=Instant)
    agreeing: int = 0
    held: int = 0
    measures: str
    doubts: str
    listings: str


class Listing(SQLModel, table=True):
    """One entry on a site: what it printed (`raw`), what we made of it, and its price today.

    `on_offer` is true for what can be bought now as far as we know; `digest` tells whether anything but its
    presence has changed since it was written. `rejected` holds the reason of what is no offer. `ended_how` is how we
    know that it cannot be bought any more: `said` by the site, `missed` by two complete walks, `probed`, or `aged`.
    Its price, shipping and availability stand since `priced_at`; if that is null, since it was first seen.
    `another_since` is since when it sells another thing than at first: what it asked before is no price of this.
    `group_id` is the entry that it is a part of, where a page always shows all its parts; "" elsewhere.
    """

    __table_args__ = (
        UniqueConstraint("site", "site_id"),
        Index(
            "listing_on_offer",
            "variant",
            "on_offer",  # always true here, yet SQLite before 3.43 looks into the wide row for what is not in the index
            "auction",
            "unit_usd",
            "condition",  # so that daily prices of a condition never touch the wide row
            sqlite_where=text("on_offer = 1 AND auction = 0"),  # the very words SQLAlchemy asks SQLite with
            postgresql_where=text("on_offer AND NOT auction"),
        ),
        Index(
            "listing_gone",
            "variant",
            "ended_at",
            sqlite_where=text("on_offer = 0 AND auction = 0 AND rejected IS NULL"),
            postgresql_where=text("NOT on_offer AND NOT auction AND rejected IS NULL"),
        ),
        Index(
            "listing_of_group",
            "site",
            "group_id",
            sqlite_where=text("group_id <> ''"),
            postgresql_where=text("group_id <> ''"),
        ),
        Index(
            "listing_auction",
            "ends_at",
            sqlite_where=text("on_offer = 1 AND auction = 1"),
            postgresql_where=text("on_offer AND auction"),
        ),
        Index(
            "listing_rejected",
            "rejected",
            sqlite_where=text("rejected IS NOT NULL"),
            postgresql_where=text("rejected IS NOT NULL"),
        ),
    )

    id: int | None = _key(sa_type=BIG_KEY)
    site: str
    site_id: str
    source_id: int = Field(foreign_key="source.id")
    url: str
    title: str
    raw: str
    digest: int = Field(sa_type=BigInteger)
    kind: str
    gpu: str | None = None
    variant: str | None = None
    vram_gb: float | None = None
    quantity: int = 1
    modded: bool = False
    form: str | None = None
    condition: str = "unknown"
    flags: str = ""
    reason: str = ""
    rejected: str | None = None
    price: Decimal | None = Field(default=None, sa_type=Hundredths)
    currency: str = ""
    shipping: Decimal | None = Field(default=None, sa_type=Hundredths)
    rate: Decimal | None = Field(default=None, sa_type=Exact)
    landed_usd: Decimal | None = Field(default=None, sa_type=Hundredths)
    unit_usd: Decimal | None = Field(default=None, sa_type=Hundredths)
    on_offer: bool = False
    group_id: str = Field(default="", sa_column_kwargs={"server_default": ""})
    seller: str = ""
    feedback_percent: float | None = None
    feedback_count: int | None = None
    country: str = ""
    best_offer: bool = False
    auction: bool = False
    listed_at: datetime | None = Field(default=None, sa_type=Instant)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
    first_seen_at: datetime = Field(sa_type=Instant)
    another_since: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    priced_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_how: str = Field(default="", sa_column_kwargs={"server_default": ""})


class Presence(SQLModel, table=True):
    """When a source last showed a listing: the only row that every visit touches."""

    __table_args__ = (Index("presence_by_listing", "listing_id"), {"sqlite_with_rowid": False})

    source_id: int = Field(sa_column_args=[ForeignKey("source.id")], primary_key=True)
    listing_id: int = Field(sa_column_args=[ForeignKey("listing.id")], sa_type=BigInteger, primary_key=True)
    seen_at: datetime = Field(sa_type=Instant)


class PricePoint(SQLModel, table=True):
    """A listing's price from `at` on, until the next one; written once it is over: `points.py` tells of all of them."""

    __tablename__ = "price"
    __table_args__ = ({"sqlite_with_rowid": False},)

    listing_id: int = Field(sa_column_args=[ForeignKey("listing.id")], sa_type=BigInteger, primary_key=True)
    at: datetime = Field(sa_type=Instant, primary_key=True)
    price: Decimal = Field(sa_type=Hundredths)
    currency: str
    shipping: Decimal | None = Field(default=None, sa_type=Hundredths)
    unit_usd: Decimal | None = Field(default=None, sa_type=Hundredths)
    available: bool


class Daily(SQLModel, table=True):
    """What a variant's offers asked as a day (ISO 8601) ended, in cents of USD per card: only days that changed it.

    `condition` is a class of conditions, or `any`. A day without a row is like the last one before it; `n` 0 has no
    prices.
    """

    __table_args__ = ({"sqlite_with_rowid": False},)

    condition: str = Field(primary_key=True)
    variant: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    n: int
    min_cents: int | None = Field(default=None, sa_type=BigInteger)
    p10_cents: int | None = Field(default=None, sa_type=BigInteger)
    median_cents: int | None = Field(default=None, sa_type=BigInteger)
    p90_cents: int | None = Field(default=None, sa_type=BigInteger)


class ReferencePrice(SQLModel, table=True):
    """What somebody else's series says a variant cost on a day (ISO 8601): as printed, and in cents of USD."""

    __tablename__ = "reference"
    __table_args__ = ({"sqlite_with_rowid": False},)

    variant: str = Field(primary_key=True)
    condition: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    price: Decimal = Field(sa_type=Hundredths)
    currency: str
    usd_cents: int = Field(sa_type=BigInteger)


class PageMemory(SQLModel, table=True):
    """What a page said when it was last read whole, so that its server can be asked whether it still does."""

    __tablename__ = "page_memory"

    source_id: int = Field(sa_column_args=[ForeignKey("source.id")], primary_key=True)
    mode: str = Field(primary_key=True)
    url: str = Field(primary_key=True)
    remembered: str
    read_at: datetime = Field(sa_type=Instant)


class Rate(SQLModel, table=True):
    """What one unit of a currency is worth in USD, as of a day (ISO 8601): only the newest is kept."""

    currency: str = Field(primary_key=True)
    usd: Decimal = Field(sa_type=Exact)
    day: str


class Quota(SQLModel, table=True):
    """Calls made to a site on one day (UTC, ISO 8601), over all its sources."""

    site: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    calls: int = 0


class Note(SQLModel, table=True):
    """One fact about the database itself, such as what its landed prices rest on."""

    name: str = Field(primary_key=True)
    value: str


class WatchState(SQLModel, table=True):
    """The watch as it was last evaluated over everything on offer; an edited one has another fingerprint."""

    __tablename__ = "watch"

    name: str = Field(primary_key=True)
    fingerprint: str
    since: datetime = Field(sa_type=Instant)


class Alert(SQLModel, table=True):
    """One thing worth saying, with everything a message needs in `payload` (JSON)."""

    id: int | None = _key(sa_type=BIG_KEY)
    key: str = Field(unique=True)
    kind: str
    watch: str
    payload: str
    created_at: datetime = Field(sa_type=Instant)


class Told(SQLModel, table=True):
    """When a watch last spoke of a listing, and at which unit price (0: no rate was known).

    `rules` (JSON) says the same of each rule: the price in cents, when it was told, and when it last held true. `held`
    marks what the cool-down kept back, to be looked at again; `rules` names what by, under that word. A row of the
    first release names no rule: it was `below`.
    """

    __table_args__ = (
        Index("told_held", "listing_id", sqlite_where=text("held = 1"), postgresql_where=text("held")),
        {"sqlite_with_rowid": False},
    )

    watch: str = Field(primary_key=True)
    listing_id: int = Field(sa_column_args=[ForeignKey("listing.id")], sa_type=BigInteger, primary_key=True)
    unit_usd: Decimal = Field(sa_type=Hundredths)
    at: datetime = Field(sa_type=Instant)
    rules: str = Field(default="{}", sa_column_kwargs={"server_default": "{}"})
    held: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class Delivery(SQLModel, table=True):
    """An alert owed to a channel: `owed` until it is `sent`, `failed` for good, or `dropped` as no longer wanted.

    `message` is the key of the message that carries it, from the first attempt on; several may leave in one.
    """

    __table_args__ = (
        Index(
            "delivery_owed",
            "next_try_at",
            sqlite_where=text("state = 'owed'"),
            postgresql_where=text("state = 'owed'"),
        ),
        Index("delivery_sent", "channel", "sent_at"),
    )

    alert_id: int = Field(sa_column_args=[ForeignKey("alert.id")], sa_type=BigInteger, primary_key=True)
    channel: str = Field(primary_key=True)
    state: str = "owed"
    attempts: int = 0
    next_try_at: datetime = Field(sa_type=Instant)
    claimed_until: datetime | None = Field(default=None, sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    error: str = ""
    message: str = Field(default="", sa_column_kwargs={"server_default": ""})


class ChannelState(SQLModel, table=True):
    """How a channel fares: one that fails pauses, one that refuses us is disabled until somebody mends it.

    `fingerprint` is of its settings: with others it starts afresh.
    """

    __tablename__ = "channel"
    __table_args__ = ({"sqlite_with_rowid": False},)

    name: str = Field(primary_key=True)
    fingerprint: str
    failures: int = 0
    paused_until: datetime | None = Field(default=None, sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)
    error: str = ""


class Mark(SQLModel, table=True):
    """What the user says of a listing (`dismiss`, `wrong`, `bought`, `scam`), by its id there: it outlives the row.

    `seller` is the listing's; `really` what a wrongly read one is; `about` (JSON) how it read when it was marked.
    """

    __table_args__ = ({"sqlite_with_rowid": False},)

    site: str = Field(primary_key=True)
    site_id: str = Field(primary_key=True)
    kind: str
    seller: str = ""
    really: str = ""
    about: str
    at: datetime = Field(sa_type=Instant)


class Blocked(SQLModel, table=True):
    """A seller the user wants to hear nothing of; `site` "" is every site."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    site: str = Field(primary_key=True)
    seller: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)


class Aside(SQLModel, table=True):
    """The listings that marks and blocked sellers set aside, and why: derived, so that queries stay quick."""

    listing_id: int = Field(
        sa_column_args=[ForeignKey("listing.id", ondelete="CASCADE")], sa_type=BigInteger, primary_key=True
    )
    kind: str
    at: datetime = Field(sa_type=Instant)
