"""Steps that are undone and redone: states come back exactly, whatever was done in which order."""

from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from leanviz.core.annotations import Annotations
from leanviz.core.events import Event
from leanviz.models.review import ReviewModel
from leanviz.models.undo import Step, Steps
from tests.core.test_annotations import CHANGES, FOUND, changed

BARK = FOUND[0]


@given(CHANGES, st.data())
def test_undoing_everything_restores_exactly(
    changes: list[tuple[str, int, str, int, int]], data: st.DataObject
) -> None:
    steps = Steps()
    review = ReviewModel(steps)
    states = [review.annotations]
    for change in changes:
        review.change(changed(review.annotations, FOUND, change), "Change")
        if review.annotations != states[-1]:
            states.append(review.annotations)
    at = len(states) - 1
    for back in data.draw(st.lists(st.booleans(), max_size=20)):
        (steps.undo if back else steps.redo)()
        at = max(0, at - 1) if back else min(len(states) - 1, at + 1)
        assert review.annotations == states[at]
        assert review.dirty is (review.annotations != Annotations())
        assert (steps.undo_text is None, steps.redo_text is None) == (
            at == 0, at == len(states) - 1,
        )  # fmt: skip
    while steps.undo_text is not None:
        steps.undo()
    assert review.annotations == Annotations()


def test_a_new_step_ends_what_could_be_redone() -> None:
    steps, taken = Steps(), list[int]()
    for number in (1, 2):
        steps.push(Step(f"to {number}", taken.append, number - 1, number))
    steps.undo()
    assert (steps.undo_text, steps.redo_text) == ("to 1", "to 2")
    steps.push(Step("to 7", taken.append, 1, 7))
    assert (steps.undo_text, steps.redo_text) == ("to 7", None)
    steps.redo()
    assert taken == [1, 2, 1, 7], "harmless where there is nothing"


def test_moving_a_thing_after_undoing_is_a_step_of_its_own() -> None:
    steps, taken = Steps(), list[int]()
    for number in (1, 2):
        steps.push(Step("slide", taken.append, number - 1, number, "slider"))
    steps.push(Step("other", taken.append, 2, 3))
    steps.undo()
    steps.push(Step("slide", taken.append, 2, 5, "slider"))
    steps.undo()
    assert taken[-1] == 2


def test_another_recording_takes_its_own_steps_along_and_no_others(qtbot: QtBot) -> None:
    steps, taken = Steps(), list[int]()
    review = ReviewModel(steps)
    steps.push(Step("Change of Decisions", taken.append, 0, 1))
    review.change(Annotations().confirm(BARK), "Confirm Bark")
    with qtbot.waitSignals([review.begun, review.changed]):
        review.begin(Annotations().delete(BARK))
    assert not review.dirty
    assert steps.undo_text == "Change of Decisions"
    review.mark_saved(Annotations())
    assert review.dirty


def test_saying_the_same_again_is_no_step() -> None:
    steps = Steps()
    review = ReviewModel(steps)
    made = Event(0, 10, "Siren", 0.5)
    review.change(Annotations().restore(), "Nothing")
    assert steps.undo_text is None
    review.change(Annotations().delete(made), "Delete Siren")
    assert steps.undo_text == "Delete Siren"
