"""The pane below the spectrogram that shows why, as rows of bars."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QWidget

from leanviz.models.explanation import ExplanationModel
from leanviz.models.time_text import elapsed
from leanviz.models.viewport import Viewport
from leanviz.views.drawing import PaneItem, colour
from leanviz.views.explain_bars import draw_bars
from leanviz.views.pane import Pane
from leanviz.views.plain import plain_tip

# Logical pixels of a row.
ROW = 18
GAP = 2


class ExplainPane(Pane):
    """Attention, occlusion and muting on the window's time axis; hidden while there is none."""

    def __init__(
        self, time: Viewport, model: ExplanationModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(time, "Why", "", parent)
        self._model = model
        self.picture = ExplainItem(self.box, time, model)
        self.add(self.picture)
        model.changed.connect(self._arrange)
        self._arrange()

    def hovered(self, at: QPointF | None) -> None:
        """Tell the value of the bar under the pointer."""
        super().hovered(at)
        self.picture.setToolTip("" if at is None else plain_tip(self._tip(at)))

    def _tip(self, at: QPointF) -> str:
        rows, time_s = self._model.strips, self.time_at(at)
        row = int(at.y() / max(self.box.rect().height(), 1.0) * len(rows)) if rows else 0
        if not 0 <= row < len(rows):
            return ""
        strip = rows[row]
        bar = strip.at(time_s)
        if bar < 0:
            return ""
        start_s, stop_s = strip.edges_s[bar : bar + 2].tolist()
        return (
            f"{strip.name}, {self._model.title}\n{elapsed(start_s)} \u2013 {elapsed(stop_s)}\n"
            f"{strip.unit} {float(strip.values[bar]):.3f}"
        )

    def _arrange(self) -> None:
        """Be as high as the rows need, and name them."""
        rows = self._model.strips
        self.setFixedHeight(max(ROW, ROW * len(rows)))
        self.setVisible(bool(rows))
        marks = [(1.0 - (n + 0.5) / len(rows), strip.name) for n, strip in enumerate(rows)]
        self.axis.set_marks(marks, ticks=False)
        self.markers.is_empty = False
        self.picture.update()


class ExplainItem(PaneItem):
    """The bars in view, on a ground that tells what was asked about."""

    def __init__(self, parent: QGraphicsItem, time: Viewport, model: ExplanationModel) -> None:
        super().__init__(parent)
        self._time, self._model = time, model

    def draw(self, painter: QPainter, width: int, height: int, ratio: float) -> None:
        """Draw row by row."""
        rows, asked_s = self._model.strips, self._model.asked_s
        if not rows or asked_s is None:
            return
        axis = self._time.pixel_map(width)
        tall, gap = height / len(rows), GAP * ratio
        left, right = axis.x(asked_s[0]), axis.x(asked_s[1])
        for number, strip in enumerate(rows):
            area = QRectF(0, round(number * tall + gap), width, round(tall - gap))
            painter.fillRect(area, colour(self.theme.lane))
            asked = QRectF(left, area.top(), right - left, area.height())
            painter.fillRect(asked, colour(self.theme.accent, 0.14))
            draw_bars(painter, strip, axis, area, self.theme)
