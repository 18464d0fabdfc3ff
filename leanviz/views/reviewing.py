"""What a person does to the labels of a recording: confirm, edit, delete, add; undo and redo."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from leanviz.core.annotations import Annotations, confirmable, manual_event, own_label
from leanviz.core.clock import Span, to_sample
from leanviz.core.events import Band, Event
from leanviz.core.taxonomy import Taxonomy
from leanviz.models.review import ReviewModel
from leanviz.models.undo import Steps
from leanviz.sessions.labels import Mark
from leanviz.views.actions import Actions
from leanviz.views.label_form import LabelForm, Take
from leanviz.views.navigation import Navigation
from leanviz.views.workspace import Workspace

NO_NAME = "no name"
NO_RANGE = "Select a time range first: drag in a pane."


class Reviewing(QObject):
    """Does what the Edit menu says to the selected label, and shows it.

    Signals
    -------
    said : str
        A sentence about what cannot be done.
    undoable : str
        What was done, as a sentence; it can be undone.
    """

    said = Signal(str)
    undoable = Signal(str)

    def __init__(
        self,
        review: ReviewModel,
        steps: Steps,
        workspace: Workspace,
        navigation: Navigation,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._review, self._steps, self._window = review, steps, parent
        self._workspace, self._navigation = workspace, navigation
        self._shown = Annotations()
        review.begun.connect(self._begin)
        review.changed.connect(self._show)

    @property
    def confirmable(self) -> bool:
        """Whether there is a selected label that can be confirmed."""
        event = self._navigation.selection
        return event is not None and confirmable(event)

    def serve(self, actions: Actions) -> None:
        """Have the actions of the Edit menu do their work."""
        actions.connect({
            "undo": self._steps.undo,
            "redo": self._steps.redo,
            "confirm": self._with_selected(self.confirm),
            "edit label": self._with_selected(self.ask_about),
            "fit label": self._with_selected(self.fit),
            "delete label": self._with_selected(self.delete),
            "add label": self.ask_for_new,
            "restore labels": self.restore,
            "adopt reference": self.adopt,
        })  # fmt: skip
        self._steps.changed.connect(lambda: self._name_steps(actions))

    def confirm(self, event: Event) -> None:
        """Say that a label is right, or take that back."""
        self._say("Confirm", event.label, self._review.annotations.confirm(event))

    def delete(self, event: Event) -> None:
        """Take a label away, and select the next one."""
        timeline = self._workspace.timeline
        row = timeline.row_of(event)
        self._say("Delete", event.label, self._review.annotations.delete(event))
        if timeline.rowCount():
            self._navigation.reveal(timeline.event_at(min(row, timeline.rowCount() - 1)))
        self.undoable.emit(f"Deleted: {timeline.title(event.label)}.")

    def fit(self, event: Event) -> None:
        """Give a label the times of the selected range."""
        extent = self._selected_range()
        if extent is None:
            self.said.emit(NO_RANGE)
        else:
            band = self._workspace.spectrogram.band_hz or event.band_hz
            self._edit(event, event.label, extent, band)

    def retime(self, event: Event, extent: Span) -> None:
        """Give a label other times."""
        self._edit(event, event.label, extent, event.band_hz)

    def restore(self) -> None:
        """Show again what leanviz found and the user deleted."""
        count = self._review.annotations.n_deleted
        self._review.change(self._review.annotations.restore(), "Restore Labels")
        self.undoable.emit(f"Labels restored: {count}.")

    def adopt(self) -> None:
        """Make the reference labels labels of the recording, in one step."""
        timeline, time = self._workspace.timeline, self._workspace.time
        length = to_sample(time.limits[1], timeline.sample_rate)
        marks = self._workspace.reference_model.marks
        events = adopted(marks, Span(0, length), timeline.sample_rate, timeline.taxonomy)
        before = self._review.annotations
        after = before.with_added(events)
        count = len(after.added) - len(before.added)
        self._review.change(after, "Take Over Reference Labels")
        self.undoable.emit(f"Labels taken over: {count}.")

    def ask_about(self, event: Event) -> None:
        """Ask for another label and other times of an event."""
        title = self._workspace.timeline.title(event.label)
        self._ask(
            "Edit Label",
            title,
            Span(event.onset, event.offset),
            lambda label, extent, band: self._edit(event, label, extent, band),
            event.band_hz,
        )

    def ask_for_new(self) -> None:
        """Ask what is to be heard in the selected range."""
        extent = self._selected_range()
        if extent is None:
            self.said.emit(NO_RANGE)
        else:
            self._ask("Add Label", "", extent, self._add, self._workspace.spectrogram.band_hz)

    def _ask(self, title: str, label: str, extent: Span, take: Take, band_hz: Band) -> None:
        timeline = self._workspace.timeline
        rate = timeline.sample_rate
        limits = rate, to_sample(self._workspace.time.limits[1], rate)
        form = LabelForm(
            title, label, extent, limits,
            taxonomy=timeline.taxonomy, take=take, parent=self._window, band_hz=band_hz,
        )  # fmt: skip
        form.open()

    def _edit(self, event: Event, label: str, extent: Span, band_hz: Band) -> None:
        taxonomy = self._workspace.timeline.taxonomy
        said = self._review.annotations.edit(event, label, extent, taxonomy, band_hz)
        self._say("Edit", event.label, said)

    def _add(self, label: str, extent: Span, band_hz: Band = ()) -> None:
        taxonomy = self._workspace.timeline.taxonomy
        self._say("Add", label, self._review.annotations.add(label, extent, taxonomy, band_hz))

    def _say(self, verb: str, label: str, annotations: Annotations) -> None:
        self._review.change(annotations, f"{verb} {self._workspace.timeline.title(label)}")

    def _selected_range(self) -> Span | None:
        selection, rate = self._workspace.time.selection, self._workspace.timeline.sample_rate
        if selection is None:
            return None
        limits = self._workspace.time.limits
        start, stop = (to_sample(min(max(t, limits[0]), limits[1]), rate) for t in selection)
        return Span(start, stop) if stop > start else None

    def _with_selected(self, act: Callable[[Event], None]) -> Callable[[], None]:
        def run() -> None:
            event = self._navigation.selection
            if event is not None:
                act(event)

        return run

    def _begin(self) -> None:
        """Take what is said of another recording for known: no label is sought for it."""
        self._shown = self._review.annotations

    def _show(self) -> None:
        """Show what is said now, and select what became of the selected label."""
        before, after = self._shown, self._review.annotations
        self._shown = after
        self._workspace.timeline.set_annotations(after)
        timeline, selected = self._workspace.timeline, self._navigation.selection
        fresh = [event for event in _fresh(before, after) if timeline.row_of(event) >= 0]
        if len(fresh) == 1:
            self._navigation.reveal(fresh[0])
        elif selected is not None and timeline.row_of(selected) < 0:
            self._navigation.select(None)

    def _name_steps(self, actions: Actions) -> None:
        """Say in the menu what would be undone and redone."""
        undo, redo = self._steps.undo_text, self._steps.redo_text
        actions["undo"].setText(f"&Undo {_plain(undo)}".rstrip())
        actions["redo"].setText(f"&Redo {_plain(redo)}".rstrip())


def adopted(
    marks: Iterable[Mark], limits: Span, sample_rate: int, taxonomy: Taxonomy
) -> list[Event]:
    """Return labels of somebody else as events; a point becomes one sample long."""
    made: list[Event] = []
    for mark in marks:
        start, stop = (to_sample(end_s, sample_rate) for end_s in (mark.onset_s, mark.offset_s))
        extent = Span(start, min(max(stop, start + 1), limits.stop))
        if limits.start <= start < limits.stop:
            label = own_label(mark.label) or NO_NAME
            made.append(manual_event(label, extent, taxonomy, mark.band_hz or ()))
    return made


def _fresh(before: Annotations, after: Annotations) -> set[Event]:
    """Return what is shown after a change and was not before."""
    returned = {one.found for one in before.verdicts} - {one.found for one in after.verdicts}
    return set(after.shown) - set(before.shown) | returned


def _plain(text: str | None) -> str:
    """Return a text in which a menu underlines nothing."""
    return (text or "").replace("&", "&&")
