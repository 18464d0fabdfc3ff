"""Choices while the window is open: changes, undo, presets; the tree of classes."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from leanviz.core.choices import ClassChoices, DecisionChoices
from leanviz.core.decisions import DecisionRules
from leanviz.core.presets import PRESETS
from leanviz.core.taxonomy import Taxonomy
from leanviz.models.class_tree import LABEL_ROLE, QUIET_ROLE, ClassTreeModel, TreeColumn
from leanviz.models.decisions import DecisionsModel
from leanviz.models.undo import MOST_UNDONE
from tests.core.material import ANIMAL, BARK, DOG, SIREN, TAXONOMY

RECOMMENDED = DecisionRules((0.5, 0.6, 0.7, 0.8), quiet=TAXONOMY.general)
Check = Qt.CheckState


@pytest.fixture
def decisions() -> DecisionsModel:
    model = DecisionsModel(DecisionChoices())
    model.set_model(TAXONOMY, RECOMMENDED)
    return model


def rules(decisions: DecisionsModel) -> DecisionRules:
    assert decisions.rules is not None
    return decisions.rules


def test_choices_wait_for_the_model() -> None:
    decisions = DecisionsModel(DecisionChoices(offset=0.1))
    assert decisions.rules is None
    decisions.shift(0.1)
    decisions.move_thresholds([0], 0.1)
    decisions.set_model(TAXONOMY, RECOMMENDED)
    assert rules(decisions).offset == 0.2


def test_each_change_is_told_and_can_be_undone(decisions: DecisionsModel, qtbot: QtBot) -> None:
    seen = [decisions.choices]
    changes = (
        lambda: decisions.set_threshold(DOG, 0.3),
        lambda: decisions.mute([BARK], True),
        lambda: decisions.choose(TAXONOMY.below(DOG), True),
        lambda: decisions.show_always(ANIMAL, True),
        lambda: decisions.move_thresholds([SIREN, BARK], 0.05),
        lambda: decisions.apply_preset("Animals"),
        decisions.reset,
    )
    for change in changes:
        with qtbot.waitSignal(decisions.changed):
            change()
        seen.append(decisions.choices)
    assert len({str(choices) for choices in seen[:-1]}) == len(seen) - 1
    for before in reversed(seen[:-1]):
        decisions.steps.undo()
        assert decisions.choices == before
    assert decisions.steps.undo_text is None
    decisions.steps.undo()


def test_the_steps_of_one_slider_are_undone_together(decisions: DecisionsModel) -> None:
    for offset in (0.01, 0.02, 0.03):
        decisions.set_offset(offset)
    decisions.set_threshold(DOG, 0.4)
    decisions.steps.undo()
    assert decisions.choices.offset == 0.03
    decisions.steps.undo()
    assert decisions.choices.offset == 0
    assert decisions.steps.undo_text is None


def test_what_can_be_undone_is_bounded(decisions: DecisionsModel) -> None:
    for turn in range(MOST_UNDONE + 50):
        decisions.mute([DOG], turn % 2 == 0)
    undone = 0
    while decisions.steps.undo_text is not None:
        decisions.steps.undo()
        undone += 1
    assert undone == MOST_UNDONE


def test_thresholds_are_set_as_they_are_shown(decisions: DecisionsModel) -> None:
    decisions.set_offset(0.2)
    decisions.set_threshold(DOG, 0.35)
    assert rules(decisions).threshold(DOG) == pytest.approx(0.35)
    decisions.move_thresholds(TAXONOMY.below(DOG), -0.1)
    assert rules(decisions).threshold(DOG) == pytest.approx(0.25)
    assert rules(decisions).threshold(BARK) == pytest.approx(0.89), "from the highest there is"
    decisions.recommend([DOG])
    assert rules(decisions).threshold(DOG) == pytest.approx(0.9)


def test_presets_are_applied_saved_and_deleted(decisions: DecisionsModel) -> None:
    assert decisions.presets == list(PRESETS)
    assert decisions.preset == "All"
    decisions.apply_preset("Animals")
    assert rules(decisions).allowed == {ANIMAL, DOG, BARK}
    decisions.mute([BARK], True)
    decisions.save_preset("Night")
    decisions.apply_preset("All")
    assert rules(decisions).allowed is None
    assert rules(decisions).muted == {BARK}, "a ready-made preset mutes nothing and frees nothing"
    decisions.apply_preset("Night")
    assert decisions.choices.classes == ClassChoices(
        muted=("Bark",), only=("Animal", "Bark", "Dog")
    )
    assert decisions.preset == "Night"
    assert decisions.is_own("Night")
    assert not decisions.is_own("Home")
    decisions.delete_preset("Night")
    assert decisions.presets == list(PRESETS)


def test_reset_keeps_the_users_presets(decisions: DecisionsModel) -> None:
    decisions.save_preset("Night")
    decisions.set_offset(0.3)
    decisions.reset()
    assert decisions.choices == DecisionChoices(presets={"Night": ClassChoices()})


# -- the tree -----------------------------------------------------------------------------------


@pytest.fixture
def tree(decisions: DecisionsModel) -> ClassTreeModel:
    return ClassTreeModel(decisions)


def tick(tree: ClassTreeModel, label: int) -> Check:
    return Check(tree.index_of(label).data(Qt.ItemDataRole.CheckStateRole))


def test_qt_finds_no_fault_with_the_tree(
    decisions: DecisionsModel, tree: ClassTreeModel, qtmodeltester: ModelTester
) -> None:
    qtmodeltester.check(tree)
    decisions.mute([DOG], True)
    decisions.set_model(Taxonomy(TAXONOMY.labels[:2]), RECOMMENDED)
    qtmodeltester.check(tree)


def test_classes_stand_below_the_nearest_they_belong_to(tree: ClassTreeModel) -> None:
    def path(index: QModelIndex) -> list[str]:
        return [*path(tree.parent(index)), str(index.data())] if index.isValid() else []

    assert path(tree.index_of(BARK)) == ["Animal", "Dog", "Bark, woof"]
    assert [tree.index(row, 0).data() for row in range(tree.rowCount())] == [
        "Animal",
        "Siren, alarm",
    ]
    assert tree.index_of(BARK).data(LABEL_ROLE) == BARK


def test_a_tick_of_a_family_is_one_for_all_that_is_in_it(
    decisions: DecisionsModel, tree: ClassTreeModel
) -> None:
    assert tree.setData(tree.index_of(DOG), Check.Unchecked.value, Qt.ItemDataRole.CheckStateRole)
    assert rules(decisions).muted == {DOG, BARK}
    assert [tick(tree, n) for n in (ANIMAL, DOG, BARK, SIREN)] == [
        Check.PartiallyChecked, Check.Unchecked, Check.Unchecked, Check.Checked,
    ]  # fmt: skip
    tree.setData(tree.index_of(ANIMAL), Check.Checked.value, Qt.ItemDataRole.CheckStateRole)
    assert rules(decisions).muted == frozenset()


def test_the_tree_shows_thresholds_and_what_is_not_listened_to(
    decisions: DecisionsModel, tree: ClassTreeModel
) -> None:
    decisions.set_threshold(DOG, 0.3)
    texts = [tree.index_of(n, TreeColumn.THRESHOLD).data() for n in (SIREN, DOG)]
    assert texts == ["0.50", "0.30*"]
    decisions.choose([DOG], True)
    assert [n for n in range(4) if tree.index_of(n).data(QUIET_ROLE)] == [SIREN, ANIMAL, BARK]
    described = tree.index_of(SIREN).data(Qt.ItemDataRole.AccessibleDescriptionRole)
    assert described == "not among the chosen classes"


def test_an_unchanged_choice_is_no_change(decisions: DecisionsModel) -> None:
    decisions.change(replace(decisions.choices))
    assert decisions.steps.undo_text is None
