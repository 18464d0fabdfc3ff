"""How panes may be scaled; no more, so that the command line starts at once."""

from enum import StrEnum


class Scale(StrEnum):
    """How frequency is spread over the height of the spectrogram."""

    MEL = "mel"
    LINEAR = "linear"
    LOG = "log"


class Brightness(StrEnum):
    """What the brightest colour of the attention map stands for; the darkest is always 0."""

    ROW = "row"
    GLOBAL = "global"
