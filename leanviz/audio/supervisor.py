"""Looks after the stream of a microphone: notices when it goes, and opens it again."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from leanviz.audio import portaudio
from leanviz.audio.intake import Intake
from leanviz.audio.source import SourceState, Standing
from leanviz.audio.stream import CaptureStream
from leanviz.audio.watchdog import SignalMeter, Watchdog
from leanviz.core.errors import AudioDeviceError

log = logging.getLogger(__name__)

# Said within two seconds, looks and pictures included.
SILENCE_S = 1.5

_LOOK_EVERY_S, _SELDOM_S = 0.25, 0.5
_CLOSE_LIMIT_S = 2.0
_FIRST_RETRY_S, _LAST_RETRY_S = 0.25, 2.0


class Supervisor:
    """A thread that tells three ways of a microphone being gone apart.

    *Dead* (PortAudio has ended the stream) and *frozen* (no block for a second) make it GONE; it is
    opened again, ever less often, until that succeeds. *Digital silence* (exact zeros) is reported
    and nothing more: it may be a muted microphone.

    Parameters
    ----------
    stream : CaptureStream
        Running; from here on the supervisor's to close.
    intake : Intake
        Where all streams of the source deliver.
    connect : callable
        Opens the microphone again. May block for good: it runs on a thread of its own.
    wake : threading.Event
        Set from elsewhere to have it look at once.

    Attributes
    ----------
    standing : Standing
        The state, the sentence for the user, and how often the microphone went. Any thread.
    silent_s : float
        Seconds of exact zeros up to now. Any thread.
    unseen : bool
        Whether nobody sees what is said: looks are fewer while all is well. Set by any thread.
    """

    def __init__(
        self,
        stream: CaptureStream,
        intake: Intake,
        connect: Callable[[], CaptureStream],
        wake: threading.Event,
    ) -> None:
        self._intake = intake
        self._connect = connect
        self._wake = wake
        self._meter = SignalMeter(intake.ring, intake.sample_rate)
        self._stopping, self._resting = threading.Event(), threading.Event()
        self._attempt: Future[CaptureStream] | None = None
        self._closing: Future[None] | None = None
        self.silent_s, self.unseen = 0.0, False
        # NB: replaced as a whole, so that no reader sees a new count with an old state
        self.standing = Standing(SourceState.WAITING)
        self._adopt(stream)
        self._thread = threading.Thread(target=self._run, name="leanviz-capture", daemon=True)

    def start(self) -> None:
        """Begin to look after the stream."""
        self._thread.start()

    @property
    def clipped(self) -> int:
        """Samples at full scale since the beginning. Any thread."""
        return self._meter.clipped

    def stop(self) -> None:
        """End, and close what is open; waits for it only within limits."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(_CLOSE_LIMIT_S + 1.0)

    def pause(self) -> None:
        """Give the device back, and wait for `resume`; the time until then is a gap."""
        self._resting.set()
        self._wake.set()

    def resume(self) -> None:
        """Open the device again."""
        self._resting.clear()
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self._resting.is_set():
                self._rest()
            elif self._stream is not None:
                self._look_after(self._stream)
            else:
                self._try_again()
            self._wake.wait(_SELDOM_S if self.unseen and self._is_well() else _LOOK_EVERY_S)
            self._wake.clear()
        self._end()

    # -- while there is a stream --------------------------------------------------------------

    def _adopt(self, stream: CaptureStream) -> None:
        self._stream: CaptureStream | None = stream
        self._heard_before = stream.heard_before
        self._watchdog = Watchdog(stream.heard_before)
        self._retry_after_s = _FIRST_RETRY_S
        self._stand(SourceState.WAITING)

    def _stand(self, state: SourceState, message: str = "") -> None:
        self.standing = self.standing._replace(state=state, message=message)

    def _look_after(self, stream: CaptureStream) -> None:
        heard_at = self._intake.heard_at
        name = stream.device.name
        if stream.finished:
            self._lose(stream, f"The microphone “{name}” or its sound server has gone")
        elif self._watchdog.is_frozen(time.monotonic(), heard_at):
            self._lose(stream, f"The microphone “{name}” no longer delivers sound")
        elif heard_at != self._heard_before:
            self.silent_s = self._meter.update()
            self._stand(SourceState.RUNNING, self._complaint(name))

    def _is_well(self) -> bool:
        """Tell whether sound came since the look before this one, and is more than zeros."""
        running = self.standing.state is SourceState.RUNNING
        return running and not self.silent_s and not self._watchdog.waits

    def _complaint(self, name: str) -> str:
        if self.silent_s < SILENCE_S:
            return ""
        return (
            f"“{name}” delivers digital silence: check that it is plugged in, not muted, "
            "and that leanviz may use it."
        )

    def _lose(self, stream: CaptureStream, what: str) -> None:
        sentence = f"{what}; leanviz goes on as soon as it is back."
        if self._intake.heard_at == self._heard_before:  # it never was back
            self._stand(SourceState.GONE, sentence)
        else:
            count = self.standing.interruptions + 1
            self.standing = Standing(SourceState.GONE, sentence, count, sentence)
        self.silent_s = 0.0
        self._stream = None
        self._closing = _discard(stream)
        self._intake.interrupted = True
        self._closed_by = time.monotonic() + _CLOSE_LIMIT_S
        self._retry_at = 0.0

    def _rest(self) -> None:
        """Hold no device; one that an earlier attempt brings is given back."""
        if self._attempt is not None and self._attempt.done():
            self._try_again()
        if self._stream is not None:
            self._closing, self._stream = _discard(self._stream), None
            self._closed_by = time.monotonic() + _CLOSE_LIMIT_S
        self._stand(SourceState.PAUSED)
        self.silent_s = self._retry_at = 0.0
        self._intake.rest()

    # -- while there is none ------------------------------------------------------------------

    def _try_again(self) -> None:
        now = time.monotonic()
        if self._attempt is None:
            # PortAudio looks for devices anew only once the old stream is closed; where closing
            # hangs, go on without.
            closed = self._closing is None or self._closing.done() or now > self._closed_by
            if closed and now >= self._retry_at:
                if self.standing.state is SourceState.PAUSED:
                    self._stand(SourceState.WAITING)
                self._attempt = portaudio.detached(self._connect)
                self._attempt.add_done_callback(lambda _: self._wake.set())
        elif self._attempt.done():
            attempt, self._attempt = self._attempt, None
            self._conclude(attempt, now)

    def _conclude(self, attempt: Future[CaptureStream], now: float) -> None:
        try:
            self._adopt(attempt.result())
        except AudioDeviceError as error:
            self._try_later(str(error), now)
        # whatever is said of a device that comes and goes: giving up would leave it gone for good
        except Exception as error:  # noqa: BLE001
            log.warning("a microphone cannot be opened again, and nobody foresaw why: %r", error)
            self._try_later(f"The microphone cannot be opened: {error}.", now)

    def _try_later(self, sentence: str, now: float) -> None:
        if self.standing.state is not SourceState.GONE:  # it went while listening was paused
            self._stand(SourceState.GONE, sentence)
        self._retry_at = now + self._retry_after_s
        self._retry_after_s = min(2 * self._retry_after_s, _LAST_RETRY_S)

    # -- the end ------------------------------------------------------------------------------

    def _end(self) -> None:
        self._stand(SourceState.STOPPED)
        self.silent_s = 0.0
        if self._attempt is not None:
            portaudio.when_late(self._attempt, _discard)
        closing = self._closing if self._stream is None else _discard(self._stream)
        if closing is not None:
            portaudio.wait(closing, _CLOSE_LIMIT_S)


def _discard(stream: CaptureStream) -> Future[None]:
    """Cut a stream off and close it, on a thread that PortAudio may block."""
    stream.retire()
    return portaudio.detached(stream.close)
