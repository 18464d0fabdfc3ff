"""The page of decisions: what is shown as a label, and what is not."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from leanviz.models.class_tree import ClassTreeModel
from leanviz.models.decisions import DecisionsModel
from leanviz.views.class_editor import ClassEditor
from leanviz.views.class_tree import ClassTree
from leanviz.views.decision_rules import RulesForm
from leanviz.views.page_parts import page_heading
from leanviz.views.preset_bar import PresetBar


class DecisionsPage(QScrollArea):
    """Every decision control, in every state of the window."""

    def __init__(self, decisions: DecisionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Decisions")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rules, self.presets = RulesForm(decisions), PresetBar(decisions)
        self.classes = ClassTree(ClassTreeModel(decisions, self))
        self.editor = ClassEditor(decisions)
        self.classes.chosen.connect(self.editor.show_class)
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(16, 8, 12, 8)
        layout.setSpacing(4)
        layout.addWidget(page_heading("ALL THRESHOLDS"))
        layout.addWidget(self.rules)
        layout.addWidget(page_heading("CLASSES"))
        layout.addWidget(self.presets)
        layout.addWidget(self.classes, 1)
        layout.addWidget(self.editor)
        self.setWidget(column)
