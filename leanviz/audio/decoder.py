"""Sound files, decoded in order; whatever is wrong with one ends in a sentence."""

import os
import re
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import numpy as np
import numpy.typing as npt
import soundfile

from leanviz.audio import ffmpeg, mpeg
from leanviz.core.errors import AudioFileError
from leanviz.core.visible import visible

Float32 = npt.NDArray[np.float32]

LOWEST_RATE, HIGHEST_RATE = 1_000, 768_000
MOST_CHANNELS = 64
# 2 to the 31st times full scale is the most that programs write who store counts of a converter as
# they are. Far above it powers of spectra overflow, and scores with them.
LARGEST = 1e10

# MP3 headers count whole MPEG frames, and encoders differ by one or two of them.
_MP3_TOLERANCE = 2 * 1152
# libsndfile seeks in Vorbis up to a block off (its issue 885) and in MP3 by a coarse table.
# Decoding up to the place is exact: worth what it costs up to here in Vorbis, and in MP3 always.
_DECODED_S = {"VORBIS": 300.0, "MPEG_LAYER_III": float("inf")}
# Beyond this ffmpeg is asked to begin at the place; it may be a packet off, 23 ms in AAC.
_CONVERTED_S = 300.0
# libsndfile's error numbers for what ffmpeg may read: unrecognised format, unsupported encoding.
_FOREIGN = {1, 4}
# Header sizes: what writers get wrong by habit, and what they leave when they cannot know.
_SLOPPY_BYTES = 64
_UNKNOWN_SIZE = 0xFFFFFF00


class Decoder:
    """The samples of one sound file, all channels; also a context manager.

    Parameters
    ----------
    path : str or Path
        WAV, AIFF, FLAC, OGG, Opus, MP3, or anything else that libsndfile reads; with ffmpeg
        installed, anything that it reads.

    Attributes
    ----------
    path : Path
    sample_rate : int
        In hertz.
    channels : int
    n_samples : int
        Samples per channel. Taken from the header, counted where the header says nothing.

    Raises
    ------
    AudioFileError
        If there is no such file, or none that can be decoded; the message says why.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._file: _File = _open(self.path)
        self._position = 0
        try:
            _check(self._file, self.path)
            self.sample_rate: int = self._file.samplerate
            self.channels: int = self._file.channels
            self.n_samples = _length(self._file, self.path)
        except AudioFileError:
            self.close()
            raise

    def read(self, count: int) -> Float32:
        """Return the next samples [<= count, channels]; none at the end.

        Raises
        ------
        AudioFileError
            If one of them is not a finite number, or larger than any sound.
        """
        block = _decode(self._file, count)
        usable = np.abs(block) <= LARGEST
        if not usable.all():
            raise self._unusable(block, np.argwhere(~usable)[0])
        self._position += len(block)
        return block

    def _unusable(self, block: Float32, at: npt.NDArray[np.intp]) -> AudioFileError:
        """Return what to say of a value [sample, channel] in a block that is no sound."""
        value = block[tuple(at)]
        what = (
            f"a value far beyond all sound ({value:.0e})"
            if np.isfinite(value)
            else "a value that is not a number (NaN or infinite)"
        )
        at_s = (self._position + int(at[0])) / self.sample_rate
        return AudioFileError(f"{shown(self.path)} holds {what} at {at_s:.3f} s.")

    def go_to(self, sample: int) -> None:
        """Have `read` continue at `sample`."""
        if sample == self._position:
            return
        ahead = sample - self._position
        if ahead > 0 and self._is_passed_over(sample):
            self._position += _pass_over(self._file, ahead)
            return
        # Seeking in a handle that has been read lands elsewhere in some Vorbis files.
        self._reopen()
        if isinstance(self._file, ffmpeg.ConvertedFile):
            self._go_to_converted(sample)
            return
        if self._is_passed_over(sample):
            self._position = _pass_over(self._file, sample)
            return
        try:
            self._position = self._file.seek(min(sample, self.n_samples))
        except soundfile.SoundFileError:  # cut, or of unknown length
            self._reopen()
            self._position = _pass_over(self._file, sample)

    def _is_passed_over(self, sample: int) -> bool:
        """Return whether all up to a sample is decoded to get there, which is exact."""
        kind = "" if isinstance(self._file, ffmpeg.ConvertedFile) else self._file.subtype
        return sample < _DECODED_S.get(kind, 0.0) * self.sample_rate

    def _go_to_converted(self, sample: int) -> None:
        program = ffmpeg.find()
        if sample < _CONVERTED_S * self.sample_rate or program is None:
            self._position = _pass_over(self._file, sample)
            return
        self._file.close()
        try:
            self._file = ffmpeg.ConvertedFile(self.path, program, sample / self.sample_rate)
        except (soundfile.SoundFileError, OSError) as error:
            raise AudioFileError(f"{shown(self.path)} cannot be read any more.") from error
        self._position = sample

    def _reopen(self) -> None:
        self._file.close()
        self._file = _open(self.path)
        self._position = 0

    def falls_short(self, count: int) -> bool:
        """Return whether `count` samples are fewer than the file promised to hold."""
        if isinstance(self._file, ffmpeg.ConvertedFile):
            return self._file.cut  # lengths are those of the picture where there is one
        tolerance = _MP3_TOLERANCE if self._file.format == "MP3" else 0
        return count < self.n_samples - tolerance or _is_cut(self._file)

    def close(self) -> None:
        """Let go of the file; twice is harmless."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()


class _ForwardFile(soundfile.SoundFile):
    """A sound file that is read straight on.

    soundfile seeks to where it stands after every read of what can be sought, and in MP3 the next
    read then comes from elsewhere.
    """

    def seekable(self) -> bool:
        return False


def shown(path: Path) -> str:
    """Return a path as it can be printed, whatever bytes its name is made of."""
    return visible(os.fsencode(path).decode(errors="replace"))


_File = _ForwardFile | ffmpeg.ConvertedFile


def _open(path: Path) -> _File:
    """Open what Python can read first: the system's own reasons are clearer than libsndfile's."""
    _check_readable(path)
    try:
        # as bytes, which soundfile takes but does not declare: not every name is valid text
        file = _ForwardFile(cast("str", os.fsencode(path)))
        if file.format != "MP3" or mpeg.says_length(path):
            return file
        file.close()
        return _ForwardFile(mpeg.through_pipe(path))
    except soundfile.LibsndfileError as error:
        if error.code in _FOREIGN:
            return _convert(path)
        raise _refusal(path) from error
    except (soundfile.SoundFileError, TypeError) as error:  # TypeError: a headerless .raw
        raise _refusal(path) from error


def _convert(path: Path) -> ffmpeg.ConvertedFile:
    program = ffmpeg.find()
    if program is None:
        raise _refusal(path, " Other formats need ffmpeg, which is not installed.")
    try:
        return ffmpeg.ConvertedFile(path, program)
    except soundfile.SoundFileError as error:
        raise _refusal(path, " ffmpeg finds no sound in it either.") from error
    except OSError as error:
        raise _refusal(path, f" ffmpeg could not be started: {error.strerror}.") from error


def _refusal(path: Path, more: str = "") -> AudioFileError:
    return AudioFileError(
        f"{shown(path)} is damaged or in no format that leanviz reads "
        f"(WAV, AIFF, FLAC, OGG, Opus, MP3).{more}"
    )


def _check_readable(path: Path) -> None:
    try:
        if path.is_dir():
            raise AudioFileError(f"{shown(path)} is a folder, not a sound file.")
        if path.exists() and not path.is_file():
            raise AudioFileError(f"{shown(path)} is a device or a pipe, not a sound file.")
        with path.open("rb") as file:
            if not file.read(1):
                raise AudioFileError(f"{shown(path)} is empty.")
    except FileNotFoundError as error:
        raise AudioFileError(f"{shown(path)} does not exist.") from error
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        cause = (getattr(error, "strerror", None) or str(error)).lower()
        raise AudioFileError(f"{shown(path)} cannot be read: {cause}.") from error


def _check(file: _File, path: Path) -> None:
    if not LOWEST_RATE <= file.samplerate <= HIGHEST_RATE:
        raise AudioFileError(
            f"{shown(path)} claims a sample rate of {file.samplerate} Hz; "
            f"{LOWEST_RATE} to {HIGHEST_RATE} Hz can be read."
        )
    if file.channels > MOST_CHANNELS:
        raise AudioFileError(
            f"{shown(path)} claims {file.channels} channels; up to {MOST_CHANNELS} can be read."
        )
    if file.frames == 0:
        raise AudioFileError(f"{shown(path)} holds no samples.")


def _decode(file: _File, count: int) -> Float32:
    # soundfile says that a decoder gave up, but not how far it came: the NaNs left over do.
    block = np.full((count, file.channels), np.nan, np.float32)
    try:
        with np.errstate(over="ignore"):
            return block[: len(file.read(out=block))]
    except soundfile.SoundFileError:
        unfilled = np.isnan(block[:, 0])
        return block[: int(np.argmax(unfilled)) if unfilled.any() else count]


def _pass_over(file: _File, count: int) -> int:
    """Decode up to `count` samples for their number alone; return it."""
    passed = 0
    while passed < count:
        step = len(_decode(file, min(65_536, count - passed)))
        if not step:
            break
        passed += step
    return passed


def _length(file: _File, path: Path) -> int:
    if file.frames < ffmpeg.UNKNOWN_LENGTH:
        return file.frames
    with _open(path) as counted:
        return _pass_over(counted, ffmpeg.UNKNOWN_LENGTH)


def _is_cut(file: _File) -> bool:
    """Return whether libsndfile's log says that the file ends in the middle of something."""
    log = file.extra_info
    if "Junk after the last page" in log:
        return True
    sizes = re.findall(r": (\d+) \(should be (\d+)\)", log)
    # All bits set is what programs write that could not go back and fill the size in.
    return any(
        int(actual) + _SLOPPY_BYTES < int(claimed) < _UNKNOWN_SIZE for claimed, actual in sizes
    )
