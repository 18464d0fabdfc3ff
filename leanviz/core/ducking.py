"""Sound with some stretches of time left as they are and the rest quieter, or the reverse."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from leanviz.core.clock import Span

Float32 = npt.NDArray[np.float32]

# Long enough that no click is heard, short against the 80 ms between wave features.
FADE_S = 0.01
# What is not meant is ten times quieter: still there to be told apart, not to be heard first.
DUCKED = 0.1


def gains(
    length: int, spans: Iterable[Span], fade: int, *, inside: float = 1.0, outside: float = 1.0
) -> Float32:
    """Return the gain of each sample of a sound.

    Parameters
    ----------
    length : int
        Samples of the sound.
    spans : iterable of Span
        Stretches of it, in its samples; parts beyond its ends count as inside too.
    fade : int
        Samples of the ramp at each end of a stretch. It lies inside, so that what is outside is
        exactly as it was.
    inside, outside : float
        Gains within the stretches and everywhere else.

    Returns
    -------
    numpy.ndarray [length]
    """
    share = np.zeros(length, np.float32)
    for span in _joined(spans):
        at = np.arange(max(0, span.start), min(length, span.stop))
        # half a step off both ends, so that ramps up and down are each other's mirror
        depth = np.minimum(at - span.start + 0.5, span.stop - at - 0.5) / max(fade, 1)
        share[at] = np.minimum(1.0, depth)
    return np.float32(outside) + np.float32(inside - outside) * share


def muted(samples: Float32, spans: Iterable[Span], sample_rate: int) -> Float32:
    """Return a sound [n] with stretches silenced, `FADE_S` within their ends."""
    fade = round(FADE_S * sample_rate)
    return samples * gains(len(samples), spans, fade, inside=0.0)


def isolated(samples: Float32, spans: Iterable[Span], sample_rate: int) -> Float32:
    """Return a sound [n] with everything but some stretches silenced."""
    fade = round(FADE_S * sample_rate)
    return samples * gains(len(samples), spans, fade, outside=0.0)


def ducked(
    samples: Float32, spans: Iterable[Span], sample_rate: int, *, reverse: bool = False
) -> Float32:
    """Return a sound [n] or [n, channels] with all but some stretches 20 dB quieter.

    Parameters
    ----------
    reverse : bool
        Whether the stretches themselves are made quieter, and the rest is left.
    """
    levels = {"inside" if reverse else "outside": DUCKED}
    gain = gains(len(samples), spans, round(FADE_S * sample_rate), **levels)
    return samples * (gain if samples.ndim == 1 else gain[:, None])


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Return stretches in order, those that touch as one: no dip between them."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].stop:
            joined[-1] = Span(joined[-1].start, max(joined[-1].stop, span.stop))
        elif span.length > 0:
            joined.append(span)
    return joined
