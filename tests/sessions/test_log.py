"""Session logs on the disk: written, read back, damaged, cut short, too many, left without end."""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from leanviz.core.clock import Span
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import SessionError
from leanviz.core.events import Event, Provenance
from leanviz.core.taxonomy import Taxonomy
from leanviz.sessions import session_reader
from leanviz.sessions.formats import Format, as_text
from leanviz.sessions.log_file import LogFile, in_use, new_log
from leanviz.sessions.log_folder import logs, make_room, take_interrupted
from leanviz.sessions.session import SessionHead, Unheard, session_report
from leanviz.sessions.session_lines import SessionLines
from leanviz.sessions.session_reader import read_session
from tests.sessions.conftest import TAXONOMY

STARTED = datetime(2026, 3, 1, 23, 59, 59, 750_000, tzinfo=timezone(timedelta(hours=2)))
HEAD = SessionHead(STARTED, 48_000, "Desk \udcff microphone", "ALSA", "LEAN-R 1 0123456789ab")
RULES = DecisionRules((0.3, 0.4, 0.2), offset=0.05, muted=frozenset({0}))
BARK = Event(48_000, 96_000, "Bark", 0.876543, announced=110_000, shown=60_000, parents=("Animal",))
CHIRP = Event(96_001, 120_000, "Chirp_and_tweet", 0.5, provenance=Provenance.MANUAL)


@pytest.fixture
def lines() -> SessionLines:
    return SessionLines(HEAD, TAXONOMY, RULES)


@pytest.fixture
def written(lines: SessionLines, tmp_path: Path) -> Path:
    path = tmp_path / "2026-03-01_23-59-59.jsonl"
    path.write_bytes(
        lines.head()
        + lines.event(CHIRP)
        + lines.event(BARK)
        + lines.missed(Span(130_000, 140_000), "skipped")
        + lines.rules(150_000, replace(RULES, offset=0.1))
        + lines.device(160_000, "USB", "ALSA")
        + lines.heard(480_000)
        + lines.heard(500_000, "end")
    )
    return path


def test_a_session_is_read_back_as_it_was(written: Path) -> None:
    session = read_session(written)
    assert session.events == (BARK, CHIRP)
    assert [e.shown for e in session.events] == [60_000, -1]
    assert [e.provenance for e in session.events] == [Provenance.AUTO, Provenance.MANUAL]
    assert session.head == replace(HEAD, device="Desk  microphone")
    assert session.unheard == (Unheard(Span(130_000, 140_000), "skipped"),)
    assert session.n_samples == 500_000
    assert (session.stopped, session.damaged, session.dropped, session.cut) == (True, 0, 0, False)
    assert session.thresholds[BARK] == pytest.approx(0.45)
    assert session.labels["Bark"].mid == "/m/05tny_"


def test_a_pause_that_was_written_in_parts_is_one(lines: SessionLines, written: Path) -> None:
    parts = [lines.missed(Span(at, at + 10), "paused") for at in range(100, 200, 10)]
    other = lines.missed(Span(200, 210), "lost")
    written.write_bytes(b"".join([lines.head(), other, *reversed(parts)]))
    assert read_session(written).unheard == (
        Unheard(Span(100, 200), "paused"),
        Unheard(Span(200, 210), "lost"),
    )


def test_lines_carry_samples_seconds_and_times_of_day(lines: SessionLines) -> None:
    record = json.loads(lines.event(BARK))
    assert (record["onset"], record["onset_s"], record["offset_s"]) == (48_000, 1.0, 2.0)
    assert record["wall_time"] == "2026-03-02T00:00:00.750+02:00"
    assert (record["label"], record["mid"], record["score"]) == ("Bark", "/m/05tny_", 0.876543)
    assert (record["threshold"], record["provenance"]) == (0.45, "auto")
    head = json.loads(lines.head())
    assert head["format"] == 1
    assert head["rules"]["thresholds"] == {"Animal": 0.3, "Bark": 0.4, "Chirp_and_tweet": 0.2}
    assert head["rules"]["muted"] == ["Animal"]
    assert "samples" not in head


def test_new_rules_hold_from_their_line_on(lines: SessionLines) -> None:
    changed = json.loads(lines.rules(5, replace(RULES, offset=0.2)))
    assert changed["rules"] == {"offset": 0.2}
    assert json.loads(lines.event(BARK))["threshold"] == 0.6
    changed = json.loads(lines.rules(6, replace(RULES, offset=0.2, thresholds=(0.3, 0.7, 0.2))))
    assert changed["rules"] == {"thresholds": {"Bark": 0.7}}
    assert json.loads(lines.event(BARK))["threshold"] == 0.9


@pytest.mark.parametrize("kind", list(Format))
def test_a_session_can_be_exported(written: Path, kind: Format) -> None:
    """Its labels may be strangers to the model at hand."""
    vocabulary, rules = Taxonomy(TAXONOMY.labels[:1]), DecisionRules((0.3,))
    text = as_text([session_report(read_session(written), vocabulary, rules)], kind)
    assert "Bark" in text
    assert "Chirp_and_tweet" in text
    if kind is Format.CSV:
        assert ",Bark,0.8765,0.4500,auto,2026-03-02T00:00:00.750+02:00" in text
    if kind is Format.JSON:
        assert json.loads(text)[0]["events"][0]["mid"] == "/m/05tny_"


def test_every_cut_leaves_all_whole_lines_readable(written: Path) -> None:
    """A power cut may end the file anywhere; half a line is counted."""
    content = written.read_bytes()
    head_ends = content.index(b"\n") + 1
    for length in range(head_ends, len(content)):
        written.write_bytes(content[:length])
        session = read_session(written)
        whole = content[:length].count(b"\n")
        assert len(session.events) == min(2, whole - 1)
        assert session.damaged == (not content[:length].endswith(b"\n"))
        assert not session.stopped


DAMAGE: list[tuple[str, object]] = [
    ("onset", -1), ("onset", 96_000), ("onset", 1.5), ("onset", True), ("onset", None),
    ("offset", 10**15), ("offset", "5"), ("score", float("nan")), ("score", 1.01), ("score", "1"),
    ("label", "<img src=x>"), ("label", "B\nark"), ("label", ""), ("label", ["Bark"]),
    ("label", "x" * 101), ("parents", [1]), ("parents", None), ("provenance", "nobody"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), DAMAGE)
def test_a_line_that_makes_no_sense_costs_itself_only(
    lines: SessionLines, written: Path, name: str, value: object
) -> None:
    bad = json.dumps(json.loads(lines.event(BARK)) | {name: value}).encode() + b"\n"
    written.write_bytes(lines.head() + bad + lines.event(CHIRP))
    session = read_session(written)
    assert session.events == (CHIRP,)
    assert session.damaged == 1


@pytest.mark.parametrize(
    "junk",
    [b"\0" * 5000, b"[" * 200_000, b"{}", b"17", b'{"type": "event"}', b"9" * 5000, b"\xff\xfe"],
)
def test_junk_between_lines_is_counted(lines: SessionLines, written: Path, junk: bytes) -> None:
    written.write_bytes(lines.head() + junk + b"\n" + lines.event(BARK) + b"x" * 10_000_000)
    session = read_session(written)
    assert session.events == (BARK,)
    assert session.damaged == 1 + (junk != b"{}")


def test_what_a_later_version_adds_is_passed_over(lines: SessionLines, written: Path) -> None:
    written.write_bytes(lines.head() + b'{"type": "weather", "at": 5}\n' + lines.event(BARK))
    assert read_session(written).damaged == 0


def test_a_log_beyond_all_measure_is_cut(
    lines: SessionLines, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_reader, "MAX_LINES", 3)
    written.write_bytes(lines.head() + lines.event(BARK) * 3)
    assert not read_session(written).cut
    written.write_bytes(lines.head() + lines.event(BARK) * 4)
    session = read_session(written)
    assert session.cut
    assert len(session.events) == 3


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "s.jsonl is no session of leanviz, or is damaged."),
        (b"\0" * 300_000, "s.jsonl is no session of leanviz, or is damaged."),
        (b'{"onset_s": 1.0}\n', "s.jsonl is no session of leanviz, or is damaged."),
        (b'{"type": "session", "format": 2}\n', "s.jsonl was written by a newer version"),
        (b'{"type": "session", "format": 1}\n', "s.jsonl is no session of leanviz, or is damaged."),
        (b"[" * 100_000 + b"\n", "s.jsonl is no session of leanviz, or is damaged."),
    ],
)
def test_what_is_no_session_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    (tmp_path / "s.jsonl").write_bytes(content)
    with pytest.raises(SessionError) as caught:
        read_session(tmp_path / "s.jsonl")
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    "change",
    [{"sample_rate": 0}, {"sample_rate": 1e5}, {"started": "soon"}, {"started": "0001-01-01"},
     {"device": 5}, {"model": None}],
)  # fmt: skip
def test_a_head_that_makes_no_sense_is_refused(
    lines: SessionLines, tmp_path: Path, change: dict[str, object]
) -> None:
    (tmp_path / "s.jsonl").write_text(json.dumps(json.loads(lines.head()) | change) + "\n")
    with pytest.raises(SessionError, match="is no session of leanviz"):
        read_session(tmp_path / "s.jsonl")


def test_a_missing_session_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match=r"s.jsonl cannot be read: No such file"):
        read_session(tmp_path / "s.jsonl")
    with pytest.raises(SessionError, match="cannot be read: Is a directory"):
        read_session(tmp_path)


# -- the file -----------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of 16 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_breaks_a_line_and_the_next_call_goes_on_with_it(small_disk: Path) -> None:
    (small_disk / "other").write_bytes(b"x" * 12_000)
    file = LogFile(small_disk / "log.jsonl")
    line = b"0123456789abcde\n" * 600
    for _ in range(2):
        with pytest.raises(OSError, match="No space left"):
            file.write(line)
    assert file.path.stat().st_size % len(line) > 0
    before = file.path.stat().st_size // len(line)
    (small_disk / "other").unlink()
    file.write(line)
    assert file.path.read_bytes() == line * (before + 1)
    file.close()


def test_two_sessions_of_one_second_have_two_files(tmp_path: Path) -> None:
    files = [new_log(tmp_path / "new" / "folder", "2026-03-01_23-59-59") for _ in range(2)]
    assert [file.path.name for file in files] == [
        "2026-03-01_23-59-59.jsonl", "2026-03-01_23-59-59-2.jsonl",
    ]  # fmt: skip
    for file in files:
        file.close()
        file.close()


def test_a_log_is_in_use_until_it_is_closed(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "log.jsonl")
    assert in_use(file.path)
    file.close()
    assert not in_use(file.path)


# -- the folder ---------------------------------------------------------------------------------

Make = Callable[[int, bytes], Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def make_log(day: int, content: bytes) -> Path:
        path = tmp_path / f"2026-03-{day:02d}_12-00-00.jsonl"
        path.write_bytes(content)
        return path

    return make_log


def test_the_oldest_make_room_but_not_what_is_in_use_nor_what_is_no_log(
    make: Make, tmp_path: Path
) -> None:
    old, kept, newer, newest = (make(day, b"x" * 1000) for day in (1, 2, 3, 4))
    notes = tmp_path / "notes.jsonl"
    notes.write_bytes(b"x" * 10_000)
    busy = LogFile(tmp_path / "2026-03-01_11-00-00.jsonl")
    busy.write(b"x" * 1000)
    assert make_room(tmp_path, 5000) == []
    assert make_room(tmp_path, 3000, keep=kept) == [old, newer]
    assert logs(tmp_path) == [busy.path, kept, newest]
    assert make_room(tmp_path, 0, keep=kept) == [newest]
    assert notes.exists()
    busy.close()
    assert make_room(tmp_path / "missing", 0) == []


def test_a_session_without_an_end_is_told_once(
    lines: SessionLines, make: Make, tmp_path: Path
) -> None:
    make(1, lines.head() + lines.event(BARK))
    path = make(2, lines.head() + lines.event(BARK) + b'{"type": "ev')
    assert take_interrupted(tmp_path) == path
    assert take_interrupted(tmp_path) is None
    session = read_session(path)
    assert session.events == (BARK,)
    assert session.damaged == 1
    assert not session.stopped


def test_a_session_that_ended_or_still_goes_on_was_not_interrupted(
    lines: SessionLines, make: Make, tmp_path: Path
) -> None:
    assert take_interrupted(tmp_path) is None
    make(1, lines.head() + lines.event(BARK) + lines.heard(50, "end"))
    make(2, lines.head())
    make(3, b"")
    assert take_interrupted(tmp_path) is None
    running = LogFile(tmp_path / "2026-03-04_12-00-00.jsonl")
    running.write(lines.head() + lines.event(BARK))
    assert take_interrupted(tmp_path) is None
    running.close()
    assert take_interrupted(tmp_path) == running.path
