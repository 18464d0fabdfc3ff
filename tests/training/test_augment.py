"""What is done to a training sound changes how it is recorded and not what it is."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from leanviz.core import frontend as reference
from leanviz.core.frontend import YAMNET
from leanviz.training import augment
from leanviz.training.corpus import Corpus, window_samples
from leanviz.training.scenes import Batch, Kind, Mixing, Scenes

PLAIN = Mixing(
    mixed=0, scenes=0, speed=0, rolled=0, noise=0, reverb=0, muffled=0, quiet=0, masked=False
)


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(1)


@pytest.fixture
def clicks() -> Tensor:
    """A click 0.5 s into each of 16 clips of 2 s."""
    samples = torch.zeros(16, 2 * YAMNET.sample_rate)
    samples[:, YAMNET.sample_rate // 2] = 0.5
    return samples


@pytest.fixture
def noise(generator: torch.Generator) -> Tensor:
    return 0.1 * torch.randn(64, 2 * YAMNET.sample_rate, generator=generator)


def _db(samples: Tensor) -> Tensor:
    return 10 * torch.log10(samples.square().mean(1))


def _batch(*layers: np.ndarray, kind: Kind, stop: int) -> Batch:
    """One example of the given layers."""
    stacked = np.zeros((1, 3, len(layers[0])), np.int16)
    stacked[0, : len(layers)] = [np.round(layer * 32767) for layer in layers]
    clips = torch.tensor([[0 if at < len(layers) else -1 for at in range(3)]])
    return Batch(
        torch.from_numpy(stacked), clips, torch.tensor([int(kind)]), torch.tensor([stop]),
        torch.zeros(1, 0, 0, dtype=torch.float16),
    )  # fmt: skip


def test_an_example_alone_is_what_the_application_would_hear(
    corpus: Corpus, generator: torch.Generator
) -> None:
    batch = Scenes(corpus, None, 4, seed=0)[0]
    example = augment.hear(batch, None, generator)
    for at in range(4):
        samples = batch.layers[at, 0].numpy().astype(np.float32) / 32768
        np.testing.assert_allclose(example.samples[at].numpy(), samples, atol=1e-7)
        expected = reference.patches(reference.log_mel(example.samples[at].numpy()))
        assert np.abs(example.patches[at].numpy() - expected).max() < 1e-3


def test_padding_is_masked(generator: torch.Generator) -> None:
    """Padding that counted as audio would teach silence as every short sound."""
    n = window_samples(6)
    sound = np.zeros(n, np.float32)
    sound[:20_000] = np.random.default_rng(0).uniform(-0.3, 0.3, 20_000)
    example = augment.hear(_batch(sound, kind=Kind.ALONE, stop=20_000), None, generator)
    assert (example.patch_mask[0] > 0).tolist() == [True, True, True, False, False, False]
    assert int(example.wave_mask.sum()) == -(-20_000 // 1280)
    assert (example.sounding[0, 0] > 0).tolist() == [True, True, True, False, False, False]
    assert not example.sounding[0, 1:].any()


def test_layers_are_mixed_at_comparable_levels(generator: torch.Generator) -> None:
    """A second sound 30 dB below the first would be labelled and could not be heard."""
    n = window_samples(4)
    time = np.arange(n) / YAMNET.sample_rate
    loud, soft = 0.3 * np.sin(6283 * time), 0.01 * np.sin(12566 * time)
    for kind, reach in ((Kind.MIXED, 15.0), (Kind.SCENE, 10.0)):
        example = augment.hear(_batch(loud, soft, kind=kind, stop=n), PLAIN, generator)
        spectrum = torch.fft.rfft(example.samples[0]).abs()
        strongest = [spectrum[round(f * n / YAMNET.sample_rate)] for f in (1000, 2000)]
        below = float(20 * torch.log10(strongest[0] / strongest[1]))
        assert -1.0 < below < reach + 1.0


def test_a_room_adds_to_a_sound_and_nothing_before_it(
    clicks: Tensor, generator: torch.Generator
) -> None:
    onset = YAMNET.sample_rate // 2
    wet = augment.reverberated(clicks, generator)
    assert wet.shape == clicks.shape
    assert wet[:, : onset - 1].abs().max() < 1e-5
    assert (wet[:, onset + 800 : onset + 4000].abs().amax(1) > 1e-4).all()
    assert wet[:, onset + YAMNET.sample_rate :].abs().max() < 1e-3


def test_muffling_takes_away_what_is_high(noise: Tensor, generator: torch.Generator) -> None:
    spectrum = torch.fft.rfft(augment.muffled(noise, generator)).abs()
    before = torch.fft.rfft(noise).abs()
    frequency = torch.fft.rfftfreq(noise.shape[1], 1 / YAMNET.sample_rate)
    torch.testing.assert_close(
        spectrum[:, frequency < 1990], before[:, frequency < 1990], atol=0.05, rtol=1e-3
    )
    assert spectrum[:, frequency > 7010].max() < 0.01


def test_noise_stays_below_the_sound(noise: Tensor, generator: torch.Generator) -> None:
    below = _db(noise) - _db(augment.noise_below(noise, generator))
    assert below.min() > -0.5
    assert below.max() < 30.5
    assert below.std() > 3


def test_levels_are_drawn_and_nothing_clips(noise: Tensor, generator: torch.Generator) -> None:
    """Clipping would teach distortion as a property of loud clips."""
    change = _db(augment.leveled(noise, PLAIN, generator)) - _db(noise)
    assert change.min() >= -12.01
    assert change.max() <= 6.01
    faint = _db(augment.leveled(noise, replace(PLAIN, quiet=1.0), generator)) - _db(noise)
    assert faint.max() < -11.99
    assert faint.min() >= -40.01
    loud = augment.leveled(noise * 9, PLAIN, generator)
    assert loud.abs().max() <= 1.0 + 1e-6
    assert not augment.leveled(torch.zeros(4, 100), PLAIN, generator).any()


def test_masking_hides_one_stretch_of_each(generator: torch.Generator) -> None:
    patches = torch.randn(4, 5, 96, 64, generator=generator)
    hidden = augment.masked(patches, generator) != patches
    frames, bands = hidden.all(3).sum(2), hidden.all(2).sum(2)
    assert frames.max() <= 16
    assert bands.max() <= 8
    assert frames.max() > 8
    assert bands.max() > 4
    # all that is hidden lies in those frames and bands
    explained = hidden.all(3)[:, :, :, None] | hidden.all(2)[:, :, None, :]
    assert (hidden <= explained).all()


def test_the_same_generator_gives_the_same_example(corpus: Corpus) -> None:
    """Or a run that goes on from its checkpoint would not end where an unbroken one does."""
    everything = Mixing(noise=1, reverb=1, muffled=1, quiet=0.5)
    batch = Scenes(corpus, everything, 4, seed=0)[1]
    first, second = (
        augment.hear(batch, everything, torch.Generator().manual_seed(7)) for _ in range(2)
    )
    assert all(torch.equal(value, vars(second)[name]) for name, value in vars(first).items())
    assert torch.isfinite(first.patches).all()
