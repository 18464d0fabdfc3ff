"""What the View menu does: colours, scales, ranges, and which panes are shown."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from leanviz.core.scales import Scale
from leanviz.models.spectrogram import SpectrogramSettings
from leanviz.settings import DEFAULTS, Settings, ThemeChoice
from leanviz.views import style
from leanviz.views.action_table import WINDOWS_MS
from leanviz.views.actions import Actions
from leanviz.views.inspector import Inspector
from leanviz.views.palettes import PALETTES
from leanviz.views.theme import Theme
from leanviz.views.workspace import Workspace

STEP_DB = 5.0
LEAST_RANGE_DB = 10.0
LIMITS_DB = (-160.0, 20.0)
PANES = ("overview", "waveform", "spectrogram", "lanes")


class Appearance(QObject):
    """Keeps the looks as settings, and shows them.

    Signals
    -------
    themed : Theme
        There is another theme, for whatever draws itself.
    window_chosen : int
        The spectrogram is to have another window, in milliseconds.
    said : str
        What was chosen by key, in words.
    """

    themed = Signal(object)
    window_chosen = Signal(int)
    said = Signal(str)

    def __init__(
        self, settings: Settings, workspace: Workspace, inspector: Inspector, parent: QObject
    ) -> None:
        super().__init__(parent)
        if settings.window_ms not in WINDOWS_MS:
            settings = replace(settings, window_ms=DEFAULTS.window_ms)
        if settings.low_hz >= settings.high_hz:
            settings = replace(settings, low_hz=DEFAULTS.low_hz, high_hz=DEFAULTS.high_hz)
        self.settings = settings
        self._workspace, self._inspector = workspace, inspector

    def serve(self, actions: Actions) -> None:
        """Have the actions of the View menu do their work, and show what the settings say."""
        actions.connect({
            "next scale": lambda: self._next_scale(actions),
            "next palette": lambda: self._next_palette(actions),
            "floor down": lambda: self._shift(-STEP_DB, 0.0),
            "floor up": lambda: self._shift(STEP_DB, 0.0),
            "ceiling down": lambda: self._shift(0.0, -STEP_DB),
            "ceiling up": lambda: self._shift(0.0, STEP_DB),
            "default range": self.set_default_range,
            "longer window": lambda: self._next_window(actions, 1),
            "shorter window": lambda: self._next_window(actions, -1),
            "model eye": lambda: self._show_model_eye(actions["model eye"].isChecked()),
            "paging": lambda: self._turn_pages(actions["paging"].isChecked()),
            "attention": lambda: self._show_attention(actions["attention"].isChecked()),
        })  # fmt: skip
        actions.connect_choice("scale", self.set_scale)
        actions.connect_choice("palette", self.set_palette)
        actions.connect_choice("theme", self.set_theme)
        actions.connect_choice("window", lambda name: self.set_window(int(name)))
        for name in PANES:
            actions.connect({f"show {name}": self._toggling(actions, name)})
        self._check(actions)
        self._show_spectrogram()
        self._workspace.spectrogram.settings_changed.connect(self._take_band)
        self._workspace.time.set_paging(self.settings.paging)
        for name in PANES:
            self._workspace.pane(name).setVisible(name not in self.settings.hidden_panes)
        self._workspace.attention.setVisible(self.settings.attention)

    def set_theme(self, name: str) -> Theme:
        """Colour everything."""
        self.settings = replace(self.settings, theme=ThemeChoice(name))
        return self.retheme()

    def retheme(self) -> Theme:
        """Colour everything anew: the system's own colours may have changed."""
        theme = style.apply(self.settings.theme)
        self._workspace.set_theme(theme)
        self._inspector.set_theme(theme)
        self.themed.emit(theme)
        return theme

    def set_scale(self, name: str) -> None:
        """Space frequencies in another way."""
        self.settings = replace(self.settings, scale=Scale(name))
        self._show_spectrogram()
        self.said.emit(f"Frequencies: {name}")

    def set_palette(self, name: str) -> None:
        """Colour the spectrogram in another way; "" leaves it to the theme."""
        self.settings = replace(self.settings, palette=name)
        self._show_spectrogram()
        self.said.emit(f"Palette: {name or 'as the theme'}")

    def set_window(self, window_ms: int) -> None:
        """Have the spectrogram made with another window."""
        self.settings = replace(self.settings, window_ms=window_ms)
        self.window_chosen.emit(window_ms)
        self.said.emit(f"Window: {window_ms} ms")

    def _next_window(self, actions: Actions, step: int) -> None:
        at = WINDOWS_MS.index(self.settings.window_ms) + step
        if 0 <= at < len(WINDOWS_MS):
            actions.choose("window", str(WINDOWS_MS[at]))
            self.set_window(WINDOWS_MS[at])

    def _show_model_eye(self, shown: bool) -> None:
        self.settings = replace(self.settings, model_eye=shown)
        self._show_spectrogram()

    def _turn_pages(self, paging: bool) -> None:
        self.settings = replace(self.settings, paging=paging)
        self._workspace.time.set_paging(paging)

    def _next_scale(self, actions: Actions) -> None:
        scales = list(Scale)
        chosen = scales[(scales.index(self.settings.scale) + 1) % len(scales)]
        actions.choose("scale", chosen)
        self.set_scale(chosen)

    def _next_palette(self, actions: Actions) -> None:
        names = ("", *PALETTES)
        current = names.index(self.settings.palette) if self.settings.palette in names else 0
        chosen = names[(current + 1) % len(names)]
        actions.choose("palette", chosen)
        self.set_palette(chosen)

    def _shift(self, floor_db: float, ceiling_db: float) -> None:
        self.set_range(self.settings.floor_db + floor_db, self.settings.ceiling_db + ceiling_db)

    def set_default_range(self) -> None:
        """Colour the usual range of levels."""
        self.set_range(DEFAULTS.floor_db, DEFAULTS.ceiling_db)

    def set_range(self, floor_db: float, ceiling_db: float) -> None:
        """Give the darkest and the brightest colour other levels, dBFS, some way apart."""
        floor_db, ceiling_db = max(floor_db, LIMITS_DB[0]), min(ceiling_db, LIMITS_DB[1])
        if ceiling_db - floor_db >= LEAST_RANGE_DB:
            self.settings = replace(self.settings, floor_db=floor_db, ceiling_db=ceiling_db)
            self._show_spectrogram()
        floor, ceiling = (
            f"{level:.0f}".replace("-", "\N{MINUS SIGN}")
            for level in (self.settings.floor_db, self.settings.ceiling_db)
        )
        self.said.emit(f"Levels: {floor} to {ceiling} dBFS")

    def _show_spectrogram(self) -> None:
        """Draw the spectrogram as the settings say."""
        pane, settings = self._workspace.spectrogram, self.settings
        palette = settings.palette if settings.palette in PALETTES else None
        pane.set_settings(
            replace(
                pane.settings,
                scale=settings.scale,
                floor_db=settings.floor_db,
                ceiling_db=settings.ceiling_db,
                palette=palette,
                fmin=settings.low_hz,
                fmax=settings.high_hz,
                model_eye=settings.model_eye,
            )
        )

    def _take_band(self, shown: SpectrogramSettings) -> None:
        """Remember the frequencies that the user went to."""
        self.settings = replace(self.settings, low_hz=shown.fmin, high_hz=shown.fmax)

    def _show_attention(self, shown: bool) -> None:
        self.settings = replace(self.settings, attention=shown)
        self._workspace.attention.setVisible(shown)

    def _toggling(self, actions: Actions, name: str) -> Callable[[], None]:
        def toggle() -> None:
            shown = actions[f"show {name}"].isChecked()
            others = tuple(other for other in self.settings.hidden_panes if other != name)
            hidden = others if shown else (*others, name)
            self.settings = replace(self.settings, hidden_panes=hidden)
            self._workspace.pane(name).setVisible(shown)

        return toggle

    def _check(self, actions: Actions) -> None:
        settings = self.settings
        actions.choose("scale", settings.scale)
        actions.choose("palette", settings.palette if settings.palette in PALETTES else "")
        actions.choose("theme", settings.theme)
        actions.choose("head", "0")
        actions.choose("window", str(settings.window_ms))
        actions.check("model eye", settings.model_eye)
        actions.check("paging", settings.paging)
        actions.check("attention", settings.attention)
        for name in PANES:
            actions.check(f"show {name}", name not in settings.hidden_panes)
