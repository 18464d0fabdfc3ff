"""Views wait for the real engine, which takes its time on a busy machine."""

from functools import partial

import pytest
from pytestqt.qtbot import QtBot

PATIENCE_MS = 60_000


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """Wait longer than pytest-qt's five seconds; a condition that comes is not waited for."""
    qtbot.waitUntil = partial(qtbot.waitUntil, timeout=PATIENCE_MS)
    return qtbot
