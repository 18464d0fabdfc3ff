"""How a live stream is doing, in numbers."""

from dataclasses import dataclass

from leanviz.audio.source import SourceStatus
from leanviz.core.clock import Span
from leanviz.pipeline.level import SILENT_DBFS
from leanviz.pipeline.sinks import SinkStatus


@dataclass(frozen=True, slots=True)
class LiveStats:
    """How a live stream is doing; a snapshot.

    Attributes
    ----------
    status : SourceStatus
        What the source says of itself.
    heard_s : float
        Length of the stream so far, lost audio included.
    latency_p50_s, latency_p95_s : float
        From the onset of a label, which is on the grid of patches, until it is known, still
        provisional; over the last 100 labels; NaN before any.
    windows_skipped : int
        Patch hops that were not analysed because inference fell behind.
    updates_dropped : int
        Updates that the reader of the mailbox was too slow to take.
    lost_samples : int
        Source samples that never arrived or were overwritten unread.
    peak_dbfs, rms_dbfs : float
        Level of the newest tenth of a second.
    skipped : tuple of Span
        Source samples heard but not analysed.
    failure : str
        Why the stream could not start or go on; "" while it can.
    sinks : tuple of SinkStatus
        How those are that are told of events, in the order they were given.
    """

    status: SourceStatus
    heard_s: float = 0.0
    latency_p50_s: float = float("nan")
    latency_p95_s: float = float("nan")
    hops: int = 0
    windows_skipped: int = 0
    updates_dropped: int = 0
    lost_samples: int = 0
    peak_dbfs: float = SILENT_DBFS
    rms_dbfs: float = SILENT_DBFS
    skipped: tuple[Span, ...] = ()
    failure: str = ""
    sinks: tuple[SinkStatus, ...] = ()
