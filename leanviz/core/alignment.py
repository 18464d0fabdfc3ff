"""The grid of wave features beside the grid of patches.

Our choice, not the paper's: strides 5, 4, 4, 4, 4 give one wave feature every 1280 samples, which
is exactly six to a patch hop, so both branches share one clock.
"""

EMBEDDING_WIDTH = 1024
WAVE_WIDTH = 128
WAVE_HOP = 1280
WAVE_FIELD = 1386
WAVES_PER_PATCH_HOP = 6
WAVES_PER_PATCH = 12
# Patches of the longest window that fusion sees, the newest included: 10.1 s of audio.
WINDOW_PATCHES = 20


def wave_count(n_patches: int) -> int:
    """Return how many wave features lie in a window of `n_patches` >= 1 patches."""
    return WAVES_PER_PATCH_HOP * (n_patches - 1) + WAVES_PER_PATCH


def first_wave(patch: int) -> int:
    """Return the index of the wave feature that begins with a patch."""
    return WAVES_PER_PATCH_HOP * patch


def wave_extent(wave: int) -> tuple[int, int]:
    """Return the 16 kHz samples [start, stop) in the receptive field of a wave feature."""
    return wave * WAVE_HOP, wave * WAVE_HOP + WAVE_FIELD
