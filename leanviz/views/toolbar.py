"""The toolbar: six actions, the input with channel and level, and how far an analysis is."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QWidget,
)

from leanviz.views.action_table import TOOLBAR
from leanviz.views.actions import Actions
from leanviz.views.channel_picker import ChannelPicker
from leanviz.views.device_picker import DevicePicker
from leanviz.views.level_meter import LevelMeter
from leanviz.views.plain import PlainLabel, plain_tip
from leanviz.views.theme import Theme

BAR_WIDTH = 64
DOING_WIDTH = 96


class Toolbar(QToolBar):
    """What is needed all the time."""

    cancelled = Signal()

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("Toolbar", parent)
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setFloatable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for name in TOOLBAR:
            self.addAction(actions[name])
            button = self.widgetForAction(actions[name])
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setObjectName(name)
            button.setAccessibleName(actions[name].text().replace("&", ""))
        self.picker, self.channels = DevicePicker(), ChannelPicker()
        self.meter, self.badge = LevelMeter(), PlainLabel()
        self._progress, self._doing = QProgressBar(), PlainLabel()
        self._at_right = QStackedWidget()
        self.badge.setAccessibleName("State of the input")
        self.badge.setFixedWidth(self.fontMetrics().horizontalAdvance("waiting\u2026"))
        self._at_right.addWidget(_row(self.badge, self.meter))
        self._at_right.addWidget(self._progress_row())
        for picker in (self.picker, self.channels):
            picker.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.addWidget(picker)
        self.addWidget(_spring())
        self.addWidget(self._at_right)
        self._width_with_words = 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the words of the buttons out where not everything has room with them."""
        words = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        if self.toolButtonStyle() is words:
            self._width_with_words = self._width()
        fits = event.size().width() >= self._width_with_words
        self.setToolButtonStyle(words if fits else Qt.ToolButtonStyle.ToolButtonIconOnly)
        super().resizeEvent(event)

    def _width(self) -> int:
        """Return the least width in which all is shown as it is now."""
        layout = self.layout()
        assert layout is not None
        widgets = [self.widgetForAction(action) for action in self.actions()]
        least = [
            w.sizeHint() if isinstance(w, QToolButton) else w.minimumSizeHint() for w in widgets
        ]
        margins = layout.contentsMargins()
        between = layout.spacing() * len(widgets)
        return sum(size.width() for size in least) + between + margins.left() + margins.right()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.meter.theme = theme
        self.meter.update()

    def show_badge(self, text: str) -> None:
        """Show a few words about the live input."""
        if text != self.badge.text():
            self.badge.setText(text)

    def show_progress(self, doing: str, fraction: float) -> None:
        """Show how far an analysis is, and a way to stop it."""
        metrics = self._doing.fontMetrics()
        words = metrics.elidedText(doing, Qt.TextElideMode.ElideMiddle, DOING_WIDTH)
        self._doing.setText(words)
        self._doing.setToolTip(plain_tip(doing))
        self._progress.setValue(round(fraction * 100))
        self._at_right.setCurrentIndex(1)

    def hide_progress(self) -> None:
        """Show the level again."""
        self._at_right.setCurrentIndex(0)

    @property
    def progress(self) -> int | None:
        """Per cent of the analysis shown; None if there is none."""
        return self._progress.value() if self._at_right.currentIndex() == 1 else None

    def _progress_row(self) -> QWidget:
        self._progress.setAccessibleName("Progress of the analysis")
        self._progress.setFixedSize(BAR_WIDTH, 8)
        self._progress.setTextVisible(False)
        cancel = QPushButton("Stop")
        cancel.setToolTip("Stop the analysis (Esc)")
        cancel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        cancel.clicked.connect(self.cancelled)
        self._doing.setFixedWidth(DOING_WIDTH)
        self._doing.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return _row(self._doing, self._progress, cancel)


def _row(*widgets: QWidget) -> QWidget:
    """Return widgets beside each other, at the right."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    layout.addStretch(1)
    for widget in widgets:
        layout.addWidget(widget)
    return row


def _spring() -> QWidget:
    spring = QWidget()
    spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return spring
