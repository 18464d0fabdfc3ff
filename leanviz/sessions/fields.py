"""Values of session files, which come from anywhere: each is what it should be, or a ValueError."""

import re
import sys

NAME = re.compile(r"[\w ,()'&/.+-]{1,100}")


def whole(value: object, least: int, most: int) -> int:
    """Return a whole number within limits."""
    if type(value) is not int or not least <= value <= most:
        raise ValueError(value)
    return value


def score(value: object) -> float:
    """Return a score in [0, 1]."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(value)
    return float(value)


def name(value: object) -> str:
    """Return a name that is safe wherever it is shown: no markup, no control characters."""
    if not isinstance(value, str) or NAME.fullmatch(value) is None:
        raise ValueError(value)
    # the same few names over and over
    return sys.intern(value)


def text(value: object) -> str:
    """Return a text of reasonable length without characters that do not print."""
    if not isinstance(value, str):
        raise TypeError(value)
    return "".join(letter for letter in value[:200] if letter.isprintable())
