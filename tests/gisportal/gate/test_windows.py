"""Counting requests in windows: by one process, and by several (D8)."""

import pytest

from gisportal.gate.windows import DAY, MINUTE, Delta, Policy, Windows

START = 1_800_000_000 // MINUTE * MINUTE


def passed(windows: Windows, number: int, now: float, *policies: Policy) -> int:
    return sum(windows.take("t:1", policies, now)[0] for _ in range(number))


def test_as_many_as_the_quota_pass_and_no_more() -> None:
    windows = Windows()
    assert passed(windows, 15, START + 1, Policy(10, MINUTE)) == 10
    _passes, (standing,) = windows.take("t:1", [Policy(10, MINUTE)], START + 2)
    assert (standing.remaining, standing.reset) == (0, 58)
    assert standing.retry > 0


def test_clients_do_not_share() -> None:
    windows = Windows()
    assert passed(windows, 12, START, Policy(10, MINUTE)) == 10
    assert windows.take("t:2", [Policy(10, MINUTE)], START)[0]


def test_what_is_refused_is_not_counted() -> None:
    windows = Windows()
    passed(windows, 100, START, Policy(10, MINUTE))
    assert windows.untold() == [Delta("t:1", MINUTE, START, 10)]


def test_the_window_slides() -> None:
    """Right after the turn of the minute the requests of the last one still count, and fade."""
    windows = Windows()
    policy = Policy(60, MINUTE)
    assert passed(windows, 60, START + 59, policy) == 60
    assert passed(windows, 60, START + 60, policy) == 0
    assert passed(windows, 60, START + 90, policy) == 30
    assert passed(windows, 60, START + 240, policy) == 60


@pytest.mark.parametrize("at", [0, 10, 30, 59])
@pytest.mark.parametrize("before", [0, 5, 10])
def test_retry_is_when_a_request_passes(at: int, before: int) -> None:
    windows, policy = Windows(), Policy(10, MINUTE)
    passed(windows, before, START - 30, policy)
    passed(windows, 20, START + at, policy)
    _passes, (standing,) = windows.take("t:1", [policy], START + at)
    assert 0 < standing.retry <= 120
    assert windows.take("t:1", [policy], START + at + standing.retry + 1)[0]


def test_the_day_begins_at_midnight_of_the_city() -> None:
    windows, policy = Windows(), Policy(2, DAY)
    midnight = 1_800_000_000 // DAY * DAY - 9 * 3600
    for _number in range(3):
        passes, (standing,) = windows.take("t:1", [policy], midnight + 10, 9 * 3600)
    assert not passes
    assert standing.reset == standing.retry == DAY - 10
    assert windows.take("t:1", [policy], midnight + DAY, 9 * 3600)[0]


def test_both_policies_hold() -> None:
    windows = Windows()
    assert passed(windows, 30, START, Policy(20, MINUTE), Policy(5, DAY)) == 5


def test_processes_learn_of_one_another() -> None:
    here, there, policy = Windows(), Windows(), Policy(10, MINUTE)
    assert passed(here, 6, START, policy) == passed(there, 6, START, policy) == 6
    told = [*here.untold(), *there.untold()]
    total = Delta("t:1", MINUTE, START, sum(item.number for item in told))
    for windows, own in ((here, told[:1]), (there, told[1:])):
        windows.tell(own, [total])
        assert windows.untold() == []
        assert passed(windows, 6, START + 1, policy) == 0


def test_what_comes_during_the_exchange_is_kept() -> None:
    windows, policy = Windows(), Policy(10, MINUTE)
    passed(windows, 3, START, policy)
    told = windows.untold()
    passed(windows, 2, START, policy)
    windows.tell(told, [Delta("t:1", MINUTE, START, 7)])
    assert windows.untold() == [Delta("t:1", MINUTE, START, 2)]
    assert passed(windows, 5, START, policy) == 1
