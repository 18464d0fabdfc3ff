"""What sounds when: the passage's arithmetic against its samples."""

import itertools

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from leanviz.audio.decoder import Decoder
from leanviz.audio.passage import BLOCK, Passage, sound

N = 30_000


@pytest.fixture(scope="module")
def ramp(tmp_path_factory):
    """Return a file whose samples are their own numbers."""
    path = tmp_path_factory.mktemp("passage") / "ramp.wav"
    soundfile.write(path, np.arange(N, dtype=np.float32), 16_000, "FLOAT")
    return path


def first_samples(path, passage: Passage, count: int) -> np.ndarray:
    with Decoder(path) as decoder:
        blocks, left = [np.zeros((0, 1), np.float32)], count
        for block in sound(decoder, passage.clamped(decoder.n_samples)):
            assert 0 < len(block) <= BLOCK
            blocks.append(block)
            left -= len(block)
            if left <= 0:
                break
        return np.concatenate(blocks)[:count, 0]


@pytest.mark.parametrize(
    "passage",
    [
        Passage(0, 0),
        Passage(29_990, 29_990),
        Passage(5_000, 100, 20_000),
        Passage(0, 0, loop=True),
        Passage(500, 100, 1_000, loop=True),
        Passage(100, 100, 103, loop=True),
        Passage(29_000, 100, None, loop=True),
        Passage(20_000, 10_000, 99_000, loop=True),
        Passage(-5, -9, 50, loop=True),
    ],
)
def test_what_sounds_is_what_the_position_says(ramp, passage) -> None:
    samples = first_samples(ramp, passage, 70_000)
    clamped = passage.clamped(N)
    assert samples.tolist() == [clamped.sample(played) for played in range(len(samples))]
    if passage.loop:
        assert len(samples) == 70_000
    else:
        assert clamped.sample(len(samples)) == clamped.stop


@pytest.mark.parametrize(
    "passage", [Passage(50, 50, 50, loop=True), Passage(N, N), Passage(70, 70, 60)]
)
def test_an_empty_passage_ends_at_once(ramp, passage) -> None:
    assert first_samples(ramp, passage, 100).size == 0


def test_a_long_loop_is_decoded_anew(tmp_path) -> None:
    path = tmp_path / "long.wav"
    n = (1 << 20) + 1_000
    soundfile.write(path, np.arange(n, dtype=np.float32), 16_000, "FLOAT")
    passage = Passage(n - 10, 0, None, loop=True)
    with Decoder(path) as decoder:
        blocks = list(itertools.islice(sound(decoder, passage.clamped(n)), 3))
    assert np.concatenate(blocks)[:20, 0].tolist() == [*range(n - 10, n), *range(10)]


@given(
    begin=st.integers(-10, 40_000),
    start=st.integers(-10, 40_000),
    stop=st.none() | st.integers(-10, 40_000),
    loop=st.booleans(),
    played=st.integers(0, 200_000),
)
def test_no_position_is_outside_the_file(begin, start, stop, loop, played) -> None:
    passage = Passage(begin, start, stop, loop).clamped(N)
    assert 0 <= passage.sample(played) <= N
