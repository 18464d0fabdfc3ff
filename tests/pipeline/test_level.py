"""The level of the newest audio, whatever blocks it comes in."""

import numpy as np
import pytest

from leanviz.pipeline.level import SILENT_DBFS, Level, LevelWindow

RATE = 16_000
SINE = np.sin(2 * np.pi * 1_000 / RATE * np.arange(RATE)).astype(np.float32)


@pytest.mark.parametrize("block", [1, 160, 1_000, 1_600, 5_000, RATE])
def test_a_full_scale_sine_is_zero_in_both_measures(block: int) -> None:
    window, level = LevelWindow(), Level()
    for at in range(0, RATE, block):
        level = window.push(SINE[at : at + block], RATE)
    assert level.peak_dbfs == pytest.approx(0.0, abs=0.01)
    assert level.rms_dbfs == pytest.approx(0.0, abs=0.05)


def test_a_click_is_seen_for_a_tenth_of_a_second_and_no_longer() -> None:
    window, quiet = LevelWindow(), np.full(160, 1e-3, np.float32)
    click = quiet.copy()
    click[80] = 0.5
    window.push(click, RATE)
    peaks = [window.push(quiet, RATE).peak_dbfs for _ in range(12)]
    assert peaks[:9] == pytest.approx([-6.02] * 9, abs=0.01)
    assert peaks[10:] == pytest.approx([-60.0] * 2, abs=0.01)


def test_silence_has_a_level_that_can_be_shown() -> None:
    assert LevelWindow().push(np.zeros(100, np.float32), RATE) == Level(SILENT_DBFS, SILENT_DBFS)
