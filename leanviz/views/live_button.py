"""The way back to now: a button over the panes while a live view looks back."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from leanviz.models.viewport import Viewport

# Clear of the overview, and of the margin of the panes.
RIGHT, TOP = 24, 48


class LiveButton(QPushButton):
    """Says how far behind a live view is, and takes it back to the newest sound.

    Parameters
    ----------
    over : QWidget
        What it lies on, at the top right.
    """

    def __init__(self, time: Viewport, over: QWidget) -> None:
        super().__init__(over)
        self._time, self._over = time, over
        self.setObjectName("back to live")
        self.setProperty("role", "live")
        self._word = ""
        self.set_over(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(lambda: time.set_follow(True))
        self.hide()

    def set_over(self, over: bool) -> None:
        """Say that listening is over, and nothing live any more; or that it goes on."""
        self._word = "END" if over else "LIVE"
        self.setAccessibleName("To the end" if over else "Back to live")
        self.setToolTip("To the last sound (End)" if over else "Back to the newest sound (End)")
        self.refresh()

    def refresh(self) -> None:
        """Show how far behind the view is; hide where there is nothing to go back to."""
        time = self._time
        wanted = time.live and not time.follow
        if wanted:
            behind_s = max(0.0, time.limits[1] - time.stop_s)
            self._say(f"{self._word}  +{_short(behind_s)}")
        if wanted != self.isVisibleTo(self._over):
            self.setVisible(wanted)
            self.raise_()

    def _say(self, text: str) -> None:
        if text != self.text():
            self.setText(text)
            self.adjustSize()
            self.place()

    def place(self) -> None:
        """Stand at the top right of what it lies on."""
        self.move(self._over.width() - self.width() - RIGHT, TOP)


def _short(seconds: float) -> str:
    """Return a time as ``37 s``, ``4:05`` or ``1:04:05``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
