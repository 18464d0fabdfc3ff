"""The network is what it says: YAMNet's trunk, a finite wave encoder, and masks that mask."""

from pathlib import Path

import numpy as np
import pytest
import torch

from leanviz.core.alignment import WAVE_FIELD, WAVE_HOP, wave_count
from leanviz.core.frontend import clip_patches
from leanviz.evaluation.read import read_clip
from leanviz.training.corpus import Corpus, window_samples, yamnet_trunk
from leanviz.training.network import Join, Lean, LeanConfig
from leanviz.training.teacher import YamnetTeacher
from leanviz.training.train import new_model


@torch.inference_mode()
def test_trunk_equals_published_yamnet(shared_data: Path) -> None:
    """Wrong padding or a wrong front end would move embeddings and scores."""
    trunk, kernel, bias = yamnet_trunk(shared_data)
    with np.load(shared_data / "yamnet_reference.npz") as reference:
        for clip in ("00", "05", "11"):
            patches = clip_patches(read_clip(shared_data / str(reference[f"{clip}/file"])))
            embeddings = trunk(torch.from_numpy(patches)).numpy()
            scores = 1 / (1 + np.exp(-(embeddings @ kernel.T + bias)))
            n = len(patches)
            assert np.abs(embeddings - reference[f"{clip}/embeddings"][:n]).max() < 1e-4
            assert np.abs(scores - reference[f"{clip}/scores"][:n]).max() < 1e-4


@torch.inference_mode()
@pytest.mark.parametrize("join", [join for join in Join if join is not Join.WAVE])
def test_untrained_model_knows_what_yamnet_knows(
    corpus: Corpus, shared_data: Path, join: Join
) -> None:
    """A head that does not start at YAMNet's rows would leave classes dead."""
    model = new_model(LeanConfig(join=join), corpus, shared_data).eval()
    clip = int(corpus.split("val")[0])
    cached = corpus.embeddings[corpus.first[clip] : corpus.first[clip + 1]].astype(np.float32)
    embeddings = torch.from_numpy(cached)[None]
    n = len(cached)
    masks = torch.ones(1, n), torch.ones(1, wave_count(n))
    logits, _, _ = model(embeddings, torch.randn(1, window_samples(n)), *masks)
    teacher = YamnetTeacher(corpus.taxonomy, shared_data)(embeddings)
    bark = corpus.taxonomy.index("Bark")
    assert logits.shape == (1, n, len(corpus.taxonomy))
    assert (torch.sigmoid(logits) - teacher.scores)[0, :, bark].abs().max() < 1e-4
    assert model.fusion.embedding_head.weight.abs().sum(1).min() > 0


@torch.inference_mode()
def test_the_wave_encoder_alone_does_not_see_yamnet() -> None:
    """The ablation's row without YAMNet would otherwise be one with it."""
    model = Lean(LeanConfig(join=Join.WAVE)).eval()
    for name in ("context_head", "hidden_head"):
        torch.nn.init.normal_(getattr(model.fusion, name).weight)
    samples = torch.randn(1, window_samples(4))
    masks = torch.ones(1, 4), torch.ones(1, wave_count(4))
    first = model(torch.rand(1, 4, 1024), samples, *masks)[0]
    second = model(torch.rand(1, 4, 1024), samples, *masks)[0]
    torch.testing.assert_close(first, second)
    assert (model(torch.rand(1, 4, 1024), samples * 0.1, *masks)[0] - first).abs().max() > 0


@torch.inference_mode()
@pytest.mark.parametrize("join", [join for join in Join if join not in (Join.NONE, Join.FINAL)])
def test_masked_evidence_has_no_influence(join: Join) -> None:
    """Features of padding must not be heard, whichever way they are joined to patches."""
    fusion = Lean(LeanConfig(join=join)).fusion.eval()
    assert fusion.context_head is not None
    torch.nn.init.normal_(fusion.context_head.weight)
    embeddings, waves = torch.rand(1, 5, 1024), torch.rand(1, wave_count(5), 128)
    mask = torch.ones(1, wave_count(5))
    mask[0, -9:] = 0
    changed = waves.clone()
    changed[0, -9:] = 100.0
    first = fusion(embeddings, waves, torch.ones(1, 5), mask)[0]
    torch.testing.assert_close(first, fusion(embeddings, changed, torch.ones(1, 5), mask)[0])
    changed[0, :9] = 100.0
    assert (fusion(embeddings, changed, torch.ones(1, 5), mask)[0] - first).abs().max() > 0


def test_wave_feature_sees_its_field_and_nothing_else() -> None:
    """A padded or wider convolution would make blocks differ from the whole clip."""
    stem = Lean().wave.eval()
    samples = torch.randn(1, window_samples(2), requires_grad=True)
    features = stem(samples)
    assert features.shape[1] == wave_count(2)
    features[0, 5].sum().backward()
    assert samples.grad is not None
    touched = np.flatnonzero(samples.grad[0].numpy())
    assert touched.min() >= 5 * WAVE_HOP
    assert touched.max() < 5 * WAVE_HOP + WAVE_FIELD


@torch.inference_mode()
def test_masked_evidence_gets_no_attention() -> None:
    """Occlusion by mask is only honest if a masked wave feature has no influence at all."""
    fusion = Lean().fusion.eval()
    assert fusion.context_head is not None
    torch.nn.init.normal_(fusion.context_head.weight)
    embeddings, waves = torch.rand(1, 5, 1024), torch.rand(1, wave_count(5), 128)
    mask = torch.ones(1, wave_count(5))
    mask[0, 7:12] = 0
    changed = waves.clone()
    changed[0, 7:12] = 100.0
    first = fusion(embeddings, waves, torch.ones(1, 5), mask)
    second = fusion(embeddings, changed, torch.ones(1, 5), mask)
    assert first[2][..., 7:12].max() == 0
    torch.testing.assert_close(first[0], second[0])
    torch.testing.assert_close(first[2].sum(-1), torch.ones(1, 4, 5))


@torch.inference_mode()
def test_attention_prior_follows_time() -> None:
    """A transposed or mis-scaled lag prior would look elsewhere than the patch's own time."""
    model = Lean().eval()
    n = 12
    embeddings, samples = torch.zeros(1, n, 1024), torch.zeros(1, window_samples(n))
    masks = torch.ones(1, n), torch.ones(1, wave_count(n))
    attention = model(embeddings, samples, *masks)[2][0, 0]
    centre = attention.argmax(-1).numpy()
    expected = np.arange(n) * 6 + 6
    assert np.abs(centre - expected).max() <= 1
