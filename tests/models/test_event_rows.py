"""The table of events: what it shows, sorts and finds, and that only what changes is changed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from leanviz.core.annotations import Annotations
from leanviz.core.clock import Span
from leanviz.core.events import Event, State
from leanviz.models.event_rows import Column, EventRows
from leanviz.models.timeline import TimelineModel
from tests.core.material import TAXONOMY
from tests.models.test_timeline import RATE, sound

RISING, FALLING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
THREE = (sound(1, 2, "Siren", 0.9), sound(5, 6, "Bark", 0.5), sound(100, 101, "Dog", 0.7))


@pytest.fixture
def timeline() -> TimelineModel:
    model = TimelineModel(TAXONOMY)
    model.restart(RATE, THREE)
    return model


@pytest.fixture
def rows(timeline: TimelineModel) -> EventRows:
    return EventRows(timeline)


def labels(rows: EventRows) -> list[str]:
    return [event.label for event in rows.events]


def test_qt_finds_no_fault_through_all_changes(
    timeline: TimelineModel, rows: EventRows, qtmodeltester: ModelTester
) -> None:
    qtmodeltester.check(rows)
    rows.sort(Column.SCORE, FALLING)
    timeline.add_final([sound(5, 6), sound(1, 2, "Siren")])
    timeline.set_provisional([replace(sound(7, 8, "Bark"), state=State.PROVISIONAL)])
    rows.search("siren")
    timeline.set_provisional([])
    rows.search("")
    timeline.restart(RATE, [sound(1, 2)])
    qtmodeltester.check(rows)


def test_cells_are_for_reading(timeline: TimelineModel, rows: EventRows) -> None:
    timeline.restart(RATE, [sound(61.5, 62.25, "Bark", 0.834)])
    timeline.set_annotations(
        Annotations().confirm(timeline.event_at(0)).add("my own frog", Span(0, RATE), TAXONOMY)
    )
    cells = [[rows.index(row, column).data() for column in Column] for row in range(2)]
    assert cells == [
        ["0:00.00", "0:01.00", "my own frog", "\N{EN DASH}", "+"],
        ["1:01.50", "1:02.25", "Bark, woof", "0.83", "\N{CHECK MARK}"],
    ]
    spoken = [rows.index(r, Column.REVIEW).data(Qt.ItemDataRole.AccessibleTextRole) for r in (0, 1)]
    assert spoken == ["by hand", "confirmed"]
    path = rows.index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert path == "Animal \u203a Dog \u203a Bark, woof, confirmed"


@pytest.mark.parametrize(
    ("column", "order", "expected"),
    [
        (Column.ONSET, FALLING, ["Dog", "Bark", "Siren"]),
        (Column.LABEL, RISING, ["Bark", "Dog", "Siren"]),
        (Column.SCORE, RISING, ["Bark", "Dog", "Siren"]),
        (Column.SCORE, FALLING, ["Siren", "Dog", "Bark"]),
        (-1, RISING, ["Siren", "Bark", "Dog"]),
    ],
)
def test_any_column_sorts(
    rows: EventRows, column: int, order: Qt.SortOrder, expected: list[str]
) -> None:
    rows.sort(column, order)
    assert labels(rows) == expected
    assert [rows.event_at(row).label for row in range(3)] == expected


def test_all_words_must_be_there_in_label_path_or_review(
    timeline: TimelineModel, rows: EventRows
) -> None:
    rows.search(" ANIMAL ")
    assert labels(rows) == ["Bark", "Dog"]
    rows.search("animal confirmed")
    assert labels(rows) == []
    timeline.set_annotations(Annotations().confirm(THREE[2]))
    assert labels(rows) == ["Dog"]
    rows.search("")
    assert labels(rows) == ["Siren", "Bark", "Dog"]


def test_rows_that_stay_are_left_alone(
    qtbot: QtBot, timeline: TimelineModel, rows: EventRows
) -> None:
    """A reset would lose the place in the table, for a screen reader as well."""
    with qtbot.assertNotEmitted(rows.modelReset), qtbot.waitSignal(rows.rowsRemoved) as gone:
        timeline.set_annotations(Annotations().delete(THREE[1]))
    assert gone.args is not None
    assert gone.args[1:] == [1, 1]


SOUNDS = st.builds(
    lambda at, label, score: sound(at, at + 1, label, score),
    st.integers(0, 20),
    st.sampled_from(TAXONOMY.names),
    st.floats(0, 1),
)
EVENTS = st.lists(SOUNDS, unique=True, max_size=12)


@given(
    st.lists(EVENTS, min_size=1, max_size=4), st.sampled_from(Column), st.sampled_from(["", "dog"])
)
def test_after_any_change_the_rows_are_what_a_fresh_table_shows(
    states: list[list[Event]], column: Column, text: str
) -> None:
    timeline = TimelineModel(TAXONOMY)
    rows = EventRows(timeline)
    rows.sort(column, FALLING)
    rows.search(text)
    for events in states:
        timeline.restart(RATE, events)
        fresh = EventRows(timeline)
        fresh.search(text)
        fresh.sort(column, FALLING)
        assert rows.events == fresh.events
        assert rows.rowCount() == len(rows.events)
