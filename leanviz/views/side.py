"""The column at the right of the panes, one page at a time."""

from PySide6.QtWidgets import QTabWidget, QWidget

from leanviz.views.decisions import DecisionsPage
from leanviz.views.inspector import WIDTH, Inspector


class Side(QTabWidget):
    """What is heard and seen on one page, what is decided about it on the other."""

    def __init__(
        self, inspector: Inspector, decisions: DecisionsPage, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.inspector, self.decisions = inspector, decisions
        self.setDocumentMode(True)
        self.setFixedWidth(WIDTH)
        self.tabBar().setAccessibleName("Pages beside the panes")
        self.addTab(inspector, "&Inspector")
        self.addTab(decisions, "&Decisions")

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
