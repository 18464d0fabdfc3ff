"""The same sound recorded otherwise: what each condition does to it, and what it leaves alone."""

import numpy as np
import numpy.typing as npt
import pytest

from leanviz.evaluation.rerecording import (
    CONDITIONS,
    RATE,
    Condition,
    at_level,
    at_rate,
    in_noise,
    in_room,
)

Float32 = npt.NDArray[np.float32]

N = 24_000


def generator() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def chirp() -> Float32:
    """A tone that rises from 200 to 3000 Hz."""
    time_s = np.arange(N) / RATE
    return (0.3 * np.sin(2 * np.pi * (200 * time_s + 930 * time_s**2))).astype(np.float32)


def rms(samples: Float32) -> float:
    return float(np.sqrt(np.mean(samples.astype(float) ** 2)))


def ratio_db(samples: Float32, rest: Float32) -> float:
    return float(20 * np.log10(rms(samples) / rms(rest)))


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.name)
def test_every_condition_keeps_length_and_place(condition: Condition, chirp: Float32) -> None:
    changed = condition.apply(chirp, generator())
    assert (changed.shape, changed.dtype) == (chirp.shape, np.float32)
    assert np.array_equal(changed, condition.apply(chirp, generator()))  # seeded
    spectra = [np.fft.rfft(np.pad(each, (0, N))) for each in (chirp, changed)]
    lag = int(np.fft.irfft(spectra[1] * spectra[0].conj()).argmax())
    assert lag == 0


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.name)
def test_silence_stays_finite(condition: Condition) -> None:
    assert np.isfinite(condition.apply(np.zeros(N, np.float32), generator())).all()


def test_level(chirp: Float32) -> None:
    quiet = at_level(chirp, generator(), -40)
    assert np.abs(quiet).max() == pytest.approx(0.01, abs=1 / 32768)
    assert np.array_equal(quiet * 32768, np.round(quiet * 32768))  # as 16 bits hold it
    assert np.abs(at_level(chirp, generator(), 0)).max() <= 1.0


def test_a_low_rate_loses_what_is_above_half_of_it(chirp: Float32) -> None:
    high = np.sin(2 * np.pi * 6000 * np.arange(N) / RATE).astype(np.float32)
    assert rms(at_rate(high, generator(), 8_000)) < 0.02 * rms(high)
    there_and_back = at_rate(chirp, generator(), 48_000)
    assert ratio_db(chirp, there_and_back - chirp) > 60


def test_a_room_rings_for_its_time() -> None:
    click = np.zeros(N, np.float32)
    click[0] = 1.0
    answer = in_room(click, generator(), 0.4).astype(float) ** 2
    direct, tail = answer[0], answer[1:].sum()
    assert tail == pytest.approx(direct, rel=0.05)
    remaining = np.cumsum(answer[::-1])[::-1][1:]  # Schroeder's backward integral
    decay_db = 10 * np.log10(remaining[RATE // 10] / remaining[RATE // 5])
    assert decay_db == pytest.approx(15, abs=1)  # 60 dB in 0.4 s


@pytest.mark.parametrize("snr_db", [20, 0])
def test_noise(chirp: Float32, snr_db: float) -> None:
    noise = in_noise(chirp, generator(), snr_db) - chirp
    assert ratio_db(chirp, noise) == pytest.approx(snr_db, abs=0.01)
    power = np.abs(np.fft.rfft(noise)) ** 2
    octaves = [power[low : 2 * low].sum() for low in (500, 1000, 2000, 4000)]
    assert max(octaves) / min(octaves) < 1.3  # pink: as much in each octave
