"""DCASE event lists: tab-separated, ``filename onset offset event_label``, seconds.

The shape that sed_eval and the baselines of DCASE task 4 read; a label file in it is read by
`leanviz.sessions.reading`, with or without the header.
"""

from collections.abc import Iterable

from leanviz.sessions.report import ClipReport, harmless

HEADER = ("filename", "onset", "offset", "event_label")


def dcase_table(reports: Iterable[ClipReport]) -> str:
    """Return the events of recordings as one list, without their scores."""
    rows = ["\t".join(HEADER)]
    for report in reports:
        for event in report.events:
            times = f"{report.onset_s(event):.6f}\t{report.offset_s(event):.6f}"
            rows.append(f"{harmless(report.file)}\t{times}\t{harmless(event.label)}")
    return "\n".join(rows) + "\n"
