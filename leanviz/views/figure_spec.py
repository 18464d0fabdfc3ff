"""What a figure of a recording shows, and the command that draws it."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from leanviz.core.analysis_kinds import Kind
from leanviz.core.choices import DecisionChoices
from leanviz.core.scales import Brightness
from leanviz.core.visible import as_word
from leanviz.models.analysis import TITLES
from leanviz.models.spectrogram import SpectrogramSettings
from leanviz.settings import DEFAULTS, decisions_text

PANES = ("waveform", "spectrogram", "lanes", "reference", "attention")
SIZE = (1280, 1200)
FIGURE_SUFFIXES = (".png", ".svg")
BRIGHTNESS = {Brightness.ROW: "", Brightness.GLOBAL: " on one scale"}
HEADS = {"0": "mean of attention heads", "max": "highest of attention heads"}
# Of one pane alone.
LOW = 480


@dataclass(frozen=True, slots=True)
class FigureSpec:
    """Everything that a figure depends on, but the recording and its labels.

    Attributes
    ----------
    theme : str
        One of `leanviz.views.theme.THEMES`.
    size : tuple of int
        Width and height in pixels.
    panes : tuple of str
        Some of `PANES`.
    analysis : Kind or None
        What librosa makes of it, below the spectrogram.
    span_s : tuple of float or None
        What is shown of the recording, in seconds; None is all of it.
    time_of_day : bool
        Whether times are those of day, as far as it is known when the recording began.
    spectrogram : SpectrogramSettings
    window_ms : int
        Window of the spectrogram, in milliseconds.
    head : str
        Attention head, counted from 1; "0" is the mean, "max" the highest.
    ridge : bool
        Whether the attention has its ridge.
    brightness : Brightness
        What the brightest colour of the attention stands for: the most of its row, or of all.
    decisions : DecisionChoices
        By which its labels were chosen.
    references : tuple of str
        Label files, as the command is to name them.
    session : str
        Session file with what was said of its labels, as the command is to name it.
    model : str
        Model folder, "" for the bundled one.
    """

    theme: str = "dark"
    size: tuple[int, int] = SIZE
    panes: tuple[str, ...] = PANES
    analysis: Kind | None = None
    span_s: tuple[float, float] | None = None
    time_of_day: bool = False
    spectrogram: SpectrogramSettings = field(default_factory=SpectrogramSettings)
    window_ms: int = DEFAULTS.window_ms
    head: str = "0"
    ridge: bool = True
    brightness: Brightness = Brightness.ROW
    decisions: DecisionChoices = field(default_factory=DecisionChoices)
    references: tuple[str, ...] = ()
    session: str = ""
    model: str = ""

    def command(self, sound: str, output: str) -> str:
        """Return the line that draws the figure of a sound into a file."""
        size = ("--theme", self.theme, "--width", *map(str, self.size[:1]))
        sound = as_word(sound)
        words = ("leanviz", "render", sound, "-o", output, *size, "--height", str(self.size[1]))
        return shlex.join((*words, *self._options()))

    def _options(self) -> Iterator[str]:
        """Yield what differs from the defaults."""
        if self.panes != PANES:
            for pane in self.panes:
                yield from ("--pane", pane)
        if self.analysis is not None:
            yield from ("--analysis", self.analysis.value)
        if self.span_s is not None:
            yield from ("--start", f"{self.span_s[0]:.3f}", "--stop", f"{self.span_s[1]:.3f}")
        shown, usual = self.spectrogram, SpectrogramSettings()
        for name, value, default in (
            ("--scale", shown.scale.value, usual.scale.value),
            ("--floor", shown.floor_db, usual.floor_db),
            ("--ceiling", shown.ceiling_db, usual.ceiling_db),
            ("--palette", shown.palette, usual.palette),
            ("--low", shown.fmin, usual.fmin),
            ("--high", shown.fmax, usual.fmax),
            ("--window", self.window_ms, DEFAULTS.window_ms),
            ("--head", self.head, "0"),
            ("--brightness", self.brightness.value, "row"),
            ("--decisions", decisions_text(self.decisions), "{}"),
            ("--session", self.session, ""),
            ("--model", self.model, ""),
        ):
            if value != default:
                yield from (name, str(value))
        flags = {
            "--time-of-day": self.time_of_day,
            "--model-eye": shown.model_eye,
            "--no-ridge": not self.ridge,
        }
        yield from (name for name, given in flags.items() if given)
        for path in self.references:
            yield from ("--reference", path)

    def settings_text(self) -> str:
        """Return in words how it is drawn."""
        shown, recommended = self.spectrogram, decisions_text(self.decisions) == "{}"
        band = f"{shown.scale} scale {shown.fmin:g} to {shown.fmax:g} Hz"
        levels = f"{shown.floor_db:g} to {shown.ceiling_db:g} dBFS, window {self.window_ms} ms"
        head = HEADS.get(self.head, f"attention head {self.head}")
        words = {
            "spectrogram": f"{'what LEAN gets' if shown.model_eye else band}, {levels}",
            "lanes": f"labels {'as recommended' if recommended else 'by own decisions'}"
            f"{', reviewed by hand' if self.session else ''}",
            "attention": f"{head}{BRIGHTNESS[self.brightness]}",
        }
        told = [text for pane, text in words.items() if pane in self.panes]
        if self.analysis is not None:
            told.append(f"{TITLES[self.analysis]} by librosa")
        return " \u00b7 ".join(told)
