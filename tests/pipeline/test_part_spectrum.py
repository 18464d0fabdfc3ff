"""The spectrum of a part of a file, and of what is kept of a stream."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from leanviz.core.clock import Span
from leanviz.core.errors import UserError
from leanviz.core.power_spectrum import PowerSpectrum
from leanviz.core.tracks import Tracks
from leanviz.pipeline.kept_sound import LOST
from leanviz.pipeline.part_spectrum import TOO_SHORT, spectrum_of_heard, spectrum_of_part

RATE = 16_000
WINDOW_S = 0.064
TONES = [np.sin(2 * np.pi * hz / RATE * np.arange(RATE)) * 0.5 for hz in (1000, 3000)]
SOUND = np.concatenate(TONES).astype(np.float32)


def peak(found: PowerSpectrum) -> tuple[float, float]:
    at = int(found.power.argmax())
    return float(found.hz[at]), round(float(found.level_dbfs[at]), 1)


def test_it_is_of_the_part_alone_and_of_all_channels(tmp_path: Path) -> None:
    path = tmp_path / "tones.wav"
    soundfile.write(path, np.stack((SOUND, np.zeros_like(SOUND)), axis=1), RATE, "FLOAT")
    # one channel of two is silent: half the power
    assert peak(spectrum_of_part(path, Span(0, RATE), WINDOW_S)) == (1000.0, -9.0)
    assert peak(spectrum_of_part(path, Span(RATE, 9 * RATE), WINDOW_S)) == (3000.0, -9.0)
    with pytest.raises(UserError, match="stopped"):
        spectrum_of_part(path, Span(0, RATE), WINDOW_S, lambda: False)
    with pytest.raises(UserError, match=TOO_SHORT):
        spectrum_of_part(path, Span(0, 1), WINDOW_S)


def test_live_it_is_of_what_is_kept_and_has_no_gap_in_it() -> None:
    tracks = Tracks(RATE, 3 * RATE, keep_sound=True)
    tracks.push(SOUND[:RATE])
    tracks.skip(RATE)
    tracks.push(SOUND[:RATE])
    found = spectrum_of_heard(tracks, Span(0, 3 * RATE), WINDOW_S)
    # zeros in the place of the gap would have made it quieter by 1.8 dB
    assert peak(found) == (1000.0, -6.0)
    for lost in (Span(RATE, 2 * RATE), Span(3 * RATE, 4 * RATE)):
        with pytest.raises(UserError, match=LOST):
            spectrum_of_heard(tracks, lost, WINDOW_S)
    # the newest is a gap, and the view is ahead of it: what is before counts
    tracks.skip(RATE // 2)
    assert peak(spectrum_of_heard(tracks, Span(2 * RATE, 5 * RATE), WINDOW_S)) == (1000.0, -6.0)
    tracks.push(SOUND[RATE:])
    tracks.push(SOUND[RATE:])
    # the first second is gone
    assert peak(spectrum_of_heard(tracks, Span(0, 6 * RATE), WINDOW_S))[0] == 3000.0
