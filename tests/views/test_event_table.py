"""The table of all labels while new ones come."""

from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication, Qt
from pytestqt.qtbot import QtBot

from leanviz.core.events import Event
from leanviz.models.event_rows import Column
from leanviz.models.time_text import TimeFormat
from leanviz.models.timeline import TimelineModel
from leanviz.views.event_table import LEAST_LABEL, EventTable
from tests.core.material import TAXONOMY

RATE = 16000


def test_while_listening_the_newest_label_is_in_view_unless_somebody_scrolls(qtbot: QtBot) -> None:
    timeline, table = TimelineModel(TAXONOMY), EventTable()
    qtbot.addWidget(table)
    table.set_timeline(timeline)
    table.resize(300, 200)
    table.show()
    table.follows = True
    bar = table.verticalScrollBar()

    def hear(first: int, count: int = 50) -> None:
        spans = ((at * RATE, (at + 1) * RATE) for at in range(first, first + count))
        timeline.add_final([Event(onset, offset, "Bark", 0.9) for onset, offset in spans])
        QCoreApplication.processEvents()

    hear(0)
    assert bar.value() == bar.maximum() > 0
    hear(50)
    assert bar.value() == bar.maximum()
    bar.setValue(10)
    hear(100)
    assert bar.value() == 10, "who looks back is not disturbed"
    table.sortByColumn(Column.ONSET, Qt.SortOrder.DescendingOrder)
    bar.setValue(0)
    hear(150)
    assert bar.value() == 0, "the newest is on top"
    table.follows = False
    bar.setValue(bar.maximum())
    before = bar.value()
    hear(200)
    assert bar.value() == before < bar.maximum(), "a file that is analysed stays where it is"


def test_labels_have_room_beside_the_times_of_a_session_of_days(qtbot: QtBot) -> None:
    timeline, table = TimelineModel(TAXONOMY), EventTable()
    qtbot.addWidget(table)
    table.set_timeline(timeline)
    table.resize(300, 200)
    table.show()
    timeline.add_final([Event(90_000 * RATE, 90_001 * RATE, "Bark", 0.9)])
    timeline.set_time_format(TimeFormat(datetime(2026, 9, 1, 20, tzinfo=UTC)))
    assert table.isColumnHidden(Column.OFFSET)
    assert table.columnWidth(Column.LABEL) >= LEAST_LABEL
    wide = table.fontMetrics().horizontalAdvance("2 Sep 21:00:00.00")
    assert table.columnWidth(Column.ONSET) > wide
    table.resize(600, 200)
    assert not table.isColumnHidden(Column.OFFSET)
    assert table.columnWidth(Column.LABEL) >= LEAST_LABEL
