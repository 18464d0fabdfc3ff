"""The diagonal of an attention map, where a patch looks at itself, as pixels of its picture."""

import numpy as np
import numpy.typing as npt

from leanviz.views.palettes import UInt32

# Logical pixels along the longer side that are drawn, and those from one dash to the next.
DASH, PERIOD = 4, 6
# Of white, over what is there.
STRENGTH = 0.22
WHITE = 255.0


def blend_diagonal(
    pixels: UInt32,
    at: tuple[int, int],
    view: tuple[int, int, int],
    rows: range,
    left: int,
) -> None:
    """Draw the diagonal into some rows of a picture, from a column on.

    Each pixel depends on its absolute place alone, so that a picture that is drawn part by part is
    the one that is drawn at once.

    Parameters
    ----------
    pixels : numpy.ndarray [height, width]
        The latest row at the top.
    at : tuple of int
        Absolute column, and absolute row counted upwards, of the lower left corner.
    view : tuple of int
        Width and height of a view, which the diagonal crosses from corner to corner, and how many
        pixels across it is.
    rows : range
        Counted from the bottom.
    left : int
        The first column.
    """
    height, width = pixels.shape
    (across, up), (wide, high, thick) = at, view
    # one place on each column, or on each row if the view is higher than wide
    steep = high > wide
    first, count = (up + rows.start, len(rows)) if steep else (across + left, width - left)
    along = np.arange(first, first + count)
    exact = (along + 0.5) * (wide / high if steep else high / wide) - 0.5 * thick
    near = np.floor(exact).astype(np.int64)
    for step in range(thick + 1):
        # its two edges cover a part of a pixel each
        covered = exact - near
        weight = 1.0 - covered if step == 0 else covered if step == thick else np.ones(count)
        beside = near + step
        columns, above = (beside, along) if steep else (along, beside)
        x, y = columns - across, above - up
        drawn = (along // thick % PERIOD < DASH) & (left <= x) & (x < width)
        drawn &= (rows.start <= y) & (y < rows.stop)
        places = height - 1 - y[drawn], x[drawn]
        pixels[places] = _lightened(pixels[places], STRENGTH * weight[drawn])


def _lightened(colours: UInt32, by: npt.NDArray[np.floating]) -> UInt32:
    """Return opaque colours [n] with some white over each."""
    channels = colours[:, None].view(np.uint8).reshape(-1, 4).astype(np.float64)
    channels += (WHITE - channels) * by[:, None]
    return np.rint(channels).astype(np.uint8).view(np.uint32)[:, 0]
