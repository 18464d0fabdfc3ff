"""Sound files are written without losing a bit."""

from io import BytesIO

import numpy as np
import pytest
import soundfile

from leanviz.audio.writer import encode
from leanviz.core.errors import ExportError
from leanviz.core.watching import ClipFormat

EVERY_INT16 = np.arange(-(2**15), 2**15, dtype=np.int16)


@pytest.mark.parametrize("form", ClipFormat)
@pytest.mark.parametrize("channels", [1, 2])
def test_every_16_bit_sample_comes_back(form: ClipFormat, channels: int) -> None:
    integers = np.stack([np.roll(EVERY_INT16, shift) for shift in range(channels)], axis=1)
    made = encode((integers / 2**15).astype(np.float32), 44_100, form)
    samples, rate = soundfile.read(BytesIO(made), dtype="int16", always_2d=True)
    assert rate == 44_100
    np.testing.assert_array_equal(samples, integers)
    assert soundfile.info(BytesIO(made)).format == form.name


@pytest.mark.parametrize("form", ClipFormat)
def test_24_bits_come_back_and_full_scale_is_not_wrapped(form: ClipFormat) -> None:
    integers = np.array([-(2**23), -(2**23) + 1, -1, 0, 1, 2**22 + 1, 2**23 - 1])
    beyond = np.array([-2.0, 1.0, 3.0])
    values = np.concatenate((integers / 2**23, beyond)).astype(np.float32)[:, None]
    samples, _ = soundfile.read(BytesIO(encode(values, 48_000, form)), dtype="int32")
    expected = [*integers, -(2**23), 2**23 - 1, 2**23 - 1]
    np.testing.assert_array_equal(np.right_shift(samples, 8), expected)


def test_flac_stores_16_bit_sound_in_less_than_16_bits() -> None:
    """Its 24-bit samples end in empty bits, which FLAC leaves out."""
    tone = np.sin(np.arange(96_000) / 20) * 0.5
    rounded = (np.rint(tone * 2**15) / 2**15).astype(np.float32)[:, None]
    assert len(encode(rounded, 48_000, ClipFormat.FLAC)) < 2 * len(rounded)


def test_what_a_format_cannot_hold_is_a_sentence() -> None:
    with pytest.raises(ExportError, match="FLAC cannot hold 9 channels at 48000 Hz"):
        encode(np.zeros((10, 9), np.float32), 48_000, ClipFormat.FLAC)
