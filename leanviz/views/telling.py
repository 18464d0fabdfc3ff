"""What tells the user in sentences how its work went."""

from PySide6.QtCore import QObject, Signal


class Telling(QObject):
    """A part of the window that has something to tell.

    Signals
    -------
    said : str
        What became of something: a sentence worth a few seconds.
    failed : str
        A sentence about something that went wrong.
    """

    said = Signal(str)
    failed = Signal(str)

    def tell_through(self, other: "Telling") -> None:
        """Have another part pass on all that this one tells."""
        self.said.connect(other.said)
        self.failed.connect(other.failed)
