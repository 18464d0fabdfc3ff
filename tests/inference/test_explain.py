"""Explanations against ONNX Runtime asked directly, and against the engine run on a muted sound."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest

from leanviz.core.alignment import WAVE_FIELD, WAVE_HOP
from leanviz.core.clock import Span
from leanviz.core.ducking import muted
from leanviz.core.frontend import YAMNET, clip_patches
from leanviz.core.resources import resource_path
from leanviz.inference.evidence import Evidence, silent_embedding, window_of, window_samples
from leanviz.inference.explain import (
    AGREEMENT,
    Attribution,
    Explanation,
    Question,
    explain,
    moment_samples,
    rank_correlation,
)
from leanviz.inference.model import LeanModel, session_options
from leanviz.inference.stream import LeanStream

Float32 = npt.NDArray[np.float32]

# The siren of the demo clip.
PATCH = 26
N_PATCHES = 62


@dataclass(frozen=True)
class Case:
    """A window of the demo clip and its explanation."""

    window: range
    evidence: Evidence
    question: Question
    found: Explanation


@pytest.fixture(scope="module")
def case(model: LeanModel, demo: Float32) -> Case:
    window = window_of(PATCH, N_PATCHES)
    seen = window_samples(window)
    evidence = Evidence.of(model, demo[seen.start : seen.stop], len(window))
    weights = np.zeros(len(window), np.float32)
    weights[[15, 17, 18]] = 1.0
    question = Question(model.taxonomy.index("Siren"), weights)
    found = explain(model, evidence, question)
    assert found is not None
    return Case(window, evidence, question, found)


class Direct:
    """ONNX Runtime without any of leanviz between."""

    def __init__(self) -> None:
        self.sessions = {
            part: onnxruntime.InferenceSession(
                resource_path("lean", f"{part}.onnx"), session_options()
            )
            for part in ("yamnet", "wave", "fusion")
        }

    def fuse(
        self, embeddings: Float32, waves: Float32, votes: Float32, mask: Float32
    ) -> list[Float32]:
        names = ("embeddings", "waves", "patch_mask", "wave_mask")
        inputs = (embeddings, waves, votes, mask)
        feeds = {name: value[None] for name, value in zip(names, inputs, strict=True)}
        return self._run("fusion", feeds)

    def window(self, samples: Float32, n_patches: int) -> tuple[Float32, Float32]:
        """Return embeddings and wave features of the sound of a window."""
        embeddings = self._run("yamnet", {"patches": clip_patches(samples)})[0]
        n_waves = 6 * n_patches + 6
        part = samples[: (n_waves - 1) * WAVE_HOP + WAVE_FIELD]
        return embeddings, self._run("wave", {"samples": part[None]})[0][0]

    def _run(self, part: str, feeds: dict[str, Float32]) -> list[Any]:
        return list(self.sessions[part].run(None, feeds))


@pytest.fixture(scope="module")
def direct() -> Direct:
    return Direct()


def test_the_window_is_the_one_that_the_engine_decides_by(
    model: LeanModel, demo: Float32, case: Case
) -> None:
    stream = LeanStream(model)
    results = [result for result in stream.push(demo) if result.patch == PATCH]
    at = PATCH - case.window[0]
    np.testing.assert_allclose(case.found.frame_logits[at], results[0].logits, atol=1e-4)
    np.testing.assert_allclose(case.found.attention[:, at], results[0].attention, atol=1e-5)
    assert results[0].first_key == 6 * case.window[0]


@pytest.mark.parametrize(
    ("patch", "n_patches", "expected"),
    [(0, 1, range(1)), (0, 5, range(2)), (4, 5, range(5)), (30, 62, range(12, 32)),
     (61, 62, range(42, 62))],
)  # fmt: skip
def test_windows_end_one_patch_later_where_there_is_one(
    patch: int, n_patches: int, expected: range
) -> None:
    assert window_of(patch, n_patches) == expected


def test_attention_is_the_models_own(demo: Float32, case: Case, direct: Direct) -> None:
    seen = window_samples(case.window)
    embeddings, waves = direct.window(demo[seen.start : seen.stop], len(case.window))
    ones = np.ones(len(waves), np.float32)
    _, _, attention = direct.fuse(embeddings, waves, case.question.weights, ones)
    assert np.abs(case.found.attention - attention[0]).max() == 0.0
    assert case.found.attention.shape == (4, len(case.window), 6 * len(case.window) + 6)


def test_occlusion_is_a_full_run_with_the_same_masks(
    model: LeanModel, case: Case, direct: Direct
) -> None:
    evidence, silence = case.evidence, silent_embedding(model)

    def fall(patches: list[int], keys: list[int]) -> float:
        embeddings, mask = evidence.embeddings.copy(), np.ones(evidence.n_waves, np.float32)
        embeddings[patches], mask[keys] = silence, 0.0
        logits = direct.fuse(embeddings, evidence.waves, case.question.weights, mask)[1]
        return case.found.logit - float(logits[0, case.question.label])

    for key in (0, 70, 101, evidence.n_waves - 1):
        assert case.found.keys.occlusion[key] == pytest.approx(fall([], [key]), abs=1e-5)
    for patch in (0, 15, 18):
        assert case.found.patches.occlusion[patch] == pytest.approx(fall([patch], []), abs=1e-5)
    for moment in (0, 16, evidence.n_patches):
        seeing = [p for p in (moment - 1, moment) if 0 <= p < evidence.n_patches]
        keys = list(range(6 * moment, 6 * moment + 6))
        assert case.found.moments.occlusion[moment] == pytest.approx(fall(seeing, keys), abs=1e-5)


def test_patches_that_are_not_asked_have_no_say(case: Case) -> None:
    others = case.question.weights == 0.0
    assert np.abs(case.found.patches.occlusion[others]).max() < 1e-5
    assert np.abs(case.found.patches.occlusion[~others]).min() > 1e-2


def test_a_muted_moment_is_a_run_of_the_engine_on_the_muted_sound(
    model: LeanModel, demo: Float32, case: Case
) -> None:
    start = window_samples(case.window).start
    for moment in (0, 15, 17):
        at = moment_samples(moment)
        sound = muted(demo, [Span(start + at.start, start + at.stop)], YAMNET.sample_rate)
        stream = LeanStream(model)
        # the engine's own window of the last patch asked; muting before it is outside the window
        seen = window_samples(case.window)
        results = stream.push(sound[seen.start : seen.stop])
        results += stream.finish()
        last = np.stack([r.logits for r in results if r.patch == PATCH - case.window[0]])[0]
        without = case.evidence.muted(model, at).fuse(model, case.question.weights)
        found = without.frame_logits[0, PATCH - case.window[0]]
        np.testing.assert_allclose(found, last, atol=1e-4)
        fall = case.found.logit - without.clip_logits[0, case.question.label]
        assert case.found.muted[moment] == pytest.approx(fall, abs=1e-6)


def test_only_what_sees_a_muted_moment_is_made_again(model: LeanModel, case: Case) -> None:
    silenced = case.evidence.muted(model, moment_samples(10))
    changed = np.flatnonzero((silenced.embeddings != case.evidence.embeddings).any(1))
    assert changed.tolist() == [8, 9, 10], "a patch sees 0.975 s, so just over two hops"
    again = Evidence.of(model, silenced.samples, silenced.n_patches)
    np.testing.assert_allclose(silenced.embeddings, again.embeddings, atol=1e-4)
    np.testing.assert_allclose(silenced.waves, again.waves, atol=1e-5)


def test_attention_is_shared_out_among_keys_and_moments(case: Case) -> None:
    found = case.found
    asked = found.attention[:, case.question.weights > 0].mean(1)
    np.testing.assert_allclose(found.keys.attention, asked, atol=1e-6)
    np.testing.assert_allclose(found.keys.attention.sum(1), 1.0, atol=1e-5)
    np.testing.assert_allclose(found.moments.attention.sum(1), 1.0, atol=1e-5)
    np.testing.assert_allclose(
        found.patches.attention[:, 4], asked[:, 27:33].sum(1), atol=1e-6,
        err_msg="the hop around a patch's centre",
    )  # fmt: skip
    assert found.keys.attended(2).tolist() == found.keys.attention[2].tolist()


def test_driving_moments_are_those_that_cost_most(case: Case) -> None:
    runs = case.found.driving()
    falls = case.found.moments.occlusion
    assert runs[0][1] == falls.max()
    assert int(falls.argmax()) in runs[0][0]
    covered = {moment for run, _ in runs for moment in run}
    assert covered == set(np.flatnonzero(falls >= falls.max() / 2).tolist())


def test_nothing_drives_a_label_that_only_rises(case: Case) -> None:
    rising = Attribution(case.found.moments.attention, -np.abs(case.found.moments.occlusion))
    assert replace(case.found, moments=rising).driving() == []


def test_each_head_agrees_or_not_by_itself(case: Case) -> None:
    found = case.found
    assert len(found.agreements) == 1 + len(found.attention)
    for head in (None, 0, 3):
        expected = rank_correlation(found.moments.attended(head), found.moments.occlusion)
        assert found.agreement(head) == expected
        assert found.disagrees(head) == (expected < AGREEMENT)
    assert found.trust == rank_correlation(found.moments.occlusion, found.muted)


def test_rank_correlation_knows_its_limits() -> None:
    assert rank_correlation([1, 2, 3, 4], [10, 20, 30, 99]) == pytest.approx(1.0)
    assert rank_correlation([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1.0)
    assert np.isnan(rank_correlation([1, 1, 1], [1, 2, 3]))
    assert np.isnan(rank_correlation([1], [1]))
    from scipy.stats import t as student

    chance = float(student.sf(AGREEMENT * np.sqrt(19 / (1 - AGREEMENT**2)), 19))
    assert round(1 / chance) == 28, "what the docs say of the threshold"


def test_an_explanation_that_nobody_waits_for_ends(model: LeanModel, case: Case) -> None:
    assert explain(model, case.evidence, case.question, stale=lambda: True) is None
