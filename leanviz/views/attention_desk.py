"""What is done with the attention map: heads, scale, ridge, pins, its window, its numbers."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from leanviz.core.attention import Head
from leanviz.core.realignment import read_rows
from leanviz.core.scales import Brightness
from leanviz.models.attention import AttentionPoint
from leanviz.models.attention_pins import PinsModel, pin
from leanviz.models.attention_reading import ReadingModel
from leanviz.settings import Settings
from leanviz.views.actions import Actions
from leanviz.views.attention_export import MapExport
from leanviz.views.attention_lag import LagPane
from leanviz.views.attention_page import AttentionPage
from leanviz.views.attention_window import WindowMap
from leanviz.views.inspector import Inspector
from leanviz.views.readout import attention_values
from leanviz.views.telling import Telling
from leanviz.views.theme import Theme

if TYPE_CHECKING:
    from leanviz.views.director import Director
    from leanviz.views.side import Side

BUTTONS = ("pin a", "pin b", "unpin")


class AttentionDesk(Telling):
    """Serves the actions of the attention map, and keeps what was chosen as settings.

    Signals
    -------
    changed :
        Other actions can be used now.
    """

    changed = Signal()

    def __init__(
        self, director: "Director", inspector: Inspector, actions: Actions, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._director, self._inspector, self._actions = director, inspector, actions
        self._workspace = workspace = director.workspace
        self._model, self._time, self._pane = (
            workspace.attention_model, workspace.time, workspace.attention,
        )  # fmt: skip
        self.pins = PinsModel(self)
        self.reading = ReadingModel(self._model, self._time, self)
        self.page = AttentionPage(self.reading, self.pins, tuple(actions[name] for name in BUTTONS))
        self.lag: LagPane = workspace.add_lag(self.reading)
        self.window = WindowMap(director, workspace, self)
        self.exporting = MapExport(director, parent)
        self._read: AttentionPoint | None = None
        self._head_of_page: Head = None
        self._connect()

    def _connect(self) -> None:
        self._pane.readout.connect(self._show_point)
        self._pane.pinned.connect(self._hold)
        self._pane.released.connect(self.pins.clear)
        self.pins.changed.connect(self._mark_pins)
        self._model.changed.connect(self._mark_pins)
        self.page.looked_at.connect(lambda _: self._want_numbers())
        self.page.heads.chosen.connect(self._choose_row)
        self.window.changed.connect(self._check_window)
        self.window.failed.connect(self.failed)
        self.exporting.tell_through(self)
        self._director.live_map.begun.connect(self._take_live)

    def serve(self, settings: Settings, side: "Side") -> None:
        """Have the actions do their work, and show what the settings say."""
        side.addTab(self.page, "&Map")
        actions = self._actions
        actions.connect_choice("head", self._choose_head)
        actions.connect_choice("brightness", self._choose_brightness)
        actions.connect({
            "ridge": lambda: self._model.set_ridge(actions["ridge"].isChecked()),
            "lag": lambda: self._show_lag(actions["lag"].isChecked()),
            "live map": lambda: self._director.live_map.show(actions["live map"].isChecked()),
            "read map": self._begin_reading,
            "window map": self._toggle_window,
            "pin a": lambda: self._hold_read("A"),
            "pin b": lambda: self._hold_read("B"),
            "unpin": self.pins.clear,
            "export map": self.exporting.ask,
        })  # fmt: skip
        self._model.set_brightness(settings.attention_scale)
        self._model.set_ridge(settings.ridge)
        self._director.live_map.show(settings.live_map)
        self._show_lag(settings.lag)
        actions.choose("brightness", self._model.brightness)
        for name, on in (
            ("ridge", settings.ridge), ("lag", settings.lag), ("live map", settings.live_map),
        ):  # fmt: skip
            actions.check(name, on)

    def remember(self, settings: Settings) -> Settings:
        """Return settings with what is chosen."""
        return replace(
            settings,
            attention_scale=self._model.brightness,
            ridge=self._model.ridge,
            lag=self._actions["lag"].isChecked(),
            live_map=self._actions["live map"].isChecked(),
        )

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.page.set_theme(theme)

    def close(self) -> None:
        """End what works in the background. Twice is harmless."""
        self.window.close()
        self.exporting.close()

    def _choose_head(self, name: str) -> None:
        self._model.set_head("max" if name == "max" else int(name) - 1 if int(name) else None)

    def _choose_row(self, row: int) -> None:
        """Show the head in a row of the table."""
        heads = self.reading.heads
        if row < len(heads):
            head = heads[row]
            self._model.set_head(head)
            name = str(head + 1) if isinstance(head, int) else (head or "0")
            self._actions.choose("head", name)

    def _choose_brightness(self, name: str) -> None:
        self._model.set_brightness(Brightness(name))

    def _show_lag(self, shown: bool) -> None:
        self.lag.setVisible(shown)
        self._want_numbers()

    def _want_numbers(self) -> None:
        self.reading.want(self.page.isVisible() or self._actions["lag"].isChecked())

    def _begin_reading(self) -> None:
        if not self._actions["attention"].isChecked():
            self._actions["attention"].trigger()
        self._pane.begin_reading()

    def _toggle_window(self) -> None:
        if self._actions["window map"].isChecked():
            self.window.show()
        else:
            self.window.leave()

    def _check_window(self) -> None:
        self._actions.check("window map", self.window.shown)

    def _take_live(self) -> None:
        band = self._model.band
        self._inspector.show_heads(0 if band is None else band.n_heads)
        self.changed.emit()

    def _show_point(self, point: AttentionPoint | None) -> None:
        """Show what is read, in the inspector and on the page."""
        self._read = point or self._read
        self._inspector.show_attention(attention_values(point))
        band = self._model.band
        if band is None or point is None:
            self.page.show_row(None)
        else:
            row = slice(point.patch, point.patch + 1)
            self.page.show_row(read_rows(band, self._model.head, row))

    def _hold(self, letter: str, point: AttentionPoint) -> None:
        self.pins.hold(letter, pin(self._model, point))

    def _hold_read(self, letter: str) -> None:
        """Hold what was read last, as the head that is shown now has it."""
        if self._model.band is None or self._read is None:
            return
        query_s, key_s = (sum(hop) / 2 for hop in (self._read.query_hop_s, self._read.key_hop_s))
        point = self._model.point(query_s, key_s)
        if point is not None:
            self._hold(letter, point)

    def _mark_pins(self) -> None:
        shown = self._model.band is not None
        self._time.set_pins(self.pins.marks(self._model.source) if shown else ())
