"""All of the attention in one window: of every patch in it, not only of the one decided on."""

from pathlib import Path

from leanviz.core.alignment import first_wave
from leanviz.core.attention import AttentionBand, AttentionRow, band_of
from leanviz.core.decisions import PatchClock
from leanviz.inference.evidence import Evidence, window_of, window_samples
from leanviz.inference.model import LeanModel
from leanviz.pipeline.heard_again import heard_samples


def window_band(
    path: Path, model: LeanModel, sample_rate: int, patch: int, n_patches: int
) -> AttentionBand:
    """Return the attention of the window that decided on a patch of a file.

    Parameters
    ----------
    sample_rate : int
        Rate of the file in hertz.
    n_patches : int
        Patches of the file.

    Raises
    ------
    UserError
        If the file cannot be read any more.
    """
    window = window_of(patch, n_patches)
    heard = heard_samples(path, window_samples(window))
    fused = Evidence.of(model, heard, len(window)).fuse(model)
    clock, key = PatchClock(sample_rate), first_wave(window.start)
    weights = fused.attention[0]
    rows = [AttentionRow(p, weights[:, n], key, clock) for n, p in enumerate(window)]
    return band_of(rows, whole=True)
