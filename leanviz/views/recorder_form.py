"""How clips are kept: where, in which format, how much of them."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QWidget,
)

from leanviz.core.watching import (
    MOST_CLIPS,
    MOST_LAST_S,
    MOST_MB,
    MOST_ROLL_S,
    ClipChoices,
    ClipFormat,
)
from leanviz.views.picker import Picker
from leanviz.views.plain import PlainLabel, plain_tip


class ClipForm(QGroupBox):
    """Shows the choices, and tells of every change at once.

    Signals
    -------
    changed : ClipChoices
    """

    changed = Signal(object)

    def __init__(self, choices: ClipChoices, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__("Clips", parent)
        self._choices, self._default = choices, folder
        self.record = QCheckBox("Keep cl&ips of the sounds whose rule asks for it")
        self.form = Picker()
        self.before, self.after = roll("before the sound"), roll("after the sound")
        self.last = QDoubleSpinBox()
        self.most_mb, self.most_clips = QSpinBox(), QSpinBox()
        self.folder, self.choose, self.show_in = (
            PlainLabel(),
            QPushButton("C&hoose\u2026"),
            QPushButton("Op&en"),
        )
        self._set_up()
        self._show()
        self._lay_out()
        self._connect()

    def set_recording(self, on: bool) -> None:
        """Show that recording was switched elsewhere; nothing is emitted."""
        self._choices = replace(self._choices, record=on)
        self.record.setChecked(on)

    def _set_up(self) -> None:
        self.form.addItems([form.name for form in ClipFormat])
        self.last.setRange(1.0, MOST_LAST_S)
        self.last.setDecimals(0)
        self.last.setSuffix(" s")
        self.most_mb.setRange(1, MOST_MB)
        self.most_mb.setSuffix(" MB")
        self.most_mb.setGroupSeparatorShown(True)
        self.most_clips.setRange(1, MOST_CLIPS)
        self.most_clips.setSuffix(" clips")
        self.most_clips.setGroupSeparatorShown(True)
        for room in (self.most_mb, self.most_clips):
            room.setToolTip("When it is used up, the oldest clips are removed")

    def _show(self) -> None:
        chosen = self._choices
        self.record.setChecked(chosen.record)
        self.form.setCurrentText(chosen.form.name)
        self.before.setValue(chosen.before_s)
        self.after.setValue(chosen.after_s)
        self.last.setValue(chosen.last_s)
        self.most_mb.setValue(chosen.most_mb)
        self.most_clips.setValue(chosen.most_clips)
        self._show_folder()

    def _place(self) -> Path:
        return Path(self._choices.folder) if self._choices.folder else self._default

    def _show_folder(self) -> None:
        path = str(self._place())
        self.folder.setText(path)
        self.folder.setToolTip(plain_tip(path))
        self.folder.setAccessibleDescription(path)

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.addRow(self.record)
        rows: tuple[tuple[str, str, tuple[QWidget, ...]], ...] = (
            ("Fo&lder", "Folder of the clips", (self.choose, self.show_in)),
            ("For&mat", "Format of the clips", (self.form, self.before, self.after)),
            ("&Room", "Room for clips", (self.most_mb, self.most_clips)),
            ("Save b&y hand", "Seconds saved by hand", (self.last,)),
        )
        for words, name, fields in rows:
            row = QHBoxLayout()
            for field in fields:
                row.addWidget(field)
                field.setAccessibleName(field.accessibleName() or name)
            row.addStretch(1)
            label = PlainLabel(words)
            label.setBuddy(fields[0])
            form.addRow(label, row)
        form.insertRow(1, "", self.folder)
        self.most_clips.setAccessibleName("Most clips")
        self.show_in.setAccessibleName("Open the folder of the clips")
        self.folder.setAccessibleName("Folder of the clips")

    def _connect(self) -> None:
        self.record.toggled.connect(lambda on: self._change(record=on))
        self.form.currentTextChanged.connect(lambda name: self._change(form=ClipFormat[name]))
        self.before.valueChanged.connect(lambda value: self._change(before_s=value))
        self.after.valueChanged.connect(lambda value: self._change(after_s=value))
        self.last.valueChanged.connect(lambda value: self._change(last_s=value))
        self.most_mb.valueChanged.connect(lambda value: self._change(most_mb=value))
        self.most_clips.valueChanged.connect(lambda value: self._change(most_clips=value))
        self.choose.clicked.connect(self._choose)
        self.show_in.clicked.connect(self._open)

    def _change(self, **values: object) -> None:
        made = replace(self._choices, **values)
        if made != self._choices:
            self._choices = made
            self.changed.emit(made)

    def _choose(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder of the clips", str(self._place()))
        if name:
            self._change(folder=name)
            self._show_folder()

    def _open(self) -> None:
        folder = self._place()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self.folder.setText(f"{folder} cannot be made: {error.strerror}.")
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def roll(words: str) -> QDoubleSpinBox:
    """Return a field for seconds around a sound."""
    made = QDoubleSpinBox()
    made.setRange(0.0, MOST_ROLL_S)
    made.setDecimals(1)
    made.setSuffix(f" s {words}")
    made.setAccessibleName(f"Seconds {words}")
    return made
