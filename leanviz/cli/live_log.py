"""The session log of ``leanviz live --log``, and what is said of it on standard error."""

from pathlib import Path

from leanviz.cli.console import say
from leanviz.pipeline.session_log import SessionLog
from leanviz.sessions.writing import make_folder
from leanviz.settings import DEFAULTS

MEGABYTE = 1_000_000


class KeptLog:
    """Keeps a log in a folder, where the oldest sessions make way as in the window.

    Raises
    ------
    ExportError
        If the folder cannot be made; nobody wants to learn that after a night of listening.
    """

    def __init__(self, folder: Path) -> None:
        make_folder(folder)
        self.sink = SessionLog(folder, DEFAULTS.log_mb * MEGABYTE)
        self._in_trouble = False

    def tell(self) -> None:
        """Tell when it cannot be written, and when it can be again."""
        trouble = self.sink.status().trouble
        if trouble and not self._in_trouble:
            say(trouble)
        elif self._in_trouble and not trouble:
            say("The session log is written again.")
        self._in_trouble = bool(trouble)

    def close(self) -> None:
        """Tell where it is, and what could not be written; that is given up now."""
        self.sink.abandon()
        status = self.sink.status()
        lost = status.waiting + status.dropped
        if self.sink.path is not None:
            say(f"The session is saved in {self.sink.path}.")
        if lost:
            say(f"Events that could not be saved: {lost}.")
