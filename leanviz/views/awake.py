"""Whether the computer may fall asleep while leanviz listens, as the user wants it."""

from PySide6.QtCore import QObject

from leanviz.pipeline.staying_awake import StayingAwake
from leanviz.views.actions import Actions
from leanviz.views.listening import Listening

NAME = "keep awake"
NO_WAY = "This system has no systemd-inhibit: it may fall asleep while leanviz listens"


class Awake(QObject):
    """Keeps the computer awake while there is a stream, unless that is switched off."""

    def __init__(self, listening: Listening, parent: QObject) -> None:
        super().__init__(parent)
        self._listening, self._awake = listening, StayingAwake()
        self._wanted = True
        listening.began.connect(self._follow)
        listening.ended.connect(self._follow)

    def serve(self, actions: Actions, wanted: bool) -> None:
        """Have the menu entry do its work, as the settings say."""
        self._wanted = wanted
        actions.check(NAME, wanted)
        if not self._awake.is_possible():
            actions.explain([NAME], NO_WAY)
        actions.connect({NAME: lambda: self._choose(actions[NAME].isChecked())})

    def close(self) -> None:
        """Let the computer sleep. Twice is harmless."""
        self._awake.close()

    def _choose(self, wanted: bool) -> None:
        self._wanted = wanted
        self._follow()

    def _follow(self, *_: object) -> None:
        if self._wanted and self._listening.active:
            self._awake.hold()
        else:
            self._awake.release()
