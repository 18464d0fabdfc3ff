"""Which boxes the spectrogram shows: of the labels of a person, and of the reference."""

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QObject

from leanviz.core.events import Event
from leanviz.models.boxes import Box, BoxesModel
from leanviz.models.reference import ReferenceModel
from leanviz.models.review import ReviewModel
from leanviz.models.timeline import TimelineModel
from leanviz.views.box_drawing import BoxItem
from leanviz.views.navigation import Navigation
from leanviz.views.workspace import Workspace


class BoxDesk(QObject):
    """Follows the labels that have frequencies; the pane draws nothing more before the first."""

    def __init__(self, review: ReviewModel, workspace: Workspace, navigation: Navigation) -> None:
        super().__init__(workspace)
        self._review, self._workspace, self._navigation = review, workspace, navigation
        self._reference: ReferenceModel = workspace.reference_model
        self.model = BoxesModel(self)
        self._item: BoxItem | None = None
        # there may be as many as a table has rows: not made anew at each selection
        self._others: list[Box] = []
        review.changed.connect(self._show)
        self._reference.changed.connect(self._take_reference)
        navigation.selected.connect(self._show)
        workspace.spectrogram.band_selected.connect(self._need)

    def _take_reference(self) -> None:
        self._others = list(boxes_of_reference(self._reference))
        self._show()

    def _show(self) -> None:
        timeline, shown = self._workspace.timeline, self._review.annotations.shown
        own = boxes_of(shown, timeline, self._navigation.selection)
        self.model.show((*self._others, *own))
        if self.model:
            self._need()

    def _need(self) -> None:
        if self._item is None:
            self._item = BoxItem(self._workspace.spectrogram, self.model)
            self._workspace.spectrogram.add(self._item)


def draw_boxes(workspace: Workspace) -> None:
    """Have the spectrogram of a figure show the boxes of all labels it has."""
    timeline = workspace.timeline
    model = BoxesModel(workspace)
    others = boxes_of_reference(workspace.reference_model)
    model.show((*others, *boxes_of(timeline.events, timeline)))
    if model:
        workspace.spectrogram.add(BoxItem(workspace.spectrogram, model))


def boxes_of(
    events: Iterable[Event], timeline: TimelineModel, selected: Event | None = None
) -> Iterator[Box]:
    """Yield what events cover that a person gave frequencies."""
    rate = timeline.sample_rate
    for event in events:
        if event.band_hz:
            onset_s, offset_s = event.onset / rate, event.offset / rate
            title, chosen = timeline.title(event.label), event == selected
            yield Box(onset_s, offset_s, *event.band_hz, title, selected=chosen)


def boxes_of_reference(reference: ReferenceModel) -> Iterator[Box]:
    """Yield what labels of the reference cover that have frequencies."""
    for mark in reference.marks:
        if mark.band_hz is not None:
            title = reference.title(mark)
            yield Box(mark.onset_s, mark.offset_s, *mark.band_hz, title, reference=True)
