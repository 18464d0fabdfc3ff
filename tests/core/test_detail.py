"""A part of a recording at full detail: exactly what the whole would show there."""

import numpy as np
import pytest

from leanviz.core.clock import Gap, Span
from leanviz.core.detail import Detail
from leanviz.core.spectra import Spectra
from leanviz.core.stft import Stft
from tests.core.material import noise

RATE = 8_000
SOUND = noise(60_000)


def filled(detail: Detail) -> Detail:
    source = detail.source
    for block in np.array_split(SOUND[source.start : source.stop], 7):
        detail.push(block)
    detail.finish()
    return detail


@pytest.mark.parametrize("least_hop_s", [0.0, 0.02, 0.2])
@pytest.mark.parametrize("wanted", [Span(0, 9_000), Span(20_001, 30_000), Span(45_000, 60_000)])
def test_a_part_is_as_the_whole(wanted: Span, least_hop_s: float) -> None:
    stft = Stft.with_window(RATE, 0.064, least_hop_s)
    whole, detail = Spectra(stft, len(SOUND)), filled(Detail(stft, wanted, base=4))
    whole.push(SOUND)
    whole.finish()
    assert detail.span.start <= wanted.start
    assert detail.span.stop >= wanted.stop

    first = -(-detail.span.start // stft.column_hop)
    last = wanted.stop // stft.column_hop
    expected, found = (s.columns.read(first, last - first) for s in (whole, detail.spectra))
    assert not isinstance(expected, Gap)
    assert not isinstance(found, Gap)
    np.testing.assert_array_equal(found, expected)

    edges = np.arange(wanted.start // 4 * 4, wanted.stop, 20)
    part = SOUND[edges[0] : edges[-1]].reshape(-1, 20)
    np.testing.assert_array_equal(detail.outline(edges), np.stack((part.min(1), part.max(1)), 1))


def test_only_columns_that_lie_in_it_are_its_own() -> None:
    detail = filled(Detail(Stft.with_window(RATE, 0.064), Span(20_000, 30_000)))
    span = detail.span
    edges = np.arange(0, 60_000, 100)
    part = detail.inside(edges)
    assert edges[part.start] >= span.start > edges[part.start - 1]
    assert edges[part.stop] <= span.stop < edges[part.stop + 1]
    nowhere = detail.inside(np.arange(50_000, 60_000, 100))
    assert nowhere.stop == nowhere.start


def test_a_file_that_ends_early_is_known_as_far_as_it_goes() -> None:
    detail = filled(Detail(Stft.with_window(RATE, 0.064), Span(55_000, 90_000)))
    assert detail.span.stop == 60_000
    assert not np.isnan(detail.outline(np.array([59_000, 59_999]))).any()
    never = Detail(Stft.with_window(RATE, 0.064), Span(55_000, 90_000))
    assert never.span.start == never.span.stop
