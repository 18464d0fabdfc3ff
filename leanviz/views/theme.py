"""The colours of the panes: dark, light, and high contrast."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as ``#rrggbb``; opacities are set where they are used.

    Attributes
    ----------
    background, surface, lane : str
        Behind everything; behind panels such as the inspector; behind every other label lane.
    text, muted : str
        Words that matter; axis numbers, names and empty states.
    line : str
        Separators, ticks, the centre line of the waveform.
    waveform, clip : str
        The envelope; where it reaches full scale.
    cursor, outline : str
        The play cursor and markers, and the outline that keeps them visible on any colour.
    query, key : str
        The two linked markers of the attention pane.
    accent : str
        Selections, the window in the overview.
    gap : str
        Where audio was lost.
    reference : str
        Labels that others made: a hue that no family has.
    palette, attention : str
        Colour map of the spectrogram unless the user chose one; colour map of the attention.
    """

    name: str
    background: str
    surface: str
    lane: str
    text: str
    muted: str
    line: str
    waveform: str
    clip: str
    cursor: str
    outline: str
    query: str
    key: str
    accent: str
    gap: str
    reference: str
    palette: str
    attention: str = "cividis"
    dark: bool = True


DARK = Theme(
    name="dark",
    background="#15171a",
    surface="#1c1f23",
    lane="#1a1d21",
    text="#e8eaed",
    muted="#9aa0a8",
    line="#33383f",
    waveform="#56b4e9",
    clip="#ff5c4d",
    cursor="#ffffff",
    outline="#000000",
    query="#e69f00",
    key="#4fd1c5",
    accent="#56b4e9",
    gap="#2a2e34",
    reference="#a78bfa",
    palette="inferno",
)

LIGHT = Theme(
    name="light",
    background="#fbfbfa",
    surface="#f1f2f3",
    lane="#f3f4f5",
    text="#1b1e22",
    muted="#5d646c",
    line="#d3d7dc",
    waveform="#1f6fa8",
    clip="#c62f1d",
    cursor="#111111",
    outline="#ffffff",
    query="#b35c00",
    key="#00786c",
    accent="#0072b2",
    gap="#dfe2e6",
    reference="#6d4bd8",
    palette="grey reversed",
    dark=False,
)

HIGH_CONTRAST = Theme(
    name="high contrast",
    background="#000000",
    surface="#000000",
    lane="#000000",
    text="#ffffff",
    muted="#ffffff",
    line="#8c8c8c",
    waveform="#ffffff",
    clip="#ff6655",
    cursor="#ffff00",
    outline="#000000",
    query="#ffb000",
    key="#00ffe5",
    accent="#ffff00",
    gap="#4d4d4d",
    reference="#c4b5fd",
    palette="grey",
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT, HIGH_CONTRAST)}
