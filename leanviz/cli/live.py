"""``leanviz live``: events from a microphone, one line each, as they are final."""

import time
from contextlib import closing
from dataclasses import dataclass

import typer

from leanviz.audio.capture import AudioSource, SourceState
from leanviz.cli.console import emit, reader_has_left, say
from leanviz.cli.live_lines import LiveLines
from leanviz.cli.live_log import KeptLog
from leanviz.cli.live_watch import Watch
from leanviz.cli.stopping import StopRequest
from leanviz.core.channels import MIX, channel_name
from leanviz.core.decisions import DecisionRules
from leanviz.core.errors import AudioDeviceError
from leanviz.inference.model import LeanModel
from leanviz.pipeline.live import LivePipeline
from leanviz.pipeline.live_stats import LiveStats
from leanviz.pipeline.sinks import EventSink

POLL_S = 0.1
# A microphone may take seconds to wake up; after that, more waiting will not bring audio.
PATIENCE_S = 10.0
NOBODY_READS = "Listening ended: nobody reads the output any more."


class Remarks:
    """Tells on standard error what is heard, what is wrong with it, and when that is over."""

    def __init__(self) -> None:
        self._heard = self._trouble = ""
        self._interruptions = 0

    def tell(self, stats: LiveStats) -> None:
        """Tell what is new."""
        status = stats.status
        # why a source failed is raised at the end
        trouble = "" if status.state is SourceState.FAILED else status.message
        if stats.heard_s and not self._heard:
            self._heard = _heard(stats)
            say(f"Listening to {self._heard}. Ctrl+C ends.")
        if status.interruptions != self._interruptions:  # though it may be over again
            self._interruptions, self._trouble = status.interruptions, status.interruption
            say(self._trouble)
        if trouble not in {"", self._trouble}:
            say(trouble)
            self._trouble = trouble
        elif self._trouble and not trouble and status.state is SourceState.RUNNING:
            say(f"{status.device} is heard again.")
            self._trouble = ""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where events go: to standard output and, if wanted, into a session log, clips and alerts."""

    lines: LiveLines
    log: KeptLog | None = None
    watch: Watch | None = None

    @property
    def sinks(self) -> tuple[EventSink, ...]:
        """What the stream tells of its events."""
        logs = () if self.log is None else (self.log.sink,)
        return (self.lines, *logs, *(() if self.watch is None else self.watch.sinks))

    def tell(self) -> None:
        """Tell what is wrong, or right again."""
        for extra in filter(None, (self.log, self.watch)):
            extra.tell()

    def close(self) -> None:
        """End what goes beyond the stream, and tell what came of it."""
        for extra in filter(None, (self.log, self.watch)):
            extra.close()


def live(
    source: AudioSource,
    lean: LeanModel,
    rules: DecisionRules,
    outputs: Outputs,
    limit_s: float | None,
) -> None:
    """Print events until `limit_s` seconds were heard, the source ends, or the user stops it.

    Raises
    ------
    AudioDeviceError
        If the source cannot be opened, fails, or gives no audio at all.
    ExportError
        If standard output cannot be written.
    typer.Exit
        With 0, if whoever reads standard output has left.
    """
    pipeline = LivePipeline(source, lean, rules, history_s=1.0, sinks=outputs.sinks)
    try:
        with closing(pipeline):
            with StopRequest() as stop:
                pipeline.start()
                _listen(pipeline, outputs, stop, limit_s)
            pipeline.close()
            emit(outputs.lines.taken())
    except typer.Exit:
        say(NOBODY_READS)
        raise
    finally:
        outputs.close()
    stats = pipeline.stats()
    if stats.failure:
        raise AudioDeviceError(stats.failure)
    if stats.heard_s == 0 and not stop.made:
        raise AudioDeviceError(f"No audio came from {stats.status.device}.")
    say(_summary(stats, outputs.lines))


def _listen(
    pipeline: LivePipeline, outputs: Outputs, stop: StopRequest, limit_s: float | None
) -> None:
    began, heard_before_s, remarks = time.monotonic(), -1.0, Remarks()
    while not stop.made:
        stats = pipeline.stats()
        remarks.tell(stats)
        outputs.tell()
        pipeline.drain()  # the lines have it all
        emit(outputs.lines.taken())
        if reader_has_left():
            raise typer.Exit(0)
        if _is_over(stats, heard_before_s, time.monotonic() - began, limit_s):
            return
        heard_before_s = stats.heard_s
        time.sleep(POLL_S)


def _is_over(
    stats: LiveStats, heard_before_s: float, since_s: float, limit_s: float | None
) -> bool:
    if stats.failure or stats.status.state is SourceState.FAILED:
        return True
    if stats.status.state is SourceState.STOPPED:  # the end of a file, once all of it was taken
        return stats.heard_s == heard_before_s
    if limit_s is None:
        return False
    return stats.heard_s >= limit_s or since_s >= limit_s + PATIENCE_S


def _heard(stats: LiveStats) -> str:
    status = stats.status
    channel = "" if status.channel == MIX else f", {channel_name(status.channel)}"
    return f"{status.device} ({status.host_api}, {status.sample_rate} Hz{channel})"


def _summary(stats: LiveStats, lines: LiveLines) -> str:
    status = stats.status
    return (
        f"Heard {stats.heard_s:.1f} s from {status.device or 'the default microphone'} at "
        f"{status.sample_rate} Hz: {lines.events} events, {stats.lost_samples} samples lost, "
        f"{stats.windows_skipped} windows not analysed, {lines.status().dropped} events not taken."
    )
