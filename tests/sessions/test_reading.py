"""Label files of any format: what leanviz writes, what others write, and what is no label."""

import codecs
import csv
import io
import json
import re
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leanviz.core.annotations import own_label
from leanviz.core.errors import LabelFileError
from leanviz.core.events import Event, Provenance, Review
from leanviz.sessions import labels, reading
from leanviz.sessions.formats import Format, as_text
from leanviz.sessions.labels import LabelFile, Mark, Problem, stem
from leanviz.sessions.reading import labels_in, read_labels
from leanviz.sessions.report import ClipError, ClipReport, printable
from tests.sessions.conftest import TAXONOMY

RELAXED = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50
)
TEXTS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)


def marks(text: str) -> list[tuple[float, float, str]]:
    found = labels_in(text)
    assert found is not None
    return [(mark.onset_s, mark.offset_s, mark.label) for mark in found.marks]


def problems(text: str) -> list[int]:
    found = labels_in(text)
    assert found is not None
    assert found.n_problems == len(found.problems)
    return [problem.line for problem in found.problems]


# -- what leanviz writes ------------------------------------------------------------------------


MADE = [(Provenance.MANUAL, Review.NONE), *((Provenance.AUTO, review) for review in Review)]


@st.composite
def events(draw: st.DrawFn) -> Event:
    onset = draw(st.integers(0, 44_100 * 3600 * 24))
    length = draw(st.integers(1, 44_100 * 100))
    provenance, review = draw(st.sampled_from(MADE))
    score = draw(st.floats(0.0, 1.0))
    own = TEXTS.map(own_label).filter(lambda text: text and not re.search(r" [01]\.\d\d$", text))
    label = draw(st.one_of(st.sampled_from((*TAXONOMY.names, "a frog, 2 m away")), own))
    hz = st.floats(0.0, 1e5)
    band = draw(st.one_of(st.just(()), st.tuples(hz, hz).map(lambda two: (min(two), max(two)))))
    made = Event(
        onset, onset + length, label, score, provenance=provenance, review=review, band_hz=band
    )
    known = label in TAXONOMY.names
    return made if known else replace(made, provenance=Provenance.MANUAL, review=Review.NONE)


@RELAXED
@given(kind=st.sampled_from(list(Format)), made=st.lists(events(), max_size=5), file=TEXTS)
def test_every_export_is_read_back(
    report: ClipReport, kind: Format, made: list[Event], file: str
) -> None:
    wanted = replace(report, events=tuple(sorted(made)), file=f"{file}.wav", n_samples=1)
    found = labels_in(as_text([wanted], kind))
    assert found is not None
    assert found.problems == ()
    assert len(found.marks) == len(made)
    for mark, event in zip(found.marks, wanted.events, strict=True):
        assert mark.onset_s == pytest.approx(event.onset / 44_100, abs=2e-6)
        assert mark.offset_s == pytest.approx(event.offset / 44_100, abs=2e-6)
        assert mark.label == event.label
        if kind is not Format.DCASE:
            score = pytest.approx(event.score, abs=0.0051) if event.scored else None
            assert mark.score == score
        if kind not in {Format.DCASE, Format.AUDACITY}:
            assert (mark.provenance, mark.review) == (event.provenance, event.review)
        if kind is not Format.DCASE:
            assert (mark.band_hz or ()) == event.band_hz, "to the last bit"
        if kind is not Format.AUDACITY:
            assert mark.file == f"{file}.wav"


@pytest.mark.parametrize("kind", [kind for kind in Format if kind.holds_many])
def test_several_recordings_keep_their_own_times(
    report: ClipReport, second: ClipReport, kind: Format
) -> None:
    found = labels_in(as_text([report, second], kind))
    assert found is not None
    [mark] = [mark for mark in found.marks if mark.file == second.file]
    assert (mark.onset_s, mark.offset_s, mark.label) == (0.5, 1.0, "Bark")


@pytest.mark.parametrize("kind", [Format.JSON, Format.JSONL])
def test_recordings_without_events_and_failures_are_known(report: ClipReport, kind: Format) -> None:
    silent = replace(report, events=(), file="silent.wav")
    found = labels_in(as_text([silent, ClipError("bad.wav", "Why.")], kind))
    assert found is not None
    assert found.durations_s == {"silent.wav": pytest.approx(100_000 / 44_100, abs=1e-6)}
    assert found.files == {"silent.wav"}
    assert [problem.what for problem in found.problems] == ["bad.wav has no events: Why."]


# -- what others write --------------------------------------------------------------------------


def test_audacity_points_and_frequencies() -> None:
    text = (
        "0.500000\t0.500000\tclick\n\\\t-1.000000\t-1.000000\n1.0\t2.5\tbird\n\\\t500.0\t4000.0\n"
    )
    found = labels_in(text)
    assert found is not None
    assert found.marks == (
        Mark(0.5, 0.5, "click"),
        Mark(1.0, 2.5, "bird", band_hz=(500.0, 4000.0)),
    )
    assert [mark.is_point for mark in found.marks] == [True, False]


def test_birdnets_fourth_column_is_the_score() -> None:
    found = labels_in("3.0\t6.0\tTurdus merula, Blackbird\t0.8125\n")
    assert found is not None
    assert found.marks == (Mark(3.0, 6.0, "Turdus merula, Blackbird", 0.8125),)


def test_decimal_commas_and_semicolons_of_half_of_europe() -> None:
    assert marks("0,500000\t1,250000\tHund\n") == [(0.5, 1.25, "Hund")]
    assert marks("onset;offset;label\n0,5;1,25;Hund\n") == [(0.5, 1.25, "Hund")]


def test_raven_lists_a_selection_once_for_each_view() -> None:
    header = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)"
    text = (
        f"{header}\tMy call type\n"
        "1\tWaveform 1\t1\t0.5\t1.5\t0.0\t22050.0\twhistle\n"
        "1\tSpectrogram 1\t1\t0.5\t1.5\t0.0\t22050.0\twhistle\n"
        "2\tSpectrogram 1\t1\t0.5\t1.5\t900.0\t1000.0\ttrill\n"
    )
    assert marks(text) == [(0.5, 1.5, "whistle"), (0.5, 1.5, "trill")]


def test_ravens_running_time_is_not_the_time_within_a_file() -> None:
    text = (
        "Selection\tBegin Time (s)\tEnd Time (s)\tFile Offset (s)\tBegin Path\tLabel\n"
        "1\t3600.5\t3601.75\t0.5\tC:\\Users\\x\\Second.WAV\tBark\n"
    )
    found = labels_in(text)
    assert found is not None
    assert found.marks == (Mark(0.5, 1.75, "Bark", file="C:\\Users\\x\\Second.WAV"),)
    assert stem(found.marks[0].file) == stem("/data/second.flac") == "second"


@pytest.mark.parametrize(
    "text",
    [
        "filename\tonset\toffset\tevent_label\na.wav\t1.0\t2.0\tDog\n",
        "a.wav\t1.0\t2.0\tDog\n",
        "a.wav,1.0,2.0,Dog\n",
        "\ufeff# made by hand\n\nFile,Start (s),End (s),Common name\n a.wav ,1.0,2.0,Dog\n",
    ],
)
def test_lists_with_the_recordings_name(text: str) -> None:
    found = labels_in(text.removeprefix("\ufeff"))
    assert found is not None
    assert found.marks == (Mark(1.0, 2.0, "Dog", file="a.wav"),)


def test_a_list_of_times_alone_has_labels_without_text() -> None:
    assert marks("1.0\t2.0\n3.0\t4.0\n") == [(1.0, 2.0, ""), (3.0, 4.0, "")]


def test_a_session_log_is_read_by_its_events() -> None:
    lines = [
        {"type": "session", "format": 1},
        {"type": "event", "onset_s": 1.0, "offset_s": 2.0, "label": "Bark", "score": 0.5},
        {"type": "missed", "onset_s": 5.0, "offset_s": 6.0},
        {"type": "end"},
    ]
    assert marks("".join(json.dumps(line) + "\n" for line in lines)) == [(1.0, 2.0, "Bark")]
    assert marks(json.dumps(lines[0])) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "labels.txt"
    path.write_text("1.0\t2.0\tV\N{LATIN SMALL LETTER O WITH DIAERESIS}gel\r\n", encoding)
    [mark] = read_labels(path).marks
    assert mark.label == "V\N{LATIN SMALL LETTER O WITH DIAERESIS}gel"


# -- what is no label ---------------------------------------------------------------------------


def test_bad_rows_are_named_and_the_rest_is_kept() -> None:
    text = (
        "file,start_s,end_s,label,score\n"
        "a.wav,1,2,Dog,0.5\n"
        "a.wav,soon,2,Dog,0.5\n"
        "a.wav,2,1,Dog,0.5\n"
        "a.wav,nan,2,Dog,0.5\n"
        "a.wav,-1,2,Dog,0.5\n"
        "a.wav,1,inf,Dog,0.5\n"
        "a.wav,1\n"
        "a.wav,1,2,Dog,7\n"
        'a.wav,1,2,"Dog,0.5\n'
        "a.wav,3,4,Cat,\n"
    )
    assert problems(text) == [3, 4, 5, 6, 7, 8, 9]
    found = labels_in(text)
    assert found is not None
    assert [mark.label for mark in found.marks] == ["Dog", "Dog,0.5", "Cat"]
    assert found.problems[0] == Problem(3, '"soon" is no time in seconds.')


def test_bad_entries_of_json() -> None:
    events = [{"onset_s": 1, "offset_s": 2, "label": "a"}, 7, {}, {"onset_s": True, "offset_s": 2}]
    assert problems(json.dumps([{"file": "x", "events": events}])) == [2, 3, 4]
    assert problems('{"onset_s": 1, "offset_s": 2, "label": "a"}\n{"onset_s"\n') == [2]
    assert problems('{"onset_s": 1, "offset_s": NaN}') == [1]
    assert problems('{"onset_s": 1, "offset_s": 1' + "0" * 400 + "}") == [1]


def test_frequencies_without_a_label() -> None:
    assert problems("\\\t1.0\t2.0\n1.0\t2.0\tDog\n\\\t1\n") == [1, 3]


@pytest.mark.parametrize(
    "text", ["Dear diary,\ntoday it rained.\n", '{"a": 1}', "[1, 2]", "[" * 100_000, '"x', "a;b\n"]
)
def test_other_texts_are_no_labels(text: str) -> None:
    assert labels_in(text) is None


def test_an_empty_file_has_no_labels(tmp_path: Path) -> None:
    """Of a recording in which somebody heard nothing."""
    path = tmp_path / "silence.txt"
    path.write_bytes(codecs.BOM_UTF8 + b"\n \n")
    assert read_labels(path) == LabelFile()


def test_files_that_cannot_be_read_are_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LabelFileError, match=r"gone\.txt cannot be read: No such file"):
        read_labels(tmp_path / "gone.txt")
    with pytest.raises(LabelFileError, match="cannot be read: Is a directory"):
        read_labels(tmp_path)
    binary, prose = tmp_path / "a.txt", tmp_path / "b.txt"
    binary.write_bytes(b"RIFF\0\0\0\0WAVE")
    prose.write_text("Dear diary")
    with pytest.raises(LabelFileError, match=r"a\.txt is no text"):
        read_labels(binary)
    with pytest.raises(LabelFileError, match=r"b\.txt holds no labels"):
        read_labels(prose)
    monkeypatch.setattr(reading, "MOST_BYTES", 5)
    with pytest.raises(LabelFileError, match="is larger than 0 MB"):
        read_labels(prose)


def test_too_many_labels_and_too_many_problems_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "MOST_MARKS", 3)
    monkeypatch.setattr(reading, "MOST_MARKS", 3)
    monkeypatch.setattr(labels, "MOST_TOLD", 2)
    found = labels_in("1\t2\ta\n" + "bad\tbad\n" * 5 + "1\t2\ta\n" * 5)
    assert found is not None
    assert (len(found.marks), len(found.problems), found.n_problems) == (3, 2, 6)


@pytest.mark.parametrize("line", ["\n", "x\n", '{"a": 1}\n', "1\t2\ta\n"])
def test_too_many_lines_are_not_read(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr(labels, "MOST_LINES", 5)
    found = labels_in("1\t2\ta\n" + line * 100)
    assert found is not None
    assert Problem(6, "the file has too many lines: the rest is not read.") in found.problems


def test_a_line_without_end_is_passed_over() -> None:
    assert problems("1\t2\t" + "x" * 30_000 + "\n1\t2\ty\n") == [1]


def test_a_label_is_one_line_of_bounded_length() -> None:
    [(_, _, label)] = marks('start_s,end_s,label\n1,2,"a\vb\x07' + "c" * 5000 + '"\n')
    assert label.startswith("a b cc")
    assert len(label) == 1000


@RELAXED
@given(st.text(st.sampled_from("0123456789.,;\t\n\\\"'[]{}:eonset_offlabel -"), max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    found = labels_in(text)
    if found is not None:
        assert all(0 <= mark.onset_s <= mark.offset_s for mark in found.marks)


# -- harmless in a spreadsheet ------------------------------------------------------------------


FORMULA_STARTS = st.sampled_from("=+-@'\uff1d")
TABLES = [Format.CSV, Format.RAVEN, Format.DCASE, Format.AUDACITY]


@pytest.mark.parametrize("kind", TABLES)
@RELAXED
@given(start=FORMULA_STARTS, rest=TEXTS)
def test_texts_that_look_like_formulas_are_guarded_and_read_back(
    report: ClipReport, kind: Format, start: str, rest: str
) -> None:
    text = start + rest
    label = own_label(text)
    event = Event(0, 44_100, label, 1.0, provenance=Provenance.MANUAL)
    written = as_text([replace(report, file=text, events=(event,))], kind)
    quoted = kind is Format.CSV
    rows = (
        csv.reader(io.StringIO(written))
        if quoted
        else map(str.split, written.split("\n"), repeat("\t"))
    )
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\uff1d")) for cell in row)
    found = labels_in(written)
    assert found is not None
    assert [mark.label for mark in found.marks] == [label]
    if kind is not Format.AUDACITY:
        assert found.files == {text}


@pytest.mark.parametrize("kind", [Format.CSV, Format.RAVEN, Format.DCASE, Format.JSON])
def test_a_name_with_control_characters_is_found_again(report: ClipReport, kind: Format) -> None:
    name = "a\x1b]0;owned\x07\n\u202e\\b.wav"
    written = as_text([replace(report, file=printable(name))], kind)
    assert written.replace("\t", "").replace("\n", "").isprintable()
    found = labels_in(written)
    assert found is not None
    assert {stem(file) for file in found.files} == {stem(name)}


# -- no more than there is room for -------------------------------------------------------------


def test_more_values_than_any_label_file_has_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file within its size may unpack to a hundred times as much memory."""
    monkeypatch.setattr(reading, "MOST_VALUES", 1000)
    path = tmp_path / "many.json"
    path.write_text("[" + "{}," * 2000 + "{}]")
    with pytest.raises(LabelFileError, match=r"many.json holds too many values"):
        read_labels(path)


def test_texts_that_are_lists_are_none() -> None:
    """However deep: they were read within Python's limit and must not be written beyond it."""
    deep = "[" * 900 + "]" * 900
    fields = f'"onset_s":0,"offset_s":1,"label":{deep},"file":{deep}'
    found = labels_in(f'[{{"file":{deep},"events":[{{{fields}}},{{"onset_s":{deep}}}]}}]')
    assert found is not None
    assert [mark.label for mark in found.marks] == [""]
    assert found.problems == (Problem(2, '"" is no time in seconds.'),)
