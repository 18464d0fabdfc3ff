"""A list of sounds to choose from by typing: any sound, families, classes."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QWidget

from leanviz.core.taxonomy import Taxonomy

ANY = "Any sound"
# A box that can be typed into is given no room for the borders of the style sheet.
ROOM = 14


def sound_title(label: str, taxonomy: Taxonomy) -> str:
    """Return the words for the sound of a rule; a name of another model stands for itself."""
    if not label:
        return ANY
    try:
        return taxonomy[taxonomy.index(label)].title
    except KeyError:
        return f"{label} (not known to this model)"


class SoundPicker(QComboBox):
    """All sounds a rule can be about; typing finds them, whatever part of the name it is.

    Signals
    -------
    picked : str
        Vocabulary name of what the user chose, "" for any sound.
    """

    picked = Signal(str)

    def __init__(self, taxonomy: Taxonomy, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._taxonomy, self._label = taxonomy, ""
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(16)
        self.setMinimumHeight(self.fontMetrics().height() + ROOM)
        self.addItem(ANY, "")
        families = {taxonomy[above].name for n in range(len(taxonomy)) for above in
                    taxonomy.breadcrumb(n)}  # fmt: skip
        for label in sorted(taxonomy.labels, key=lambda label: label.title.casefold()):
            more = " (all kinds)" if label.name in families else ""
            self.addItem(f"{label.title}{more}", label.name)
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.activated.connect(self._pick)
        self._line = QLineEdit()
        self.setLineEdit(self._line)
        self._line.setCompleter(completer)
        completer.activated.connect(self._take_typed)
        self._line.editingFinished.connect(self._take_typed)

    def begin_typing(self) -> None:
        """Take the focus, so that what is typed replaces the name."""
        self.setFocus()
        self._line.selectAll()

    def show_label(self, label: str) -> None:
        """Show a sound; nothing is emitted."""
        self._label = label
        at = self.findData(label)
        self.setCurrentIndex(at)
        if at < 0:
            self.setEditText(sound_title(label, self._taxonomy))

    def _pick(self, at: int) -> None:
        label = self.itemData(at)
        if label != self._label:
            self._label = label
            self.picked.emit(label)

    def _take_typed(self) -> None:
        """Take what was typed if it names a sound, else show again what was chosen before."""
        at = self.findText(self.currentText(), Qt.MatchFlag.MatchFixedString)
        if at >= 0:
            self.setCurrentIndex(at)
            self._pick(at)
        elif self.currentIndex() >= 0:
            self.setEditText(self.itemText(self.currentIndex()))
