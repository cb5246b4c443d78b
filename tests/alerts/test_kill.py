"""The trial of kill -9 in short: `python -m tests.trials kill` runs it a thousand times."""

from tests.trials import kill


def test_nothing_is_lost_or_doubled_by_a_few_kills() -> None:
    [outcome] = kill.run(kills=4, lanes=1, seed=7)
    assert outcome.kills == 4
    assert outcome.faults == []
    assert outcome.alerts >= 4
