"""The table of all labels while new ones come."""

from PySide6.QtCore import QCoreApplication, Qt
from pytestqt.qtbot import QtBot

from leanviz.core.events import Event
from leanviz.models.event_rows import Column
from leanviz.models.timeline import TimelineModel
from leanviz.views.event_table import EventTable
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
