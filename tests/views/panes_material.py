"""Panes filled with small sounds, and their pictures at any scale."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from leanviz.core.alignment import wave_count, wave_extent
from leanviz.core.attention import AttentionBand
from leanviz.core.clock import rescale
from leanviz.core.events import Event
from leanviz.core.tracks import Tracks
from leanviz.models.attention import AttentionModel
from leanviz.models.timeline import TimelineModel
from leanviz.models.viewport import Viewport
from leanviz.views.attention import AttentionPane
from leanviz.views.lanes import LanesPane
from leanviz.views.left_axis import LEFT
from leanviz.views.overview import OverviewPane
from leanviz.views.pane import RIGHT, Pane
from leanviz.views.spectrogram import SpectrogramPane
from leanviz.views.time_axis import TimeAxisPane
from leanviz.views.waveform import WaveformPane
from tests.core.material import TAXONOMY

Float32 = npt.NDArray[np.float32]
Picture = npt.NDArray[np.int64]

RATE = 16_000
PLAIN = Qt.KeyboardModifier.NoModifier
LEFT_BUTTON = Qt.MouseButton.LeftButton
WIDTH, HEIGHT = LEFT + 600 + RIGHT, 120


@dataclass
class Stack:
    """All panes of a window on one time axis."""

    time: Viewport
    timeline: TimelineModel
    attention: AttentionModel
    overview: OverviewPane
    waveform: WaveformPane
    spectrogram: SpectrogramPane
    lanes: LanesPane
    times: TimeAxisPane
    map: AttentionPane

    @property
    def panes(self) -> list[Pane]:
        return [
            self.overview,
            self.waveform,
            self.spectrogram,
            self.lanes,
            self.times,
            self.map,
        ]

    def show(self, tracks: Tracks | None, duration_s: float) -> None:
        """Show a recording."""
        self.time.show_recording(duration_s)
        for pane in self.panes:
            pane.set_tracks(tracks)


def stack(qtbot: QtBot, width: int = WIDTH, height: int = HEIGHT) -> Stack:
    """Return panes of equal size, each in a window of its own."""
    time, timeline, attention = Viewport(), TimelineModel(TAXONOMY), AttentionModel()
    made = Stack(
        time,
        timeline,
        attention,
        OverviewPane(time),
        WaveformPane(time),
        SpectrogramPane(time),
        LanesPane(time, timeline),
        TimeAxisPane(time),
        AttentionPane(time, attention),
    )
    for pane in made.panes:
        qtbot.addWidget(pane)
        pane.resize(width, height)
        pane.show()
    return made


def tracks_of(samples: Float32, rate: int = RATE) -> Tracks:
    """Return the finished tracks of a recording."""
    tracks = Tracks.for_file(rate, len(samples))
    tracks.push(samples)
    tracks.finish()
    return tracks


def click(at: int, seconds: float, rate: int = RATE) -> Float32:
    """Return silence with one sample that is not."""
    samples = np.zeros(round(seconds * rate), np.float32)
    samples[at] = 0.9
    return samples


def diagonal(n_samples: int, rate: int = RATE, heads: int = 2) -> AttentionBand:
    """Return attention of every patch to the key in its middle, on the model's own grid."""
    n_patches = max(1, -(-(rescale(n_samples, rate, 16_000) - 15_600) // 7680) + 1)
    keys = wave_count(n_patches)
    weights = np.full((n_patches, heads, keys), 1e-5, np.float32)
    weights[np.arange(n_patches), :, 6 * np.arange(n_patches) + 6] = 1.0
    queries = [(7680 * p, 7680 * p + 15_600) for p in range(n_patches)]
    to_source = np.vectorize(lambda sample: rescale(int(sample), 16_000, rate))
    return AttentionBand(
        weights,
        np.zeros(n_patches, np.int64),
        to_source(np.array(queries)),
        to_source(np.array([wave_extent(key) for key in range(keys)])),
        rate,
    )


def sound(onset: int, offset: int, label: str = "Dog", score: float = 0.83) -> Event:
    """Return an event of the little taxonomy, its parents as the pipeline gives them."""
    parents = (TAXONOMY[p].name for p in TAXONOMY.breadcrumb(TAXONOMY.index(label)))
    return Event(onset, offset, label, score, parents=tuple(parents))


def picture(widget: QWidget, ratio: float = 1.0) -> Picture:
    """Return a widget as it is painted at a scale, as RGB [height, width, 3]."""
    size = widget.size() * ratio
    image = QImage(size, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    # pyqtgraph's views give `render` another meaning.
    QWidget.render(widget, image, QPoint(0, 0))
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(size.height(), size.width())
    return np.stack([(pixels >> shift) & 0xFF for shift in (16, 8, 0)], -1).astype(np.int64)


def plot(pane: Pane, ratio: float = 1.0) -> Picture:
    """Return the plot area of a pane, without its axis and margin."""
    drawn = picture(pane, ratio)
    return drawn[:, round(LEFT * ratio) : drawn.shape[1] - round(RIGHT * ratio)]


def rgb(name: str) -> npt.NDArray[np.int64]:
    """Return the channels of ``#rrggbb``."""
    return np.array([int(name[i : i + 2], 16) for i in (1, 3, 5)])


def where(drawn: Picture, name: str, tolerance: int = 0) -> npt.NDArray[np.bool_]:
    """Return which pixels [height, width] have a colour."""
    return np.asarray((np.abs(drawn - rgb(name)) <= tolerance).all(-1))


def place(pane: Pane, time_s: float, y: float = 60.0) -> QPointF:
    """Return the place of a time in a pane."""
    return QPointF(LEFT + pane.pixel_map().x(time_s), y)


def mouse(pane: Pane, kind: QEvent.Type, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
    """Have the left button pressed, moved or released."""
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else LEFT_BUTTON
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else LEFT_BUTTON
    event = QMouseEvent(kind, at, QPointF(pane.mapToGlobal(at.toPoint())), button, held, modifiers)
    QApplication.sendEvent(pane.viewport(), event)


def drag(pane: Pane, *stations: QPointF, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
    """Press at the first place, move through the others, and release at the last."""
    mouse(pane, QEvent.Type.MouseButtonPress, stations[0], modifiers)
    for at in stations[1:]:
        mouse(pane, QEvent.Type.MouseMove, at, modifiers)
    mouse(pane, QEvent.Type.MouseButtonRelease, stations[-1], modifiers)
