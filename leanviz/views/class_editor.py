"""What is chosen of one class, and of all that is below it."""

from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QPushButton,
    QWidget,
)

from leanviz.models.decisions import DecisionsModel
from leanviz.views.number_field import NumberField
from leanviz.views.plain import PlainLabel, plain_tip
from leanviz.views.score_rows import path_title

STEP = 0.05


class ClassEditor(QWidget):
    """Threshold and lists of the class that is current in the tree."""

    def __init__(self, decisions: DecisionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._decisions = decisions
        self._label = -1
        self._showing = False
        self.title = PlainLabel()
        self.threshold = NumberField()
        self.recommended = QPushButton("Recommended")
        self.muted, self.only = QCheckBox("Mute it alone"), QCheckBox("Only these")
        self.always = QCheckBox("Show also while ever-present")
        self.lower_all, self.raise_all = QPushButton("Lower all"), QPushButton("Raise all")
        self.threshold.setAccessibleName("Threshold of this class")
        self.threshold.setRange(0.01, 0.99)
        self.threshold.setSingleStep(0.01)
        self._lay_out()
        self._connect()
        self.show_class(-1)

    def show_class(self, label: int) -> None:
        """Show a class; -1 for none."""
        self._label = label
        rules, taxonomy = self._decisions.rules, self._decisions.taxonomy
        known = rules is not None and 0 <= label < len(taxonomy)
        self.setEnabled(known)
        self.title.setText(path_title(taxonomy, label) if known else "Choose a class above.")
        if not known or rules is None:
            return
        self._showing = True
        name, below = taxonomy[label].name, taxonomy.below(label)
        classes = self._decisions.choices.classes
        self.threshold.setValue(rules.threshold(label))
        self.recommended.setEnabled(bool(below & self._own()))
        self.muted.setChecked(name in classes.muted)
        self.only.setText("Only this" if len(below) == 1 else f"Only these {len(below)}")
        self.only.setChecked({taxonomy[n].name for n in below} <= set(classes.only))
        self.always.setEnabled(label in taxonomy.general)
        self.always.setChecked(name in classes.always)
        self._name(taxonomy[label].title, len(below))
        self._showing = False

    def _own(self) -> set[int]:
        """Return the classes with a threshold of the user's own."""
        own, taxonomy = self._decisions.choices.classes.thresholds, self._decisions.taxonomy
        return {n for n, label in enumerate(taxonomy.labels) if label.name in own}

    def _name(self, title: str, count: int) -> None:
        """Say what the controls are for."""
        family = f"{title} and {count - 1} below" if count > 1 else title
        names = {
            self.threshold: f"Threshold of {title}",
            self.recommended: f"Recommended thresholds for {family}",
            self.muted: f"Mute {title} alone",
            self.only: f"Show only {family}",
            self.always: f"Show {title} also while it is ever-present",
            self.lower_all: f"Lower the thresholds of {family} by {STEP}",
            self.raise_all: f"Raise the thresholds of {family} by {STEP}",
        }
        for part, name in names.items():
            part.setAccessibleName(name)
            part.setToolTip(plain_tip(name))

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.addWidget(self.title, 0, 0, 1, 2)
        grid.addWidget(self.threshold, 1, 0)
        grid.addWidget(self.recommended, 1, 1)
        grid.addWidget(self.lower_all, 2, 0)
        grid.addWidget(self.raise_all, 2, 1)
        grid.addWidget(self.only, 3, 0)
        grid.addWidget(self.muted, 3, 1)
        grid.addWidget(self.always, 4, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)

    def _connect(self) -> None:
        decisions = self._decisions
        decisions.changed.connect(lambda: self.show_class(self._label))
        self.threshold.valueChanged.connect(self._set_threshold)
        self.recommended.clicked.connect(lambda: decisions.recommend(self._below()))
        self.muted.clicked.connect(lambda on: decisions.mute([self._label], on))
        self.only.clicked.connect(lambda on: decisions.choose(self._below(), on))
        self.always.clicked.connect(lambda on: decisions.show_always(self._label, on))
        self.lower_all.clicked.connect(lambda: decisions.move_thresholds(self._below(), -STEP))
        self.raise_all.clicked.connect(lambda: decisions.move_thresholds(self._below(), STEP))

    def _below(self) -> frozenset[int]:
        return self._decisions.taxonomy.below(self._label)

    def _set_threshold(self, threshold: float) -> None:
        if not self._showing:
            self._decisions.set_threshold(self._label, threshold)
