"""The main window: connects its parts; each part knows its own work."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QMenu

from leanviz.core.events import Event
from leanviz.settings import Settings, ThemeChoice
from leanviz.views.action_table import Mode
from leanviz.views.awake import Awake
from leanviz.views.context_menu import ContextMenu
from leanviz.views.engine import Engine, load_engine
from leanviz.views.file_queue import FileQueue
from leanviz.views.files import FileMenu, ask_for_file
from leanviz.views.frequencies import Frequencies
from leanviz.views.key_sheet import KeySheet
from leanviz.views.review_desk import window_title
from leanviz.views.theme import Theme
from leanviz.views.undo import UndoOffer
from leanviz.views.window_parts import WindowParts

SIZE = (1280, 800)
# Room for what window managers put on top: it is not known before the window is shown.
TITLE_BAR = 32
THRESHOLD_STEP = 0.05


class MainWindow(WindowParts):
    """leanviz.

    Parameters
    ----------
    settings : Settings
        How it looked when it was closed; `settings` has how it looks now.
    load : callable
        Loads the model and what runs it, on a worker thread.

    Signals
    -------
    painted :
        It has been drawn for the first time: slow things may begin.
    closed :
        It is closed, and everything has ended.
    """

    painted = Signal()
    closed = Signal()

    def __init__(self, settings: Settings, load: Callable[[], Engine] = load_engine) -> None:
        super().__init__(settings)
        self._load = load
        self._painted = self._ending = self._labelled = False
        self._trouble = ""
        self._fill_menus()
        self._connect_actions()
        self._serve_actions()
        self._connect_parts()
        self._restore(settings)

    # -- connecting ------------------------------------------------------------------------------

    def _fill_menus(self) -> None:
        menus = self._actions.fill(self.menuBar())
        before = self._actions["quit"]
        self._recent = FileMenu(self._submenu(menus["File"], "Open &Recent", before), self.open)
        self.files = FileQueue(self._submenu(menus["File"], "Opened &Together", before), self)

    def _submenu(self, menu: QMenu, title: str, before: QAction) -> QMenu:
        made = QMenu(title, menu)
        menu.insertMenu(before, made)
        return made

    def _connect_actions(self) -> None:
        director, navigation = self.director, self.navigation
        self._actions.connect({
            "open": self._ask_what_to_open,
            "next file": lambda: self.review.leave(lambda: self.files.step(1)),
            "previous file": lambda: self.review.leave(lambda: self.files.step(-1)),
            "quit": self.close,
            "listen": self._leave_to_listen,
            "freeze": self._freeze_or_follow,
            "pause": director.pause,
            "play": director.play,
            "space": self._play_or_freeze,
            "play label": lambda: director.play(navigation.selection),
            "stop": self._clear_or_stop,
            "more labels": lambda: director.decisions.shift(-THRESHOLD_STEP),
            "fewer labels": lambda: director.decisions.shift(THRESHOLD_STEP),
            "devices": self._inputs.look,
            "show inspector": self._show_inspector,
            "wider inspector": lambda: self._beside.widen(1),
            "narrower inspector": lambda: self._beside.widen(-1),
            "decisions": self._show_decisions,
            "show heard": lambda: self.heard.setVisible(self._actions["show heard"].isChecked()),
            "crosshair": lambda: self._crosshair.setVisible(self._actions["crosshair"].isChecked()),
            "file dates": self._choose_file_dates,
            "full screen": self._fill_screen,
            "keys": lambda: KeySheet(self).exec(),
            "fit range": self.levels.fit,
        })  # fmt: skip

    def _serve_actions(self) -> None:
        director, navigation = self.director, self.navigation
        navigation.serve(self._actions)
        self.exports.serve(self._actions)
        self.watching.serve(self._actions, director)
        self.review.serve(self._actions, self.side)
        self.references.serve(self._actions, self)
        self.analyses.serve(self._actions)
        self.spectra.serve(self._actions)
        self.why.serve(self.side)
        self.map.serve(self._appearance.settings, self.side)
        self._appearance.themed.connect(self._take_theme)
        self._appearance.serve(self._actions)
        self._playing.serve(self._appearance.settings)
        self._appearance.window_chosen.connect(director.choose_window)
        self._appearance.said.connect(self.status.say)
        frequencies = Frequencies(self.workspace.spectrogram, self)
        frequencies.serve(self._actions)
        frequencies.said.connect(self.status.say)
        self.seen_changed.connect(director.set_visible)
        self.seen_changed.connect(self.watching.set_visible)
        self._actions.check("show inspector", True)
        self._awake = Awake(director.listening, self)
        self._awake.serve(self._actions, self._appearance.settings.keep_awake)
        self._actions.check("clock time", self._appearance.settings.clock_time)
        self._actions.check("file dates", director.date.wanted)
        self._actions.check("show heard", self._appearance.settings.heard_now)
        self.heard.setVisible(self._appearance.settings.heard_now)
        self.toolbar.cancelled.connect(director.stop)
        self.toolbar.picker.chosen.connect(self.workspace.setFocus)

    def _connect_parts(self) -> None:
        director, navigation, workspace = self.director, self.navigation, self.workspace
        director.changed.connect(self.refresh)
        self.undo = UndoOffer(self.status, self._actions["undo"], self)
        for signal in (director.decisions.said, self.review.undoable):
            signal.connect(self.undo.offer)
        director.trouble.connect(self._show_trouble)
        self.watching.speak_through(self.status, self.banner)
        director.opened.connect(self._take_opened)
        self._logs.reopened.connect(self.open)
        director.deciding.deselected.connect(lambda: navigation.select(None))
        navigation.selected.connect(self.refresh)
        workspace.timeline_changed.connect(self._take_timeline)
        workspace.event_clicked.connect(navigation.select)
        workspace.event_double_clicked.connect(self._zoom_and_play)
        ContextMenu(workspace, navigation, self._actions, self)
        self.levels.wanted.connect(self._appearance.set_range)
        self.levels.default_wanted.connect(self._appearance.set_default_range)
        workspace.time.follow_changed.connect(self.refresh)
        self.hint_with(self._drop_hint)
        self.dropped.connect(self.open_many)
        self.files.chosen.connect(self.open)
        self.why.wanted.connect(self.open)
        self._times.changed.connect(self.why.set_times)
        self._playing.said.connect(self.status.say)
        parts = (self.files, self.references, self.analyses, self.review, self.why, self.map)
        for part in parts:
            part.changed.connect(self.refresh)
        for part in (director, *parts, self.exports, self.spectra):
            part.said.connect(self.status.say)
            part.failed.connect(self.banner.say)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    def _restore(self, settings: Settings) -> None:
        room = self.screen().availableGeometry().size()
        self.resize(QSize(*SIZE).boundedTo(room - QSize(0, TITLE_BAR)))
        if settings.geometry:
            self.restoreGeometry(QByteArray.fromBase64(settings.geometry.encode(errors="replace")))
        self.workspace.set_heights(settings.splitter)
        self._beside.widen_to(settings.side_width)
        self._recent.show([Path(name) for name in settings.recent])
        self._inputs.restore(settings)
        self._logs.serve(self._actions, settings)
        self._kept.serve(self._actions, settings)
        self._appearance.retheme()
        self.workspace.setFocus()
        self.refresh()

    # -- beginning and end ----------------------------------------------------------------------

    def begin(self, files: Sequence[Path], listen: bool = False) -> None:
        """Load what is slow, then open the first file; the others are lined up. Or listen."""
        self.director.load(self._load)
        self.open_many(files)
        if listen:
            self._inputs.listen_at_once()
        self._logs.begin()
        self.watching.begin()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell when the first picture is on the screen."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self.painted.emit)

    def end(self) -> None:
        """Close without a question; what is not saved is kept for the next time."""
        self._ending = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """End everything, whatever it is at; first ask about what is not saved."""
        if self.review.dirty and not self._ending:
            event.ignore()
            self.review.leave(self.end)
            return
        self.review.close()
        self.analyses.close()
        self.why.close()
        self.map.close()
        parts = (self._inputs, self.files, self.references, self.director, self._logs)
        for part in (*parts, self.watching, self.exports, self._level, self.spectra, self._awake):
            part.close()
        event.accept()
        self.closed.emit()

    # -- files ----------------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Open a file, once what is not saved of the one shown is saved or given up."""
        self.review.leave(lambda: self._open(path))

    def _open(self, path: Path) -> None:
        self.banner.dismiss()
        if not self.review.opens(path):
            self.director.open(path)

    def open_many(self, paths: Sequence[Path]) -> None:
        """Open the first file and line up the others, those in folders too."""
        others = self.references.take(paths)
        if others:
            self.review.leave(lambda: self.files.take(others))

    def _ask_what_to_open(self) -> None:
        path = ask_for_file(self, self._appearance.settings.last_folder)
        if path is not None:
            self.open(path)

    def _take_opened(self, path: Path) -> None:
        listed = self.review.files.place or path
        self._appearance.settings = self._appearance.settings.opened(listed)
        self._recent.show([Path(name) for name in self._appearance.settings.recent])
        self.navigation.select(None)

    # -- listening and playing ------------------------------------------------------------------

    def _leave_to_listen(self) -> None:
        self.refresh()  # the button looks pressed by itself, even where the answer is to stay
        self.review.leave(self._listen_or_stop)

    def _listen_or_stop(self) -> None:
        if self.director.listening.active:
            self.director.stop_listening()
        else:
            self._inputs.listen()

    def _freeze_or_follow(self) -> None:
        self.workspace.time.set_follow(not self.workspace.time.follow)

    def _play_or_freeze(self) -> None:
        if self.director.mode is Mode.LIVE and not self.director.transport.playing:
            self._freeze_or_follow()
        else:
            self.director.play()

    def _zoom_and_play(self, event: Event) -> None:
        self.navigation.zoom_to(event)
        if self.director.mode is Mode.FILE:
            self.director.play(event)

    def _clear_or_stop(self) -> None:
        self.exports.part.stop()
        if not self.director.stop():
            self.navigation.select(None)
            self.workspace.time.select(None)
            self.banner.dismiss()

    def _show_trouble(self, sentence: str) -> None:
        if sentence:
            self.banner.say(sentence)
        else:
            self.banner.withdraw(self._trouble)
        self._trouble = sentence

    # -- showing --------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Enable what can be used now, and check what is on."""
        director, actions = self.director, self._actions
        state = self.review.state(director.state(self.navigation.selection))
        lined_up = replace(state, earlier=self.files.earlier, later=self.files.later)
        lined_up = replace(lined_up, analysis=self.analyses.complete, explained=self.why.explained)
        actions.apply(replace(lined_up, reference=self.references.shown))
        self.setWindowTitle(window_title(director.title, self.review.dirty))
        self.setWindowModified(self.review.dirty)
        actions.check("listen", director.listening.active)
        self._playing.refresh()
        frozen = director.mode is Mode.LIVE and not self.workspace.time.follow
        actions.check("freeze", frozen)
        actions.check("pause", director.listening.paused)
        self._times.refresh()

    def _take_timeline(self) -> None:
        self.setTabOrder(self.toolbar.channels, self.toolbar.meter)
        self.setTabOrder(self.toolbar.meter, self.workspace.lanes)
        self.side.follow(self.workspace.lanes)
        self.workspace.timeline.lanes_changed.connect(self._note_labels)

    def _note_labels(self) -> None:
        """Enable what needs labels when there are the first, and not for each that comes."""
        labelled = self.workspace.timeline.rowCount() > 0
        if labelled != self._labelled:
            self._labelled = labelled
            self.refresh()

    def _show_inspector(self) -> None:
        self.side.setVisible(self._actions["show inspector"].isChecked())

    def _show_decisions(self) -> None:
        self._actions.check("show inspector", True)
        self._show_inspector()
        self.side.show_decisions()

    def _choose_file_dates(self) -> None:
        self.director.date.wanted = self._actions["file dates"].isChecked()
        self.refresh()

    def _fill_screen(self) -> None:
        (self.showFullScreen if self._actions["full screen"].isChecked() else self.showNormal)()

    def _take_theme(self, theme: Theme) -> None:
        self._actions.set_icons(theme)
        self.toolbar.set_theme(theme)
        self.heard.set_theme(theme)
        self.watching.set_theme(theme)
        self._drop_hint.theme = theme
        self.map.set_theme(theme)
        self.spectra.set_theme(theme)

    def _follow_system(self) -> None:
        if self._appearance.settings.theme is ThemeChoice.SYSTEM:
            self._appearance.retheme()
