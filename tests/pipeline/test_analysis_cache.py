"""Results from before are the results of now: whole, in part, damaged, or of another file."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache as kept
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leanviz.audio.file import read_mono
from leanviz.core.candidates import CandidateRules
from leanviz.core.smoothing import Smoothing
from leanviz.inference.model import LeanModel
from leanviz.pipeline import clip as clip_module
from leanviz.pipeline import file_analysis, stored_stream
from leanviz.pipeline.analysis_cache import MEGABYTE, AnalysisCache, fingerprint
from leanviz.pipeline.clip import Cancelled, analyze_file
from leanviz.pipeline.results import ClipAnalysis
from tests.support.counting import count_embedded

Clip = Callable[[int], Path]
# Seconds of a block, and blocks of a part, so that nine seconds are a long file.
BLOCK_S, BLOCKS = 2.0, 2


@pytest.fixture(scope="module", autouse=True)
def short_blocks() -> Iterator[None]:
    """Have a file come in more pieces than it does."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(file_analysis, "BLOCK_S", BLOCK_S)
        yield


@pytest.fixture(scope="module")
def analysed(model: LeanModel, clip: Clip, short_blocks: None) -> Callable[[int], ClipAnalysis]:
    """Return a function that gives the analysis of a clip in such pieces, without a cache."""
    return kept(lambda rate: analyze_file(clip(rate), model))


@pytest.fixture(autouse=True)
def short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make nine seconds a long file."""
    monkeypatch.setattr(stored_stream, "PART_BLOCKS", BLOCKS)
    monkeypatch.setattr(clip_module, "LEAST_KEPT_S", 1.0)


@pytest.fixture
def cache(tmp_path: Path) -> AnalysisCache:
    return AnalysisCache(tmp_path / "cache")


def parts(cache: AnalysisCache) -> list[Path]:
    return sorted(cache.folder.glob("*/part-*.npz"))


def assert_same(found: ClipAnalysis, expected: ClipAnalysis) -> None:
    """Check that nothing tells two analyses apart, to the bit."""
    assert found.findings == expected.findings
    assert (found.events, found.hidden) == (expected.events, expected.hidden)
    assert (found.n_samples, found.truncated) == (expected.n_samples, expected.truncated)
    for name in ("frame_scores", "peak_scores", "clip_scores", "patch_extents"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    for name in ("weights", "first_key", "query_extents", "key_extents"):
        mine, theirs = getattr(found.attention, name), getattr(expected.attention, name)
        np.testing.assert_array_equal(mine, theirs)
    pictures, others = found.tracks.everything(), expected.tracks.everything()
    assert pictures is not None
    assert others is not None
    assert pictures.keys() == others.keys()
    for name, values in pictures.items():
        np.testing.assert_array_equal(values, others[name])


def analyse(model: LeanModel, path: Path, cache: AnalysisCache) -> ClipAnalysis:
    return analyze_file(path, model, cache=cache)


@pytest.fixture
def unheard(model: LeanModel, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that takes an item whenever the model is asked."""
    return count_embedded(monkeypatch)


def test_a_file_that_is_known_is_not_analysed_again(
    model: LeanModel,
    clip: Clip,
    analysed: Callable[[int], ClipAnalysis],
    cache: AnalysisCache,
    unheard: list[int],
) -> None:
    expected = analysed(44_100)
    assert_same(analyse(model, clip(44_100), cache), expected)
    assert len(parts(cache)) == 4
    unheard.clear()
    assert_same(analyse(model, clip(44_100), cache), expected)
    assert unheard == []
    # whatever its name, and by whatever rules
    other = cache.folder.parent / "other.wav"
    other.write_bytes(clip(44_100).read_bytes())
    rules = replace(model.default_rules(), candidates=CandidateRules(Smoothing.OFF), offset=-0.2)
    found = analyze_file(other, model, rules, cache=cache)
    assert unheard == []
    assert_same(found, analyze_file(clip(44_100), model, rules))
    assert found.path == other


def test_without_pictures_it_is_looked_up_and_nothing_kept(
    model: LeanModel,
    clip: Clip,
    analysed: Callable[[int], ClipAnalysis],
    cache: AnalysisCache,
    unheard: list[int],
) -> None:
    """As the command line does: it has no pictures, without which the window has no use for it."""
    analyze_file(clip(44_100), model, pictures=False, cache=cache)
    assert cache.use().files == 0
    analyse(model, clip(44_100), cache)
    before = sorted((path, path.stat().st_mtime_ns) for path in cache.folder.rglob("*.npz"))
    unheard.clear()
    found = analyze_file(clip(44_100), model, pictures=False, cache=cache)
    assert unheard == []
    assert_same(replace(found, tracks=analysed(44_100).tracks), analysed(44_100))
    # of one that is not complete, nothing is used
    for path in cache.folder.rglob("pictures.npz"):
        path.unlink()
    again = analyze_file(clip(44_100), model, pictures=False, cache=cache)
    assert_same(replace(again, tracks=analysed(44_100).tracks), analysed(44_100))
    after = sorted((path, path.stat().st_mtime_ns) for path in cache.folder.rglob("*.npz"))
    assert after == [(path, time) for path, time in before if path.stem != "pictures"]


@pytest.mark.parametrize("blocks", [2, 5])
def test_what_was_stopped_goes_on_to_the_same_end(
    model: LeanModel,
    clip: Clip,
    analysed: Callable[[int], ClipAnalysis],
    cache: AnalysisCache,
    unheard: list[int],
    blocks: int,
) -> None:
    expected = analysed(44_100)
    done: list[float] = []
    with pytest.raises(Cancelled):
        analyze_file(
            clip(44_100),
            model,
            progress=lambda news: done.append(news.fraction),
            cancelled=lambda: len(done) == blocks,
            cache=cache,
        )
    assert len(parts(cache)) == blocks // BLOCKS
    unheard.clear()
    assert_same(analyse(model, clip(44_100), cache), expected)
    # what is in whole parts is not asked again
    assert len(unheard) <= 6 - blocks // BLOCKS * BLOCKS


KILLED = f"""
import os, signal, sys
from pathlib import Path
from leanviz.inference.model import LeanModel
from leanviz.pipeline import clip, file_analysis, stored_stream
from leanviz.pipeline.analysis_cache import AnalysisCache
file_analysis.BLOCK_S, stored_stream.PART_BLOCKS, clip.LEAST_KEPT_S = {BLOCK_S}, {BLOCKS}, 1.0
done = []
def progress(news):
    done.append(news)
    if len(done) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
cache = AnalysisCache(Path(sys.argv[2]))
clip.analyze_file(sys.argv[1], LeanModel.open(), progress=progress, cache=cache)
"""


def test_what_was_killed_goes_on_to_the_same_end(
    model: LeanModel,
    clip: Clip,
    analysed: Callable[[int], ClipAnalysis],
    cache: AnalysisCache,
    unheard: list[int],
) -> None:
    words = [sys.executable, "-c", KILLED, str(clip(44_100)), str(cache.folder)]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert len(parts(cache)) == 1
    expected = analysed(44_100)
    unheard.clear()
    assert_same(analyse(model, clip(44_100), cache), expected)
    assert len(unheard) <= 6 - BLOCKS


def test_the_same_in_steps_of_one_run_each(
    model: LeanModel, clip: Clip, analysed: Callable[[int], ClipAnalysis], cache: AnalysisCache
) -> None:
    """Stopped again and again, it gets there."""
    for _ in range(2):
        before = len(parts(cache))
        with pytest.raises(Cancelled):
            analyze_file(
                clip(48_000), model, cache=cache, cancelled=lambda n=before: len(parts(cache)) > n
            )
    assert_same(analyse(model, clip(48_000), cache), analysed(48_000))


@pytest.mark.parametrize(
    ("victim", "how"),
    [
        ("part-00000", "gone"), ("part-00001", "cut"), ("part-00002", "flipped"),
        ("part-00003", "foreign"), ("pictures", "gone"), ("pictures", "foreign"),
    ],
)  # fmt: skip
def test_what_is_damaged_is_analysed_again(
    model: LeanModel,
    clip: Clip,
    analysed: Callable[[int], ClipAnalysis],
    cache: AnalysisCache,
    caplog: pytest.LogCaptureFixture,
    *,
    victim: str,
    how: str,
) -> None:
    analyse(model, clip(16_000), cache)
    (path,) = cache.folder.glob(f"*/{victim}.npz")
    content = path.read_bytes()
    if how == "gone":
        path.unlink()
    elif how == "foreign":
        np.savez(path, something=np.arange(3))
    else:
        middle = len(content) // 2
        flipped = bytes([content[middle] ^ 255]) + content[middle + 1 :]
        path.write_bytes(content[:middle] + (b"" if how == "cut" else flipped))
    with caplog.at_level(logging.WARNING):
        assert_same(analyse(model, clip(16_000), cache), analysed(16_000))
    assert ("damaged" in caplog.text) == (how != "gone")
    # and mended
    caplog.clear()
    assert_same(analyse(model, clip(16_000), cache), analysed(16_000))
    assert not caplog.text


def test_another_file_or_model_is_another_entry(
    model: LeanModel, clip: Clip, cache: AnalysisCache, tmp_path: Path
) -> None:
    path = tmp_path / "sound.wav"
    path.write_bytes(clip(16_000).read_bytes())
    entry = cache.entry(path, model.identity)
    assert entry == cache.entry(path, model.identity)
    assert entry != cache.entry(path, "LEAN-R 9")
    content = bytearray(path.read_bytes())
    content[-9] ^= 1
    path.write_bytes(content)
    assert entry != cache.entry(path, model.identity)
    assert cache.entry(tmp_path / "missing.wav", model.identity) is None


def test_a_long_file_is_told_by_its_ends_and_places_and_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashing hours would keep the first picture waiting."""
    from leanviz.pipeline import analysis_cache

    monkeypatch.setattr(analysis_cache, "_HASHED_WHOLE", 10 * 2**20)
    path = tmp_path / "long.raw"
    content = bytearray(os.urandom(12 * 2**20))
    path.write_bytes(content)
    before, moment = fingerprint(path), path.stat().st_mtime_ns
    assert fingerprint(path) == before
    for at in (0, 12 * 2**20 - 1, (11 * 2**20) // 63 * 30 + 5):
        content[at] ^= 1
        path.write_bytes(content)
        os.utime(path, ns=(moment, moment))
        assert fingerprint(path) != before
        content[at] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(moment, moment))
    assert fingerprint(path) == before
    os.utime(path, ns=(moment, moment + 1))
    assert fingerprint(path) != before


def test_what_was_not_used_for_longest_makes_way(
    model: LeanModel, clip: Clip, cache: AnalysisCache
) -> None:
    entries = [cache.entry(clip(rate), model.identity) for rate in (16_000, 44_100, 48_000)]
    for age, entry in enumerate(entries):
        assert entry is not None
        assert entry.write("part-00000", {"zeros": np.zeros(500_000)})
        os.utime(entry.folder, (1e9 - age, 1e9 - age))
    assert cache.use().files == 3
    keep = entries[2]  # the oldest, and in use
    small = AnalysisCache(cache.folder, most_mb=cache.use().n_bytes // MEGABYTE)
    small.make_room(keep)
    left = [entry for entry in entries if entry is not None and entry.folder.exists()]
    assert left == [entries[0], keep]
    cache.clear()
    assert (cache.use().files, cache.use().n_bytes) == (0, 0)


def test_where_nothing_can_be_kept_it_is_analysed_all_the_same(
    model: LeanModel,
    clip: Clip,
    analysed: Callable[[int], ClipAnalysis],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "file").write_text("not a folder")
    found = analyse(model, clip(16_000), AnalysisCache(tmp_path / "file"))
    assert_same(found, analysed(16_000))
    assert "cannot be written" in caplog.text


def test_a_file_that_ends_early_is_known_to_do_so(
    model: LeanModel, clip: Clip, cache: AnalysisCache, tmp_path: Path
) -> None:
    path = tmp_path / "cut.wav"
    content = clip(16_000).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    first = analyse(model, path, cache)
    assert first.truncated
    assert_same(analyse(model, path, cache), first)


def test_short_files_are_not_kept(
    model: LeanModel, clip: Clip, cache: AnalysisCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clip_module, "LEAST_KEPT_S", 20.0)
    analyse(model, clip(16_000), cache)
    assert cache.use().files == 0
    assert len(read_mono(clip(16_000))[0]) > 100_000


def _changed(path: Path, name: str, change: Callable[[Any], Any]) -> None:
    """Change one array of a part, so that the archive is whole."""
    with np.load(path, allow_pickle=False) as stored:
        arrays: dict[str, Any] = dict(stored)
    np.savez(path, allow_pickle=False, **(arrays | {name: change(arrays[name])}))


CHANGES: list[tuple[str, Callable[[Any], Any]]] = [
    ("counts", lambda array: -array),
    ("attention", lambda array: array.astype("U9")),
    ("widths", lambda array: array * 1000),
    ("state.counts", lambda array: array[:2]),
    ("state.waves", lambda array: array.reshape(-1)),
]


def test_a_part_that_was_changed_is_not_believed(
    model: LeanModel, clip: Clip, cache: AnalysisCache
) -> None:
    """Its checksum holds; the numbers are not those of an analysis."""
    path = clip(16_000)
    analyze = partial(analyze_file, path, model, cache=cache)
    expected = analyze()
    whole = parts(cache)[0].read_bytes()
    for name, change in CHANGES:
        parts(cache)[0].write_bytes(whole)
        _changed(parts(cache)[0], name, change)
        parts(cache)[-1].unlink()
        found = analyze()
        assert found.findings == expected.findings, name
        np.testing.assert_array_equal(found.frame_scores, expected.frame_scores)
