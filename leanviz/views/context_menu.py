"""The menu under the pointer: what can be done with a label, and with the view."""

from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtWidgets import QMenu, QWidget

from leanviz.views.actions import Actions
from leanviz.views.events_page import REVIEW
from leanviz.views.navigation import Navigation
from leanviz.views.workspace import Workspace

CONTEXT_MENU = (
    "play label", "why", *REVIEW, "fit label", "fit", "zoom in", "zoom out", "next scale",
    "next palette",
)  # fmt: skip


class ContextMenu(QObject):
    """Opens where the panes are asked for it; a label that is there is selected first."""

    def __init__(
        self, workspace: Workspace, navigation: Navigation, actions: Actions, window: QWidget
    ) -> None:
        super().__init__(window)
        self._workspace, self._navigation = workspace, navigation
        self._actions, self._window = actions, window
        workspace.context_requested.connect(self._show)

    def _show(self, at: QPoint, _time_s: float) -> None:
        """Show it at a place on the screen."""
        lanes = self._workspace.lanes
        place = lanes.mapFromGlobal(at)
        event = lanes.event_at(QPointF(place)) if lanes.rect().contains(place) else None
        if event is not None:
            self._navigation.select(event)
        menu = QMenu(self._window)
        menu.addActions([self._actions[name] for name in CONTEXT_MENU])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)
