"""The front end against YAMNet's own numbers, librosa, and itself in pieces."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanviz.audio.file import read_mono
from leanviz.core.frontend import (
    AUDIBLE_LOG_MEL,
    YAMNET,
    PatchStream,
    audible_fraction,
    clip_patches,
    log_mel,
    mel_matrix,
    patch_count,
    patches,
)
from tests.core.material import DEMO, blocks, cuts, noise

Float32 = npt.NDArray[np.float32]

NOISE = noise(52_000)
NOISE_PATCHES = clip_patches(NOISE)


@pytest.fixture(scope="session")
def reference(shared_data: Path) -> dict[str, npt.NDArray[Any]]:
    """YAMNet's own log-mel frames, embeddings and scores of 16 clips."""
    with np.load(shared_data / "yamnet_reference.npz") as stored:
        return dict(stored)


def test_log_mel_is_yamnet_s(reference: dict[str, npt.NDArray[Any]], shared_data: Path) -> None:
    """Also with what pads the end, and as many patches as YAMNet cuts."""
    for clip in range(16):
        samples, rate = read_mono(shared_data / str(reference[f"{clip:02d}/file"]))
        assert rate == YAMNET.sample_rate
        expected = reference[f"{clip:02d}/log_mel"]
        found = log_mel(np.pad(samples, (0, YAMNET.patch_hop)))[: len(expected)]
        difference = np.abs(found - expected)
        # The reference was computed in single precision: near silence it is itself off by 2e-4.
        assert np.quantile(difference, 0.999) <= 1e-4
        assert difference.max() <= 3e-4
        assert patch_count(len(samples)) == len(reference[f"{clip:02d}/scores"])


def test_log_mel_is_exact_in_single_precision() -> None:
    samples, _ = read_mono(DEMO, 0, 60_000)
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), 400)[::160]
    expected = np.log(np.abs(np.fft.rfft(frames * hann, 512)) @ mel_matrix() + 0.001)
    assert np.abs(log_mel(samples) - expected).max() <= 1e-4


def test_mel_weights_are_yamnet_s(shared_data: Path) -> None:
    with np.load(shared_data / "yamnet_weights.npz") as stored:
        assert np.abs(mel_matrix() - stored["mel/matrix"]).max() <= 1e-4


def test_spectra_are_librosa_s() -> None:
    """librosa centres the short window in the FFT, which delays its frames by 56 samples."""
    import librosa

    samples, _ = read_mono(DEMO, 100_000, 40_000)
    shift = (YAMNET.n_fft - YAMNET.win_length) // 2
    spectra = librosa.stft(
        np.pad(samples, shift),
        n_fft=YAMNET.n_fft,
        hop_length=YAMNET.hop_length,
        win_length=YAMNET.win_length,
        center=False,
    )
    expected = np.log(np.abs(spectra).T @ mel_matrix() + YAMNET.log_offset)
    found = log_mel(samples)
    assert len(found) == len(expected)
    assert np.abs(found - expected).max() <= 1e-4


@given(cuts(len(NOISE)))
def test_any_partition_gives_the_same_patches(at: list[int]) -> None:
    stream = PatchStream()
    found = [stream.push(block) for block in blocks(NOISE, at)]
    np.testing.assert_array_equal(np.concatenate((*found, stream.finish())), NOISE_PATCHES)


def test_a_patch_comes_as_soon_as_its_last_sample() -> None:
    stream = PatchStream()
    assert len(stream.push(NOISE[:15_599])) == 0
    assert len(stream.push(NOISE[15_599:15_600])) == 1
    assert len(stream.push(NOISE[15_600:23_279])) == 0
    assert len(stream.push(NOISE[23_279:23_280])) == 1


@pytest.mark.parametrize(
    ("n_samples", "count"),
    [
        *[(-1, 0), (0, 0), (1, 1), (15_599, 1), (15_600, 1), (15_601, 2), (23_279, 2), (23_280, 2)],
        *[(23_281, 3), (16_000 * 10, 20), (16_000 * 36_000, 74_999)],
    ],
)
def test_patches_are_counted_as_yamnet_pads(n_samples: int, count: int) -> None:
    assert patch_count(n_samples) == count


@given(st.integers(0, 40_000))
def test_as_many_patches_come_as_are_counted(n_samples: int) -> None:
    found = clip_patches(NOISE[:n_samples])
    assert found.shape == (patch_count(n_samples), 96, 64)
    assert found.dtype == np.float32


def test_patches_overlap_by_half() -> None:
    frames = log_mel(NOISE)
    cut = patches(frames)
    np.testing.assert_array_equal(cut[1], frames[48:144])
    assert patches(frames[:95]).shape == (0, 96, 64)
    assert log_mel(NOISE[:399]).shape == (0, 64)
    assert log_mel(NOISE[:400]).shape == (1, 64)


def test_padding_is_silence_at_the_end() -> None:
    patch = clip_patches(NOISE[:8000])[0]
    assert (patch[:47] > -3).all()
    np.testing.assert_allclose(patch[50:], np.log(0.001), atol=1e-6)


def test_audible_is_what_is_neither_silence_nor_padding() -> None:
    assert audible_fraction(clip_patches(np.zeros(16_000, np.float32))).tolist() == [0, 0]
    assert audible_fraction(NOISE_PATCHES[:2]).tolist() == [1, 1]
    half = audible_fraction(clip_patches(NOISE[:7_800]))
    assert half[0] == pytest.approx(0.5, abs=0.02)
    # what a lossy codec makes of silence
    hiss = audible_fraction(clip_patches(NOISE[:15_600] * np.float32(1e-5)))
    assert hiss.tolist() == [0]
    assert np.log(0.001) < AUDIBLE_LOG_MEL
