"""What holds of every history: one event speaks once, and the order of listings says nothing."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NOON, priced
from tracker.core.rules import Change, Event, Rule, Told, Watch, answers
from tracker.core.wanted import Wanted

HOUR = timedelta(hours=1)
WATCH = Watch(
    name="w", wanted=Wanted(), metric="usd", below=Decimal(700), new=True, back=True, any_change=Decimal("0.05")
)

Events = list[tuple[int, int, Event]]

EVENTS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(600, 800), st.sampled_from([Event.NEW, Event.PRICE, Event.BACK])),
    min_size=1,
    max_size=30,
)


def change(listing: int, usd: int, event: Event, at: int) -> Change:
    offer = replace(priced(listing, str(usd)), last_seen_at=NOON + at * HOUR)
    return Change(event=event, offer=offer)


def heard(watch: Watch, events: Events) -> list[tuple[int, int, Rule]]:
    """What a watch says of events that come one an hour: the hour, the listing, the rule."""
    told: dict[tuple[str, int, Rule], Told] = {}
    said = []
    for hour, (listing, usd, event) in enumerate(events):
        now = NOON + hour * HOUR
        for answer in answers([watch], [change(listing, usd, event, hour)], told=told):
            for rule, last in answer.quiet:
                told[watch.name, listing, rule] = replace(last, fitted_at=now)
            for reason in answer.told:
                told[watch.name, listing, reason.rule] = Told(at=now, fitted_at=now, unit_usd=Decimal(usd))
                said.append((hour, listing, reason.rule))
    return said


@settings(max_examples=60, deadline=None)
@given(EVENTS)
def test_the_same_event_again_is_silent(events: Events) -> None:
    twice = [event for event in events for _ in range(2)]
    assert all(hour % 2 == 0 for hour, _, _ in heard(WATCH, twice)), "the echo of an event says nothing"


@settings(max_examples=60, deadline=None)
@given(EVENTS)
def test_a_price_speaks_again_only_when_it_fell_further(events: Events) -> None:
    last: dict[tuple[int, Rule], int] = {}
    for hour, listing, rule in heard(replace(WATCH, any_change=None), events):
        usd = events[hour][1]
        assert usd <= last.get((listing, rule), 10**9) * 0.95
        last[listing, rule] = usd


@settings(max_examples=60, deadline=None)
@given(EVENTS, st.randoms(use_true_random=False))
def test_the_order_of_listings_says_nothing(events: Events, dice: object) -> None:
    changes = [change(number, usd, event, 0) for number, (_, usd, event) in enumerate(events)]
    shuffled = list(changes)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # a Random
    told, again = (
        {(answer.change.offer.listing_id, answer.alert.key) for answer in answers([WATCH], order)}
        for order in (changes, shuffled)
    )
    assert told == again


@settings(max_examples=60, deadline=None)
@given(EVENTS, st.integers(1, 6))
def test_a_cool_down_is_kept(events: Events, hours: int) -> None:
    last: dict[int, int] = {}
    for hour, listing in sorted(
        {(hour, listing) for hour, listing, _ in heard(replace(WATCH, cool_down=hours * HOUR), events)}
    ):
        assert hour - last.get(listing, -100) >= hours
        last[listing] = hour
