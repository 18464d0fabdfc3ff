"""The panes below each other on one time axis."""

from PySide6.QtCore import QByteArray, QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent, QMoveEvent, QResizeEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QVBoxLayout, QWidget

from leanviz.core.clock import Span
from leanviz.core.taxonomy import Taxonomy
from leanviz.core.tracks import Tracks
from leanviz.models.analysis import AnalysisModel
from leanviz.models.attention import AttentionModel
from leanviz.models.attention_reading import ReadingModel
from leanviz.models.explanation import ExplanationModel
from leanviz.models.reference import ReferenceModel
from leanviz.models.time_text import TimeFormat
from leanviz.models.timeline import TimelineModel
from leanviz.models.viewport import Viewport
from leanviz.views.analysis import AnalysisPane
from leanviz.views.attention import AttentionPane
from leanviz.views.attention_lag import LagPane
from leanviz.views.drawing import is_visible
from leanviz.views.explain_pane import ExplainPane
from leanviz.views.lanes import LanesPane
from leanviz.views.live_button import LiveButton
from leanviz.views.overview import OverviewPane
from leanviz.views.pane import Pane
from leanviz.views.pictures import Pictures
from leanviz.views.reference import ReferencePane
from leanviz.views.spectrogram import SpectrogramPane
from leanviz.views.stage import Stage
from leanviz.views.theme import Theme
from leanviz.views.time_axis import TimeAxisPane
from leanviz.views.waveform import WaveformPane

# Shares of the height, for the waveform, the spectrogram, the labels and the attention.
SHARES = (13, 36, 27, 24)
# Of the analysis, below the spectrogram, while it is shown.
ANALYSIS = 24
# Logical pixels: a line of words instead of a picture, and Qt's "as high as it likes".
RESTING, ANY_HEIGHT = 32, 16_777_215


class Handle(QSplitterHandle):
    """A divider that a double click puts back."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Share the height as at the beginning."""
        splitter = self.splitter()
        assert isinstance(splitter, Divided)
        splitter.share_out()
        event.accept()


class Divided(QSplitter):
    """The panes whose heights the user can change.

    Signals
    -------
    moved :
        It has another place.
    """

    moved = Signal()

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)

    def moveEvent(self, event: QMoveEvent) -> None:
        """Tell that it has another place."""
        super().moveEvent(event)
        self.moved.emit()

    def createHandle(self) -> QSplitterHandle:
        """Return a divider."""
        return Handle(self.orientation(), self)

    def share_out(self, labels: float = SHARES[2]) -> None:
        """Give every pane its usual share; the labels another one, if that is given."""
        waveform, spectrogram, _, attention = SHARES
        parts = (waveform, spectrogram, ANALYSIS, labels, attention)
        self.setSizes([round(100 * part) for part in parts])


class Workspace(QWidget):
    """All panes, the time axis they share, and the events they show.

    Signals
    -------
    timeline_changed :
        There is another timeline: the vocabulary is known.
    """

    timeline_changed = Signal()
    event_clicked = Signal(object)
    event_double_clicked = Signal(object)
    context_requested = Signal(QPoint, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.time = Viewport(self)
        self.attention_model = AttentionModel(self)
        self.analysis_model = AnalysisModel(self)
        self.explanation_model = ExplanationModel(self)
        self.reference_model = ReferenceModel(self)
        self.timeline = TimelineModel(Taxonomy(()), parent=self)
        self.overview = OverviewPane(self.time)
        self.waveform = WaveformPane(self.time)
        self.spectrogram = SpectrogramPane(self.time)
        self.analysis = AnalysisPane(self.time, self.analysis_model)
        self.analysis.hide()
        self.spectrogram.settings_changed.connect(self.analysis.set_settings)
        self.explanation = ExplainPane(self.time, self.explanation_model)
        self.lanes = LanesPane(self.time, self.timeline)
        self.reference = ReferencePane(self.time, self.reference_model)
        self.time_axis = TimeAxisPane(self.time)
        self.attention = AttentionPane(self.time, self.attention_model)
        self.lag: LagPane | None = None
        for pane in (self.waveform, self.spectrogram, self.attention):
            pane.markers.with_letters = True
        self.overview.labels.set_timeline(self.timeline)
        self._theme = self.lanes.theme
        self._labels = Column(self.explanation, self.lanes, self.reference, self.time_axis)
        self.divided = Divided()
        shared = (self.waveform, self.spectrogram, self.analysis, self._labels, self.attention)
        for part in shared:
            self.divided.addWidget(part)
        self.divided.share_out()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.overview)
        layout.addWidget(self.divided, 1)
        self.stage = Stage(self)
        self.back_to_live = LiveButton(self.time, self)
        self.time.follow_changed.connect(self.back_to_live.refresh)
        # whatever else is shown than time that goes on is shown at once
        for signal in (self.time.follow_changed, *self.time.marks_changed):
            signal.connect(self._stop_rolling)
        self.pictures = Pictures(self.time, self.stage, self.time_axis, self.back_to_live)
        for pane in self.panes:
            self._adopt(pane)
        for part in (self.divided, self._labels):
            part.moved.connect(self._look_again)

    @property
    def panes(self) -> tuple[Pane, ...]:
        """All panes from top to bottom."""
        return (
            self.overview, self.waveform, self.spectrogram, self.analysis, self.explanation,
            self.lanes, self.reference, self.time_axis, self.attention,
            *(() if self.lag is None else (self.lag,)),
        )  # fmt: skip

    def pane(self, name: str) -> Pane:
        """Return the pane of a name that menus use."""
        panes: dict[str, Pane] = {
            "overview": self.overview,
            "waveform": self.waveform,
            "spectrogram": self.spectrogram,
            "lanes": self.lanes,
            "attention": self.attention,
        }
        return panes[name]

    def add_lag(self, reading: ReadingModel) -> LagPane:
        """Return a pane of realignment over time, which now stands below all others."""
        self.lag = LagPane(self.time, self.attention_model, reading)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.lag)
        self.lag.set_theme(self._theme)
        self.lag.hide()
        self._adopt(self.lag)
        return self.lag

    def set_taxonomy(self, taxonomy: Taxonomy) -> None:
        """Take the vocabulary, which comes with the model, and begin without events."""
        self.timeline.deleteLater()
        self.timeline = TimelineModel(taxonomy, parent=self)
        self.overview.labels.set_timeline(self.timeline)
        old, self.lanes = self.lanes, LanesPane(self.time, self.timeline)
        layout = self._labels.layout()
        assert layout is not None
        layout.replaceWidget(old, self.lanes)
        self.lanes.setVisible(old.isVisibleTo(self._labels))
        old.hide()  # it lives until Qt's loop goes on, and a figure is drawn before
        self.lanes.set_theme(self._theme)
        self._adopt(self.lanes)
        # graphics items are no QObjects: Qt does not disconnect them
        for signal in self.time.marks_changed:
            signal.disconnect(old.markers.moved)
        old.deleteLater()
        self.timeline_changed.emit()

    def show_tracks(self, tracks: Tracks | None) -> None:
        """Show another sound, without events as yet."""
        for pane in self.panes:
            pane.set_tracks(tracks)
        self.pictures.tracks = tracks
        self.lanes.select(None)
        self.timeline.restart(tracks.sample_rate if tracks else 16000)
        self.attention_model.set_band(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the way back to live in its corner."""
        super().resizeEvent(event)
        self.back_to_live.place()

    def tick(self) -> None:
        """Draw what has come since."""
        self.pictures.tick()

    def _stop_rolling(self) -> None:
        self.stage.reel.end()

    def _look_again(self) -> None:
        """Find out anew which panes can be seen, and where: one was shown, hidden or moved."""
        # a pane that rests shows a sentence, at any time
        seen = [p for p in self.panes if is_visible(p) and p.maximumHeight() != RESTING]
        together = (
            self.waveform, self.spectrogram, self.lanes, self.time_axis, self.attention,
        )  # fmt: skip
        self.stage.lay_out(pane for pane in together if pane in seen)
        self.pictures.panes = [pane for pane in seen if pane not in together]

    def set_skipped(self, spans: tuple[Span, ...]) -> None:
        """Hatch what was not analysed."""
        for pane in self.panes:
            pane.set_skipped(spans)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        for pane in self.panes:
            pane.set_theme(theme)
        self.stage.draw_anew()

    def set_time_format(self, time_format: TimeFormat) -> None:
        """Write times as elapsed or by the clock."""
        self.time_axis.set_time_format(time_format)
        self.timeline.set_time_format(time_format)

    def rest(self, *panes: Pane) -> None:
        """Leave a line to panes that have nothing to show; the others have their room."""
        for pane in (self.waveform, self.spectrogram, self.attention):
            pane.setMaximumHeight(RESTING if pane in panes else ANY_HEIGHT)
        self._look_again()
        self.divided.refresh()
        if not panes and 0 < self.divided.sizes()[-1] <= RESTING:
            self.divided.share_out()  # dividers were moved meanwhile

    def heights(self) -> str:
        """Return the heights of the panes, packed."""
        resting = [pane for pane in self.panes if pane.maximumHeight() == RESTING]
        self.rest()
        packed = bytes(self.divided.saveState().toBase64().data()).decode("ascii")
        self.rest(*resting)
        return packed

    def set_heights(self, packed: str) -> None:
        """Take heights from `heights`; anything else leaves the usual ones."""
        if packed:
            self.divided.restoreState(QByteArray.fromBase64(packed.encode(errors="replace")))

    def _adopt(self, pane: Pane) -> None:
        # files dropped on a pane are the window's: QGraphicsView would swallow them
        pane.setAcceptDrops(False)
        pane.viewport().setAcceptDrops(False)
        pane.context_requested.connect(self.context_requested)
        pane.placed.connect(self._look_again)
        if isinstance(pane, LanesPane):
            pane.event_clicked.connect(self.event_clicked)
            pane.event_double_clicked.connect(self.event_double_clicked)


class Column(QWidget):
    """Widgets below each other, without room between them.

    Signals
    -------
    moved :
        It has another place.
    """

    moved = Signal()

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        # without its tallest, it takes no more room than the others: there would be holes between
        layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetMinAndMaxSize)
        for widget in widgets:
            layout.addWidget(widget)

    def moveEvent(self, event: QMoveEvent) -> None:
        """Tell that it has another place."""
        super().moveEvent(event)
        self.moved.emit()
