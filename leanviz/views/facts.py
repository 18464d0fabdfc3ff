"""Names and values in two columns, always in the same place."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from leanviz.views.plain import OneLine, PlainLabel, plain_tip

NONE = "\N{EN DASH}"


class Facts(QWidget):
    """A list of named values; one without a value shows a dash.

    Parameters
    ----------
    names : sequence of str
        What is listed, from top to bottom.
    """

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._values: dict[str, OneLine] = {}
        for name in names:
            label, value = PlainLabel(name), OneLine(NONE)
            label.setProperty("role", "name")
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            # a long value is cut, it does not widen the inspector
            value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            value.setAccessibleName(name)
            value.setAccessibleDescription(NONE)
            # not in a grid: a value has all the room that its own name leaves
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(label)
            row.addWidget(value, 1)
            column.addLayout(row)
            self._values[name] = value

    def show_values(self, values: Mapping[str, str]) -> None:
        """Show values by name; a dash for those that are not given."""
        for name, label in self._values.items():
            text = values.get(name, NONE)
            if text != label.accessibleDescription():
                label.setAccessibleDescription(text)
                label.setToolTip(plain_tip(text) if text != NONE else "")
                label.setText(text)
                label.setAccessibleName(name)

    def value(self, name: str) -> str:
        """Return what is shown for a name."""
        return self._values[name].accessibleDescription()
