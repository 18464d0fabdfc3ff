"""The column at the right of the panes, one page at a time, as wide as the user likes."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QTabWidget, QWidget

from leanviz.views.decisions import DecisionsPage
from leanviz.views.inspector import WIDTH, Inspector

# Logical pixels: no page has room in less than the usual width; and what a step is worth.
LEAST, MOST, STEP = WIDTH, 640, 40


class Side(QTabWidget):
    """What is heard and seen on one page, what is decided about it on the other."""

    def __init__(
        self, inspector: Inspector, decisions: DecisionsPage, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.inspector, self.decisions = inspector, decisions
        self.setDocumentMode(True)
        self.setMinimumWidth(LEAST)
        self.setMaximumWidth(MOST)
        self.wanted = WIDTH
        self.tabBar().setAccessibleName("Pages beside the panes")
        self.addTab(inspector, "&Inspector")
        self.addTab(decisions, "&Decisions")

    def sizeHint(self) -> QSize:
        """Return the width that is wanted, for when it is first shown."""
        return QSize(self.wanted, super().sizeHint().height())

    def show_decisions(self) -> None:
        """Turn to the decisions, the keyboard at the search for a class."""
        self.setCurrentWidget(self.decisions)
        self.decisions.classes.search.setFocus()

    def follow(self, widget: QWidget) -> None:
        """Let the Tab key come here after another widget."""
        # NB: not the tab bar: it stands for this widget, and Qt closes the chain behind it
        for stop in self.inspector.stops:
            QWidget.setTabOrder(widget, stop)
            widget = stop


class _Divider(QSplitterHandle):
    """A divider that a double click puts back."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Make the column as wide as at the beginning."""
        splitter = self.splitter()
        assert isinstance(splitter, Beside)
        splitter.widen_to(WIDTH)
        event.accept()


class Beside(QSplitter):
    """The panes, and beside them the column, which keeps its width when the window changes."""

    def __init__(self, panes: QWidget, side: Side) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._side = side
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        for part, stretch in ((panes, 1), (side, 0)):
            self.addWidget(part)
            self.setStretchFactor(self.indexOf(part), stretch)
        self.splitterMoved.connect(self._note)

    def createHandle(self) -> QSplitterHandle:
        """Return a divider."""
        return _Divider(self.orientation(), self)

    def widen_to(self, width: int) -> None:
        """Make the column so wide, within its limits, now or when it is shown."""
        self._side.wanted = min(max(width, LEAST), MOST)
        self._side.updateGeometry()
        self.setSizes([max(0, self.width() - self._side.wanted), self._side.wanted])

    def widen(self, steps: int) -> None:
        """Make the column wider, or narrower."""
        self.widen_to(self._side.wanted + steps * STEP)

    def _note(self) -> None:
        self._side.wanted = self._side.width()
