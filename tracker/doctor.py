"""Checks, each → ok | warn | fail and what to do about it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from db import channels, count_queries, queries, source_queries
from db.engine import reading
from scrapers import oauth
from tracker.assemble import Home, opened, stop
from tracker.config import Config
from tracker.core.errors import ConfigError, StoreError
from tracker.core.health import HEALTHY
from tracker.core.health.advice import advice
from tracker.pipeline import Tracker, now_utc
from tracker.web.token import kept

OLD_RATES = timedelta(days=120)
LATE = 3
"""Rhythms without a visit after which a source is late."""

SHOWN_CHARS = 80
"""Of a title nobody knows, as much as this is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check: its state, what was found, and what to do about it."""

    state: Literal["ok", "warn", "fail"]
    check: str
    found: str
    advice: str = ""


def examine(home: Home) -> list[Finding]:
    """Every check, the ones that others rest on first."""
    try:
        home.ensure_begun()
        config = home.config()
    except ConfigError as error:
        advice = f"edit {home.config_file}" if home.config_file.exists() else "`tracker init`"
        return [Finding(state="fail", check="configuration", found=one, advice=advice) for one in error.mistakes]
    findings = [_configuration(home, config)]
    try:
        with opened(home, config) as tracker:
            findings += [
                Finding(state="ok", check="database", found=f"opened ({tracker.engine.dialect.name})"),
                _rates(tracker),
                *_currencies(config, tracker),
                *_ingest(config),
                *_owner(tracker),
                *_sources(config, tracker),
                *_watches(tracker),
                *_outbox(tracker),
                *_unknown_cards(tracker),
            ]
    except (StoreError, ConfigError) as error:
        findings.append(Finding(state="fail", check="database", found=str(error), advice="check database.url"))
    return findings


def _configuration(home: Home, config: Config) -> Finding:
    if not home.config_file.exists():
        advice = "`tracker init` writes one to start from"
        return Finding(state="warn", check="configuration", found=f"no {home.config_file}", advice=advice)
    found = f"{len(config.sources)} sources, {len(config.watches)} watches, {len(config.channels)} channels"
    return Finding(state="ok", check="configuration", found=found)


def _rates(tracker: Tracker) -> Finding:
    age = now_utc().date() - tracker.rates.day
    found = f"{len(tracker.rates.usd_per_unit)} currencies as of {tracker.rates.day}"
    if age > OLD_RATES:
        return Finding(state="warn", check="exchange rates", found=found, advice="update the tracker for newer rates")
    return Finding(state="ok", check="exchange rates", found=found)


def _currencies(config: Config, tracker: Tracker) -> Iterator[Finding]:
    """The currencies that the configuration names and no rate is known for."""
    named = {config.buyer.currency: "buyer.currency"}
    named |= {table.currency: f"sources.{name}.currency" for name, table in config.sources.items() if table.currency}
    for currency, setting in named.items():
        if currency not in tracker.rates.usd_per_unit:
            found = f"{setting} is {currency!r}, for which there is no exchange rate: no price in it can be compared"
            yield Finding(state="fail", check="exchange rates", found=found, advice=_RATELESS)


_RATELESS = "write another currency (three letters, such as EUR); the ECB has no rates for some, such as RUB and TWD"


def _ingest(config: Config) -> Iterator[Finding]:
    """Whether the token that opens the ingest endpoint can be used."""
    if not (secret := config.web.ingest_token.get_secret_value()):
        return
    try:
        kept(secret)
    except ConfigError as error:
        advice = "set web.ingest_token to a longer one; docs/ingest.md says how to make it"
        yield Finding(state="fail", check="ingest", found=str(error), advice=advice)


def _owner(tracker: Tracker) -> Iterator[Finding]:
    if not tracker.owner:
        found = "nobody is told when a source breaks"
        yield Finding(state="warn", check="owner", found=found, advice='set `notify = ["…"]` in [owner]')


def _sources(config: Config, tracker: Tracker) -> Iterator[Finding]:
    with reading(tracker.engine) as conn:
        known = source_queries.sources(conn)
    now = now_utc()
    keyless: dict[str, str] = {}
    refused: dict[str, str] = {}
    for name, table in config.sources.items():
        scraper = stop(config, name).scraper
        needs = scraper.needs
        if not table.enabled:
            continue
        if scraper.polling:
            refused[table.site] = scraper.polling
        if needs and oauth.missing(scraper, os.environ):
            keyless[table.site] = f"{needs.help}: {needs.id_env} and {needs.secret_env}"
            continue
        row = known.get(name, {})
        state, last_ok_at = row.get("state", "new"), row.get("last_ok_at")
        if state == "new":
            yield Finding(state="ok", check=f"source {name}", found="not visited yet")
        elif state not in HEALTHY:
            found = f"{state} since {_minute(row['broken_since'])}, last read {_minute(last_ok_at)}: {row['message']}"
            yield Finding(state="warn", check=f"source {name}", found=found, advice=advice(state, name))
        elif last_ok_at is not None and now - last_ok_at > LATE * stop(config, name).every:
            found = f"last read {_minute(last_ok_at)}, to be read every {stop(config, name).every}"
            yield Finding(state="warn", check=f"source {name}", found=found, advice="is `tracker run` running?")
        else:
            yield Finding(state="ok", check=f"source {name}", found=f"{state}, last read {_minute(last_ok_at)}")
    for site, why in refused.items():
        otherwise = "save its pages and `tracker import` them, or send them to the ingest endpoint (docs/ingest.md)"
        yield Finding(state="warn", check=f"site {site}", found=why, advice=otherwise)
    for site, help_text in keyless.items():
        count = sum(table.enabled and table.site == site for table in config.sources.values())
        found = f"{count} sources are left alone: no credentials"
        yield Finding(state="warn", check=f"site {site}", found=found, advice=help_text)


def _minute(at: datetime | None) -> str:
    return "never" if at is None else at.isoformat(timespec="minutes")


def _watches(tracker: Tracker) -> Iterator[Finding]:
    if not tracker.watches:
        advice = "add a [watches.NAME] table; `tracker init` writes three"
        yield Finding(state="warn", check="watches", found="nobody is told about anything", advice=advice)
    from tracker.core.gpus import match

    for watch in tracker.watches:
        for glob in watch.wanted.gpus:
            if not match(tracker.catalogue, glob):
                found = f"{glob!r} matches no card of the spec database"
                yield Finding(state="warn", check=f"watch {watch.name}", found=found, advice="see `tracker gpus`")


def _outbox(tracker: Tracker) -> Iterator[Finding]:
    with reading(tracker.engine) as conn:
        stuck = queries.deliveries(conn, states=("owed", "failed"), limit=1000)
        fare = channels.states(conn)
    for name, one in tracker.channels.items():
        state = fare.get(name)
        if state and state["disabled_at"] and state["fingerprint"] == one.fingerprint:
            found = f"disabled since {_minute(state['disabled_at'])}: {state['error']}"
            advice = f"mend it, then `tracker alerts test {name}`; its alerts wait until then, at most a week"
            yield Finding(state="warn", check=f"channel {name}", found=found, advice=advice)
    refused: dict[str, str] = {row["channel"]: row["error"] for row in stuck if row["error"]}
    for channel, error in refused.items():
        count = sum(row["channel"] == channel for row in stuck)
        advice = "`tracker alerts test`, then `tracker alerts retry`"
        yield Finding(state="warn", check=f"channel {channel}", found=f"{count} undelivered: {error}", advice=advice)
    if not refused:
        yield Finding(state="ok", check="outbox", found=f"{len(stuck)} deliveries owed")


def _unknown_cards(tracker: Tracker) -> Iterator[Finding]:
    with reading(tracker.engine) as conn:
        unknown = count_queries.rejected(conn, reason="unknown_card", limit=20)
        number = count_queries.rejection_counts(conn).get("unknown_card", 0)
    titles = list(dict.fromkeys(" ".join(row["title"].split())[:SHOWN_CHARS] for row in unknown))
    if titles:
        said = "this title looks like a card" if number == 1 else f"these {number} titles look like cards"
        listed = "; ".join(f"“{title}”" for title in titles)
        more = f"; and {number - len(unknown)} more" if number > len(unknown) else ""
        yield Finding(
            state="warn",
            check="spec database",
            found=f"{said} we do not know: {listed}{more}",
            advice="`tracker rejected --reason unknown_card` shows them all; add what is missing to gpus.local.toml",
        )
