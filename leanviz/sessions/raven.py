"""Raven selection tables: tab-separated, one row per event, several recordings in one table."""

from collections.abc import Iterable

from leanviz.core.frontend import YAMNET
from leanviz.sessions.report import GIVEN, HEARD, ClipReport, harmless, hz_text

_HEADER = (
    "Selection", "View", "Channel", "Begin Time (s)", "End Time (s)", "Low Freq (Hz)",
    "High Freq (Hz)", "File Offset (s)", "Begin Path", "Label", "Score",
    "Source", "Review", "Frequencies",
)  # fmt: skip


def raven_table(reports: Iterable[ClipReport]) -> str:
    """Return the events of recordings as one selection table.

    Raven shows a list of files as one long recording: begin and end times count from the start of
    the first file, ``File Offset (s)`` from the start of the event's own. Raven wants frequencies
    of every row: where a person gave none, they are what the model hears, and not what the sound
    covers; ``Frequencies`` tells which.
    """
    rows = ["\t".join(_HEADER)]
    before_s = 0.0
    for report in reports:
        high = min(YAMNET.fmax, report.sample_rate / 2)
        for event in report.events:
            onset_s, offset_s = report.onset_s(event), report.offset_s(event)
            band = "\t".join(map(hz_text, event.band_hz or (0.0, high)))
            times = f"{before_s + onset_s:.6f}\t{before_s + offset_s:.6f}\t{band}"
            place = f"{onset_s:.6f}\t{harmless(report.file)}"
            score = f"{event.score:.4f}" if event.scored else ""
            given = GIVEN if event.band_hz else HEARD
            made = f"{event.provenance}\t{event.review}\t{given}"
            what = f"{harmless(event.label)}\t{score}\t{made}"
            rows.append(f"{len(rows)}\tSpectrogram 1\t1\t{times}\t{place}\t{what}")
        before_s += report.duration_s
    return "\n".join(rows) + "\n"
