"""Rows that are held, side by side."""

import numpy as np
import pytest

from leanviz.core.attention import AttentionBand
from leanviz.core.realignment import Verdict
from leanviz.models.attention import AttentionModel
from leanviz.models.attention_pins import PinsModel, compare, head_name, pin
from tests.models.test_attention import HOP, RATE, band


def shown(known: AttentionBand, source: str = "/sounds/a.wav") -> AttentionModel:
    made = AttentionModel()
    made.set_band(known, source)
    return made


def diagonal(n_patches: int, shift: int = 0) -> AttentionBand:
    """Return weights on one key of each row, `shift` keys from the patch's middle."""
    known = band(n_patches, n_heads=2)
    weights = np.zeros_like(known.weights)
    for patch in range(n_patches):
        weights[patch, :, 6 * patch + 6 + shift - int(known.first_key[patch])] = 1.0
    return AttentionBand(
        weights, known.first_key, known.query_extents, known.key_extents, known.sample_rate
    )


def test_a_pin_holds_the_row_s_own_weights_at_their_lags() -> None:
    model = shown(band(30))
    model.set_head(2)
    held = pin(model, model.cell(12, 70))
    known = model.band
    assert known is not None
    np.testing.assert_array_equal(held.weights, known.weights[12, 2, : len(held.weights)])
    first = int(known.first_key[12])
    lag_s = known.key_s()[first] - known.query_s()[12]
    assert held.lag_s[0] == pytest.approx(lag_s)
    assert held.title == "0:06.25 \u00b7 head 3 \u00b7 a.wav"
    model.set_band(None)
    assert held.weights.sum() == pytest.approx(1.0, abs=0.2), "it outlives the recording"


def test_two_rows_are_compared_lag_by_lag() -> None:
    early, late = shown(diagonal(40)), shown(diagonal(50, -3), "/sounds/b.wav")
    a, b = pin(early, early.cell(5, 36)), pin(late, late.cell(33, 204))
    both = compare(a, b)
    assert both.overlap == 0.0
    assert both.a.sum() == both.b.sum() == 1.0
    assert both.a.argmax() - both.b.argmax() == 3
    ridge_s = HOP / RATE / 6
    lag_s = both.lag_s[both.a.argmax()]
    assert lag_s == pytest.approx(a.lag_s[a.weights.argmax()])
    assert lag_s - both.lag_s[both.b.argmax()] == pytest.approx(3 * ridge_s)
    assert compare(a, pin(early, early.cell(20, 126))).overlap == 1.0


def test_the_heads_of_one_cell_are_compared() -> None:
    model = shown(band(30))
    model.set_head(0)
    a = pin(model, model.cell(12, 70))
    model.set_head("max")
    b = pin(model, model.cell(12, 70))
    both = compare(a, b)
    np.testing.assert_array_equal(both.a, a.weights)
    assert (both.b >= both.a).all()
    assert [head_name(head) for head in (None, "max", 0, 3)] == ["mean", "max", "head 1", "head 4"]


def test_pins_stay_when_another_file_is_shown_and_mark_only_their_own() -> None:
    pins, changes = PinsModel(), []
    pins.changed.connect(lambda: changes.append(1))
    assert pins.comparison is None
    for letter, source in (("A", "/x/a.wav"), ("B", "/x/b.wav")):
        model = shown(diagonal(30), source)
        pins.hold(letter, pin(model, model.cell(10, 66)))
    assert [mark.letter for mark in pins.marks("/x/a.wav")] == ["A"]
    assert [mark.letter for mark in pins.marks("/x/b.wav")] == ["B"]
    first = pins["A"]
    assert first is not None
    pins.hold("B", first)
    assert [mark.letter for mark in pins.marks("/x/a.wav")] == ["AB"], "both on one cell"
    pins.hold("B", pin(shown(diagonal(30), "/x/b.wav"), shown(diagonal(30)).cell(10, 66)))
    assert pins.comparison is not None
    a = pins["A"]
    assert a is not None
    assert list(a.reading.verdicts) == [Verdict.DIAGONAL]
    pins.clear()
    pins.clear()
    assert not pins
    assert len(changes) == 5
