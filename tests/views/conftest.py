"""Views wait for the real engine, which takes its time on a busy machine."""

from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

PATIENCE_MS = 30_000


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """Wait longer than pytest-qt's five seconds; a condition that comes is not waited for."""
    qtbot.waitUntil = partial(qtbot.waitUntil, timeout=PATIENCE_MS)
    return qtbot


@pytest.fixture(autouse=True)
def buried(qapp: QCoreApplication) -> Iterator[None]:
    """Have Qt delete closed windows now: Python's collector, coming first, can crash on them."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
