"""Whether results of files are kept from one time to the next, and in how much room."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog, QWidget

from leanviz.settings import Settings
from leanviz.views.actions import Actions

if TYPE_CHECKING:
    from leanviz.views.director import Director

MOST_MB = 1_000_000


class AnalysisKeeping(QObject):
    """Tells the recording where results of files go, as the user wants it."""

    def __init__(self, director: "Director", window: QWidget) -> None:
        super().__init__(window)
        self._director, self._window = director, window
        self._keep, self._most_mb = True, 0

    def serve(self, actions: Actions, settings: Settings) -> None:
        """Have the menu entries do their work, as the settings say."""
        self._most_mb = max(1, settings.analyses_mb)
        self._apply(settings.keep_analyses)
        actions.connect({
            "keep analyses": lambda: self._set_keep(actions["keep analyses"].isChecked()),
            "analyses room": self._ask_for_room,
        })  # fmt: skip
        actions.check("keep analyses", self._keep)

    def remember(self, settings: Settings) -> Settings:
        """Return the settings with what is chosen now."""
        return replace(settings, keep_analyses=self._keep, analyses_mb=self._most_mb)

    def _set_keep(self, keep: bool) -> None:
        self._apply(keep)
        told = "kept, so that a file opened again is there at once" if keep else "not kept"
        self._director.said.emit(f"Analyses of files are {told}.")

    def _apply(self, keep: bool) -> None:
        self._keep = keep
        self._director.recording.kept_mb = self._most_mb if keep else 0

    def _ask_for_room(self) -> None:
        text = "Megabytes for the analyses of all files; those not used for longest make way:"
        most_mb, chosen = QInputDialog.getInt(
            self._window, "Room for Analyses", text, self._most_mb, 1, MOST_MB
        )
        if chosen:
            self._most_mb = most_mb
            self._apply(self._keep)
