"""The model folder: what is refused and why, and what the parts compute."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest

from leanviz.audio.file import read_mono
from leanviz.core.alignment import EMBEDDING_WIDTH, WAVE_FIELD, WAVE_HOP, wave_count
from leanviz.core.errors import ModelError
from leanviz.core.frontend import clip_patches
from leanviz.core.resources import resource_path
from leanviz.inference.model import PARTS, LeanModel, session_options

Float32 = npt.NDArray[np.float32]
Edit = Callable[[dict[str, Any]], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the bundled model folder."""
    return Path(shutil.copytree(resource_path("lean"), tmp_path / "model"))


def sentence(folder: Path) -> str:
    """Return what is said when a folder is refused."""
    with pytest.raises(ModelError) as caught:
        LeanModel.open(folder)
    said = str(caught.value)
    assert said.endswith(".")
    assert "\n" not in said
    assert str(folder) in said
    return said


def edit(folder: Path, change: Edit) -> None:
    path = folder / "model.json"
    metadata = json.loads(path.read_text(encoding="utf-8"))
    change(metadata)
    path.write_text(json.dumps(metadata), encoding="utf-8")


def test_a_copied_folder_opens(folder: Path, model: LeanModel) -> None:
    copy = LeanModel.open(folder)
    assert copy.identity == model.identity
    assert copy.taxonomy == model.taxonomy


def test_onnx_runtime_keeps_no_record_of_its_use(tmp_path: Path) -> None:
    """Left alone it writes an id and a data base of events into the user's cache, to be sent."""
    leave = {name: text for name, text in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    home = tmp_path / "of nobody"
    home.mkdir()
    places = {f"XDG_{kind}_HOME": str(home) for kind in ("CACHE", "CONFIG", "DATA", "STATE")}
    program = "from leanviz.inference.model import LeanModel; LeanModel.open()"
    said = {"HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", program], env=leave | places | said, check=True)
    assert list(home.iterdir()) == []


def test_no_folder(tmp_path: Path) -> None:
    assert "No model in" in sentence(tmp_path / "nowhere")
    (tmp_path / "file").write_bytes(b"")
    assert "No model in" in sentence(tmp_path / "file")
    assert "No model in" in sentence(tmp_path)


@pytest.mark.parametrize("part", PARTS)
def test_a_missing_file(folder: Path, part: str) -> None:
    (folder / f"{part}.onnx").unlink()
    said = sentence(folder)
    assert f"{part}.onnx" in said
    assert "cannot be read: No such file" in said


@pytest.mark.parametrize("part", PARTS)
def test_a_damaged_file(folder: Path, part: str) -> None:
    path = folder / f"{part}.onnx"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    said = sentence(folder)
    assert f"{part}.onnx" in said
    assert "damaged: its checksum is wrong" in said


def _set(*keys: str | int, to: object) -> Edit:
    def change(metadata: Any) -> None:
        for key in keys[:-1]:
            metadata = metadata[key]
        metadata[keys[-1]] = to

    return change


def _drop(*keys: str | int) -> Edit:
    def change(metadata: Any) -> None:
        for key in keys[:-1]:
            metadata = metadata[key]
        del metadata[keys[-1]]

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set("files", "yamnet.onnx", to="0" * 64), "checksum is wrong"),
        (_set("files", "yamnet.onnx", to=None), "checksum is wrong"),
        (_drop("files", "wave.onnx"), "does not name the model part wave.onnx"),
        (_set("files", to=[]), "not in model format 1"),
        (_set("format", to=2), "not in model format 1"),
        (_drop("format"), "not in model format 1"),
        (_drop("version"), "not in model format 1"),
        (_set("front_end", "hop_length", to=320), "trained with another front end"),
        (_drop("front_end", "fmin"), "trained with another front end"),
        (_drop("front_end"), "damaged: it is not a leanviz model description"),
        (_set("labels", to=[]), "not in model format 1"),
        (_set("labels", to="Dog"), "not in model format 1"),
        (_set("labels", 3, to="Dog"), "damaged in its list of labels"),
        (_drop("labels", 3, "name"), "damaged in its list of labels"),
        (_drop("labels", 3, "threshold"), "damaged in its list of labels"),
        (_set("labels", 3, "threshold", to="high"), "damaged in its list of labels"),
        (_set("labels", 3, "parents", to=["Unicorn"]), "damaged in its list of labels"),
        (_set("labels", 3, "parents", to=None), "damaged in its list of labels"),
    ],
)
def test_a_description_that_is_wrong(folder: Path, change: Edit, said: str) -> None:
    edit(folder, change)
    assert said in sentence(folder)


def test_fewer_names_than_classes(folder: Path) -> None:
    """Scores would be shown under the wrong names."""
    names = [label["name"] for label in _read(folder)["labels"]]
    childless = next(
        n for n in names if all(n not in label["parents"] for label in _read(folder)["labels"])
    )
    edit(folder, _drop("labels", names.index(childless)))
    assert f"knows {len(names)} classes but names {len(names) - 1}" in sentence(folder)


def _read(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "model.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/b", "..", ".", "", "x\0y"])
def test_a_name_that_points_elsewhere(folder: Path, name: str) -> None:
    (folder.parent / "x").write_bytes(b"")
    edit(folder, _set("files", name, to=hashlib.sha256(b"").hexdigest()))
    said = sentence(folder)
    assert "names a file outside its folder" in said or "cannot be read" in said


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe\x00", b"[]", b'"x"', b"7", b"null", b"[" * 200_000]
)
def test_a_description_that_is_none(folder: Path, content: bytes) -> None:
    (folder / "model.json").write_bytes(content)
    assert "damaged: it is not a leanviz model description" in sentence(folder)


def test_a_graph_that_onnx_runtime_cannot_load(folder: Path) -> None:
    nonsense = b"not a graph"
    (folder / "wave.onnx").write_bytes(nonsense)
    edit(folder, _set("files", "wave.onnx", to=hashlib.sha256(nonsense).hexdigest()))
    assert "wave.onnx cannot be loaded: it is no ONNX graph" in sentence(folder)
    empty = b""
    (folder / "wave.onnx").write_bytes(empty)
    edit(folder, _set("files", "wave.onnx", to=hashlib.sha256(empty).hexdigest()))
    assert f"cannot be loaded by ONNX Runtime {onnxruntime.__version__}" in sentence(folder)


def test_the_model_says_what_it_is(model: LeanModel) -> None:
    assert model.name
    assert model.version
    assert model.identity.startswith(f"{model.name} {model.version} ")
    assert model.size_bytes == sum(
        p.stat().st_size
        for p in resource_path("lean").iterdir()
        if p.name.endswith((".onnx", ".json"))
    )
    assert len(model.taxonomy) == len(model.thresholds) == 200
    rules = model.default_rules()
    assert rules.thresholds == model.thresholds
    assert all(0 < threshold < 1 for threshold in model.thresholds)


def test_the_vocabulary_is_fsd50k_s(model: LeanModel) -> None:
    bark = model.taxonomy.index("Bark")
    path = [model.taxonomy[ancestor].name for ancestor in model.taxonomy.breadcrumb(bark)]
    assert path[0] == "Animal"
    assert path[-1] == "Dog"


def test_sessions_use_one_thread_and_never_spin(model: LeanModel) -> None:
    for session in model._sessions.values():
        options = session.get_session_options()
        assert options.intra_op_num_threads == options.inter_op_num_threads == 1
        assert options.execution_mode == onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
        assert session.get_providers() == ["CPUExecutionProvider"]
    assert session_options().get_session_config_entry("session.disable_quant_qdq") == "1"


def test_inference_starts_no_threads(model: LeanModel, demo: Float32) -> None:
    tasks = Path("/proc/self/task")
    if not tasks.is_dir():
        pytest.skip("threads of the system are counted in /proc")
    before = len(list(tasks.iterdir()))
    LeanModel.open().embed(clip_patches(demo[:40_000]))
    model.wave(demo[:40_000])
    assert len(list(tasks.iterdir())) <= before


def test_embeddings_are_like_yamnet_s(model: LeanModel, shared_data: Path) -> None:
    """Only alike, and not on each patch: the trunk was fine-tuned, on silence most of all."""
    cosines: list[float] = []
    with np.load(shared_data / "yamnet_reference.npz") as reference:
        for clip in range(16):
            samples, _ = read_mono(shared_data / str(reference[f"{clip:02d}/file"]))
            expected = reference[f"{clip:02d}/embeddings"]
            found = model.embed(clip_patches(samples))[:, :EMBEDDING_WIDTH]
            assert found.shape == expected.shape
            lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(expected, axis=1)
            cosines += (np.sum(found * expected, 1) / lengths).tolist()
    # between patches of different clips it is about .2
    assert np.median(cosines) > 0.5


def test_a_patch_is_embedded_alike_in_any_batch(model: LeanModel, demo: Float32) -> None:
    patches = clip_patches(demo[:60_000])
    together = model.embed(patches)
    assert together.dtype == np.float32
    assert together.shape == (len(patches), model.embedding_width)
    for number, patch in enumerate(patches):
        np.testing.assert_allclose(model.embed(patch[None])[0], together[number], atol=1e-4)


def test_a_wave_feature_sees_its_field_and_nothing_else(model: LeanModel, demo: Float32) -> None:
    whole = model.wave(demo[:40_000])
    assert whole.shape == ((40_000 - WAVE_FIELD) // WAVE_HOP + 1, 128)
    for number in (0, 7, len(whole) - 1):
        field = demo[number * WAVE_HOP : number * WAVE_HOP + WAVE_FIELD]
        np.testing.assert_allclose(model.wave(field)[0], whole[number], atol=1e-4)
    louder = demo[:40_000].copy()
    louder[7 * WAVE_HOP + WAVE_FIELD :] = 0
    np.testing.assert_allclose(model.wave(louder)[:8], whole[:8], atol=1e-4)


@pytest.fixture(scope="module")
def window(model: LeanModel, demo: Float32) -> tuple[Float32, Float32, Float32, Float32]:
    """Return what fusion takes, for seven patches of the demo clip."""
    n = 7
    samples = demo[60_000 : 60_000 + (n - 1) * 7680 + 15_600]
    waves = model.wave(samples)[None, : wave_count(n)]
    masks = np.ones((1, n), np.float32), np.ones((1, wave_count(n)), np.float32)
    return model.embed(clip_patches(samples))[None], waves, *masks


def test_fusion_gives_scores_and_attention(
    model: LeanModel, window: tuple[Float32, Float32, Float32, Float32]
) -> None:
    fused = model.fuse(*window)
    assert fused.frame_logits.shape == (1, 7, 200)
    assert fused.clip_logits.shape == (1, 200)
    assert fused.attention.shape == (1, 4, 7, 48)
    np.testing.assert_allclose(fused.attention.sum(-1), 1, atol=1e-5)
    assert fused.attention.min() >= 0
    np.testing.assert_allclose(fused.clip_logits, fused.frame_logits.mean(1), atol=1e-4)


def test_a_muted_wave_feature_is_not_looked_at(
    model: LeanModel, window: tuple[Float32, Float32, Float32, Float32]
) -> None:
    embeddings, waves, heard, all_waves = window
    some = all_waves.copy()
    some[0, 10:30] = 0
    muted = model.fuse(embeddings, waves, heard, some)
    assert muted.attention[..., 10:30].max() < 1e-6
    np.testing.assert_allclose(muted.attention.sum(-1), 1, atol=1e-5)
    # what is muted has no say: whatever it held, the result is the same, and another than before
    other = waves.copy()
    other[0, 10:30] = 3 - other[0, 10:30]
    same = model.fuse(embeddings, other, heard, some)
    np.testing.assert_allclose(same.frame_logits, muted.frame_logits, atol=1e-5)
    whole = model.fuse(*window)
    assert np.abs(whole.frame_logits - muted.frame_logits).max() > 1e-3


def test_a_class_without_clips_is_read_from_the_patch_alone(
    model: LeanModel, window: tuple[Float32, Float32, Float32, Float32]
) -> None:
    """What the readout says travels behind the embedding, and no wave feature changes it."""
    labels = model.metadata["labels"]
    unheard = [at for at, label in enumerate(labels) if label["training_clips"] == 0]
    embeddings, waves, heard, all_waves = window
    muted = model.fuse(embeddings, waves * 0, heard, all_waves)
    said = embeddings[..., EMBEDDING_WIDTH:]
    assert said.shape[-1] == len(unheard)
    np.testing.assert_array_equal(muted.frame_logits[..., unheard], said)


def test_a_patch_without_weight_has_no_part_in_the_clip(
    model: LeanModel, window: tuple[Float32, Float32, Float32, Float32]
) -> None:
    embeddings, waves, heard, all_waves = window
    some = heard.copy()
    some[0, :3] = 0
    weighed = model.fuse(embeddings, waves, some, all_waves)
    whole = model.fuse(*window)
    np.testing.assert_allclose(weighed.frame_logits, whole.frame_logits, atol=1e-5)
    expected = whole.frame_logits[:, 3:].mean(1)
    np.testing.assert_allclose(weighed.clip_logits, expected, atol=1e-4)


def test_windows_in_a_batch_do_not_meet(
    model: LeanModel, window: tuple[Float32, Float32, Float32, Float32]
) -> None:
    second = (window[0] * 0.5, window[1] * 2, *window[2:])
    both = model.fuse(*(np.concatenate(pair) for pair in zip(window, second, strict=True)))
    for row, alone in enumerate((model.fuse(*window), model.fuse(*second))):
        np.testing.assert_allclose(both.frame_logits[row], alone.frame_logits[0], atol=1e-4)
        np.testing.assert_allclose(both.attention[row], alone.attention[0], atol=1e-5)


def test_threads_may_share_a_model(model: LeanModel, demo: Float32) -> None:
    """Live listening and the analysis of a file do."""
    patches = clip_patches(demo[:100_000])
    expected = model.embed(patches)
    found: list[Float32] = []
    threads = [
        threading.Thread(target=lambda: found.extend(model.embed(patches) for _ in range(3)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 9
    for embeddings in found:
        np.testing.assert_array_equal(embeddings, expected)
