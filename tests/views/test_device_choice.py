"""Which input the window listens to, with real devices that come and go."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from leanviz.audio.devices import Device
from leanviz.settings import DEFAULTS, Settings
from leanviz.views import device_choice
from leanviz.views.action_table import Mode
from leanviz.views.channel_picker import ChannelPicker
from leanviz.views.device_picker import DEFAULT, DevicePicker
from leanviz.views.engine import AudioDevices, Engine, load_engine
from leanviz.views.main_window import MainWindow
from tests.support.virtual_mic import VirtualMic

SPEAKERS = "System audio: speakers Audio/Sink sink"
CHOSEN = replace(DEFAULTS, host_api="PulseAudio", device=SPEAKERS, channel=2)


def device(name: str, channels: int = 2, *, is_default: bool = False) -> Device:
    return Device(name, "ALSA", 0, channels, 48_000, is_default)


def texts(picker: DevicePicker | ChannelPicker) -> list[str]:
    return [picker.itemText(at) for at in range(picker.count())]


def test_a_stream_that_is_lost_for_good_is_told_once_and_pushes_no_problem_aside(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = MainWindow(DEFAULTS)
    qtbot.addWidget(window)
    monkeypatch.setattr(device_choice, "lost_streams", lambda: (1, "One is lost."))
    window.banner.say("It has gone.")
    window._inputs._look_again()
    assert window.banner.text == "It has gone."
    for told in ("One is lost.", ""):
        window.banner.dismiss()
        window._inputs._look_again()
        assert window.banner.text == told
    window.close()


# -- the lists ----------------------------------------------------------------------------------


def test_a_card_with_another_number_is_the_same(qtbot: QtBot) -> None:
    picker = DevicePicker()
    qtbot.addWidget(picker)
    picker.want("ALSA", "Snowball (hw:1,0)")
    assert picker.missing
    picker.show_devices([device("Snowball (hw:2,0)")])
    assert not picker.missing
    assert picker.device == device("Snowball (hw:2,0)")
    assert "Snowball (hw:2,0)" in picker.currentText()


def test_an_open_list_takes_what_is_plugged_in_and_keeps_its_place(qtbot: QtBot) -> None:
    picker = DevicePicker()
    qtbot.addWidget(picker)
    picker.show()
    picker.show_devices([device("Built-in"), device("Webcam")])
    picker.showPopup()
    assert picker.is_open
    picker.view().setCurrentIndex(picker.model().index(2, 0))
    picker.show_devices([device("Built-in"), device("USB"), device("Webcam")])
    assert picker.view().currentIndex().data() == "Webcam \N{MIDDLE DOT} ALSA"
    assert picker.wanted == ("", "")
    assert picker.currentText() == DEFAULT
    picker.hidePopup()


def test_channels_are_those_of_the_input(qtbot: QtBot) -> None:
    picker, channels = DevicePicker(), ChannelPicker()
    qtbot.addWidget(picker)
    qtbot.addWidget(channels)
    assert texts(channels) == ["Mix", "Left", "Right"]
    picker.show_devices([device("Built-in", 1, is_default=True), device("Mixer", 4)])
    channels.show_channels(picker.channels)
    assert texts(channels) == ["Mix", "Left"]
    picker.want("ALSA", "Mixer")
    channels.show_channels(picker.channels)
    assert texts(channels) == ["Mix", "Left", "Right", "Channel 3", "Channel 4"]


def test_a_channel_waits_for_the_input_that_has_it(qtbot: QtBot) -> None:
    channels = ChannelPicker()
    qtbot.addWidget(channels)
    channels.want(4)
    assert (channels.channel, channels.wanted) == (0, 4)
    channels.show_channels(8)
    assert channels.channel == 4
    assert channels.currentText() == "Channel 4"
    channels.show_channels(1)
    assert (channels.channel, channels.wanted) == (0, 4)
    assert channels.currentText() == "Mix"


# -- with a sound server ------------------------------------------------------------------------


class Opened:
    """A window that may be closed and opened again."""

    def __init__(self, qtbot: QtBot, settings: Settings, engine: Engine) -> None:
        self.window = MainWindow(settings, lambda: engine)
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.begin([])
        qtbot.waitUntil(lambda: self.window.director.engine is not None)

    def listen(self) -> None:
        action = self.window.findChild(QAction, "listen")
        assert action is not None
        action.trigger()

    @property
    def heard(self) -> str:
        """The device that is heard, in the words of the status bar."""
        cells = self.window.status.findChildren(type(self.window.status._source))
        return next(c.accessibleDescription() for c in cells if c.accessibleName() == "Source")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


@pytest.fixture
def opened(
    qtbot: QtBot, virtual_mic: VirtualMic, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Opened]:
    monkeypatch.setattr(device_choice, "LOOK_EVERY_MS", 300)
    made = Opened(qtbot, CHOSEN, engine)
    yield made
    made.window.close()


@pytest.mark.audio
def test_the_choice_is_kept_though_it_is_not_connected(opened: Opened, qtbot: QtBot) -> None:
    picker = opened.window.toolbar.picker
    qtbot.waitUntil(lambda: picker.count() > 2)
    assert picker.missing
    assert picker.currentText() == f"{SPEAKERS} (not connected)"
    kept = opened.window.settings
    assert (kept.host_api, kept.device, kept.channel) == ("PulseAudio", SPEAKERS, 2)


@pytest.mark.audio
def test_a_window_that_is_to_listen_at_once_waits_for_an_input(
    opened: Opened, qtbot: QtBot
) -> None:
    window = opened.window
    qtbot.waitUntil(lambda: window.toolbar.picker.count() > 2)
    window._inputs._take(AudioDevices((), "No microphone is connected."))
    window._inputs.listen_at_once()
    assert not window.director.listening.active
    qtbot.waitUntil(lambda: window.director.listening.active)


@pytest.mark.audio
def test_the_default_stands_in_until_the_chosen_input_is_there(
    opened: Opened, qtbot: QtBot, virtual_mic: VirtualMic
) -> None:
    """Nobody looks for it but leanviz itself."""
    window = opened.window
    opened.listen()
    # said at once, and it may soon make way for a complaint about silence
    assert "is not connected" in window.banner.text
    qtbot.waitUntil(lambda: window.director.mode is Mode.LIVE)
    with virtual_mic.output("speakers"):
        qtbot.waitUntil(lambda: opened.heard == f"{SPEAKERS} \N{MIDDLE DOT} right")
        assert "is not connected" not in window.banner.text
        assert not window.toolbar.picker.missing
        assert window.toolbar.channels.currentText() == "Right"


@pytest.mark.audio
def test_an_open_list_shows_by_itself_what_is_plugged_in(
    opened: Opened, qtbot: QtBot, virtual_mic: VirtualMic
) -> None:
    picker = opened.window.toolbar.picker
    picker.showPopup()
    name = "System audio: headphones Audio/Sink sink \N{MIDDLE DOT} PulseAudio"
    with virtual_mic.output("headphones"):
        qtbot.waitUntil(lambda: name in texts(picker))
    qtbot.waitUntil(lambda: name not in texts(picker))
    picker.hidePopup()


@pytest.mark.audio
def test_what_is_taken_away_is_said_and_taken_up_again(
    opened: Opened, qtbot: QtBot, virtual_mic: VirtualMic
) -> None:
    window = opened.window
    with virtual_mic.output("speakers") as take_away:
        window.toolbar.picker.showPopup()
        qtbot.waitUntil(lambda: not window.toolbar.picker.missing)
        window.toolbar.picker.hidePopup()
        opened.listen()
        qtbot.waitUntil(lambda: opened.heard.startswith(SPEAKERS))
        tracks = window.director.listening.tracks
        assert tracks is not None
        qtbot.waitUntil(lambda: tracks.written > 0)
        take_away()
        qtbot.waitUntil(lambda: "has gone" in window.banner.text)
        qtbot.waitUntil(lambda: window.toolbar.badge.text() == "gone")
    with virtual_mic.output("speakers"):
        qtbot.waitUntil(lambda: "has gone" not in window.banner.text)
        qtbot.waitUntil(lambda: window.toolbar.badge.text() == "")
        assert window.director.listening.active
