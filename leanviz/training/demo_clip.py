"""Make the demo clip that leanviz opens on: ``python -m leanviz.training.demo_clip``.

Everything is computed here from sines and noise; the one voice is espeak-ng's. No recording is
used, so the clip can ship under CC0, and the onsets are known to the sample.
"""

import argparse
import csv
import io
import shutil
import subprocess
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import soundfile

from leanviz.core.errors import UserError
from leanviz.core.resources import resource_path

Samples: TypeAlias = npt.NDArray[np.float64]
Random: TypeAlias = np.random.Generator

SAMPLE_RATE = 44100
DURATION_S = 30.0
BACKGROUND_DBFS = -72.0
SENTENCE = "Hello. This is leanviz. It listens, and shows why."


@dataclass(frozen=True, slots=True)
class Part:
    """A sound of the clip: when it starts, what it is, how loud, and how to make it."""

    onset_s: float
    label: str
    peak: float
    room_s: float
    make: Callable[[Random], Samples]


def _time(duration_s: float) -> Samples:
    return np.arange(round(duration_s * SAMPLE_RATE)) / SAMPLE_RATE


def _faded(samples: Samples, attack_s: float, release_s: float) -> Samples:
    ramp = np.minimum(_time(len(samples) / SAMPLE_RATE) / attack_s, 1.0)
    tail = np.minimum(_time(len(samples) / SAMPLE_RATE) / release_s, 1.0)[::-1]
    return samples * ramp * tail


def _band(samples: Samples, low: float, high: float) -> Samples:
    """Keep `low` to `high` hertz, 12 dB per octave outside, without phase shift."""
    hertz = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    below, above = hertz / low, hertz / high
    gain = below**2 / np.sqrt(1 + below**4) / np.sqrt(1 + above**4)
    return np.fft.irfft(np.fft.rfft(samples) * gain, len(samples))


def _add(samples: Samples, onset_s: float, sound: Samples) -> None:
    start = round(onset_s * SAMPLE_RATE)
    kept = samples[start : start + len(sound)]
    kept += sound[: len(kept)]


def _harmonics(phase: Samples, amplitudes: list[float]) -> Samples:
    parts = [a * np.sin((k + 1) * phase) for k, a in enumerate(amplitudes)]
    return np.sum(parts, axis=0)


def _in_room(samples: Samples, reverberation_s: float, random: Random) -> Samples:
    """Add the reverberation of a room that falls by 60 dB in `reverberation_s`."""
    late = _time(1.2 * reverberation_s)
    response = _band(random.standard_normal(len(late)), 40, 5000)
    response *= np.exp(-6.9 * late / reverberation_s)
    response *= 0.6 / np.sqrt(np.sum(response**2))
    size = len(samples) + len(response)
    wet = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(response, size), size)
    wet[: len(samples)] += samples
    return wet


def birds(random: Random) -> Samples:
    """Return short chirps that fall from 6.7 to 3.7 kHz, as small birds' do."""
    song = np.zeros(round(3.0 * SAMPLE_RATE))
    onset_s = 0.0
    while onset_s < 2.8:
        time = _time(0.13 * random.uniform(0.8, 1.2))
        sweep = np.linspace(6700, 3700, len(time), endpoint=False)
        phase = 2 * np.pi * np.cumsum(sweep) / SAMPLE_RATE
        _add(song, onset_s, _harmonics(phase, [1.0, 0.1]) * np.hanning(len(time)))
        onset_s += random.choice([0.15, 0.2, 0.4])
    return song


# Partials of a church bell: ratio to the nominal pitch, amplitude, decay per second.
_BELL = np.array([
    (0.5, 0.5, 0.4), (1.0, 0.8, 0.7), (1.183, 0.9, 0.8), (1.506, 0.5, 1.2), (2.0, 1.0, 0.9),
    (2.514, 0.9, 1.8), (2.662, 0.9, 2.0), (3.011, 1.26, 1.8), (4.166, 1.1, 2.4), (5.433, 0.9, 3.0),
    (6.796, 0.7, 4.0), (8.215, 0.54, 5.0), (9.6, 0.36, 6.0), (11.1, 0.27, 7.0),
])  # fmt: skip


def church_bell(random: Random) -> Samples:
    """Return two strokes of a bell whose partials beat, as cast bells' do."""
    strokes = np.zeros(round(3.6 * SAMPLE_RATE))
    for onset_s in (0.0, 1.6):
        time = _time(3.6 - onset_s)
        tone = _band(random.standard_normal(len(time)), 1500, 8000) * 1.8 * np.exp(-60 * time)
        for ratio, amplitude, decay in _BELL:
            phase = 2 * np.pi * 400 * ratio * time
            beating = np.sin(phase + ratio) + 0.7 * np.sin(1.003 * phase + 1)
            tone += amplitude * np.exp(-decay * time) * beating
        _add(strokes, onset_s, tone)
    return _faded(strokes, 0.001, 0.8)


def car_horn(_random: Random) -> Samples:
    """Return a two-tone horn."""
    time = _time(1.2)
    horn = np.zeros(len(time))
    for pitch in (420, 500):
        phase = 2 * np.pi * pitch * time
        horn += np.sum([np.sin(k * phase + k) / k**0.35 for k in range(1, 18)], axis=0)
    return _faded(horn, 0.015, 0.06)


def siren(_random: Random) -> Samples:
    """Return a wailing siren that swells and fades."""
    time = _time(4.0)
    pitch = 650 + 225 * (1 - np.cos(np.pi * time))
    wail = _harmonics(2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE, [1, 0.5, 0.35, 0.2, 0.12, 0.08])
    return _faded(wail, 0.2, 0.3) * (0.6 + 0.4 * np.sin(np.pi * time / 4.0))


def clock(random: Random) -> Samples:
    """Return a clock: every beat is three clicks of the escapement, tick and tock differ."""
    beats = np.zeros(round(4.0 * SAMPLE_RATE))
    for beat in range(8):
        low, ping, loudness = ((1200, 2600, 0.8), (1500, 3100, 1.0))[beat % 2]
        for delay_s, gain in ((0.0, 0.5), (0.006, 1.0), (0.016, 0.6)):
            time = _time(0.06 - delay_s)
            click = _band(random.standard_normal(len(time)), low, 7000) * np.exp(-900 * time)
            click += 0.5 * np.exp(-300 * time) * np.sin(2 * np.pi * ping * time)
            _add(beats, beat * 0.5 + delay_s, gain * loudness * click)
    return beats[: round(3.6 * SAMPLE_RATE)]


def telephone(random: Random) -> Samples:
    """Return a bell telephone: a clapper between two gongs, twenty strokes a second."""
    ring = np.zeros(round(2.2 * SAMPLE_RATE))
    for stroke in range(38):
        time = _time(0.8)
        tone = 0.3 * np.exp(-300 * time) * random.standard_normal(len(time))
        for ratio, amplitude, decay in (
            (1, 1, 9), (1.51, 0.5, 9), (2.74, 0.8, 12), (3.76, 0.4, 16), (5.4, 0.5, 20),
        ):  # fmt: skip
            phase = 2 * np.pi * (1050, 1300)[stroke % 2] * ratio * time + random.uniform(0, 6)
            tone += amplitude * np.exp(-decay * time) * np.sin(phase)
        _add(ring, stroke / 20 + random.uniform(0, 0.002), random.uniform(0.8, 1.2) * tone)
    return _faded(ring, 0.001, 0.2)


def knocks(random: Random) -> Samples:
    """Return two times three knocks on a wooden door."""
    door = np.zeros(round(2.0 * SAMPLE_RATE))
    for onset_s in (0.0, 0.22, 0.44, 1.2, 1.42, 1.64):
        time = _time(0.2)
        body = 3 * _band(random.standard_normal(len(time)), 60, 250) * np.exp(-45 * time)
        contact = 0.3 * _band(random.standard_normal(len(time)), 800, 2500) * np.exp(-200 * time)
        _add(door, onset_s, random.uniform(0.85, 1.0) * (body + contact))
    return door


def speech(_random: Random) -> Samples:
    """Return a sentence spoken by espeak-ng.

    Raises
    ------
    UserError
        espeak-ng is not installed.
    """
    program = shutil.which("espeak-ng")
    if program is None:
        raise UserError("The demo clip needs espeak-ng for its voice: sudo apt install espeak-ng")
    command = [program, "-v", "en-us+m3", "-s", "150", "-p", "40", "--stdout", SENTENCE]
    spoken = subprocess.run(command, check=True, capture_output=True).stdout
    with wave.open(io.BytesIO(spoken)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)
    sounding = np.flatnonzero(np.abs(samples) > 0.01 * np.abs(samples).max())
    return _at_rate(samples[sounding[0] : sounding[-1] + 1], rate)


def _at_rate(samples: Samples, from_rate: int) -> Samples:
    """Resample a whole sound through its spectrum."""
    size = round(len(samples) * SAMPLE_RATE / from_rate)
    return np.fft.irfft(np.fft.rfft(samples), size) * (size / len(samples))


PARTS = (
    Part(0.8, "Chirp_and_tweet", 0.2, 0.3, birds),
    Part(4.4, "Church_bell", 0.3, 1.5, church_bell),
    Part(8.6, "Vehicle_horn_and_car_horn_and_honking", 0.3, 0.3, car_horn),
    Part(10.6, "Siren", 0.3, 0.4, siren),
    Part(15.2, "Tick-tock", 0.05, 0.3, clock),
    Part(19.4, "Telephone", 0.25, 0.3, telephone),
    Part(22.4, "Knock", 0.35, 0.2, knocks),
    Part(25.0, "Speech", 0.4, 0.1, speech),
)


def _background(random: Random) -> Samples:
    """Return the rumble of a quiet room: exact zeros would look like a muted microphone."""
    rumble = _band(random.standard_normal(round(DURATION_S * SAMPLE_RATE)), 50, 500)
    return rumble * 10 ** (BACKGROUND_DBFS / 20) / rumble.std()


def compose() -> tuple[Samples, list[tuple[float, float, str]]]:
    """Return the clip [n] at 44.1 kHz and its events: onset and offset in seconds, label.

    The offset is where the sound itself ends; the reverberation after it is not counted.
    """
    clip = _background(np.random.default_rng(0))
    events = []
    for number, part in enumerate(PARTS, 1):
        random = np.random.default_rng(number)
        dry = part.make(random)
        sound = _in_room(dry, part.room_s, random)
        _add(clip, part.onset_s, sound * part.peak / np.abs(sound).max())
        events.append((part.onset_s, part.onset_s + len(dry) / SAMPLE_RATE, part.label))
    return clip, events


_README = """\
# The demo clip

`demo.flac` is what leanviz opens on: {seconds:.0f} s, mono, 44.1 kHz. `demo.csv` tells when each of
its sounds begins and ends. Nothing in it was recorded: bells, horn, siren, clock, knocks and birds
are computed from sines and noise by `python -m leanviz.training.demo_clip` (seeded, so the same
machine makes the same file again); the voice is the speech synthesiser espeak-ng {espeak}.

To the extent possible under law, the authors have waived all rights to the clip (CC0 1.0,
https://creativecommons.org/publicdomain/zero/1.0/).

A computed siren is easier than a real one: the clip shows what leanviz does, not how well.
"""


def _espeak_version() -> str:
    said = subprocess.run(["espeak-ng", "--version"], check=True, capture_output=True, text=True)
    return said.stdout.split("Data at")[0].split(":")[-1].strip()


def write(folder: Path) -> None:
    """Write ``demo.flac``, ``demo.csv`` and ``README.md`` into `folder`."""
    clip, events = compose()
    folder.mkdir(parents=True, exist_ok=True)
    # 14 bits lie well below the room's own rumble, and FLAC stores the two zeros for free
    coarse = np.round(clip * 2**13).astype(np.int16) << 2
    soundfile.write(folder / "demo.flac", coarse, SAMPLE_RATE, compression_level=1.0)
    with (folder / "demo.csv").open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("onset_s", "offset_s", "label"))
        rows.writerows((f"{onset:.3f}", f"{offset:.3f}", label) for onset, offset, label in events)
    text = _README.format(seconds=DURATION_S, espeak=_espeak_version())
    (folder / "README.md").write_text(text)


def main() -> None:
    """Run the command line of this module."""
    parser = argparse.ArgumentParser(description="Make the demo clip of leanviz.")
    parser.add_argument("-o", "--output", type=Path, default=resource_path("demo"), metavar="DIR")
    folder: Path = parser.parse_args().output
    try:
        write(folder)
    except UserError as error:
        parser.exit(2, f"{error}\n")


if __name__ == "__main__":
    main()
