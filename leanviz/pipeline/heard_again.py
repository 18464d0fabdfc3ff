"""A stretch of a file, or of a stream that is kept, as LEAN heard it: only what is needed."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from leanviz.audio.resample import Resampler
from leanviz.core.clock import Span
from leanviz.core.frontend import YAMNET
from leanviz.pipeline.kept_sound import Sound, opened

Float32 = npt.NDArray[np.float32]

BLOCK_S = 2.0
# Whole seconds are whole samples at every rate, so that resampling from one on falls on the same
# grid; one second before is far longer than the resampler's filter.
SETTLING_S = 1


def heard_samples(sound: Sound, span: Span) -> Float32:
    """Return 16 kHz samples [<= span.length] of a sound, as the engine hears them.

    Parameters
    ----------
    span : Span
        In 16 kHz samples of the sound; what lies beyond its end is left out.

    Raises
    ------
    UserError
        If a file cannot be read any more.
    """
    begin_s = max(0, span.start // YAMNET.sample_rate - SETTLING_S)
    begin = begin_s * YAMNET.sample_rate
    heard: list[Float32] = [np.zeros(0, np.float32)]
    left = span.stop - begin
    for block in heard_blocks(sound, begin_s):
        heard.append(block[:left])
        left -= len(block)
        if left <= 0:
            break
    return np.concatenate(heard)[span.start - begin :]


def heard_blocks(
    sound: Sound, begin_s: int = 0, stale: Callable[[], bool] = lambda: False
) -> Iterator[Float32]:
    """Yield the 16 kHz samples of a sound from a whole second on, in blocks; UserError as above.

    Parameters
    ----------
    stale : callable
        Asked before each block; True ends it.
    """
    with opened(sound) as reader:
        resampler = Resampler(reader.sample_rate, YAMNET.sample_rate)
        rate = reader.sample_rate
        for block in reader.blocks(int(BLOCK_S * rate), begin_s * rate):
            if stale():
                return
            yield resampler.push(block)
        yield resampler.finish()
