"""What a person says of the recording shown, while the window is open."""

from PySide6.QtCore import QObject, Signal

from leanviz.core.annotations import Annotations
from leanviz.models.undo import Step, Steps


class ReviewModel(QObject):
    """The annotations of now, and whether they are saved.

    Parameters
    ----------
    steps : Steps
        Where changes are kept to be undone, with others of the window.

    Signals
    -------
    begun :
        Another recording is shown, or none; `changed` follows.
    changed :
        There are others, or they are saved.
    """

    begun = Signal()
    changed = Signal()

    def __init__(self, steps: Steps, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps = steps
        self._annotations = self._saved = Annotations()

    @property
    def annotations(self) -> Annotations:
        """What is said now."""
        return self._annotations

    @property
    def dirty(self) -> bool:
        """Whether there is something to save."""
        return self._annotations != self._saved

    def begin(self, annotations: Annotations | None = None) -> None:
        """Go on with another recording, of which this is said and saved; nothing can be undone."""
        self._annotations = self._saved = annotations or Annotations()
        self._steps.forget(self._take)
        self.begun.emit()
        self.changed.emit()

    def change(self, annotations: Annotations, text: str) -> None:
        """Say something else; `text` is what a menu calls the step."""
        if annotations != self._annotations:
            self._steps.push(Step(text, self._take, self._annotations, annotations))

    def mark_saved(self, annotations: Annotations) -> None:
        """Note what is saved now."""
        self._saved = annotations
        self.changed.emit()

    def _take(self, annotations: Annotations) -> None:
        self._annotations = annotations
        self.changed.emit()
