"""The formats by name, as the command line and the window use them."""

import json
from pathlib import Path

import pytest

from leanviz.core.errors import ExportError
from leanviz.sessions.formats import Format, as_text, export
from leanviz.sessions.report import ClipError, ClipReport


@pytest.mark.parametrize("kind", list(Format))
def test_every_format_holds_one_recording(report: ClipReport, kind: Format, tmp_path: Path) -> None:
    place = tmp_path / f"a{kind.suffix}"
    export([report], kind, place)
    assert "Chirp_and_tweet" in place.read_text(encoding="utf-8")


def test_only_json_tells_of_failures(report: ClipReport) -> None:
    reports = [ClipError("bad.wav", "Why."), report]
    assert json.loads(as_text(reports, Format.JSON))[0]["error"] == "Why."
    for kind in (Format.CSV, Format.RAVEN, Format.AUDACITY):
        assert as_text(reports, kind) == as_text([report], kind)


def test_a_label_track_is_not_made_of_two_recordings(
    report: ClipReport, second: ClipReport
) -> None:
    """Their times would overlap without a trace of which is whose."""
    with pytest.raises(ExportError, match="one recording"):
        as_text([report, second], Format.AUDACITY)
