"""The kinds of smoothing by name: apart from the arithmetic, since the command line lists them."""

from enum import StrEnum


class Smoothing(StrEnum):
    """How the scores of neighbouring patches are joined."""

    OFF = "off"
    MEAN = "mean"
    LOG_MEAN_EXP = "log-mean-exp"
