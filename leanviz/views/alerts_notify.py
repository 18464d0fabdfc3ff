"""Desktop notifications, by what the desktop offers."""

import html
import shutil

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QStyle, QSystemTrayIcon

from leanviz.pipeline.commands import CommandRunner

PROGRAM = "notify-send"
# What commands for it are run for.
WHAT = "notifications"
SHOWN_MS = 10_000
NO_WAY = (
    "This desktop shows no notifications: install notify-send (libnotify), or have the rule "
    "highlight the window."
)


class Notifier(QObject):
    """Shows notifications through ``notify-send``, else through an icon in the system tray.

    Qt's D-Bus module cannot be used for it: from Python it sends no unsigned numbers, which the
    desktop's notification service insists on. ``notify-send`` reaches that service everywhere and
    needs no tray, which some desktops do not have.

    Parameters
    ----------
    runner : CommandRunner
        Runs ``notify-send``, off the GUI thread.
    """

    def __init__(self, runner: CommandRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._tray: QSystemTrayIcon | None = None

    def notify(self, title: str, text: str) -> str:
        """Show a notification; return "" or, where that is impossible, a sentence saying so."""
        if shutil.which(PROGRAM) is not None:
            # the text may have markup, a title may not
            command = [PROGRAM, "--app-name=leanviz", "--", title, html.escape(text)]
            self._runner.run(command, WHAT)
            return ""
        if QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages():
            self._shown_tray().showMessage(title, text, msecs=SHOWN_MS)
            return ""
        return NO_WAY

    def close(self) -> None:
        """Take the tray icon away, if there is one."""
        if self._tray is not None:
            self._tray.hide()

    def _shown_tray(self) -> QSystemTrayIcon:
        if self._tray is None:
            icon = QApplication.windowIcon()
            if icon.isNull():
                style = QApplication.style()
                icon = style.standardIcon(QStyle.StandardPixmap.SP_MediaVolume)
            self._tray = QSystemTrayIcon(icon, self)
        self._tray.show()
        return self._tray
