r"""Audacity label tracks: ``start<TAB>end<TAB>text``, seconds, no header, one file per recording.

Newer versions put a second line ``\<TAB>low<TAB>high`` in hertz below a label with frequencies, -1
where there is none. It is written below labels that a person gave frequencies, and no others: some
readers of label tracks stumble over it.
"""

import re

from leanviz.core.events import Event
from leanviz.sessions.report import ClipReport, harmless, hz_text

FREQUENCIES = "\\"
_WITH_SCORE = re.compile(r"(.*\S) ([01]\.[0-9]{2})")


def audacity_labels(report: ClipReport) -> str:
    """Return the events of one recording as a label track.

    The score is part of the text, because readers of the standard three columns stumble over a
    fourth.
    """
    return "".join(_line(report, event) for event in report.events)


def _line(report: ClipReport, event: Event) -> str:
    score = f" {event.score:.2f}" if event.scored else ""
    text = f"{harmless(event.label)}{score}"
    line = f"{report.onset_s(event):.6f}\t{report.offset_s(event):.6f}\t{text}\n"
    if not event.band_hz:
        return line
    return line + "\t".join((FREQUENCIES, *map(hz_text, event.band_hz))) + "\n"


def text_and_score(text: str) -> tuple[str, float | None]:
    """Part the text of a label from the score that `audacity_labels` puts behind it."""
    match = _WITH_SCORE.fullmatch(text)
    if match is None or float(match[2]) > 1.0:
        return text, None
    return match[1], float(match[2])
