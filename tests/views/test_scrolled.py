"""Dialogs on screens that are too small for them."""

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtWidgets import QDialog, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from leanviz.views.scrolled import AROUND, Scrolled


def test_a_page_is_shown_whole_or_scrolls_and_is_never_squeezed(qtbot: QtBot) -> None:
    page, dialog = QWidget(), QDialog()
    qtbot.addWidget(dialog)
    column, layout = QVBoxLayout(page), QVBoxLayout(dialog)
    buttons = [QPushButton(f"{number}") for number in range(5)]
    for button in buttons:
        column.addWidget(button)
    area = Scrolled(page, "Page")
    layout.addWidget(area)
    dialog.show()
    QCoreApplication.processEvents()
    whole, tall = page.height(), buttons[0].sizeHint().height()
    assert area.viewport().height() >= whole
    dialog.resize(200, 60)
    QCoreApplication.processEvents()
    assert all(button.height() == tall for button in buttons)
    assert area.verticalScrollBar().maximum() > 0
    column.addWidget(QLabel("\n" * 500))
    QCoreApplication.processEvents()
    room = dialog.screen().availableGeometry().size()
    assert dialog.height() > whole, "it grows with its page"
    assert area.sizeHint().height() <= (room - AROUND).height(), "not beyond the screen"
    assert QSize(dialog.size()).boundedTo(room) == dialog.size()
