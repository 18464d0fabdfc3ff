"""What explanations and the window that shows them agree on; the window starts without the rest."""

from enum import StrEnum

AGREEMENT = 0.4
"""Below this rank correlation attention and occlusion are said to disagree: among the 21 moments of
a whole window chance alone reaches it one time in 28."""

ALIKE_FROM = 0.8
"""Cosine from which moments are listed as alike."""


class Change(StrEnum):
    """What is done to a stretch of sound to see what would be heard then."""

    MUTE = "mute"
    ISOLATE = "isolate"
