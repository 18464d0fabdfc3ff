"""The parts of the main window: made, put together, and remembered."""

from dataclasses import replace

from PySide6.QtWidgets import QVBoxLayout, QWidget

from leanviz.settings import Settings
from leanviz.views.action_table import MAX_HEADS
from leanviz.views.actions import Actions
from leanviz.views.analysis_desk import AnalysisDesk
from leanviz.views.analysis_keeping import AnalysisKeeping
from leanviz.views.appearance import Appearance
from leanviz.views.attention_desk import AttentionDesk
from leanviz.views.banner import Banner
from leanviz.views.crosshair import Crosshair
from leanviz.views.decisions import DecisionsPage
from leanviz.views.device_choice import DeviceChoice
from leanviz.views.director import Director
from leanviz.views.dropping import DropHint, DropWindow
from leanviz.views.events_page import REVIEW
from leanviz.views.explain_desk import ExplainDesk
from leanviz.views.export_desk import ExportDesk
from leanviz.views.heard_now import HeardNow
from leanviz.views.inspector import Inspector
from leanviz.views.level_scale import LevelScale
from leanviz.views.live_view import Parts
from leanviz.views.navigation import Navigation
from leanviz.views.playing import Playing
from leanviz.views.reference_files import ReferenceFiles
from leanviz.views.review_desk import ReviewDesk
from leanviz.views.session_keeping import SessionKeeping
from leanviz.views.side import Beside, Side
from leanviz.views.spectrum_desk import SpectrumDesk
from leanviz.views.status_bar import StatusBar
from leanviz.views.telling_level import TellingLevel
from leanviz.views.telling_time import TellingTime
from leanviz.views.toolbar import Toolbar
from leanviz.views.watching import Watching
from leanviz.views.workspace import Workspace

LEAST_SIZE = (840, 480)


class WindowParts(DropWindow):
    """What the main window is made of, and how it looks.

    Parameters
    ----------
    settings : Settings
        How it looked when it was closed.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._actions = Actions(self)
        heads = [self._actions[f"head {n}"] for n in (0, "max", *range(1, MAX_HEADS + 1))]
        review = [self._actions[name] for name in REVIEW]
        self.inspector = Inspector(heads, review)
        self.workspace, self.banner = Workspace(), Banner()
        self.heard = HeardNow(self.workspace)
        self.toolbar, self.status = Toolbar(self._actions), StatusBar()
        parts = Parts(self.workspace, self.inspector, self.toolbar, self.status)
        self.director = Director(parts, settings, self)
        self.side = Side(self.inspector, DecisionsPage(self.director.decisions))
        self.references = ReferenceFiles(self.director, self.workspace, self.side, self)
        self.analyses = AnalysisDesk(self.director, self.workspace, self, settings)
        self._inputs = DeviceChoice(self.director, self.toolbar, self.banner, self)
        self._logs = SessionKeeping(self.director, self.banner, self)
        self._kept = AnalysisKeeping(self.director, self)
        self.navigation = Navigation(self.workspace, self)
        self._times = TellingTime(
            self.director, self.workspace, self.navigation,
            (self.inspector, self.status), self._actions["clock time"],
        )  # fmt: skip
        self._level = TellingLevel(self.director, self.status)
        self.spectra = SpectrumDesk(self.director, self.navigation, self)
        self.why = ExplainDesk(self.director, self.workspace, self.navigation, self._actions, self)
        self.map = AttentionDesk(self.director, self.inspector, self._actions, self)
        self.review = ReviewDesk(
            self.director, self.workspace, self.navigation, self.banner, self._actions, self
        )
        self._playing = Playing(self.director, self._actions, self)
        self.exports = ExportDesk(self.director, self.navigation, self.references, self)
        self.exports.figures.saved_session = lambda: self.review.files.saved
        self._appearance = Appearance(settings, self.workspace, self.inspector, self)
        self.watching = Watching(settings.watching, self.director.listening, self)
        self._crosshair = Crosshair(self.workspace.spectrogram)
        self.workspace.spectrogram.add(self._crosshair)
        self.levels = LevelScale(self.workspace.spectrogram)
        self._drop_hint = DropHint(self.workspace)
        self._assemble()

    @property
    def settings(self) -> Settings:
        """What is to be remembered."""
        return replace(
            self.choices,
            geometry=bytes(self.saveGeometry().toBase64().data()).decode("ascii"),
            splitter=self.workspace.heights(),
            side_width=self.side.wanted,
        )

    @property
    def choices(self) -> Settings:
        """What is to be remembered but for sizes, which are as they were at the beginning."""
        return replace(
            self.analyses.remember(
                self._kept.remember(
                    self._logs.remember(
                        self._inputs.remember(self.map.remember(self._appearance.settings))
                    )
                )
            ),
            follow_playing=self.director.transport.following,
            clock_time=self._actions["clock time"].isChecked(),
            keep_awake=self._actions["keep awake"].isChecked(),
            file_dates=self.director.date.wanted,
            heard_now=self._actions["show heard"].isChecked(),
            live_span_s=self.director.live_span_s,
            decisions=self.director.decisions.choices,
            watching=self.watching.choices,
        )

    def _assemble(self) -> None:
        self.setWindowTitle("leanviz")
        self.setMinimumSize(*LEAST_SIZE)
        self.addToolBar(self.toolbar)
        self.setStatusBar(self.status)
        self.watching.show_badge_in(self.menuBar())
        centre, column = QWidget(), QVBoxLayout()
        column.addWidget(self.banner)
        column.addWidget(self.watching.strip)
        column.addWidget(self.heard)
        column.addWidget(self.workspace, 1)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        centre.setLayout(column)
        self._beside = Beside(centre, self.side)
        self.setCentralWidget(self._beside)
        self._actions.use_keys_in(self.workspace)
