"""What the Sound menu does about a file that plays: stretches, loops, speed, and following it."""

from PySide6.QtCore import QObject, Signal

from leanviz.settings import Settings
from leanviz.views.action_table import SPEEDS
from leanviz.views.actions import Actions
from leanviz.views.director import Director
from leanviz.views.transport import Transport

NEED_OUTPUT = ("play", "play label", "play selection", "loop")


class Playing(QObject):
    """Has the actions about playing do their work, and shows what is on.

    Signals
    -------
    said : str
        A sentence worth a few seconds.
    """

    said = Signal(str)

    def __init__(self, director: Director, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self._director, self._actions = director, actions

    @property
    def _transport(self) -> Transport:
        return self._director.transport

    def serve(self, settings: Settings) -> None:
        """Begin, as the settings say."""
        actions, transport = self._actions, self._transport
        actions.connect({
            "play selection": self._director.play_selection,
            "loop": transport.toggle_loop,
            "follow": self._follow,
            "slower": lambda: self._step(-1),
            "faster": lambda: self._step(1),
        })  # fmt: skip
        actions.connect_choice("speed", lambda name: self.set_speed(float(name)))
        actions.choose("speed", f"{transport.speed:g}")
        actions.check("follow", settings.follow_playing)
        self._follow()

    def refresh(self) -> None:
        """Show whether it plays, and why it does not."""
        self._actions.check("play", self._transport.playing)
        self._actions.explain(NEED_OUTPUT, self._transport.no_output)

    def set_speed(self, speed: float) -> None:
        """Play so many times as fast."""
        self._transport.set_speed(speed)
        self._actions.choose("speed", f"{speed:g}")
        self.said.emit(f"Files play at {speed:g}\u00d7, at their own pitch.")

    def _step(self, direction: int) -> None:
        at = SPEEDS.index(self._transport.speed) + direction
        if 0 <= at < len(SPEEDS):
            self.set_speed(SPEEDS[at])

    def _follow(self) -> None:
        self._transport.following = self._actions["follow"].isChecked()
