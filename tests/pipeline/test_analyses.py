"""Analyses by librosa: the right note, the right moment, and sentences where there is none."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from leanviz.audio.file import read_mono
from leanviz.core.analysis_kinds import Kind
from leanviz.core.errors import UserError
from leanviz.core.stft import decibels
from leanviz.pipeline import analyses
from leanviz.pipeline.analyses import Analysis, AnalysisError, Grid, analyse
from leanviz.pipeline.analysis_files import suffix_of, write_analysis
from leanviz.pipeline.analysis_process import AnalysisProcess, PartRequest, analyse_part

Float32 = npt.NDArray[np.float32]

RATE = 44_100
RATES = [44_100, 48_000, 16_000, 8_000]
A4_HZ = 440.0
CLICKS_S = np.array([0.31, 0.7033, 1.1414, 1.5077])


def tone(seconds: float, rate: int, hz: float = A4_HZ, amplitude: float = 0.5) -> Float32:
    phase = 2 * np.pi * hz * np.arange(round(seconds * rate)) / rate
    return (amplitude * np.sin(phase)).astype(np.float32)


def clicks(seconds: float, rate: int, noise: float = 0.0) -> Float32:
    samples = noise * np.random.default_rng(0).standard_normal(round(seconds * rate))
    samples[np.round(CLICKS_S * rate).astype(int)] = 0.9
    return samples.astype(np.float32)


def write(path: Path, samples: Float32, rate: int) -> Path:
    soundfile.write(path, samples, rate, "PCM_16")
    return path


@pytest.fixture(scope="module")
def tone_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("tone") / "tone.wav", tone(2.0, RATE), RATE)


def test_a_tone_in_a_file_is_at_its_note_and_level(tone_file: Path) -> None:
    found = analyse_part(PartRequest(tone_file, Kind.CQT, 0))
    middle = found.cut(len(found.values) // 4, 3 * len(found.values) // 4)
    rows = middle.values.argmax(1)
    assert found.hz[rows] == pytest.approx(A4_HZ)
    level_db = decibels(middle.values.max(1))
    assert level_db == pytest.approx(20 * np.log10(0.5), abs=0.5)


def test_a_tone_in_a_file_has_its_pitch(tone_file: Path) -> None:
    found = analyse_part(PartRequest(tone_file, Kind.PITCH, 0))
    inside = (found.times_s > 0.1) & (found.times_s < 1.9)
    assert found.values[inside, 0] == pytest.approx(A4_HZ, rel=0.01)
    assert found.voiced[inside].min() > 0.5


def test_a_tone_in_a_file_has_its_pitch_class(tone_file: Path) -> None:
    found = analyse_part(PartRequest(tone_file, Kind.CHROMA, 0))
    rows = found.values[len(found.values) // 2]
    assert analyses.PITCH_CLASSES[int(rows.argmax())] == "A"
    assert decibels(np.array([rows.max()])) == pytest.approx([20 * np.log10(0.5)], abs=1.0)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("noise", [0.0, 1e-3, 1e-2])
def test_onsets_are_where_the_clicks_are(rate: int, noise: float) -> None:
    found = analyse(clicks(2.0, rate, noise), rate, Kind.ONSETS)
    onsets = found.onsets[found.onsets > 0.1 * rate]  # noise begins, too
    assert len(onsets) == len(CLICKS_S)
    assert np.abs(onsets - CLICKS_S * rate).max() <= found.grid.hop


def test_a_steady_sound_has_no_onset_at_its_ends_nor_within() -> None:
    assert len(analyse(tone(2.0, RATE), RATE, Kind.ONSETS).onsets) == 0


def test_what_lasts_and_what_is_short_are_told_apart() -> None:
    samples = tone(2.0, RATE, amplitude=0.1) + clicks(2.0, RATE)
    lasting = analyse(samples, RATE, Kind.HARMONIC)
    short = analyse(samples, RATE, Kind.PERCUSSIVE)
    row = int(np.abs(lasting.hz - A4_HZ).argmin())
    power = [10.0 ** (decibels(found.values) / 10.0) for found in (lasting, short)]
    away = np.abs(lasting.times_s[:, None] - CLICKS_S).min(1) > 0.1
    away &= (lasting.times_s > 0.1) & (lasting.times_s < 1.9)
    near = np.abs(lasting.times_s[:, None] - CLICKS_S).min(1) < 0.02
    of_tone = [float(each[away, row].sum()) for each in power]
    of_clicks = [float(each[near, 2 * row :].sum()) for each in power]
    assert of_tone[0] > 100 * of_tone[1]
    assert of_clicks[1] > 100 * of_clicks[0]


@pytest.mark.parametrize("kind", [Kind.CQT, Kind.ONSETS, Kind.HARMONIC])
def test_parts_of_a_file_join_without_a_seam(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analyses, "PART_S", 1.0)
    rng = np.random.default_rng(1)
    samples = (0.1 * rng.standard_normal(round(2.5 * RATE))).astype(np.float32)
    path = write(tmp_path / "noise.wav", samples, RATE)
    parts = [analyse_part(PartRequest(path, kind, number)) for number in range(4)]
    whole = analyse(read_mono(path)[0], RATE, kind)
    assert len(parts[3].values) == 0
    assert [part.first for part in parts[:3]] == [n * Grid.of(kind, RATE).part for n in range(3)]
    np.testing.assert_array_equal(np.concatenate([p.samples for p in parts]), whole.samples)
    joined, expected = np.concatenate([part.values for part in parts[:3]]), whole.values
    if kind is not Kind.ONSETS:
        joined, expected = (10.0 ** (decibels(codes) / 20.0) for codes in (joined, expected))
    inside = whole.times_s < 2.4  # librosa's filters look beyond the end
    assert np.abs(joined - expected)[inside].max() < 0.1 * expected.mean()


@pytest.mark.parametrize("kind", Kind)
def test_silence_is_called_so(kind: Kind) -> None:
    found = analyse(np.zeros(8_000, np.float32), 8_000, kind)
    assert found.silent
    assert len(found.onsets) == 0
    assert kind is not Kind.PITCH or np.isnan(found.values).all()


@pytest.mark.parametrize("kind", [Kind.CQT, Kind.CHROMA, Kind.PITCH])
def test_too_low_a_rate_is_a_sentence(kind: Kind) -> None:
    with pytest.raises(AnalysisError, match="100 Hz is too low"):
        analyse(np.ones(300, np.float32), 100, kind)


def test_too_little_sound_is_a_sentence() -> None:
    with pytest.raises(AnalysisError, match=r"at least 0\.1 s"):
        analyse(np.ones(1_000, np.float32), RATE, Kind.CQT)


def test_librosa_that_is_missing_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "librosa", None)
    with pytest.raises(AnalysisError, match="librosa cannot be used: ModuleNotFoundError"):
        analyse(tone(1.0, 8_000), 8_000, Kind.CQT)


def test_a_file_that_has_vanished_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone\.wav"):
        analyse_part(PartRequest(tmp_path / "gone.wav", Kind.CQT, 0))


# -- the process ----------------------------------------------------------------------------------


def _asked(process: AnalysisProcess, path: Path) -> tuple[threading.Thread, list[object]]:
    """Ask for a part in a thread; return it, and where the answer will be."""
    answers: list[object] = []

    def ask() -> None:
        try:
            answers.append(process.analyse(PartRequest(path, Kind.CQT, 0), threading.Event()))
        except UserError as error:
            answers.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    while process._process is None or process._process.pid is None:
        time.sleep(0.01)
    return thread, answers


def test_a_process_that_dies_is_a_sentence(tone_file: Path) -> None:
    process = AnalysisProcess()
    thread, answers = _asked(process, tone_file)
    assert process._process is not None
    assert process._process.pid is not None
    os.kill(process._process.pid, signal.SIGKILL)
    thread.join()
    assert answers == ["The process of the analysis was ended by signal 9 (Killed)."]


def test_a_process_can_be_stopped_while_it_loads(tone_file: Path) -> None:
    process = AnalysisProcess()
    thread, answers = _asked(process, tone_file)
    worker = process._process
    process.stop()
    thread.join()
    assert answers == [None]
    assert worker is not None
    assert not worker.is_alive()


# -- files ----------------------------------------------------------------------------------------


def _two_parts(kind: Kind, rows: npt.NDArray[np.float32], **given: object) -> list[Analysis]:
    grid = Grid.of(kind, RATE)
    count = len(rows) // 2
    marks = np.zeros(0, np.int64)
    fields = {"hz": np.zeros(0), "voiced": np.ones(len(rows), np.float32), "onsets": marks, **given}
    whole = Analysis(kind, grid, 10, rows, **fields)  # pyright: ignore[reportArgumentType]
    return [whole.cut(10, 10 + count), whole.cut(10 + count, 10 + len(rows))]


def test_a_pitch_track_is_written_frame_by_frame(tmp_path: Path) -> None:
    values = np.array([[440.0], [np.nan], [220.0], [110.0]], np.float32)
    path = tmp_path / f"a{suffix_of(Kind.PITCH)}"
    write_analysis(_two_parts(Kind.PITCH, values), path)
    hop_s = Grid.of(Kind.PITCH, RATE).hop / RATE
    assert path.name == "a.pitch.csv"
    lines = path.read_text().splitlines()
    assert lines[0] == "time_s,pitch_hz,voiced"
    assert lines[1:] == [
        f"{hop_s * frame:.6f},{hz},1.000"
        for frame, hz in zip(range(10, 14), ("440.00", "", "220.00", "110.00"), strict=True)
    ]


def test_onsets_are_written_with_their_strength(tmp_path: Path) -> None:
    hop = Grid.of(Kind.ONSETS, RATE).hop
    values = np.array([[0.0], [7.0], [0.0], [3.5]], np.float32)
    path = tmp_path / "onsets.csv"
    write_analysis(_two_parts(Kind.ONSETS, values, onsets=np.array([11, 13]) * hop), path)
    lines = path.read_text().splitlines()
    assert lines == [
        "time_s,strength_db", f"{11 * hop / RATE:.6f},7.00", f"{13 * hop / RATE:.6f},3.50",
    ]  # fmt: skip


def test_pictures_are_written_as_arrays(tmp_path: Path) -> None:
    codes = np.array([[255, 0], [55, 1], [2, 3], [4, 5]], np.uint8)
    path = tmp_path / "picture.npz"
    parts = _two_parts(Kind.CQT, codes, hz=np.array([440.0, 880.0]))  # pyright: ignore[reportArgumentType]
    write_analysis(parts, path)
    with np.load(path) as found:
        np.testing.assert_array_equal(found["level_dbfs"], decibels(codes))
        np.testing.assert_array_equal(found["hz"], [440.0, 880.0])
        assert found["time_s"][0] == 10 * Grid.of(Kind.CQT, RATE).hop / RATE


def test_nothing_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no analysis"):
        write_analysis([], tmp_path / "nothing.csv")
    assert list(tmp_path.iterdir()) == []
