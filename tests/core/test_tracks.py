"""Columns and envelope of one recording on one sample index, across gaps."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.core.clock import Gap, Span
from leanviz.core.envelope import MOST_BINS
from leanviz.core.frontend import log_mel
from leanviz.core.ring import Ring
from leanviz.core.stft import SpectrogramStream, decibels
from leanviz.core.tracks import MAX_COLUMNS, MAX_GAPS, Tracks
from tests.core.material import blocks, cuts, noise

RATE = 16_000
CAPACITY = 4 * RATE
HEARD = noise(10_000)


def read(ring: Ring, start: int, stop: int) -> npt.NDArray[np.uint8]:
    found = ring.read(start, stop - start)
    assert not isinstance(found, Gap)
    return found


def columns(tracks: Tracks, samples: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Return the columns of an unbroken recording."""
    stream = SpectrogramStream(tracks.stft)
    return np.concatenate((stream.push(samples), stream.finish()))


@given(st.integers(0, 6000), st.integers(1, 20_000), cuts(4000))
def test_a_gap_keeps_its_width_and_what_follows_its_place(
    before: int, lost: int, at: list[int]
) -> None:
    tracks = Tracks(RATE, CAPACITY)
    tracks.push(HEARD[:before])
    tracks.skip(lost)
    for block in blocks(HEARD[6000:], at):
        tracks.push(block)
    tracks.finish()

    end, hop = before + lost + 4000, tracks.stft.hop_length
    assert tracks.written == end
    assert tracks.gaps == (Gap(before, before + lost),)
    assert tracks.columns.written == tracks.stft.column_count(end)

    ended, resumed = -(-before // hop), -(-(before + lost) // hop)
    np.testing.assert_array_equal(read(tracks.columns, 0, ended), columns(tracks, HEARD[:before]))
    silent_before = np.concatenate((np.zeros(before + lost, np.float32), HEARD[6000:]))
    np.testing.assert_array_equal(
        read(tracks.columns, resumed, tracks.columns.written),
        columns(tracks, silent_before)[resumed:],
    )
    if resumed > ended:
        assert tracks.columns.advance(ended, 1) == Gap(ended, resumed)


@pytest.mark.parametrize("lost", [1, 255, 256, 257, 30_000])
@pytest.mark.parametrize("rate", [8000, 16_000, 44_100])
def test_a_click_after_a_gap_stands_where_it_happened(rate: int, lost: int) -> None:
    tracks = Tracks(rate, 10 * rate)
    tracks.push(np.zeros(5001, np.float32))
    tracks.skip(lost)
    after = np.zeros(rate, np.float32)
    column = (5001 + lost) // tracks.stft.hop_length + 9
    at = column * tracks.stft.hop_length
    after[at - 5001 - lost] = 1
    tracks.push(after)
    tracks.finish()

    energy = decibels(read(tracks.columns, column - 8, column + 9)).mean(1)
    assert int(energy.argmax()) == 8
    edges = np.array([at - 200, at - 100, at + 100, at + 200])
    np.testing.assert_array_equal(tracks.envelope.query(edges)[:, 1], [0, 1, 0])


def test_gaps_and_history_are_bounded() -> None:
    tracks = Tracks(RATE, RATE)
    for _ in range(100):
        tracks.push(HEARD[:1000])
        tracks.skip(1000)
    assert tracks.history == Span(200_000 - RATE, 200_000)
    assert len(tracks.gaps) == 100, "the overview shows all of them"
    assert max(tracks.gaps) == Gap(199_000, 200_000)
    assert tracks.sample_rate == RATE
    edges = np.array([197_120, 197_504, 198_016, 198_400])
    assert np.isnan(tracks.envelope.query(edges)[:, 0]).tolist() == [True, False, False]
    for _ in range(MAX_GAPS):
        tracks.push(HEARD[:1])
        tracks.skip(1)
    assert len(tracks.gaps) == MAX_GAPS


@pytest.mark.parametrize("hours", [0, 1, 24])
def test_tracks_of_a_file_hold_all_of_it(hours: int) -> None:
    n_samples = 3600 * 8000 * hours + 5
    tracks = Tracks.for_file(8000, n_samples)
    count = tracks.stft.column_count(n_samples)
    assert count <= min(MAX_COLUMNS + 1, tracks.columns.capacity)


def test_columns_of_a_very_long_file_keep_to_their_times() -> None:
    """Their hops are wider than the window; nothing may slide together."""
    n_samples = 8000 * 3600 * 3
    tracks = Tracks.for_file(8000, n_samples)
    hop = tracks.stft.column_hop
    assert hop > tracks.stft.win_length
    click = np.zeros(100 * hop - 5, np.float32)
    click[70 * hop + 1000] = 1
    for block in np.array_split(click, 37):
        tracks.push(block)
    tracks.finish()
    energy = decibels(read(tracks.columns, 0, tracks.columns.written)).mean(1)
    assert (len(energy), int(energy.argmax())) == (100, 70)
    assert tracks.stft.column_count(len(click)) == 100
    edges = hop * np.array([50, 60, 80, 90])
    assert tracks.envelope.query(edges)[:, 1].tolist() == [0, 1, 0]


@pytest.mark.parametrize("at", [0, 1, 100, 511, 4321, 9999])
def test_wide_columns_miss_no_moment(at: int) -> None:
    """A click shows wherever it falls: columns of long files show the loudest, not a sample."""
    tracks = Tracks.for_file(8000, 8000 * 3600 * 3)
    click = np.zeros(12_000, np.float32)
    click[at] = 1
    tracks.push(click)
    tracks.finish()
    loudest = decibels(read(tracks.columns, 0, tracks.columns.written)).mean(1)
    assert loudest.max() > -62
    column = int(loudest.argmax())
    shown = column * tracks.spectra.hop + tracks.spectra.offset
    assert abs(shown - at) <= tracks.spectra.hop / 2 + tracks.stft.hop_length


@pytest.mark.parametrize("minutes", [11, 60, 600])
def test_long_files_take_no_more_than_ten_minutes_do(minutes: int) -> None:
    ten, long = (Tracks.for_file(48_000, m * 60 * 48_000) for m in (10, minutes))
    assert 0.5 * MAX_COLUMNS < ten.columns.capacity < MAX_COLUMNS + 8
    assert long.columns.capacity < MAX_COLUMNS + 8
    assert long.unheard().columns.capacity < MAX_COLUMNS + 8
    assert long.envelope.base % ten.envelope.base == 0
    assert minutes * 60 * 48_000 / long.envelope.base <= MOST_BINS


def test_what_lean_gets_is_made_in_larger_parts_until_somebody_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tracks = Tracks(RATE, CAPACITY, keep_sound=True)
    sound = noise(3 * RATE)
    parts = iter(np.split(sound, range(1280, len(sound), 1280)))

    def hear(count: int) -> None:
        for _ in range(count):
            part = next(parts)
            tracks.push(part)
            tracks.hear(part)

    hear(10)
    assert tracks.heard.columns.written == 0
    monkeypatch.setattr("leanviz.core.tracks.LOOKED_AT_S", np.inf)
    hear(1)
    assert tracks.heard.columns.written == 11 * 1280 // 160 - 2
    monkeypatch.setattr("leanviz.core.tracks.LOOKED_AT_S", -np.inf)
    hear(20)
    np.testing.assert_allclose(
        read(tracks.heard.columns, 0, 182), log_mel(sound)[:182], rtol=0, atol=2e-6
    )
    tracks.skip(RATE)
    assert read(tracks.heard.columns, 182, 246).shape == (64, 64)


def test_the_end_of_what_lean_gets_waits_for_no_more() -> None:
    tracks = Tracks(RATE, CAPACITY, keep_sound=True)
    tracks.push(HEARD)
    tracks.finish()
    tracks.hear(HEARD)
    assert tracks.heard.columns.written == len(log_mel(HEARD))
