"""The time axis that all panes share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.models.viewport import MIN_SPAN_S, WHOLE_FILE_S, Hover, Viewport


@pytest.fixture
def live() -> Viewport:
    time = Viewport()
    time.show_live(span_s=20.0, session_s=3600.0)
    return time


@pytest.fixture
def clip() -> Viewport:
    time = Viewport()
    time.show_recording(30.0)
    return time


def test_a_short_file_is_shown_whole_and_a_long_one_from_its_start() -> None:
    time = Viewport()
    time.show_recording(12.0)
    assert (time.start_s, time.span_s, time.follow) == (0.0, 12.0, False)
    time.show_recording(3600.0)
    assert (time.start_s, time.span_s) == (0.0, WHOLE_FILE_S)


def test_newest_sound_is_at_the_right_edge_from_the_first_second(live: Viewport) -> None:
    live.follow_to(1.0)
    assert (live.start_s, live.stop_s) == (-19.0, 1.0)
    live.follow_to(100.0)
    assert (live.start_s, live.stop_s) == (80.0, 100.0)


def test_a_frozen_view_stands_still_while_the_limits_move_on(live: Viewport) -> None:
    live.follow_to(100.0)
    live.set_follow(False)
    live.follow_to(137.0)
    assert (live.stop_s, live.limits) == (100.0, (0.0, 137.0))
    live.set_follow(True)
    assert live.stop_s == 137.0


def test_scrolling_back_freezes_and_scrolling_to_the_end_follows_again(live: Viewport) -> None:
    live.follow_to(100.0)
    live.scroll(-5.0)
    assert (live.follow, live.stop_s) == (False, 95.0)
    live.scroll(2.0)
    assert not live.follow
    live.scroll(50.0)
    assert (live.follow, live.stop_s) == (True, 100.0)


def test_zooming_while_following_keeps_the_end_where_it_is(live: Viewport) -> None:
    live.follow_to(100.0)
    live.zoom_at(85.0, 0.5)
    assert (live.start_s, live.stop_s, live.follow) == (90.0, 100.0, True)


@given(st.floats(0, 30), st.floats(0.3, 0.99))
def test_zooming_in_keeps_the_time_under_the_pointer_in_its_place(at: float, factor: float) -> None:
    time = Viewport()
    time.show_recording(30.0)
    before = time.pixel_map(1000).x(at)
    time.zoom_at(at, factor)
    assert time.span_s == pytest.approx(30.0 * factor)
    assert time.pixel_map(1000).x(at) == pytest.approx(before, abs=1.0)


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(0.1, 10)), max_size=12))
def test_a_file_never_shows_what_is_not_there(steps: list[tuple[float, float]]) -> None:
    time = Viewport()
    time.show_recording(30.0)
    for seconds, factor in steps:
        time.scroll(seconds)
        time.zoom_at(seconds, factor)
        assert MIN_SPAN_S <= time.span_s <= 30.0
        assert time.start_s >= -1e-9
        assert time.stop_s <= 30.0 + 1e-9


@given(st.floats(0, 1e5), st.floats(0.5, 3600), st.integers(1, 8000))
def test_the_left_edge_is_on_a_whole_pixel_column(start: float, span: float, width: int) -> None:
    time = Viewport()
    time.show_recording(2e5)
    time.show(start, span)
    axis = time.pixel_map(width)
    assert axis.start_s == axis.first_column * axis.seconds_per_pixel
    assert abs(axis.start_s - time.start_s) <= axis.seconds_per_pixel


def test_a_page_is_turned_only_when_the_play_position_leaves_it(clip: Viewport) -> None:
    clip.show(0.0, 10.0)
    clip.reveal(9.9)
    assert clip.start_s == 0.0
    clip.reveal(10.0)
    assert clip.start_s == 10.0


def test_signals_come_once_per_change(clip: Viewport) -> None:
    heard: list[str] = []
    clip.changed.connect(lambda: heard.append("changed"))
    clip.cursor_moved.connect(lambda: heard.append("cursor"))
    clip.selection_changed.connect(lambda: heard.append("selection"))
    clip.hover_changed.connect(lambda: heard.append("hover"))
    for _ in range(2):
        clip.show(5.0, 10.0)
        clip.set_cursor(7.0)
        clip.select((9.0, 6.0))
        clip.set_hover(Hover(8.0))
    assert heard == ["changed", "cursor", "selection", "hover"]
    assert clip.selection == (6.0, 9.0)


def test_seeking_stays_within_the_file(clip: Viewport) -> None:
    wished: list[float] = []
    clip.seek_requested.connect(wished.append)
    clip.seek(-1.0)
    clip.seek(12.5)
    clip.seek(99.0)
    assert wished == [0.0, 12.5, 30.0]


def test_another_source_takes_cursor_selection_and_hover_away(clip: Viewport) -> None:
    clip.set_cursor(3.0)
    clip.select((1.0, 2.0))
    clip.set_hover(Hover(1.0))
    clip.show_live()
    assert (clip.cursor_s, clip.selection, clip.hover) == (None, None, Hover())
    assert clip.follow


def test_a_view_that_looks_back_stays_at_its_time_for_an_hour(live: Viewport) -> None:
    live.follow_to(100.0)
    live.show(30.0, 12.0)
    for now in range(101, 3600, 7):
        live.follow_to(float(now))
        assert (live.start_s, live.span_s) == (30.0, 12.0)
    live.zoom_at(35.0, 0.5)
    assert not live.follow
    assert live.start_s == 32.5


def test_pages_stand_still_until_they_are_full_and_keep_a_tenth(live: Viewport) -> None:
    live.set_paging(True)
    live.follow_to(1.0)
    assert (live.start_s, live.stop_s) == (0.0, 20.0)
    live.follow_to(19.9)
    assert live.start_s == 0.0
    live.follow_to(20.0)
    assert live.start_s == pytest.approx(18.0)
    live.scroll(-10.0)
    live.follow_to(31.0)
    assert live.start_s == pytest.approx(8.0)
    live.set_follow(True)
    assert live.start_s == pytest.approx(29.0)
    live.set_paging(False)
    assert live.stop_s == 31.0


@pytest.mark.parametrize("paging", [False, True])
def test_a_live_view_tells_when_it_differs_by_a_pixel_and_not_before(
    live: Viewport, paging: bool
) -> None:
    live.set_paging(paging)
    now_s = 30.003
    live.follow_to(now_s)
    rest_s = live.rest_s(860)
    assert rest_s is not None
    assert 0.0 < rest_s <= 20.0 / 860

    def place(at_s: float) -> tuple[int, int]:
        live.follow_to(at_s)
        axis = live.pixel_map(860)
        return axis.first_column, int(axis.x(at_s))

    # scrolling moves the left edge, a page stands still while its "now" moves
    changing = int(paging)
    before = place(now_s)[changing]
    assert place(now_s + rest_s - 1e-6)[changing] == before
    assert place(now_s + rest_s + 1e-6)[changing] == before + 1


def test_a_view_that_does_not_follow_waits_for_nothing(live: Viewport, clip: Viewport) -> None:
    live.follow_to(30.0)
    live.set_follow(False)
    assert live.rest_s(860) is None
    assert clip.rest_s(860) is None
