"""The Qt binding counts references right: PySide6 6.12.0 did not, and aborted CPython 3.11."""

import sys

import pytest
from PySide6.QtCore import QTimer


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from CPython 3.12 on")
def test_calls_that_return_nothing_keep_none(qapp: object) -> None:
    """Each lost reference brings the abort nearer; a live window makes thousands a second."""
    timer = QTimer()
    before = sys.getrefcount(None)
    for _ in range(1000):
        timer.setInterval(5)
    assert abs(sys.getrefcount(None) - before) < 100
