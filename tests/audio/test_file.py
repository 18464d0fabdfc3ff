"""Sound files of every format that is promised, whole, cut, damaged and false."""

import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from leanviz.audio.file import open_audio, read_mono
from leanviz.core.errors import AudioFileError

WAV_STEP = {"PCM_U8": 2**-7, "PCM_16": 2**-15, "PCM_24": 2**-23, "PCM_32": 2**-24, "FLOAT": 0.0}
LOSSY = {"OGG": "VORBIS", "OPUS": "OPUS", "MP3": "MPEG_LAYER_III"}


def tones(n: int, rate: int, channels: int) -> np.ndarray:
    """Return a different tone in each channel: a mean or an order that is wrong shows."""
    time = np.arange(n)[:, None] / rate
    return (0.4 * np.sin(2 * np.pi * 300 * (1 + np.arange(channels)) * time)).astype(np.float32)


def write(path: Path, samples: np.ndarray, rate: int, subtype: str | None = None) -> Path:
    kind = {".opus": "OGG", ".wav": "WAV"}.get(path.suffix, path.suffix[1:].upper())
    soundfile.write(path, samples, rate, format=kind, subtype=subtype)
    return path


def decoded(path: Path) -> np.ndarray:
    """Return libsndfile's own decoding at one go, mean of channels."""
    return soundfile.read(path, dtype="float32", always_2d=True)[0].mean(axis=1)


def read_all(path: Path, size: int = 1_000) -> tuple[np.ndarray, bool]:
    with open_audio(path) as reader:
        blocks = list(reader.blocks(size))
        assert all(0 < len(block) <= size and block.dtype == np.float32 for block in blocks)
        return np.concatenate(blocks), reader.truncated


# -- whole files --------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
@pytest.mark.parametrize("subtype", WAV_STEP)
def test_wav_gives_back_what_was_written(tmp_path, subtype, rate, channels) -> None:
    written = tones(5_000, rate, channels)
    path = write(tmp_path / "x.wav", written, rate, subtype)
    samples, truncated = read_all(path)
    with open_audio(path) as reader:
        assert (reader.sample_rate, reader.channels, reader.n_samples) == (rate, channels, 5_000)
    np.testing.assert_allclose(samples, written.mean(axis=1), rtol=0, atol=WAV_STEP[subtype] + 1e-7)
    assert not truncated


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24"])
def test_flac_gives_back_what_was_written(tmp_path, subtype, channels) -> None:
    written = tones(50_000, 48_000, channels)
    samples, truncated = read_all(write(tmp_path / "x.flac", written, 48_000, subtype))
    np.testing.assert_allclose(samples, written.mean(axis=1), rtol=0, atol=WAV_STEP[subtype] + 1e-7)
    assert not truncated


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
@pytest.mark.parametrize("kind", LOSSY)
def test_lossy_formats_in_blocks_equal_the_whole(tmp_path, kind, rate, channels) -> None:
    written = tones(2 * rate, rate, channels)
    path = write(tmp_path / f"x.{kind.lower()}", written, rate, LOSSY[kind])
    samples, truncated = read_all(path)
    np.testing.assert_allclose(samples, decoded(path), rtol=0, atol=1e-6)
    assert len(samples) == len(written)
    assert np.corrcoef(samples, written.mean(axis=1))[0, 1] > 0.95
    assert not truncated


def test_real_clips_in_blocks_equal_the_whole(shared_data) -> None:
    clips = sorted((shared_data / "audio").glob("*/*.ogg"))[::150]
    assert clips
    for path in clips:
        samples, truncated = read_all(path, 4_096)
        np.testing.assert_allclose(samples, decoded(path), rtol=0, atol=1e-6, err_msg=str(path))
        assert not truncated, path


def test_a_reader_starts_over_and_closes_twice(tmp_path) -> None:
    with open_audio(write(tmp_path / "x.ogg", tones(9_000, 16_000, 1), 16_000)) as reader:
        first = np.concatenate(list(reader.blocks(777)))
        np.testing.assert_array_equal(np.concatenate(list(reader.blocks())), first)
        reader.close()


def test_a_name_need_not_be_text(tmp_path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.wav"))
    try:
        write(tmp_path / "x.wav", tones(100, 16_000, 1), 16_000).rename(path)
    except OSError:
        pytest.skip("this file system takes only names that are text")
    assert len(read_all(path)[0]) == 100
    path.write_bytes(b"")
    with pytest.raises(AudioFileError) as refusal:
        open_audio(path)
    str(refusal.value).encode()  # can be printed


def test_a_long_file_is_not_held_in_memory(tmp_path) -> None:
    with soundfile.SoundFile(tmp_path / "long.wav", "w", 48_000, 2, "PCM_16") as file:
        for _ in range(100):
            file.write(np.zeros((48_000, 2), np.int16))
    tracemalloc.start()
    with open_audio(tmp_path / "long.wav") as reader:
        count = sum(len(block) for block in reader.blocks())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 4_800_000
    assert peak < 4 * 2**20


# -- excerpts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["wav", "flac", "ogg", "opus", "mp3"])
def test_an_excerpt_is_that_part_of_the_whole(tmp_path, kind) -> None:
    subtype = "OPUS" if kind == "opus" else None
    path = write(tmp_path / f"x.{kind}", tones(100_000, 48_000, 2), 48_000, subtype)
    whole = decoded(path)
    for start, count in [(0, 10), (1, 3_000), (47_111, 5_000), (99_000, 5_000), (100_000, 7)]:
        samples, rate = read_mono(path, start, count)
        assert rate == 48_000
        np.testing.assert_allclose(samples, whole[start : start + count], rtol=0, atol=1e-6)
    np.testing.assert_allclose(read_mono(path)[0], whole, rtol=0, atol=1e-6)


def test_an_excerpt_of_a_real_ogg_is_that_part_of_the_whole(shared_data) -> None:
    # some of these are where libsndfile seeks some hundred samples off
    for path in sorted((shared_data / "audio/esc50").glob("*.ogg"))[:12]:
        whole = decoded(path)
        for start in (100, 40_000, len(whole) - 300):
            samples, _ = read_mono(path, start, 2_000)
            np.testing.assert_allclose(samples, whole[start : start + 2_000], rtol=0, atol=1e-6)


# -- files that end too soon --------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.3, 0.9])
@pytest.mark.parametrize("kind", ["wav", "aiff", "w64", "flac", "ogg", "opus", "mp3"])
def test_a_cut_file_gives_its_beginning_and_says_so(tmp_path, kind, share) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (480_000, 2)).astype(np.float32)
    whole = write(tmp_path / f"whole.{kind}", noise, 48_000, "OPUS" if kind == "opus" else None)
    content = whole.read_bytes()
    cut = tmp_path / f"cut.{kind}"
    cut.write_bytes(content[: int(len(content) * share)])
    samples, truncated = read_all(cut, 65_536)
    assert truncated
    assert 0.5 * share < len(samples) / 480_000 < 1.1 * share
    # the decoder may have stopped within the very last block
    kept = samples[:-2_000]
    np.testing.assert_allclose(kept, decoded(whole)[: len(kept)], rtol=0, atol=1e-6)


def test_a_flac_damaged_in_the_middle_gives_what_precedes(tmp_path) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 48_000).astype(np.float32)
    path = write(tmp_path / "x.flac", noise, 48_000)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 200] = b"\xa5" * 200
    path.write_bytes(content)
    samples, truncated = read_all(path, 65_536)
    assert truncated
    assert len(samples) > 10_000
    np.testing.assert_allclose(samples, noise[: len(samples)], rtol=0, atol=2**-15)
    # what is asked for behind the damage is not there, or is right
    behind, _ = read_mono(path, 40_000, 100)
    np.testing.assert_allclose(behind, noise[40_000:][: len(behind)], rtol=0, atol=2**-15)


def test_a_wav_written_into_a_pipe_is_whole(tmp_path) -> None:
    path = write(tmp_path / "x.wav", tones(5_000, 16_000, 1), 16_000)
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = b"\xff" * 4  # sizes that the writer could not know
    path.write_bytes(content)
    samples, truncated = read_all(path)
    assert len(samples) == 5_000
    assert not truncated


def test_a_flac_written_into_a_pipe_is_counted(tmp_path) -> None:
    path = write(tmp_path / "x.flac", tones(50_000, 16_000, 1), 16_000)
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0  # the number of samples in STREAMINFO: 36 bits
    content[22:26] = bytes(4)
    path.write_bytes(content)
    with open_audio(path) as reader:
        assert reader.n_samples == 50_000
    samples, truncated = read_all(path)
    assert len(samples) == 50_000
    assert not truncated
    np.testing.assert_array_equal(read_mono(path, 30_000, 100)[0], samples[30_000:30_100])


@pytest.mark.parametrize("tag", [b"", b"ID3\4\0\0\0\0\1\0" + b"Xing" * 32])
def test_an_mp3_without_a_length_is_whole(tmp_path, tag) -> None:
    written = tones(96_000, 48_000, 1)
    path = write(tmp_path / "x.mp3", written, 48_000)
    content = path.read_bytes()
    assert b"Xing" in content[:60]
    kbit_s = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320][content[2] >> 4]
    path.write_bytes(tag + content[144 * kbit_s // 48 + (content[2] >> 1 & 1) :])
    samples, truncated = read_all(path)
    assert not truncated
    # neither is what the encoder added at both ends known any more
    assert 0 <= len(samples) - len(written) < 3 * 1_152
    lag = 1_152 - 47  # of encoder and decoder; a whole frame went with the length
    assert np.abs(samples[lag:][2_000:90_000] - written[2_000:90_000, 0]).max() < 0.02
    excerpt, _ = read_mono(path, 50_000, 500)
    np.testing.assert_array_equal(excerpt, samples[50_000:50_500])


# -- what is no sound file ----------------------------------------------------------------------


def _folder(path: Path) -> None:
    path.mkdir()


def _empty(path: Path) -> None:
    path.touch()


def _text(path: Path) -> None:
    path.write_text("Dear diary, today I was renamed.\n" * 40)


def _no_samples(path: Path) -> None:
    soundfile.write(path, np.zeros(0), 16_000, format="WAV")


def _only_a_header(path: Path) -> None:
    soundfile.write(path, np.zeros(4_000), 16_000, format="WAV")
    path.write_bytes(path.read_bytes()[:44])


def _no_frame(path: Path) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 48_000)
    soundfile.write(path, noise, 48_000, format="FLAC")
    path.write_bytes(path.read_bytes()[:200])


def _random_bytes(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(50_000))


def _absurd_rate(path: Path) -> None:
    soundfile.write(path, np.zeros(100), 100_000_000, format="WAV")


def _absurd_channels(path: Path) -> None:
    soundfile.write(path, np.zeros((10, 200)), 16_000, format="WAV")


def _nan(path: Path) -> None:
    samples = np.zeros((9_000, 2), np.float32)
    samples[8_000, 1] = np.nan
    soundfile.write(path, samples, 16_000, "FLOAT", format="WAV")


def _infinity(path: Path) -> None:
    soundfile.write(path, np.full(100, 1e300), 16_000, "DOUBLE", format="WAV")


def _enormous(path: Path) -> None:
    samples = np.zeros((9_000, 2), np.float32)
    samples[8_000, 1] = -3e38
    soundfile.write(path, samples, 16_000, "FLOAT", format="WAV")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _unreadable(path: Path) -> None:
    # readable by permission, and yet reading fails, even for root
    path.symlink_to("/proc/self/mem")


def _forbidden(path: Path) -> None:
    soundfile.write(path, np.zeros(100), 16_000, format="WAV")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("permissions do not bind this user")


def _missing(path: Path) -> None:
    assert not path.exists()


@pytest.mark.parametrize(
    ("make", "suffix", "cause"),
    [
        (_missing, ".wav", "does not exist"),
        (_folder, ".wav", "is a folder"),
        (_pipe, ".wav", "is a device or a pipe"),
        (_empty, ".wav", "is empty"),
        (_empty, ".flac", "is empty"),
        (_text, ".wav", "no format that leanviz reads"),
        (_text, ".mp3", "no format that leanviz reads"),
        (_text, ".raw", "no format that leanviz reads"),
        (_random_bytes, ".mp3", "no format that leanviz reads"),
        (_no_samples, ".wav", "holds no samples"),
        (_only_a_header, ".wav", "holds no samples"),
        (_no_frame, ".flac", "no sample can be decoded"),
        (_absurd_rate, ".wav", "100000000 Hz"),
        (_absurd_channels, ".wav", "200 channels"),
        (_nan, ".wav", "not a number (NaN or infinite) at 0.500 s"),
        (_infinity, ".wav", "not a number"),
        (_enormous, ".wav", "a value far beyond all sound (-3e+38) at 0.500 s"),
        (_unreadable, ".wav", "cannot be read"),
        (_forbidden, ".wav", "cannot be read: permission denied"),
    ],
)
def test_what_is_no_sound_file_is_refused_in_a_sentence(tmp_path, make, suffix, cause) -> None:
    path = tmp_path / f"the culprit{suffix}"
    make(path)
    with pytest.raises(AudioFileError) as refusal:
        read_all(path)
    sentence = str(refusal.value)
    assert str(path) in sentence
    assert cause in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_counts_of_a_converter_are_read_as_they_are(tmp_path) -> None:
    """Some programs store them as floats, 2 to the 31st at most."""
    path = tmp_path / "counts.wav"
    soundfile.write(path, np.full(100, -(2.0**31)), 16_000, "FLOAT")
    samples, _ = read_all(path)
    assert samples.min() == -(2.0**31)


def test_a_null_byte_in_the_name_is_refused() -> None:
    with pytest.raises(AudioFileError):
        open_audio("a\0b.wav")
