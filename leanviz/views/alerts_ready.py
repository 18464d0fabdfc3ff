"""Ready-made alert rules to choose from."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from leanviz.core.ready_rules import ReadyRule, covering, known, missing, unheard
from leanviz.core.taxonomy import Taxonomy
from leanviz.core.watching import WatchRule
from leanviz.views.alerts_sounds import sound_title
from leanviz.views.plain import PlainLabel, plain_tip

ABOUT = (
    "Rules for sounds that one wants to see where one cannot hear them. Each notifies and frames "
    "the window; all of it can be changed afterwards."
)
UNHEARD = "*"
NOTE = (
    f"{UNHEARD} The model never had an example of its own of this sound: expect it to miss more, "
    "and to be wrong more often."
)
WIDTH = 460
# Logical pixels around a row.
ROOM = 2
_CHECKED = Qt.CheckState.Checked


class ReadyDialog(QDialog):
    """Asks which rules to add; those that are there cannot be added again.

    Parameters
    ----------
    taxonomy : Taxonomy
    there : sequence of WatchRule
        The rules that there are.
    """

    def __init__(
        self, taxonomy: Taxonomy, there: Sequence[WatchRule], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Ready Rules")
        self._taxonomy, self._there = taxonomy, there
        self._offered = known(taxonomy)
        self.list = QListWidget()
        self.list.setAccessibleName("Ready rules")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.add = self.buttons.addButton("&Add", QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        wanted = missing(self._offered, there, taxonomy)
        for ready in self._offered:
            item = _item(ready, covering(ready, there, taxonomy), taxonomy)
            item.setCheckState(_CHECKED if ready in wanted else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self._lay_out()
        self.list.itemChanged.connect(self._count)
        self._count()

    @property
    def chosen(self) -> list[ReadyRule]:
        """What is ticked, but for what is there and what a family that is ticked stands for."""
        ticked = [
            ready
            for row, ready in enumerate(self._offered)
            if self.list.item(row).checkState() is _CHECKED
        ]
        return missing(ticked, self._there, self._taxonomy)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        for part in (PlainLabel(ABOUT), self.list, PlainLabel(NOTE), self.buttons):
            if isinstance(part, PlainLabel):
                part.setWordWrap(True)
                part.setProperty("role", "name")
            layout.addWidget(part)
        self.list.setSpacing(ROOM)
        self.list.setMinimumHeight((self.list.sizeHintForRow(0) + 2 * ROOM) * len(self._offered))
        self.list.setCurrentRow(0)
        self.setMinimumWidth(WIDTH)

    def _count(self) -> None:
        count = len(self.chosen)
        self.add.setEnabled(count > 0)
        self.add.setText(f"&Add {count} Rule{'s' * (count != 1)}" if count else "&Add")


def _item(ready: ReadyRule, there: WatchRule | None, taxonomy: Taxonomy) -> QListWidgetItem:
    """Return a row, which cannot be ticked if there is such a rule, or one of its family."""
    mark = f" {UNHEARD}" if unheard(ready.label, taxonomy) else ""
    item = QListWidgetItem(f"{ready.about}{mark}")
    title = sound_title(ready.label, taxonomy)
    item.setToolTip(plain_tip(f"{title}: not again within {ready.cooldown_s:.0f} s"))
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
    if there is not None:
        told = f"there already: {sound_title(there.label, taxonomy)}"
        item.setText(f"{item.text()} ({told})")
        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
        grey = QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text
        item.setForeground(QGuiApplication.palette().color(*grey))
    spoken = "never had an example of its own in training" if mark else ""
    item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, spoken)
    return item
