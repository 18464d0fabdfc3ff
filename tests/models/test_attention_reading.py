"""Realignment of what is in view, in steps and as a whole."""

import pytest
from pytestqt.qtbot import QtBot

from leanviz.core.realignment import read_rows, summarize
from leanviz.models.attention import AttentionModel
from leanviz.models.attention_reading import CHUNK, ReadingModel
from leanviz.models.viewport import Viewport
from tests.models.test_attention import band


def test_what_is_in_view_or_selected_is_read_for_every_head(qtbot: QtBot) -> None:
    model, time = AttentionModel(), Viewport()
    reading = ReadingModel(model, time)
    time.show_recording(30.0)
    known = band(60)
    model.set_band(known)
    assert reading.of(None) == (), "nobody looks"
    reading.want(True)
    assert reading.heads == (None, "max", 0, 1, 2, 3)
    assert reading.summary(2) == summarize(read_rows(known, 2))
    with qtbot.waitSignal(reading.changed):
        time.select((10.0, 15.0))
    first, stop = (
        next(p for p in range(60) if known.query_s()[p] >= edge) for edge in (10.0, 15.0)
    )
    assert reading.summary("max") == summarize(read_rows(known, "max", slice(first, stop)))
    assert reading.extent_s == pytest.approx((first * 0.48 + 0.2475, stop * 0.48 + 0.2475))
    model.set_band(None)
    assert (reading.heads, reading.of(None), reading.extent_s) == ((), (), None)


def test_hours_are_read_a_part_at_a_time(qtbot: QtBot) -> None:
    model, time = AttentionModel(), Viewport()
    reading = ReadingModel(model, time)
    known = band(3 * CHUNK + 7, n_heads=1)
    time.show_recording(0.48 * 620)
    time.fit()
    model.set_band(known)
    reading.want(True)
    assert reading.of(0) == (), "the first part is not yet all"
    qtbot.waitUntil(lambda: reading.summary(0).n_patches == known.n_patches)
    assert [len(part) for part in reading.of(0)] == [CHUNK, CHUNK, CHUNK, 7]
    assert reading.heads == (None, 0)
    assert reading.summary(0).lag_ms == pytest.approx(summarize(read_rows(known, 0)).lag_ms)
