"""Known sounds for ``leanviz bench --latency``: parts of the demo clip, apart, at random phases."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leanviz.audio.file import read_mono
from leanviz.audio.resample import Resampler
from leanviz.core.frontend import YAMNET
from leanviz.core.resources import resource_path
from leanviz.core.taxonomy import Taxonomy

Float32 = npt.NDArray[np.float32]

# Seconds at which the clear ones begin; resources/demo/demo.csv has all.
CLEAR = (
    (0.8, "Chirp_and_tweet"),
    (4.4, "Church_bell"),
    (8.6, "Vehicle_horn_and_car_horn_and_honking"),
    (10.6, "Siren"),
    (19.4, "Telephone"),
    (22.4, "Knock"),
    (25.0, "Speech"),
)
LENGTH_S = 1.2
# Until the label of a sound is final and gone from what sounds: hang-over, patches, all threads.
SILENCE_S = 3.0
HOP_S = YAMNET.patch_hop / YAMNET.sample_rate
# A sound begins where it comes within 30 dB of its peak.
AUDIBLE = 10 ** (-30 / 20)


@dataclass(frozen=True, slots=True)
class KnownSound:
    """A sound in what is played.

    Attributes
    ----------
    label : str
    onset, offset : int
        First sample of what is played that belongs to it, and one past the last.
    """

    label: str
    onset: int
    offset: int


def known_sounds(
    sample_rate: int, rng: np.random.Generator
) -> tuple[Float32, tuple[KnownSound, ...]]:
    """Return one round of sounds in random order [n] and where they are.

    Onsets fall anywhere against the grid of patches: each silence is longer by a random part of a
    patch hop.
    """
    clip = at_rate(*read_mono(resource_path("demo", "demo.flac")), sample_rate)
    parts, found = [_silence(sample_rate, rng)], list[KnownSound]()
    for index in rng.permutation(len(CLEAR)):
        start_s, label = CLEAR[index]
        at = sum(map(len, parts))
        first = round(start_s * sample_rate)
        sound = clip[first : first + round(LENGTH_S * sample_rate)]
        found.append(KnownSound(label, at + beginning(sound), at + len(sound)))
        parts += [sound, _silence(sample_rate, rng)]
    return np.concatenate(parts), tuple(found)


def _silence(sample_rate: int, rng: np.random.Generator) -> Float32:
    return np.zeros(round((SILENCE_S + rng.uniform(0.0, HOP_S)) * sample_rate), np.float32)


def at_rate(sound: Float32, rate: int, wanted: int) -> Float32:
    """Return a sound [n] at another sample rate [m]."""
    resampler = Resampler(rate, wanted)
    return np.concatenate((resampler.push(sound), resampler.finish()))


def beginning(sound: Float32) -> int:
    """Return the first sample of a sound [n] that is to be heard."""
    level = np.abs(sound)
    return int(np.argmax(level >= AUDIBLE * level.max()))


def right_labels(label: str, taxonomy: Taxonomy) -> frozenset[str]:
    """Return the labels that are right for a sound: its own, more general and more special ones."""
    position = taxonomy.index(label)
    below = (taxonomy[k].name for k in taxonomy.below(position))
    return frozenset((*taxonomy.names_above(position), *below))
