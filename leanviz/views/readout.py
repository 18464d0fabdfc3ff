"""What is under the pointer, in words."""

from leanviz.models.attention import AttentionPoint
from leanviz.models.frequency import hertz
from leanviz.models.spectrogram import Readout
from leanviz.models.time_text import TimeFormat, elapsed
from leanviz.models.viewport import TimeRange


def readout_text(readout: Readout | None, times: TimeFormat) -> str:
    """Return time, frequency and level for the status bar; "" where there is nothing."""
    if readout is None:
        return ""
    parts = [times.text(readout.time_s), hertz(readout.hz)]
    if readout.level_db is not None:
        parts.append(f"{readout.level_db:.1f} dBFS".replace("-", "\N{MINUS SIGN}"))
    if readout.log_mel is not None:
        parts.append(f"log-mel {readout.log_mel:.2f}".replace("-mel -", "-mel \N{MINUS SIGN}"))
    return "  ".join(parts)


def selection_text(selection: TimeRange | None, times: TimeFormat) -> str:
    """Return ends and length of a time range; "" for none."""
    if selection is None:
        return ""
    start_s, stop_s = selection
    # without the day, which the axis has: there would be no room for how long it is
    ends = " \u2013 ".join(times.text(end_s, with_day=False) for end_s in selection)
    return f"{ends}  {elapsed(stop_s - start_s)}"


def level_text(peak_dbfs: float, rms_dbfs: float) -> str:
    """Return peak and mean level of a time range."""
    text = f"peak {peak_dbfs:.1f}  RMS {rms_dbfs:.1f} dBFS"
    return text.replace("-", "\N{MINUS SIGN}")


def value_text(readout: tuple[float, str] | None, times: TimeFormat) -> str:
    """Return a time and what is found there for the status bar; "" where there is nothing."""
    return "" if readout is None else f"{times.text(readout[0])}  {readout[1]}"


def attention_values(point: AttentionPoint | None) -> dict[str, str]:
    """Return query, key, weight and lag for the inspector; nothing outside the map."""
    if point is None:
        return {}
    return {
        "query": " \u2013 ".join(elapsed(edge) for edge in point.query_s),
        "key": " \u2013 ".join(elapsed(edge) for edge in point.key_s),
        "weight": f"{point.weight:.3f}",
        "lag": f"{point.lag_s:+.2f} s".replace("-", "\N{MINUS SIGN}"),
    }


def attention_text(point: AttentionPoint | None) -> str:
    """Return query, key and weight in a line, for a screen reader; "" outside the map."""
    if point is None:
        return ""
    query_s, key_s = (sum(span) / 2 for span in (point.query_s, point.key_s))
    return f"query {query_s:.2f} s, key {key_s:.2f} s, weight {point.weight:.3f}"
