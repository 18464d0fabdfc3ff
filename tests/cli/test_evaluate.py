"""`leanviz evaluate`: figures of a model on labelled clips, and what could not be judged."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.running import Run

HEADER = "filename,split,source,native_label,fsd50k_labels,source_group\n"
SIREN, BIRDS = "Siren;Alarm", "Chirp_and_tweet;Bird;Animal"


@pytest.fixture
def manifest(siren: Path, birds: Path, tmp_path: Path) -> Path:
    """Return a manifest of ten good clips, five of each sound, and one of another split."""
    rows = [HEADER]
    for number in range(5):
        for sound, label in ((siren, SIREN), (birds, BIRDS)):
            name = f"{sound.stem}{number}.wav"
            (tmp_path / name).symlink_to(sound)
            rows.append(f"{name},val,one,{sound.stem},{label},{sound.stem}\n")
    rows.append("gone.wav,train,one,siren,Siren,\n")
    path = tmp_path / "list.csv"
    path.write_text("".join(rows), encoding="utf-8")
    return path


@pytest.fixture
def timeline(demo: Path, tmp_path: Path) -> Path:
    """Return a table of two sounds of the demo clip."""
    (tmp_path / "demo.flac").symlink_to(demo)
    path = tmp_path / "events.csv"
    path.write_text(
        "filename,onset_s,offset_s,fsd50k_labels,role\n"
        "demo.flac,10.6,14.6,Siren,event\n"
        "demo.flac,0.8,3.8,Chirp_and_tweet,event\n",
        encoding="utf-8",
    )
    return path


def test_figures(run: Run, manifest: Path, timeline: Path, tmp_path: Path) -> None:
    arguments = ["evaluate", "--manifest", manifest, "--split", "val", "--timeline", timeline]
    outcome = run(*arguments, "--scores", tmp_path / "s.npz", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    found = json.loads(outcome.out)
    assert found["problems"] == []
    clip = found["clip"]
    assert (clip["clips"], clip["macro_map"], clip["lwlrap"] > 0.5) == (10, 1.0, True)
    assert {each["label"] for each in clip["classes"]} == {*SIREN.split(";"), *BIRDS.split(";")}
    assert clip["d_prime"] is None  # infinite: no clip is ranked wrongly
    assert set(clip["calibration_by_source"]) == {"one"}
    assert found["timeline"]["frame_auc"] > 0.9
    assert found["timeline"]["event_based"]["hits"] >= 1
    assert (found["robustness"], found["against"]) == ([], None)


def test_scores_are_those_of_score(run: Run, manifest: Path, tmp_path: Path) -> None:
    places = tmp_path / "evaluate.npz", tmp_path / "score.npz"
    assert (
        run("evaluate", "--manifest", manifest, "--split", "val", "--scores", places[0]).code == 0
    )
    assert run("score", "--manifest", manifest, "--split", "val", "-o", places[1]).code == 0
    with np.load(places[0]) as ours, np.load(places[1]) as theirs:
        assert set(ours) == set(theirs)
        for name in ours:
            assert np.array_equal(ours[name], theirs[name])


def test_tables(run: Run, manifest: Path, timeline: Path) -> None:
    outcome = run("evaluate", "--manifest", manifest, "--split", "val", "--timeline", timeline)
    assert (outcome.code, outcome.err) == (0, "")
    for part in ("Macro mAP, 5 classes", "PSDS 2", "from 0.1 up", "Reliability", "Chirp, tweet"):
        assert part in outcome.out


def test_robustness_and_comparison(run: Run, manifest: Path, tmp_path: Path) -> None:
    base = ["evaluate", "--manifest", manifest, "--split", "val"]
    assert run(*base, "--scores", tmp_path / "s.npz").code == 0
    extra = ["--robustness", "--limit", 1, "--against", tmp_path / "s.npz"]
    outcome = run(*base, *extra, "--json")
    assert (outcome.code, outcome.err) == (0, "")
    found = json.loads(outcome.out)
    conditions = {each["condition"]: each["change"] for each in found["robustness"]}
    assert len(conditions) == 16
    assert conditions["as it is"] == 0.0 < conditions["pink noise, SNR 0 dB"]
    assert found["against"]["macro_map"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert set(found["against"]["ap"]) == {each["label"] for each in found["clip"]["classes"]}


def test_what_cannot_be_judged_is_named_and_the_rest_goes_on(
    run: Run, manifest: Path, timeline: Path, bad: Path
) -> None:
    with manifest.open("a", encoding="utf-8") as file:
        file.write(f"{bad.name},val,one,siren,Siren,\n")
        file.write("siren0.wav,val,one,siren,Unicorn,\nsiren0.wav,val,one,nothing,,\n")
    with timeline.open("a", encoding="utf-8") as file:
        file.write(f"{bad.name},0,1,Siren,event\n")
    arguments = ["--split", "val", "--timeline", timeline, "--json"]
    outcome = run("evaluate", "--manifest", manifest, *arguments)
    assert outcome.code == 2
    found = json.loads(outcome.out)
    unknown, unreadable, mixture = outcome.err.splitlines()
    assert 'list.csv, line 14: "Unicorn" is not a class' in unknown
    assert bad.name in unreadable
    assert bad.name in mixture
    assert (len(found["problems"]), found["unlabelled"], found["clip"]["clips"]) == (3, 1, 10)
    assert found["timeline"]["events"] == 2


def test_many_problems_are_counted_not_listed(run: Run, manifest: Path) -> None:
    with manifest.open("a", encoding="utf-8") as file:
        file.writelines(f"gone{number}.wav,val,one,siren,Siren,\n" for number in range(30))
    outcome = run("evaluate", "--manifest", manifest, "--split", "val", "--json")
    assert outcome.code == 2
    assert len(outcome.err.splitlines()) == 21
    assert "10 more such problems" in outcome.err.splitlines()[-1]
    assert len(json.loads(outcome.out)["problems"]) == 30


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["--manifest", "none.csv"], "cannot be read"),
        (["--manifest", "list.csv", "--split", "test"], 'no usable row in the split "test"'),
        (["--manifest", "list.csv", "--timeline", "none.csv"], "cannot be read"),
        (["--manifest", "list.csv", "--against", "list.csv"], "no scores that leanviz wrote"),
        (["--manifest", "list.csv", "--scores", "."], "is a folder"),
        (["--manifest", "list.csv", "--model", "."], "No model in"),
    ],
)
def test_failures_come_before_the_work_and_in_a_sentence(
    run: Run, manifest: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], cause: str
) -> None:
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace("gone.wav,train", "siren0.wav,train"), encoding="utf-8")
    monkeypatch.chdir(manifest.parent)
    outcome = run("evaluate", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert cause in outcome.sentence


def test_scores_of_other_clips(run: Run, manifest: Path, siren: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    (tmp_path / "else.wav").symlink_to(siren)
    other.write_text(f"{HEADER}else.wav,val,one,siren,Siren,\n")
    base = ["--split", "val", "--manifest"]
    assert run("evaluate", *base, other, "--scores", tmp_path / "s.npz").code == 0
    outcome = run("evaluate", *base, manifest, "--against", tmp_path / "s.npz")
    assert (outcome.code, outcome.out) == (2, "")
    assert "has no clip of" in outcome.sentence


def test_no_clip_can_be_read(run: Run, bad: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "list.csv"
    manifest.write_text(f"{HEADER}{bad.name},val,one,siren,Siren,\n")
    outcome = run("evaluate", "--manifest", manifest)
    assert (outcome.code, outcome.out) == (2, "")
    assert "No clip of" in outcome.err.splitlines()[-1]
