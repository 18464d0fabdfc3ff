"""The same sound as other people would have recorded it: level, rate, codec, room, noise."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from leanviz.audio.recode import Codec, recoded
from leanviz.audio.resample import Resampler
from leanviz.core.frontend import YAMNET

Float32 = npt.NDArray[np.float32]
Generator = np.random.Generator

RATE = YAMNET.sample_rate


@dataclass(frozen=True, slots=True)
class Condition:
    """A way of recording.

    Attributes
    ----------
    name : str
        As it stands in the table.
    apply : callable
        Takes 16 kHz samples [n] and a random generator; returns 16 kHz samples [n].
    """

    name: str
    apply: Callable[[Float32, Generator], Float32]


def at_level(samples: Float32, _: Generator, peak_db: float) -> Float32:
    """Return samples with their peak at `peak_db` dBFS, rounded to 16 bits as recorders do."""
    peak = float(np.abs(samples).max(initial=0.0))
    gain = 10 ** (peak_db / 20) / peak if peak else 1.0
    whole = np.round(samples.astype(np.float64) * gain * 32768.0)
    return (np.clip(whole, -32768, 32767) / 32768.0).astype(np.float32)


def at_rate(samples: Float32, _: Generator, rate: int) -> Float32:
    """Return samples that went to `rate` hertz and back through leanviz's own resampler."""
    return _resampled(_resampled(samples, RATE, rate), rate, RATE)


def _resampled(samples: Float32, from_rate: int, to_rate: int) -> Float32:
    resampler = Resampler(from_rate, to_rate)
    return np.concatenate((resampler.push(samples), resampler.finish()))


def through_codec(samples: Float32, _: Generator, codec: Codec) -> Float32:
    """Return samples that were a compressed file."""
    return recoded(samples, RATE, codec)


def in_room(samples: Float32, generator: Generator, rt60_s: float) -> Float32:
    """Return samples as heard from afar, as loud as before.

    The room answers with noise that decays by 60 dB in `rt60_s` seconds and carries as much energy
    as the direct sound (Polack's model; Lebart, Boucher, Denbigh, Acustica 87, 2001).
    """
    from scipy.signal import fftconvolve

    time_s = np.arange(round(rt60_s * RATE)) / RATE
    tail = generator.standard_normal(len(time_s)) * 10 ** (-3 * time_s / rt60_s)
    response = tail / np.sqrt((tail**2).sum())
    response[0] = 1.0
    heard = fftconvolve(samples.astype(np.float64), response)[: len(samples)]
    loudness = _rms(heard)
    return (heard * (_rms(samples) / loudness if loudness else 1.0)).astype(np.float32)


def in_noise(samples: Float32, generator: Generator, snr_db: float) -> Float32:
    """Return samples in pink noise that is `snr_db` below them."""
    spectrum = np.fft.rfft(generator.standard_normal(len(samples)))
    spectrum[0] = 0.0
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    noise = np.fft.irfft(spectrum, len(samples))
    loudness = _rms(noise)
    gain = _rms(samples) * 10 ** (-snr_db / 20) / loudness if loudness else 0.0
    return (samples + gain * noise).astype(np.float32)


def _rms(samples: npt.NDArray[np.floating]) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


CONDITIONS = (
    *(
        Condition(f"peak at {level} dBFS", partial(at_level, peak_db=level))
        for level in (0, -10, -20, -30, -40)
    ),
    *(
        Condition(f"{rate / 1000:g} kHz", partial(at_rate, rate=rate))
        for rate in (8_000, 44_100, 48_000)
    ),
    Condition("MP3", partial(through_codec, codec=Codec.MP3)),
    Condition("Opus", partial(through_codec, codec=Codec.OPUS)),
    *(
        Condition(f"room, RT60 {rt60_s} s", partial(in_room, rt60_s=rt60_s))
        for rt60_s in (0.4, 0.8)
    ),
    *(
        Condition(f"pink noise, SNR {snr_db} dB", partial(in_noise, snr_db=snr_db))
        for snr_db in (20, 10, 0)
    ),
)
