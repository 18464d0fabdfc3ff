"""Presets: which classes are shown, by a name."""

from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QPushButton, QWidget

from leanviz.core.presets import PRESETS
from leanviz.models.decisions import DecisionsModel
from leanviz.views.picker import Picker

OTHER = "(your choice)"
LONGEST_NAME = 40


class PresetBar(QWidget):
    """A choice of presets, and buttons to save and delete the user's own."""

    def __init__(self, decisions: DecisionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._decisions = decisions
        self.presets = Picker()
        self.save, self.delete = QPushButton("Save\u2026"), QPushButton("Delete")
        self.presets.setAccessibleName("Preset")
        self.save.setToolTip("Keep muted and chosen classes and their thresholds under a name")
        self.delete.setToolTip("Delete this preset of yours")
        self.save.setAccessibleName("Save as a preset")
        self.delete.setAccessibleName("Delete the preset")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.presets, 1)
        layout.addWidget(self.save)
        layout.addWidget(self.delete)
        self.presets.textActivated.connect(self._apply)
        self.save.clicked.connect(self._ask_and_save)
        self.delete.clicked.connect(lambda: decisions.delete_preset(decisions.preset))
        decisions.changed.connect(self._show)
        self._show()

    def save_as(self, name: str) -> None:
        """Save what is chosen now; the names of the ready-made ones are taken."""
        name = " ".join(name.split())[:LONGEST_NAME]
        if name and name.casefold() not in {taken.casefold() for taken in (*PRESETS, OTHER)}:
            self._decisions.save_preset(name)
        elif name:
            self._decisions.said.emit(f"{name} is a ready-made preset: choose another name.")

    def _ask_and_save(self) -> None:
        name, accepted = QInputDialog.getText(self, "Save Preset", "Name of the preset:")
        if accepted:
            self.save_as(name)

    def _apply(self, name: str) -> None:
        if name != OTHER:
            self._decisions.apply_preset(name)
        self._show()

    def _show(self) -> None:
        current = self._decisions.preset
        names = [*self._decisions.presets, *([] if current else [OTHER])]
        if names != [self.presets.itemText(n) for n in range(self.presets.count())]:
            self.presets.clear()
            self.presets.addItems(names)
        self.presets.setCurrentText(current or OTHER)
        self.delete.setEnabled(self._decisions.is_own(current))
