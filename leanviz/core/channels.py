"""Which channel of an input is heard: a number from 1 on, or 0 for the mix."""

MIX = 0

_WORDS = {MIX: "mix", 1: "left", 2: "right"}


def channel_name(channel: int) -> str:
    """Return how people call a channel: ``mix``, ``left``, ``right``, ``channel 3``."""
    return _WORDS.get(channel, f"channel {channel}")


def channel_number(name: str) -> int:
    """Return the channel that people call ``mix``, ``left``, ``right`` or by its number.

    Raises
    ------
    ValueError
        If there is no such channel on any input.
    """
    word = name.strip().casefold().removeprefix("channel ")
    numbers = {known: number for number, known in _WORDS.items()}
    number = numbers[word] if word in numbers else int(word)
    if number < MIX or (number == MIX and word != _WORDS[MIX]):
        raise ValueError(name)
    return number
