"""Boxes are found by time, whatever their lengths, and the selected one is on top."""

import random

from leanviz.models.boxes import Box, BoxesModel


def test_all_that_touch_a_time_range_are_found() -> None:
    dice = random.Random(7)
    starts = [(dice.uniform(0, 100), dice.choice((0.1, 1.0, 40.0))) for _ in range(300)]
    boxes = [Box(start, start + length, 10.0, 20.0, "") for start, length in starts]
    model = BoxesModel()
    model.show(boxes)
    for _ in range(50):
        start_s, stop_s = sorted(dice.uniform(-10, 120) for _ in range(2))
        touching = {b for b in boxes if b.start_s < stop_s and b.stop_s > start_s}
        assert set(model.between(start_s, stop_s)) == touching


def test_ones_own_are_over_those_of_the_reference_and_the_selected_is_on_top() -> None:
    model = BoxesModel()
    selected, own = (Box(0.0, 1.0, 1.0, 2.0, "", selected=chosen) for chosen in (True, False))
    other = Box(0.5, 1.0, 1.0, 2.0, "", reference=True)
    model.show((selected, own, other))
    assert model.between(0.0, 2.0) == [other, own, selected]
