"""Ready-made choices of classes: each names a few classes and means all that is below them."""

from leanviz.core.taxonomy import Taxonomy

ALL = "All"
_ROOTS = {
    "Home": (
        "Domestic_sounds_and_home_sounds", "Alarm", "Doorbell", "Glass", "Fire",
        "Domestic_animals_and_pets", "Speech", "Shout", "Screaming", "Crying_and_sobbing", "Cough",
        "Walk_and_footsteps", "Thump_and_thud",
    ),
    "Animals": ("Animal",),
    "Machines": ("Vehicle", "Engine", "Mechanisms", "Tools", "Microwave_oven"),
    "Music": ("Music", "Singing", "Bell"),
    "Speech": ("Speech", "Whispering", "Shout", "Chatter"),
}  # fmt: skip
PRESETS = (ALL, *_ROOTS)


def preset(name: str, taxonomy: Taxonomy) -> tuple[str, ...]:
    """Return the names of the classes that a preset shows; none for `ALL`, which chooses none.

    Raises
    ------
    KeyError
        If there is no such preset.
    """
    if name == ALL:
        return ()
    known = set(taxonomy.names)
    chosen = {
        taxonomy[position].name
        for root in _ROOTS[name]
        if root in known
        for position in taxonomy.below(taxonomy.index(root))
    }
    return tuple(sorted(chosen))
