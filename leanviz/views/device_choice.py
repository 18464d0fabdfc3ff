"""Which input the window listens to: picked, remembered, looked for, waited for."""

from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from leanviz.settings import Settings
from leanviz.views.banner import Banner, Severity
from leanviz.views.director import Director
from leanviz.views.engine import AudioDevices, find_devices_anew, lost_streams
from leanviz.views.toolbar import Toolbar

# A look takes a process of its own, about 0.15 s of processor time.
LOOK_EVERY_MS = 3000


class DeviceChoice(QObject):
    """Keeps the list of inputs fresh while somebody looks at it or waits, and listens to one.

    A chosen input that is not connected is stood in for by the default one until it is.
    """

    def __init__(
        self, director: Director, toolbar: Toolbar, banner: Banner, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._director, self._banner = director, banner
        self._devices, self._channels = toolbar.picker, toolbar.channels
        self._no_input = ""
        self._told_lost = 0
        self._standing_in = self._at_once = self._looked = False
        self._devices.opened.connect(self.look)
        self._devices.chosen.connect(self._change)
        self._channels.chosen.connect(self._change)
        director.devices_found.connect(self._take)
        director.changed.connect(self._begin)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look_again)
        self._timer.start()

    def restore(self, settings: Settings) -> None:
        """Choose what was chosen when leanviz was closed."""
        self._devices.want(settings.host_api, settings.device)
        self._channels.want(settings.channel)

    def remember(self, settings: Settings) -> Settings:
        """Return the settings with what is chosen now."""
        host_api, device = self._devices.wanted
        return replace(settings, host_api=host_api, device=device, channel=self._channels.wanted)

    def close(self) -> None:
        """Look no more. Twice is harmless."""
        self._timer.stop()

    def look(self) -> None:
        """Look for inputs anew."""
        self._director.find_devices(find_devices_anew)

    def listen(self) -> None:
        """Listen to the chosen input, or to the default one until it is connected."""
        self._banner.dismiss()
        self._standing_in = self._devices.missing
        if self._standing_in:
            name = self._devices.wanted[1]
            sentence = f"{name} is not connected: leanviz listens to the default input until it is."
            self._banner.say(sentence, Severity.NOTICE)
        self._director.listen(self._devices.device, self._channels.channel)

    def listen_at_once(self) -> None:
        """Listen as soon as the model is loaded and there is an input."""
        self._at_once = True
        self._begin()

    def _begin(self) -> None:
        ready = self._director.engine is not None and self._looked and not self._no_input
        if self._at_once and ready:
            self._at_once = False
            self.listen()

    def _change(self) -> None:
        self._channels.show_channels(self._devices.channels)
        if self._director.listening.active:
            self.listen()

    def _look_again(self) -> None:
        self._tell_of_lost_streams()
        if self._devices.is_open or self._is_waited_for():
            self.look()

    def _tell_of_lost_streams(self) -> None:
        """Say it once for each, as soon as nothing worse is said."""
        lost, sentence = lost_streams()
        if lost > self._told_lost:
            self._banner.say(sentence, Severity.NOTICE)
            if self._banner.text == sentence:
                self._told_lost = lost

    def _is_waited_for(self) -> bool:
        """Return whether an input that is connected now would be used, or would end a message."""
        if self._director.listening.active:
            return self._standing_in
        return self._at_once or (bool(self._no_input) and self._banner.text == self._no_input)

    def _take(self, devices: AudioDevices) -> None:
        self._devices.show_devices(list(devices.inputs))
        self._channels.show_channels(self._devices.channels)
        listening = self._director.listening.active
        if devices.no_input and not listening:
            self._banner.say(devices.no_input, Severity.NOTICE, ("Look Again", self.look))
        if not devices.no_input:
            self._banner.withdraw(self._no_input)
        self._no_input, self._looked = devices.no_input, True
        self._begin()
        if listening and self._standing_in and not self._devices.missing:
            self.listen()
            self._director.said.emit(f"{self._devices.wanted[1]} is connected: leanviz hears it.")
