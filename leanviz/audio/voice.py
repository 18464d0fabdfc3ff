"""One run of playing: from a file on disk to the loudspeaker, on a thread of its own."""

import threading
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from leanviz.audio import portaudio
from leanviz.audio.decoder import Decoder
from leanviz.audio.file import mono
from leanviz.audio.passage import BLOCK, Passage, sound
from leanviz.audio.resample import Resampler
from leanviz.audio.speaker import Speaker, open_speaker
from leanviz.audio.stretch import Stretcher
from leanviz.audio.watchdog import Watchdog
from leanviz.core.clock import rescale
from leanviz.core.errors import AudioDeviceError, UserError

Float32 = npt.NDArray[np.float32]

_LOOK_EVERY_S = 0.02
_CLOSE_LIMIT_S = 2.0
_TAIL_S = 0.1


class Voice:
    """Plays one passage once (or round and round) and is then done.

    Parameters
    ----------
    path : Path
        The sound file.
    passage : Passage
        Which part of it.
    speed : float
        How many times as fast as it sounds; its pitch stays.
    previous : Voice or None
        Must have let go of the device first: some devices serve one stream at a time.

    Attributes
    ----------
    error : str
        Why it ended early, a sentence; else "".
    """

    def __init__(
        self, path: Path, passage: Passage, speed: float, previous: "Voice | None"
    ) -> None:
        self.error = ""
        self._path = path
        self._passage = passage
        self._speed = speed
        self._previous = previous
        self._file_rate = 0
        self._heard = 0
        self._speaker: Speaker | None = None
        self._watchdog = Watchdog(None)
        self._cancelled = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leanviz-playback", daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether it has come to an end, of whatever kind."""
        return self._done.is_set()

    @property
    def position(self) -> int:
        """The sample of the file that is heard now. One thread."""
        speaker = self._speaker
        if speaker is None:
            return self._passage.begin
        # the device's own estimate of its delay jumps to and fro by a millisecond
        self._heard = max(self._heard, speaker.heard)
        played = round(self._heard * self._speed)
        return self._passage.sample(rescale(played, speaker.sample_rate, self._file_rate))

    def cancel(self) -> None:
        """Fall silent; returns at once."""
        self._cancelled.set()

    def wait(self, limit_s: float) -> None:
        """Wait until the device is given back, but no longer than `limit_s`."""
        self._thread.join(limit_s)

    # -- the thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            if self._previous is not None:
                self._previous.wait(_CLOSE_LIMIT_S)
                self._previous = None
            with Decoder(self._path) as decoder:
                self._passage = self._passage.clamped(decoder.n_samples)
                self._file_rate = decoder.sample_rate
                self._play(decoder)
        except UserError as error:
            self.error = str(error)
        finally:
            self._done.set()

    def _play(self, decoder: Decoder) -> None:
        speaker = portaudio.within(open_speaker, late=Speaker.close)
        self._speaker = speaker
        try:
            self._feed(decoder, speaker)
        finally:
            speaker.mute()
            portaudio.wait(portaudio.detached(speaker.close), _CLOSE_LIMIT_S)

    def _feed(self, decoder: Decoder, speaker: Speaker) -> None:
        resampler = Resampler(decoder.sample_rate, speaker.sample_rate, speaker.channels)
        stretcher = Stretcher(speaker.sample_rate, self._speed, speaker.channels)
        for block in sound(decoder, self._passage):
            heard = resampler.push(_spread(block, speaker.channels))
            if not self._write(speaker, stretcher.push(heard)):
                return
        rest = (stretcher.push(resampler.finish()), stretcher.finish(), _tail(speaker))
        if all(self._write(speaker, samples) for samples in rest):
            while speaker.heard < speaker.ring.written and self._goes_on(speaker):
                pass

    def _write(self, speaker: Speaker, samples: Float32) -> bool:
        """Write as room becomes free; return whether to go on."""
        for at in range(0, len(samples), BLOCK):
            piece = samples[at : at + BLOCK]
            while speaker.room < len(piece):
                if not self._goes_on(speaker):
                    return False
            speaker.ring.write(piece)
        return not self._cancelled.is_set()

    def _goes_on(self, speaker: Speaker) -> bool:
        """Wait a moment; return False if playing was cancelled, raise if the device died."""
        if self._cancelled.wait(_LOOK_EVERY_S):
            return False
        if speaker.finished:
            raise AudioDeviceError("Playing has ended: the sound output has gone.")
        if self._watchdog.is_frozen(time.monotonic(), speaker.called_at):
            raise AudioDeviceError("Playing has ended: the sound output no longer answers.")
        return True


def _tail(speaker: Speaker) -> Float32:
    """Return silence to end with: sound servers drop the last moments before a stream is closed."""
    return np.zeros((round(_TAIL_S * speaker.sample_rate), speaker.channels), np.float32)


def _spread(block: Float32, channels: int) -> Float32:
    """Return a block with the loudspeaker's channels: as they are, or the mean on each."""
    if block.shape[1] == channels:
        return block
    return np.repeat(mono(block)[:, None], channels, axis=1)
