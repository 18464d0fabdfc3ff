"""The losses ask for what is known, where it is known, and hold every class."""

import pytest
import torch
from torch import Tensor

from leanviz.training import augment, losses
from leanviz.training.augment import Example
from leanviz.training.corpus import Corpus
from leanviz.training.losses import Tables, Targets, Weights
from leanviz.training.scenes import Batch, Kind, Mixing, Scenes
from leanviz.training.teacher import Opinion

UNKNOWN = 0.4


@pytest.fixture(scope="module")
def tables(corpus: Corpus) -> Tables:
    return Tables(corpus)


@pytest.fixture(scope="module")
def batch(corpus: Corpus) -> Batch:
    """Eight mixtures and scenes of real clips."""
    return Scenes(corpus, Mixing(mixed=0.4, scenes=0.4), 8, seed=2)[0]


@pytest.fixture(scope="module")
def example(batch: Batch) -> Example:
    return augment.hear(batch, Mixing(), torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def targets(tables: Tables, batch: Batch, example: Example) -> Targets:
    return tables.targets(batch, example.sounding, example.patch_mask)


@pytest.fixture
def teacher(example: Example, corpus: Corpus) -> Tensor:
    shape = (*example.patch_mask.shape, len(corpus.taxonomy))
    return torch.rand(shape, generator=torch.Generator().manual_seed(1))


def test_a_mixture_has_the_classes_of_all_its_sounds(
    corpus: Corpus, batch: Batch, targets: Targets
) -> None:
    """A label lost would teach that a sound which is there is absent."""
    for at, clips in enumerate(batch.clips):
        mine = {k for i in clips if i >= 0 for k in corpus.rows[int(i)].labels}
        assert set(torch.nonzero(targets.clip[at]).flatten().tolist()) == mine


def test_a_class_is_denied_only_by_sources_that_know_it(
    corpus: Corpus, batch: Batch, targets: Targets
) -> None:
    denied = targets.known & (targets.clip == 0)
    for at, clips in enumerate(batch.clips):
        for i in clips[clips >= 0]:
            assert not (denied[at].numpy() & ~corpus.known[int(i)]).any()


def test_presence_follows_the_layer_that_sounds(
    corpus: Corpus, batch: Batch, example: Example, targets: Targets
) -> None:
    """Smeared over the whole window a scene's labels could not teach when."""
    assert (batch.kind == Kind.SCENE).any()
    for at, clips in enumerate(batch.clips):
        for layer, clip in enumerate(clips.tolist()):
            if clip < 0:
                continue
            labels = list(corpus.rows[clip].labels)
            loud = example.sounding[at, layer] > losses.FILLED
            heard = example.patch_mask[at] > 0
            assert targets.present[at][loud & heard][:, labels].all()
        sounding = (example.sounding[at] > losses.EMPTY).any(0)
        assert not targets.present[at][~sounding].any()
    assert not (targets.present & targets.absent).any()


def test_silence_holds_no_class(tables: Tables, batch: Batch, example: Example) -> None:
    """Also within a sound that is there before and after: nothing can be heard of it."""
    heard = example.patch_mask.clone()
    heard[:, 0] = 0
    found = tables.targets(batch, torch.ones_like(example.sounding), heard)
    assert found.absent[:, 0].all()
    assert not found.present[:, 0].any()
    assert found.present[:, 1:].any()


def test_sounds_are_contested_only_alone(batch: Batch, targets: Targets) -> None:
    """Two sounds at once have two right answers."""
    several = (batch.clips >= 0).sum(1) > 1
    assert several.any()
    assert not targets.rivals[several].any()


def test_every_class_is_held_by_the_clip_loss(targets: Targets, teacher: Tensor) -> None:
    """A class left out of the loss altogether floats free and ruins the ranking."""
    logits = torch.zeros_like(targets.clip, requires_grad=True)
    losses.clip_loss(logits, targets, teacher.mean(1), UNKNOWN).sum().backward()
    assert logits.grad is not None
    assert (logits.grad.abs().sum(0) > 0).all()


def test_frame_loss_asks_nothing_where_a_sound_may_or_may_not_be(
    targets: Targets, teacher: Tensor
) -> None:
    """At the edge of a sound neither answer is right, and YAMNet misses many of these classes."""
    frames = torch.zeros_like(teacher, requires_grad=True)
    losses.frame_loss(frames, targets, teacher, UNKNOWN).sum().backward()
    assert frames.grad is not None
    mine = (targets.clip > 0)[:, None].expand_as(targets.present)
    open_ = mine & ~targets.present & ~targets.absent
    assert open_.any()
    assert (frames.grad[open_] == 0).all()
    assert (frames.grad[targets.present] < 0).all()
    assert (frames.grad[targets.absent] > 0).all()


def test_rival_loss_falls_when_the_own_sound_leads(corpus: Corpus, tables: Tables) -> None:
    alone = Scenes(corpus, None, 8, seed=0)[0]
    example = augment.hear(alone, None, torch.Generator())
    targets = tables.targets(alone, example.sounding, example.patch_mask)
    logits = torch.zeros_like(targets.clip)
    leading = logits + 5.0 * tables.sets[targets.native]
    contested = targets.rivals.any(1)
    assert contested.any()
    before, after = (losses.rival_loss(given, targets, tables.sets) for given in (logits, leading))
    assert (after[contested] < before[contested]).all()
    assert not before[~contested].any()


def test_classes_without_clips_are_held_at_yamnet_s_logits(
    corpus: Corpus, tables: Tables, example: Example
) -> None:
    """77 classes have no clip: nothing else keeps them where YAMNet has them."""
    heard = torch.from_numpy(corpus.labels[corpus.split("train")].any(0))
    assert torch.equal(tables.unheard, ~heard)
    wanted = torch.randn(*example.patch_mask.shape, len(heard))
    frames = (wanted + 1.0).requires_grad_()
    loss = losses.unheard_loss(frames, wanted, tables.unheard, example.patch_mask)
    loss.sum().backward()
    assert frames.grad is not None
    assert (frames.grad[example.patch_mask > 0][:, ~heard] > 0).all()
    assert not frames.grad[..., heard].any()
    assert not losses.unheard_loss(wanted, wanted, tables.unheard, example.patch_mask).any()


def test_scenes_are_not_judged_as_a_whole(
    batch: Batch, example: Example, tables: Tables, teacher: Tensor
) -> None:
    """A sound of one second in a window of ten is not what the window as a whole is of."""
    clip = torch.zeros(len(batch.clips), teacher.shape[2], requires_grad=True)
    opinions = Opinion(teacher, torch.logit(teacher, 1e-6)), None
    frames = torch.zeros_like(teacher, requires_grad=True)
    loss = losses.total_loss((frames, clip), batch, example, tables, opinions, Weights())
    loss.backward()
    assert torch.isfinite(loss)
    assert clip.grad is not None
    assert frames.grad is not None
    scenes = batch.kind == Kind.SCENE
    assert not clip.grad[scenes].any()
    assert clip.grad[~scenes].any(1).all()
    assert frames.grad.flatten(1).any(1).all()
