"""Names and values in two columns, always in the same place."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from leanviz.views.plain import PlainLabel, plain_tip

NONE = "\N{EN DASH}"
ELIDE = Qt.TextElideMode.ElideRight


class Facts(QWidget):
    """A list of named values; one without a value shows a dash.

    Parameters
    ----------
    names : sequence of str
        What is listed, from top to bottom.
    """

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self._values: dict[str, PlainLabel] = {}
        for row, name in enumerate(names):
            label, value = PlainLabel(name), PlainLabel(NONE)
            label.setProperty("role", "name")
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            # a long value is cut, it does not widen the inspector
            value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            value.setAccessibleName(name)
            value.setAccessibleDescription(NONE)
            grid.addWidget(label, row, 0)
            grid.addWidget(value, row, 1)
            self._values[name] = value

    def show_values(self, values: Mapping[str, str]) -> None:
        """Show values by name; a dash for those that are not given."""
        for name, label in self._values.items():
            text = values.get(name, NONE)
            if text != label.accessibleDescription():
                label.setAccessibleDescription(text)
                label.setToolTip(plain_tip(text) if text != NONE else "")
                room = max(label.width(), label.fontMetrics().horizontalAdvance(NONE))
                label.setText(label.fontMetrics().elidedText(text, ELIDE, room))

    def value(self, name: str) -> str:
        """Return what is shown for a name."""
        return self._values[name].accessibleDescription()
