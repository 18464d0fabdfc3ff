"""Samples through lossy codecs."""

import numpy as np
import pytest

from leanviz.audio.recode import Codec, recoded


@pytest.mark.parametrize("codec", Codec)
@pytest.mark.parametrize("count", [1, 1_000, 150_001])
def test_what_comes_back_is_as_long_and_nearly_the_same(codec: Codec, count: int) -> None:
    time_s = np.arange(count) / 16_000
    tone = (0.5 * np.sin(2 * np.pi * 440 * time_s)).astype(np.float32)
    found = recoded(tone, 16_000, codec)
    assert (found.shape, found.dtype) == (tone.shape, np.float32)
    if count > 100_000:
        middle = slice(2_000, -2_000)
        error = np.sqrt(np.mean((found - tone)[middle] ** 2))
        assert 0 < error < 0.02
