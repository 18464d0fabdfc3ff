"""When a recording began: real headers, damaged ones, and names that contradict them."""

import struct
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leanviz.audio.recording_date import Began, Teller, began, zone_words
from leanviz.audio.riff import MOST_BYTES, chunks_of

RATE = 8000
NAMED = "20250131_053000.wav"
MORNING = "2025-01-31T05:30:00"
MOTH = "Recorded at 05:30:00 31/01/2025 (UTC{}) by AudioMoth 24E144036037AE57 at medium gain."
EVERY = frozenset((b"guan", b"bext"))
NAMES = pytest.mark.parametrize("name", [NAMED, "birds.wav"])


def wav(path: Path, *chunks: tuple[bytes, bytes], after: bool = True, **tags: str) -> Path:
    """Write a second of silence, with chunks after or before the sound, and tags of libsndfile."""
    with soundfile.SoundFile(path, "w", RATE, 1, "PCM_16") as file:
        for name, text in tags.items():
            setattr(file, name, text)
        file.write(np.zeros(RATE))
    content = bytearray(path.read_bytes())
    more = b"".join(
        name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
        for name, body in chunks
    )
    at = len(content) if after else 12
    content[at:at] = more
    content[4:8] = struct.pack("<I", len(content) - 8)
    path.write_bytes(content)
    return path


def guano(stamp: str) -> tuple[bytes, bytes]:
    return (
        b"guan",
        f"GUANO|Version: 1.0\nMake: Bat & Co\nTimestamp: {stamp}\nNote: h\u00e9\n".encode(),
    )


def bext(day: str, time: str) -> tuple[bytes, bytes]:
    head = b"scene".ljust(256, b"\0") + b"field recorder".ljust(32, b"\0") + b"".ljust(32, b"\0")
    return b"bext", head + f"{day:\0<10}{time:\0<8}".encode() + bytes(602 - 338)


def told(found: Began) -> tuple[str, Teller | None]:
    return "" if found.moment is None else found.moment.isoformat(), found.teller


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize(
    ("chunk", "moment", "teller"),
    [
        (guano("2025-01-31T05:30:00Z"), f"{MORNING}+00:00", Teller.GUANO),
        (guano("2025-01-31T05:30:00.25+10:00\r"), f"{MORNING}.250000+10:00", Teller.GUANO),
        (guano("2025-01-31 05:30:00"), MORNING, Teller.GUANO),
        (bext("2025-01-31", "05:30:00"), MORNING, Teller.BEXT),
        (bext("2025:01:31", "05-30-00"), MORNING, Teller.BEXT),
    ],
)
def test_chunks_tell_the_moment_wherever_they_stand(
    tmp_path: Path, chunk: tuple[bytes, bytes], moment: str, teller: Teller, after: bool
) -> None:
    path = wav(tmp_path / "birds.wav", (b"junk", b"odd"), chunk, after=after)
    assert soundfile.info(path).frames == RATE, "a sound file it is, too"
    assert told(began(path)) == (moment, teller)
    assert began(path).remark == ""


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".aiff"])
@pytest.mark.parametrize(
    ("zone", "offset"), [("", "+00:00"), ("+1", "+01:00"), ("-3:30", "-03:30")]
)
def test_the_comment_of_an_audiomoth_tells_it_in_any_format(
    tmp_path: Path, suffix: str, zone: str, offset: str
) -> None:
    path = tmp_path / f"birds{suffix}"
    with soundfile.SoundFile(path, "w", RATE, 1) as file:
        file.comment = MOTH.format(zone)
        file.write(np.zeros(RATE))
    assert told(began(path)) == (MORNING + offset, Teller.MOTH)


def test_a_date_tag_counts_only_with_a_time(tmp_path: Path) -> None:
    with_time = wav(tmp_path / "a.wav", date="2025-01-31T05:30:00+02:00")
    assert told(began(with_time)) == (f"{MORNING}+02:00", Teller.TAG)
    for number, date in enumerate(("2025", "2025-01-31", "soon")):
        assert began(wav(tmp_path / f"{number}.wav", date=date)) == Began()


def test_the_header_wins_and_says_so_where_the_name_contradicts(tmp_path: Path) -> None:
    other = began(wav(tmp_path / NAMED, guano("2025-01-31T04:30:00Z")))
    assert told(other) == ("2025-01-31T04:30:00+00:00", Teller.GUANO)
    assert other.remark == (
        "Header (GUANO) 2025-01-31 04:30:00, UTC; name 05:30:00: the header counts."
    )
    same = began(wav(tmp_path / NAMED, guano("2025-01-31T05:30:01+01:00")))
    assert (told(same)[0], same.remark) == ("2025-01-31T05:30:01+01:00", "")
    # the zone of the name is taken where both agree
    zoned = wav(tmp_path / "20250131T053000+1000_REC.wav", bext("2025-01-31", "05:30:00"))
    assert told(began(zoned)) == (f"{MORNING}+10:00", Teller.BEXT)
    assert told(began(wav(tmp_path / NAMED))) == (MORNING, Teller.NAME)


def test_the_first_that_says_anything_counts(tmp_path: Path) -> None:
    both = wav(tmp_path / "a.wav", bext("2024-01-01", "00:00:00"), guano("2025-01-31T05:30:00Z"))
    assert began(both).teller is Teller.GUANO
    path = wav(tmp_path / "b.wav", bext("2024-01-01", "00:00:00"), comment=MOTH.format("+2"))
    assert began(path).teller is Teller.MOTH


def test_recordings_without_what_was_quiet_have_no_time(tmp_path: Path) -> None:
    assert began(wav(tmp_path / "20250131_053000T.WAV", comment=MOTH.format(""))) == Began()


@NAMES
@pytest.mark.parametrize(
    ("chunk", "teller"),
    [
        (guano("31.1.2025"), "GUANO"),
        (guano("2025-01-31"), "GUANO"),
        (guano("1970-01-01T00:00:12Z"), "GUANO"),
        (guano("\udc80".encode("utf-8", "surrogatepass").decode("latin-1")), "GUANO"),
        (bext("2025-02-31", "05:30:00"), "bext"),
        (bext("2025-01-31", "later"), "bext"),
        ((b"bext", b"too short"), "bext"),
    ],
)
def test_what_is_damaged_is_told_and_passed_over(
    tmp_path: Path, name: str, chunk: tuple[bytes, bytes], teller: str
) -> None:
    found = began(wav(tmp_path / name, chunk))
    assert told(found) == ((MORNING, Teller.NAME) if name == NAMED else ("", None))
    assert found.remark == f"Its date ({teller}) is damaged or was never set."


def test_blank_dates_are_none_and_no_damage(tmp_path: Path) -> None:
    for number, chunk in enumerate((bext("", ""), bext("2025-01-31", ""), (b"guan", b"Make: x"))):
        assert began(wav(tmp_path / f"{number}.wav", chunk)) == Began()


@pytest.mark.parametrize("name", [b"guan", b"data", b"junk"])
@pytest.mark.parametrize("length", [0, 1, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF])
def test_sizes_that_lie_lead_nowhere(tmp_path: Path, name: bytes, length: int) -> None:
    path = wav(tmp_path / "a.wav", (name, b"Timestamp: 2025-01-31T05:30:00Z"), after=False)
    content = bytearray(path.read_bytes())
    at = content.index(name)
    content[at + 4 : at + 8] = struct.pack("<I", length)
    path.write_bytes(content)
    assert all(len(chunk) <= MOST_BYTES for chunk in chunks_of(path, EVERY).values())
    began(path)


def test_sound_of_more_than_4_gb_is_passed_over(tmp_path: Path) -> None:
    """As RF64: the size of the sound is in a chunk before it. The file is mostly a hole."""
    path, length = tmp_path / "long.wav", 5 << 30
    ds64 = b"ds64" + struct.pack("<IQQQI", 28, length + 200, length, length // 2, 0)
    form = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    name, body = guano("2025-01-31T05:30:00Z")
    with path.open("wb") as file:
        file.write(b"RF64\xff\xff\xff\xffWAVE" + ds64 + form + b"data\xff\xff\xff\xff")
        file.seek(length, 1)
        file.write(name + struct.pack("<I", len(body)) + body)
    assert chunks_of(path, EVERY) == {name: body}


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_no_damage_ends_in_an_error(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / NAMED
    if not path.exists():
        parts = guano("2025-01-31T05:30:00Z"), bext("2025-01-31", "05:30:00")
        wav(path, *parts, after=False, comment=MOTH.format("+1"))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, 1200))] = data.draw(st.integers(0, 255))
    other = tmp_path / "other.wav"
    other.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    told = began(other)
    assert (told.moment is None) == (told.teller is None)
    assert told.remark.endswith(".") or not told.remark


def test_what_is_no_file_has_its_name_alone(tmp_path: Path) -> None:
    assert began(tmp_path / NAMED).teller is Teller.NAME
    assert began(tmp_path) == Began()
    assert began(Path("x" * 5000)) == Began()


def test_zones_are_told_as_they_are_known() -> None:
    moment = datetime(2025, 1, 31, 5, 30)  # noqa: DTZ001  (as the recorder's clock showed)
    zones = {None: "by the recorder's clock", 0: "UTC", 10.0: "UTC+10:00", -3.5: "UTC\u221203:30"}
    for hours, words in zones.items():
        zone = None if hours is None else timezone(timedelta(hours=hours))
        assert zone_words(moment.replace(tzinfo=zone)) == words
    assert Began(moment, Teller.BEXT).words == (
        "Began 2025-01-31 05:30:00, by the recorder's clock, says the header (bext)."
    )
