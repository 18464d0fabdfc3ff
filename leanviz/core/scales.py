"""How the spectrogram may space frequencies; no more, so that the command line starts at once."""

from enum import StrEnum


class ScaleChoice(StrEnum):
    """How the spectrogram spaces frequencies."""

    MEL = "mel"
    LINEAR = "linear"
    LOG = "log"
