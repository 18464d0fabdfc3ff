"""What panes say of time and frequency: gaps, pages, the overview of a session, LEAN's own view."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from leanviz.core.clock import Cause, Span
from leanviz.core.frontend import YAMNET, log_mel
from leanviz.core.scales import Scale
from leanviz.core.tracks import Tracks
from leanviz.models.frequency import mel_band_at, mel_centres
from leanviz.models.spectrogram import SpectrogramSettings, level_at, log_mel_at
from leanviz.views.colours import family_hue
from leanviz.views.overview_labels import STRIP
from leanviz.views.palettes import level_table
from leanviz.views.spectrogram import unheard_rows
from leanviz.views.theme import DARK
from tests.core.material import noise
from tests.views.panes_material import RATE, Stack, plot, rgb, sound, stack, where

RATIOS = pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])


@pytest.fixture
def made(qtbot: QtBot) -> Stack:
    return stack(qtbot, height=200)


def hear(made: Stack, seconds: float, pause_s: float = 0.0) -> Tracks:
    """Show live sound with a pause in its middle."""
    tracks = Tracks(RATE, 60 * RATE, keep_sound=True)
    part = 0.02 * noise(round(seconds * RATE / 2))
    made.time.show_live(10.0)
    for pane in made.panes:
        pane.set_tracks(tracks)
    made.overview.labels.set_timeline(made.timeline)
    for _ in range(2):
        tracks.push(part)
        tracks.hear(part)
        if pause_s:
            tracks.skip(round(pause_s * RATE), Cause.PAUSED)
    made.time.follow_to(tracks.written / RATE)
    for pane in made.panes:
        pane.tick()
    return tracks


# -- LEAN's own view ------------------------------------------------------------------------------


@RATIOS
def test_bands_have_equal_heights_and_their_own_colours(made: Stack, ratio: float) -> None:
    tracks = hear(made, 20.0)
    made.spectrogram.set_settings(SpectrogramSettings(model_eye=True))
    drawn = plot(made.spectrogram, ratio)
    height = drawn.shape[0]
    tops = [(height * band) // YAMNET.n_mels for band in range(YAMNET.n_mels + 1)]
    column = drawn.shape[1] // 2
    rows = drawn[:, column]
    changes = np.flatnonzero((np.diff(rows, axis=0) != 0).any(-1)) + 1
    edges = {height - top for top in tops}
    assert set(changes.tolist()) <= edges | {edge - 1 for edge in edges} | {e + 1 for e in edges}
    assert len(changes) > YAMNET.n_mels / 2
    table = level_table(DARK.palette, -100.0, -20.0)
    known = {int(code) & 0xFFFFFF for code in table}
    assert {(r << 16) | (g << 8) | b for r, g, b in rows.tolist()} <= known
    assert tracks.heard.columns.written > 900


def test_the_readout_gives_the_number_that_lean_gets(made: Stack) -> None:
    signal = noise(4 * RATE)
    tracks = Tracks(RATE, 10 * RATE, keep_sound=True)
    tracks.push(signal)
    tracks.hear(signal)
    frames = log_mel(signal)
    for frame, band in ((100, 0), (200, 31), (300, 63)):
        time_s = (frame * YAMNET.hop_length + YAMNET.win_length / 2) / RATE
        found = log_mel_at(tracks, time_s, band)
        assert found == pytest.approx(float(frames[frame, band]), abs=2e-6)
        assert mel_band_at(float(mel_centres()[band])) == band


def test_marks_of_lean_stand_at_the_centres_of_bands(made: Stack) -> None:
    hear(made, 4.0)
    made.spectrogram.set_settings(SpectrogramSettings(model_eye=True))
    marks = made.spectrogram.axis._marks
    bands = [position * YAMNET.n_mels - 0.5 for position, _ in marks]
    np.testing.assert_allclose(bands, np.round(bands), atol=1e-6)
    assert (round(bands[0]), round(bands[-1])) == (0, 63)


@RATIOS
@pytest.mark.parametrize("scale", list(Scale))
def test_what_lean_does_not_hear_is_hatched(made: Stack, scale: Scale, ratio: float) -> None:
    hear(made, 20.0)
    settings = SpectrogramSettings(scale=scale, fmax=8000.0)
    made.spectrogram.set_settings(settings)
    drawn = plot(made.spectrogram, ratio)
    inked = where(drawn, DARK.muted)
    parts = unheard_rows(settings.axis(RATE), drawn.shape[0])
    assert parts
    heard = np.ones(len(drawn), bool)
    for top, bottom in parts:
        heard[top:bottom] = False
        share = inked[top:bottom, drawn.shape[1] // 2 :].mean()
        assert share == pytest.approx(1 / round(8 * ratio), rel=0.3)
    assert inked[heard].mean() < 0.01


# -- gaps, pages, old sound -----------------------------------------------------------------------


@RATIOS
def test_a_pause_is_hatched_and_named_and_skipped_sound_too(made: Stack, ratio: float) -> None:
    tracks = hear(made, 4.0, pause_s=3.0)
    bare = plot(made.waveform, ratio)
    for pane in made.panes:
        pane.set_skipped((Span(RATE // 2, 3 * RATE // 2),))
    hatched = plot(made.waveform, ratio)
    axis = made.time.pixel_map(made.waveform.plot_width(ratio))
    begin, end = (round(axis.x(t)) for t in (0.5, 1.5))
    changed = (bare != hatched).any((0, 2))
    assert changed[begin + 2 : end - 2].mean() > 0.9
    assert not changed[: begin - 1].any()
    assert not changed[end + 1 :].any()
    words = [note.word for note in made.waveform.notes(made.time.pixel_map(600))]
    assert words == ["paused", "paused", "not analysed"]
    assert [gap.cause for gap in tracks.gaps] == [Cause.PAUSED, Cause.PAUSED]


def test_sound_older_than_the_spectrogram_keeps_its_waveform(made: Stack) -> None:
    tracks = Tracks(RATE, 20 * RATE)
    for pane in made.panes:
        pane.set_tracks(tracks)
    for _ in range(30):
        tracks.push(noise(10 * RATE))
    made.time.show_live(10.0)
    made.time.follow_to(300.0)
    made.time.show(100.0, 60.0)
    assert (where(plot(made.waveform), DARK.waveform).any(0)).mean() > 0.95
    axis = made.time.pixel_map(600)
    assert [note.word for note in made.spectrogram.notes(axis)] == [
        "older: waveform and labels only"
    ]
    assert level_at(tracks, 120.0, 1000.0) is None


@RATIOS
def test_a_page_has_a_line_where_now_is(made: Stack, ratio: float) -> None:
    made.time.set_paging(True)
    hear(made, 7.0)
    made.timeline.add_final([sound(RATE, 2 * RATE)])
    x = int(made.time.pixel_map(made.waveform.plot_width(ratio)).x(7.0))
    for pane in (made.waveform, made.spectrogram, made.lanes):
        assert (plot(pane, ratio)[:, x] == rgb(DARK.cursor)).all(-1).mean() > 0.9


# -- the overview ---------------------------------------------------------------------------------


@RATIOS
def test_the_overview_has_labels_gaps_and_all_of_the_session(made: Stack, ratio: float) -> None:
    hear(made, 40.0, pause_s=5.0)
    made.timeline.add_final([sound(10 * RATE, 15 * RATE), sound(30 * RATE, 31 * RATE)])
    made.time.show(0.0, 60.0)  # the frame tints what it holds, and shades the rest
    drawn = plot(made.overview, ratio)
    axis = made.overview.axis_for(drawn.shape[1])
    assert axis.start_s == 0.0
    assert axis.span_s >= 50.0
    hue = family_hue(made.timeline.family("Dog"))
    strip = drawn[-round(STRIP * ratio) : -round(2 * ratio)]  # without the frame's own line
    for start, stop in ((10, 15), (30, 31)):
        middle = int(axis.x((start + stop) / 2))
        assert where(strip[:, middle], hue, 25).all()
    made.timeline.add_final([sound(35 * RATE, 36 * RATE)])
    again = plot(made.overview, ratio)
    assert (again != drawn).any((0, 2))[int(axis.x(35.5))]


def test_the_overview_widens_in_steps_and_stands_still_between(made: Stack) -> None:
    made.time.show_live(10.0)
    spans = set()
    for now in range(0, 8 * 3600, 20):
        made.time.follow_to(float(now))
        axis = made.overview.axis_for(600)
        assert axis.start_s == 0.0
        assert axis.span_s >= now
        assert now < 60 or now / axis.span_s > 0.75
        spans.add(axis.span_s)
    assert len(spans) < 40
