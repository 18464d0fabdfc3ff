"""What librosa can make of a sound for the analysis pane."""

from enum import StrEnum


class Kind(StrEnum):
    """What is made of the sound."""

    CQT = "constant-q"
    CHROMA = "chroma"
    ONSETS = "onsets"
    PITCH = "pitch"
    HARMONIC = "harmonic"
    PERCUSSIVE = "percussive"
