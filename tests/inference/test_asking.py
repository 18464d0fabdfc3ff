"""Fusion asked about some patches of a window: what it says of them among all others."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from leanviz.core.alignment import WINDOW_PATCHES, wave_count
from leanviz.core.frontend import clip_patches
from leanviz.core.resources import resource_path
from leanviz.inference import asking
from leanviz.inference.asking import with_places
from leanviz.inference.model import LeanModel

Float32 = npt.NDArray[np.float32]
Window = tuple[Float32, Float32, Float32, Float32]


@pytest.fixture(scope="module")
def windows(model: LeanModel, demo: Float32) -> Window:
    """Return what fusion takes, for two whole windows of the demo clip."""
    n, m = WINDOW_PATCHES, wave_count(WINDOW_PATCHES)
    starts = 0, 2
    sound = demo[: 7680 * (n + 4)]
    embeddings, waves = model.embed(clip_patches(sound)), model.wave(sound)
    masks = np.ones((2, n), np.float32), np.ones((2, m), np.float32)
    return (
        np.stack([embeddings[at : at + n] for at in starts]),
        np.stack([waves[6 * at : 6 * at + m] for at in starts]),
        *masks,
    )


def assert_alike(model: LeanModel, other: LeanModel, windows: Window, first: int) -> None:
    whole, asked = model.fuse(*windows), other.fuse(*windows, first=first)
    np.testing.assert_allclose(asked.frame_logits, whole.frame_logits[:, first:], atol=1e-5)
    np.testing.assert_allclose(asked.attention, whole.attention[:, :, first:], atol=1e-5)
    mean = whole.frame_logits[:, first:].mean(1)
    np.testing.assert_allclose(asked.clip_logits, mean, atol=1e-4)


@pytest.mark.parametrize("first", [0, 7, WINDOW_PATCHES - 1])
def test_a_patch_is_answered_as_among_all_others(
    model: LeanModel, windows: Window, first: int
) -> None:
    assert model._place
    assert_alike(model, model, windows, first)


def test_the_bundled_fusion_is_not_run_for_patches_nobody_asked(
    model: LeanModel, windows: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a file takes a tenth longer, and nothing else would tell."""
    given: list[dict[str, Float32]] = []
    run = model._run

    def noted(part: str, inputs: dict[str, Float32]) -> list[Float32]:
        given.append(inputs)
        return run(part, inputs)

    monkeypatch.setattr(model, "_run", noted)
    model.fuse(*windows, first=WINDOW_PATCHES - 2)
    assert given[0]["embeddings"].shape[:2] == (2, 2)


def test_fusion_that_counts_otherwise_answers_for_all(
    model: LeanModel, windows: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leanviz.inference.model.with_places", lambda _: None)
    other = LeanModel.open()
    assert not other._place
    assert_alike(model, other, windows, 7)


def test_places_that_are_not_those_of_patches_are_noticed(
    model: LeanModel, windows: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A graph may be anybody's. Here numbers of wave features are taken for those of patches."""
    source = asking._source

    def mistaken(*args: Any) -> str:
        return {"waves": "embeddings"}.get(source(*args), "")

    monkeypatch.setattr(asking, "_source", mistaken)
    changed = with_places(resource_path("lean", "fusion.onnx").read_bytes())
    assert changed is not None
    assert changed[1] != model._place
    other = LeanModel.open()
    assert not other._place
    assert_alike(model, other, windows, 7)


@pytest.mark.parametrize("part", ["yamnet", "wave"])
def test_other_graphs_count_no_patches(part: str) -> None:
    assert with_places(resource_path("lean", f"{part}.onnx").read_bytes()) is None


@pytest.mark.parametrize("content", [b"", b"not a graph", b"\x3a\x03\x0a\x01\xff"])
def test_what_is_no_graph_is_left_alone(content: bytes) -> None:
    assert with_places(content) is None
