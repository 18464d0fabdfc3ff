"""What a step hears follows from its number, and each sound lies where it is said to."""

import numpy as np
import pytest
import torch

from leanviz.core.frontend import YAMNET
from leanviz.training.corpus import Corpus, window_samples
from leanviz.training.scenes import Batch, Kind, Mixing, Scenes, batches

STEPS = 6


def _same(first: Batch, second: Batch) -> bool:
    return all(torch.equal(value, vars(second)[name]) for name, value in vars(first).items())


@pytest.fixture(scope="module")
def heard(corpus: Corpus) -> list[Batch]:
    scenes = Scenes(corpus, Mixing(), 8, seed=3)
    return [scenes[step] for step in range(STEPS)]


def test_a_step_s_batch_follows_from_its_number(corpus: Corpus, heard: list[Batch]) -> None:
    """Otherwise a killed run would go on with other batches than it would have had."""
    late = list(batches(Scenes(corpus, Mixing(), 8, seed=3), range(2, STEPS), 0, False))
    assert [_same(*pair) for pair in zip(heard[2:], late, strict=True)] == [True] * (STEPS - 2)
    assert not torch.equal(heard[0].clips, heard[1].clips)
    assert not torch.equal(Scenes(corpus, Mixing(), 8, seed=4)[0].clips, heard[0].clips)


def test_workers_prepare_the_same_batches_in_order(corpus: Corpus, heard: list[Batch]) -> None:
    made = list(batches(Scenes(corpus, Mixing(), 8, seed=3), range(3), 2, False))
    assert all(_same(*pair) for pair in zip(heard[:3], made, strict=True))


def test_only_training_clips_are_heard(corpus: Corpus, heard: list[Batch]) -> None:
    clips = torch.cat([batch.clips.flatten() for batch in heard])
    assert set(clips[clips >= 0].tolist()) <= set(corpus.split("train").tolist())


def test_silence_is_where_no_sound_is(heard: list[Batch]) -> None:
    """A sound on a layer without a clip, or beyond the stop, would be taught as nothing."""
    for batch in heard:
        assert not batch.layers[batch.clips < 0].any()
        for layers, stop in zip(batch.layers, batch.stop, strict=True):
            assert not layers[:, int(stop) :].any()
    sounding = torch.cat([batch.layers[batch.clips >= 0].any(-1) for batch in heard])
    assert sounding.float().mean() > 0.9  # a part of a clip may be silent


def test_kinds_have_their_number_of_sounds(heard: list[Batch]) -> None:
    kinds = torch.cat([batch.kind for batch in heard])
    sounds = torch.cat([(batch.clips >= 0).sum(1) for batch in heard])
    assert set(kinds.tolist()) == set(Kind)
    assert (sounds[kinds == Kind.ALONE] == 1).all()
    assert (sounds[kinds == Kind.MIXED] == 2).all()
    assert set(sounds[kinds == Kind.SCENE].tolist()) <= {1, 2, 3}


def test_cached_windows_pair_sound_with_its_embeddings(corpus: Corpus) -> None:
    """Embeddings of another place in the clip would teach the wave encoder nonsense."""
    scenes = Scenes(corpus, None, 8, seed=5)
    for batch in (scenes[step] for step in range(3)):
        n = batch.embeddings.shape[1]
        assert batch.layers.shape[-1] == window_samples(n)
        for at, clip in enumerate(batch.clips[:, 0].tolist()):
            rows = corpus.embeddings[corpus.first[clip] : corpus.first[clip + 1]]
            samples = (corpus.clip(clip) * 32768).astype(np.int16)
            count = min(n, len(rows))
            starts = [
                s for s in range(len(rows) - count + 1)
                if np.array_equal(rows[s : s + count], batch.embeddings[at, :count].numpy())
            ]  # fmt: skip
            layer = batch.layers[at, 0].numpy()
            stop = int(batch.stop[at])
            assert any(
                np.array_equal(layer[:stop], samples[s * YAMNET.patch_hop :][:stop]) for s in starts
            )
            assert not batch.embeddings[at, count:].any()
