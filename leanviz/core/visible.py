"""Text from files, for people: what would steer a terminal is shown and steers nothing."""

# Turn the order of letters round, or end a line where no other program would.
_TURNING = "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_LATER_CONTROLS = range(0x80, 0xA0)
_PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_SEEN = _PICTURES | dict.fromkeys((*_LATER_CONTROLS, *map(ord, _TURNING)), 0xFFFD)


def visible(text: str) -> str:
    """Return a text in one line, with a picture for each control character.

    An escape becomes U+241B, a line end U+240A; what has no picture, such as a change of direction,
    becomes U+FFFD. Twice is harmless.
    """
    return text.translate(_SEEN)


def as_word(file: str) -> str:
    """Return a file's name as a word of a command line: one that begins with a hyphen is no option.

    What quotes it is `shlex`.
    """
    return f"./{file}" if file.startswith("-") else file
