"""Files that are spoilt, and the readers that get them: by the thousand, in a process of their own.

`python -m tests.support.fuzzing FOLDER KIND FIRST LAST` reads the inputs FIRST to LAST of a kind.
Each lies in FOLDER before it is read, so that one that kills the process is there to be looked at.
A reader may give a result or a sentence; anything else is written to FOLDER/KIND.findings.
"""

import faulthandler
import hashlib
import io
import json
import os
import random
import resource
import sys
import traceback
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from leanviz.audio.file import open_audio
from leanviz.core.annotations import Annotations
from leanviz.core.clock import Span
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import UserError
from leanviz.core.events import Event
from leanviz.core.resources import resource_path
from leanviz.core.taxonomy import Label, Taxonomy
from leanviz.evaluation.manifest import read_manifest
from leanviz.evaluation.scores import load_scores
from leanviz.evaluation.timeline import read_timeline
from leanviz.inference.model import LeanModel
from leanviz.pipeline import clip as clip_module
from leanviz.pipeline.analysis_cache import AnalysisCache
from leanviz.pipeline.clip import analyze_file
from leanviz.sessions.attention_file import AttentionRecord, Pieces, read_attention, write_attention
from leanviz.sessions.clips import INDEX, ClipStore, Room
from leanviz.sessions.formats import Format, as_text
from leanviz.sessions.reading import read_labels
from leanviz.sessions.report import ClipReport
from leanviz.sessions.review_file import (
    ReviewFile,
    SoundFile,
    find_sound,
    read_review,
    write_review,
)
from leanviz.sessions.session import SessionHead, session_report
from leanviz.sessions.session_lines import SessionLines
from leanviz.sessions.session_reader import read_session
from leanviz.settings import DEFAULTS, Settings, from_stored, load_settings, save_settings
from tests.support.broken_sounds import FORMATS, written

SEED = int(os.environ.get("LEANVIZ_FUZZ_SEED", "7"))
# One input that takes longer hangs, on a slow machine too.
HANG_S = 120
MEMORY = 8 << 30
MOST_BLOCKS = 2000

TAXONOMY = Taxonomy(
    (
        Label("Animal", "/m/0jbk", "Animal"),
        Label("Bark", "/m/05tny_", "Bark", ("Animal",)),
        Label("Chirp_and_tweet", "/m/07pggtn", "Chirp, tweet", ("Animal",)),
    )
)
RULES = DecisionRules((0.3, 0.4, 0.2))
BARK = Event(22_050, 66_150, "Bark", 0.876543, announced=70_000, parents=("Animal",))
CHIRP = Event(66_151, 88_200, "Chirp_and_tweet", 0.75)
REPORT = ClipReport(
    "dog, and bird.wav", 44_100, 100_000, "LEAN-R 1 0123456789ab", (BARK, CHIRP),
    np.array([0.25, 0.9, 0.6], np.float32), TAXONOMY, RULES,
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """Files of a kind.

    Attributes
    ----------
    suffix : str
    make : callable
        Writes one that is in order.
    read : callable
        Reads one, and uses what it gets.
    """

    suffix: str
    make: Callable[[Path], object]
    read: Callable[[Path], object]


# -- spoiling -----------------------------------------------------------------------------------

BYTES = (
    b"",
    b"\0",
    b"\xff" * 4,
    b"\0" * 8,
    b"\x7f\xff\xff\xff",
    b"\r\n",
    b"\t",
    b'"',
    b"\xef\xbb\xbf",
)
NASTY: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63), 10**30, 0.5, -0.0, 1e-320, 1e308, "", " ",
    "\0", "\x1b[2J", "\u202e", "\udc80", "../../x", "=1+1", "<b>x", "nan", "inf", "A" * 5000,
    [], {}, [[]], [None] * 50, {"": {}}, "2026-01-01", "/dev/zero", "/",
)  # fmt: skip
WORDS = (
    "nan",
    "-1",
    "1e308",
    "inf",
    "",
    "0",
    "x" * 30_000,
    "=1",
    "\udc80",
    "1,5",
    "99999999999",
    "'",
)


def spoilt(content: bytes, rng: random.Random) -> bytes:
    """Return a file with a few faults: in its structure where it has one, or in its bytes."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _spoilt(content, rng)


def _spoilt(content: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        ways = [_flip, _cut, _insert, _drop, _repeat, _overwrite]
        if content[:1] in {b"{", b"["}:
            ways += [_value] * 12
        if content.count(b"\n") > 1 and b"\0" not in content:
            ways += [_line, _field] * 3
        if content.startswith(b"PK"):
            ways += [_member] * 12
        content = rng.choice(ways)(content, rng)
    return _sealed(content) if content.startswith(b"OggS") and rng.random() < 0.7 else content


def _span(content: bytes, rng: random.Random, longest: int = 200) -> tuple[int, int]:
    # what stands first decides how all the rest is read
    most = rng.choice((64, 4096, len(content)))
    start = rng.randint(0, min(len(content), most))
    return start, min(len(content), start + rng.randint(0, longest))


def _flip(content: bytes, rng: random.Random) -> bytes:
    at, _ = _span(content, rng)
    return (
        content[:at]
        + bytes(b ^ (1 << rng.randrange(8)) for b in content[at:][:1])
        + content[at + 1 :]
    )


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randint(0, len(content))]


def _insert(content: bytes, rng: random.Random) -> bytes:
    at, _ = _span(content, rng)
    return content[:at] + rng.choice((*BYTES, rng.randbytes(9))) + content[at:]


def _drop(content: bytes, rng: random.Random) -> bytes:
    start, stop = _span(content, rng)
    return content[:start] + content[stop:]


def _repeat(content: bytes, rng: random.Random) -> bytes:
    start, stop = _span(content, rng)
    return content[:stop] + content[start:stop] * rng.choice((1, 2, 300)) + content[stop:]


def _overwrite(content: bytes, rng: random.Random) -> bytes:
    at, _ = _span(content, rng)
    new = rng.choice((*BYTES, rng.randbytes(4)))
    return content[:at] + new + content[at + len(new) :]


def _line(content: bytes, rng: random.Random) -> bytes:
    lines = content.split(b"\n")
    at = rng.randrange(len(lines))
    lines[at : at + 1] = rng.choice(([], [lines[at]] * 3, [rng.choice(lines)], [b"x"]))
    return b"\n".join(lines)


def _field(content: bytes, rng: random.Random) -> bytes:
    delimiter = rng.choice((b"\t", b",", b";", b" "))
    fields = content.split(delimiter)
    fields[rng.randrange(len(fields))] = rng.choice(WORDS).encode("utf-8", "surrogateescape")
    return delimiter.join(fields)


def _value(content: bytes, rng: random.Random) -> bytes:
    """Put something else in one place of JSON, or of one line of JSON Lines."""
    whole: list[Any] = []
    try:
        whole = [json.loads(content)]
    except (ValueError, RecursionError):
        for line in content.split(b"\n"):
            try:
                whole.append(json.loads(line))
            except (ValueError, RecursionError):
                whole.append(None)
    holders = [node for part in whole for node in _holders(part)]
    if holders:
        _change(rng.choice(holders), rng)
    lines = [json.dumps(part, ensure_ascii=True) for part in whole]
    text = "\n".join(lines) + "\n"
    if rng.random() < 0.05:
        deep = 100_000
        text = text.replace("0.", "[" * deep, 1)
    return text.encode()


def _member(content: bytes, rng: random.Random) -> bytes:
    """Spoil what lies in an archive, and pack it again: its checksums hold."""
    packed = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # noqa: BLE001  (it is spoilt already)
        return content
    name = rng.choice(list(members))
    ways = [_flip, _cut, _insert, _drop, _overwrite, _field, *[_array] * 10]
    members[name] = rng.choice(ways)(members[name], rng)
    with zipfile.ZipFile(packed, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return packed.getvalue()


def _array(member: bytes, rng: random.Random) -> bytes:
    """Put another array in place of one: of another shape, another kind, or absurd numbers."""
    try:
        array: Any = np.load(io.BytesIO(member), allow_pickle=False)
    except Exception:  # noqa: BLE001  (it is spoilt already)
        return member
    numbers = array.dtype.kind in "iuf"
    ways: list[Callable[[], Any]] = [
        lambda: array.reshape(-1), lambda: array.T, lambda: array[..., None], lambda: array[:0],
        lambda: np.concatenate([array] * 2), lambda: array[:-1], lambda: array.astype("U9"),
        lambda: array.astype(complex), lambda: array.astype(bool), lambda: np.array(3),
        lambda: array.astype(np.int8), lambda: array.astype(np.float64),
    ]  # fmt: skip
    if numbers:
        ways += [
            lambda: -array, lambda: array * 0, lambda: array + 1, lambda: array * 10**9,
            lambda: np.full_like(array, np.iinfo(np.int64).max // 2), lambda: array[::-1],
            lambda: np.full(array.shape, np.nan), lambda: np.full(array.shape, np.inf),
        ]  # fmt: skip
    changed = io.BytesIO()
    try:
        np.save(changed, rng.choice(ways)(), allow_pickle=False)
    except (ValueError, TypeError, IndexError, OverflowError):
        return member
    return changed.getvalue()


def _ogg_table() -> list[int]:
    table: list[int] = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        table.append(value & 0xFFFFFFFF)
    return table


_OGG = _ogg_table()


def _sealed(content: bytes) -> bytes:
    """Give each page of an Ogg file its checksum (RFC 3533), so that decoders get to see it."""
    pages = [b"OggS" + page for page in content.split(b"OggS")[1:]]
    sealed: list[bytes] = []
    for page in pages:
        empty = page[:22] + bytes(4) + page[26:]
        value = 0
        for byte in empty:
            value = ((value << 8) & 0xFFFFFFFF) ^ _OGG[(value >> 24) ^ byte]
        sealed.append(page[:22] + value.to_bytes(4, "little") + page[26:])
    return b"".join(sealed)


def _holders(node: Any) -> list[Any]:
    inner = (
        list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
    )
    return ([node] if inner else []) + [one for part in inner for one in _holders(part)]


def _change(node: Any, rng: random.Random) -> None:
    key = rng.choice(list(node) if isinstance(node, dict) else range(len(node)))
    if rng.random() < 0.2:
        del node[key]
    elif rng.random() < 0.2 and isinstance(node, list):
        node.extend([node[key]] * 200)
    else:
        node[key] = json.loads(json.dumps(rng.choice(NASTY)))


# -- what is read -------------------------------------------------------------------------------


def _sound(path: Path) -> None:
    with open_audio(path) as reader:
        for number, block in enumerate(reader.blocks()):
            assert np.isfinite(block).all()
            assert number < MOST_BLOCKS, "it never ends"


def _labels(path: Path) -> None:
    found = read_labels(path)
    assert all(0 <= mark.onset_s <= mark.offset_s for mark in found.marks)
    assert all(mark.label.isprintable() and mark.file.isprintable() for mark in found.marks)


def _write_log(path: Path) -> None:
    started = datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC)
    lines = SessionLines(SessionHead(started, 48_000, "Desk", "ALSA", "LEAN-R 1"), TAXONOMY, RULES)
    stretch = lines.missed(Span(130_000, 140_000), "skipped")
    changed = lines.rules(150_000, replace(RULES, offset=0.1))
    path.write_bytes(
        lines.head() + lines.event(BARK) + lines.event(CHIRP) + stretch + changed
        + lines.device(160_000, "USB", "ALSA") + lines.heard(480_000) + lines.heard(500_000, "end")
    )  # fmt: skip


def _log(path: Path) -> None:
    session = read_session(path)
    report = session_report(session, TAXONOMY, RULES)
    for kind in Format:
        as_text([report], kind)


def _write_session(path: Path) -> None:
    said = Annotations().confirm(BARK).edit(CHIRP, "a frog", Span(70_000, 80_000), TAXONOMY)
    said = said.add("Animal", Span(0, 10), TAXONOMY)
    sound = SoundFile(path.with_suffix(".wav"), 10, "", 44_100, 100_000)
    review = ReviewFile(sound, "LEAN-R 1", said, {"offset": -0.1, "classes": {"muted": ["Bark"]}})
    write_review(review, said.applied([BARK, CHIRP]), TAXONOMY, path)


def _session(path: Path) -> None:
    review = read_review(path)
    find_sound(review.sound, path)
    review.annotations.applied([BARK, CHIRP])
    from_stored({"decisions": review.decisions}).decisions.rules(RULES, TAXONOMY)


def _settings(path: Path) -> None:
    found = load_settings(path)
    assert isinstance(found, Settings)
    found.decisions.rules(RULES, TAXONOMY)
    save_settings(found, path)
    assert load_settings(path) == found, "settings are not read back as they were"


def _write_attention(path: Path) -> None:
    times_s, values = np.zeros((3, 2)), np.zeros((2, 3), np.float32)
    pieces = {
        name: Pieces(times_s, values, values[0], values[1]) for name in ("key", "patch", "moment")
    }
    record = AttentionRecord(
        np.zeros((2, 3, 3), np.float32), values, ("a", "b"), values[0], pieces, {}
    )
    write_attention(record, path)


def _write_scores(path: Path) -> None:
    scores = np.zeros((2, 3), np.float32)
    np.savez(path, files=np.array(["a", "b"]), labels=np.array(TAXONOMY.names), clip_scores=scores)


def _write_table(path: Path) -> None:
    rows = [f"{path.name},val,x,dog,Bark;Animal,0.1,0.9,foreground"] * 4
    head = "filename,split,source,native_label,fsd50k_labels,onset_s,offset_s,role"
    path.write_text("\n".join([head, *rows]) + "\n")


def _model_folder(path: Path, name: str) -> Path:
    """Return the bundled model with a file of its in place of the one at `path`."""
    folder = path.parent / "model"
    folder.mkdir(exist_ok=True)
    bundled = resource_path("lean")
    told = json.loads((bundled / "model.json").read_bytes())
    for part in (*told["files"], "model.json"):
        (folder / part).unlink(missing_ok=True)
        (folder / part).symlink_to(path if part == name else bundled / part)
    if name != "model.json":
        told["files"][name] = hashlib.sha256(path.read_bytes()).hexdigest()
        (folder / "model.json").unlink()
        (folder / "model.json").write_text(json.dumps(told))
    return folder


def _bundled(name: str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes((resource_path("lean") / name).read_bytes())


def _open_with(name: str) -> Callable[[Path], object]:
    return lambda path: LeanModel.open(_model_folder(path, name))


def _write_index(path: Path) -> None:
    clips = [{"file": f"{n}.flac", "bytes": 3, "label": "Bark"} for n in range(3)]
    path.write_text("".join(json.dumps(clip) + "\n" for clip in clips))


def _index(path: Path) -> None:
    folder = path.parent / "clips"
    folder.mkdir(exist_ok=True)
    (folder / INDEX).write_bytes(path.read_bytes())
    store = ClipStore(folder, Room(10, 2))
    store.clips()
    store.keep("a.flac", b"abc", {})


@cache
def _model() -> LeanModel:
    return LeanModel.open()


def _kept(path: Path) -> tuple[Path, AnalysisCache]:
    """Return three seconds of the demo clip, and where their analysis is kept."""
    clip_module.LEAST_KEPT_S = 1.0
    clip = path.parent / "clip.wav"
    if not clip.exists():
        samples, rate = soundfile.read(resource_path("demo", "demo.flac"), frames=48_000)
        soundfile.write(clip, samples, rate)
    return clip, AnalysisCache(path.parent / "cache")


def _write_kept(name: str) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        clip, kept = _kept(path)
        analyze_file(clip, _model(), cache=kept)
        [part] = kept.folder.glob(f"*/{name}.npz")
        path.write_bytes(part.read_bytes())

    return write


def _open_kept(name: str) -> Callable[[Path], object]:
    def read(path: Path) -> None:
        clip, kept = _kept(path)
        [entry] = kept.folder.iterdir()
        (entry / f"{name}.npz").write_bytes(path.read_bytes())
        found = analyze_file(clip, _model(), cache=kept)
        assert len(found.frame_scores) == len(found.patch_extents)

    return read


def _kinds() -> dict[str, Kind]:
    sounds = {form: Kind(f".{form}", written, _sound) for form in FORMATS}
    labels = {
        f"labels {form}": Kind(
            form.suffix, lambda path, form=form: path.write_text(as_text([REPORT], form)), _labels
        )
        for form in Format
    }
    return sounds | labels | {
        "labels log": Kind(".jsonl", _write_log, _labels),
        "log": Kind(".jsonl", _write_log, _log),
        "session": Kind(".leanviz.json", _write_session, _session),
        "settings": Kind(".json", lambda path: save_settings(DEFAULTS, path), _settings),
        "attention": Kind(".npz", _write_attention, read_attention),
        "scores": Kind(".npz", _write_scores, lambda path: load_scores(path, TAXONOMY)),
        "manifest": Kind(".csv", _write_table, lambda path: read_manifest(path, TAXONOMY)),
        "timeline": Kind(".csv", _write_table, lambda path: read_timeline(path, TAXONOMY)),
        "kept part": Kind(".npz", _write_kept("part-00000"), _open_kept("part-00000")),
        "kept pictures": Kind(".npz", _write_kept("pictures"), _open_kept("pictures")),
        "clips": Kind(".jsonl", _write_index, _index),
        "model.json": Kind(".json", _bundled("model.json"), _open_with("model.json")),
        "wave.onnx": Kind(".onnx", _bundled("wave.onnx"), _open_with("wave.onnx")),
    }  # fmt: skip


KINDS = _kinds()


def fuzz(folder: Path, name: str, first: int, last: int) -> list[str]:
    """Read inputs of a kind; return what went wrong, with the number of the input."""
    kind = KINDS[name]
    path = folder / f"{name}{kind.suffix}"
    kind.make(path)
    whole, findings = path.read_bytes(), list[str]()
    for number in range(first, last):
        path.unlink(missing_ok=True)
        path.write_bytes(spoilt(whole, random.Random(f"{SEED} {name} {number}")))
        (folder / f"{name}.at").write_text(str(number))
        faulthandler.dump_traceback_later(HANG_S, exit=True)
        try:
            kind.read(path)
        except UserError as error:
            if "\n" in str(error) or not str(error).endswith((".", ")")):
                findings.append(f"{number}: no sentence: {error}")
        except Exception:  # noqa: BLE001
            findings.append(f"{number}: {traceback.format_exc()}")
        finally:
            faulthandler.cancel_dump_traceback_later()
    return findings


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    place, which, begin, end = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    found = fuzz(place, which, begin, end)
    (place / f"{which}.findings").write_text(json.dumps(found))
