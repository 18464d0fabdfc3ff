"""The mean power spectrum against SciPy's, and its numbers on sounds whose answer is known."""

import numpy as np
import pytest

from leanviz.core.power_spectrum import SpectrumMeter, measured

RATE = 48_000


def sine(hz: float, level: float, seconds: float = 1.0) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE))[:, None]


def meter_of(samples: np.ndarray, window_s: float = 0.064, blocks: int = 1) -> SpectrumMeter:
    meter = SpectrumMeter(RATE, window_s)
    for block in np.array_split(samples.astype(np.float32), blocks):
        meter.push(block)
    return meter


@pytest.mark.parametrize("blocks", [1, 7, 4001])
def test_it_is_welchs_mean_whatever_the_blocks(blocks: int) -> None:
    import scipy.signal

    sound = np.random.default_rng(5).normal(0.1, 0.1, (RATE // 2 + 17, 2))
    found = meter_of(sound, blocks=blocks).finish()
    assert found is not None
    length = 3072
    _, power = scipy.signal.welch(
        sound.astype(np.float32).astype(np.float64), RATE, "hann", length, length // 2, 4096,
        scaling="spectrum", axis=0,
    )  # fmt: skip
    # SciPy's is one-sided, and a full-scale sine has a mean power of one half
    expected = 2.0 * power.mean(axis=1)
    np.testing.assert_allclose(found.power[1:-1], expected[1:-1], rtol=1e-4)
    assert (found.win_length, found.bin_hz) == (length, RATE / 4096)


def test_a_sine_is_told_as_loud_and_as_high_as_it_is() -> None:
    found = meter_of(sine(1500.0, 0.5)).finish()
    assert found is not None
    said = measured(found, 0.0, RATE / 2)
    assert said is not None
    assert said.peak_hz == 1500.0
    assert said.peak_dbfs == pytest.approx(-6.02, abs=0.01)
    assert said.centroid_hz == pytest.approx(1500.0, abs=1.0)
    assert said.bandwidth_hz < 3 * RATE / 3072


def test_energy_is_bounded_where_it_is() -> None:
    """Of two sines, one has a tenth of the other's power."""
    found = meter_of(sine(1500.0, 0.9) + sine(6000.0, 0.9 * 0.1**0.5)).finish()
    assert found is not None
    said = measured(found, 0.0, RATE / 2)
    assert said is not None
    assert (round(said.low_hz / 100), round(said.high_hz / 100)) == (15, 60)
    assert said.centroid_hz == pytest.approx((1500 + 600) / 1.1, abs=2)
    inside = measured(found, 4000.0, 8000.0)
    assert inside is not None
    assert inside.peak_hz == 6000.0


def test_an_offset_is_no_sound() -> None:
    found = meter_of(np.full((RATE // 4, 1), 0.5)).finish()
    assert found is not None
    assert measured(found, 0.0, RATE / 2) is None
    assert found.level_dbfs.max() == -160.0


def test_what_is_shorter_than_a_window_is_one_window() -> None:
    found = meter_of(sine(6000.0, 1.0, 0.01)).finish()
    assert found is not None
    assert (found.n_windows, found.win_length) == (1, 480)
    assert found.level_dbfs.max() == pytest.approx(0.0, abs=0.1)
    assert meter_of(np.zeros((1, 1))).finish() is None
    assert SpectrumMeter(RATE, 0.064).finish() is None


def test_no_window_reaches_over_a_gap() -> None:
    meter = SpectrumMeter(RATE, 0.064)
    for part in (sine(1000.0, 0.5, 0.2), -sine(1000.0, 0.5, 0.2)):
        meter.skip()
        meter.push(part.astype(np.float32))
    found = meter.finish()
    assert found is not None
    # a jump in the middle of a window would be heard everywhere
    assert found.level_dbfs[found.hz > 4000.0].max() < -100.0
