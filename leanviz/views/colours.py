"""Which hue a label has: eight families in the colours of Okabe and Ito."""

from functools import lru_cache

from PySide6.QtGui import QColor

from leanviz.core.taxonomy import Taxonomy

# Masataka Okabe and Kei Ito, "Color Universal Design", 2008: told aalpha with every kind of colour
# vision. Family: the most general class of a label within FSD50K.
ORANGE = "#e69f00"
SKY = "#56b4e9"
GREEN = "#009e73"
YELLOW = "#f0e442"
BLUE = "#0072b2"
VERMILION = "#d55e00"
PURPLE = "#cc79a7"
GREY = "#999999"

# Luminance at which black and white text have the same contrast.
MIDDLE = 0.179

_FAMILIES = {
    ORANGE: ("Animal",),
    SKY: (
        "Human_voice",
        "Human_group_actions",
        "Respiratory_sounds",
        "Hands",
        "Burping_and_eructation",
        "Chewing_and_mastication",
        "Fart",
        "Run",
        "Walk_and_footsteps",
    ),
    GREEN: ("Water", "Wind", "Thunderstorm", "Fire", "Liquid"),
    BLUE: ("Vehicle", "Engine"),
    VERMILION: ("Alarm", "Bell", "Doorbell", "Bicycle_bell", "Explosion"),
    PURPLE: ("Music",),
    YELLOW: ("Domestic_sounds_and_home_sounds", "Mechanisms", "Tools", "Glass", "Wood"),
}
_HUES = {family: hue for hue, families in _FAMILIES.items() for family in families}


def family_hue(family: str) -> str:
    """Return the colour ``#rrggbb`` of a family, given as a vocabulary name; grey for the rest."""
    return _HUES.get(family, GREY)


def label_hue(taxonomy: Taxonomy, label: str) -> str:
    """Return the colour ``#rrggbb`` of a label, given as a vocabulary name."""
    try:
        position = taxonomy.index(label)
    except KeyError:
        return GREY
    return family_hue(taxonomy[taxonomy.family(position)].name)


@lru_cache(maxsize=1024)
def readable_on(hue: str, alpha: float, below: str) -> QColor:
    """Return black or white, whichever reads better on a translucent hue over a ground."""
    fill, ground = QColor(hue), QColor(below)
    red = fill.redF() * alpha + ground.redF() * (1.0 - alpha)
    green = fill.greenF() * alpha + ground.greenF() * (1.0 - alpha)
    blue = fill.blueF() * alpha + ground.blueF() * (1.0 - alpha)
    return QColor("black" if _luminance(red, green, blue) > MIDDLE else "white")


def _luminance(red: float, green: float, blue: float) -> float:
    """Return the relative luminance of an sRGB colour (WCAG 2)."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
