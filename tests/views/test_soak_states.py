"""A window used at random: opened, heard, unplugged, reviewed, closed; nothing breaks or is left.

`make soak` takes a thousand steps with a microphone that is pulled out and put back, and tells how
memory grows; `make test` takes a few, with a file as the microphone.
"""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing import resource_tracker
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox
from pytestqt.qtbot import QtBot

from leanviz.audio import portaudio
from leanviz.audio.capture import FileSource
from leanviz.audio.devices import Device
from leanviz.audio.file import read_mono
from leanviz.audio.source import AudioSource
from leanviz.core.clock import Cause
from leanviz.core.events import Event
from leanviz.core.resources import resource_path
from leanviz.core.tracks import Tracks
from leanviz.core.watching import ClipChoices, WatchChoices, WatchRule
from leanviz.pipeline.results import HopUpdate
from leanviz.sessions.log_folder import log_folder, logs
from leanviz.sessions.review_file import SUFFIX
from leanviz.sessions.session_reader import read_session
from leanviz.settings import Settings
from leanviz.views.action_table import SPECS
from leanviz.views.engine import Engine, load_engine
from leanviz.views.main_window import MainWindow
from leanviz.views.tidying import Tidying
from tests.support.census import Census, faults_noted, resident_mb
from tests.support.virtual_mic import VirtualMic
from tests.support.windows import action

DEMO = resource_path("demo", "demo.flac")
STEPS, EXAMPLES = 100, max(1, int(os.environ.get("LEANVIZ_SOAK_STEPS", "1500")) // 100)
# These have rules of their own, or open programs of the desktop; the log is what is compared with.
ELSEWHERE = {"quit", "keep log", "log folder", "listen", "open"}
MENUS = ("File", "Edit", "Sound", "Go", "View")
NAMES = {
    menu: sorted(s.name for s in SPECS if menu in s.menu and s.name not in ELSEWHERE)
    for menu in MENUS
}  # fmt: skip
# Steps that wait, and so keep the window going.
WAITING = {"until analysed", "time passes", "close and open again", "plug", "unplug"}
MOST_TOLD = 8
# Threads of Qt's own pool, with which its file dialogs read folders, end after 30 s without work.
LEAVING_S = 60.0
# Draws a few steps of many kinds.
SEED = 7
KEEP_ALL = WatchChoices(
    ClipChoices(record=True, before_s=0.5, after_s=0.5),
    (WatchRule("", 0.3, record=True, notify=False, cooldown_s=0.0),),
)
# What PortAudio keeps of a stream that it never returns from starting: the caller's thread, the
# sound server's, and what they talk through.
KEPT_FOR_GOOD = Counter(
    {"leanviz-portaudio": 1, "native": 1, "pipe": 4, "socket": 1, "/memfd:pulseaudio (deleted)": 1}
)
Told = tuple[str, int, int]


@dataclass
class Stream:
    """One time of listening, and what was told of it."""

    source: AudioSource
    tracks: Tracks | None = None


@dataclass
class World:
    """What outlives a window: files, the microphone, and what all windows told."""

    qtbot: QtBot
    engine: Engine
    faults: list[str]
    sounds: list[Path]
    broken: list[Path]
    folder: Path
    mic: VirtualMic | None = None
    baseline: Census | None = None
    steps: int = 0
    done: Counter[str] = field(default_factory=Counter[str])
    memory: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])
    lost: int = 0
    """How many streams PortAudio keeps for good, of which a window told."""
    held_s: dict[str, float] = field(default_factory=dict[str, float])
    """The longest that the window stood still in each kind of step, in seconds."""
    told: Counter[Told] = field(default_factory=Counter[Told])


class Using(RuleBasedStateMachine):
    """What a user, and the world, may do to the window; whatever comes next is drawn."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.chance = random.Random(0)
        self.streams: list[Stream] = []
        self.plugged = self.world.mic is not None
        self.now = ""
        self.replayed = (self.world.sounds[0], 8.0)

    # -- the window --------------------------------------------------------------------------------

    @initialize(number=st.integers(0, 2**16))
    def begin(self, number: int) -> None:
        self.chance.seed(number)
        self.open_window(Settings(watching=KEEP_ALL))

    def open_window(self, chosen: Settings) -> None:
        self.window = MainWindow(chosen, lambda: replace(self.world.engine, source=self.source))
        self.window.show()
        self.window.begin([])
        listening = self.window.director.listening
        listening.began.connect(self.note_tracks)
        listening.heard.connect(lambda updates, _: self.note(updates))
        listening.rest_heard.connect(self.note)
        self.wait(lambda: self.window.director.engine is not None)

    def source(self, device: Device | None, channel: int) -> AudioSource:
        path, speed = self.replayed
        plugged = self.world.mic is not None and self.chance.random() < 0.7
        made = self.world.engine.source(device, channel) if plugged else FileSource(path, speed)
        self.streams.append(Stream(made))
        return made

    def note_tracks(self, tracks: Tracks) -> None:
        self.streams[-1].tracks = tracks

    def note(self, updates: list[HopUpdate]) -> None:
        for update in updates:
            if update.final:
                self.world.told.update(map(key, update.events))

    def wait(self, condition: Callable[[], object]) -> None:
        self.world.qtbot.waitUntil(lambda: bool(condition()), timeout=60_000)

    def did(self, what: str, work: Callable[[], object]) -> None:
        """Do something as a user: any dialog that holds it up is sent away; look at the clock."""
        guard, began = QTimer(), time.monotonic()
        guard.timeout.connect(send_away)
        guard.start(50)
        self.now = what
        self.world.steps += 1
        self.world.done[what.partition(":")[0]] += 1
        if os.environ.get("LEANVIZ_SOAK_TRACE"):
            sys.stderr.write(f"{self.world.steps} {what}\n")
        work()
        QApplication.processEvents()
        guard.stop()
        held_s, before_s = time.monotonic() - began, self.world.held_s.get(what, 0.0)
        if what.partition(":")[0] not in WAITING:
            self.world.held_s[what] = max(before_s, held_s)

    def close_window(self) -> Settings:
        window = self.window
        window.end()
        chosen = window.settings
        # PySide keeps for good what is found after `deleteLater`, which waits for a loop of events
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        for dialog in window.findChildren(QDialog):
            dialog.close()
        window.close()
        window.deleteLater()
        del self.window
        return chosen

    def teardown(self) -> None:
        if not hasattr(self, "window"):
            return
        self.close_window()
        if self.world.faults:
            return
        for stream in self.streams:
            if stream.tracks is not None:
                assert stream.tracks.written == stream.source.ring.written, (
                    "sound not accounted for"
                )
        logged = Counter(key(e) for path in logs(log_folder()) for e in read_session(path).events)
        missing = self.world.told - logged
        assert not missing, f"shown and not in the log: {missing}"
        self.world.memory.append((self.world.steps, resident_mb()))
        self.streams.clear()
        if self.world.baseline is not None:
            self.compare(self.world.baseline)

    def compare(self, baseline: Census) -> None:
        """Fail if the window left anything; threads may take their time to end."""
        until = time.monotonic() + LEAVING_S
        while left := self.left(baseline):
            if time.monotonic() > until:
                break
            self.world.qtbot.wait(100)
        else:
            return
        pytest.fail(f"left by a window that was closed: {dict(left)}")

    def left(self, baseline: Census) -> Counter[str]:
        """Count what there is more of, but for streams that PortAudio keeps and a window tells."""
        lost = portaudio.lost_streams()
        if lost > self.world.lost:
            self.world.lost = lost
            self.open_window(Settings())
            self.wait(lambda: self.window.banner.text == portaudio.LOST)
            self.close_window()
        known = Counter({kind: lost * count for kind, count in KEPT_FOR_GOOD.items()})
        return Counter(Census.take().beyond(baseline)) - known

    # -- what must hold after every step -----------------------------------------------------------

    @invariant()
    def nothing_broke(self) -> None:
        assert not self.world.faults, f"after {self.now}: {self.world.faults}"

    @invariant()
    def what_was_lost_is_counted(self) -> None:
        pipeline = self.window.director.listening._pipeline if hasattr(self, "window") else None
        if pipeline is not None and pipeline.tracks is not None:
            tracks = pipeline.tracks
            self.wait(lambda: pipeline.stats().lost_samples == lost(tracks))

    # -- files -------------------------------------------------------------------------------------

    @rule(which=st.integers(0, 99))
    def open_file(self, which: int) -> None:
        path = self.world.sounds[which % len(self.world.sounds)]
        self.did(f"open: {path.name}", lambda: self.window.open(path))

    @rule(which=st.integers(0, 99))
    def open_broken(self, which: int) -> None:
        path = self.world.broken[which % len(self.world.broken)]
        self.did(f"open broken: {path.name}", lambda: self.window.open(path))

    @rule()
    def open_several(self) -> None:
        self.did("open several", lambda: self.window.open_many(self.world.sounds))

    @rule(which=st.integers(0, 99))
    def open_session(self, which: int) -> None:
        found = [*sorted(self.world.folder.glob(f"[0-9]{SUFFIX}")), *logs(log_folder())]
        if found:
            path = found[which % len(found)]
            self.did(f"open session: {path.name}", lambda: self.window.open(path))

    @rule()
    def save_session(self) -> None:
        files, place = (
            self.window.review.files,
            self.world.folder / f"{self.world.steps % 3}{SUFFIX}",
        )
        self.did("save session", lambda: files.save_to(place))

    @rule(suffix=st.sampled_from([".csv", ".raven.txt", ".json", ".txt", ".svg", ".png"]))
    def export(self, suffix: str) -> None:
        place = self.world.folder / f"out{suffix}"
        self.did(f"export: {suffix}", lambda: self.window.exports.write(place, suffix))

    @rule()
    def until_analysed(self) -> None:
        self.did("until analysed", lambda: self.wait(self.is_quiet))

    def is_quiet(self) -> bool:
        return not self.window.director.recording.working

    # -- sound -------------------------------------------------------------------------------------

    @rule(speed=st.sampled_from([1.0, 8.0, 30.0]), which=st.integers(0, 99))
    def listen_or_stop(self, speed: float, which: int) -> None:
        self.replayed = (self.world.sounds[which % len(self.world.sounds)], speed)
        self.did("listen or stop", lambda: action(self.window, "listen").trigger())

    @precondition(lambda self: self.plugged)
    @rule()
    def sound(self) -> None:
        assert self.world.mic is not None
        if self.world.mic.healthy:
            self.world.mic.start_playing(self.world.sounds[-1])

    @precondition(lambda self: self.plugged)
    @rule(crash=st.booleans())
    def unplug(self, crash: bool) -> None:
        mic = self.world.mic
        assert mic is not None
        self.plugged = False
        self.did("unplug", mic.kill_server if crash else mic.unplug)

    @precondition(lambda self: self.world.mic is not None and not self.plugged)
    @rule()
    def plug(self) -> None:
        mic = self.world.mic
        assert mic is not None
        self.plugged = True
        self.did("plug", mic.plug if mic._servers else mic.start)

    @rule()
    def a_moment(self) -> None:
        """Do nothing; sorted first, it is all that the first, simplest example does."""
        QApplication.processEvents()

    @rule(ms=st.sampled_from([20, 100, 400]))
    def time_passes(self, ms: int) -> None:
        self.did("time passes", lambda: self.world.qtbot.wait(ms))

    # -- looking -----------------------------------------------------------------------------------

    @rule(at=st.floats(0.0, 1.2), span_s=st.sampled_from([0.05, 1.0, 20.0, 600.0]))
    def look(self, at: float, span_s: float) -> None:
        axis = self.window.workspace.time
        self.did("look", lambda: axis.show(at * axis.limits[1], span_s))

    @rule(at=st.floats(0.0, 1.0))
    def seek(self, at: float) -> None:
        axis = self.window.workspace.time
        self.did("seek", lambda: axis.seek(at * axis.limits[1]))

    @rule(at=st.floats(0.0, 0.9), span_s=st.floats(0.01, 3.0))
    def select_range(self, at: float, span_s: float) -> None:
        axis = self.window.workspace.time
        start_s = at * axis.limits[1]
        self.did("select", lambda: axis.select((start_s, start_s + span_s)))

    @rule(which=st.integers(0, 10_000))
    def select_label(self, which: int) -> None:
        timeline = self.window.workspace.timeline
        if timeline.rowCount():
            event = timeline.event_at(which % timeline.rowCount())
            self.did("select label", lambda: self.window.navigation.reveal(event))

    @rule(page=st.integers(0, 9))
    def turn_to(self, page: int) -> None:
        side = self.window.side
        self.did(f"page: {page}", lambda: side.setCurrentIndex(page % side.count()))

    @rule(how=st.sampled_from(["show", "hide", "showMinimized", "showNormal", "grab"]))
    def arrange(self, how: str) -> None:
        self.did(f"window: {how}", getattr(self.window, how))

    @rule(width=st.integers(840, 1900), height=st.integers(480, 1100))
    def resize(self, width: int, height: int) -> None:
        self.did("resize", lambda: self.window.resize(width, height))

    @rule(x=st.integers(0, 900), y=st.integers(0, 100))
    def click(self, x: int, y: int) -> None:
        lanes = self.window.workspace.lanes
        qtbot, button = self.world.qtbot, Qt.MouseButton.LeftButton
        viewport = lanes.viewport()
        self.did("click", lambda: qtbot.mouseClick(viewport, button, pos=QPoint(x, y)))

    # -- deciding ----------------------------------------------------------------------------------

    @rule(offset=st.sampled_from([-1.0, -0.3, 0.0, 0.3]))
    def move_thresholds(self, offset: float) -> None:
        self.did("thresholds", lambda: self.window.director.decisions.set_offset(offset))

    @rule(label=st.integers(0, 199), muted=st.booleans())
    def mute(self, label: int, muted: bool) -> None:
        self.did("mute", lambda: self.window.director.decisions.mute([label], muted))

    # -- menus -------------------------------------------------------------------------------------

    def use(self, name: str) -> None:
        wanted = action(self.window, name)
        if wanted.isEnabled():
            self.did(f"menu: {name}", wanted.trigger)

    @rule(name=st.sampled_from(NAMES["File"]))
    def file_menu(self, name: str) -> None:
        self.use(name)

    @rule(name=st.sampled_from(NAMES["Edit"]))
    def edit_menu(self, name: str) -> None:
        self.use(name)

    @rule(name=st.sampled_from(NAMES["Sound"]))
    def sound_menu(self, name: str) -> None:
        self.use(name)

    @rule(name=st.sampled_from(NAMES["Go"]))
    def go_menu(self, name: str) -> None:
        self.use(name)

    @rule(name=st.sampled_from(NAMES["View"]))
    def view_menu(self, name: str) -> None:
        self.use(name)

    @rule(choice=st.integers(0, 2))
    def answer(self, choice: int) -> None:
        """Answer the dialog that waits, if one does."""
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QMessageBox):
            button = dialog.buttons()[choice % len(dialog.buttons())]
            self.did("answer", button.click)
        elif isinstance(dialog, QDialog):
            self.did("answer", dialog.accept if choice else dialog.reject)

    @rule()
    def close_and_open_again(self) -> None:
        def again() -> None:
            self.open_window(self.close_window())

        self.did("close and open again", again)


def key(event: Event) -> Told:
    return event.label, event.onset, event.offset


def lost(tracks: Tracks) -> int:
    return sum(gap.length for gap in tracks.gaps if gap.cause is Cause.LOST)


def send_away() -> None:
    """End a dialog that was opened within a call, which goes on only then."""
    dialog = QApplication.activeModalWidget()
    if isinstance(dialog, QDialog):
        dialog.reject()
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.close()


# -- running it ------------------------------------------------------------------------------------


@pytest.fixture
def world(qtbot: QtBot, tmp_path: Path) -> Iterator[World]:
    samples, rate = read_mono(DEMO)
    folder = tmp_path / "sounds"
    folder.mkdir()
    for name, seconds in (("short.wav", 1.5), ("three.flac", 3.0), ("eight.wav", 8.0)):
        soundfile.write(folder / name, samples[4 * rate : round((4 + seconds) * rate)], rate)
    soundfile.write(folder / "two.wav", np.stack([samples, samples[::-1]], 1)[: 2 * rate], rate)
    whole = (folder / "three.flac").read_bytes()
    broken = {
        "empty.wav": b"",
        "text.flac": b"this is no sound\n" * 20,
        "cut.flac": whole[: len(whole) // 2],
        "head.wav": (folder / "two.wav").read_bytes()[:44],
        f"no{SUFFIX}": b"{",
        "no.jsonl": b"{}\n",
    }
    for name, content in broken.items():
        (folder / name).write_bytes(content)
    bad = [*(folder / name for name in broken), folder, folder / "missing.wav"]
    sounds = sorted(path for path in folder.glob("*") if path.name not in broken)
    with faults_noted() as faults, Tidying():
        yield World(qtbot, load_engine(), faults, sounds, bad, folder)


def use(world: World, steps: int, times: int, known: int | None = None) -> None:
    """Use a window, and its successors, for so many steps; so many times, each from none.

    The steps are always the same ones where a number is `known` from which they are drawn.
    """
    used = type("Used", (Using,), {"world": world})
    run_state_machine_as_test(
        used if known is None else seed(known)(used),
        settings=settings(
            max_examples=times + 1,  # the first is always the simplest: moments
            stateful_step_count=steps,
            database=None,
            deadline=None,
            # what happens depends on threads: a shorter example would be another one
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )


def test_some_steps_with_a_file_as_the_microphone(world: World) -> None:
    use(world, 30, 1, known=SEED)
    assert world.done


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_thousand_steps_leave_nothing_behind(world: World, virtual_mic: VirtualMic) -> None:
    world.mic = virtual_mic
    use(world, STEPS, 1)  # what is loaded once and stays
    if not virtual_mic.healthy:
        virtual_mic.kill_server()
        virtual_mic.start()
    resource_tracker.ensure_running()  # Python's own, from the first process on that is made
    world.baseline = Census.take()
    world.memory.clear()
    use(world, STEPS, EXAMPLES)
    steps, megabytes = np.array(world.memory).T
    slope = np.polyfit(steps, megabytes, 1)[0]
    sys.stderr.write(f"{world.steps} steps: {dict(world.done)}\n")
    sys.stderr.write(f"MB after each window: {megabytes.round().astype(int).tolist()}\n")
    sys.stderr.write(f"{1000 * slope:+.1f} MB in a thousand steps\n")
    longest = sorted(world.held_s.items(), key=lambda one: -one[1])[:MOST_TOLD]
    sys.stderr.write(f"{world.lost} streams that PortAudio does not give back, each told\n")
    sys.stderr.write(f"longest: {', '.join(f'{s:.2f} s {what}' for what, s in longest)}\n")
