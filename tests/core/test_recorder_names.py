"""Names of recorders tell when a recording began; other names tell nothing."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.recorder_names import moment_in

MORNING = datetime(2025, 1, 31, 5, 30)  # noqa: DTZ001  (as the recorder's clock showed)
BRISBANE = timezone(timedelta(hours=10))


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("20250131_053000.WAV", MORNING),
        ("ARIZONA-1_20250131$053000.wav", MORNING),
        ("24E144036037AE57_20250131_053000.WAV", MORNING),
        ("/archive/2024/SMA00001_20250131_053000.wav", MORNING),
        ("S4A01234_0+1_20250131_053000.flac", MORNING),
        ("20250131T053000+1000_REC [-27.47+153.02].flac", MORNING.replace(tzinfo=BRISBANE)),
        ("2025-01-31_05-30-00.250_Church-bell.flac", MORNING.replace(microsecond=250_000)),
    ],
)
def test_names_of_recorders_tell_the_moment(name: str, moment: datetime) -> None:
    found = moment_in(name)
    assert found == moment
    assert found is not None
    assert found.tzinfo == moment.tzinfo, "a zone that is not named is not guessed"


@pytest.mark.parametrize(
    "name",
    [
        "20250131_053000T.WAV",  # what was quiet is not in it
        "demo.flac", "20250131.wav", "20250131_0530.wav", "20250131053000.wav",
        "20250231_053000.wav", "20250131_243000.wav", "20250131_056000.wav",  # no such time
        "19700101_000012.WAV", "20000101_000000.WAV",  # the clock was never set
        "20250131_053000 (copy).wav", "20250131_053000-edited.wav", "20250131_053000_1.wav",
        "mix of 20250131_053000.wav", "Interview_20250131_053000.wav",
        "99920250131_053000.wav", "20250131T053000+1900_REC.flac",
        "\u0662\u0660\u0662\u0665\u0660\u0661\u0663\u0661_\u0660\u0665\u0663\u0660\u0660\u0660.wav",
    ],
)  # fmt: skip
def test_of_other_names_nothing_is_made_up(name: str) -> None:
    assert moment_in(name) is None


@given(st.text(max_size=40))
def test_any_name_is_a_moment_or_none(name: str) -> None:
    assert moment_in(name) is None or isinstance(moment_in(name), datetime)
