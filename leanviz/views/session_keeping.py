"""The session log from the window's side: on or off, where, how large, and what is wrong."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QInputDialog, QWidget

from leanviz.sessions.log_folder import log_folder, newest_log, take_interrupted
from leanviz.settings import Settings
from leanviz.views.actions import Actions
from leanviz.views.background import Background
from leanviz.views.banner import Banner, Severity
from leanviz.views.plain import plain_tip

if TYPE_CHECKING:
    from leanviz.pipeline.session_log import SessionLog
    from leanviz.pipeline.sinks import EventSink
    from leanviz.views.director import Director

LOOK_MS = 500
MEGABYTE = 1_000_000
MOST_MB = 1_000_000


class SessionKeeping(QObject):
    """Has every live session logged, and tells where the log is in trouble.

    Signals
    -------
    reopened : Path
        The user wants to see this session.
    """

    reopened = Signal(object)

    def __init__(self, director: "Director", banner: Banner, window: QWidget) -> None:
        super().__init__(window)
        self._director, self._banner, self._window = director, banner, window
        self._keep, self._most_mb = True, 0
        self._logs: list[SessionLog] = []
        self._trouble = ""
        self._finder = Background("interrupted-session")
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    def serve(self, actions: Actions, settings: Settings) -> None:
        """Have the menu entries about the log do their work, as the settings say."""
        self._apply(settings.keep_log)
        self._most_mb = max(1, settings.log_mb)
        actions.connect({
            "keep log": lambda: self._set_keep(actions["keep log"].isChecked()),
            "log room": self._ask_for_room,
            "log folder": self._show_folder,
            "last session": self._open_last,
        })  # fmt: skip
        actions.check("keep log", self._keep)
        actions["log folder"].setToolTip(plain_tip(str(log_folder())))

    def remember(self, settings: Settings) -> Settings:
        """Return the settings with what is chosen now."""
        return replace(settings, keep_log=self._keep, log_mb=self._most_mb)

    def begin(self) -> None:
        """Look for a session that ended without a stop, and offer to open it."""
        self._finder.run(lambda: take_interrupted(log_folder()), self._offer)
        self._timer.start()

    def close(self) -> None:
        """Give up what cannot be written, once listening has ended. Twice is harmless."""
        self._timer.stop()
        for session in self._logs:
            session.abandon()
        self._logs = []
        self._finder.close()

    def _make(self) -> "EventSink":
        from leanviz.pipeline.session_log import SessionLog

        self._logs.append(SessionLog(log_folder(), self._most_mb * MEGABYTE))
        self._timer.start()
        return self._logs[-1]

    def _set_keep(self, keep: bool) -> None:
        self._apply(keep)
        later = " from the next time you listen on" if self._director.listening.active else ""
        self._director.said.emit(f"Sessions are {'' if keep else 'not '}logged{later}.")

    def _apply(self, keep: bool) -> None:
        makers = self._director.listening.sink_makers
        if self._make in makers:
            makers.remove(self._make)
        if keep:
            makers.append(self._make)
        self._keep = keep

    def _ask_for_room(self) -> None:
        text = "Megabytes for all session logs; the oldest make way:"
        most_mb, chosen = QInputDialog.getInt(
            self._window, "Room for Session Logs", text, self._most_mb, 1, MOST_MB
        )
        if chosen:
            self._most_mb = most_mb

    def _show_folder(self) -> None:
        folder = log_folder()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._banner.say(f"{folder} cannot be made: {error.strerror or error}.")
            return
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self._banner.say(f"The session logs are in {folder}.", Severity.NOTICE)

    def _open_last(self) -> None:
        self._finder.run(lambda: newest_log(log_folder()), self._open)
        self._timer.start()

    def _open(self, path: Path | None) -> None:
        if path is None:
            self._director.said.emit("There is no session log yet.")
        else:
            self.reopened.emit(path)

    def _look(self) -> None:
        """Tell how the logs are; forget those that are finished."""
        self._finder.poll()
        statuses = [session.status() for session in self._logs]
        self._tell(next((status.trouble for status in statuses if status.trouble), ""))
        for session in [one for one in self._logs if one.finished]:
            self._logs.remove(session)
            if session.path is not None:
                self._director.said.emit(f"The session is saved in {session.path}.")
        if not self._logs and not self._finder.busy:
            self._timer.stop()

    def _tell(self, trouble: str) -> None:
        """Show a trouble; while it lasts, only keep the numbers in it up to date."""
        before, self._trouble = self._trouble, trouble
        if not trouble:
            self._banner.withdraw(before)
        elif not before or self._banner.text == before:
            self._banner.say(trouble)

    def _offer(self, path: Path | None) -> None:
        if path is not None:
            sentence = f"The last session ended without a stop; its log {path.name} was kept."
            self._banner.say(
                sentence, Severity.NOTICE, ("Open It", lambda: self.reopened.emit(path))
            )
