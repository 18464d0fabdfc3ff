"""What Audacity reads: three columns, no header, a point at every line's end of line only."""

from dataclasses import replace

from leanviz.core.events import Event
from leanviz.sessions.audacity import audacity_labels
from leanviz.sessions.report import ClipReport


def test_lines_are_start_end_text_in_seconds(report: ClipReport) -> None:
    assert audacity_labels(report) == (
        "0.500000\t1.500000\tBark 0.88\n1.500023\t2.000000\tChirp_and_tweet\n"
    )


def test_a_label_cannot_break_the_columns(report: ClipReport) -> None:
    """A model folder of somebody else may name its classes as it likes."""
    odd = replace(report, events=(Event(0, 1, "a\tb\nc", 1.0),))
    assert audacity_labels(odd) == "0.000000\t0.000023\ta b c 1.00\n"


def test_frequencies_stand_below_the_labels_that_have_them_alone(report: ClipReport) -> None:
    bark, chirp = report.events
    boxed = replace(report, events=(replace(bark, band_hz=(440.0, 1234.5678)), chirp))
    assert audacity_labels(boxed).splitlines()[1:] == [
        "\\\t440.0\t1234.5678", "1.500023\t2.000000\tChirp_and_tweet",
    ]  # fmt: skip


def test_no_events_make_an_empty_track(report: ClipReport) -> None:
    assert audacity_labels(replace(report, events=())) == ""
