"""Who may send: what a token must be, and how guessing is counted."""

from collections.abc import Callable

import pytest

from tests.web.serving import Clock
from tracker.config import Config
from tracker.core.errors import ConfigError
from tracker.pipeline import Tracker
from tracker.web.ingest import Intake, ingest_routes
from tracker.web.token import Guesses, fits, kept, new_token


@pytest.mark.parametrize("secret", ["kept as it is given", "x" * 20, "ключ из двадцати букв"])
def test_a_token_fits_itself_and_its_hash(secret: str) -> None:
    if len(secret) < 20:
        secret += "!" * 20
    digest = kept(secret)
    assert kept(f"sha256:{digest.upper()}") == digest
    assert fits(f"Bearer {secret}", digest)
    assert not fits(f"Bearer {digest}", digest)
    assert not fits(f"Bearer sha256:{digest}", digest)


def test_tokens_are_long_and_never_the_same() -> None:
    (one, its_hash), (other, _) = new_token(), new_token()
    assert one != other
    assert len(one) == 43
    assert kept(one) == kept(its_hash)


@pytest.mark.parametrize("secret", ["", "short", "sha256:beef", f"sha256:{'z' * 64}"])
def test_a_token_worth_nothing_is_a_mistake_of_configuration(make_tracker: Callable[..., Tracker], secret: str) -> None:
    with pytest.raises(ConfigError, match="ingest token"):
        ingest_routes(Intake(tracker=make_tracker(), config=Config(), secret=secret))


def test_guessers_are_forgotten_in_turn_and_told_apart_by_network() -> None:
    clock = Clock()
    guesses = Guesses(most=2, window_s=10, addresses=3, clock=clock)
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::2"):
        guesses.count(address)
    assert guesses.wait_s("2001:db8:1:2::77") == 11
    assert guesses.wait_s("2001:db8:1:3::1") == 0
    for number in range(3):
        guesses.count(f"192.0.2.{number}")
    assert guesses.wait_s("2001:db8:1:2::1") == 0
    guesses.count("192.0.2.2")
    assert guesses.wait_s("::ffff:192.0.2.2") == 11
    clock.now = 10
    assert guesses.wait_s("192.0.2.2") == 0
