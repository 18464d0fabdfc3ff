"""Reviewing labels, put together: what is done to them, their page, and the session file."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from leanviz.core.visible import visible
from leanviz.models.review import ReviewModel
from leanviz.views.action_table import Mode, State
from leanviz.views.actions import Actions
from leanviz.views.banner import Banner
from leanviz.views.box_desk import BoxDesk
from leanviz.views.events_page import REVIEW, EventsPage
from leanviz.views.navigation import Navigation
from leanviz.views.review_files import ReviewFiles, Then, is_review
from leanviz.views.reviewing import Reviewing
from leanviz.views.side import Side
from leanviz.views.workspace import Workspace

if TYPE_CHECKING:
    from leanviz.views.director import Director

# What the menu of the table has, and whose keys work there.
TABLE_KEYS = ("space", "play label")


class ReviewDesk(QObject):
    """Lets the labels of a recording be reviewed, and keeps what is said of them.

    Signals
    -------
    changed :
        Other actions can be used, or there is something to save.
    said, failed : str
        A sentence about what was done, or could not be.
    undoable : str
        What was done, as a sentence; it can be undone.
    """

    changed = Signal()
    said = Signal(str)
    failed = Signal(str)
    undoable = Signal(str)

    def __init__(
        self,
        director: "Director",
        workspace: Workspace,
        navigation: Navigation,
        banner: Banner,
        actions: Actions,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._workspace, self._navigation = workspace, navigation
        self._steps = director.decisions.steps
        self.model = ReviewModel(self._steps, self)
        self._reviewing = Reviewing(self.model, self._steps, workspace, navigation, window)
        self.boxes = BoxDesk(self.model, workspace, navigation)
        self.files = ReviewFiles(self.model, director, workspace, banner, window)
        self.page = EventsPage([actions[name] for name in REVIEW])
        director.changed.connect(lambda: self._follow(director.mode))
        self._steps.changed.connect(self.changed)
        self.files.changed.connect(self.changed)
        self.files.failed.connect(self.failed)
        self._reviewing.undoable.connect(self.undoable)
        for part in (self.files, self._reviewing):
            part.said.connect(self.said)

    def _follow(self, mode: Mode) -> None:
        """While listening, the newest labels are the ones to be seen."""
        self.page.table.follows = mode is Mode.LIVE

    @property
    def dirty(self) -> bool:
        """Whether there is something to save."""
        return self.model.dirty

    def serve(self, actions: Actions, side: Side) -> None:
        """Do what the actions say, and put the page of all labels beside the panes."""
        side.insertTab(1, self.page, "Eve&nts")
        actions.use_keys_in(self.page.table, (*TABLE_KEYS, *REVIEW))
        self.page.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.page.table.event_chosen.connect(self._navigation.reveal)
        self._navigation.selected.connect(self.page.table.select)
        self._workspace.timeline_changed.connect(self._take_timeline)
        self._take_timeline()
        self._reviewing.serve(actions)
        self.files.serve(actions)
        actions.connect({"find label": lambda: self._search(actions, side)})

    def state(self, state: State) -> State:
        """Return the window's state with what can be reviewed, undone and saved."""
        return replace(
            state,
            reviewable=self.files.reviewable,
            confirmable=self._reviewing.confirmable,
            deleted=self.model.annotations.n_deleted > 0,
            undoable=self._steps.undo_text is not None,
            redoable=self._steps.redo_text is not None,
        )

    def opens(self, path: Path) -> bool:
        """Open a session; of any other file note that it begins anew, and return False."""
        if is_review(path):
            self.files.open(path)
            return True
        self.files.expect(path)
        return False

    def leave(self, then: Then) -> None:
        """Go on, once nothing unsaved would be lost."""
        self.files.leave(then)

    def close(self) -> None:
        """Keep what is not saved, and end. Twice is harmless."""
        self.files.close()

    def _take_timeline(self) -> None:
        self.page.set_timeline(self._workspace.timeline)
        edges = self._workspace.lanes.edges
        edges.movable = lambda: self.files.reviewable
        edges.moved.connect(self._reviewing.retime)

    def _search(self, actions: Actions, side: Side) -> None:
        """Turn to the page of all labels, the keyboard at the search."""
        actions.check("show inspector", True)
        side.show()
        side.setCurrentWidget(self.page)
        self.page.search.setFocus()
        self.page.search.selectAll()


def window_title(title: str, dirty: bool) -> str:
    """Return the title of the window; Qt puts its mark where something is not saved."""
    # a file's name may hold Qt's mark: doubled it stands for itself
    name = visible(title).replace("[*]", "[*][*]")
    parts = (f"{name}[*]" if dirty else name, "leanviz")
    return " \N{EN DASH} ".join(filter(None, parts))
