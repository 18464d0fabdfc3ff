"""How clips of the labels are to be cut, and where they go."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QWidget,
)

from leanviz.core.watching import ClipFormat, Cut
from leanviz.views.picker import Picker
from leanviz.views.plain import PlainLabel, plain_tip
from leanviz.views.recorder_form import roll

FOLDER_WIDTH = 360


@dataclass(frozen=True, slots=True)
class ClipWish:
    """What the user wants.

    Attributes
    ----------
    folder : Path
    cut : Cut
    selected_only : bool
        Only the selected label, not all that are shown.
    """

    folder: Path
    cut: Cut
    selected_only: bool = False


class ClipDialog(QDialog):
    """Asks for a `ClipWish`.

    Parameters
    ----------
    wish : ClipWish
        What is proposed.
    n_labels : int
        Labels that are shown.
    selected : str
        Name of the selected label, "" if none is.
    """

    def __init__(
        self, wish: ClipWish, n_labels: int, selected: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export Clips")
        labels = "&The label shown" if n_labels == 1 else f"&All {n_labels} labels shown"
        self.all, self.one = QRadioButton(labels), QRadioButton("The &selected label")
        if selected:
            self.one.setText(f"The &selected label: {selected.replace('&', '&&')}")
        self.one.setEnabled(bool(selected))
        self.all.setToolTip(
            "A sound file for each label, as the decisions and your review leave them"
        )
        self.one.setToolTip("One sound file" if selected else "No label is selected")
        (self.one if wish.selected_only and selected else self.all).setChecked(True)
        self.form = Picker()
        self.form.addItems([form.name for form in ClipFormat])
        self.form.setCurrentText(wish.cut.form.name)
        self.form.setToolTip("Both hold 16-bit and 24-bit recordings without loss")
        self.before, self.after = roll("before the label"), roll("after the label")
        self.before.setValue(wish.cut.before_s)
        self.after.setValue(wish.cut.after_s)
        self.folder, self.choose = QLineEdit(str(wish.folder)), QPushButton("C&hoose\u2026")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.export = self.buttons.addButton("&Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out()
        self._connect()

    @property
    def wish(self) -> ClipWish:
        """What is chosen."""
        cut = Cut(ClipFormat[self.form.currentText()], self.before.value(), self.after.value())
        return ClipWish(Path(self.folder.text()).expanduser(), cut, self.one.isChecked())

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.addRow("Clips of", self.all)
        form.addRow("", self.one)
        form.addRow("For&mat", self.form)
        form.addRow("Sound &before", self.before)
        form.addRow("Sound a&fter", self.after)
        row = QHBoxLayout()
        row.addWidget(self.folder, 1)
        row.addWidget(self.choose)
        self.folder.setMinimumWidth(FOLDER_WIDTH)
        label = PlainLabel("Fo&lder")
        label.setBuddy(self.folder)
        form.addRow(label, row)
        form.addRow(self.buttons)
        for name, field, tip in (
            ("Format of the clips", self.form, ""),
            ("Folder of the clips", self.folder, "Made if it is not there; no file is replaced"),
            ("Choose the folder of the clips", self.choose, "Choose another folder"),
        ):
            field.setAccessibleName(name)
            field.setToolTip(plain_tip(tip) or field.toolTip())

    def _connect(self) -> None:
        self.choose.clicked.connect(self._choose)
        self.folder.textChanged.connect(lambda text: self.export.setEnabled(bool(text.strip())))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _choose(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder of the Clips", self.folder.text())
        if name:
            self.folder.setText(name)
