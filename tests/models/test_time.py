"""Times for reading, and where the axis has its ticks."""

from datetime import UTC, datetime

import pytest

from leanviz.models.time_text import TimeFormat, elapsed
from leanviz.models.time_ticks import time_ticks


@pytest.mark.parametrize(
    ("seconds", "decimals", "text"),
    [
        (0.0, 3, "0:00.000"),
        (59.9996, 3, "1:00.000"),
        (83.25, 3, "1:23.250"),
        (3661.5, 1, "1:01:01.5"),
        (7.0, 0, "0:07"),
        (-2.5, 1, "\N{MINUS SIGN}0:02.5"),
        (-0.0001, 1, "0:00.0"),
    ],
)
def test_elapsed_time(seconds: float, decimals: int, text: str) -> None:
    assert elapsed(seconds, decimals) == text


def test_time_of_day_counts_from_the_first_sample() -> None:
    clock = TimeFormat(datetime(2026, 9, 1, 23, 59, 58).astimezone())
    assert clock.text(1.25, 2) == "23:59:59.25"
    assert clock.text(3.0, 0, with_day=False) == "00:00:01"
    assert clock.text(3.0, 1) == "2 Sep 00:00:01.0", "a session of days"
    assert TimeFormat().text(1.25, 2) == "0:01.25"


def test_ticks_of_the_time_of_day_are_round_by_the_clock_and_name_the_day() -> None:
    clock = TimeFormat(datetime(2026, 9, 1, 23, 59, 51, 621_000, UTC))
    before_s = clock.after_midnight_s
    assert before_s == pytest.approx(86_391.621)
    times, decimals = time_ticks(before_s, before_s + 20.0, 5.0)
    assert [clock.tick(time, decimals) for time in times] == [
        "23:59:55", "2 Sep", "00:00:05", "00:00:10",
    ]  # fmt: skip
    assert [clock.day(time - before_s) for time in times] == ["1 Sep", "2 Sep", "2 Sep", "2 Sep"]
    times, decimals = time_ticks(before_s, before_s + 1.0, 4.0)
    assert clock.tick(times[0], decimals) == "23:59:52.0"
    days, decimals = time_ticks(before_s, before_s + 200 * 3600.0, 5.0)
    assert [clock.tick(time, decimals) for time in days[:2]] == ["3 Sep", "5 Sep"]
    # elapsed times begin with the sound
    assert TimeFormat().after_midnight_s == 0.0
    assert (TimeFormat().tick(3600.0, 0), TimeFormat().day(3600.0)) == ("1:00:00", "")


@pytest.mark.parametrize(
    ("start", "stop", "most", "first", "step", "decimals"),
    [
        (0.0, 10.0, 10, 0.0, 1.0, 0),
        (104.3, 124.3, 10, 106.0, 2.0, 0),
        (2.5, 7.5, 11, 2.5, 0.5, 1),
        (0.103, 0.603, 6, 0.2, 0.1, 1),
        (0.0, 36000.0, 6, 0.0, 7200.0, 0),
        (0.0, 720_000.0, 10, 0.0, 86_400.0, 0),
    ],
)
def test_ticks_are_round_and_few(
    start: float, stop: float, most: float, first: float, step: float, decimals: int
) -> None:
    times, digits = time_ticks(start, stop, most)
    assert times[0] == pytest.approx(first)
    assert times[1] - times[0] == pytest.approx(step)
    assert len(times) <= most + 1
    assert digits == decimals
    assert start <= times[0] <= times[-1] <= stop
