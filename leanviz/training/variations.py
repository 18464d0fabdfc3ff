"""Sound that is nobody's recording: clips changed and joined beyond recognition, and made sounds.

What one model says of a sound can be taught to another whatever the sound is. No label has to
stay true here, so that clips may be changed much further than `leanviz.training.augment` does:
played an octave apart, backwards, again and again, through crooked filters, beside sweeps,
clicks and beating noise.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from numpy import fft
from scipy.fft import next_fast_len

from leanviz.core.frontend import YAMNET

Float32 = npt.NDArray[np.float32]
Samples = npt.NDArray[np.floating]

RATE = YAMNET.sample_rate
SECONDS = 10
# Instants of a made sound's clicks, and samples that one rings for.
CLICKS, RING = 4000, 4000


def variation(clip: Callable[[], Float32], rng: np.random.Generator) -> Float32:
    """Return one to three sounds at once [SECONDS * RATE], in a room or in noise now and then.

    Parameters
    ----------
    clip : callable
        Gives the samples [n] of any clip, in [-1, 1].
    """
    n = RATE * SECONDS
    mixed = np.zeros(n, np.float32)
    for layer in range(int(rng.choice([1, 2, 3], p=[0.4, 0.4, 0.2]))):
        sound = made(n, rng) if rng.random() < 0.15 else changed(clip(), n, rng)
        below = -rng.uniform(0, 20) * (layer > 0)
        mixed += sound / max(_rms(sound), 1e-5) * 10 ** (below / 20)
    if rng.random() < 0.3:
        mixed = _in_a_room(mixed, rng)
    if rng.random() < 0.3:
        noise = _coloured(n, rng)
        mixed += noise * (_rms(mixed) / _rms(noise) * 10 ** (-rng.uniform(0, 30) / 20))
    peak = max(float(np.abs(mixed).max()), 1e-5)
    return (mixed / peak * 10 ** (rng.uniform(-35, 0) / 20)).astype(np.float32)


def again(sound: Float32, rng: np.random.Generator) -> Float32:
    """Return a clip as it might have been recorded otherwise, alone and still itself.

    It begins up to a patch hop later, which moves what each patch sees of it; and it may be a
    little faster or slower, filtered, in a room or in noise, louder or softer.
    """
    if len(sound) < YAMNET.hop_length:
        return sound
    sound = sound[int(rng.integers(0, min(YAMNET.patch_hop, max(1, len(sound) // 3)))) :]
    if rng.random() < 0.7:
        sound = _faster(sound, 2 ** rng.uniform(-0.3, 0.3))
    if rng.random() < 0.5:
        sound = _equalized(sound, rng)
    if rng.random() < 0.15:
        sound = np.asarray(_in_a_room(sound, rng), np.float32)
    if rng.random() < 0.25:
        noise = _coloured(len(sound), rng)
        below = _rms(sound) / _rms(noise) * 10 ** (-rng.uniform(5, 40) / 20)
        sound = (sound + noise * below).astype(np.float32)
    sound = sound * 10 ** (rng.uniform(-15, 6) / 20)
    return (sound / max(1.0, float(np.abs(sound).max()))).astype(np.float32)


def _rms(sound: Float32) -> float:
    return float(np.sqrt(np.mean(np.square(sound)))) + 1e-9


def changed(sound: Float32, n: int, rng: np.random.Generator) -> Float32:
    """Return `n` samples with a clip at another speed, at times backwards, filtered, repeated."""
    speed = 2 ** rng.uniform(-0.6, 0.6) if rng.random() < 0.6 else 1.0
    longest = int(n * speed)
    start = int(rng.integers(0, max(1, len(sound) - longest + 1)))
    sound = sound[start : start + longest]
    if rng.random() < 0.2:
        sound = sound[::-1]
    if speed != 1.0:
        sound = _faster(sound, speed)
    if len(sound) > 0 and rng.random() < 0.35:
        sound = _equalized(sound, rng)
    return _placed(sound, n, rng)


def _faster(sound: Float32, speed: float) -> Float32:
    at = np.arange(0, len(sound) - 1, speed)
    return np.interp(at, np.arange(len(sound)), sound).astype(np.float32)


def _placed(sound: Float32, n: int, rng: np.random.Generator) -> Float32:
    """Return `n` samples in which a sound comes once at any time, or again and again."""
    if len(sound) == 0:
        return np.zeros(n, np.float32)
    if rng.random() < 0.5:
        sound = np.pad(sound, (0, int(rng.uniform(0, 0.5) * len(sound))))
        sound = np.tile(sound, -(-n // len(sound)) + 1)
        return sound[int(rng.integers(0, len(sound) - n + 1)) :][:n]
    whole = np.zeros(n, np.float32)
    at = int(rng.integers(0, max(1, n - len(sound) + 1)))
    part = sound[: n - at]
    whole[at : at + len(part)] = part
    return whole


def _equalized(sound: Samples, rng: np.random.Generator) -> Float32:
    """Return a sound through a filter of a random curve, up to 12 dB up or down."""
    spectrum = fft.rfft(sound, next_fast_len(len(sound)))
    octave = np.log2(np.linspace(60, RATE / 2, len(spectrum)) / 60)
    points = np.sort(rng.uniform(0, octave[-1], 6))
    curve = np.interp(octave, points, rng.uniform(-12, 12, 6))
    return fft.irfft(spectrum * 10 ** (curve / 20))[: len(sound)].astype(np.float32)


def _in_a_room(sound: Float32, rng: np.random.Generator) -> Float32:
    """Return a sound in a room that decays by 60 dB within 0.1 to 1.5 s."""
    time = np.arange(RATE) / RATE
    response = np.exp(-6.9 * time / rng.uniform(0.1, 1.5)) * rng.standard_normal(RATE)
    response *= rng.uniform(0.2, 1.5) / np.linalg.norm(response)
    response[0] += 1
    return _convolved(sound, response.astype(np.float32))


def _convolved(sound: Samples, response: Samples) -> Samples:
    size = next_fast_len(len(sound) + len(response))
    return fft.irfft(fft.rfft(sound, size) * fft.rfft(response, size))[: len(sound)]


def _coloured(n: int, rng: np.random.Generator) -> Float32:
    """Return noise that falls with frequency, or rises a little."""
    spectrum = fft.rfft(rng.standard_normal(n, np.float32))
    spectrum *= np.maximum(np.arange(len(spectrum)), 20) ** -rng.uniform(-0.5, 1.5)
    return fft.irfft(spectrum, n).astype(np.float32)


def made(n: int, rng: np.random.Generator) -> Float32:
    """Return `n` samples of a made sound, whose level goes up and down more often than not."""
    time = np.arange(n) / RATE
    kinds = _glide, _band, _clicks, _beats
    sound = kinds[rng.integers(0, len(kinds))](time, rng)
    if rng.random() < 0.6:
        points = int(rng.integers(3, 40))
        if rng.random() < 0.5:
            level = rng.uniform(-40, 0, points)
        else:
            level = np.where(rng.random(points) < 0.5, -80, 0)
        sound = sound * 10 ** (np.interp(time, np.linspace(0, SECONDS, points), level) / 20)
    return np.asarray(sound, np.float32)


def _glide(time: Samples, rng: np.random.Generator) -> Samples:
    """Return harmonics of a pitch that stays or glides, and wavers."""
    low, high = np.exp(rng.uniform(np.log(60), np.log(4000), 2))
    wavering = rng.uniform(0, 0.1) * np.sin(2 * np.pi * rng.uniform(0.5, 12) * time)
    again = time % rng.uniform(0.3, 8)
    pitch = np.interp(again, [0, 4], [low, low if rng.random() < 0.4 else high])
    phase = 2 * np.pi * np.cumsum(pitch * (1 + wavering)) / RATE
    harmonics = range(1, int(rng.integers(2, 14)))
    audible = [np.sin(k * phase) * (k * pitch < 7800) for k in harmonics]
    return sum(
        (rng.random() / k * wave for k, wave in zip(harmonics, audible, strict=True)),
        np.zeros_like(time),
    )


def _band(time: Samples, rng: np.random.Generator) -> Samples:
    return _equalized(_equalized(_coloured(len(time), rng), rng), rng)


def _clicks(time: Samples, rng: np.random.Generator) -> Samples:
    """Return what rings when it is struck, evenly or not: of one pitch, or of none."""
    n = len(time)
    sound = np.zeros(n)
    even = rng.uniform(0.005, 0.6)
    gaps = even * (np.ones(CLICKS) if rng.random() < 0.5 else rng.exponential(1, CLICKS))
    at = (np.cumsum(gaps + 1e-4) * RATE).astype(int)
    at = at[at < n]
    sound[at] = rng.uniform(0.3, 1, len(at))
    ringing = np.arange(RING)
    noisy = rng.random() < 0.5
    decay = np.exp(-ringing / rng.uniform(5, 1500))
    ring = rng.standard_normal(RING) if noisy else np.sin(ringing * rng.uniform(0.05, 2.5))
    return _convolved(sound, decay * ring)


def _beats(time: Samples, rng: np.random.Generator) -> Samples:
    """Return noise that swells and ebbs, as waves and engines do."""
    beat = rng.uniform(0.1, 40)
    noise = _coloured(len(time), rng)
    swelling = 1 + rng.uniform(0, 1) * np.sin(2 * np.pi * beat * time)
    return _equalized((noise * swelling).astype(np.float32), rng)
