"""JSON: the shape that programs rely on."""

import json
from dataclasses import replace

import numpy as np
import pytest

from leanviz.sessions.jsonfile import json_list
from leanviz.sessions.report import ClipError, ClipReport, printable


def test_shape(report: ClipReport) -> None:
    [entry, failure] = json.loads(json_list([report, ClipError("bad.wav", "No sound in it.")]))
    assert list(entry) == ["file", "duration_s", "model", "events", "clip_scores"]
    assert entry["events"] == [
        {
            "onset_s": 0.5,
            "offset_s": 1.5,
            "label": "Bark",
            "mid": "/m/05tny_",
            "score": 0.876543,
            "provenance": "auto",
        },
        {
            "onset_s": 1.500023,
            "offset_s": 2.0,
            "label": "Chirp_and_tweet",
            "mid": "/m/07pggtn",
            "score": None,
            "provenance": "manual",
        },
    ]
    assert list(entry["clip_scores"].items()) == [
        ("Bark", 0.9),
        ("Chirp_and_tweet", 0.6),
        ("Animal", 0.25),
    ]
    assert entry["duration_s"] == pytest.approx(100_000 / 44_100, abs=1e-6)
    assert failure == {"file": "bad.wav", "error": "No sound in it."}


def test_a_truncated_file_is_marked(report: ClipReport) -> None:
    [entry] = json.loads(json_list([replace(report, truncated=True)]))
    assert entry["truncated"] is True


def test_not_a_number_is_never_written(report: ClipReport) -> None:
    """``NaN`` is no JSON: other programs would refuse the whole file."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_list([replace(report, clip_scores=np.full(3, np.nan, np.float32))])


def test_names_that_are_no_unicode(report: ClipReport) -> None:
    r"""A file name of raw bytes (\xff) must not stop the export of everything else."""
    text = json_list([replace(report, file=printable("caf\udce9 ☕.wav"))])
    text.encode("utf-8")
    assert json.loads(text)[0]["file"] == "caf\\udce9 ☕.wav"
