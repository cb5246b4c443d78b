"""A small version of the day of trials: six sources, of which four lie in the ways that cost money."""

from tests.trials.day import run

LIES = {0: "prices ÷ 100", 2: "half the pages", 3: "reshuffled pages", 5: "warehouse emptied"}


def test_a_small_day_names_every_failure_and_loses_nothing() -> None:
    day = run(ways=LIES, shops=6)
    assert day.faults == []
    assert sum(line.alerts for line in day.lines) == 42
    assert sum(line.marked for line in day.lines) >= 30
    assert sum(line.ended for line in day.lines) == 18
