"""`leanviz analyze --clips`: a sound file for each label, from one recording or many."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.cli.running import Run


def rows(table: Path) -> list[dict[str, str]]:
    with table.open(newline="") as file:
        return list(csv.DictReader(file))


def len_of(path: Path) -> int:
    return len(path.name)


@pytest.fixture(scope="module")
def twins(siren: Path, birds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of two recordings of one name."""
    folder = tmp_path_factory.mktemp("twins")
    for place, sound in (("a", siren), ("b \u97f3", birds)):
        (folder / place).mkdir()
        shutil.copy(sound, folder / place / "day 1.wav")
    return folder


def test_each_label_of_a_file_is_a_clip(run: Run, siren: Path, tmp_path: Path) -> None:
    wanted = ("--clips", tmp_path / "clips", "--pad", 0.5, "--clip-format", "wav")
    outcome = run("analyze", siren, "--format", "csv", "-o", tmp_path / "x.csv", *wanted)
    assert outcome.code == 0
    labels = rows(tmp_path / "x.csv")
    assert f"{len(labels)} clip" in outcome.err
    whole, rate = soundfile.read(siren, dtype="float32")
    for label in labels:
        onset, offset = (round(float(label[key]) * rate) for key in ("start_s", "end_s"))
        slug = label["label"].replace("_", "-")
        name = f"siren_{float(label['start_s']):010.3f}_{slug}.wav"
        clip, clip_rate = soundfile.read(tmp_path / "clips" / name, dtype="float32")
        assert clip_rate == rate
        expected = whole[max(0, onset - rate // 2) : offset + rate // 2]
        assert np.array_equal(clip, expected)
    again = run("analyze", siren, *wanted)
    assert f"0 clips written to {tmp_path}/clips, {len(labels)} there already." in again.err


def test_many_files_have_clips_and_scores_where_they_have_their_results(
    run: Run, twins: Path, tmp_path: Path
) -> None:
    folders = ("--clips", tmp_path / "clips", "--frame-scores", tmp_path / "many")
    words = ("analyze", twins, "-o", tmp_path / "out", "--jobs", 2, *folders)
    outcome = run(*words)
    assert outcome.code == 0
    n_labels = len(rows(tmp_path / "out" / "events.csv"))
    clips = sorted(path.relative_to(tmp_path / "clips") for path in tmp_path.rglob("*.flac"))
    assert len(clips) == n_labels
    assert {str(clip.parent) for clip in clips} == {"a", "b \u97f3"}
    assert all(clip.name.startswith("day-1_0") for clip in clips)
    refused = run(*words, "--pad", 1)
    assert refused.code == 2
    assert "other clips" in refused.sentence
    one, many = tmp_path / "one", tmp_path / "many"
    assert run("analyze", *sorted(twins.rglob("*.wav")), "--frame-scores", one).code == 0
    places = {one / "day 1.scores.npz", one / "day 1-2.scores.npz"}
    assert set(one.iterdir()) == places, "no file replaces another"
    for name, place in zip(("a", "b \u97f3"), sorted(places, key=len_of), strict=True):
        with np.load(place) as alone, np.load(many / name / "day 1.scores.npz") as together:
            assert set(alone) == set(together)
            assert np.array_equal(alone["scores"], together["scores"])
            assert alone["scores"].shape == (len(alone["onset_s"]), len(alone["labels"]))
            assert alone["offset_s"][-1] <= alone["duration_s"] + 0.96


def test_what_cannot_be_is_told_and_ends_in_2(run: Run, siren: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    outcome = run("analyze", siren, "--clips", tmp_path / "file")
    assert outcome.code == 2
    assert "cannot be made" in outcome.sentence
    many = tmp_path / "many.wav"
    samples, rate = soundfile.read(siren)
    soundfile.write(many, np.repeat(samples[:, None], 12, axis=1), rate)
    outcome = run("analyze", many, "--clips", tmp_path / "clips")
    assert outcome.code == 2
    assert "FLAC cannot hold 12 channels" in outcome.err
    assert outcome.out, "the labels are told all the same"
