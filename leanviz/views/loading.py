"""The model, and the list of inputs: loaded and looked for by workers, told when they are there."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from leanviz.views.background import Background
from leanviz.views.engine import AudioDevices, Engine, find_devices


class Loading(QObject):
    """Has slow things done while the window is there already.

    Attributes
    ----------
    why_not : str
        Why there is no model, "" while it may still come.

    Signals
    -------
    loaded : Engine
        The model is there.
    devices_found : AudioDevices
        There is a new list of inputs.
    failed : str
        Why there is no model, or no such list.
    """

    loaded = Signal(object)
    devices_found = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.why_not = ""
        self._loader, self._finder = Background("loader"), Background("devices")

    @property
    def busy(self) -> bool:
        """Whether `poll` has something to do."""
        return self._loader.busy or self._finder.busy

    def load(self, load: Callable[[], Engine]) -> None:
        """Load the model, and look for devices."""
        self._loader.run(load, self.loaded.emit, self._do_without)
        self._finder.run(find_devices, self.devices_found.emit)

    def find_devices(self, find: Callable[[], AudioDevices]) -> None:
        """Look for devices anew, unless that is being done."""
        if not self._finder.busy:
            self._finder.run(find, self.devices_found.emit, self.failed.emit)

    def poll(self) -> None:
        """Tell what is there by now. GUI thread; never waits."""
        self._loader.poll()
        self._finder.poll()

    def close(self) -> None:
        """End. Twice is harmless."""
        self._loader.close()
        self._finder.close()

    def _do_without(self, sentence: str) -> None:
        self.why_not = sentence or "The model could not be loaded."
        self.failed.emit(self.why_not)
