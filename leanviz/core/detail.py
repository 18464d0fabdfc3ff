"""A part of a long recording, drawn finer than the whole of it is kept."""

from bisect import bisect_left, bisect_right

import numpy as np
import numpy.typing as npt

from leanviz.core.clock import Span
from leanviz.core.envelope import BASE, Edges, EnvelopePyramid
from leanviz.core.spectra import Spectra
from leanviz.core.stft import Stft

Float32 = npt.NDArray[np.float32]

# Parts begin at a multiple of this, so that bins cover the same samples in each.
ALIGNMENT = 4_096


class Detail:
    """Spectrogram columns and envelope of one part; filled by one thread, then read by any.

    Parameters
    ----------
    stft : Stft
        The grid of its columns.
    wanted : Span
        The part, in source samples; a little more is taken on both sides.
    base : int
        Samples of the narrowest bin of the envelope.

    Attributes
    ----------
    source : Span
        What is to be pushed.
    spectra : Spectra
    """

    def __init__(self, stft: Stft, wanted: Span, base: int = BASE) -> None:
        start = max(0, wanted.start - stft.win_length - stft.column_hop)
        start -= start % ALIGNMENT
        self.source = Span(start, wanted.stop + stft.win_length + stft.column_hop)
        capacity = self.source.stop - start
        self.spectra = Spectra(stft, capacity, start)
        self.base = base
        self._envelope = EnvelopePyramid(capacity, base)
        self._stop = start

    @property
    def span(self) -> Span:
        """The samples of which everything is known."""
        stft = self.spectra.stft
        lead = 0 if self.source.start == 0 else stft.win_length + stft.column_hop
        return Span(min(self.source.start + lead, self._stop), self._stop)

    def push(self, samples: Float32) -> None:
        """Append mono samples [n]."""
        self.spectra.push(samples)
        self._envelope.push(samples)
        self._stop += len(samples)

    def finish(self) -> None:
        """Complete what the last samples are part of."""
        self.spectra.finish()
        self._envelope.skip(-self._stop % self.base)

    def inside(self, edges: Edges) -> slice:
        """Return which of consecutive spans, given by their edges [n + 1], lie in this part."""
        span = self.span
        first, last = bisect_left(edges, span.start), bisect_right(edges, span.stop) - 1
        return slice(first, max(first, last))

    def outline(self, edges: Edges) -> Float32:
        """Return minimum and maximum [n, 2] of consecutive spans within this part."""
        return self._envelope.query([edge - self.source.start for edge in edges])
