"""Labels in lanes: where boxes and texts are, and what a click on them does."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from leanviz.core.clock import Span
from leanviz.core.events import Candidate, Event, Finding, Specific, State
from leanviz.core.tracks import Tracks
from leanviz.views.label_boxes import LOWEST, TALLEST, Box
from leanviz.views.left_axis import LEFT
from leanviz.views.theme import DARK, THEMES, Theme
from tests.core.material import TAXONOMY
from tests.views.panes_material import (
    PLAIN,
    RATE,
    Stack,
    drag,
    mouse,
    picture,
    place,
    plot,
    rgb,
    sound,
    stack,
    tracks_of,
    where,
)

FULL = 600
RELAXED = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60
)


@pytest.fixture
def made(qtbot: QtBot) -> Stack:
    panes = stack(qtbot)
    panes.time.show_recording(60.0)
    panes.time.show(20.0, 20.0)
    panes.timeline.restart(RATE)
    return panes


def boxes(made: Stack, events: list[Event], ratio: float = 1.0) -> list[Box]:
    made.timeline.restart(RATE, events)
    lane = next(iter(made.timeline.lanes))
    return made.lanes.picture.boxes(lane, 0, round(FULL * ratio), ratio)


def at(made: Stack, time_s: float, row: int = 0) -> QPoint:
    """Return the place of a time in a lane, in the lanes' widget."""
    x = made.lanes.pixel_map().x(time_s)
    return QPoint(LEFT + round(x), row * made.lanes.picture.lane_height + 10)


def test_a_long_event_has_its_text_on_itself_and_a_short_one_beside(made: Stack) -> None:
    long, short = boxes(made, [sound(21 * RATE, 28 * RATE), sound(33 * RATE, 33 * RATE + 4800)])
    assert long.inside
    assert long.area.left() < long.text_x < long.text_stop < long.area.right()
    assert (long.text, short.text) == ("Dog 0.83", "Dog 0.83")
    assert not short.inside
    assert short.text_x > short.area.right()


def test_the_text_of_an_event_that_began_before_the_view_stays_in_the_view(made: Stack) -> None:
    (box,) = boxes(made, [sound(5 * RATE, 30 * RATE)])
    assert box.inside
    assert 0 < box.text_x < 20


def test_at_the_right_edge_the_text_stands_before_the_box(made: Stack) -> None:
    (box,) = boxes(made, [sound(round(39.8 * RATE), 41 * RATE)])
    assert not box.inside
    assert box.text_stop <= box.area.left() < FULL


SPANS = st.lists(
    st.tuples(st.floats(-15, 45), st.floats(0.01, 15)).map(lambda s: (20 + s[0], s[1])), max_size=8
)


@RELAXED
@given(SPANS, st.sampled_from([1.0, 1.5, 2.0]))
def test_texts_are_never_outside_the_view_nor_over_each_other(
    made: Stack, spans: list[tuple[float, float]], ratio: float
) -> None:
    stop, events = 0.0, []
    for onset, length in sorted(spans):
        onset_s = max(onset, stop, 0.0)
        stop = onset_s + length
        events.append(sound(round(onset_s * RATE), max(round(stop * RATE), 1)))
    if not events:
        return
    drawn = [box for box in boxes(made, events, ratio) if box.text]
    for box in drawn:
        assert box.text_x >= 0
        assert box.text_stop <= FULL * ratio + 0.01
    for before, after in pairwise(drawn):
        assert before.text_stop <= after.text_x + 0.01
        assert before.text_stop <= after.area.left() + 0.01


def test_a_box_that_began_before_the_view_is_cut_at_its_edge(made: Stack) -> None:
    made.timeline.restart(RATE, [sound(5 * RATE, 30 * RATE)])
    whole = picture(made.lanes)[10]
    assert (whole[LEFT - 4 : LEFT] == rgb(DARK.background)).all()
    orange = where(whole[None, LEFT : LEFT + 299], "#bf8700", 40)
    assert orange.mean() > 0.7
    assert orange[0, 0]


def test_only_what_is_in_view_is_laid_out(made: Stack) -> None:
    made.timeline.restart(RATE, [sound(i * RATE, i * RATE + 8000) for i in range(60)])
    lane = next(iter(made.timeline.lanes))
    assert len(made.lanes.picture.boxes(lane, 0, FULL, 1.0)) <= 23


@pytest.mark.parametrize("theme", list(THEMES.values()), ids=list(THEMES))
def test_score_is_opacity_with_a_floor(made: Stack, theme: Theme) -> None:
    made.lanes.set_theme(theme)
    strengths = []
    for score in (0.05, 0.35, 0.6, 0.99):
        made.timeline.restart(RATE, [sound(21 * RATE, 39 * RATE, score=score)])
        strengths.append(int(np.abs(plot(made.lanes)[12, 500] - rgb(theme.background)).sum()))
    assert strengths[0] == strengths[1] > 40
    assert strengths[1] < strengths[2] < strengths[3]


def gaps_in_outline(made: Stack) -> int:
    """Return how often the upper edge of the first box is interrupted."""
    edge = plot(made.lanes)[2, 100:500].sum(-1)
    bright = edge > (edge.max() + edge.min()) / 2
    return int((np.diff(bright.astype(int)) != 0).sum())


def test_what_may_still_change_has_a_dashed_outline(made: Stack) -> None:
    made.timeline.add_final([sound(21 * RATE, 39 * RATE, score=0.4)])
    assert gaps_in_outline(made) == 0
    made.timeline.restart(RATE)
    made.timeline.set_provisional(
        [replace(sound(21 * RATE, 39 * RATE, score=0.4), state=State.PROVISIONAL)]
    )
    assert gaps_in_outline(made) > 20


def test_what_is_settled_has_a_solid_outline_that_is_open_where_it_goes_on(made: Stack) -> None:
    box = sound(21 * RATE, 29 * RATE, score=0.4)
    closed: dict[State, bool] = {}
    for state in State:
        made.timeline.restart(RATE)
        made.timeline.set_provisional([replace(box, state=state)])
        edge = at(made, 29.0).x() - LEFT
        row = plot(made.lanes)[8:16, edge - 6 : edge].sum(-1)
        closed[state] = bool((row.max(1) > row[:, 0] + 20).any())
        assert (gaps_in_outline(made) > 20) == (state is State.PROVISIONAL)
    assert closed == {State.PROVISIONAL: True, State.SETTLED: False, State.FINAL: True}


def test_texts_are_readable_on_boxes_of_every_hue_in_every_theme(made: Stack) -> None:
    for theme in THEMES.values():
        made.lanes.set_theme(theme)
        for label in TAXONOMY.names:
            for score in (0.2, 0.5, 0.95):
                made.timeline.restart(RATE, [sound(21 * RATE, 39 * RATE, label, score)])
                drawn = plot(made.lanes)[4:20, 30:130].reshape(-1, 3) @ [0.2126, 0.7152, 0.0722]
                ground = np.median(drawn)
                assert np.abs(drawn - ground).max() > 70, (theme.name, label, score)


def test_a_click_on_a_box_tells_its_event_and_beside_it_seeks(made: Stack, qtbot: QtBot) -> None:
    dog, siren = sound(25 * RATE, 30 * RATE), sound(30 * RATE, 35 * RATE, "Siren")
    made.timeline.restart(RATE, [dog, siren])
    wished: list[float] = []
    made.time.seek_requested.connect(wished.append)
    with qtbot.waitSignal(made.lanes.event_clicked) as told:
        qtbot.mouseClick(
            made.lanes.viewport(), Qt.MouseButton.LeftButton, pos=at(made, 32.0, row=1)
        )
    assert told.args == [siren]
    assert wished == []
    with qtbot.waitSignal(made.lanes.event_clicked) as told:
        qtbot.mouseClick(made.lanes.viewport(), Qt.MouseButton.LeftButton, pos=at(made, 32.0))
    assert told.args == [None]
    assert wished == [pytest.approx(32.0, abs=0.05)]


def test_a_double_click_tells_its_event(made: Stack, qtbot: QtBot) -> None:
    dog = sound(25 * RATE, 30 * RATE)
    made.timeline.restart(RATE, [dog])
    with qtbot.waitSignal(made.lanes.event_double_clicked) as told:
        qtbot.mouseDClick(made.lanes.viewport(), Qt.MouseButton.LeftButton, pos=at(made, 26.0))
    assert told.args == [dog]


def test_hovering_tells_events_once_and_their_end(made: Stack) -> None:
    dog = sound(25 * RATE, 30 * RATE)
    made.timeline.restart(RATE, [dog])
    told: list[Event | None] = []
    made.lanes.event_hovered.connect(told.append)
    for time_s in (22.0, 26.0, 27.0, 31.0):
        made.lanes.hovered(QPointF(at(made, time_s)))
    made.lanes.hovered(None)
    assert told == [dog, None]


@RELAXED
@given(st.floats(20.5, 39.5))
def test_a_box_is_hit_exactly_where_it_is_drawn(made: Stack, time_s: float) -> None:
    dog = sound(25 * RATE, 30 * RATE)
    made.timeline.restart(RATE, [dog])
    hit = made.lanes.event_at(QPointF(at(made, time_s)))
    near = 4 / FULL * 20.0
    if 25.0 <= time_s <= 30.0:
        assert hit == dog
    elif not 25.0 - near <= time_s <= 30.0 + near:
        assert hit is None


def many(count: int) -> list[Event]:
    return [Event(21 * RATE, 22 * RATE + i, f"Label_{i}", 0.5) for i in range(count)]


def test_lanes_grow_thinner_before_they_scroll(made: Stack) -> None:
    made.timeline.restart(RATE, many(3))
    assert made.lanes.picture.lane_height == TALLEST
    made.timeline.restart(RATE, many(6))
    assert made.lanes.picture.lane_height == 20
    made.timeline.restart(RATE, many(30))
    assert made.lanes.picture.lane_height == LOWEST
    assert len(made.lanes.picture.shown_lanes()) == 7
    made.lanes.wheel_vertical(-100.0, QPointF())
    shown = [lane.label for lane in made.lanes.picture.shown_lanes()]
    assert shown[-1] == [lane.label for lane in made.timeline.lanes][-1]
    assert len(shown) == 7


def heard_in_turn(count: int) -> list[Event]:
    return [Event(i * RATE, (i + 1) * RATE, f"Label_{i}", 0.5) for i in range(count)]


def rows(made: Stack) -> list[int]:
    return [int(lane.label.removeprefix("Label_")) for lane in made.lanes.picture.shown_lanes()]


def test_a_live_view_shows_the_lanes_heard_last_and_a_held_one_keeps_them(made: Stack) -> None:
    made.time.show_live(20.0)
    made.time.follow_to(30.0)
    made.timeline.restart(RATE, heard_in_turn(30))
    assert rows(made) == list(range(23, 30))
    made.timeline.set_provisional(
        [Event(29 * RATE, 30 * RATE, "Label_3", 0.5, state=State.PROVISIONAL)]
    )
    assert rows(made) == [3, *range(24, 30)], "in the order of all lanes"
    made.time.set_follow(False)
    made.timeline.add_final([Event(31 * RATE, 32 * RATE, "Label_4", 0.5)])
    assert rows(made) == [3, *range(24, 30)], "frozen"


def test_looking_back_shows_what_was_heard_then_and_scrolling_all_lanes(made: Stack) -> None:
    made.time.show_live(5.0)
    made.time.follow_to(30.0)
    made.timeline.restart(RATE, heard_in_turn(30))
    made.time.show(10.0, 5.0)
    assert rows(made) == list(range(8, 15))
    made.lanes.wheel_vertical(-1.0, QPointF())
    assert rows(made) == list(range(1, 8))
    made.time.set_follow(True)
    assert rows(made) == list(range(23, 30))


def test_what_is_heard_now_comes_into_view_again_after_scrolling_away(made: Stack) -> None:
    made.time.show_live(20.0)
    made.time.follow_to(30.0)
    made.timeline.restart(RATE, heard_in_turn(30))
    made.lanes.wheel_vertical(100.0, QPointF())
    assert rows(made) == list(range(7))
    made.timeline.add_final([Event(30 * RATE, 31 * RATE, "Label_2", 0.5)])
    assert rows(made) == list(range(7)), "it is in view"
    made.timeline.add_final([Event(31 * RATE, 32 * RATE, "Label_20", 0.5)])
    assert 20 in rows(made)


def test_of_a_long_recording_the_lanes_with_a_label_in_view_are_shown(made: Stack) -> None:
    made.timeline.restart(RATE, heard_in_turn(30))
    made.time.show(10.0, 5.0)
    assert rows(made) == [10, 11, 12, 13, 14]
    made.time.show(10.0, 10.0)
    assert rows(made) == list(range(10, 17)), "more are in view than fit"
    made.lanes.select(made.timeline.events[18])
    assert rows(made) == list(range(12, 19))
    made.time.show(2.0, 3.0)
    assert rows(made) == [2, 3, 4]
    made.time.show(12.0, 10.0)
    assert 18 in rows(made), "the selected one comes into view with its time"
    made.timeline.set_provisional(
        [Event(12 * RATE, 13 * RATE, "Label_0", 0.5, state=State.PROVISIONAL)]
    )
    assert rows(made)[0] == 0, "in the order of all lanes"


def test_selecting_an_event_brings_its_lane_into_view_and_outlines_it(made: Stack) -> None:
    made.timeline.restart(RATE, many(30))
    wanted = next(event for event in made.timeline.events if event.label == "Label_25")
    before = where(plot(made.lanes), DARK.text).sum()
    made.lanes.select(wanted)
    assert "Label_25" in [lane.label for lane in made.lanes.picture.shown_lanes()]
    assert where(plot(made.lanes), DARK.text).sum() > before
    assert made.lanes.selected == wanted


def test_the_lane_of_the_selected_event_stays_in_view_in_less_room(made: Stack) -> None:
    def in_view(height: int) -> list[str]:
        made.lanes.setFixedHeight(height)
        QCoreApplication.processEvents()
        return [lane.label for lane in made.lanes.picture.shown_lanes()]

    made.timeline.restart(RATE, many(30))
    wanted = made.timeline.events[-1]
    in_view(200)
    made.lanes.select(wanted)
    assert wanted.label in in_view(200)
    assert wanted.label in in_view(60)
    made.lanes.wheel_vertical(100.0, QPointF())
    assert wanted.label not in in_view(100), "what was scrolled away stays away"


def test_edges_of_the_selected_label_are_dragged(made: Stack) -> None:
    bark = sound(24 * RATE, 30 * RATE)
    made.timeline.restart(RATE, [bark, sound(35 * RATE, 36 * RATE)])
    moved: list[tuple[Event, Span]] = []
    made.lanes.edges.moved.connect(lambda event, extent: moved.append((event, extent)))

    def pulled(*times_s: float) -> list[tuple[Event, Span]]:
        moved.clear()
        drag(made.lanes, *(place(made.lanes, time_s, 10.0) for time_s in times_s))
        return moved

    made.lanes.select(bark)
    assert not pulled(24.0, 22.0), "the labels of this cannot be changed"
    assert made.time.selection == (22.0, 24.0)
    made.lanes.edges.movable = lambda: True
    made.time.select(None)
    assert pulled(24.0, 23.0, 22.0) == [(bark, Span(22 * RATE, 30 * RATE))]
    assert pulled(30.0, 33.0) == [(bark, Span(24 * RATE, 33 * RATE))]
    assert pulled(30.0, 21.0) == [(bark, Span(24 * RATE, 24 * RATE + RATE // 100))], "not reversed"
    assert pulled(24.0, 25.0, 24.0) == [], "back where it was"
    assert made.time.selection is None
    assert not pulled(27.0, 29.0)
    assert made.time.selection == (27.0, 29.0), "within the label a time range is selected"
    assert not pulled(35.0, 34.0), "another label is selected first"


def test_a_dragged_edge_is_seen_where_the_pointer_has_it(made: Stack) -> None:
    bark = sound(24 * RATE, 30 * RATE)
    made.timeline.restart(RATE, [bark])
    made.lanes.select(bark)
    made.lanes.edges.movable = lambda: True
    mouse(made.lanes, QEvent.Type.MouseMove, place(made.lanes, 30.0, 10.0), PLAIN)
    assert made.lanes.viewport().cursor().shape() == Qt.CursorShape.SizeHorCursor
    mouse(made.lanes, QEvent.Type.MouseButtonPress, place(made.lanes, 30.0, 10.0), PLAIN)
    mouse(made.lanes, QEvent.Type.MouseMove, place(made.lanes, 33.0, 10.0), PLAIN)
    lane = next(iter(made.timeline.lanes))
    (box,) = made.lanes.picture.boxes(lane, 0, FULL, 1.0)
    assert (box.area.left(), box.area.right()) == (120, 390)
    assert rgb(DARK.text).tolist() in plot(made.lanes)[10, 385:392].tolist(), "as selected"
    mouse(made.lanes, QEvent.Type.MouseButtonRelease, place(made.lanes, 33.0, 10.0), PLAIN)
    (box,) = made.lanes.picture.boxes(lane, 0, FULL, 1.0)
    assert box.area.right() == 300, "until somebody takes it over"
    mouse(made.lanes, QEvent.Type.MouseMove, place(made.lanes, 27.0, 10.0), PLAIN)
    assert made.lanes.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor


def test_unanalysed_spans_are_hatched_and_lost_ones_blank(made: Stack) -> None:
    tracks = Tracks(RATE, 60 * RATE)
    tracks.push(np.zeros(22 * RATE, np.float32))
    tracks.skip(4 * RATE)
    made.lanes.set_tracks(tracks)
    made.timeline.restart(RATE, [sound(38 * RATE, 39 * RATE)])
    made.lanes.set_skipped((Span(30 * RATE, 34 * RATE),))
    made.lanes.tick()
    drawn = plot(made.lanes)
    blank = np.flatnonzero(where(drawn, DARK.gap).mean(0) > 0.95)
    assert (blank[0], blank[-1]) == (60, 179)
    empty = drawn[80:]
    busy = np.flatnonzero((empty != rgb(DARK.background)).any(-1).mean(0) > 0.05)
    assert set(busy) >= set(range(301, 419))
    assert not set(busy) & set(range(190, 299))


def test_every_name_stands_beside_its_own_lane(made: Stack) -> None:
    made.timeline.restart(RATE, many(4))
    tall = made.lanes.box.rect().height()
    names = made.lanes.axis._marks
    assert len(names) == 4
    for position, name in names:
        there = made.lanes.event_at(QPointF(at(made, 21.5).x(), (1.0 - position) * tall))
        assert there is not None
        assert made.timeline.title(there.label) == name


def test_long_lane_names_stay_within_the_margin(made: Stack) -> None:
    made.timeline.restart(RATE, [Event(0, RATE, "A_very_long_label_" * 5, 0.9)])
    margin = picture(made.lanes)[:TALLEST, :LEFT]
    written = np.flatnonzero((margin != rgb(DARK.background)).any(-1).any(0))
    assert 4 <= written[0] < 20
    assert written[-1] < LEFT - 3


def finding(label: str, onset_s: float, offset_s: float, specific: str = "") -> Finding:
    """Return what was found of a class, with one that stands for it."""
    below = (Specific(TAXONOMY.index(specific), 0.9, 1.0, 9),) if specific else ()
    candidate = Candidate(TAXONOMY.index(label), 1, 9, 0.8, 9, below)
    return Finding(candidate, sound(round(onset_s * RATE), round(offset_s * RATE), label, 0.8))


def test_parents_are_a_tint_behind_what_stands_for_them(made: Stack) -> None:
    made.timeline.take([finding("Dog", 22, 36, "Bark"), finding("Bark", 25, 30)])
    assert [lane.label for lane in made.timeline.lanes] == ["Bark"]
    row = plot(made.lanes)[12]
    bare, tinted = row[30], row[80]
    assert (bare != tinted).any()
    assert (row[70:140] == tinted).all()
    assert np.abs(tinted - bare).max() < 60, "a tint, not a label"
    made.lanes.hovered(QPointF(at(made, 23.0)))
    assert made.lanes.picture.toolTip().startswith("Dog 0.80, shown as Bark, woof\n0:22.000")
    made.lanes.hovered(QPointF(at(made, 38.0)))
    assert made.lanes.picture.toolTip() == ""


def test_hovering_tells_the_path_and_how_late_a_label_was(made: Stack) -> None:
    moments = {"shown": 26 * RATE, "settled": 27 * RATE, "announced": 31 * RATE}
    bark = replace(sound(25 * RATE, 30 * RATE, "Bark"), **moments)
    made.timeline.restart(RATE, [bark])
    made.lanes.hovered(QPointF(at(made, 27.0)))
    assert made.lanes.picture.toolTip().splitlines() == [
        "Animal \u203a Dog \u203a Bark, woof 0.83",
        "0:25.000 \u2013 0:30.000",
        "first shown 0:26.000, 1.00 s after its onset",
        "settled 0:27.000, 2.00 s after its onset",
        "final 0:31.000, 1.00 s after its end",
    ]
    made.lanes.hovered(None)
    assert made.lanes.picture.toolTip() == ""


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_a_tick_stands_where_a_label_was_first_shown_and_where_it_was_final(
    made: Stack, ratio: float
) -> None:
    dog = sound(25 * RATE, 30 * RATE)
    made.timeline.restart(RATE, [dog])
    without = plot(made.lanes, ratio)
    made.timeline.restart(RATE, [replace(dog, shown=27 * RATE, announced=36 * RATE)])
    changed = (plot(made.lanes, ratio) != without).any(-1)
    columns = np.flatnonzero(changed.any(0))
    axis = FULL * ratio / 20.0
    for time_s in (27.0, 36.0):
        x = (time_s - 20.0) * axis
        near = columns[np.abs(columns - x) <= 6 * ratio]
        assert near.mean() == pytest.approx(x, abs=1.5 * ratio)
    assert (np.minimum(abs(columns - 7 * axis), abs(columns - 16 * axis)) <= 6 * ratio).all()
    made.lanes.set_tracks(tracks_of(np.zeros(60 * RATE, np.float32)))
    made.timeline.restart(RATE, [replace(dog, shown=27 * RATE, announced=36 * RATE)])
    assert (plot(made.lanes, ratio) == without).all(), "of a file it is no news"
