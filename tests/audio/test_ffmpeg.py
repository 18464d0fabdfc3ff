"""Formats that only ffmpeg reads: decoded by it, and refused in a sentence where it is missing."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from leanviz.audio import decoder, ffmpeg
from leanviz.audio.file import open_audio, read_mono
from leanviz.core.errors import AudioFileError
from tests.support.programs import require, wait_until

RATE = 32_000
Convert = Callable[..., Path]


@pytest.fixture(scope="module")
def tone() -> npt.NDArray[np.float32]:
    """Return five seconds that rise in frequency: every place sounds different."""
    time = np.arange(5 * RATE) / RATE
    return (0.4 * np.sin(2 * np.pi * (300 + 200 * time) * time)).astype(np.float32)


@pytest.fixture
def convert(tmp_path: Path, tone: npt.NDArray[np.float32]) -> Convert:
    """Write the tone in another format, with real ffmpeg."""
    require(["ffmpeg"])

    def write(name: str, *options: str) -> Path:
        soundfile.write(tmp_path / "tone.wav", tone, RATE, subtype="FLOAT")
        path = tmp_path / name
        command = ["ffmpeg", "-v", "error", "-i", str(tmp_path / "tone.wav"), *options, str(path)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return path

    return write


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put a script in the place of ffmpeg; return a file that libsndfile does not read."""

    def place(script: str) -> Path:
        programs = tmp_path / "programs"
        programs.mkdir()
        (programs / "ffmpeg").write_text(f"#!/bin/sh\n{script}\n")
        (programs / "ffmpeg").chmod(0o755)
        monkeypatch.setenv("PATH", str(programs), prepend=":")
        strange = tmp_path / "strange.m4a"
        strange.write_bytes(b"\0\0\0\x20ftypM4A nothing more")
        return strange

    return place


def read_all(path: Path) -> tuple[npt.NDArray[np.float32], bool]:
    with open_audio(path) as reader:
        return np.concatenate(list(reader.blocks(4_000))), reader.truncated


@pytest.mark.parametrize(
    "name", ["a tone.m4a", "\u97f3 \u0437\u0432\u0443\u043a.mka", "-x.wma", "x.mp4"]
)
def test_other_formats_are_read(convert: Convert, tone: npt.NDArray[np.float32], name: str) -> None:
    path = convert("y" + Path(name).suffix).rename(Path(convert("z.mka").parent, name))
    with open_audio(path) as reader:
        assert (reader.sample_rate, reader.channels) == (RATE, 1)
        assert abs(reader.n_samples - len(tone)) < 0.2 * RATE
    samples, truncated = read_all(path)
    assert abs(len(samples) - len(tone)) < 0.2 * RATE
    assert not truncated
    assert 0.2 < float(np.sqrt((samples**2).mean())) < 0.35


def test_what_is_not_lossy_comes_back_to_the_sample(
    convert: Convert, tone: npt.NDArray[np.float32]
) -> None:
    path = convert("x.mka", "-c:a", "pcm_f32le", "-ac", "2")
    samples, _ = read_all(path)
    scale = float(samples @ tone / (tone @ tone))
    np.testing.assert_allclose(samples, scale * tone, atol=1e-6)
    part, rate = read_mono(path, 70_001, 5_000)
    assert rate == RATE
    np.testing.assert_array_equal(part, samples[70_001:75_001])


def test_far_places_are_found_without_decoding_up_to_them(
    convert: Convert, tone: npt.NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoder, "_CONVERTED_S", 0.0)
    part, _ = read_mono(convert("x.wv"), 70_001, 5_000)
    np.testing.assert_allclose(part, tone[70_001:75_001], atol=1e-3)


def test_a_cut_file_gives_what_there_is_and_says_so(convert: Convert) -> None:
    path = convert("x.mka")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    samples, truncated = read_all(path)
    assert 0.2 * 5 * RATE < len(samples) < 0.8 * 5 * RATE
    assert truncated


def test_closing_ends_ffmpeg_at_once(convert: Convert) -> None:
    file = ffmpeg.ConvertedFile(convert("x.m4a"), str(ffmpeg.find()))
    file.read(10)
    file.close()
    file.close()
    assert file._ffmpeg._process.returncode is not None


@pytest.mark.parametrize("content", [b"only words\n" * 500, np.random.default_rng(0).bytes(99_999)])
def test_noise_and_words_are_no_sound(tmp_path: Path, content: bytes) -> None:
    require(["ffmpeg"])
    (tmp_path / "x.m4a").write_bytes(content)
    with pytest.raises(AudioFileError, match=r"x\.m4a .* ffmpeg finds no sound in it either"):
        open_audio(tmp_path / "x.m4a")


def test_without_ffmpeg_a_sentence_says_what_is_missing(
    pretend: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = pretend("exit 1")
    monkeypatch.setenv("PATH", str(strange.parent))
    with pytest.raises(AudioFileError, match=r"strange\.m4a .* ffmpeg, which is not installed"):
        open_audio(strange)


def test_an_ffmpeg_that_falls_silent_is_ended(
    pretend: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ffmpeg, "STALL_S", 0.2)
    with pytest.raises(AudioFileError, match="ffmpeg finds no sound"):
        open_audio(pretend("exec sleep 600"))


def test_ffmpeg_is_given_files_only(pretend: Callable[[str], Path]) -> None:
    strange = pretend('printf "%s\\n" "$@" > "$(dirname "$0")/../asked"; exit 1')
    with pytest.raises(AudioFileError):
        open_audio(strange)
    asked = strange.with_name("asked")
    wait_until(asked.exists, "ffmpeg to be asked")
    words = asked.read_text().splitlines()
    assert words[words.index("-protocol_whitelist") + 1] == "file"
    assert words[words.index("-i") + 1] == f"file:{strange}"
