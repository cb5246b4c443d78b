"""tracker.toml and the environment as one frozen Config, or a ConfigError that lists every mistake."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

import alerts
import scrapers.sites
from alerts.base import Channel
from scrapers import mail
from scrapers.base import Scraper
from scrapers.canary import canary_options
from scrapers.platforms import css, ebay_api
from scrapers.sites import feed, pages, product
from tracker.core.errors import ConfigError
from tracker.core.landed import Costs, Forwarder, Import
from tracker.core.metrics import DEFAULTS, Basis
from tracker.core.money.currencies import KNOWN, USUAL
from tracker.core.rules import Watch
from tracker.masking import masked
from tracker.mistakes import mistakes
from tracker.operating_tables import DaemonTable, KeepTable
from tracker.output import near
from tracker.pacing import known_zone
from tracker.setting import Duration, NotNegative, Table, Words
from tracker.watch_tables import WatchTable


def known_currency(code: str) -> str:
    """The code of a currency that exists, or "" for none; raises ValueError for any other."""
    if code and code not in KNOWN:
        raise ValueError(f"{code!r} is no currency of ISO 4217{near(code, USUAL)}")
    return code


class BuyerTable(Table):
    """Who buys: where the card must go, and the currency reports are read in."""

    country: str = Field(default="US", pattern=r"^[A-Z]{2}$")
    postcode: str = ""
    currency: Annotated[str, AfterValidator(known_currency)] = Field(default="USD", pattern=r"^[A-Z]{3}$")
    vat_reclaim: bool = False
    time_zone: Annotated[str, AfterValidator(known_zone)] = ""


class ImportTable(Table):
    """What it costs to bring goods `from` one country `to` another (`*` for any): fractions, and a fee in USD."""

    origin: str = Field(alias="from", pattern=r"^([A-Z]{2}|\*)$")
    destination: str = Field(default="*", alias="to", pattern=r"^([A-Z]{2}|\*)$")
    duty: Decimal = Field(default=Decimal(0), ge=0, lt=1)
    vat: Decimal = Field(default=Decimal(0), ge=0, lt=1)
    broker_usd: Decimal = Field(default=Decimal(0), ge=0)


class ForwarderTable(Table):
    """An agent who buys in some countries and forwards: a fraction of the price, and what the way costs in USD."""

    countries: Words
    fee: Decimal = Field(default=Decimal(0), ge=0, lt=1)
    domestic_usd: Decimal = Field(default=Decimal(0), ge=0)
    per_kg_usd: Decimal = Field(default=Decimal(0), ge=0)
    card_kg: Decimal = Field(default=Decimal("1.5"), gt=0)


class RulesTable(Table):
    """What is added to a printed price on its way to the buyer; `shipping_usd` is by country of origin, `*` for any."""

    shipping_usd: dict[str, NotNegative] = Field(default={})
    imports: tuple[ImportTable, ...] = ()
    forwarders: tuple[ForwarderTable, ...] = ()


class UseTable(Table):
    """How cards will be used, for the metrics that reckon with it: the tariff, the load, the years, the resale."""

    usd_per_kwh: NotNegative = DEFAULTS.usd_per_kwh
    duty_cycle: Decimal = Field(default=DEFAULTS.duty_cycle, ge=0, le=1)
    years: Decimal = Field(default=DEFAULTS.years, gt=0)
    resale: Decimal = Field(default=DEFAULTS.resale, ge=0, lt=1)
    model_gb: Decimal = Field(default=DEFAULTS.model_gb, gt=0)


class FetchTable(Table):
    """How politely pages are fetched; `contact` (a URL or mail address) goes into the User-Agent.

    `allow_private` lets sources on this machine or the local network be visited; elsewhere it stays off.
    """

    contact: str = ""
    delay_s: float | None = Field(default=None, ge=0)
    timeout_s: float = Field(default=30, gt=0)
    max_pages: int = Field(default=200, gt=0)
    allow_private: bool = False


class DatabaseTable(Table):
    """Where the data lives; empty for a SQLite file in the home folder."""

    url: str = ""


class ClusterTable(Table):
    """How workers on PostgreSQL keep time, in seconds: for what is due, for the next job, for a sign of life.

    A worker without a sign of life for `dead_after_s` is dead: what it was at is done again by another.
    """

    tick_s: int = Field(default=5, ge=1, le=30)
    poll_s: float = Field(default=0.5, gt=0, le=60)
    heartbeat_s: float = Field(default=10, gt=0, le=600)
    dead_after_s: int = Field(default=45, ge=2, le=3600)


class WebTable(Table):
    """Where the pages are served, who may read them, and the token that opens POST /api/ingest/SITE (none closes it).

    Tokens may be given as their hashes. `allowed_hosts` are names the pages answer to beside those of this machine;
    `public_url` is where your phone reaches the pages: with it, messages have links that take your word on a listing.
    `trusted_proxies` are addresses or networks whose word is taken on who asks (`user_header`) and from where.
    `trusted_proxies` are addresses or networks whose word is taken on who asks (`user_header`) and from where. The
    daemon serves them too where they are `enabled`.
    """

    enabled: bool = False
    host: str = "127.0.0.1"
    port: int = Field(default=8737, ge=1, le=65535)
    ingest_token: SecretStr = SecretStr("")
    read_token: SecretStr = SecretStr("")
    allowed_hosts: Words = ()
    trusted_proxies: Words = ()
    user_header: str = Field(default="", pattern=r"^[A-Za-z0-9-]*$")
    prefix: str = Field(default="", pattern=r"^(/[A-Za-z0-9._~-]+)*$")
    public_url: str = Field(default="", pattern=r"^(https?://[A-Za-z0-9.:\[\]_-]+(/[A-Za-z0-9._~-]+)*/?)?$")


class OwnerTable(Table):
    """Who runs the tracker: the channels that are told when a source breaks, and when it works again."""

    notify: Words = ("console",)


class SourceTable(BaseModel):
    """One thing to visit; what it may say beyond these is the site's own options."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    site: str
    enabled: bool = True
    every: Duration | None = None
    sweep_every: Duration | None = None
    keep: Duration | None = None
    currency: Annotated[str, AfterValidator(known_currency)] = Field(default="", pattern=r"^([A-Z]{3})?$")
    canary: str = ""

    @property
    def options(self) -> dict[str, str]:
        """The site's own options, as strings."""
        return {name: str(value) for name, value in (self.model_extra or {}).items()}


class Config(BaseSettings):
    """Everything the user may set; each table can also come from TRACKER_<TABLE>__<KEY> in the environment."""

    model_config = SettingsConfigDict(
        env_prefix="TRACKER_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    buyer: BuyerTable = BuyerTable()
    owner: OwnerTable = OwnerTable()
    rules: RulesTable = RulesTable()
    addons: dict[str, NotNegative] = {}
    use: UseTable = UseTable()
    fetch: FetchTable = FetchTable()
    database: DatabaseTable = DatabaseTable()
    cluster: ClusterTable = ClusterTable()
    web: WebTable = WebTable()
    daemon: DaemonTable = DaemonTable()
    keep: KeepTable = KeepTable()
    sources: dict[str, SourceTable] = {}
    watches: dict[str, WatchTable] = {}
    channels: dict[str, dict[str, Any]] = {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  (the signature is pydantic's)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return env_settings, init_settings

    @cached_property
    def costs(self) -> Costs:
        """What the buyer adds to a printed price, as the core knows it."""
        return Costs(
            country=self.buyer.country,
            vat_reclaim=self.buyer.vat_reclaim,
            imports=tuple(Import(**table.model_dump()) for table in self.rules.imports),
            forwarders=tuple(Forwarder(**table.model_dump()) for table in self.rules.forwarders),
            shipping_usd=self.rules.shipping_usd,
            addons_usd=self.addons,
        )

    @cached_property
    def basis(self) -> Basis:
        """What metrics are computed with beside price and spec, as the core knows it."""
        return Basis(**self.use.model_dump())

    @cached_property
    def asked(self) -> tuple[Watch, ...]:
        """The watches as the core knows them, in file order."""
        return tuple(watch.watch(name, self.basis) for name, watch in self.watches.items())


def read_config(file: Path) -> Config:
    """Read the file (an absent one says nothing) and the environment; raises ConfigError listing every mistake."""
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not TOML: {error}") from error
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from error
    try:
        config = Config(**_with_tables(written))
    except ValidationError as error:
        raise ConfigError(
            *(f"{file.name}: {mistake}" for mistake in mistakes(error, known=Config.model_fields))
        ) from error
    if found := [*_source_mistakes(config), *_channel_mistakes(config), *_watch_mistakes(config)]:
        raise ConfigError(*(f"{file.name}: {mistake}" for mistake in found))
    return config


def _with_tables(written: dict[str, Any]) -> dict[str, Any]:
    """The settings with each `[[pages]]` and `[[products]]` table as the source it is.

    Raises ConfigError for two of one name.
    """
    if not isinstance(written.get("sources", {}), dict):
        return written
    found = dict(written.get("sources", {}))
    try:
        for kind, tables in (("pages", written.pop("pages", [])), ("products", written.pop("products", []))):
            named = pages.sources(tables) if kind == "pages" else product.sources(tables)
            for name in named.keys() & found.keys():
                raise ConfigError(f"tracker.toml: [[{kind}]] names {name!r}, and so does another source")
            found |= named
    except (ValueError, AttributeError, TypeError) as error:
        raise ConfigError(f"tracker.toml: {error}") from error
    return {**written, "sources": found} if found else written


def _source_mistakes(config: Config) -> Iterator[str]:
    for name, source in config.sources.items():
        try:
            scraper = scrapers.sites.load(source.site)
        except KeyError:
            yield f"sources.{name}: unknown site {source.site!r}{near(source.site, scrapers.sites.names())}"
            continue
        yield from (f"sources.{name}: {problem}" for problem in option_mistakes(scraper, source.options))
        if source.canary and not canary_options(scraper, source.canary):
            yield f"sources.{name}: {source.site} takes no query and no url, so it can have no canary"


_CHECKS: Mapping[str, Callable[[Mapping[str, str]], Iterable[str]]] = {
    "ebay": ebay_api.mistakes,
    "pages": css.mistakes,
    "feed": feed.mistakes,
    "mail": mail.mistakes,
}
"""What else is to be said of the options of some sites, before a visit finds out."""


def option_mistakes(scraper: Scraper, options: dict[str, str]) -> Iterator[str]:
    """What is wrong with a source's options for its site."""
    for missing in (option for option in scraper.required if not options.get(option)):
        yield f"{scraper.site} needs {missing!r}: {scraper.options.get(missing, '')}"
    if check := _CHECKS.get(scraper.site):
        yield from check(options)
    for unknown in sorted(options.keys() - scraper.options.keys()):
        yield f"{unknown!r} is no option of {scraper.site}{near(unknown, scraper.options)}"


def _channel_mistakes(config: Config) -> Iterator[str]:
    for name, table in config.channels.items():
        kind = str(table.get("type", ""))
        if kind not in alerts.names():
            yield f"channels.{name}: unknown type {kind!r}{near(kind, alerts.names())}"
            continue
        try:
            alerts.load(kind).model_validate(table)
        except ValidationError as error:
            yield from mistakes(error, "channels", name)


def _watch_mistakes(config: Config) -> Iterator[str]:
    channels = {"console", *config.channels}
    for channel in sorted(set(config.owner.notify) - channels):
        yield f"owner: unknown channel {channel!r}{near(channel, channels)}"
    for name, watch in config.watches.items():
        for channel in sorted(set(watch.notify) - channels):
            yield f"watches.{name}: unknown channel {channel!r}{near(channel, channels)}"


def channels_of(config: Config) -> dict[str, Channel]:
    """The configured channels by name, and the console that is always there."""
    tables = {"console": {"type": "console"}, **config.channels}
    return {name: alerts.load(table["type"]).model_validate(table) for name, table in tables.items()}


def settings(config: Config, database_url: str) -> Iterator[tuple[str, str]]:
    """Every setting in force with its value, secrets masked."""
    from sqlalchemy import make_url

    yield from _flat("buyer", config.buyer.model_dump())
    yield from _flat("owner", config.owner.model_dump())
    yield from _flat("rules", config.rules.model_dump(by_alias=True))
    yield from _flat("addons", config.addons)
    yield from _flat("use", config.use.model_dump())
    yield from _flat("fetch", config.fetch.model_dump())
    yield from _flat("web", config.web.model_dump())
    yield from _flat("daemon", config.daemon.model_dump())
    yield from _flat("keep", config.keep.model_dump(exclude_none=True))
    yield "database.url", make_url(database_url).render_as_string(hide_password=True)
    for name, source in config.sources.items():
        yield from _flat(f"sources.{name}", source.model_dump(exclude_none=True))
    for name, watch in config.watches.items():
        yield from _flat(f"watches.{name}", watch.model_dump())
    for name, channel in channels_of(config).items():
        yield from _flat(f"channels.{name}", channel.shown())


def _flat(prefix: str, values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        said = ", ".join(str(one) for one in value) if isinstance(value, tuple | list) else str(value)
        yield f"{prefix}.{name}", masked(name, said)
