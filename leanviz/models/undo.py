"""What can be undone and redone: steps between two states.

Not QUndoStack: PySide6 6.12 now and then ends the process when a command that is written in Python
is collected together with its stack.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

MOST_UNDONE = 100


@dataclass(frozen=True, slots=True)
class Step:
    """A change from one state to another; states are values and never change themselves.

    Attributes
    ----------
    text : str
        What a menu calls it.
    take : callable
        Takes a state.
    before, after : Any
    touching : str
        What is being moved: steps that touch the same, one after the other, are undone together.
    """

    text: str
    take: Callable[[Any], object]
    before: Any
    after: Any
    touching: str = ""


class Steps(QObject):
    """The steps of a window, whatever they change, in the order in which they were taken.

    Signals
    -------
    changed :
        Other steps can be undone or redone.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._touched = ""

    @property
    def undo_text(self) -> str | None:
        """What would be undone; None if there is nothing."""
        return self._done[-1].text if self._done else None

    @property
    def redo_text(self) -> str | None:
        """What would be done again; None if there is nothing."""
        return self._undone[-1].text if self._undone else None

    def push(self, step: Step) -> None:
        """Take a step; what was undone before cannot be redone any more."""
        if step.touching and step.touching == self._touched:
            step = replace(step, before=self._done.pop().before)
        self._touched = step.touching
        self._undone.clear()
        self._done = [*self._done, step][-MOST_UNDONE:]
        self._go(step.take, step.after)

    def undo(self) -> None:
        """Go back by a step. Harmless if there is none."""
        if self._done:
            step = self._done.pop()
            self._undone.append(step)
            self._touched = ""
            self._go(step.take, step.before)

    def redo(self) -> None:
        """Take a step again. Harmless if there is none."""
        if self._undone:
            step = self._undone.pop()
            self._done.append(step)
            self._go(step.take, step.after)

    def forget(self, take: Callable[[Any], object]) -> None:
        """Forget all steps that `take` took: what they changed is gone."""
        self._done = [step for step in self._done if step.take != take]
        self._undone = [step for step in self._undone if step.take != take]
        self._touched = ""
        self.changed.emit()

    def _go(self, take: Callable[[Any], object], state: Any) -> None:
        take(state)
        self.changed.emit()
