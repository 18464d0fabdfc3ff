"""``leanviz attention``: the model's own weights, as text, data and pictures."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest
from PySide6.QtGui import QImage

from leanviz.audio.file import read_mono
from leanviz.audio.resample import Resampler
from leanviz.core.frontend import YAMNET, clip_patches
from leanviz.core.realignment import MEANINGS
from leanviz.inference.model import Fused, LeanModel, session_options
from leanviz.sessions.attention_file import AttentionRecord, read_attention
from tests.cli.running import Run

N_PATCHES = 6


def directly(folder: Path, sound: Path, n_patches: int = N_PATCHES) -> npt.NDArray[np.float32]:
    """Return the attention [heads, patches, keys] of a file's begin, by ONNX Runtime alone."""

    def run(part: str, **feeds: Any) -> list[Any]:
        session = onnxruntime.InferenceSession(folder / f"{part}.onnx", session_options())
        return list(session.run(None, feeds))

    samples, rate = read_mono(sound)
    resampler = Resampler(rate, YAMNET.sample_rate)
    heard = np.concatenate((resampler.push(samples), resampler.finish()))
    n_keys = 6 * n_patches + 6
    padded = np.zeros((n_keys - 1) * 1280 + 1386, np.float32)
    padded[: len(heard)] = heard[: len(padded)]
    patches = clip_patches(heard)[:n_patches]
    return run(
        "fusion",
        embeddings=run("yamnet", patches=patches)[0][None],
        waves=run("wave", samples=padded[None])[0],
        patch_mask=np.ones((1, n_patches), np.float32),
        wave_mask=(np.arange(n_keys) * 1280 < len(heard)).astype(np.float32)[None],
    )[2][0]


def written(run: Run, sound: Path, place: Path) -> AttentionRecord:
    outcome = run("attention", sound, "-o", place)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    return read_attention(place)


def difference(record: AttentionRecord, expected: npt.NDArray[np.float32]) -> float:
    assert record.attention.shape == expected.shape
    return float(np.abs(record.attention - expected).max())


def test_the_weights_are_the_models_own_to_the_last_bit(
    run: Run, siren: Path, model_folder: Path, tmp_path: Path
) -> None:
    record = written(run, siren, tmp_path / "map.npz")
    assert difference(record, directly(model_folder, siren)) == 0.0
    assert record.facts["label"] in record.labels
    assert record.facts["file"] == "siren.wav"
    assert len(record.facts["sha256"]) == 64
    assert record.facts["model"].startswith("LEAN-R ")
    assert "units" in record.facts
    assert record.scores.shape == (N_PATCHES, 200)
    np.testing.assert_allclose(record.query_s[1], (0.48, 0.48 + 0.975), atol=1e-4)
    np.testing.assert_allclose(record.key_s[1], (0.08, 0.08 + 1386 / 16_000), atol=1e-4)
    assert record.pieces["moment"].muted is not None


def test_a_swap_of_query_and_key_is_noticed(
    run: Run, siren: Path, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above is worth something: with the axes swapped it would fail."""
    fuse = LeanModel.fuse

    def swapped(model: LeanModel, *inputs: Any, **asked: Any) -> Fused:
        said = fuse(model, *inputs, **asked)
        wrong = np.swapaxes(said.attention, 2, 3).reshape(said.attention.shape)
        return Fused(said.frame_logits, said.clip_logits, np.ascontiguousarray(wrong))

    monkeypatch.setattr(LeanModel, "fuse", swapped)
    record = written(run, siren, tmp_path / "map.npz")
    assert difference(record, directly(model_folder, siren)) > 0.01


def test_the_map_of_all_has_of_each_patch_the_row_that_decided_on_it(
    run: Run, siren: Path, model_folder: Path, tmp_path: Path
) -> None:
    outcome = run("attention", siren, "--map", "-o", tmp_path / "map.npz")
    assert (outcome.code, outcome.out) == (0, "")
    with np.load(tmp_path / "map.npz", allow_pickle=False) as arrays:
        found = dict(arrays)
    for patch in (0, N_PATCHES - 2, N_PATCHES - 1):
        rows = directly(model_folder, siren, min(patch + 2, N_PATCHES))[:, patch]
        kept = found["weights"][patch]
        assert np.abs(kept[:, : rows.shape[1]] - rows).max() == 0.0
        assert not kept[:, rows.shape[1] :].any()
    assert found["first_key"].tolist() == [0] * N_PATCHES
    np.testing.assert_allclose(found["query_s"][1], (0.48, 0.48 + 0.975), atol=1e-4)
    np.testing.assert_allclose(found["key_s"][1], (0.08, 0.08 + 1386 / 16_000), atol=1e-4)
    assert found["scores"].shape == (N_PATCHES, len(found["labels"]))
    facts = json.loads(str(found["facts"]))
    assert (facts["format"], facts["file"], len(facts["sha256"])) == (1, "siren.wav", 64)


def test_the_numbers_of_the_map_are_a_table(run: Run, siren: Path, tmp_path: Path) -> None:
    assert run("attention", siren, "--map", "-o", tmp_path / "map.csv").code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "map.csv").read_text())))
    assert len(rows) == N_PATCHES
    for row in rows:
        middle_s = (float(row["start_s"]) + float(row["end_s"])) / 2
        lag_s = float(row["head_4_lag_ms"]) / 1e3
        assert float(row["head_4_ridge_s"]) - middle_s == pytest.approx(lag_s, abs=1e-3)
        assert row["mean_shape"] in MEANINGS
    assert "head 4" in run("attention", siren, "--map").out
    for words, sentence in (
        (("--map", "-o", tmp_path / "map.svg"), "neither .npz nor .csv"),
        (("--map", "--at", 1), "--map is of all"),
        (("--head", 9, "-o", tmp_path / "map.svg"), "There is no head 9"),
    ):
        outcome = run("attention", siren, *words)
        assert outcome.code != 0
        assert sentence in outcome.err


def test_text_and_tables(run: Run, siren: Path, tmp_path: Path) -> None:
    outcome = run("attention", siren, "--at", 1.5, "--label", "siren")
    assert outcome.code == 0
    assert outcome.out.startswith("siren.wav: Siren\n")
    assert "Rank correlation" in outcome.out
    rows = [line.split() for line in outcome.out.splitlines() if line.startswith(("mean", "head"))]
    assert [row[-2] in MEANINGS for row in rows] == [True] * 5
    assert rows[1][:2] == ["head", "1"]
    whole = run("attention", siren, "--label", "Siren", "--window")
    assert "patches that see 0:00.000" in whole.out
    run("attention", siren, "-o", tmp_path / "map.csv")
    header, *rows = (tmp_path / "map.csv").read_text().splitlines()
    assert header.startswith("kind,start_s,end_s,attention,attention_head_1")
    kinds = [row.partition(",")[0] for row in rows]
    assert [kinds.count(kind) for kind in ("key", "patch", "moment")] == [42, 6, 7]


def test_pictures(run: Run, siren: Path, tmp_path: Path, qapp: object) -> None:
    for name in ("map.png", "map.svg"):
        place = tmp_path / name
        assert run("attention", siren, "-o", place, "--head", 2, "--theme", "light").code == 0
    assert "largest of its row (weight)" in (tmp_path / "map.svg").read_text()
    assert run("attention", siren, "-o", tmp_path / "all.svg", "--brightness", "global").code == 0
    assert re.search(r"[>\s]0\.\d+ \(weight\)", (tmp_path / "all.svg").read_text())
    assert "--brightness global" in (tmp_path / "all.svg").read_text()
    picture = QImage(str(tmp_path / "map.png"))
    points = ((x, y) for x in range(0, 2000, 23) for y in range(0, 1500, 23))
    assert len({picture.pixel(x, y) for x, y in points}) > 50
    text = (tmp_path / "map.svg").read_text()
    assert "rank correlation" in text
    assert "leanviz attention siren.wav --head 2 --theme light -o map.svg" in text


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("--at", "60"), "has nothing at 60 s"),
        (("--label", "Sirene"), "no class Sirene. The nearest is Siren"),
        (("-o", "map.pdf"), "ends with none of"),
    ],
)
def test_what_cannot_be_answered_is_a_sentence(
    run: Run, siren: Path, args: tuple[str, ...], sentence: str
) -> None:
    outcome = run("attention", siren, *args)
    assert outcome.code == 2
    assert sentence in outcome.sentence


def test_without_a_file_there_is_nothing_to_ask(run: Run) -> None:
    assert "Name a sound file" in run("attention").sentence


def test_explanations_are_measured_on_short_sounds(
    run: Run, shared_data: Path, tmp_path: Path
) -> None:
    """A few clips; docs/attention.md has the figures of a hundred."""
    with (shared_data / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    table = io.StringIO()
    writer = csv.DictWriter(table, rows[0])
    writer.writeheader()
    for row in rows:
        if row["native_label"] in {"sneezing", "dog"} and row["split"] == "val":
            writer.writerow({**row, "filename": shared_data / row["filename"]})
    few, empty = tmp_path / "few.csv", tmp_path / "empty.csv"
    few.write_text(table.getvalue(), encoding="utf-8")
    found = json.loads(run("attention", "--check", few, "--limit", 4, "--json").out)
    assert found["all"]["clips"] == 4
    assert found["shown"]["occlusion"] >= 0.75
    assert found["all"]["chance"] < 0.2
    empty.write_text("filename,split,source,native_label,fsd50k_labels\n")
    assert "no usable row" in run("attention", "--check", empty).sentence


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_occlusion_points_to_nine_of_ten_short_sounds(run: Run, shared_data: Path) -> None:
    manifest = shared_data / "manifest.csv"
    outcome = run("attention", "--check", manifest, "--split", "val", "--limit", 100, "--json")
    found = json.loads(outcome.out)
    assert found["all"]["clips"] >= 50
    assert found["all"]["occlusion"] >= 0.9
    assert found["shown"]["occlusion"] > found["shown"]["attention"]
