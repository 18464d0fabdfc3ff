"""Where a time axis has its ticks."""

import math

STEPS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800)
DAY_S = 86_400
HOURS = (1, 2, 3, 6, 12)


def time_ticks(start_s: float, stop_s: float, most: float) -> tuple[list[float], int]:
    """Return round times within [start_s, stop_s] and the decimals they need.

    Parameters
    ----------
    most : float
        Number of ticks there is room for.
    """
    least = (stop_s - start_s) / max(most, 1.0)
    steps = (*STEPS_S, *(3600 * hours for hours in HOURS))
    step = next((step for step in steps if step >= least), math.ceil(least / DAY_S) * DAY_S)
    decimals = 0 if step >= 1 else math.ceil(-math.log10(step) - 1e-9)
    first, last = math.ceil(start_s / step - 1e-9), math.floor(stop_s / step + 1e-9)
    return [round(i * step, decimals) for i in range(first, last + 1)], decimals
