"""The picture of a recording or of live listening, filled by one thread and read by views."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from leanviz.core.clock import Cause, Gap, Span
from leanviz.core.detail import Detail
from leanviz.core.envelope import BASE, LEVELS, EnvelopePyramid, base_for
from leanviz.core.ring import Ring, joined
from leanviz.core.spectra import MelColumns, Spectra
from leanviz.core.stft import WINDOW_S, Stft

Float32 = npt.NDArray[np.float32]

# Long files get wider columns instead of more of them, so that memory stays flat:
# 20,000 columns are 10 minutes at 32 ms. What is looked at closely is read again (`core.detail`).
MAX_COLUMNS = 20_000
MAX_GAPS = 1000
# Sound drawn anew with each block that comes in, when another window is wanted: 20 ms of work.
CATCH_UP_S = 4.0
FULL_SCALE = 32767.0
# as numpy wants it: a Python number would take longer than a block of 40 ms
_LOUDEST, _LEAST = (np.array(level, np.float32) for level in (FULL_SCALE, -FULL_SCALE))
# What LEAN gets is made for so many columns at a time, those of two patches, while nobody looks.
UNSEEN, LOOKED_AT_S = 96, 1.0


class Tracks:
    """Spectrogram columns, log-mel frames and waveform envelope on one sample index.

    One thread calls `push`, `hear`, `skip` and `finish`; any thread reads the rest.

    Parameters
    ----------
    sample_rate : int
        Rate of the source in hertz.
    capacity : int
        Samples of history to keep.
    least_hop_s : float
        Least seconds from one column to the next.
    base : int
        Samples of the narrowest bin of the envelope.
    keep_sound : bool
        Keep the sound of the history, in memory and at 16 bits, for `set_window`; and `heard`.

    Attributes
    ----------
    envelope : EnvelopePyramid
        The waveform; of what is older than the history, coarsely.
    detail : Detail or None
        A part of a recording that is looked at closely, finer. Set by one thread, loaded by any.
    """

    def __init__(
        self,
        sample_rate: int,
        capacity: int,
        least_hop_s: float = 0.0,
        *,
        base: int = BASE,
        keep_sound: bool = False,
    ) -> None:
        self.envelope = EnvelopePyramid(capacity, base)
        self._rate, self._capacity, self._least_hop_s = sample_rate, capacity, least_hop_s
        self._sound = Ring(capacity, (), np.int16) if keep_sound else None
        # NB: each is written by one thread and loaded by others, one reference a time.
        self._heard, self._looked_s = self.unheard(), -LOOKED_AT_S
        self.detail: Detail | None = None
        self._spectra = self.blank(WINDOW_S)
        self._coming: Spectra | None = None
        self._wanted = self._spectra.stft
        self._written, self._over = 0, False
        self._gaps: tuple[Gap, ...] = ()

    @classmethod
    def for_file(cls, sample_rate: int, n_samples: int) -> "Tracks":
        """Return tracks that hold a whole recording of `n_samples`, however long."""
        least_hop_s = n_samples / sample_rate / MAX_COLUMNS
        return cls(sample_rate, n_samples, least_hop_s, base=base_for(n_samples))

    @property
    def sample_rate(self) -> int:
        """Rate of the source in hertz."""
        return self._rate

    @property
    def spectra(self) -> Spectra:
        """The spectrogram columns with their grid. Any thread."""
        return self._spectra

    @property
    def stft(self) -> Stft:
        """The grid of `columns`. Any thread."""
        return self._spectra.stft

    @property
    def columns(self) -> Ring:
        """The spectrogram columns. Any thread; take `spectra` to have them with their grid."""
        return self._spectra.columns

    @property
    def written(self) -> int:
        """Source samples taken so far, lost ones included. Any thread."""
        return self._written

    @property
    def forgets(self) -> bool:
        """Whether there was sound that cannot be shown any more. Any thread."""
        return self._written > self._capacity

    @property
    def history(self) -> Span:
        """The samples that can still be shown. Any thread."""
        return Span(max(0, self._written - self._capacity), self._written)

    @property
    def heard(self) -> MelColumns:
        """What LEAN gets; of a file only once somebody has filled it (see `unheard`). Any thread.

        Live it is a second behind where nobody has looked of late, until the next sound comes.
        """
        self._looked_s = time.monotonic()
        return self._heard

    @heard.setter
    def heard(self, heard: MelColumns) -> None:
        self._heard = heard

    @property
    def looked_at(self) -> bool:
        """Whether somebody has looked at `heard` of late. Any thread."""
        return time.monotonic() - self._looked_s < LOOKED_AT_S

    @property
    def sound(self) -> Ring | None:
        """The sound of the history, of which `FULL_SCALE` is 1; None if none is kept."""
        return self._sound

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Spans without sound, in source samples, oldest first; the newest thousand. Any thread."""
        return self._gaps

    def blank(self, window_s: float, begin: int = 0) -> Spectra:
        """Return spectra without columns, with a window of `window_s`, from a sample on."""
        stft = Stft.with_window(self._rate, window_s, self._least_hop_s)
        return Spectra(stft, self._capacity, begin)

    def unheard(self) -> MelColumns:
        """Return columns for `heard`, still empty."""
        return MelColumns.at_least(self._least_hop_s, self._rate, self._capacity)

    def set_window(self, window_s: float) -> None:
        """Have the history drawn anew with another window, while sound comes in. Any thread."""
        self._wanted = Stft.with_window(self._rate, window_s, self._least_hop_s)

    def show(self, spectra: Spectra) -> None:
        """Take spectra that were filled elsewhere; for recordings that are complete."""
        self._spectra, self._wanted = spectra, spectra.stft

    def push(self, samples: Float32) -> None:
        """Append mono samples [n]."""
        self.envelope.push(samples)
        self._spectra.push(samples)
        if self._sound is not None:
            loud = samples * _LOUDEST
            np.rint(loud, out=loud)
            np.maximum(loud, _LEAST, out=loud)
            np.minimum(loud, _LOUDEST, out=loud)
            self._sound.write(loud)
        self._written += len(samples)
        self.catch_up()

    def hear(self, samples: Float32) -> None:
        """Append what the model gets of the samples pushed: [n] at its own rate."""
        if self._sound is not None:
            self._heard.push(samples, 1 if self._over or self.looked_at else UNSEEN)

    def skip(self, count: int, cause: Cause = Cause.LOST) -> None:
        """Leave room for `count` samples that never came, at their true width."""
        gap = Gap(self._written, self._written + count, cause)
        self.envelope.skip(count)
        if self._sound is not None:
            self._sound.skip(count)
        self._gaps = joined(self._gaps, gap, 0)[-MAX_GAPS:]
        self._written = gap.stop
        self._spectra.skip(gap.stop)
        self._heard.skip(gap.stop)

    def finish(self) -> None:
        """Complete the columns at the end of a recording; only `hear` may follow."""
        self._spectra.finish()
        self._over = True

    def everything(self) -> dict[str, npt.NDArray[Any]] | None:
        """Return all that is drawn of a recording that is complete; None if some is not kept."""
        levels, columns = self.envelope.everything(), self._spectra.columns.everything()
        if levels is None or columns is None:
            return None
        found = {f"level{at}": level for at, level in enumerate(levels)}
        return {**found, "columns": columns, "written": np.array(self._written)}

    def restore(self, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Take what `everything` gave of the same recording; for tracks that are empty."""
        self._spectra.columns.write(arrays["columns"])
        self.envelope.restore([arrays[f"level{at}"] for at in range(LEVELS)])
        self._written = int(arrays["written"])

    def catch_up(self) -> bool:
        """Draw a little more of the history with the window that is wanted, if it is another.

        For the thread that fills the tracks, or another after that has ended. Returns whether there
        was anything to do.
        """
        sound, wanted, coming = self._sound, self._wanted, self._coming
        if sound is None or wanted is self._spectra.stft or wanted == self._spectra.stft:
            self._coming = None
            return False
        if coming is None or coming.stft != wanted:
            coming = self._coming = Spectra(wanted, self._capacity, sound.oldest)
        block = sound.advance(coming.at, int(CATCH_UP_S * self._rate))
        if isinstance(block, Gap):
            coming.skip(block.stop)
        else:
            coming.push(block.astype(np.float32) / np.float32(FULL_SCALE))
        if coming.at == self._written:
            self._spectra, self._coming = coming, None
        return True
