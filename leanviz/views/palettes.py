"""Colour maps as tables of 256 pixels."""

from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg

from leanviz.core.stft import FLOOR_DB, STEP_DB

UInt32 = npt.NDArray[np.uint32]

PALETTES = ("inferno", "magma", "viridis", "cividis", "grey", "grey reversed")


@cache
def table(name: str) -> UInt32:
    """Return a palette as 256 pixels, from least to most.

    Parameters
    ----------
    name : str
        One of `PALETTES`.

    Returns
    -------
    numpy.ndarray [256]
        Pixels ``0xffRRGGBB``, as `QImage.Format_RGB32` stores them.

    Raises
    ------
    KeyError
        If there is no such palette.
    """
    if name in {"grey", "grey reversed"}:
        levels = np.arange(256, dtype=np.uint32)
        levels = levels[::-1] if name == "grey reversed" else levels
        return (0xFF000000 | levels * 0x010101).astype(np.uint32)
    found = pg.colormap.get(name)
    if found is None:
        raise KeyError(name)
    return pack(np.asarray(found.getLookupTable(nPts=256)))


def pack(colours: npt.NDArray[np.integer]) -> UInt32:
    """Return colours [..., 3] in 0...255 as pixels [...]."""
    red, green, blue = (colours[..., i].astype(np.uint32) for i in range(3))
    return np.uint32(0xFF000000) | red << np.uint32(16) | green << np.uint32(8) | blue


@lru_cache(maxsize=32)
def level_table(name: str, floor_db: float, ceiling_db: float) -> UInt32:
    """Return the pixel of every stored spectrogram code [256] for a range of levels in dBFS."""
    level_db = np.arange(256) * STEP_DB + FLOOR_DB
    part = (level_db - floor_db) / max(ceiling_db - floor_db, 1.0)
    return table(name)[np.clip(part * 255.0 + 0.5, 0, 255).astype(np.intp)]


@lru_cache(maxsize=64)
def pixel(name: str) -> np.uint32:
    """Return a colour ``#rrggbb`` of a theme as a pixel."""
    return np.uint32(0xFF000000 | int(name[1:], 16))
